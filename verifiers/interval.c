/* interval.c - see interval.h. */
#include "verifiers/interval.h"

#include <math.h>

#define GUESS_RANGE 0x1p26  /* q x below it, as a double, is wrong by less than 2^-25 */
#define GUESS_SLACK 0x1p-20

void interval_init(interval *x, mpfr_prec_t bits)
{
    mpfr_init2(x->lo, bits);
    mpfr_init2(x->hi, bits);
    interval_set_si(x, 0);
}

void interval_clear(interval *x)
{
    mpfr_clear(x->lo);
    mpfr_clear(x->hi);
}

mpfr_prec_t interval_bits(const interval *x)
{
    return mpfr_get_prec(x->lo);
}

bool interval_is_point(const interval *x)
{
    return mpfr_equal_p(x->lo, x->hi) != 0;
}

void interval_set(interval *r, const interval *x)
{
    mpfr_set(r->lo, x->lo, MPFR_RNDD);
    mpfr_set(r->hi, x->hi, MPFR_RNDU);
}

void interval_set_si(interval *r, long value)
{
    mpfr_set_si(r->lo, value, MPFR_RNDD);
    mpfr_set_si(r->hi, value, MPFR_RNDU);
}

void interval_close_above(interval *r, int inexact)
{
    mpfr_set(r->hi, r->lo, MPFR_RNDU);
    if (inexact)
        mpfr_nextabove(r->hi);
}

void interval_set_q(interval *r, mpq_srcptr q)
{
    bool integer = mpz_cmp_ui(mpq_denref(q), 1) == 0; /* several times faster */
    interval_close_above(r, integer ? mpfr_set_z(r->lo, mpq_numref(q), MPFR_RNDD)
                           : mpfr_set_q(r->lo, q, MPFR_RNDD));
}

void interval_set_pi(interval *r)
{
    interval_close_above(r, mpfr_const_pi(r->lo, MPFR_RNDD));
}

/* ---- arithmetic -------------------------------------------------------------------------------
 */

void interval_neg(interval *r, const interval *x)
{
    if (r != x)
        interval_set(r, x);
    mpfr_neg(r->lo, r->lo, MPFR_RNDU);
    mpfr_neg(r->hi, r->hi, MPFR_RNDD);
    mpfr_swap(r->lo, r->hi);
}

void interval_add(interval *r, const interval *x, const interval *y)
{
    mpfr_add(r->lo, x->lo, y->lo, MPFR_RNDD);
    mpfr_add(r->hi, x->hi, y->hi, MPFR_RNDU);
}

void interval_sub(interval *r, const interval *x, const interval *y)
{
    mpfr_t lo;
    mpfr_init2(lo, interval_bits(r));
    mpfr_sub(lo, x->lo, y->hi, MPFR_RNDD);
    mpfr_sub(r->hi, x->hi, y->lo, MPFR_RNDU);
    mpfr_swap(r->lo, lo);
    mpfr_clear(lo);
}

/* Products of ends of both signs: the outer two of the four. */
static void mul_mixed(interval *r, const interval *x, const interval *y)
{
    mpfr_t lo, hi, t;
    mpfr_inits2(interval_bits(r), lo, hi, t, (mpfr_ptr)0);
    mpfr_mul(lo, x->lo, y->lo, MPFR_RNDD);
    mpfr_mul(hi, x->lo, y->lo, MPFR_RNDU);
    const mpfr_srcptr ends[][2] = {{x->lo, y->hi}, {x->hi, y->lo}, {x->hi, y->hi}};
    for (int i = 0; i < 3; i++) {
        mpfr_mul(t, ends[i][0], ends[i][1], MPFR_RNDD);
        mpfr_min(lo, lo, t, MPFR_RNDD);
        mpfr_mul(t, ends[i][0], ends[i][1], MPFR_RNDU);
        mpfr_max(hi, hi, t, MPFR_RNDU);
    }
    mpfr_swap(r->lo, lo);
    mpfr_swap(r->hi, hi);
    mpfr_clears(lo, hi, t, (mpfr_ptr)0);
}

/* x <= 0 <= y */
static void mul_negative(interval *r, const interval *x, const interval *y)
{
    mpfr_t lo;
    mpfr_init2(lo, interval_bits(r));
    mpfr_mul(lo, x->lo, y->hi, MPFR_RNDD);
    mpfr_mul(r->hi, x->hi, y->lo, MPFR_RNDU);
    mpfr_swap(r->lo, lo);
    mpfr_clear(lo);
}

void interval_mul(interval *r, const interval *x, const interval *y)
{
    bool x_positive = mpfr_sgn(x->lo) >= 0, y_positive = mpfr_sgn(y->lo) >= 0;
    if (y_positive && mpfr_sgn(x->hi) <= 0) {
        mul_negative(r, x, y);
        return;
    }
    if (!x_positive || !y_positive) {
        mul_mixed(r, x, y);
        return;
    }
    mpfr_mul(r->lo, x->lo, y->lo, MPFR_RNDD);
    mpfr_mul(r->hi, x->hi, y->hi, MPFR_RNDU);
}

