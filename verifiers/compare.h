/* compare.h - two values by kind. */
#ifndef VERIFIERS_COMPARE_H
#define VERIFIERS_COMPARE_H

#include "verifiers/math_node.h"
#include "verifiers/outcome.h"

/* gold, answer: expanded values (value_expand). A policy of all zeros and round_gold_digits -1 is
 * an equivalence. A fault in `c` turns the outcome into UNKNOWN with the fault's name. */
outcome compare_values(math_ctx *c, const sheaf_policy *policy, math_node *gold, math_node *answer);

struct comparison {
    math_ctx *c;
    const sheaf_policy *policy;
};

/* No leniency at all: a comparison for votes. */
bool compare_is_strict(const sheaf_policy *policy);

/* The parts, for each other. */
outcome compare_nodes(struct comparison *x, math_node *g, math_node *p);
outcome compare_collections(struct comparison *x, math_node *g, math_node *p);
outcome compare_quantities(struct comparison *x, math_node *g, math_node *p);

#endif
