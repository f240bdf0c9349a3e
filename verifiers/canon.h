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

/* Form of a scalar tree as parsed. It shares the numbers of `n`; no form is ever changed. */
math_node *canon(math_ctx *c, const math_node *n);

/* The same for parts that are forms already: one node over forms, or its constructors. */
math_node *canon_of_forms(math_ctx *c, math_node *n);
math_node *canon_sum(math_ctx *c, math_node **terms, size_t n);
math_node *canon_product(math_ctx *c, math_node **factors, size_t n);
math_node *canon_power(math_ctx *c, math_node *base, math_node *exponent);
math_node *canon_difference(math_ctx *c, math_node *a, math_node *b);

/* A form as coefficient (returned, a NUM) times *rest; *rest NULL for a number. */
math_node *canon_split(math_ctx *c, math_node *n, math_node **rest);

/* canon_root.c: a rational to a rational, not integer, power. */
math_node *canon_root(math_ctx *c, const math_node *base, const math_node *exponent);

/* Visits the small prime factors of n > 0 (below 2^16, of large numbers 2^13) with their exponents,
 * then what is left, as a cofactor unless it is surely prime. False when n is too large or the fuel
 * is out. */
typedef void canon_factor_visit(void *into, mpz_srcptr p, long exponent, bool cofactor);
bool canon_factor(math_ctx *c, mpz_srcptr n, canon_factor_visit *visit, void *into);

/* canon_angle.c: a circular, hyperbolic or arc function of a form; NULL for other functions. */
math_node *canon_angle(math_ctx *c, enum math_func f, math_node *x);
/* Is x = r pi with a rational r? */
bool canon_pi_share(mpq_ptr r, const math_node *x);
/* Of x and -x one leads with a negative coefficient. */
bool canon_leads_negative(const math_node *x);

/* canon_exp.c: ln x, log x to a base, e^x for an x that is no number, e^(i pi share). */
math_node *canon_log(math_ctx *c, math_node *x);
math_node *canon_log_to_base(math_ctx *c, math_node *base, math_node *x);
math_node *canon_exp(math_ctx *c, math_node *x);
math_node *canon_unit_root(math_ctx *c, math_node *share);

/* Is the form defined for almost all values of its variables? Is it surely not zero there? False
 * means unknown. */
bool canon_is_total(const math_node *n);
bool canon_is_nonzero(const math_node *n);

/* Surely a positive constant? Surely real, wherever its variables are real and it is defined? */
bool canon_is_positive(const math_node *n);
bool canon_is_real(const math_node *n);

/* Form with every variable named `name` replaced by `value`. */
math_node *canon_substitute(math_ctx *c, math_node *n, text name, math_node *value);

#endif
