/* Whole runs by every strategy over a tiny random model: cuts, probes and forced tokens change no
 * other trace, stops that go by ids decide as a serial run, and any budget leaves a valid vote. */
#include <math.h>
#include <string.h>

#include "tests/support/check.h"
#include "tests/support/tiny_solve.h"
#include "tts/run.h"

static sheaf_engine *engine;

static bool is_prefix(const sheaf_trace *part, const sheaf_trace *whole)
{
    return part->n_tokens <= whole->n_tokens &&
           memcmp(part->tokens, whole->tokens, part->n_tokens * sizeof *part->tokens) == 0 &&
           memcmp(part->confidence, whole->confidence,
                  part->n_tokens * sizeof *part->confidence) == 0;
}

static void probes_change_no_bits(void **state)
{
    (void)state;
    sheaf_solve_options o = tiny_options("self-consistency", 12);
    sheaf_result *plain = tiny_run(engine, &o);
    assert_int_equal(plain->tokens_warmup, 0); /* there is no threshold to warm up for */
    o.strategy = "probe";
    o.certificate = false;
    o.probe_every = 7;
    o.probe_agree = 65536;
    for (size_t parallel = 1; parallel <= 12; parallel += 11) {
        o.parallel = parallel;
        sheaf_result *r = tiny_run(engine, &o);
        size_t n_probes = 0;
        for (size_t i = 0; i < 12; i++) {
            assert_same_trace(&plain->traces[i], &r->traces[i]);
            n_probes += r->traces[i].n_probes;
        }
        assert_true(n_probes > 12);
        assert_true(r->tokens_probe >= n_probes * 2);
        assert_int_equal(r->tokens, plain->tokens + r->tokens_probe);
        sheaf_result_free(r);
    }
    sheaf_result_free(plain);
}

/* Traces that their probes ended, checked against the whole ones. */
static size_t count_probed(const sheaf_result *r, const sheaf_result *plain)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_traces; i++) {
        const sheaf_trace *t = &r->traces[i];
        assert_true(is_prefix(t, &plain->traces[i]));
        if (t->finish != SHEAF_FINISH_PROBE)
            continue;
        assert_true(t->n_tokens % 5 == 0 && t->n_tokens < plain->traces[i].n_tokens);
        assert_true(t->answer && t->votes);
        n++;
    }
    return n;
}

static size_t probe_model(sheaf_engine *e)
{
    sheaf_solve_options o = tiny_options("self-consistency", 40);
    sheaf_result *plain = tiny_run(e, &o);
    o.strategy = "probe";
    o.certificate = false;
    o.probe_every = 5;
    o.probe_agree = 1;
    sheaf_result *r = tiny_run(e, &o);
    o.parallel = 3;
    sheaf_result *few = tiny_run(e, &o);
    size_t n = count_probed(r, plain);
    for (size_t i = 0; i < r->n_traces; i++)
        assert_same_trace(&r->traces[i], &few->traces[i]);
    sheaf_result_free(few);
    sheaf_result_free(r);
    sheaf_result_free(plain);
    return n;
}

/* Not every random model ever closes a box, so several are asked. */
static void agreeing_probes_end_a_trace(void **state)
{
    (void)state;
    size_t n_probed = 0;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        sheaf_engine *e = tiny_open(seed);
        n_probed += probe_model(e);
        tiny_close(e);
    }
    assert_true(n_probed > 0);
}

/* ---- stops by order of ids ---- */

static void assert_same_vote(const sheaf_result *a, const sheaf_result *b)
{
    assert_int_equal(a->stop, b->stop);
    assert_int_equal(a->n_votes, b->n_votes);
    for (size_t i = 0; i < a->n_votes; i++) {
        assert_string_equal(a->votes[i].answer, b->votes[i].answer);
        assert_int_equal(a->votes[i].ballots, b->votes[i].ballots);
        assert_true(a->votes[i].weight == b->votes[i].weight);
    }
}

/* Alone on its slot, a trace is decided on before the next begins: nothing is launched past the
 * stop. Side by side the answer is the same, and what ran past the stop is overshoot. */
static size_t stops_serially(const char *strategy, uint64_t seed)
{
    sheaf_solve_options o = tiny_options(strategy, 24);
    o.seed = seed;
    o.parallel = 1;
    o.tau = 0.8;
    o.warmup = 4;
    o.esc_window = 2;
    o.cges_centre = 3.0;
    sheaf_result *serial = tiny_run(engine, &o);
    for (size_t parallel = 2; parallel <= 24; parallel *= 3) {
        o.parallel = parallel;
        sheaf_result *r = tiny_run(engine, &o);
        assert_same_vote(serial, r);
        assert_true(r->n_traces >= serial->n_traces);
        for (size_t i = 0; i < r->n_traces; i++) {
            assert_true(i < serial->n_traces || !r->traces[i].votes);
            if (i >= serial->n_traces)
                assert_int_equal(r->traces[i].overshoot, r->traces[i].n_tokens);
        }
        sheaf_result_free(r);
    }
    size_t early = serial->n_traces < 24;
    assert_int_equal(early, serial->stop != SHEAF_STOP_BUDGET);
    sheaf_result_free(serial);
    return early;
}

