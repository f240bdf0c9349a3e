/* The incomplete beta function against closed forms and its symmetries. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/beta.h"

static void check_close(double got, double want, double relative)
{
    if (!(fabs(got - want) <= relative * fabs(want)))
        fail_msg("%.17g, %.17g wanted", got, want);
}

static void test_closed_forms(void **state)
{
    (void)state;
    for (double x = 0.03; x < 1.0; x += 0.07) {
        check_close(beta_inc(1.0, 1.0, x), x, 1e-13);
        check_close(beta_inc(7.0, 1.0, x), pow(x, 7.0), 1e-12);
        check_close(beta_inc(1.0, 60.0, x), -expm1(60.0 * log1p(-x)), 1e-12);
        check_close(beta_inc(0.5, 0.5, x), 2.0 / M_PI * asin(sqrt(x)), 1e-12);
    }
}

/* P(X >= a) of Bin(n, x) is I_x(a, n - a + 1): summed term by term. */
static void test_binomial_sum(void **state)
{
    (void)state;
    static const int sizes[] = {1, 2, 9, 40, 300};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        int n = sizes[s];
        double x = 0.3, tail = 0.0;
        for (int a = n; a >= 1; a--) {
            double log_c = lgamma(n + 1.0) - lgamma(a + 1.0) - lgamma(n - a + 1.0);
            tail += exp(log_c + a * log(x) + (n - a) * log1p(-x));
            check_close(beta_inc(a, n - a + 1.0, x), tail, 1e-10);
        }
    }
}

static void test_symmetry_and_order(void **state)
{
    (void)state;
    double last = 0.0;
    for (double x = 0.0; x <= 1.0; x += 0.01) {
        double i = beta_inc(30.0, 4.5, x);
        assert_true(fabs(i + beta_inc(4.5, 30.0, 1.0 - x) - 1.0) < 1e-12);
        assert_true(i >= last);
        last = i;
    }
    check_close(beta_inc(1e5, 1e5, 0.5), 0.5, 1e-9);
}

static void test_edges(void **state)
{
    (void)state;
    assert_true(beta_inc(2.0, 3.0, 0.0) == 0.0 && beta_inc(2.0, 3.0, -1.0) == 0.0);
    assert_true(beta_inc(2.0, 3.0, 1.0) == 1.0 && beta_inc(2.0, 3.0, 9.0) == 1.0);
    assert_true(isnan(beta_inc(0.0, 1.0, 0.5)) && isnan(beta_inc(1.0, -1.0, 0.5)));
    assert_true(isnan(beta_inc(1.0, 1.0, NAN)) && isnan(beta_inc(NAN, 1.0, 0.5)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_forms),
        cmocka_unit_test(test_binomial_sum),
        cmocka_unit_test(test_symmetry_and_order),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
