/* Distributions, intervals and tests: closed forms, counting, and the random versions against the
 * enumerated ones. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/beta.h"
#include "base/rng.h"
#include "evals/dist.h"
#include "evals/stats.h"

static void check_close(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%.17g, %.17g wanted", got, want);
}

static void test_quantiles_invert(void **state)
{
    (void)state;
    static const double ps[] = {1e-12, 1e-4, 0.025, 0.31, 0.5, 0.6, 0.975, 0.9999};
    static const double shapes[] = {0.5, 1, 2, 15, 300};
    for (size_t i = 0; i < sizeof ps / sizeof *ps; i++) {
        check_close(dist_norm_cdf(dist_norm_ppf(ps[i])), ps[i], 1e-13 * ps[i] + 1e-16);
        for (size_t a = 0; a < 5; a++) {
            check_close(dist_t_cdf(dist_t_ppf(ps[i], shapes[a]), shapes[a]), ps[i], 1e-10 * ps[i]);
            for (size_t b = 0; b < 5; b++) {
                double x = dist_beta_ppf(ps[i], shapes[a], shapes[b]);
                check_close(beta_inc(shapes[a], shapes[b], x), ps[i], 1e-9 * ps[i]);
            }
        }
    }
    check_close(dist_t_ppf(0.75, 1), 1.0, 1e-12); /* Cauchy */
    check_close(dist_t_cdf(1.0, 1), 0.75, 1e-14);
}

static void test_quantile_edges(void **state)
{
    (void)state;
    assert_true(isinf(dist_norm_ppf(0.0)) && isinf(dist_norm_ppf(1.0)));
    assert_true(isinf(dist_t_ppf(0.0, 3)) && isnan(dist_t_ppf(0.5, 0)));
    assert_true(isnan(dist_norm_ppf(-0.1)) && isnan(dist_norm_ppf(NAN)));
    assert_true(isnan(dist_beta_ppf(2.0, 1, 1)) && isnan(dist_beta_ppf(0.5, -1, 1)));
    assert_true(dist_beta_ppf(0.0, 2, 2) == 0 && dist_beta_ppf(1.0, 2, 2) == 1);
    assert_true(dist_norm_ppf(0.5) == 0 && dist_norm_ppf(0.25) == -dist_norm_ppf(0.75));
}

static void test_proportion(void **state)
{
    (void)state;
    struct stats_interval i = stats_clopper_pearson(0, 10, 0.95);
    check_close(i.high, 1.0 - pow(0.025, 0.1), 1e-12);
    assert_true(i.low == 0.0 && stats_clopper_pearson(10, 10, 0.95).high == 1.0);
    i = stats_wilson(5, 10, 0.95);
    check_close(i.low + i.high, 1.0, 1e-15);
    assert_true(stats_wilson(0, 3, 0.9).low == 0.0 && stats_wilson(3, 3, 0.9).high == 1.0);
    for (size_t k = 0; k <= 20; k++) { /* both hold the estimate; the exact one is wider here */
        struct stats_interval w = stats_wilson(k, 20, 0.95);
        struct stats_interval cp = stats_clopper_pearson(k, 20, 0.95);
        double share = (double)k / 20.0;
        assert_true(w.low <= share && share <= w.high);
        assert_true(cp.low <= w.low + 1e-12 || k == 0 || cp.high >= w.high - 1e-12);
    }
}

static void test_clustered(void **state)
{
    (void)state;
    static const double scores[] = {1, 1, 1, 0, 0, 0, 1, 0}, alone[] = {1, 0, 1};
    static const size_t sizes[] = {2, 2, 2, 2}, ragged[] = {5, 3}, one[] = {3};
    struct stats_clustered c = stats_clustered(scores, sizes, 4, 0.95);
    assert_true(c.n == 8 && c.mean == 0.5 && c.balanced && c.cluster_mean == 0.5);
    check_close(c.se_cr1, c.cluster_se, 1e-15); /* balanced data */
    check_close(c.cluster_se, sqrt(0.5 / 3 / 4), 1e-15);
    check_close(c.se_naive, sqrt(2.0 / 7 / 8), 1e-15);
    assert_true(c.se_cr0 < c.se_cr1);
    assert_false(stats_clustered(scores, ragged, 2, 0.95).balanced);
    c = stats_clustered(alone, one, 1, 0.95);
    assert_true(isnan(c.cluster_se) && isnan(c.se_cr1) && isnan(c.t_interval.low));
}

static void test_paired(void **state)
{
    (void)state;
    static const double a[] = {0, 0, 0, 0}, b[] = {1, 1, 1, 0};
    struct stats_paired p = stats_paired(a, b, 4, 0.95, 0);
    assert_true(p.mean == 0.75 && p.n_assignments == 16);
    assert_true(p.p_flip == 0.25); /* +++ or --- of three */
    check_close(p.t, 3.0, 1e-14);
    p = stats_paired(a, a, 4, 0.95, 0);
    assert_true(p.p_flip == 1.0 && p.se == 0.0 && isnan(p.t) && isnan(p.p_t));
    p = stats_paired(a, b, 1, 0.95, 0);
    assert_true(isnan(p.se) && p.p_flip == 1.0);
}

