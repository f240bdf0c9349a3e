/* pass@k and cons@k against counting every subset. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "evals/metrics.h"

#define SILENT 9

/* Share of subsets with a right answer, and mean score of the vote, over all subsets of size k. */
struct counted {
    double pass, cons;
};

static double vote_score(const size_t *votes, size_t right)
{
    size_t tied = 1;
    if (votes[right] == 0)
        return 0.0;
    for (size_t a = 0; a < SILENT; a++) {
        if (votes[a] > votes[right])
            return 0.0;
        tied += a != right && votes[a] == votes[right];
    }
    return 1.0 / (double)tied;
}

static struct counted count_subsets(const size_t *answers, size_t n, size_t right, size_t k)
{
    struct counted c = {0};
    size_t subsets = 0;
    for (unsigned set = 0; set < 1u << n; set++) {
        size_t votes[SILENT + 1] = {0};
        if ((size_t)__builtin_popcount(set) != k)
            continue;
        for (size_t i = 0; i < n; i++)
            votes[answers[i]] += set >> i & 1;
        c.pass += votes[right] > 0;
        c.cons += vote_score(votes, right);
        subsets++;
    }
    c.pass /= (double)subsets;
    c.cons /= (double)subsets;
    return c;
}

static void test_against_counting(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        size_t n = 1 + seed % 11, answers[11], counts[SILENT + 1] = {0};
        for (size_t i = 0; i < n; i++) {
            double u = rng_uniform(seed, 0, i);
            double v = rng_uniform(seed, 1, i) * (2 + (double)(seed % 4));
            answers[i] = u < 0.15 ? SILENT : (size_t)v;
            counts[answers[i]]++;
        }
        for (size_t k = 1; k <= n; k++) {
            double cons;
            struct counted want = count_subsets(answers, n, 0, k);
            assert_int_equal(
                metrics_cons_at_k(&cons, counts, SILENT, 0, counts[SILENT], k, NULL), SHEAF_OK);
            assert_true(fabs(cons - want.cons) < 1e-12);
            assert_true(fabs(metrics_pass_at_k(n, counts[0], k) - want.pass) < 1e-12);
        }
    }
}

static void test_large(void **state)
{
    (void)state;
    double cons;
    static const size_t even[] = {256, 256}, clear[] = {300, 100, 100, 12};
    assert_int_equal(metrics_cons_at_k(&cons, even, 2, 0, 0, 101, NULL), SHEAF_OK);
    assert_true(fabs(cons - 0.5) < 1e-11); /* by symmetry */
    assert_int_equal(metrics_cons_at_k(&cons, clear, 4, 0, 0, 512, NULL), SHEAF_OK);
    assert_true(cons == 1.0);
    assert_int_equal(metrics_cons_at_k(&cons, clear, 4, 0, 512, 1, NULL), SHEAF_OK);
    assert_true(fabs(cons - 300.0 / 1024) < 1e-12);
    assert_true(metrics_pass_at_k(4096, 0, 10) == 0.0 && metrics_pass_at_k(4096, 4096, 1) == 1.0);
    assert_true(fabs(metrics_pass_at_k(1000, 1, 500) - 0.5) < 1e-14);
}

/* The scores of all answers and of silence share out the whole. */
static void test_sums_to_one(void **state)
{
    (void)state;
    static const size_t counts[] = {40, 30, 30, 20, 1, 1, 1};
    for (size_t k = 1; k <= 128; k += 9) {
        double sum = 0.0, cons;
        for (size_t a = 0; a < 7; a++) {
            assert_int_equal(metrics_cons_at_k(&cons, counts, 7, a, 0, k, NULL), SHEAF_OK);
            sum += cons;
        }
        if (k <= 123)
            assert_true(fabs(sum - 1.0) < 1e-10);
        if (k + 9 > 123)
            break;
    }
}

static void test_edges(void **state)
{
    (void)state;
    static const size_t counts[] = {3, 0}, many[] = {METRICS_CONS_MAX, SIZE_MAX};
    double cons = -1.0;
    assert_int_equal(metrics_cons_at_k(&cons, counts, 2, METRICS_NO_CLASS, 1, 2, NULL), SHEAF_OK);
    assert_true(cons == 0.0);
    assert_int_equal(metrics_cons_at_k(&cons, counts, 2, 1, 1, 2, NULL), SHEAF_OK);
    assert_true(cons == 0.0);
    assert_int_equal(metrics_cons_at_k(&cons, counts, 2, 0, 0, 0, NULL), SHEAF_ERR_USAGE);
    assert_int_equal(metrics_cons_at_k(&cons, counts, 2, 0, 0, 4, NULL), SHEAF_ERR_USAGE);
    assert_int_equal(metrics_cons_at_k(&cons, many, 1, 0, 1, 4, NULL), SHEAF_ERR_LIMIT);
    for (uint64_t n = 1; n <= 2; n++) {
        alloc_fail_at(n);
        assert_int_equal(metrics_cons_at_k(&cons, counts, 1, 0, 0, 2, NULL), SHEAF_ERR_NOMEM);
        alloc_fail_at(0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_counting),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_sums_to_one),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
