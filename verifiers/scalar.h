/* scalar.h - are two scalars equal? The chain of deciders, cheapest first. */
#ifndef VERIFIERS_SCALAR_H
#define VERIFIERS_SCALAR_H

#include "verifiers/math_node.h"
#include "verifiers/outcome.h"

/* a, b: scalar trees as parsed, or forms. A fault in `c` makes the outcome worthless. */
outcome scalar_compare(math_ctx *c, const math_node *a, const math_node *b);

/* Form of a scalar with what is a number in it evaluated (reduce.h). */
math_node *scalar_value(math_ctx *c, const math_node *n);

/* Value of a scalar when it is rational: its form, a NUM; else NULL. */
math_node *scalar_rational(math_ctx *c, const math_node *n);

#endif
