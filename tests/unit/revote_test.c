/* revote_test.c - votes on stored traces: accuracies by hand, draws against exact expectations, and
 * replays against the runs of an evaluation of a tiny model. */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evals/grader.h"
#include "evals/revote.h"
#include "store/trace_log.h"
#include "tests/support/scratch_dir.h"

enum { N_TOKENS = 60 };

/* ---- a store by hand ------------------------------------------------------------------------- */

static const struct rundir_identity identity = {.run_id = "00000000000000cd",
                                                .config = {"{\"window\":16}", 13}};

/* Gold 7; a digit per trace, '-' for none. Trace i is as sure as `level` says. */
static const struct {
    const char *id, *answers, *levels;
} problems[] = {
    {"p/1", "77889977", "99119999"}, /* majority 7                          */
    {"p/2", "88877-99", "11199511"}, /* majority 8, the surest say 7        */
    {"p/3", "8888----", "55555555"}, /* never right                         */
    {"p/4", "7-------", "55555555"}, /* one vote, right                     */
};
enum { N_PROBLEMS = 4, N_TRACES = 8 };

static struct trace_record record_of(size_t p, size_t i, char *answer)
{
    answer[0] = problems[p].answers[i];
    return (struct trace_record){
        .run_id = identity.run_id, .problem = problems[p].id, .strategy = "majority", .gold = "7",
        .id = (uint32_t)i, .finish = SHEAF_FINISH_STOP, .n_tokens = N_TOKENS - 4 * i,
        .answer = answer[0] == '-' ? NULL : answer,
        .verdict = answer[0] == '7' ? TRACE_RIGHT : TRACE_WRONG, .body = TEXT("text")};
}

static void fill_store(const char *dir)
{
    struct rundir d;
    struct trace_log log;
    sheaf_error err = {0};
    int32_t tokens[N_TOKENS] = {0};
    float confidence[N_TOKENS];
    const uint32_t text_bytes[N_TOKENS] = {2, 0, 2}; /* of "text" */
    CHECK_OK(rundir_open(&d, dir, &identity, true, &err), err);
    CHECK_OK(trace_log_open(&log, &d, identity.run_id, &err), err);
    for (size_t p = 0; p < N_PROBLEMS; p++)
        for (size_t i = N_TRACES; i-- > 0;) { /* the order of ends is not that of ids */
            char answer[2] = "";
            struct trace_record r = record_of(p, i, answer);
            for (size_t k = 0; k < N_TOKENS; k++)
                confidence[k] = (float)(problems[p].levels[i] - '0') + 0.01f * (float)(k % 5);
            CHECK_OK(trace_log_add(&log, &r, tokens, confidence, text_bytes, &err), err);
        }
    trace_log_close(&log);
    rundir_close(&d);
}

/* ---- votes ----------------------------------------------------------------------------------- */

static int threads = 1;
static uint64_t seed;

static sheaf_code vote(struct revote *out, const char *const *strategies, size_t n,
                       const size_t *ks, size_t n_ks, size_t resamples, const char *problem,
                       sheaf_error *err)
{
    struct run_reader run;
    struct grader grader = grader_for(SHEAF_TASK_GENERIC, ANSWER_ANY);
    sheaf_code rc = run_reader_open(&run, scratch_root(), err);
    if (rc)
        return rc;
    struct revote_options o = {.strategies = strategies, .n_strategies = n, .ks = ks, .n_ks = n_ks,
                               .problem = problem, .resamples = resamples, .seed = seed,
                               .threads = threads,
                               .solve = revote_settings(&run), .judge = &grader.judge};
    o.solve.min_ballots = 1;
    o.solve.tau = 2.0; /* no consensus stops a replay */
    rc = revote_run(out, &run, &o, err);
    out->source = NULL; /* the reader's */
    run_reader_close(&run);
    return rc;
}

static void check_close(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%.6g, %.6g wanted", got, want);
}

