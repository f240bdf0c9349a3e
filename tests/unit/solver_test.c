/* solver_test.c - whole runs over tiny random models (tests/support/tiny_solve.h). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sheaf/tts.h>

#include "tests/support/check.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tiny_solve.h"
#include "tts/confidence.h"
#include "tts/threshold.h"
#include "tts/vote.h"

static sheaf_engine *engine;

static sheaf_result *solve(const sheaf_solve_options *o)
{
    return tiny_run(engine, o);
}

static void a_run_does_not_depend_on_how_many_run_at_once(void **state)
{
    (void)state;
    sheaf_solve_options o = tiny_options("majority", 12);
    o.certificate = false;
    sheaf_result *all = solve(&o);
    assert_int_equal(all->n_traces, 12);
    assert_int_equal(all->stop, SHEAF_STOP_BUDGET);
    assert_true(all->n_votes >= 2 && all->answer);
    for (size_t parallel = 1; parallel <= 5; parallel += 2) {
        o.parallel = parallel;
        sheaf_result *r = solve(&o);
        assert_int_equal(r->parallel, parallel);
        for (size_t i = 0; i < 12; i++)
            assert_same_trace(&all->traces[i], &r->traces[i]);
        assert_int_equal(r->n_votes, all->n_votes);
        for (size_t i = 0; i < r->n_votes; i++) {
            assert_string_equal(r->votes[i].answer, all->votes[i].answer);
            assert_int_equal(r->votes[i].ballots, all->votes[i].ballots);
        }
        assert_int_equal(r->tokens, all->tokens);
        sheaf_result_free(r);
    }
    o.only_trace = 7;
    sheaf_result *one = solve(&o);
    assert_int_equal(one->n_traces, 1);
    assert_same_trace(&all->traces[7], &one->traces[0]);
    sheaf_result_free(one);
    o.only_trace = -1;
    o.seed = 4;
    sheaf_result *other = solve(&o);
    assert_true(
        other->traces[0].n_tokens != all->traces[0].n_tokens ||
        memcmp(other->traces[0].tokens, all->traces[0].tokens, all->traces[0].n_tokens * 4));
    sheaf_result_free(other);
    sheaf_result_free(all);
}

static void votes_count_by_value(void **state)
{
    (void)state;
    sheaf_solve_options o = tiny_options("majority", 16);
    o.certificate = false;
    sheaf_result *r = solve(&o);
    unsigned count[4] = {0}, ballots = 0;
    for (size_t i = 0; i < r->n_traces; i++)
        if (r->traces[i].answer) {
            count[r->traces[i].answer[0] - '0']++;
            ballots++;
        }
    for (size_t i = 0; i < r->n_votes; i++) {
        assert_int_equal(r->votes[i].ballots, count[r->votes[i].answer[0] - '0']);
        assert_true(fabs(r->votes[i].share - r->votes[i].ballots / (double)ballots) < 1e-12);
        if (i)
            assert_true(r->votes[i].weight <= r->votes[i - 1].weight);
    }
    /* every offline rule can be asked of the same traces */
    sheaf_vote again[16];
    for (size_t k = 0; sheaf_vote_rule_name(k); k++) {
        size_t n = sheaf_result_revote(r, sheaf_vote_rule_name(k), again, 16);
        assert_in_range(n, 1, r->n_votes);
    }
    assert_int_equal(sheaf_result_revote(r, "majority", again, 16), r->n_votes);
    assert_string_equal(again[0].answer, r->answer);
    assert_int_equal(sheaf_result_revote(r, "no such rule", again, 16), 0);
    sheaf_result_free(r);
}

static void the_certificate_loses_nothing(void **state)
{
    (void)state;
    int stopped = 0;
    for (uint64_t seed = 0; seed < 12; seed++) {
        sheaf_solve_options o = tiny_options("majority", 9);
        o.seed = seed;
        o.parallel = 3;
        sheaf_result *early = solve(&o);
        o.certificate = false;
        sheaf_result *full = solve(&o);
        if (early->stop == SHEAF_STOP_CERTIFICATE) {
            stopped++;
            assert_true(early->tokens <= full->tokens);
        }
        assert_true(full->answer && early->answer);
        assert_int_equal(early->answer[0], full->answer[0]);
        sheaf_result_free(early);
        sheaf_result_free(full);
    }
    assert_true(stopped > 0);
}

/* Algorithm 2 in series over the full traces, as far as its cuts go: what the concurrent run must
 * match. */
