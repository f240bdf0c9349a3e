/* exact.h - arithmetic on rationals that asks for the size of a result before computing it. GMP
 * aborts the process when a number outgrows it, so nothing here reaches GMP unestimated.
 *
 * Every operation returns false, with *r unspecified, when the result would be too large (it then
 * stays symbolic) or the fuel is out (noted in the context). */
#ifndef VERIFIERS_EXACT_H
#define VERIFIERS_EXACT_H

#include "verifiers/math_node.h"

double exact_bits(mpq_srcptr q); /* of numerator and denominator together */

bool exact_add(math_ctx *c, mpq_ptr r, mpq_srcptr a, mpq_srcptr b);
bool exact_mul(math_ctx *c, mpq_ptr r, mpq_srcptr a, mpq_srcptr b);
/* a^n for any integer n; a is not 0 when n <= 0. */
bool exact_pow(math_ctx *c, mpq_ptr r, mpq_srcptr a, mpz_srcptr n);
/* n! (step 1) or n!! (step 2); n >= 0. */
bool exact_factorial(math_ctx *c, mpq_ptr r, mpz_srcptr n, int step);
/* Binomial coefficient of integers; n >= 0. */
bool exact_binomial(math_ctx *c, mpq_ptr r, mpz_srcptr n, mpz_srcptr k);

#endif
