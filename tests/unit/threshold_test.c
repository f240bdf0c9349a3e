/* Percentiles, thresholds and windows. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tts/threshold.h"

static void test_percentile(void **state)
{
    (void)state;
    static const struct { double percent, want; } cases[] = {
        {0, 1}, {100, 4}, {50, 2.5}, {25, 1.75}, {90, 3.7}, {33.3, 1.999},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double v[] = {4, 1, 3, 2};
        assert_true(fabs(threshold_percentile(v, 4, cases[i].percent) - cases[i].want) < 1e-12);
    }
    double one[] = {7};
    assert_true(threshold_percentile(one, 1, 37) == 7);
    double open[] = {INFINITY, 1, INFINITY};
    assert_true(threshold_percentile(open, 3, 90) == INFINITY);
    double ends[] = {INFINITY, -INFINITY};
    assert_true(threshold_percentile(ends, 2, 30) == INFINITY);
}

/* A rank that is whole gives the value itself, so the trace that sets the threshold is kept. */
static void test_whole_rank(void **state)
{
    (void)state;
    enum { N = 101 };
    double v[N], scratch[N];
    for (size_t i = 0; i < N; i++)
        v[i] = 0.1 + 1.0 / (double)(i + 3);
    for (int eta = 0; eta <= 100; eta++) {
        double s = threshold_keep(scratch, v, N, eta);
        int kept = 0;
        for (size_t i = 0; i < N; i++)
            kept += v[i] >= s;
        assert_int_equal(kept, eta + 1);
    }
}

static void test_window(void **state)
{
    (void)state;
    static const struct { double lengths[4]; size_t n, want; } cases[] = {
        {{10, 20, 30}, 3, 16},         {{800}, 1, 100},   {{799}, 1, 99},
        {{100000, 90000}, 2, 2048},    {{400, 100, 300, 200}, 4, 31},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double lengths[4];
        memcpy(lengths, cases[i].lengths, sizeof lengths);
        assert_int_equal(threshold_window(lengths, cases[i].n), cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_percentile),
        cmocka_unit_test(test_whole_rank),
        cmocka_unit_test(test_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
