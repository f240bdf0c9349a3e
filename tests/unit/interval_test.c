/* interval_test.c - intervals and rectangles hold what they must, and refuse what is undefined. */
#include "tests/support/check.h"
#include "verifiers/rect.h"

#define BITS 96

static void set(interval *x, double lo, double hi)
{
    mpfr_set_d(x->lo, lo, MPFR_RNDD);
    mpfr_set_d(x->hi, hi, MPFR_RNDU);
}

static bool holds(const interval *x, double value)
{
    return mpfr_cmp_d(x->lo, value) <= 0 && mpfr_cmp_d(x->hi, value) >= 0;
}

/* Products of ends of all signs hold the products of what is inside. */
static void multiplies_all_signs(void **state)
{
    (void)state;
    static const double ends[][2] = {{-3, -2}, {-3, 0}, {-3, 2}, {0, 0}, {0, 2}, {2, 3}};
    interval x, y, r;
    interval_init(&x, BITS);
    interval_init(&y, BITS);
    interval_init(&r, BITS);
    for (size_t i = 0; i < 6; i++)
        for (size_t k = 0; k < 6; k++) {
            set(&x, ends[i][0], ends[i][1]);
            set(&y, ends[k][0], ends[k][1]);
            interval_mul(&r, &x, &y);
            for (int a = 0; a < 2; a++)
                for (int b = 0; b < 2; b++)
                    assert_true(holds(&r, ends[i][a] * ends[k][b]));
            interval_sub(&r, &x, &y);
            assert_true(holds(&r, ends[i][0] - ends[k][1]) && holds(&r, ends[i][1] - ends[k][0]));
        }
    interval_clear(&x);
    interval_clear(&y);
    interval_clear(&r);
}

static void refuses_what_is_undefined(void **state)
{
    (void)state;
    interval x, r, s;
    mpz_t minus;
    interval_init(&x, BITS);
    interval_init(&r, BITS);
    interval_init(&s, BITS);
    mpz_init_set_si(minus, -2);
    set(&x, -1, 2);
    assert_false(interval_inv(&r, &x));
    assert_false(interval_log(&r, &x));
    assert_false(interval_asin(&r, &x));
    assert_false(interval_pow(&r, &x, minus));
    set(&x, 0, 1e30);
    assert_false(interval_sin_cos(&r, &s, &x));
    interval_exp(&r, &x);
    assert_int_equal(interval_sign(&r), 1);
    mpz_clear(minus);
    interval_clear(&x);
    interval_clear(&r);
    interval_clear(&s);
}

/* ---- functions whose upper end comes from the lower one ---------------------------------------
 */

typedef int rounded_function(mpfr_ptr r, mpfr_srcptr x, mpfr_rnd_t towards);

static void apply_exp(interval *r, const interval *x)
{
    interval_exp(r, x);
}

static void apply_log(interval *r, const interval *x)
{
    assert_true(interval_log(r, x));
}

static void apply_atan(interval *r, const interval *x)
{
    interval_atan(r, x);
}

static const struct {
    rounded_function *f;
    void (*apply)(interval *r, const interval *x);
    double lo, hi; /* arguments */
} rising[] = {{mpfr_exp, apply_exp, -700, 700},
              {mpfr_log, apply_log, 1e-9, 1e9},
              {mpfr_atan, apply_atan, -1e3, 1e3}};

/* [down(f(lo)), up(f(hi))] into *r. */
static void true_hull(interval *r, const interval *x, rounded_function *f)
{
    f(r->lo, x->lo, MPFR_RNDD);
    f(r->hi, x->hi, MPFR_RNDU);
}

/* The hull of a function is inside what comes out, which is at most two units of the last place
 * and a thousandth wider. */
static void check_hull(size_t i, interval *x)
{
    interval r, hull;
    interval_init(&r, BITS);
    interval_init(&hull, BITS);
    rising[i].apply(&r, x);
    true_hull(&hull, x, rising[i].f);
    assert_true(mpfr_equal_p(r.lo, hull.lo) && mpfr_cmp(r.hi, hull.hi) >= 0);
    if (interval_is_point(x))
        assert_true(mpfr_equal_p(r.hi, hull.hi));
    mpfr_sub(hull.lo, hull.hi, hull.lo, MPFR_RNDU);
    mpfr_mul_d(hull.lo, hull.lo, 0.001, MPFR_RNDU);
    mpfr_add(hull.hi, hull.hi, hull.lo, MPFR_RNDU);
    for (int k = 0; k < 2; k++)
        mpfr_nextabove(hull.hi);
    assert_true(mpfr_cmp(r.hi, hull.hi) <= 0);
    interval_clear(&r);
    interval_clear(&hull);
}

