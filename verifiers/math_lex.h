/* math_lex.h - tokens of an answer. LaTeX clean-up happens here, on tokens, never on raw strings.
 */
#ifndef VERIFIERS_MATH_LEX_H
#define VERIFIERS_MATH_LEX_H

#include "verifiers/math_node.h"
#include "verifiers/math_words.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NUMBER,  /* s: digits, point, exponent; group separators taken out */
    TOKEN_WORD,    /* s: a run of ASCII letters, unsplit */
    TOKEN_TEXT,    /* s: trimmed content of \text{..} that is no formula */
    TOKEN_COMMAND, /* word: what it means; s: for BEGIN and END the environment */
    TOKEN_CHAR,    /* c */
    TOKEN_ROW,     /* \\ */
    TOKEN_BAD,     /* nothing the grammar knows */
};

typedef struct math_token {
    enum token_kind kind;
    bool blank;   /* white space before it */
    bool grouped; /* a number written with separators */
    char c;
    struct word word;
    text s;
} math_token;

/* Tokens of `t` (ASCII LaTeX, math_to_ascii) with TOKEN_END behind them; *n does not count it. The
 * texts point into `t` or the context's arena. NULL with a fault in `c` (too many tokens or levels,
 * or an unbalanced \text). */
math_token *math_lex(math_ctx *c, size_t *n, text t);

#endif
