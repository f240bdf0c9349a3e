/* math_lexer.h - what the files of the lexer share. */
#ifndef VERIFIERS_MATH_LEXER_H
#define VERIFIERS_MATH_LEXER_H

#include "verifiers/math_lex.h"

struct lexer {
    math_ctx *c;
    text t;
    size_t i;
    math_token *tokens;
    size_t n;
    bool blank;
    bool wrapper;        /* the next '{' belongs to a wrapper */
    unsigned levels;
    uint64_t counted;    /* bit per open level: does a comma separate inside? lowest is innermost */
    size_t currency;     /* offset of the $ that is money, SIZE_MAX */
};

/* Byte i, NUL behind the end: the text itself holds none. */
static inline char lex_at(const struct lexer *l, size_t i)
{
    return i < l->t.n ? l->t.p[i] : '\0';
}

/* Appends a token; at the limit a fault and a token nobody reads. */
math_token *lex_emit(struct lexer *l, enum token_kind kind, text s);

/* math_lex_number.c: the number at the cursor. */
void lex_number(struct lexer *l);

#endif
