/* calibration_test.c - calibration and the ROC area against numbers worked out by hand. */
#include "tests/support/check.h"

#include <math.h>

#include "evals/calibration.h"

static void check_close(double got, double want)
{
    if (!(fabs(got - want) <= 1e-12))
        fail_msg("%.17g, %.17g wanted", got, want);
}

static void test_bins(void **state)
{
    (void)state;
    static const double claims[] = {0, 0.05, 0.25, 0.25, 0.95, 1, NAN, -0.1, 1.5};
    static const bool right[] = {false, true, true, false, true, true, true, true, true};
    struct calibration c;
    calibration_make(&c, claims, right, 9);
    assert_int_equal(c.n, 6); /* three are no chances */
    assert_int_equal(c.bins[0].n, 2);
    check_close(c.bins[0].claimed, 0.025);
    check_close(c.bins[0].came_true, 0.5);
    assert_int_equal(c.bins[2].n, 2);
    assert_int_equal(c.bins[9].n, 2); /* 1 belongs to the last */
    assert_int_equal(c.bins[9].n_right, 2);
    assert_true(c.bins[1].n == 0 && isnan(c.bins[1].claimed) && isnan(c.bins[1].interval.low));
    struct stats_interval wilson = stats_wilson(1, 2, 0.95);
    check_close(c.bins[2].interval.low, wilson.low);
    /* (2 |.025 - .5| + 2 |.25 - .5| + 2 |.975 - 1|) / 6 */
    check_close(c.error, (0.95 + 0.5 + 0.05) / 6);
    /* 0, .95^2, .75^2, .25^2, .05^2, 0 */
    check_close(c.brier, (0.9025 + 0.5625 + 0.0625 + 0.0025) / 6);
}

static void test_nothing(void **state)
{
    (void)state;
    struct calibration c;
    calibration_make(&c, NULL, NULL, 0);
    assert_true(c.n == 0 && isnan(c.error) && isnan(c.brier));
}

static const struct {
    double right[4], wrong[4];
    size_t n_right, n_wrong;
    double area;
} cases[] = {
    {{3, 4}, {1, 2}, 2, 2, 1},
    {{1, 2}, {4, 3}, 2, 2, 0},
    {{1, 1, 1}, {1, 1}, 3, 2, 0.5},
    {{4, 1}, {2, 3}, 2, 2, 0.5},
    {{2, 3, 3}, {1, 3, 4, 0}, 3, 4, (2 + 2.5 + 2.5) / 12},
    {{INFINITY}, {-INFINITY, 5}, 1, 2, 1},
};

static void test_area(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double right[4], wrong[4];
        for (size_t j = 0; j < 4; j++) {
            right[j] = cases[i].right[j];
            wrong[j] = cases[i].wrong[j];
        }
        check_close(calibration_auroc(right, cases[i].n_right, wrong, cases[i].n_wrong),
                    cases[i].area);
    }
    double one[] = {1};
    assert_true(isnan(calibration_auroc(one, 0, one, 1)));
    assert_true(isnan(calibration_auroc(one, 1, one, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bins), cmocka_unit_test(test_nothing), cmocka_unit_test(test_area)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
