/* math_parser.h - what the files of the parser share: a cursor over tokens.
 *
 *     answer   := item (sep item)*                              parse_value.c
 *     item     := side (relation side)*
 *     side     := quantity (cup quantity)* | ratio
 *     quantity := [currency] sum [percent] [scale] [unit]       parse_quantity.c
 *     sum, term, factor                                         parse_sum.c
 *     atom, cursor                                              parse_atom.c
 *     brackets, sets, matrices                                  parse_bracket.c
 *     functions, fractions, roots                               parse_call.c
 *     literals                                                  parse_number.c */
#ifndef VERIFIERS_MATH_PARSER_H
#define VERIFIERS_MATH_PARSER_H

#include "verifiers/math_lex.h"

struct parser {
    math_ctx *c;
    math_token *t; /* ends with TOKEN_END; words and digit runs are eaten from the left */
    size_t i;
    int depth;
    bool in_abs;   /* a '|' closes */
    bool literal;  /* the last factor was a plain integer literal */
    bool digits;   /* the last factor ended in digits or a group: no number may follow */
};

math_token *parse_peek(struct parser *p);
bool parse_at_char(const struct parser *p, char c);
bool parse_at_form(const struct parser *p, enum word_form form);
bool parse_accept_char(struct parser *p, char c);
bool parse_accept_form(struct parser *p, enum word_form form);
void parse_need_char(struct parser *p, char c);
math_node *parse_bad(struct parser *p); /* notes a syntax fault */
math_node *parse_scalar(struct parser *p, math_node *n); /* n, or a fault if it is a structure */

/* Depth guard around everything that recurses: enter may fail with a limit. */
bool parse_enter(struct parser *p);
void parse_leave(struct parser *p);

math_node *parse_item(struct parser *p);
math_node *parse_items(struct parser *p); /* LIST, possibly empty */
bool parse_at_separator(const struct parser *p);
int parse_joint(const math_token *t); /* enum math_joint of a separator, else 0 */
bool parse_is_prose(const math_token *t, size_t n); /* parse_prose.c: words, or a clock time */

math_node *parse_quantity(struct parser *p);
/* Do unit words start at the cursor and run to the end of the item? */
bool parse_at_unit(const struct parser *p);
/* Does the item end at the cursor? */
bool parse_at_end(const struct parser *p, size_t i);

math_node *parse_sum(struct parser *p);
math_node *parse_factor(struct parser *p);
math_node *parse_atom(struct parser *p);
math_node *parse_script(struct parser *p); /* what follows ^ */
bool parse_at_atom(const struct parser *p);

math_node *parse_bracket(struct parser *p); /* at ( [ { \{ \langle */
math_node *parse_matrix(struct parser *p);  /* behind \begin */

math_node *parse_call(struct parser *p, enum math_func f); /* behind its name */
math_node *parse_form(struct parser *p, enum word_form form); /* behind \frac, \sqrt, ... */

math_node *parse_literal(struct parser *p);   /* at a number */
math_node *parse_subscript(struct parser *p, math_node *of); /* behind _ */
/* Takes one digit off the number at the cursor: \frac12. */
math_node *parse_one_digit(struct parser *p);
bool parse_is_integer_token(const math_token *t);

#endif
