/* expr_print.h - one of the many spellings of an expression: LaTeX, plain text or with Unicode
 * signs, chance deciding at every node. Notations that readers take in two ways are left out (a
 * fraction behind a number, a product behind a slash, "2e", three letters in a row). */
#ifndef TESTS_SUPPORT_EXPR_PRINT_H
#define TESTS_SUPPORT_EXPR_PRINT_H

#include "base/text.h"
#include "tests/support/expr.h"

struct expr_style {
    bool latex;   /* commands; otherwise names: sqrt(2) */
    bool unicode; /* of plain text: signs for \pi, \sqrt, minus, times, exponents */
    bool spaces;  /* around signs */
};

struct expr_style expr_random_style(struct dice *d);

/* Appends; check out->failed at the end. */
void expr_print(strbuf *out, const expr *e, struct expr_style style, struct dice *d);

#endif