static void online_decides_as_the_serial_rule(void **state)
{
    (void)state;
    sheaf_solve_options o = tiny_options("deepconf-online", 24);
    o.warmup = 8;
    o.window = 16;
    o.keep = 0.5;
    o.tau = 2.0;
    o.loop_guard = false;
    sheaf_solve_options full_options = o;
    full_options.strategy = "deepconf-offline";
    sheaf_result *full = solve(&full_options);
    double lgc[8], sorted[8], scratch[64];
    struct conf_summary s;
    for (int i = 0; i < 8; i++) {
        conf_summarize(&s, scratch, full->traces[i].confidence, full->traces[i].n_tokens, 16,
                       CONF_TAIL);
        lgc[i] = s.lowest;
    }
    double threshold = threshold_keep(sorted, lgc, 8, 50.0);
    for (size_t parallel = 1; parallel <= 24; parallel = parallel * 2 + 1) {
        o.parallel = parallel;
        sheaf_result *r = solve(&o);
        assert_true(r->threshold == threshold);
        size_t n_cut = 0;
        for (size_t i = 0; i < 24; i++) {
            const sheaf_trace *t = &r->traces[i], *f = &full->traces[i];
            size_t at = i < 8 ? 0 : conf_cut_at(f->confidence, f->n_tokens, 16, threshold);
            assert_memory_equal(t->tokens, f->tokens, t->n_tokens * sizeof *t->tokens);
            if (at == 0) {
                assert_int_equal(t->finish, f->finish);
                assert_int_equal(t->n_tokens, f->n_tokens);
                assert_int_equal(t->overshoot, 0);
            } else {
                assert_int_equal(t->n_tokens, at + t->overshoot);
                assert_false(t->votes);
                n_cut += t->finish == SHEAF_FINISH_CUT;
            }
        }
        assert_int_equal(r->n_cut, n_cut);
        if (parallel == 1)
            assert_int_equal(r->tokens_overshoot, 0);
        assert_true(n_cut > 0 && r->answer);
        sheaf_result_free(r);
    }
    sheaf_result_free(full);
}

static void consensus_stops_the_run(void **state)
{
    (void)state;
    sheaf_solve_options o = tiny_options("deepconf-online", 40);
    o.warmup = 8;
    o.parallel = 8;
    o.tau = 0.3; /* reached at once by any leader of four values */
    sheaf_result *r = solve(&o);
    assert_int_equal(r->stop, SHEAF_STOP_CONSENSUS);
    assert_true(r->n_traces < 40 && r->answer);
    assert_false(r->partial);
    sheaf_result_free(r);
}

static size_t loops_of_model(uint64_t seed, const sheaf_solve_options *o)
{
    char dir[] = "/tmp/sheaf-loop-XXXXXX", file[80];
    sheaf_error err = {0};
    sheaf_engine *e = NULL;
    sheaf_result *r = NULL;
    struct tiny_model m = {.arch = "llama", .seed = seed, .n_layers = 1, .n_embd = 32, .n_ff = 32};
    assert_non_null(mkdtemp(dir));
    snprintf(file, sizeof file, "%s/loop.gguf", dir);
    CHECK_OK(tiny_model_save(file, &m, &err), err);
    CHECK_OK(sheaf_engine_open(&e, file, NULL, &err), err);
    CHECK_OK(sheaf_solve(&r, e, "How many?", o, &tiny_judge, &err), err);
    size_t looped = r->n_looped;
    for (size_t i = 0; i < r->n_traces; i++)
        if (r->traces[i].finish == SHEAF_FINISH_LOOP)
            assert_false(r->traces[i].votes || r->traces[i].answer);
    sheaf_result_free(r);
    sheaf_engine_close(e);
    unlink(file);
    rmdir(dir);
    return looped;
}

/* Greedy decoding of a one-layer random model runs into a cycle with most seeds. */
static void a_repeated_tail_ends_as_loop_and_does_not_vote(void **state)
{
    (void)state;
    sheaf_solve_options o = tiny_options("majority", 2);
    o.sampling.temperature = 0;
    o.max_tokens = 900;
    size_t looped = 0;
    for (uint64_t seed = 4; seed <= 9; seed++)
        looped += loops_of_model(seed, &o);
    assert_true(looped > 0);
    o.loop_guard = false;
    for (uint64_t seed = 4; seed <= 9; seed++)
        assert_int_equal(loops_of_model(seed, &o), 0);
}

struct stopper {
    int cancel;
    size_t after, n_steps;
    size_t events[SHEAF_EVENT_DONE + 1];
};

static void stop_later(void *ctx, const sheaf_event *event)
{
    struct stopper *s = ctx;
    s->events[event->kind]++;
    if (event->kind == SHEAF_EVENT_TRACE && ++s->n_steps == s->after)
        s->cancel = 1;
}

