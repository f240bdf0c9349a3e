/* expr_spell.h - the two halves of expr_print: expr_print.c has sums, products and the choice of
 * brackets, expr_spell.c numbers, powers, roots and functions. */
#ifndef TESTS_SUPPORT_EXPR_SPELL_H
#define TESTS_SUPPORT_EXPR_SPELL_H

#include "tests/support/expr_print.h"

/* Places, by the tightness that they ask for. */
enum place {
    IN_SUM,     /* between signs, or alone          */
    IN_PRODUCT, /* first of a product or a quotient */
    AS_FACTOR,  /* behind a product sign or a slash */
    AS_BASE,    /* under an exponent                */
};

struct speller {
    struct expr_style style;
    struct dice *d;
};

/* True once in n. */
bool spell_chance(struct speller *s, uint64_t n);

/* Any node, in brackets where its place asks for them. */
void spell(strbuf *out, const expr *e, enum place place, struct speller *s);
void spell_bracketed(strbuf *out, const expr *e, struct speller *s);

/* The minus of the style. */
const char *spell_minus(const struct speller *s);

/* One node, without brackets around it (numbers put their own). */
void spell_number(strbuf *out, const expr *e, enum place place, struct speller *s);
void spell_power(strbuf *out, const expr *e, struct speller *s);
void spell_root(strbuf *out, const expr *e, struct speller *s);
void spell_exp(strbuf *out, const expr *e, struct speller *s);
void spell_abs(strbuf *out, const expr *e, struct speller *s);
/* EXPR_LOG and what spell_is_function names. */
void spell_function(strbuf *out, const expr *e, enum place place, struct speller *s);

/* ln, sin, cos, tan, arctan */
bool spell_is_function(enum expr_op op);

#endif
