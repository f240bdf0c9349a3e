/* reduce.h - what is a number after all: floors, absolute values, extremes, arcs of constants. */
#ifndef VERIFIERS_REDUCE_H
#define VERIFIERS_REDUCE_H

#include "verifiers/math_node.h"

/* The form with every such function of a constant replaced by its value, where that is decided:
 * floor(10 sqrt 2) by 14, |1 - sqrt 2| by sqrt 2 - 1, arctan(2 - sqrt 3) by pi/12. */
math_node *reduce(math_ctx *c, math_node *n);

#endif
