/* parse_sum.c - expressions: sums, terms and factors. See math_parser.h for the grammar.
 *
 * Multiplication, division and juxtaposition have one precedence and group to the left, so 1/2x is
 * x/2. Unary minus is weaker than ^. Runs of signs and of ! are counted, not recursed on. */
#include <string.h>

#include "verifiers/ascii.h"
#include "verifiers/math_parser.h"

#define MAX_POSTFIX 32

math_node *parse_scalar(struct parser *p, math_node *n)
{
    if (n->kind == MATH_QUANTITY && n->tag == MARK_DEGREE) /* cos(18^\circ) */
        return math_unary(p->c, MATH_DEG, 0, n->args[0]);
    return math_is_scalar(n) ? n : parse_bad(p);
}

static bool at_sign(const struct parser *p)
{
    return parse_at_char(p, '+') || parse_at_char(p, '-');
}

/* Eats a run of + and -; true when it is negative. */
static bool eat_signs(struct parser *p)
{
    bool negative = false;
    for (;; p->i++) {
        if (parse_at_char(p, '-'))
            negative = !negative;
        else if (!parse_at_char(p, '+'))
            return negative;
    }
}

/* A factor behind an operator may carry signs: 2*-3. */
static math_node *signed_factor(struct parser *p)
{
    bool negative = eat_signs(p);
    math_node *f = parse_scalar(p, parse_factor(p));
    return negative ? math_negated(p->c, f) : f;
}

/* ---- terms ------------------------------------------------------------------------------------
 */

static bool is_positive_integer(const math_node *n)
{
    while (n->kind == MATH_PAREN && n->n_args)
        n = n->args[0];
    return math_is_integer(n) && mpz_sgn(mpq_numref(n->q)) > 0;
}

/* a/b with integers 0 < a < b, as parse_form builds it. */
static bool is_proper_fraction(const math_node *n)
{
    if (n->kind != MATH_MUL || n->n_args != 2 || n->args[1]->kind != MATH_POW)
        return false;
    const math_node *a = n->args[0], *b = n->args[1]->args[0];
    if (!is_positive_integer(a) || !is_positive_integer(b) ||
        !math_is_small(n->args[1]->args[1], -1))
        return false;
    while (a->kind == MATH_PAREN)
        a = a->args[0];
    while (b->kind == MATH_PAREN)
        b = b->args[0];
    return mpz_cmp(mpq_numref(a->q), mpq_numref(b->q)) < 0;
}

static math_node *mixed_number(struct parser *p, math_node *whole, math_node *fraction)
{
    math_node *sum = math_binary(p->c, MATH_ADD, 0, whole, fraction);
    return math_unary(p->c, MATH_PAREN, 0, sum);
}

/* "b/c" behind "a " */
static math_node *plain_fraction(struct parser *p)
{
    math_token *t = parse_peek(p);
    bool shape = parse_is_integer_token(t) && t->blank && t[1].kind == TOKEN_CHAR &&
                 t[1].c == '/' && parse_is_integer_token(&t[2]);
    if (!shape)
        return parse_bad(p); /* two numbers side by side are never joined */
    math_node *a = parse_literal(p);
    p->i++;
    return math_quotient(p->c, a, parse_literal(p));
}

/* One more factor by juxtaposition, joined to the term or, as a mixed number, to `last`. */
static math_node *juxtaposed(struct parser *p, math_node **last)
{
    bool literal = p->literal, digits = p->digits;
    bool number = parse_peek(p)->kind == TOKEN_NUMBER;
    bool group = parse_at_char(p, '{');
    if (number && digits && !literal)
        return parse_bad(p);
    bool fraction = parse_at_form(p, FORM_FRAC);
    math_node *f = number && digits ? plain_fraction(p) : parse_scalar(p, parse_factor(p));
    if (group && digits && f->kind == MATH_PAREN && math_is_number(f->args[0]))
        return parse_bad(p); /* {5}{6} */
    if (number && digits && !is_proper_fraction(f))
        return parse_bad(p);
    if (!literal || !(number || fraction) || !is_proper_fraction(f))
        return f;
    *last = mixed_number(p, *last, f);
    return NULL;
}

static math_node *parse_term(struct parser *p)
{
    math_node *first = parse_factor(p);
    math_node *mul = math_new(p->c, MATH_MUL, 0);
    math_node *last = first;
    while (p->c->fault == MATH_FINE) {
        math_node *next;
        if (parse_accept_char(p, '*') || parse_accept_form(p, FORM_TIMES))
            next = signed_factor(p);
        else if (parse_accept_char(p, '/'))
            next = math_binary(p->c, MATH_POW, 0, signed_factor(p), math_integer(p->c, -1));
        else if (parse_at_atom(p) && !parse_at_unit(p))
            next = juxtaposed(p, &last);
        else
            break;
        if (!next) {
            p->literal = false;
            continue;
        }
        math_push(p->c, mul, parse_scalar(p, last));
        last = next;
    }
    if (mul->n_args == 0)
        return last;
    math_push(p->c, mul, last);
    return mul;
}

