/* parse_atom.c - the cursor of the parser, and atoms: names, letters, |x|. */
#include "verifiers/math_parser.h"

#define RULES_PER_LEVEL 4 /* that count depth, of one bracket; the lexer counts brackets */

math_token *parse_peek(struct parser *p)
{
    return &p->t[p->i];
}

bool parse_at_char(const struct parser *p, char c)
{
    return p->t[p->i].kind == TOKEN_CHAR && p->t[p->i].c == c;
}

bool parse_at_form(const struct parser *p, enum word_form form)
{
    const math_token *t = &p->t[p->i];
    return t->kind == TOKEN_COMMAND && t->word.class == WORD_FORM && t->word.id == (int)form;
}

bool parse_accept_char(struct parser *p, char c)
{
    bool at = parse_at_char(p, c);
    p->i += at;
    return at;
}

bool parse_accept_form(struct parser *p, enum word_form form)
{
    bool at = parse_at_form(p, form);
    p->i += at;
    return at;
}

void parse_need_char(struct parser *p, char c)
{
    if (!parse_accept_char(p, c))
        parse_bad(p);
}

math_node *parse_bad(struct parser *p)
{
    return math_fail(p->c, MATH_BAD_SYNTAX);
}

bool parse_enter(struct parser *p)
{
    if (++p->depth > RULES_PER_LEVEL * MATH_MAX_DEPTH)
        math_fail(p->c, MATH_OVER_LIMIT);
    return p->c->fault == MATH_FINE;
}

void parse_leave(struct parser *p)
{
    p->depth--;
}

/* ---- atoms ------------------------------------------------------------------------------------
 */

static bool is_atom_form(int form)
{
    switch (form) {
    case FORM_FRAC: case FORM_BINOM: case FORM_SQRT: case FORM_CBRT: case FORM_LFLOOR:
    case FORM_LCEIL: case FORM_LVERT: case FORM_ANGLE: case FORM_OVERLINE:
        return true;
    default:
        return false;
    }
}

bool parse_at_atom(const struct parser *p)
{
    const math_token *t = &p->t[p->i];
    switch (t->kind) {
    case TOKEN_NUMBER:
        return true;
    case TOKEN_WORD:
        return !parse_at_separator(p) && !word_scale(t->s);
    case TOKEN_COMMAND:
        return t->word.class == WORD_VAR || t->word.class == WORD_CONST ||
               t->word.class == WORD_FUNC ||
               (t->word.class == WORD_FORM && is_atom_form(t->word.id));
    case TOKEN_CHAR:
        return t->c == '(' || t->c == '[' || t->c == '{' || (t->c == '|' && !p->in_abs);
    default:
        return false;
    }
}

static math_node *meaning(struct parser *p, struct word w)
{
    switch (w.class) {
    case WORD_VAR:
        return math_named(p->c, MATH_VAR, text_of(w.name));
    case WORD_CONST:
        return math_new(p->c, MATH_CONST, w.id);
    case WORD_FUNC:
        return parse_call(p, (enum math_func)w.id);
    case WORD_FORM:
        return parse_form(p, (enum word_form)w.id);
    default:
        return parse_bad(p);
    }
}

/* The left end of a run of letters: a name, i, e, or a one-letter variable. */
static math_node *letters(struct parser *p)
{
    math_token *t = parse_peek(p);
    bool label = p->i == 0 && t->s.n >= 3 && t[1].kind == TOKEN_COMMAND &&
                 t[1].word.class == WORD_REL && t[1].word.id == REL_EQ;
    size_t len;
    struct word w = word_plain_prefix(t->s, &len);
    text s = text_slice(t->s, 0, len ? len : 1);
    if (label && !len)
        s = t->s; /* Area = 5 */
    t->s = text_slice(t->s, s.n, t->s.n);
    t->blank = false;
    if (t->s.n == 0)
        p->i++;
    if (len)
        return meaning(p, w);
    if (text_equal(s, TEXT("i")))
        return math_new(p->c, MATH_CONST, CONST_I);
    if (text_equal(s, TEXT("e")))
        return math_new(p->c, MATH_CONST, CONST_E);
    return math_named(p->c, MATH_VAR, s);
}

static math_node *absolute(struct parser *p)
{
    bool outer = p->in_abs;
    p->in_abs = true;
    math_node *n = parse_scalar(p, parse_sum(p));
    p->in_abs = outer;
    parse_need_char(p, '|');
    return math_unary(p->c, MATH_FUNC, FUNC_ABS, n);
}

math_node *parse_atom(struct parser *p)
{
    if (!parse_enter(p))
        return &p->c->dummy;
    math_token *t = parse_peek(p);
    math_node *n;
    if (t->kind == TOKEN_NUMBER) {
        n = parse_literal(p);
    } else if (t->kind == TOKEN_WORD) {
        n = letters(p);
    } else if (t->kind == TOKEN_TEXT && p->i == 0) {
        p->i++; /* a label: the value layer lets it stand only before = */
        n = math_named(p->c, MATH_VAR, t->s);
    } else if (parse_at_form(p, FORM_LANGLE)) {
        n = parse_bracket(p);
    } else if (t->kind == TOKEN_COMMAND) {
        p->i++;
        n = meaning(p, t->word);
    } else if (parse_accept_char(p, '|')) {
        n = absolute(p);
    } else {
        n = parse_bracket(p);
    }
    parse_leave(p);
    return n;
}
