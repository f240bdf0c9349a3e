/* arith.h - exact value of an arithmetic expression, for data that carries its own solution. */
#ifndef TESTS_SUPPORT_ARITH_H
#define TESTS_SUPPORT_ARITH_H

#include <gmp.h>
#include <stdbool.h>

/* Decimal numbers, + - * / %, parentheses, floor(x), ceil(x), min(x,y), max(x,y). `out` is
 * initialised by the caller; *n_steps counts operators, min and max (rounding is free). false when
 * the text is no such expression, divides by zero, or takes % of other than positive integers. */
bool arith_value(mpq_t out, int *n_steps, const char *expression);

#endif
