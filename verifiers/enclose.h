/* enclose.h - what enclose.c and enclose_sum.c share: costs, and one call each. */
#ifndef VERIFIERS_ENCLOSE_H
#define VERIFIERS_ENCLOSE_H

#include "verifiers/constant.h"

/* Cost of an operation on both ends, in multiples of (limbs)^1.5; measured on mpfr 4.2. */
#define NODE_FUEL 24.0
#define TOUCH_FUEL 300.0 /* a node's memory, whatever the precision */
#define ROOT_FUEL 96.0      /* times the index, up to */
#define DEAREST_INDEX 50.0  /* beyond, MPFR takes exp and log */
#define FUNCTION_FUEL 900.0 /* exp, log, sin: of one end */
#define ARC_FUEL 2400.0

/* Charges an operation at the evaluation's precision; false when the fuel is out. */
bool enclose_charge(const struct evaluation *e, double factor);

/* enclose() of an ADD. */
enum enclosure enclose_sum(const struct evaluation *e, rect *r, const math_node *n);

#endif
