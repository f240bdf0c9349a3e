/* judge_values.h - what grading, votes and grouping share. */
#ifndef VERIFIERS_JUDGE_VALUES_H
#define VERIFIERS_JUDGE_VALUES_H

#include "base/text.h"
#include "verifiers/math_node.h"
#include "verifiers/outcome.h"

/* Seed of a comparison: depends on both texts, not on their order. */
uint64_t judge_seed(text a, text b);

/* Parses and expands one answer; check c->fault. */
math_node *judge_parse(math_ctx *c, text answer);

/* The policy without any leniency. */
sheaf_policy judge_strict(void);

/* Two values for votes and their canonical trees: EQUAL is an equivalence. */
outcome judge_votes(math_ctx *c, math_node *a, math_node *canonical_a, math_node *b,
                    math_node *canonical_b);

#endif
