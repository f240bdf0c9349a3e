/* rect.c - see rect.h. */
#include "verifiers/rect.h"

#include <math.h>

#define MAX_COMPLEX_EXPONENT_BITS 40 /* of x^n by squaring */

void rect_init(rect *z, mpfr_prec_t bits)
{
    interval_init(&z->re, bits);
    interval_init(&z->im, bits);
    z->real = true;
}

void rect_set_zero(rect *z)
{
    interval_set_si(&z->re, 0);
    interval_set_si(&z->im, 0);
    z->real = true;
}

void rect_clear(rect *z)
{
    interval_clear(&z->re);
    interval_clear(&z->im);
}

void rect_set_real(rect *r, const interval *x)
{
    interval_set(&r->re, x);
    interval_set_si(&r->im, 0);
    r->real = true;
}

static mpfr_prec_t bits_of(const rect *z)
{
    return interval_bits(&z->re);
}

void rect_set(rect *r, const rect *x)
{
    interval_set(&r->re, &x->re);
    interval_set(&r->im, &x->im);
    r->real = x->real;
}

/* ---- arithmetic -------------------------------------------------------------------------------
 */

void rect_add(rect *r, const rect *x, const rect *y)
{
    interval_add(&r->re, &x->re, &y->re);
    r->real = x->real && y->real;
    if (r->real)
        interval_set_si(&r->im, 0);
    else
        interval_add(&r->im, &x->im, &y->im);
}

static void mul_complex(rect *r, const rect *x, const rect *y)
{
    interval ac, bd, ad, bc;
    interval *const parts[] = {&ac, &bd, &ad, &bc};
    for (int i = 0; i < 4; i++)
        interval_init(parts[i], bits_of(r));
    interval_mul(&ac, &x->re, &y->re);
    interval_mul(&bd, &x->im, &y->im);
    interval_mul(&ad, &x->re, &y->im);
    interval_mul(&bc, &x->im, &y->re);
    interval_sub(&r->re, &ac, &bd);
    interval_add(&r->im, &ad, &bc);
    for (int i = 0; i < 4; i++)
        interval_clear(parts[i]);
}

void rect_mul(rect *r, const rect *x, const rect *y)
{
    bool real = x->real && y->real;
    if (real)
        interval_mul(&r->re, &x->re, &y->re);
    else
        mul_complex(r, x, y);
    r->real = real || rect_is_zero(x) || rect_is_zero(y);
    if (r->real)
        interval_set_si(&r->im, 0);
}

void rect_neg(rect *r, const rect *x)
{
    interval_neg(&r->re, &x->re);
    interval_neg(&r->im, &x->im);
    r->real = x->real;
}

void rect_times_i(rect *r, const rect *x)
{
    rect_set(r, x);
    interval t = r->re;
    r->re = r->im;
    r->im = t;
    interval_neg(&r->re, &r->re);
    r->real = interval_is_zero(&r->im);
}

static void norm(interval *r, const rect *x)
{
    interval t;
    interval_init(&t, interval_bits(r));
    interval_square(&t, &x->im);
    interval_square(r, &x->re);
    interval_add(r, r, &t);
    interval_clear(&t);
}

bool rect_inv(rect *r, const rect *x)
{
    if (x->real) {
        bool fine = interval_inv(&r->re, &x->re);
        interval_set_si(&r->im, 0);
        r->real = true;
        return fine;
    }
    interval n;
    interval_init(&n, bits_of(r));
    norm(&n, x);
    bool fine = rect_excludes_zero(x) && interval_inv(&n, &n);
    if (fine) {
        interval_mul(&r->re, &x->re, &n);
        interval_mul(&r->im, &x->im, &n);
        interval_neg(&r->im, &r->im);
        r->real = false;
    }
    interval_clear(&n);
    return fine;
}

/* x^n for n > 0 by squaring. */
static void power(rect *r, const rect *x, mpz_srcptr n)
{
    rect base, acc;
    rect_init(&base, bits_of(r));
    rect_init(&acc, bits_of(r));
    rect_set(&base, x);
    rect_set(&acc, x);
    for (size_t bit = mpz_sizeinbase(n, 2) - 1; bit-- > 0;) {
        rect_mul(&acc, &acc, &acc);
        if (mpz_tstbit(n, bit))
            rect_mul(&acc, &acc, &base);
    }
    rect_set(r, &acc);
    rect_clear(&base);
    rect_clear(&acc);
}

bool rect_pow(rect *r, const rect *x, mpz_srcptr n)
{
    if (x->real) {
        bool fine = interval_pow(&r->re, &x->re, n);
        interval_set_si(&r->im, 0);
        r->real = true;
        return fine;
    }
    if (mpz_sizeinbase(n, 2) > MAX_COMPLEX_EXPONENT_BITS || mpz_sgn(n) == 0)
        return false;
    mpz_t m;
    mpz_init(m);
    mpz_abs(m, n);
    power(r, x, m);
    mpz_clear(m);
    return mpz_sgn(n) > 0 || rect_inv(r, r);
}

