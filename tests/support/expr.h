/* expr.h - trees of mathematical expressions for randomised tests. Nodes never change and may be
 * shared; all live in the arena of a maker and go with it.
 *
 * Constructors fold nothing: what is built is what gets printed. */
#ifndef TESTS_SUPPORT_EXPR_H
#define TESTS_SUPPORT_EXPR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "tests/support/dice.h"

#define EXPR_LETTERS 3 /* x, y, z */

enum expr_op {
    EXPR_NUMBER, /* p/q, in lowest terms, q >= 1 */
    EXPR_LETTER, /* number p of the letters      */
    EXPR_PI,
    EXPR_E,
    EXPR_I,
    EXPR_ADD,   /* a + b                        */
    EXPR_NEG,   /* -a                           */
    EXPR_MUL,   /* a b                          */
    EXPR_DIV,   /* a / b                        */
    EXPR_POWER, /* a^p, p an integer            */
    EXPR_ROOT,  /* p-th root of a, p >= 2       */
    EXPR_EXP,   /* e^a                          */
    EXPR_LN,
    EXPR_LOG, /* of a to the base p             */
    EXPR_SIN,
    EXPR_COS,
    EXPR_TAN,
    EXPR_ATAN,
    EXPR_ABS,
};

typedef struct expr expr;
struct expr {
    enum expr_op op;
    long p, q;
    const expr *a, *b;
    size_t n_nodes; /* of the whole tree, shared ones each time */
};

/* Where trees come from and what chance decides. */
struct maker {
    struct dice dice;
    arena nodes;
};

void maker_init(struct maker *m, uint64_t seed, uint64_t round);
void maker_free(struct maker *m);

/* p/q is reduced; q != 0. Constructors abort without memory. */
const expr *expr_number(struct maker *m, long p, long q);
const expr *expr_int(struct maker *m, long n);
const expr *expr_letter(struct maker *m, long which);
const expr *expr_constant(struct maker *m, enum expr_op op); /* EXPR_PI, EXPR_E, EXPR_I */
const expr *expr_unary(struct maker *m, enum expr_op op, const expr *a);
const expr *expr_with(struct maker *m, enum expr_op op, const expr *a, long p);
const expr *expr_binary(struct maker *m, enum expr_op op, const expr *a, const expr *b);
const expr *expr_minus(struct maker *m, const expr *a, const expr *b); /* a + -b */

/* `of` with other children. */
const expr *expr_rebuild(struct maker *m, const expr *of, const expr *a, const expr *b);

/* The i-th node in the order: node, a, b; i < e->n_nodes. */
const expr *expr_nth(const expr *e, size_t i);

/* `e` with another i-th node. */
const expr *expr_replace(struct maker *m, const expr *e, size_t i, const expr *by);

bool expr_is_int(const expr *e); /* a number without denominator */
bool expr_is(const expr *e, long n); /* the number n */
bool expr_same(const expr *a, const expr *b); /* the same tree */
bool expr_contains(const expr *e, enum expr_op op);

/* Shown by its form alone to be real, to be positive, wherever it has a value and the letters are
 * real; x^2 and |x| count as positive, as they are but at single points. */
bool expr_real(const expr *e);
bool expr_positive(const expr *e);

#endif
