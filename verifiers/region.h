/* region.h - sets of reals as unions of intervals and points with exact ends. */
#ifndef VERIFIERS_REGION_H
#define VERIFIERS_REGION_H

#include "verifiers/math_node.h"
#include "verifiers/outcome.h"

/* REGION of a structure that is one: REGION, interval (two-entry tuple), set of scalars, solved
 * inequality (x > 2, 1 < x <= 3, x != 0), such inequalities joined by "or". NULL when it is none.
 * Sets *var to the name of an inequality's variable and leaves it alone otherwise. */
math_node *region_of(math_ctx *c, const math_node *n, text *var);

/* Sorted, disjoint, not empty pieces, ends as forms; when all ends are rational or infinite. NULL
 * otherwise. */
math_node *region_normal(math_ctx *c, const math_node *region);

outcome region_compare(math_ctx *c, const math_node *a, const math_node *b);

#endif