static void stops_by_id_are_serial(void **state)
{
    (void)state;
    static const char *const names[] = {"esc", "adaptive", "adaptive-weighted", "cges",
                                        "deepconf-adaptive"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t early = 0;
        for (uint64_t seed = 1; seed <= 4; seed++)
            early += stops_serially(names[i], seed);
        if (early == 0)
            fail_msg("%s never stopped early", names[i]);
    }
}

/* ---- budget forcing ---- */

static void a_limit_ends_the_thinking(void **state)
{
    (void)state;
    static const char words[] = "\n\nThe final answer is \\boxed{";
    int32_t *phrase;
    size_t n, n_told = 0;
    sheaf_error err = {0};
    CHECK_OK(sheaf_engine_tokenize(engine, &phrase, &n, words, sizeof words - 1, false, true, &err),
             err);
    sheaf_solve_options o = tiny_options("self-consistency", 10);
    o.max_tokens = 100;
    sheaf_result *plain = tiny_run(engine, &o);
    o.strategy = "budget-forcing";
    o.certificate = false;
    o.think_tokens = 20;
    o.waits = 0;
    sheaf_result *r = tiny_run(engine, &o);
    for (size_t i = 0; i < 10; i++) {
        const sheaf_trace *t = &r->traces[i], *p = &plain->traces[i];
        size_t same = p->n_tokens < 20 ? p->n_tokens : 20;
        assert_memory_equal(t->tokens, p->tokens, same * sizeof *t->tokens);
        if (p->n_tokens < 20)
            continue;
        assert_true(t->n_tokens >= 20 + n);
        assert_memory_equal(t->tokens + 20, phrase, n * sizeof *phrase);
        assert_int_equal(t->n_forced, n);
        n_told++;
    }
    assert_true(n_told > 0);
    sheaf_free(phrase);
    sheaf_result_free(r);
    sheaf_result_free(plain);
}

static void an_early_end_waits(void **state)
{
    (void)state;
    int32_t *wait;
    size_t n, n_waited = 0;
    sheaf_error err = {0};
    CHECK_OK(sheaf_engine_tokenize(engine, &wait, &n, "Wait", 4, false, true, &err), err);
    sheaf_solve_options o = tiny_options("self-consistency", 24);
    o.max_tokens = 200;
    sheaf_result *plain = tiny_run(engine, &o);
    o.strategy = "budget-forcing";
    o.certificate = false;
    o.think_tokens = 150;
    o.waits = 1;
    sheaf_result *r = tiny_run(engine, &o);
    for (size_t i = 0; i < 24; i++) {
        const sheaf_trace *t = &r->traces[i], *p = &plain->traces[i];
        if (p->finish != SHEAF_FINISH_STOP || p->n_tokens + n >= 150)
            continue;
        assert_true(t->n_tokens >= p->n_tokens + n);
        assert_memory_equal(t->tokens, p->tokens, p->n_tokens * sizeof *t->tokens);
        assert_memory_equal(t->tokens + p->n_tokens, wait, n * sizeof *wait);
        n_waited++;
    }
    assert_true(n_waited > 0);
    sheaf_free(wait);
    sheaf_result_free(r);
    sheaf_result_free(plain);
}

/* ---- arithmetic steps ---- */

static bool watched(const char *body)
{
    static char line[WATCH_LINE];
    struct run r = {.e = engine};
    struct watch w;
    int32_t *tokens;
    size_t n;
    bool wrong = false;
    sheaf_error err = {0};
    CHECK_OK(sheaf_engine_tokenize(engine, &tokens, &n, body, strlen(body), false, false, &err),
             err);
    watch_init(&w, &r, line);
    for (size_t i = 0; i < n; i++)
        wrong = watch_push(&w, tokens[i]) || wrong;
    wrong = watch_end(&w) || wrong;
    sheaf_free(tokens);
    return wrong;
}

static void lines_are_watched(void **state)
{
    (void)state;
    static char long_line[3 * WATCH_LINE];
    assert_false(watched("So 3 + 4 = 7\nand 7 * 2 = 14.\nDone"));
    assert_true(watched("So 3 + 4 = 8\nand so on"));
    assert_true(watched("So 3 + 4 = 7\nand 7 * 2 = 15"));
    memset(long_line, 'a', sizeof long_line - 1);
    assert_false(watched(long_line));
    struct watch off;
    watch_init(&off, NULL, NULL);
    assert_false(watch_push(&off, 5) || watch_end(&off));
}

/* ---- choices ---- */

