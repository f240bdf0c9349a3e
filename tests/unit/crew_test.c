/* crew_test.c - questions that share a decoder have the results that they have alone: every
 * strategy at once, over every model family, whatever the batch and the memory; and what happens to
 * the others when one fails or the caller stops. */
#include <string.h>

#include "base/alloc.h"
#include "tests/support/each_variant.h"
#include "tests/support/tiny_solve.h"

/* Every kind of cut and stop, and runs of one trace beside runs of many. */
static const struct {
    const char *strategy;
    size_t traces, parallel, max_tokens;
} cases[] = {
    {"self-consistency", 6, 0, 40}, {"deepconf-online", 10, 0, 40}, {"esc", 12, 2, 30},
    {"probe", 5, 3, 40},            {"single", 1, 0, 60},           {"budget-forcing", 4, 0, 50},
    {"deepconf-adaptive", 9, 4, 40}, {"steps", 4, 0, 25},           {"self-consistency", 7, 1, 20},
    {"probe-adaptive", 6, 0, 40},   {"auto", 8, 0, 30},             {"cges", 8, 0, 30},
};
enum { N_JOBS = sizeof cases / sizeof cases[0] };

/* Of different lengths, so that prompts end anywhere in a page. */
static const char *const questions[] = {
    "How many?", "How many a b c d e f g h i j k?",
    "a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b?"};

struct desk {
    sheaf_solve_options options[N_JOBS];
    const char *questions[N_JOBS];
    sheaf_result *results[N_JOBS];
    sheaf_code faults[N_JOBS];
    size_t n_jobs, next, n_done;
    size_t cancel_after; /* jobs done; 0: never */
    volatile int cancel;
    size_t most_begun; /* jobs handed out and not done */
};

static void set_up(struct desk *d)
{
    *d = (struct desk){.n_jobs = N_JOBS};
    for (size_t i = 0; i < N_JOBS; i++) {
        sheaf_solve_options *o = &d->options[i];
        *o = tiny_options(cases[i].strategy, cases[i].traces);
        o->parallel = cases[i].parallel;
        o->max_tokens = cases[i].max_tokens;
        o->seed = i / 3;
        o->warmup = 4;
        o->window = i % 2 ? 16 : 0;
        o->probe_every = 6;
        o->probe_agree = 2;
        o->think_tokens = 20;
        o->tau = 0.7;
        o->min_ballots = 2;
        o->esc_window = 3;
        o->cancel = &d->cancel;
        d->questions[i] = questions[i % (sizeof questions / sizeof questions[0])];
    }
}

static bool next(void *ctx, sheaf_job *out)
{
    struct desk *d = ctx;
    if (d->next == d->n_jobs || d->cancel)
        return false;
    size_t i = d->next++;
    *out = (sheaf_job){.question = d->questions[i], .options = &d->options[i],
                       .judge = &tiny_judge, .ctx = &d->options[i]};
    size_t begun = d->next - d->n_done;
    d->most_begun = begun > d->most_begun ? begun : d->most_begun;
    return true;
}

static void done(void *ctx, const sheaf_job *job, sheaf_result *result, const sheaf_error *fault)
{
    struct desk *d = ctx;
    size_t i = (size_t)((const sheaf_solve_options *)job->ctx - d->options);
    assert_true(!d->results[i] && !d->faults[i] && !result == !!fault);
    d->results[i] = result;
    d->faults[i] = fault ? fault->code : SHEAF_OK;
    if (++d->n_done == d->cancel_after)
        d->cancel = 1;
}

static void tear_down(struct desk *d)
{
    for (size_t i = 0; i < N_JOBS; i++)
        sheaf_result_free(d->results[i]);
}

static void run_desk(struct desk *d, sheaf_engine *e, size_t batch)
{
    sheaf_error err = {0};
    const sheaf_jobs jobs = {.ctx = d, .next = next, .done = done, .batch = batch};
    CHECK_OK(sheaf_solve_many(e, &jobs, &err), err);
    assert_int_equal(d->n_done, d->next);
}

