/* exact.c - see exact.h. */
#include "verifiers/exact.h"

#include <math.h>

#define GCD_FUEL 9.0 /* by limbs of both numbers; measured on gmp 6.2 */

static double bits_of(mpz_srcptr z)
{
    return (double)mpz_sizeinbase(z, 2);
}

double exact_bits(mpq_srcptr q)
{
    return bits_of(mpq_numref(q)) + bits_of(mpq_denref(q));
}

static bool affordable(math_ctx *c, double bits)
{
    return bits <= MATH_MAX_BITS && math_charge(c, bits);
}

/* Charges the greatest common divisor of two integers. */
static bool charge_gcd(math_ctx *c, mpz_srcptr a, mpz_srcptr b)
{
    size_t n = mpz_size(a), m = mpz_size(b);
    return n < 2 || m < 2 || math_spend(c, GCD_FUEL * (double)n * (double)m);
}

bool exact_add(math_ctx *c, mpq_ptr r, mpq_srcptr a, mpq_srcptr b)
{
    if (!affordable(c, exact_bits(a) + exact_bits(b) + 1) ||
        !charge_gcd(c, mpq_denref(a), mpq_denref(b)))
        return false;
    mpq_add(r, a, b);
    return true;
}

bool exact_mul(math_ctx *c, mpq_ptr r, mpq_srcptr a, mpq_srcptr b)
{
    if (!affordable(c, exact_bits(a) + exact_bits(b)) ||
        !charge_gcd(c, mpq_numref(a), mpq_denref(b)) ||
        !charge_gcd(c, mpq_denref(a), mpq_numref(b)))
        return false;
    mpq_mul(r, a, b);
    return true;
}

/* 1, 0 and -1 have powers of any size. */
static bool trivial_power(mpq_ptr r, mpq_srcptr a, mpz_srcptr n)
{
    bool one = mpz_cmpabs_ui(mpq_numref(a), 1) <= 0 && mpz_cmp_ui(mpq_denref(a), 1) == 0;
    if (!one)
        return false;
    mpq_set(r, a);
    if (mpz_even_p(n))
        mpq_abs(r, r);
    return true;
}

bool exact_pow(math_ctx *c, mpq_ptr r, mpq_srcptr a, mpz_srcptr n)
{
    if (mpz_sgn(n) == 0) {
        mpq_set_ui(r, 1, 1);
        return true;
    }
    if (trivial_power(r, a, n))
        return true;
    if (mpz_sizeinbase(n, 2) > 32 || !affordable(c, exact_bits(a) * fabs(mpz_get_d(n))))
        return false;
    unsigned long e = mpz_get_ui(n);
    mpq_t x; /* r may be a */
    mpq_init(x);
    mpz_pow_ui(mpq_numref(x), mpq_numref(a), e);
    mpz_pow_ui(mpq_denref(x), mpq_denref(a), e);
    if (mpz_sgn(n) < 0)
        mpq_inv(x, x);
    mpq_swap(r, x);
    mpq_clear(x);
    return true;
}

bool exact_factorial(math_ctx *c, mpq_ptr r, mpz_srcptr n, int step)
{
    if (mpz_sizeinbase(n, 2) > 32)
        return false;
    double d = mpz_get_d(n);
    if (!affordable(c, d * log2(d + 2) + 64))
        return false;
    if (step == 1)
        mpz_fac_ui(mpq_numref(r), mpz_get_ui(n));
    else
        mpz_2fac_ui(mpq_numref(r), mpz_get_ui(n));
    mpz_set_ui(mpq_denref(r), 1);
    return true;
}

bool exact_binomial(math_ctx *c, mpq_ptr r, mpz_srcptr n, mpz_srcptr k)
{
    mpz_t rest;
    mpz_init(rest);
    mpz_sub(rest, n, k);
    mpz_srcptr low = mpz_cmp(k, rest) < 0 ? k : rest;
    bool done = true;
    mpz_set_ui(mpq_denref(r), 1);
    if (mpz_sgn(low) < 0)
        mpz_set_ui(mpq_numref(r), 0); /* k < 0 or k > n */
    else if (mpz_sizeinbase(low, 2) > 32 ||
             !affordable(c, mpz_get_d(low) * bits_of(n) + 64))
        done = false;
    else
        mpz_bin_ui(mpq_numref(r), n, mpz_get_ui(low));
    mpz_clear(rest);
    return done;
}
