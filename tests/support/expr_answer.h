/* expr_answer.h - whole answers over expressions: numbers, tuples, sets, intervals, matrices,
 * equations and inequalities; partners of the same and of another value. */
#ifndef TESTS_SUPPORT_EXPR_ANSWER_H
#define TESTS_SUPPORT_EXPR_ANSWER_H

#include "base/text.h"
#include "tests/support/expr_family.h"

#define ANSWER_ITEMS 9

enum answer_shape {
    ANSWER_SCALAR,
    ANSWER_PERCENT,
    ANSWER_TUPLE,
    ANSWER_SET,        /* {a, b}, bare a, b, and m \pm h  */
    ANSWER_RATIO,      /* items[0] : items[1]             */
    ANSWER_REGION,     /* intervals without common points */
    ANSWER_MATRIX,
    ANSWER_EQUATION,   /* items[0] = items[1]             */
    ANSWER_INEQUALITY, /* items[0] < or <= items[1]       */
    N_SHAPES,
};

struct answer {
    enum answer_shape shape;
    enum expr_family_id family;
    size_t n_items, n_columns; /* columns of a matrix */
    /* A region: ends in growing order, two for each interval; NULL first or last: infinite. */
    const expr *items[ANSWER_ITEMS];
    unsigned closed; /* bit i: end i belongs to the region; bit 0: "<=" */
};

/* An answer of the shape over the family; false when chance gave one without value. */
bool answer_make(struct maker *m, struct answer *out, enum answer_shape shape,
                 enum expr_family_id family);

/* The same value with other parts in another order; false when the result could not be shown to
 * have one. Aborts when the enclosures say that it changed: an identity is wrong. */
bool answer_disguise(struct maker *m, struct answer *out, const struct answer *a);

/* Another value, proven to be another one; false when chance gave none. */
bool answer_slip(struct maker *m, struct answer *out, const struct answer *a);

/* Appends one of the spellings. */
void answer_print(strbuf *out, const struct answer *a, struct maker *m);

#endif
