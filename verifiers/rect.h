/* rect.h - complex numbers as rectangles: an interval for each part. `real` says that the imaginary
 * part is exactly 0, not merely around it. Results may be arguments. */
#ifndef VERIFIERS_RECT_H
#define VERIFIERS_RECT_H

#include "verifiers/interval.h"

typedef struct rect {
    interval re, im;
    bool real;
} rect;

void rect_init(rect *z, mpfr_prec_t bits); /* 0 */
void rect_clear(rect *z);
void rect_set_zero(rect *r);
void rect_set(rect *r, const rect *x);
void rect_set_real(rect *r, const interval *x);

void rect_add(rect *r, const rect *x, const rect *y);
void rect_mul(rect *r, const rect *x, const rect *y);
void rect_neg(rect *r, const rect *x);
void rect_times_i(rect *r, const rect *x);
bool rect_inv(rect *r, const rect *x);                  /* false: 0 may be inside */
bool rect_pow(rect *r, const rect *x, mpz_srcptr n);    /* false: the same, for n < 0 */
bool rect_log(rect *r, const rect *x);                  /* false: 0 or the cut may be inside */
bool rect_exp(rect *r, const rect *x);                  /* false: too large an angle */
/* x^(1/k), principal value, for what avoids the negative reals and 0, or is real and negative. */
bool rect_root(rect *r, const rect *x, unsigned long k);
void rect_modulus(interval *r, const rect *x);

bool rect_excludes_zero(const rect *x);
bool rect_is_zero(const rect *x);
bool rect_is_finite(const rect *x);
bool rect_disjoint(const rect *x, const rect *y);
double rect_log2(const rect *x); /* log2 of a bound of the larger part */

#endif
