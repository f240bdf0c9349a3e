/* expr_pair.h - pairs of answers, equal or not by construction, for verdicts to be held against. */
#ifndef TESTS_SUPPORT_EXPR_PAIR_H
#define TESTS_SUPPORT_EXPR_PAIR_H

#include <gmp.h>

#include "base/text.h"
#include "tests/support/expr.h"

#define PAIR_KINDS 26
#define PAIR_SCALAR_KINDS 15 /* the first of them */

struct pair {
    strbuf a, b; /* release with pair_free */
    bool equal;  /* the same value; else proven to be another */
};

const char *pair_kind_name(size_t kind); /* kind < PAIR_KINDS */

/* Fills `out` (zeroed, or used before) with a pair of the kind; aborts when chance gives none. */
void pair_make(struct maker *m, struct pair *out, size_t kind, bool equal);
void pair_free(struct pair *p);

/* A spelling of q: integer with or without thousands, fraction, decimal, repeating decimal, mixed
 * number, power of ten. */
void rational_print(strbuf *out, const mpq_t q, struct maker *m);

/* A tree of rational arithmetic and a rational, which GMP says to be its value or not. */
void rational_pair_make(struct maker *m, struct pair *out, bool equal);

#define PARTITION_MAX 24
struct partition {
    size_t n;
    strbuf text[PARTITION_MAX]; /* release with partition_free */
    int class_of[PARTITION_MAX];
};

/* Scalar answers (kind < PAIR_SCALAR_KINDS) of up to four values, with several spellings each, in
 * random order. */
void partition_make(struct maker *m, struct partition *out, size_t kind);
void partition_free(struct partition *p);

#endif