static void all_traces_by_hand(void **state)
{
    (void)state;
    static const char *const names[] = {"majority", "lowest", "single", "self-consistency"};
    struct revote v;
    sheaf_error err = {0};
    fill_store(scratch_root());
    CHECK_OK(vote(&v, names, 4, NULL, 0, 10, NULL, &err), err);
    assert_true(v.graded && v.n_problems == N_PROBLEMS && v.n_rows == 4);
    assert_int_equal(v.rows[0].k, N_TRACES);
    check_close(v.rows[0].accuracy, 2.0 / 4, 1e-12); /* 1 and 4 */
    check_close(v.rows[0].se, sqrt(1.0 / 3 / 4), 1e-12);
    check_close(v.rows[1].accuracy, 3.0 / 4, 1e-12); /* 2 too */
    check_close(v.rows[1].diff, 1.0 / 4, 1e-12);
    check_close(v.rows[1].p, 1.0, 1e-12);
    check_close(v.rows[2].accuracy, 2.0 / 4, 1e-12); /* trace 0 alone: 7 8 8 7 */
    check_close(v.rows[2].tokens, N_TOKENS, 1e-12);
    check_close(v.rows[3].accuracy, v.rows[0].accuracy, 0);
    check_close(v.rows[0].tokens, N_TRACES * N_TOKENS - 4 * 28, 1e-12);
    assert_true(v.rows[1].mcnemar && v.rows[1].noise == REVOTE_WITHIN);
    check_close(v.rows[2].saved, 1 - N_TOKENS / v.rows[0].tokens, 1e-12);
    assert_false(v.rows[0].pareto); /* lowest is better with the same tokens */
    assert_true(v.rows[1].pareto && v.rows[2].pareto);
    check_close(v.rows[0].ballots, (8 + 7 + 4 + 1) / 4.0, 1e-12);
    revote_free(&v);
}

/* cons@k of the majority is exact; the same rule replayed on draws (its stop never comes) must
 * agree, ties and all: by itself within the noise, beside it without a difference. */
static void draws_agree_with_the_expectation(void **state)
{
    (void)state;
    static const char *const names[] = {"majority", "majority-consensus"};
    static const size_t ks[] = {1, 2, 3, 5};
    struct revote v, alone;
    sheaf_error err = {0};
    fill_store(scratch_root());
    CHECK_OK(vote(&v, names, 2, ks, 4, 4000, NULL, &err), err);
    CHECK_OK(vote(&alone, names + 1, 1, ks, 4, 4000, NULL, &err), err);
    check_close(v.rows[0].accuracy, (4 + 2 + 0 + 1) / 8.0 / 4, 1e-12); /* pass@1 */
    for (size_t i = 0; i < v.n_rows; i += 2) {
        assert_int_equal(v.rows[i].n_votes, 0);
        assert_int_equal(v.rows[i + 1].n_votes, 4000);
        /* four problems, 4,000 draws each: a standard deviation of at most 0.004 */
        check_close(alone.rows[i / 2].accuracy, v.rows[i].accuracy, 0.016);
        check_close(v.rows[i + 1].accuracy, v.rows[i].accuracy, 1e-12);
        assert_true(v.rows[i + 1].diff == 0 && v.rows[i + 1].p == 1);
        check_close(v.rows[i].tokens, (double)v.rows[i].k * (N_TOKENS - 14.0), 1.0);
    }
    revote_free(&alone);
    revote_free(&v);
}

/* ---- all names ------------------------------------------------------------------------------- */

static void every_name_is_there_once(void **state)
{
    (void)state;
    const char *names[REVOTE_NAMES_MAX];
    size_t n = revote_all(names, 0.9);
    assert_string_equal(names[0], "majority");
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(revote_check_name(names[i], NULL), SHEAF_OK);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(names[i], names[j]);
    }
    static const char *const wanted[] = {"majority-stop", "cges", "cges-stop", "esc", "adaptive",
                                         "deepconf-online-low", "deepconf-adaptive", "steps-cut"};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        size_t at = 0;
        while (at < n && strcmp(names[at], wanted[i]) != 0)
            at++;
        assert_true(at < n);
    }
    assert_int_equal(revote_all(names, 0.5), n + 1); /* deepconf-online is a third variant */
    assert_string_equal(revote_left_out(0), "probe");
    for (size_t i = 0; revote_left_out(i); i++)
        assert_true(i < 8);
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void assert_same_row(const struct revote_row *a, const struct revote_row *b)
{
    assert_string_equal(a->strategy, b->strategy);
    assert_true(same(a->accuracy, b->accuracy) && same(a->se, b->se) && same(a->diff, b->diff));
    assert_true(same(a->boot.low, b->boot.low) && same(a->boot.high, b->boot.high));
    assert_true(same(a->p, b->p) && same(a->p_holm, b->p_holm) && same(a->tokens, b->tokens));
    assert_true(same(a->ballots, b->ballots) && same(a->share, b->share));
    assert_int_equal(a->pareto, b->pareto);
}

