/* answer_kind.h - which answers a problem can have at all: a trace that says otherwise does not
 * vote. Known from the problem set (AIME asks for an integer from 0 to 999), never from the gold
 * answer of the problem. */
#ifndef EVALS_ANSWER_KIND_H
#define EVALS_ANSWER_KIND_H

#include <sheaf/dataset.h>
#include <stdbool.h>

enum answer_kind {
    ANSWER_ANY,
    ANSWER_INTEGER, /* a whole number, with a unit or without  */
    ANSWER_AIME,    /* the same, 0 to 999                      */
    ANSWER_NUMBER,  /* an integer, decimal or fraction         */
    ANSWER_CHOICE,  /* a letter A to J, as verify.h reads one  */
    ANSWER_KINDS
};

const char *answer_kind_name(size_t i); /* "any", ..; NULL past the end */
bool answer_kind_parse(enum answer_kind *out, const char *name);

/* Judged by the answer's value (sheaf_answer_canonical), not by its spelling. */
bool answer_kind_fits(enum answer_kind kind, const char *answer);

/* What all problems of the selection have in common: aime for sets named aime*, choice or integer
 * when every answer is declared so, else any. */
enum answer_kind answer_kind_of(const sheaf_dataset *d);

#endif
