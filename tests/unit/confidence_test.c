/* Confidence statistics by hand, and the tracker against the functions over stored traces. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/rng.h"
#include "tts/confidence.h"

#define MAX_TOKENS 3000

static float ring[MAX_TOKENS], conf[MAX_TOKENS];
static double groups[MAX_TOKENS];

static void test_by_hand(void **state)
{
    (void)state;
    static const float c[] = {4, 2, 6, 1, 3, 8};
    struct conf_summary s;
    assert_int_equal(conf_groups(groups, c, 6, 3), 4);
    assert_true(groups[0] == 4 && groups[1] == 3 && groups[2] == 10.0 / 3 && groups[3] == 4);
    conf_summarize(&s, groups, c, 6, 3, 2);
    assert_true(s.mean == 4 && s.lowest == 3 && s.bottom10 == 3 && s.tail == 5.5);
    assert_int_equal(s.lowest_at, 4);
    assert_int_equal(conf_cut_at(c, 6, 3, 3.5), 4);
    assert_int_equal(conf_cut_at(c, 6, 3, 3.0), 0); /* not below */
}

static void test_short_and_empty(void **state)
{
    (void)state;
    static const float c[] = {1, 2};
    struct conf_summary s;
    struct conf_tracker t;
    conf_summarize(&s, groups, c, 2, 16, 2048);
    assert_true(s.n_groups == 1 && s.lowest == 1.5 && s.lowest_at == 2 && s.tail == 1.5);
    assert_int_equal(conf_cut_at(c, 2, 16, 100.0), 0); /* a short trace is never cut */
    conf_tracker_init(&t, ring, 16);
    assert_true(conf_tracker_lowest(&t) == 0 && conf_tracker_mean(&t) == 0);
    conf_tracker_push(&t, 1);
    conf_tracker_push(&t, 2);
    assert_true(conf_tracker_lowest(&t) == 1.5 && !conf_tracker_cut(&t, 100.0));
    conf_summarize(&s, groups, c, 0, 16, 2048);
    assert_true(s.n_groups == 0 && s.mean == 0 && s.lowest == 0 && s.bottom10 == 0);
    assert_int_equal(conf_groups(groups, c, 0, 1), 0);
}

static void test_bottom10(void **state)
{
    (void)state;
    double v[39];
    for (size_t i = 0; i < 39; i++)
        v[i] = (double)((i * 7) % 39);
    assert_true(conf_bottom10(v, 39) == 1.0); /* 0, 1, 2 */
    v[0] = 5;
    assert_true(conf_bottom10(v, 1) == 5);
}

/* A confidence that is not finite makes the means over it infinite, and leaves with its token. */
static void test_infinite(void **state)
{
    (void)state;
    static const float c[] = {3, INFINITY, 3, 1, 1};
    struct conf_tracker t;
    conf_tracker_init(&t, ring, 2);
    for (size_t i = 0; i < 5; i++)
        conf_tracker_push(&t, c[i]);
    assert_true(conf_tracker_lowest(&t) == 1 && t.lowest_at == 5);
    assert_true(isinf(conf_tracker_mean(&t)) && conf_tracker_tail(&t) == 1);
    assert_int_equal(conf_groups(groups, c, 5, 2), 4);
    assert_true(isinf(groups[0]) && isinf(groups[1]) && groups[2] == 2);
    assert_true(isinf(conf_bottom10(groups, 4)) == 0);
}

static void fill(uint64_t seed, float scale)
{
    for (size_t i = 0; i < MAX_TOKENS; i++) {
        double u = rng_uniform(seed, 0, i);
        conf[i] = scale * (float)(u * u) + (i % 97 == 0 ? 1000 * scale : 0);
    }
}

/* Online equals offline at every token, bit for bit; both equal a sum from scratch nearly. */
static void check_window(size_t window, double threshold)
{
    struct conf_tracker t;
    size_t cut = 0;
    double naive_lowest = INFINITY;
    conf_tracker_init(&t, ring, window);
    size_t n_groups = conf_groups(groups, conf, MAX_TOKENS, window);
    assert_int_equal(n_groups, conf_group_count(MAX_TOKENS, window));
    for (size_t i = 0; i < MAX_TOKENS; i++) {
        conf_tracker_push(&t, conf[i]);
        if (!cut && conf_tracker_cut(&t, threshold))
            cut = t.n;
        if (t.n < window)
            continue;
        double sum = 0.0;
        for (size_t j = t.n - window; j < t.n; j++)
            sum += (double)conf[j];
        naive_lowest = fmin(naive_lowest, sum / (double)window);
        assert_true(fabs(groups[i + 1 - window] - sum / (double)window) <= 1e-12 * sum);
        assert_true(conf_tracker_tail(&t) == groups[i + 1 - window]);
    }
    struct conf_summary s;
    conf_summarize(&s, groups, conf, MAX_TOKENS, window, window);
    assert_true(s.lowest == conf_tracker_lowest(&t) && s.lowest_at == t.lowest_at);
    assert_true(fabs(s.lowest - naive_lowest) <= 1e-12 * naive_lowest);
    assert_true(s.mean == conf_tracker_mean(&t));
    assert_true(fabs(s.tail - conf_tracker_tail(&t)) <= 1e-12 * s.tail);
    assert_true(s.lowest <= s.bottom10 && s.bottom10 <= s.mean * 1.5);
    assert_int_equal(cut, conf_cut_at(conf, MAX_TOKENS, window, threshold));
    assert_true((cut != 0) == (s.lowest < threshold));
}

static void test_online_is_offline(void **state)
{
    (void)state;
    static const size_t windows[] = {1, 2, 7, 16, 255, 1024, 2999, 3000};
    for (size_t w = 0; w < sizeof windows / sizeof *windows; w++) {
        fill(w, 1.0f);
        check_window(windows[w], 10.0);
        check_window(windows[w], 10.2);
        fill(w, 1e-12f);
        check_window(windows[w], 1e-11);
    }
}

/* A huge value that passes through the window leaves no trace in the sum. */
static void test_no_drift(void **state)
{
    (void)state;
    struct conf_tracker t;
    conf_tracker_init(&t, ring, 4);
    for (size_t i = 0; i < 100000; i++)
        conf_tracker_push(&t, i % 10 == 0 ? 1e20f : 0.1f);
    assert_true(conf_tracker_lowest(&t) == (double)0.1f);
    assert_true(conf_tracker_tail(&t) == (double)0.1f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),   cmocka_unit_test(test_short_and_empty),
        cmocka_unit_test(test_bottom10),  cmocka_unit_test(test_infinite),
        cmocka_unit_test(test_online_is_offline), cmocka_unit_test(test_no_drift),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
