/* expr_value.h - what an expression is worth: exactly on GMP for rationals, else enclosed. */
#ifndef TESTS_SUPPORT_EXPR_VALUE_H
#define TESTS_SUPPORT_EXPR_VALUE_H

#include <gmp.h>

#include "tests/support/expr.h"
#include "tests/support/expr_box.h"

/* Values p/q of the letters. */
struct expr_point {
    long p[EXPR_LETTERS], q[EXPR_LETTERS];
};

struct expr_point expr_random_point(struct dice *d);

/* The value at a point; false where the enclosures do not show that there is one. */
bool expr_enclose(struct box *out, const expr *e, const struct expr_point *at);

/* The exact value of numbers under + - * / and integer powers; false for other trees, a division
 * by zero, and values of more than about 2,000 bits. `out` is initialised by the caller. */
bool expr_rational(mpq_t out, const expr *e);

enum expr_relation {
    EXPR_APART,      /* proven to differ at a point where both have a value           */
    EXPR_CONSISTENT, /* no difference at several points where both have a value        */
    EXPR_UNCLEAR,    /* too few such points                                           */
};

/* Compares at random points; expressions without I only where both are real. */
enum expr_relation expr_relate(struct dice *d, const expr *a, const expr *b);

#endif