static void a_cancelled_run_has_a_partial_vote(void **state)
{
    (void)state;
    struct stopper s = {.after = 5};
    sheaf_solve_options o = tiny_options("deepconf-online", 20);
    o.parallel = 4;
    o.warmup = 10;
    o.on_event = stop_later;
    o.on_event_ctx = &s;
    o.cancel = &s.cancel;
    sheaf_result *r = solve(&o);
    assert_true(r->partial);
    assert_int_equal(r->stop, SHEAF_STOP_CANCELLED);
    assert_true(r->answer && r->n_unfinished > 0);
    assert_int_equal(s.events[SHEAF_EVENT_PLAN], 1);
    assert_int_equal(s.events[SHEAF_EVENT_PREFILL], 1);
    assert_int_equal(s.events[SHEAF_EVENT_DONE], 1);
    assert_int_equal(s.events[SHEAF_EVENT_TRACE], r->n_traces);
    sheaf_result_free(r);
}

static void budgets_end_a_run(void **state)
{
    (void)state;
    sheaf_solve_options o = tiny_options("majority", 20);
    o.certificate = false;
    o.parallel = 2;
    o.max_total_tokens = 200;
    sheaf_result *r = solve(&o);
    assert_int_equal(r->stop, SHEAF_STOP_TOKENS);
    assert_true(r->partial && r->tokens >= 200 && r->tokens < 204);
    sheaf_result_free(r);
    o.max_total_tokens = 0;
    o.max_seconds = 1e-6;
    r = solve(&o);
    assert_int_equal(r->stop, SHEAF_STOP_DEADLINE);
    sheaf_result_free(r);
}

static void memory_lowers_the_number_at_once_or_refuses(void **state)
{
    (void)state;
    sheaf_error err = {0};
    sheaf_solve_options o = tiny_options("majority", 64);
    o.certificate = false;
    sheaf_result *r = solve(&o), *small;
    assert_int_equal(r->parallel, 64);
    o.mem_bytes = r->memory.total_bytes / 2;
    small = solve(&o);
    assert_in_range(small->parallel, 1, 63);
    assert_true(small->memory.total_bytes <= o.mem_bytes);
    for (size_t i = 0; i < 64; i++)
        assert_same_trace(&r->traces[i], &small->traces[i]);
    sheaf_result_free(small);
    sheaf_result_free(r);
    o.mem_bytes = 1000;
    assert_int_equal(sheaf_solve(&r, engine, "?", &o, &tiny_judge, &err), SHEAF_ERR_NOMEM);
    assert_non_null(strstr(err.message, "the limit is 0.0 MiB"));
}

static void bad_questions_and_options(void **state)
{
    (void)state;
    static char long_question[20000];
    memset(long_question, 'q', sizeof long_question - 1);
    sheaf_result *r = NULL;
    const sheaf_solve_options good = tiny_options("majority", 2);
    assert_int_equal(sheaf_solve(&r, engine, "", &good, &tiny_judge, NULL), SHEAF_ERR_USAGE);
    assert_int_equal(sheaf_solve(&r, engine, " \n", &good, &tiny_judge, NULL), SHEAF_ERR_USAGE);
    assert_int_equal(sheaf_solve(&r, engine, "a\xFF", &good, &tiny_judge, NULL), SHEAF_ERR_FORMAT);
    assert_int_equal(sheaf_solve(&r, engine, long_question, &good, &tiny_judge, NULL),
                     SHEAF_ERR_LIMIT);
    sheaf_solve_options o = good;
    o.strategy = "nonsense";
    assert_int_equal(sheaf_solve(&r, engine, "?", &o, &tiny_judge, NULL), SHEAF_ERR_USAGE);
    o = good;
    o.traces = 0;
    assert_int_equal(sheaf_solve(&r, engine, "?", &o, &tiny_judge, NULL), SHEAF_ERR_USAGE);
    o = good;
    o.sampling.temperature = NAN;
    assert_int_equal(sheaf_solve(&r, engine, "?", &o, &tiny_judge, NULL), SHEAF_ERR_USAGE);
    o = good;
    o.vote = "nonsense";
    assert_int_equal(sheaf_solve(&r, engine, "?", &o, &tiny_judge, NULL), SHEAF_ERR_USAGE);
    assert_null(r);
}

static int open_engine(void **state)
{
    (void)state;
    engine = tiny_open(11);
    return 0;
}

static int close_engine(void **state)
{
    (void)state;
    tiny_close(engine);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_does_not_depend_on_how_many_run_at_once),
        cmocka_unit_test(votes_count_by_value),
        cmocka_unit_test(the_certificate_loses_nothing),
        cmocka_unit_test(online_decides_as_the_serial_rule),
        cmocka_unit_test(consensus_stops_the_run),
        cmocka_unit_test(a_repeated_tail_ends_as_loop_and_does_not_vote),
        cmocka_unit_test(a_cancelled_run_has_a_partial_vote),
        cmocka_unit_test(budgets_end_a_run),
        cmocka_unit_test(memory_lowers_the_number_at_once_or_refuses),
        cmocka_unit_test(bad_questions_and_options),
    };
    return cmocka_run_group_tests(tests, open_engine, close_engine);
}
