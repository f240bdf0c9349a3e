/* value.h - structures brought to one form: signs expanded, and for votes a canonical tree and
 * text. */
#ifndef VERIFIERS_VALUE_H
#define VERIFIERS_VALUE_H

#include "verifiers/math_node.h"

/* The tree with every +- item split in two: "1 \pm x" is a list, "\{\pm 1, 2\}" a set of three. */
math_node *value_expand(math_ctx *c, math_node *n);

/* "b = 2, a = 1" as the tuple of its items, sorted by their names; NULL unless every item gives a
 * number to a name of its own. */
math_node *value_named_tuple(math_ctx *c, const math_node *list);

/* The value as votes see it, of an expanded one: lists are sets, "x = 5" is 5, "b = 2, a = 1"
 * is (1,2), "x > 2" is a region. */
math_node *value_for_vote(math_ctx *c, math_node *n);

/* Canonical tree of a vote value: scalars are forms, sets are sorted without repetitions, regions
 * normal. Same tree, same value. Currency signs are dropped; percent,
 * unit, degree and base stay as tags. */
math_node *value_canonical(math_ctx *c, math_node *n);

/* Tag of a tuple's brackets; an end at infinity counts as open. */
int value_brackets(math_ctx *c, const math_node *tuple);

/* The scalar of a quantity, a base literal or a scalar; NULL for a structure. */
math_node *value_scalar(math_node *n);

#endif