/* The enumerated permutation test against each assignment summed anew. */
static void test_flips_by_counting(void **state)
{
    (void)state;
    enum { N = 9 };
    double a[N], b[N];
    for (uint64_t seed = 0; seed < 10; seed++) {
        unsigned hits = 0;
        double observed = 0.0;
        for (size_t i = 0; i < N; i++) {
            a[i] = floor(rng_uniform(seed, 0, i) * 5) / 10;
            b[i] = floor(rng_uniform(seed, 1, i) * 8) / 10;
            observed += b[i] - a[i];
        }
        for (unsigned set = 0; set < 1u << N; set++) {
            double sum = 0.0;
            for (size_t i = 0; i < N; i++)
                sum += set >> i & 1 ? a[i] - b[i] : b[i] - a[i];
            hits += fabs(sum) >= fabs(observed) - 1e-9;
        }
        assert_true(stats_paired(a, b, N, 0.95, 0).p_flip == hits / 512.0);
    }
}

/* Past the exact limit the drawn test comes near the t test, and a seed repeats. */
static void test_flips_drawn(void **state)
{
    (void)state;
    enum { N = 60 };
    double a[N], b[N];
    for (size_t i = 0; i < N; i++) {
        a[i] = rng_uniform(7, 0, i);
        b[i] = rng_uniform(7, 1, i) + 0.08;
    }
    struct stats_paired p = stats_paired(a, b, N, 0.95, 3);
    assert_true(p.n_assignments == STATS_FLIP_DRAWS);
    assert_true(fabs(p.p_flip - p.p_t) < 0.02);
    assert_true(p.p_flip == stats_paired(a, b, N, 0.95, 3).p_flip);
}

static void test_mcnemar(void **state)
{
    (void)state;
    static const struct { size_t b, c; double exact, mid; } cases[] = {
        {0, 0, 1, 1}, {1, 0, 1, 0.5}, {5, 0, 0.0625, 0.03125}, {6, 4, 0.75390625, 0.548828125},
        {3, 3, 1, 0.6875},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stats_mcnemar m = stats_mcnemar(cases[i].b, cases[i].c);
        check_close(m.p_exact, cases[i].exact, 1e-13);
        check_close(m.p_mid, cases[i].mid, 1e-13);
        check_close(stats_mcnemar(cases[i].c, cases[i].b).p_exact, m.p_exact, 0);
    }
    assert_true(isnan(stats_mcnemar(0, 0).chi2));
    check_close(stats_mcnemar(6, 4).chi2, 0.1, 1e-15);
}

static void test_bootstrap_exact(void **state)
{
    (void)state;
    static const double values[] = {0, 1, 0.1, 0.2, 0.3, -0.3};
    struct stats_support s[STATS_BOOT_SUPPORT];
    for (size_t n = 1; n <= STATS_BOOT_N; n++) {
        double total = 0.0, mean = 0.0, want = 0.0, all = pow((double)n, (double)n);
        size_t n_support = stats_bootstrap_exact(s, values, n);
        for (size_t i = 0; i < n_support; i++) {
            total += s[i].count;
            mean += s[i].value * s[i].count / all;
            assert_true(i == 0 || s[i].value > s[i - 1].value + 1e-9);
        }
        for (size_t i = 0; i < n; i++)
            want += values[i] / (double)n;
        assert_true(total == all);
        check_close(mean, want, 1e-12);
        assert_true(stats_support_quantile(s, n_support, 0.0) == s[0].value);
        assert_true(stats_support_quantile(s, n_support, 1.0) == s[n_support - 1].value);
    }
    static const double coins[] = {1, 0};
    assert_int_equal(stats_bootstrap_exact(s, coins, 2), 3);
    assert_true(s[1].value == 0.5 && s[1].count == 2);
    check_close(stats_bootstrap_se(coins, 2), sqrt(0.125), 1e-15);
}

static void test_bootstrap_drawn(void **state)
{
    (void)state;
    static const double values[] = {0.0, 1.0, 0.0, 1.0, 0.0, 0.0};
    static double means[20000];
    struct stats_support s[STATS_BOOT_SUPPORT];
    size_t n = stats_bootstrap_exact(s, values, 6);
    struct stats_interval i = stats_bootstrap(means, 20000, values, 6, 0.95, 1);
    check_close(i.low, stats_support_quantile(s, n, 0.025), 1e-12);
    check_close(i.high, stats_support_quantile(s, n, 0.975), 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantiles_invert), cmocka_unit_test(test_quantile_edges),
        cmocka_unit_test(test_proportion),       cmocka_unit_test(test_clustered),
        cmocka_unit_test(test_paired),           cmocka_unit_test(test_flips_by_counting),
        cmocka_unit_test(test_flips_drawn),      cmocka_unit_test(test_mcnemar),
        cmocka_unit_test(test_bootstrap_exact),  cmocka_unit_test(test_bootstrap_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