math_node *parse_sum(struct parser *p)
{
    math_node *sum = math_new(p->c, MATH_ADD, 0);
    while (p->c->fault == MATH_FINE) {
        bool sign = at_sign(p), negative = eat_signs(p);
        bool minus_first = parse_at_form(p, FORM_MP);
        bool both = minus_first || parse_at_form(p, FORM_PM);
        p->i += both;
        math_node *t = parse_term(p);
        if (sign || both)
            parse_scalar(p, t);
        t = both ? math_unary(p->c, MATH_PM, minus_first ? -1 : 1, t) : t;
        math_push(p->c, sum, negative ? math_negated(p->c, t) : t);
        if (!at_sign(p) && !parse_at_form(p, FORM_PM) && !parse_at_form(p, FORM_MP))
            break;
        parse_scalar(p, t);
    }
    if (p->c->fault != MATH_FINE || sum->n_args != 1)
        return sum;
    return sum->args[0];
}

/* ---- factors ----------------------------------------------------------------------------------
 */

math_node *parse_script(struct parser *p)
{
    if (!parse_enter(p))
        return &p->c->dummy;
    bool negative = eat_signs(p);
    math_node *n = parse_scalar(p, parse_atom(p));
    if (parse_accept_char(p, '^'))
        n = math_binary(p->c, MATH_POW, 0, n, parse_script(p));
    parse_leave(p);
    return negative ? math_negated(p->c, n) : n;
}

/* ^{\text{th}} or ^{th} behind a number. */
static bool accept_ordinal(struct parser *p)
{
    size_t brace = parse_at_char(p, '{') ? 1 : 0;
    const math_token *t = &p->t[p->i + brace];
    bool word = (t->kind == TOKEN_TEXT || t->kind == TOKEN_WORD) && word_is_ordinal(t->s);
    bool closed = !brace || (t[1].kind == TOKEN_CHAR && t[1].c == '}');
    if (!word || !closed)
        return false;
    p->i += 1 + 2 * brace;
    return true;
}

static bool accept_circle(struct parser *p)
{
    if (parse_accept_form(p, FORM_CIRC))
        return true;
    const math_token *t = parse_peek(p);
    bool group = parse_at_char(p, '{') && t[1].kind == TOKEN_COMMAND &&
                 t[1].word.class == WORD_FORM && t[1].word.id == FORM_CIRC &&
                 t[2].kind == TOKEN_CHAR && t[2].c == '}';
    p->i += group ? 3 : 0;
    return group;
}

static math_node *power(struct parser *p, math_node *base)
{
    if (math_is_number(base) && accept_ordinal(p))
        return base;
    p->literal = false;
    if (accept_circle(p)) {
        p->digits = false;
        return math_unary(p->c, MATH_DEG, 0, base);
    }
    math_node *exponent = parse_script(p);
    p->literal = false;
    p->digits = !math_has(exponent, MATH_VAR, -1); /* 2^n 3^n, but not 2^{1}0 */
    return math_binary(p->c, MATH_POW, 0, base, exponent);
}

/* f' is a name of its own. */
static math_node *primed(struct parser *p, const math_node *f)
{
    char *name = arena_take(&p->c->mem, f->s.n + 1, 1);
    p->i++;
    if (!name)
        return math_fail(p->c, MATH_OVER_LIMIT);
    memcpy(name, f->s.p, f->s.n);
    name[f->s.n] = '\'';
    return math_named(p->c, MATH_VAR, (text){name, f->s.n + 1});
}

/* One ! . ^ _ or ' behind a factor; NULL when there is none. */
static math_node *postfix(struct parser *p, math_node *f)
{
    if (parse_accept_char(p, '!')) {
        bool twice = parse_accept_char(p, '!');
        p->literal = p->digits = false;
        return math_unary(p->c, twice ? MATH_DFACT : MATH_FACT, 0, f);
    }
    if (parse_accept_char(p, '^'))
        return power(p, f);
    if (parse_accept_form(p, FORM_CIRC)) /* \degree */
        return math_unary(p->c, MATH_DEG, 0, f);
    if (parse_accept_char(p, '_')) {
        p->literal = false;
        return parse_subscript(p, f);
    }
    const math_token *t = parse_peek(p);
    bool word = (t->kind == TOKEN_WORD && !t->blank) || t->kind == TOKEN_TEXT;
    if (p->literal && word && word_is_ordinal(t->s)) {
        p->i++;
        return f;
    }
    bool prime = t->kind == TOKEN_BAD && !t->blank && text_equal(t->s, TEXT("'"));
    return prime && f->kind == MATH_VAR ? primed(p, f) : NULL;
}

math_node *parse_factor(struct parser *p)
{
    if (!parse_enter(p))
        return &p->c->dummy;
    p->literal = p->digits = false;
    math_node *f = parse_atom(p);
    int n = 0;
    for (math_node *g = f; g && p->c->fault == MATH_FINE; n++) {
        f = g;
        g = postfix(p, f);
        if (g)
            parse_scalar(p, f);
        if (n > MAX_POSTFIX)
            math_fail(p->c, MATH_OVER_LIMIT);
    }
    parse_leave(p);
    return f;
}
