/* interval.h - closed intervals of reals with MPFR ends: every operation rounds its ends outwards,
 * so the exact result of exact arguments is always inside.
 *
 * The precision of a result is that of the interval it is written to. A result may be one of the
 * arguments. What is not defined on the whole interval (1/x around 0, log around 0) is refused and
 * leaves the result unspecified. Ends may overflow to infinity: interval_is_finite. */
#ifndef VERIFIERS_INTERVAL_H
#define VERIFIERS_INTERVAL_H

#include <gmp.h>
#include <mpfr.h>
#include <stdbool.h>

typedef struct interval {
    mpfr_t lo, hi;
} interval;

void interval_init(interval *x, mpfr_prec_t bits); /* [0, 0] */
void interval_clear(interval *x);
mpfr_prec_t interval_bits(const interval *x);

void interval_set(interval *r, const interval *x);
void interval_set_si(interval *r, long value);
void interval_set_q(interval *r, mpq_srcptr q);
void interval_set_pi(interval *r);
bool interval_is_point(const interval *x); /* lo = hi */
/* The upper end to a value that was rounded down to the lower one: the same if it was exact, else
 * the next number. */
void interval_close_above(interval *r, int inexact);

void interval_neg(interval *r, const interval *x);
void interval_add(interval *r, const interval *x, const interval *y);
void interval_sub(interval *r, const interval *x, const interval *y);
void interval_mul(interval *r, const interval *x, const interval *y);
bool interval_inv(interval *r, const interval *x); /* false: 0 may be inside */
void interval_abs(interval *r, const interval *x);
void interval_square(interval *r, const interval *x);
/* x^n for any integer n; false when n < 0 and 0 may be inside. */
bool interval_pow(interval *r, const interval *x, mpz_srcptr n);
/* k-th root, k >= 1, of what is known to be >= 0: a lower end below 0 counts as 0. */
void interval_root(interval *r, const interval *x, unsigned long k);
void interval_exp(interval *r, const interval *x);
bool interval_log(interval *r, const interval *x); /* false: x may be <= 0 */
/* Both at once; false for arguments beyond 2^64. */
bool interval_sin_cos(interval *sin, interval *cos, const interval *x);
void interval_atan(interval *r, const interval *x);
bool interval_asin(interval *r, const interval *x); /* false: x may leave [-1, 1] */
void interval_min(interval *r, const interval *x, const interval *y);
void interval_max(interval *r, const interval *x, const interval *y);

/* 1 or -1 when every point has that sign, 0 when 0 may be inside. */
int interval_sign(const interval *x);
bool interval_is_zero(const interval *x); /* exactly [0, 0] */
bool interval_is_finite(const interval *x);
bool interval_disjoint(const interval *x, const interval *y);
/* log2 of a bound of |x|; -INFINITY for [0, 0]. */
double interval_log2(const interval *x);
/* The common floor of all points; false when they differ or are huge (beyond 2^max_bits). */
bool interval_floor(mpz_ptr r, const interval *x, long max_bits);
/* The integer next to the middle; false when it is huge. */
bool interval_round(mpz_ptr r, const interval *x, long max_bits);

/* p/q with the least q <= max_q that x agrees with to half its digits: a guess, no proof. */
bool interval_guess_rational(mpq_ptr r, const interval *x, unsigned long max_q);

#endif
