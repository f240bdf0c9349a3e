/* parse_bracket.c - what stands in brackets: groups, tuples, intervals, sets, set-builders,
 * matrices.
 *
 * A '{' is a TeX group around one item and a set around several. Bracket kinds are kept: (1,2),
 * [1,2] and [1,2) are three answers. */
#include "verifiers/math_parser.h"


static bool at_list_closer(const struct parser *p)
{
    return parse_at_char(p, ')') || parse_at_char(p, ']');
}

/* Eats the closer that fits `open`; sets whether it is round. */
static bool close_bracket(struct parser *p, char open, bool *round)
{
    *round = true;
    if (open == '{')
        return parse_accept_char(p, '}');
    if (open == CHAR_SET_OPEN)
        return parse_accept_char(p, CHAR_SET_CLOSE);
    if (open == '<')
        return parse_accept_form(p, FORM_RANGLE);
    *round = parse_at_char(p, ')');
    bool closes = at_list_closer(p);
    p->i += closes;
    return closes;
}

/* x | , x \mid , x : , x \in \mathbb{R} | at the start of a set: the cursor behind the bar, or
 * false. */
static bool accept_builder(struct parser *p)
{
    const math_token *t = &p->t[p->i];
    size_t k = 0;
    if (t[k].kind != TOKEN_WORD || t[k].s.n != 1)
        return false;
    k++;
    if (t[k].kind == TOKEN_COMMAND && t[k].word.class == WORD_REL && t[k].word.id == REL_IN &&
        t[k + 1].kind == TOKEN_COMMAND && t[k + 1].word.class == WORD_FORM &&
        t[k + 1].word.id == FORM_BLACKBOARD && t[k + 2].kind == TOKEN_CHAR && t[k + 2].c == '{' &&
        t[k + 3].kind == TOKEN_WORD && text_equal(t[k + 3].s, TEXT("R")))
        k += 5;
    bool bar =
        (t[k].kind == TOKEN_CHAR && (t[k].c == '|' || t[k].c == ':')) ||
        (t[k].kind == TOKEN_COMMAND && t[k].word.class == WORD_FORM && t[k].word.id == FORM_MID);
    p->i += bar ? k + 1 : 0;
    return bar;
}

static math_node *built_set(struct parser *p)
{
    math_node *n = parse_item(p);
    parse_need_char(p, CHAR_SET_CLOSE);
    return n->kind == MATH_RELATION || n->kind == MATH_REGION || n->kind == MATH_TUPLE
               ? n
               : parse_bad(p);
}

static math_node *retyped(math_node *list, enum math_kind kind, int tag)
{
    list->kind = kind;
    list->tag = tag;
    return list;
}

static math_node *contents(struct parser *p, char open, math_node *list)
{
    bool round_close;
    if (!close_bracket(p, open, &round_close) || p->c->fault != MATH_FINE)
        return parse_bad(p);
    bool set = open == CHAR_SET_OPEN || (open == '{' && list->n_args != 1);
    bool round_open = open != '[';
    if (set)
        return retyped(list, MATH_SET, 0);
    if (list->n_args == 0)
        return parse_bad(p);
    if (list->n_args > 1)
        return retyped(list, MATH_TUPLE,
                       (round_open ? OPEN_ROUND : 0) | (round_close ? CLOSE_ROUND : 0));
    if (round_open != round_close)
        return parse_bad(p);
    math_node *only = list->args[0];
    return math_is_scalar(only) ? math_unary(p->c, MATH_PAREN, 0, only) : only;
}

static char accept_opener(struct parser *p)
{
    static const char openers[] = {'(', '[', '{', CHAR_SET_OPEN};
    for (size_t i = 0; i < sizeof openers; i++)
        if (parse_accept_char(p, openers[i]))
            return openers[i];
    return parse_accept_form(p, FORM_LANGLE) ? '<' : '\0';
}

math_node *parse_bracket(struct parser *p)
{
    char open = accept_opener(p);
    if (!open || !parse_enter(p))
        return parse_bad(p);
    bool outer = p->in_abs;
    p->in_abs = false;
    math_node *n = open == CHAR_SET_OPEN && accept_builder(p) ? built_set(p)
                                                              : contents(p, open, parse_items(p));
    p->in_abs = outer;
    p->literal = false;
    p->digits = open == '{';
    parse_leave(p);
    return n;
}

/* ---- matrices ---------------------------------------------------------------------------------
 */

static math_node *matrix_row(struct parser *p)
{
    math_node *row = math_new(p->c, MATH_TUPLE, 0);
    do {
        math_node *cell = parse_quantity(p);
        math_push(p->c, row, math_is_scalar(cell) ? cell : parse_bad(p));
    } while (p->c->fault == MATH_FINE && parse_accept_char(p, '&'));
    return row;
}

math_node *parse_matrix(struct parser *p)
{
    math_node *m = math_new(p->c, MATH_MATRIX, 0);
    size_t cells = 0;
    if (!parse_enter(p))
        return m;
    do {
        if (parse_at_form(p, FORM_END))
            break; /* \\ behind the last row */
        math_node *row = matrix_row(p);
        cells += row->n_args;
        if (cells > MATH_MAX_CELLS)
            math_fail(p->c, MATH_OVER_LIMIT);
        math_push(p->c, m, row);
    } while (p->c->fault == MATH_FINE && parse_peek(p)->kind == TOKEN_ROW && ++p->i);
    if (!parse_accept_form(p, FORM_END) || m->n_args == 0)
        parse_bad(p);
    parse_leave(p);
    return m;
}
