/* expr_build.h - short names for the constructors: rules and makers of trees read like formulas. */
#ifndef TESTS_SUPPORT_EXPR_BUILD_H
#define TESTS_SUPPORT_EXPR_BUILD_H

#include "tests/support/expr.h"

typedef const expr *tree;

static inline tree num(struct maker *m, long p, long q) { return expr_number(m, p, q); }
static inline tree whole(struct maker *m, long n) { return expr_number(m, n, 1); }
static inline tree add(struct maker *m, tree a, tree b) { return expr_binary(m, EXPR_ADD, a, b); }
static inline tree sub(struct maker *m, tree a, tree b) { return expr_minus(m, a, b); }
static inline tree mul(struct maker *m, tree a, tree b) { return expr_binary(m, EXPR_MUL, a, b); }
static inline tree quo(struct maker *m, tree a, tree b) { return expr_binary(m, EXPR_DIV, a, b); }
static inline tree neg(struct maker *m, tree a) { return expr_unary(m, EXPR_NEG, a); }
static inline tree power(struct maker *m, tree a, long k) { return expr_with(m, EXPR_POWER, a, k); }
static inline tree root(struct maker *m, tree a, long k) { return expr_with(m, EXPR_ROOT, a, k); }
static inline tree twice(struct maker *m, tree a) { return mul(m, whole(m, 2), a); }
static inline tree sine(struct maker *m, tree a) { return expr_unary(m, EXPR_SIN, a); }
static inline tree cosine(struct maker *m, tree a) { return expr_unary(m, EXPR_COS, a); }
static inline tree expo(struct maker *m, tree a) { return expr_unary(m, EXPR_EXP, a); }
static inline tree logn(struct maker *m, tree a) { return expr_unary(m, EXPR_LN, a); }
static inline tree unit_i(struct maker *m) { return expr_constant(m, EXPR_I); }

/* pi p/q */
static inline tree angle(struct maker *m, long p, long q)
{
    return mul(m, num(m, p, q), expr_constant(m, EXPR_PI));
}

#endif
