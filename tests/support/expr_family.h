/* expr_family.h - kinds of expressions: what their leaves are and which identities they know. */
#ifndef TESTS_SUPPORT_EXPR_FAMILY_H
#define TESTS_SUPPORT_EXPR_FAMILY_H

#include "tests/support/expr.h"

struct expr_family {
    const char *name;
    const expr *(*leaf)(struct maker *m);
    int depth;      /* of the tree over the leaves    */
    bool quotients; /* not only sums and products     */
    unsigned rules; /* of expr_rules.h                */
};

enum expr_family_id {
    FAMILY_INTEGER,
    FAMILY_RATIONAL,
    FAMILY_POLYNOMIAL,
    FAMILY_POLYNOMIAL_3,
    FAMILY_RATIONAL_FUNCTION,
    FAMILY_SURD,
    FAMILY_NESTED_SURD,
    FAMILY_LOG,
    FAMILY_EXP,
    FAMILY_TRIG,
    FAMILY_PI,
    FAMILY_COMPLEX,
    FAMILY_MIXED,
    FAMILY_FUNCTION,
    FAMILY_ABS,
    N_FAMILIES,
};
extern const struct expr_family expr_families[N_FAMILIES];

/* A tree of the family; it may have no value. */
const expr *expr_grow(struct maker *m, const struct expr_family *f);

/* The same value in another form. */
const expr *expr_disguise(struct maker *m, const struct expr_family *f, const expr *e);

/* A slip at one node, or a value that is almost the same; it may happen to be equal. */
const expr *expr_slip(struct maker *m, const expr *e);

#endif