static void functions_give_tight_hulls(void **state)
{
    (void)state;
    interval x;
    interval_init(&x, BITS);
    for (size_t i = 0; i < sizeof rising / sizeof *rising; i++)
        for (int step = 0; step <= 200; step++)
            for (int narrow = 0; narrow <= 95; narrow += 5) {
                double at = rising[i].lo + (rising[i].hi - rising[i].lo) * step / 200;
                set(&x, at, at);
                mpfr_mul_2si(x.hi, x.hi, -narrow, MPFR_RNDU);
                mpfr_abs(x.hi, x.hi, MPFR_RNDU);
                mpfr_add(x.hi, x.hi, x.lo, MPFR_RNDU);
                if (narrow == 0)
                    mpfr_set(x.hi, x.lo, MPFR_RNDU);
                check_hull(i, &x);
            }
    interval_clear(&x);
}

/* sin^2 + cos^2 = 1, exp log x = x, (x^(1/k))^k = x: 1 and x stay inside. */
static void functions_hold_their_identities(void **state)
{
    (void)state;
    interval x, s, c;
    mpz_t k;
    interval_init(&x, BITS);
    interval_init(&s, BITS);
    interval_init(&c, BITS);
    mpz_init_set_ui(k, 5);
    for (double v = -40; v < 40; v += 0.37) {
        set(&x, v, v);
        assert_true(interval_sin_cos(&s, &c, &x));
        interval_square(&s, &s);
        interval_square(&c, &c);
        interval_add(&s, &s, &c);
        assert_true(holds(&s, 1));
        if (v <= 0)
            continue;
        interval_log(&s, &x);
        interval_exp(&s, &s);
        assert_true(holds(&s, v));
        interval_root(&s, &x, 5);
        interval_pow(&s, &s, k);
        assert_true(holds(&s, v));
    }
    mpz_clear(k);
    interval_clear(&x);
    interval_clear(&s);
    interval_clear(&c);
}

static void floors_only_what_is_sure(void **state)
{
    (void)state;
    interval x;
    mpz_t k;
    mpz_init(k);
    interval_init(&x, BITS);
    set(&x, 2.25, 2.75);
    assert_true(interval_floor(k, &x, 64));
    assert_int_equal(mpz_get_si(k), 2);
    set(&x, -0.5, -0.25);
    assert_true(interval_floor(k, &x, 64));
    assert_int_equal(mpz_get_si(k), -1);
    set(&x, 1.75, 2.25);
    assert_false(interval_floor(k, &x, 64));
    set(&x, 1e30, 1e30);
    assert_false(interval_floor(k, &x, 64));
    mpz_clear(k);
    interval_clear(&x);
}

/* Roots and powers of complex numbers: (z^(1/3))^3 = z off the cut, i^2 = -1. */
static void rectangles_hold_roots(void **state)
{
    (void)state;
    rect z, r;
    mpz_t three;
    rect_init(&z, BITS);
    rect_init(&r, BITS);
    mpz_init_set_ui(three, 3);
    for (double re = -2; re <= 2; re += 0.5)
        for (double im = -2; im <= 2; im += 0.8) {
            set(&z.re, re, re);
            set(&z.im, im, im);
            z.real = false;
            assert_true(rect_root(&r, &z, 3));
            assert_true(rect_pow(&r, &r, three));
            assert_true(holds(&r.re, re) && holds(&r.im, im));
            assert_true(rect_log(&r, &z) && rect_exp(&r, &r));
            assert_true(holds(&r.re, re) && holds(&r.im, im));
        }
    set(&z.re, -1, 1);
    set(&z.im, -1, 1);
    assert_false(rect_inv(&r, &z) || rect_log(&r, &z) || rect_root(&r, &z, 2));
    mpz_clear(three);
    rect_clear(&z);
    rect_clear(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(multiplies_all_signs),
        cmocka_unit_test(refuses_what_is_undefined),
        cmocka_unit_test(functions_give_tight_hulls),
        cmocka_unit_test(functions_hold_their_identities),
        cmocka_unit_test(floors_only_what_is_sure),
        cmocka_unit_test(rectangles_hold_roots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
