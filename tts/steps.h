/* steps.h - does a trace calculate correctly? Finds written steps `a op b = c` and checks them.
 *
 * A step is two sides of an equals sign on one line, each a plain chain of numbers and + - * /
 * (also x, \times, \cdot, \div and their signs), at least one of them with an operator. Numbers:
 * digits, thousands commas, a decimal point, a dollar sign in front. Products bind tighter than
 * sums; the arithmetic is exact (GMP). Chains of equalities are checked pair by pair. A step is
 *
 *   right    both sides are equal, or the right one is the left one rounded or cut to its decimals
 *   wrong    they are not
 *   nothing  what cannot be told: division by zero, an integer for a broken quotient (a floor or a
 *            ceiling, perhaps), anything with brackets, powers, variables or words between
 *
 * What the check does not understand it leaves alone, so that a trace is not accused of a notation.
 */
#ifndef TTS_STEPS_H
#define TTS_STEPS_H

#include <stddef.h>

#include "base/text.h"

struct steps {
    size_t right, wrong;
};

/* Adds the steps found in `t`, any bytes. A step never reaches over a line end, so a text may be
 * given line by line. Memory is taken and given back inside. */
void steps_count(struct steps *s, text t);

/* What a trace's ballot deserves: 1 / (1 + wrong). 1 without a step. */
double steps_weight(const struct steps *s);

#endif
