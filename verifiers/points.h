/* points.h - level L5: functions of variables that no residue decides, by their values at random
 * points, each value a constant (constant.h). */
#ifndef VERIFIERS_POINTS_H
#define VERIFIERS_POINTS_H

#include "verifiers/math_node.h"
#include "verifiers/outcome.h"

/* Forms with variables in at least one of them. A point counts when every part of both sides is
 * real there (any point, when i occurs): domains may differ. One certified difference decides; so
 * do eight points of equality, if no branch of a root or an absolute value shows a difference.
 * True: decided, *out set. */
bool points_compare(math_ctx *c, outcome *out, math_node *a, math_node *b);

#endif