static sheaf_result *alone(sheaf_engine *e, const struct desk *d, size_t i)
{
    sheaf_result *r = NULL;
    sheaf_error err = {0};
    CHECK_OK(sheaf_solve(&r, e, d->questions[i], &d->options[i], &tiny_judge, &err), err);
    return r;
}

static void assert_same_vote(const sheaf_vote *a, const sheaf_vote *b)
{
    assert_string_equal(a->answer, b->answer);
    assert_int_equal(a->answer_class, b->answer_class);
    assert_int_equal(a->ballots, b->ballots);
    assert_true(a->weight == b->weight && a->share == b->share);
}

static void assert_same_result(const sheaf_result *a, const sheaf_result *b)
{
    assert_string_equal(a->strategy, b->strategy);
    assert_int_equal(a->n_traces, b->n_traces);
    assert_int_equal(a->stop, b->stop);
    assert_int_equal(a->parallel, b->parallel);
    assert_int_equal(a->window, b->window);
    assert_memory_equal(&a->threshold, &b->threshold, sizeof a->threshold);
    assert_int_equal(a->tokens, b->tokens);
    assert_int_equal(a->tokens_probe, b->tokens_probe);
    assert_int_equal(a->tokens_overshoot, b->tokens_overshoot);
    assert_int_equal(a->decode_rows, b->decode_rows);
    assert_int_equal(a->n_votes, b->n_votes);
    for (size_t i = 0; i < a->n_votes; i++)
        assert_same_vote(&a->votes[i], &b->votes[i]);
    for (size_t i = 0; i < a->n_traces; i++) {
        assert_same_trace(&a->traces[i], &b->traces[i]);
        assert_int_equal(a->traces[i].votes, b->traces[i].votes);
        assert_true(a->traces[i].weight == b->traces[i].weight);
        assert_int_equal(a->traces[i].n_probes, b->traces[i].n_probes);
    }
}

/* ---- the same bits -------------------------------------------------------------------------- */

static void all_families(void **state)
{
    sheaf_engine *e = each_variant_open(*state, QUANT_Q8_0, NULL);
    static const size_t batches[] = {1, 7, 32};
    sheaf_result *wanted[N_JOBS];
    struct desk d;
    set_up(&d);
    for (size_t i = 0; i < N_JOBS; i++)
        wanted[i] = alone(e, &d, i);
    for (size_t b = 0; b < sizeof batches / sizeof batches[0]; b++) {
        set_up(&d);
        run_desk(&d, e, batches[b]);
        assert_int_equal(d.n_done, N_JOBS);
        for (size_t i = 0; i < N_JOBS; i++)
            assert_same_result(d.results[i], wanted[i]);
        assert_true(batches[b] > 1 ? d.most_begun > 2 : d.most_begun <= 1);
        tear_down(&d);
    }
    for (size_t i = 0; i < N_JOBS; i++)
        sheaf_result_free(wanted[i]);
    sheaf_engine_close(e);
}

/* ---- one family ----------------------------------------------------------------------------- */

static sheaf_engine *engine;

static int open_engine(void **state)
{
    (void)state;
    engine = tiny_open(11);
    return engine == NULL;
}

static int close_engine(void **state)
{
    (void)state;
    tiny_close(engine);
    return 0;
}