/* ---- functions --------------------------------------------------------------------------------
 */

void rect_modulus(interval *r, const rect *x)
{
    if (x->real) {
        interval_abs(r, &x->re);
        return;
    }
    interval n;
    interval_init(&n, interval_bits(r));
    norm(&n, x);
    interval_root(r, &n, 2);
    interval_clear(&n);
}

/* r = sign pi/2 - atan(re/im), for an imaginary part of that sign. */
static bool angle_off_axis(interval *r, const rect *x, int sign)
{
    interval t;
    interval_init(&t, interval_bits(r));
    bool fine = interval_inv(&t, &x->im);
    if (fine) {
        interval_mul(&t, &t, &x->re);
        interval_atan(&t, &t);
        interval_set_pi(r);
        mpfr_div_2ui(r->lo, r->lo, 1, MPFR_RNDD);
        mpfr_div_2ui(r->hi, r->hi, 1, MPFR_RNDU);
        if (sign < 0)
            interval_neg(r, r);
        interval_sub(r, r, &t);
    }
    interval_clear(&t);
    return fine;
}

static bool angle(interval *r, const rect *x)
{
    int re = interval_sign(&x->re), im = x->real ? 0 : interval_sign(&x->im);
    if (re > 0 && x->real) {
        interval_set_si(r, 0);
        return true;
    }
    if (re > 0) {
        interval t;
        interval_init(&t, interval_bits(r));
        interval_inv(&t, &x->re);
        interval_mul(r, &t, &x->im);
        interval_atan(r, r);
        interval_clear(&t);
        return true;
    }
    if (x->real) {
        interval_set_pi(r);
        return re < 0;
    }
    return im != 0 && angle_off_axis(r, x, im);
}

bool rect_log(rect *r, const rect *x)
{
    interval theta;
    interval_init(&theta, bits_of(r));
    bool fine = angle(&theta, x);
    if (fine) {
        rect_modulus(&r->re, x);
        fine = interval_log(&r->re, &r->re);
        r->real = interval_is_zero(&theta);
        interval_set(&r->im, &theta);
    }
    interval_clear(&theta);
    return fine;
}

/* modulus (cos angle + i sin angle) */
static bool set_polar(rect *r, const interval *modulus, const interval *theta)
{
    if (!interval_sin_cos(&r->im, &r->re, theta))
        return false;
    interval_mul(&r->re, &r->re, modulus);
    interval_mul(&r->im, &r->im, modulus);
    r->real = false;
    return true;
}

bool rect_exp(rect *r, const rect *x)
{
    if (x->real) {
        interval_exp(&r->re, &x->re);
        interval_set_si(&r->im, 0);
        r->real = true;
        return true;
    }
    interval modulus, theta;
    interval_init(&modulus, bits_of(r));
    interval_init(&theta, bits_of(r));
    interval_exp(&modulus, &x->re);
    interval_set(&theta, &x->im);
    bool fine = set_polar(r, &modulus, &theta);
    interval_clear(&modulus);
    interval_clear(&theta);
    return fine;
}

bool rect_root(rect *r, const rect *x, unsigned long k)
{
    if (x->real && mpfr_sgn(x->re.lo) >= 0) {
        interval_root(&r->re, &x->re, k);
        interval_set_si(&r->im, 0);
        r->real = true;
        return true;
    }
    interval modulus, theta, index;
    interval *const parts[] = {&modulus, &theta, &index};
    for (int i = 0; i < 3; i++)
        interval_init(parts[i], bits_of(r));
    bool fine = angle(&theta, x);
    if (fine) {
        rect_modulus(&modulus, x);
        interval_root(&modulus, &modulus, k);
        mpfr_div_ui(theta.lo, theta.lo, k, MPFR_RNDD);
        mpfr_div_ui(theta.hi, theta.hi, k, MPFR_RNDU);
        fine = set_polar(r, &modulus, &theta);
    }
    for (int i = 0; i < 3; i++)
        interval_clear(parts[i]);
    return fine;
}

/* ---- questions --------------------------------------------------------------------------------
 */

bool rect_excludes_zero(const rect *x)
{
    return interval_sign(&x->re) != 0 || interval_sign(&x->im) != 0;
}

bool rect_is_zero(const rect *x)
{
    return interval_is_zero(&x->re) && interval_is_zero(&x->im);
}

bool rect_is_finite(const rect *x)
{
    return interval_is_finite(&x->re) && interval_is_finite(&x->im);
}

bool rect_disjoint(const rect *x, const rect *y)
{
    return interval_disjoint(&x->re, &y->re) || interval_disjoint(&x->im, &y->im);
}

double rect_log2(const rect *x)
{
    return fmax(interval_log2(&x->re), interval_log2(&x->im));
}
