/* expr_rules.h - rewriting by identities: the result is worth the same wherever both sides have a
 * value. Identities that hold on one branch only (sqrt(a b) = sqrt a sqrt b) are applied where the
 * form of the parts shows that branch. */
#ifndef TESTS_SUPPORT_EXPR_RULES_H
#define TESTS_SUPPORT_EXPR_RULES_H

#include "tests/support/expr.h"

/* Groups of identities; a kind of answer allows some. */
enum {
    RULES_NUMBERS = 1,
    RULES_ALGEBRA = 2,
    RULES_LETTERS = 4, /* may bring letters in */
    RULES_ROOTS = 8,
    RULES_LOGS = 16,
    RULES_TRIG = 32,
    RULES_COMPLEX = 64,
    RULES_ABS = 128,
};

/* The node in another form, or NULL where the identity does not apply. */
typedef const expr *expr_identity(struct maker *m, const expr *e);

struct expr_rule {
    unsigned group;
    expr_identity *apply;
};

/* Tables that end with apply == NULL. */
extern const struct expr_rule expr_rules_algebra[]; /* numbers, algebra, letters */
extern const struct expr_rule expr_rules_closed[];  /* roots, logs, complex, abs */
extern const struct expr_rule expr_rules_trig[];

/* `e` after up to n_steps identities of the groups, at random nodes; stops at max_nodes. */
const expr *expr_rewrite(struct maker *m, const expr *e, unsigned groups, int n_steps,
                         size_t max_nodes);

#endif
