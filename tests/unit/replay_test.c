/* The serial DeepConf rule on traces small enough to follow by hand, and its invariants. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "tts/confidence.h"
#include "tts/replay.h"

static const float LOW[] = {9, 9, 2, 2, 9, 9}, MID[] = {6, 6, 6, 6}, HIGH[] = {8, 8, 8},
                   SHORT[] = {1};

#define TRACE(conf, answer) {conf, sizeof conf / sizeof *conf, answer}

static const struct replay_trace traces[] = {
    TRACE(MID, 0), TRACE(LOW, 1), TRACE(HIGH, 2), TRACE(LOW, 2), TRACE(SHORT, 2),
    TRACE(HIGH, VOTE_NONE), TRACE(HIGH, 2), TRACE(MID, 0),
};

static const struct replay_params base = {
    .n_init = 2, .eta = 50, .window = 2, .tau = 0.7, .budget = 8, .min_ballots = 1};

/* Warm-up lowest 6 and 2: s = 4; trace 0 votes, share 1. */
static void test_consensus_after_warmup(void **state)
{
    (void)state;
    struct replay_result r;
    assert_int_equal(replay_run(&r, traces, 8, 3, &base, NULL), SHEAF_OK);
    assert_true(r.threshold == 4 && r.consensus && r.shares[0] == 1);
    assert_int_equal(r.n_used, 2);
    assert_int_equal(r.tokens_used, 10);
    assert_int_equal(r.tokens_full, 4 + 6 + 3 + 6 + 1 + 3 + 3 + 4);
    assert_int_equal(r.answer, 0);
    replay_free(&r);
}

static void test_by_hand(void **state)
{
    (void)state;
    static const struct replay_decision want[] = {
        {6, 0, 4, true}, {2, 0, 6, false}, {8, 0, 3, true}, {2, 4, 4, false},
        {1, 0, 1, false}, {8, 0, 3, false}, {8, 0, 3, true},
    };
    static const double shares[] = {1, 8.0 / 14, 8.0 / 14, 8.0 / 14, 8.0 / 14, 16.0 / 22};
    struct replay_params p = base;
    struct replay_result r;
    p.min_ballots = 2;
    assert_int_equal(replay_run(&r, traces, 8, 3, &p, NULL), SHEAF_OK);
    assert_int_equal(r.n_used, 7);
    assert_int_equal(r.n_shares, 6);
    for (size_t i = 0; i < 7; i++) {
        assert_true(r.decisions[i].lowest == want[i].lowest);
        assert_int_equal(r.decisions[i].votes, want[i].votes);
        assert_int_equal(r.decisions[i].cut_at, want[i].cut_at);
        assert_int_equal(r.decisions[i].n_tokens, want[i].n_tokens);
    }
    for (size_t i = 0; i < 6; i++)
        assert_true(r.shares[i] == shares[i]);
    assert_true(r.consensus && r.answer == 2 && r.n_answers == 2);
    assert_true(r.tally[0].answer == 0 && r.tally[1].answer == 2 && r.tally[1].weight == 16);
    replay_free(&r);
}

static void test_budget(void **state)
{
    (void)state;
    struct replay_params p = base;
    struct replay_result r;
    p.tau = 2;
    p.budget = 5;
    assert_int_equal(replay_run(&r, traces, 8, 3, &p, NULL), SHEAF_OK);
    assert_true(!r.consensus && r.n_used == 5 && r.tokens_full == 20);
    replay_free(&r);
    p.budget = 1; /* below the warm-up */
    assert_int_equal(replay_run(&r, traces, 8, 3, &p, NULL), SHEAF_OK);
    assert_true(r.n_used == 1 && r.answer == 0 && r.threshold == 6);
    replay_free(&r);
}

static void test_window_from_warmup(void **state)
{
    (void)state;
    struct replay_params p = base;
    struct replay_result r;
    p.window = 0;
    assert_int_equal(replay_run(&r, traces, 8, 3, &p, NULL), SHEAF_OK);
    assert_int_equal(r.window, 16);
    replay_free(&r);
}

static void test_bad_parameters(void **state)
{
    (void)state;
    struct replay_params p[] = {base, base, base, base};
    struct replay_result r;
    p[0].n_init = 0;
    p[1].budget = 0;
    p[2].eta = 101;
    p[3].eta = NAN;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(replay_run(&r, traces, 8, 3, &p[i], NULL), SHEAF_ERR_USAGE);
    assert_int_equal(replay_run(&r, traces, 0, 3, &base, NULL), SHEAF_ERR_USAGE);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct replay_result r;
    uint64_t n = 1;
    for (;; n++) {
        alloc_fail_at(n);
        sheaf_code rc = replay_run(&r, traces, 8, 3, &base, NULL);
        alloc_fail_at(0);
        if (rc == SHEAF_OK)
            break;
        assert_int_equal(rc, SHEAF_ERR_NOMEM);
    }
    assert_true(n > 4);
    replay_free(&r);
}

/* Cutting saves tokens and changes nothing else: a trace votes in the replay exactly when its whole
 * lowest group confidence reaches the threshold, and is cut where conf_cut_at says. */
static void test_cut_is_final_lowest(void **state)
{
    (void)state;
    enum { N = 40, LENGTH = 60 };
    static float conf[N][LENGTH];
    struct replay_trace t[N];
    struct replay_result r;
    double groups[LENGTH];
    for (size_t i = 0; i < N; i++) {
        for (size_t k = 0; k < LENGTH; k++)
            conf[i][k] = (float)(3.0 + 9.0 * rng_uniform(5, i, k));
        t[i] = (struct replay_trace){conf[i], 5 + (i * 17) % (LENGTH - 5), (int32_t)(i % 3)};
    }
    const struct replay_params p = {.n_init = 8, .eta = 30, .window = 12, .tau = 2, .budget = N};
    assert_int_equal(replay_run(&r, t, N, 3, &p, NULL), SHEAF_OK);
    size_t cut = 0;
    for (size_t i = 8; i < N; i++) {
        struct conf_summary s;
        conf_summarize(&s, groups, t[i].conf, t[i].n_tokens, 12, 12);
        assert_int_equal(r.decisions[i].votes, s.lowest >= r.threshold);
        assert_int_equal(r.decisions[i].cut_at,
                         conf_cut_at(t[i].conf, t[i].n_tokens, 12, r.threshold));
        cut += r.decisions[i].cut_at != 0;
    }
    assert_true(cut > 3 && r.tokens_used < r.tokens_full);
    replay_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_consensus_after_warmup), cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_budget),                 cmocka_unit_test(test_window_from_warmup),
        cmocka_unit_test(test_bad_parameters),         cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_cut_is_final_lowest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