static void rules_override_a_row(void **state)
{
    (void)state;
    sheaf_solve_options o = tiny_options("majority", 6);
    o.vote = "tail";
    sheaf_result *r = tiny_run(engine, &o);
    assert_string_equal(r->strategy, "majority");
    assert_string_equal(r->vote, "tail");
    assert_string_equal(r->stop_rule, "none"); /* its certificate counts unit votes only */
    sheaf_result_free(r);
    o.cut = "confidence";
    o.stop = "esc";
    r = tiny_run(engine, &o);
    assert_string_equal(r->cut, "confidence");
    assert_string_equal(r->stop_rule, "esc");
    assert_true(isfinite(r->threshold));
    assert_null(r->why);
    sheaf_result_free(r);
}

static void auto_says_what_and_why(void **state)
{
    (void)state;
    sheaf_solve_options o = tiny_options("auto", 4);
    sheaf_result *r = tiny_run(engine, &o);
    assert_string_equal(r->strategy, "budget-forcing"); /* the vocabulary has <think> */
    assert_non_null(r->why);
    sheaf_result_free(r);
    o.thinking = 0;
    r = tiny_run(engine, &o);
    assert_string_equal(r->strategy, "majority");
    assert_non_null(r->why);
    sheaf_result_free(r);
    o.sampling.temperature = 0;
    r = tiny_run(engine, &o);
    assert_string_equal(r->strategy, "single");
    assert_int_equal(r->n_traces, 1);
    sheaf_result_free(r);
}

static bool not_zero(void *ctx, const char *answer)
{
    (void)ctx;
    return answer[0] != '0';
}

static void answers_of_another_type_do_not_vote(void **state)
{
    (void)state;
    sheaf_judge picky = tiny_judge;
    picky.fits = not_zero;
    sheaf_solve_options o = tiny_options("self-consistency", 20);
    sheaf_result *r = NULL;
    size_t n_refused = 0;
    sheaf_error err = {0};
    CHECK_OK(sheaf_solve(&r, engine, "How many?", &o, &picky, &err), err);
    for (size_t i = 0; i < r->n_traces; i++) {
        const sheaf_trace *t = &r->traces[i];
        bool zero = t->answer && t->answer[0] == '0';
        assert_int_equal(t->votes, t->answer && !zero);
        n_refused += zero;
    }
    assert_true(n_refused > 0);
    for (size_t i = 0; i < r->n_votes; i++)
        assert_true(r->votes[i].answer[0] != '0');
    sheaf_result_free(r);
}

/* ---- every row under every budget ---- */

static void assert_valid(const sheaf_result *r)
{
    double share = 0.0;
    size_t ballots = 0, voting = 0;
    for (size_t i = 0; i < r->n_votes; i++) {
        share += r->votes[i].share;
        ballots += r->votes[i].ballots;
    }
    for (size_t i = 0; i < r->n_traces; i++)
        voting += r->traces[i].votes;
    assert_int_equal(ballots, voting);
    assert_true(r->n_votes == 0 || fabs(share - 1.0) < 1e-9);
    assert_int_equal(r->answer != NULL, r->n_votes > 0);
}

static void every_strategy_under_every_budget(void **state)
{
    (void)state;
    for (size_t i = 0; sheaf_strategy_name(i); i++) {
        assert_non_null(sheaf_strategy_about(i));
        sheaf_solve_options o = tiny_options(sheaf_strategy_name(i), 10);
        o.probe_every = 8;
        o.warmup = 3;
        sheaf_result *r = tiny_run(engine, &o);
        assert_false(r->partial);
        assert_valid(r);
        sheaf_result_free(r);
        o.max_total_tokens = 30;
        r = tiny_run(engine, &o);
        assert_int_equal(r->partial, r->tokens >= 30);
        assert_int_equal(r->partial, r->stop == SHEAF_STOP_TOKENS);
        assert_true(r->partial || r->n_wanted == 1);
        assert_true(r->tokens < 30 + 2 * r->parallel);
        assert_valid(r);
        sheaf_result_free(r);
        o.max_total_tokens = 0;
        o.max_seconds = 1e-9;
        r = tiny_run(engine, &o);
        assert_true(r->partial && r->stop == SHEAF_STOP_DEADLINE);
        assert_valid(r);
        sheaf_result_free(r);
    }
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
        cmocka_unit_test(probes_change_no_bits),
        cmocka_unit_test(agreeing_probes_end_a_trace),
        cmocka_unit_test(stops_by_id_are_serial),
        cmocka_unit_test(a_limit_ends_the_thinking),
        cmocka_unit_test(an_early_end_waits),
        cmocka_unit_test(lines_are_watched),
        cmocka_unit_test(rules_override_a_row),
        cmocka_unit_test(auto_says_what_and_why),
        cmocka_unit_test(answers_of_another_type_do_not_vote),
        cmocka_unit_test(every_strategy_under_every_budget),
    };
    return cmocka_run_group_tests(tests, open_engine, close_engine);
}