/* Rows are never idle while jobs wait: as many as the batch, but for the last runs. */
static void rows_are_full(void **state)
{
    (void)state;
    struct desk d;
    double rows = 0, steps = 0, alone_steps = 0;
    set_up(&d);
    for (size_t i = 0; i < N_JOBS; i++) { /* traces of the same length, none saved */
        d.options[i] = tiny_options("self-consistency", 4);
        d.options[i].certificate = false;
        d.options[i].max_tokens = 30 - i;
    }
    run_desk(&d, engine, 16);
    for (size_t i = 0; i < N_JOBS; i++) {
        rows += (double)d.results[i]->decode_rows;
        steps += d.results[i]->decode_steps;
        sheaf_result *r = alone(engine, &d, i);
        assert_true(r->decode_steps <= (double)d.options[i].max_tokens);
        alone_steps += r->decode_steps;
        sheaf_result_free(r);
    }
    if (!(rows / steps > 12) || !(steps * 3 < alone_steps))
        fail_msg("%.1f rows a step, %.0f steps for %.0f alone", rows / steps, steps, alone_steps);
    tear_down(&d);
}

/* What one run needs is enough for all of them; with more they go side by side. */
static void memory_is_respected(void **state)
{
    (void)state;
    struct desk d;
    set_up(&d);
    sheaf_result *r = alone(engine, &d, 1);
    uint64_t most = r->memory.total_bytes;
    sheaf_result_free(r);
    for (size_t i = 0; i < N_JOBS; i++) {
        r = alone(engine, &d, i);
        most = r->memory.total_bytes > most ? r->memory.total_bytes : most;
        sheaf_result_free(r);
    }
    for (size_t more = 1; more <= 4; more += 3) {
        set_up(&d);
        for (size_t i = 0; i < N_JOBS; i++)
            d.options[i].mem_bytes = (size_t)(more * most);
        run_desk(&d, engine, 32);
        for (size_t i = 0; i < N_JOBS; i++) {
            d.options[i].mem_bytes = 0;
            r = alone(engine, &d, i);
            assert_same_result(d.results[i], r);
            sheaf_result_free(r);
        }
        tear_down(&d);
    }
}

static void one_that_fails_fails_alone(void **state)
{
    (void)state;
    static char endless[1 << 16];
    struct desk d;
    memset(endless, 'a', sizeof endless - 1);
    set_up(&d);
    d.questions[2] = endless;
    d.questions[4] = " ";
    d.options[5].strategy = "nonsense";
    d.options[7].mem_bytes = 1;
    run_desk(&d, engine, 32);
    static const struct {
        size_t job;
        sheaf_code code;
    } wanted[] = {{2, SHEAF_ERR_LIMIT}, {4, SHEAF_ERR_USAGE}, {5, SHEAF_ERR_USAGE},
                  {7, SHEAF_ERR_NOMEM}};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        assert_int_equal(d.faults[wanted[i].job], wanted[i].code);
    for (size_t i = 0; i < N_JOBS; i++) {
        if (d.faults[i])
            continue;
        sheaf_result *r = alone(engine, &d, i);
        assert_same_result(d.results[i], r);
        sheaf_result_free(r);
    }
    tear_down(&d);
}

/* Every job that was begun comes back, with a valid partial vote or none. */
static void cancel_ends_all(void **state)
{
    (void)state;
    for (size_t after = 1; after < N_JOBS; after += 2) {
        struct desk d;
        set_up(&d);
        d.cancel_after = after;
        run_desk(&d, engine, 16);
        assert_true(d.n_done >= after && d.n_done <= N_JOBS);
        for (size_t i = 0; i < d.next; i++)
            assert_true(d.results[i] && (!d.results[i]->partial ||
                                         d.results[i]->stop == SHEAF_STOP_CANCELLED));
        tear_down(&d);
    }
}

