/* formal.h - is a form 0 by the laws of algebra, exp, log and the circular functions alone? */
#ifndef VERIFIERS_FORMAL_H
#define VERIFIERS_FORMAL_H

#include "verifiers/math_node.h"

/* True: the form is 0 wherever it is defined (proof, or an error probability below 2^-80). False
 * proves nothing. Constants that rising precision cannot tell from 0 get one more chance: a linear
 * form in logarithms or arcs of algebraic numbers is 0 when its exponential is 1. */
bool formal_is_zero(math_ctx *c, math_node *n);

#endif