bool interval_inv(interval *r, const interval *x)
{
    if (interval_sign(x) == 0)
        return false;
    mpfr_t lo;
    mpfr_init2(lo, interval_bits(r));
    mpfr_ui_div(lo, 1, x->hi, MPFR_RNDD);
    mpfr_ui_div(r->hi, 1, x->lo, MPFR_RNDU);
    mpfr_swap(r->lo, lo);
    mpfr_clear(lo);
    return true;
}

void interval_abs(interval *r, const interval *x)
{
    if (mpfr_sgn(x->lo) >= 0) {
        interval_set(r, x);
    } else if (mpfr_sgn(x->hi) <= 0) {
        interval_neg(r, x);
    } else {
        mpfr_neg(r->lo, x->lo, MPFR_RNDU);
        mpfr_max(r->hi, r->lo, x->hi, MPFR_RNDU);
        mpfr_set_zero(r->lo, 1);
    }
}

void interval_square(interval *r, const interval *x)
{
    interval_abs(r, x);
    mpfr_sqr(r->lo, r->lo, MPFR_RNDD);
    mpfr_sqr(r->hi, r->hi, MPFR_RNDU);
}

bool interval_pow(interval *r, const interval *x, mpz_srcptr n)
{
    bool even = mpz_even_p(n) != 0;
    if (mpz_sgn(n) < 0) {
        mpz_t m;
        mpz_init(m);
        mpz_neg(m, n);
        bool fine = interval_inv(r, x) && interval_pow(r, r, m);
        mpz_clear(m);
        return fine;
    }
    if (even)
        interval_abs(r, x);
    else
        interval_set(r, x);
    if (mpz_cmp_ui(n, 1) == 0)
        return true;
    bool point = interval_is_point(r);
    int inexact = mpfr_pow_z(r->lo, r->lo, n, MPFR_RNDD);
    if (point)
        interval_close_above(r, inexact);
    else
        mpfr_pow_z(r->hi, r->hi, n, MPFR_RNDU);
    return true;
}

void interval_min(interval *r, const interval *x, const interval *y)
{
    mpfr_min(r->lo, x->lo, y->lo, MPFR_RNDD);
    mpfr_min(r->hi, x->hi, y->hi, MPFR_RNDU);
}

void interval_max(interval *r, const interval *x, const interval *y)
{
    mpfr_max(r->lo, x->lo, y->lo, MPFR_RNDD);
    mpfr_max(r->hi, x->hi, y->hi, MPFR_RNDU);
}

/* ---- questions --------------------------------------------------------------------------------
 */

int interval_sign(const interval *x)
{
    if (mpfr_sgn(x->lo) > 0)
        return 1;
    return mpfr_sgn(x->hi) < 0 ? -1 : 0;
}

bool interval_is_zero(const interval *x)
{
    return mpfr_zero_p(x->lo) && mpfr_zero_p(x->hi);
}

bool interval_is_finite(const interval *x)
{
    return mpfr_number_p(x->lo) && mpfr_number_p(x->hi);
}

bool interval_disjoint(const interval *x, const interval *y)
{
    return mpfr_cmp(x->hi, y->lo) < 0 || mpfr_cmp(y->hi, x->lo) < 0;
}

static double log2_of(mpfr_srcptr x)
{
    return mpfr_zero_p(x) ? -INFINITY : (double)mpfr_get_exp(x);
}

double interval_log2(const interval *x)
{
    return interval_is_finite(x) ? fmax(log2_of(x->lo), log2_of(x->hi)) : INFINITY;
}

bool interval_floor(mpz_ptr r, const interval *x, long max_bits)
{
    if (interval_log2(x) > (double)max_bits)
        return false;
    mpz_t high;
    mpz_init(high);
    mpfr_get_z(r, x->lo, MPFR_RNDD);
    mpfr_get_z(high, x->hi, MPFR_RNDD);
    bool same = mpz_cmp(r, high) == 0;
    mpz_clear(high);
    return same;
}

bool interval_round(mpz_ptr r, const interval *x, long max_bits)
{
    if (interval_log2(x) > (double)max_bits)
        return false;
    mpfr_get_z(r, x->lo, MPFR_RNDN);
    return true;
}

/* Does a double show that q x is no integer? */
static bool is_surely_broken(double x, unsigned long q)
{
    double product = x * (double)q;
    return fabs(product) < GUESS_RANGE && fabs(product - rint(product)) > GUESS_SLACK;
}

bool interval_guess_rational(mpq_ptr r, const interval *x, unsigned long max_q)
{
    interval t;
    double near = mpfr_get_d(x->lo, MPFR_RNDN);
    long bits = (long)interval_bits(x);
    interval_init(&t, bits);
    bool found = false;
    for (unsigned long q = 1; q <= max_q && !found; q++) {
        if (is_surely_broken(near, q))
            continue;
        mpfr_mul_ui(t.lo, x->lo, q, MPFR_RNDD);
        mpfr_mul_ui(t.hi, x->hi, q, MPFR_RNDU);
        found = interval_round(mpq_numref(r), &t, bits);
        mpfr_sub_z(t.lo, t.lo, mpq_numref(r), MPFR_RNDD);
        found = found && (mpfr_zero_p(t.lo) || mpfr_get_exp(t.lo) < -bits / 2);
        mpz_set_ui(mpq_denref(r), q);
    }
    interval_clear(&t);
    mpq_canonicalize(r);
    return found;
}