/* Known traces in some of the jobs, whole runs of them in others: as if all were decoded. */
static void known_traces_mix(void **state)
{
    (void)state;
    static const size_t known_jobs[] = {0, 1, 2, 3, 6, 9};
    struct desk d;
    sheaf_result *wanted[N_JOBS];
    set_up(&d);
    for (size_t i = 0; i < N_JOBS; i++)
        wanted[i] = alone(engine, &d, i);
    for (size_t share = 1; share <= 2; share++) {
        set_up(&d);
        for (size_t k = 0; k < sizeof known_jobs / sizeof known_jobs[0]; k++) {
            size_t i = known_jobs[k];
            d.options[i].known = wanted[i]->traces;
            d.options[i].n_known = wanted[i]->n_traces / (3 - share);
        }
        run_desk(&d, engine, 12);
        for (size_t i = 0; i < N_JOBS; i++) {
            assert_int_equal(d.results[i]->n_votes, wanted[i]->n_votes);
            for (size_t v = 0; v < wanted[i]->n_votes; v++)
                assert_same_vote(&d.results[i]->votes[v], &wanted[i]->votes[v]);
            assert_int_equal(d.results[i]->tokens, wanted[i]->tokens);
            assert_int_equal(d.results[i]->tokens_probe, wanted[i]->tokens_probe);
            assert_int_equal(d.results[i]->n_traces, wanted[i]->n_traces);
            for (size_t t = 0; t < wanted[i]->n_traces; t++)
                assert_int_equal(d.results[i]->traces[t].finish, wanted[i]->traces[t].finish);
        }
        assert_true(d.results[0]->decode_rows < wanted[0]->decode_rows);
        tear_down(&d);
    }
    for (size_t i = 0; i < N_JOBS; i++)
        sheaf_result_free(wanted[i]);
}

/* Shares of common steps and what was done alone: no second is counted twice. */
static void seconds_add_up(void **state)
{
    (void)state;
    struct desk d;
    double sum = 0;
    set_up(&d);
    run_desk(&d, engine, 32);
    for (size_t i = 0; i < N_JOBS; i++) {
        const sheaf_result *r = d.results[i];
        assert_true(r->seconds >= r->prefill_s && r->prefill_s > 0 && r->decode_s > 0);
        for (size_t t = 0; t < r->n_traces; t++)
            assert_true(r->traces[t].start_s <= r->traces[t].end_s &&
                        r->traces[t].end_s <= r->seconds);
        sum += r->seconds;
    }
    assert_true(sum > 0);
    tear_down(&d);
}

static void no_memory(void **state)
{
    (void)state;
    size_t n_clean = 0;
    for (uint64_t at = 1; n_clean < 2 && at < 4000; at += 1 + at / 16) {
        struct desk d;
        sheaf_error err = {0};
        set_up(&d);
        d.n_jobs = 4;
        const sheaf_jobs jobs = {.ctx = &d, .next = next, .done = done, .batch = 16};
        alloc_fail_at(at);
        sheaf_code rc = sheaf_solve_many(engine, &jobs, &err);
        alloc_fail_at(0);
        bool clean = rc == SHEAF_OK;
        assert_true(!rc || rc == SHEAF_ERR_NOMEM);
        assert_int_equal(d.n_done, d.next);
        for (size_t i = 0; i < d.next; i++) {
            bool expected = d.faults[i] == SHEAF_ERR_NOMEM ||
                            d.faults[i] == SHEAF_ERR_LIMIT; /* of the chat template's memory */
            if (d.faults[i] && !expected)
                fail_msg("allocation %d: %s", (int)at, sheaf_code_name(d.faults[i]));
            clean = clean && !d.faults[i];
        }
        n_clean += clean;
        tear_down(&d);
    }
    assert_true(n_clean > 0);
}

int main(void)
{
    static const struct variant_test each[] = {{"same bits as alone", all_families}};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_full),
        cmocka_unit_test(memory_is_respected),
        cmocka_unit_test(one_that_fails_fails_alone),
        cmocka_unit_test(cancel_ends_all),
        cmocka_unit_test(known_traces_mix),
        cmocka_unit_test(seconds_add_up),
        cmocka_unit_test(no_memory),
    };
    int failed = each_variant_run(each, sizeof each / sizeof each[0]);
    return failed + cmocka_run_group_tests(tests, open_engine, close_engine);
}
