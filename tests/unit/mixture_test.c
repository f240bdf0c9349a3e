/* The two modes of trace confidence: found where they are, in any order, and never made up. */
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "tests/support/check.h"
#include "tts/mixture.h"

enum { N = 200 };

static double gauss(uint64_t i)
{
    double u = 1.0 - rng_uniform(5, 1, i), v = rng_uniform(5, 2, i);
    return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
}

/* A fifth around 8, the rest around 13. */
static void make(double *values)
{
    for (uint64_t i = 0; i < N; i++)
        values[i] = i % 5 == 0 ? 8.0 + 0.5 * gauss(i) : 13.0 + 0.8 * gauss(i);
}

static void finds_two_modes(void **state)
{
    (void)state;
    double values[N], sorted[N];
    struct mixture m;
    make(values);
    memcpy(sorted, values, sizeof sorted);
    assert_true(mixture_fit(&m, sorted, N));
    assert_true(fabs(m.low.mean - 8.0) < 0.3 && fabs(m.high.mean - 13.0) < 0.3);
    assert_true(fabs(m.low.share - 0.2) < 0.02 && fabs(m.high.share - 0.8) < 0.02);
    assert_true(fabs(sqrt(m.low.variance) - 0.5) < 0.15);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(mixture_is_low(&m, values[i]), i % 5 == 0);
    assert_false(mixture_is_low(&m, 1e6)); /* the wide tail of neither */
}

static void order_does_not_matter(void **state)
{
    (void)state;
    double a[N], b[N];
    struct mixture m, turned;
    make(a);
    for (size_t i = 0; i < N; i++)
        b[(i * 7) % N] = a[i];
    assert_true(mixture_fit(&m, a, N) && mixture_fit(&turned, b, N));
    assert_memory_equal(&m, &turned, sizeof m);
}

static void nothing_to_tell_apart(void **state)
{
    (void)state;
    struct mixture m;
    double few[] = {1, 2, 3}, same[] = {5, 5, 5, 5, 5}, infinite[] = {1, 2, 3, INFINITY};
    assert_false(mixture_fit(&m, few, 3));
    assert_false(mixture_fit(&m, same, 5));
    assert_false(mixture_fit(&m, infinite, 4));
    double four[] = {1, 1, 1, 9};
    assert_true(mixture_fit(&m, four, 4));
    assert_true(mixture_is_low(&m, 1.0) && !mixture_is_low(&m, 9.0));
    assert_true(isfinite(m.low.mean) && m.low.variance > 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_two_modes),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(nothing_to_tell_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