/* Everything at once, on several threads, and then each budget and strategy by itself. */
static void all_at_once_is_each_alone(void **state)
{
    (void)state;
    static const size_t ks[] = {1, 3, N_TRACES};
    const char *names[REVOTE_NAMES_MAX];
    struct revote many, again;
    sheaf_error err = {0};
    size_t n = revote_all(names, 0.9);
    fill_store(scratch_root());
    CHECK_OK(vote(&many, names, n, ks, 3, 20, NULL, &err), err);
    threads = 3;
    CHECK_OK(vote(&again, names, n, ks, 3, 20, NULL, &err), err);
    threads = 1;
    assert_int_equal(many.n_rows, 3 * n);
    for (size_t i = 0; i < many.n_rows; i++)
        assert_same_row(&many.rows[i], &again.rows[i]);
    revote_free(&again);
    for (size_t i = 1; i < n; i++) {
        const char *const pair[] = {"majority", names[i]};
        CHECK_OK(vote(&again, pair, 2, &ks[2], 1, 1, NULL, &err), err);
        const struct revote_row *a = &many.rows[2 * n + i], *b = &again.rows[1];
        assert_true(a->accuracy == b->accuracy && a->tokens == b->tokens && a->p == b->p);
        assert_true(a->diff == b->diff && a->ballots == b->ballots);
        revote_free(&again);
    }
    revote_free(&many);
}

/* The stop of the certificate changes tokens, never answers, at any budget. */
static void the_certificate_is_the_majority(void **state)
{
    (void)state;
    static const char *const names[] = {"majority", "majority-stop"};
    static const size_t ks[] = {2, 4, 7, N_TRACES};
    struct revote v;
    sheaf_error err = {0};
    fill_store(scratch_root());
    CHECK_OK(vote(&v, names, 2, ks, 4, 300, NULL, &err), err);
    for (size_t i = 1; i < v.n_rows; i += 2)
        assert_true(v.rows[i].diff == 0 && v.rows[i].tokens <= v.rows[i - 1].tokens);
    assert_true(v.rows[7].saved > 0);
    revote_free(&v);
}

static void draws_depend_on_the_seed_alone(void **state)
{
    (void)state;
    static const char *const names[] = {"lowest", "deepconf-online-high"};
    static const size_t k = 4;
    struct revote a, b;
    sheaf_error err = {0};
    fill_store(scratch_root());
    CHECK_OK(vote(&a, names, 2, &k, 1, 50, NULL, &err), err);
    CHECK_OK(vote(&b, names, 2, &k, 1, 50, NULL, &err), err);
    for (size_t i = 0; i < 2; i++)
        assert_same_row(&a.rows[i], &b.rows[i]);
    revote_free(&b);
    seed = 1;
    CHECK_OK(vote(&b, names, 2, &k, 1, 50, NULL, &err), err);
    seed = 0;
    assert_true(a.rows[0].accuracy != b.rows[0].accuracy || a.rows[0].tokens != b.rows[0].tokens);
    revote_free(&a);
    revote_free(&b);
}

static void one_problem_has_an_answer(void **state)
{
    (void)state;
    static const char *const names[] = {"majority", "lowest", "deepconf-online-low"};
    struct revote v;
    sheaf_error err = {0};
    fill_store(scratch_root());
    CHECK_OK(vote(&v, names, 3, NULL, 0, 1, "p/2", &err), err);
    assert_int_equal(v.n_problems, 1);
    assert_string_equal(v.rows[0].answer, "8");
    assert_string_equal(v.rows[1].answer, "7");
    assert_string_equal(v.rows[2].answer, "7");
    assert_true(isnan(v.rows[0].se));
    revote_free(&v);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *strategy;
        size_t k;
        const char *problem, *says;
    } cases[] = {
        {"best-guess", 0, NULL, "neither a strategy nor a vote rule"},
        {"majority", 9, NULL, "no problem has so many"},
        {"majority", 0, "p/5", "no traces of problem"},
        {"probe", 0, NULL, "cannot be replayed"},
    };
    fill_store(scratch_root());
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct revote v;
        sheaf_error err = {0};
        assert_int_equal(vote(&v, &cases[i].strategy, 1, &cases[i].k, cases[i].k > 0, 2,
                              cases[i].problem, &err),
                         SHEAF_ERR_USAGE);
        if (!strstr(err.message, cases[i].says))
            fail_msg("'%s' in '%s' wanted", cases[i].says, err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_traces_by_hand),
        cmocka_unit_test(draws_agree_with_the_expectation),
        cmocka_unit_test(every_name_is_there_once),
        cmocka_unit_test(all_at_once_is_each_alone),
        cmocka_unit_test(the_certificate_is_the_majority),
        cmocka_unit_test(draws_depend_on_the_seed_alone),
        cmocka_unit_test(one_problem_has_an_answer),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
