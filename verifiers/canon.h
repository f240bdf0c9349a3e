/* canon.h - canonical trees of scalars: what structure and rational arithmetic can settle.
 *
 * Sums and products are flat and sorted, rational parts are folded to one number, like terms and
 * equal bases are joined, square factors leave their roots. Two expressions with the same canonical
 * tree are equal wherever both are defined; nothing is concluded from different trees, except for
 * two numbers.
 *
 * A form (canonical tree) is one of
 *     NUM | CONST | VAR | FUNC | FACT | DFACT | BINOM | UNDEF
 *     POW(base, exponent)
 *     MUL(NUM coefficient unless 1, other factors in order)
 *     ADD(NUM constant unless 0, other terms in order)
 * Terms and factors vanish (x - x, x/x, 0 x) only when they are known to be defined. */
#ifndef VERIFIERS_CANON_H
#define VERIFIERS_CANON_H

#include "verifiers/math_node.h"

/* Form of a scalar tree as parsed. */
math_node *canon(math_ctx *c, const math_node *n);

/* The same for parts that are forms already. */
math_node *canon_sum(math_ctx *c, math_node **terms, size_t n);
math_node *canon_product(math_ctx *c, math_node **factors, size_t n);
math_node *canon_power(math_ctx *c, math_node *base, math_node *exponent);
math_node *canon_difference(math_ctx *c, math_node *a, math_node *b);

/* canon_root.c: a rational to a rational, not integer, power. */
math_node *canon_root(math_ctx *c, const math_node *base, const math_node *exponent);

/* Is the form defined for almost all values of its variables? Is it surely not zero there? False
 * means unknown. */
bool canon_is_total(const math_node *n);
bool canon_is_nonzero(const math_node *n);

/* A positive real constant, whatever its size? */
bool canon_is_positive(const math_node *n);

/* Form with every variable named `name` replaced by `value`. */
math_node *canon_substitute(math_ctx *c, const math_node *n, text name, math_node *value);

#endif
