/* parse_call.c - functions with and without brackets, fractions, roots, binomials, floors. */
#include "verifiers/math_parser.h"

/* One argument of \frac or \sqrt: a group, or one token; of a number one digit if `digit`. */
static math_node *argument(struct parser *p, bool digit)
{
    if (parse_accept_char(p, '-'))
        return math_negated(p->c, argument(p, digit));
    if (digit && parse_peek(p)->kind == TOKEN_NUMBER)
        return parse_one_digit(p);
    return parse_scalar(p, parse_atom(p));
}

static math_node *fraction(struct parser *p)
{
    math_node *a = argument(p, true);
    return math_quotient(p->c, a, argument(p, true));
}

static math_node *binomial(struct parser *p)
{
    math_node *n = argument(p, true);
    return math_binary(p->c, MATH_BINOM, 0, n, argument(p, true));
}

/* x^(1/n) */
static math_node *root(math_ctx *c, math_node *x, math_node *n)
{
    return math_binary(c, MATH_POW, 0, x, math_quotient(c, math_integer(c, 1), n));
}

static math_node *square_root(struct parser *p)
{
    math_node *index = NULL;
    if (parse_accept_char(p, '[')) {
        index = parse_scalar(p, parse_sum(p));
        parse_need_char(p, ']');
    }
    index = index ? index : math_integer(p->c, 2);
    return root(p->c, argument(p, false), index);
}

static math_node *enclosed(struct parser *p, enum word_form closer, enum math_func f)
{
    bool outer = p->in_abs;
    p->in_abs = false;
    math_node *n = parse_scalar(p, parse_sum(p));
    p->in_abs = outer;
    if (!parse_accept_form(p, closer))
        parse_bad(p);
    return math_unary(p->c, MATH_FUNC, (int)f, n);
}

/* \angle ABC and \overline{AB} are names. */
static math_node *figure(struct parser *p, const char *kind)
{
    bool brace = parse_accept_char(p, '{');
    math_token *t = parse_peek(p);
    if (t->kind != TOKEN_WORD)
        return parse_bad(p);
    p->i++;
    if (brace)
        parse_need_char(p, '}');
    math_node *n = math_named(p->c, MATH_VAR, text_of(kind));
    return parse_at_char(p, '_') ? n : math_binary(p->c, MATH_MUL, 0, n,
                                                    math_named(p->c, MATH_VAR, t->s));
}

math_node *parse_form(struct parser *p, enum word_form form)
{
    math_node *n;
    switch (form) {
    case FORM_FRAC: n = fraction(p); break;
    case FORM_BINOM: n = binomial(p); break;
    case FORM_SQRT: n = square_root(p); break;
    case FORM_CBRT: n = root(p->c, argument(p, false), math_integer(p->c, 3)); break;
    case FORM_LFLOOR: n = enclosed(p, FORM_RFLOOR, FUNC_FLOOR); break;
    case FORM_LCEIL: n = enclosed(p, FORM_RCEIL, FUNC_CEIL); break;
    case FORM_LVERT: n = enclosed(p, FORM_RVERT, FUNC_ABS); break;
    case FORM_ANGLE: n = figure(p, "angle"); break;
    case FORM_OVERLINE: n = figure(p, "overline"); break;
    default: return parse_bad(p);
    }
    p->literal = p->digits = false;
    return n;
}

/* ---- functions --------------------------------------------------------------------------------
 */

static bool at_function(const struct parser *p)
{
    const math_token *t = &p->t[p->i];
    if (t->kind == TOKEN_COMMAND)
        return t->word.class == WORD_FUNC;
    size_t len = 0;
    return t->kind == TOKEN_WORD && word_plain_prefix(t->s, &len).class == WORD_FUNC;
}

/* May the argument without brackets go on with this token? */
static bool goes_on(const struct parser *p)
{
    const math_token *t = &p->t[p->i];
    bool bracket = t->kind == TOKEN_CHAR;
    bool floor = t->kind == TOKEN_COMMAND && t->word.class == WORD_FORM &&
                 t->word.id != FORM_FRAC && t->word.id != FORM_SQRT;
    return parse_at_atom(p) && !bracket && !floor && !at_function(p) && !parse_at_unit(p);
}

/* sin 2 x / 3: factors up to + - , a relation or the next function. */
static math_node *open_argument(struct parser *p)
{
    if (parse_accept_char(p, '-'))
        return math_negated(p->c, open_argument(p));
    math_node *mul = math_unary(p->c, MATH_MUL, 0, parse_scalar(p, parse_factor(p)));
    while (p->c->fault == MATH_FINE) {
        if (parse_accept_char(p, '/')) {
            math_node *d = parse_scalar(p, parse_factor(p));
            math_push(p->c, mul, math_binary(p->c, MATH_POW, 0, d, math_integer(p->c, -1)));
        } else if (goes_on(p)) {
            if (parse_peek(p)->kind == TOKEN_NUMBER && p->digits)
                return parse_bad(p);
            math_push(p->c, mul, parse_scalar(p, parse_factor(p)));
        } else {
            break;
        }
    }
    return mul;
}

static bool takes_many(enum math_func f)
{
    return f == FUNC_MIN || f == FUNC_MAX || f == FUNC_GCD || f == FUNC_LCM || f == FUNC_BINOM;
}

/* FUNC node with its arguments. */
static math_node *arguments(struct parser *p, enum math_func f)
{
    math_node *call = math_new(p->c, MATH_FUNC, (int)f);
    bool bracket = parse_at_char(p, '(') || parse_at_char(p, '{') || parse_at_char(p, '[');
    math_node *a = bracket                 ? parse_atom(p)
                   : parse_at_char(p, '|') ? parse_factor(p)
                                           : open_argument(p);
    bool several = a->kind == MATH_TUPLE || a->kind == MATH_SET;
    if (several && !takes_many(f))
        return parse_bad(p);
    if (!several)
        math_push(p->c, call, parse_scalar(p, a));
    for (size_t i = 0; several && i < a->n_args; i++)
        math_push(p->c, call, parse_scalar(p, a->args[i]));
    return call;
}

/* The function that f^{-1} stands for; f itself where that is a power. */
static enum math_func inverse(enum math_func f)
{
    if (f <= FUNC_CSC)
        return (enum math_func)(f - FUNC_SIN + FUNC_ASIN);
    if (f >= FUNC_SINH && f <= FUNC_TANH)
        return (enum math_func)(f - FUNC_SINH + FUNC_ASINH);
    return f;
}

static math_node *with_base(math_ctx *c, math_node *base, math_node *x)
{
    return math_binary(c, MATH_FUNC, FUNC_LOG, base, x);
}

/* What is only a spelling of something else becomes that. */
static math_node *desugar(struct parser *p, math_node *call, math_node *base)
{
    math_ctx *c = p->c;
    if (c->fault != MATH_FINE || call->n_args == 0)
        return parse_bad(p);
    math_node *x = call->args[0];
    switch (call->tag) {
    case FUNC_EXP:
        return math_binary(c, MATH_POW, 0, math_new(c, MATH_CONST, CONST_E), x);
    case FUNC_SQRT:
        return root(c, x, math_integer(c, 2));
    case FUNC_CBRT:
        return root(c, x, math_integer(c, 3));
    case FUNC_LG:
        return with_base(c, math_integer(c, 10), x);
    case FUNC_LOG:
        return base ? with_base(c, base, x) : call;
    case FUNC_FACT:
        return math_unary(c, MATH_FACT, 0, x);
    case FUNC_BINOM:
        return call->n_args == 2 ? math_binary(c, MATH_BINOM, 0, x, call->args[1]) : parse_bad(p);
    case FUNC_CIS:
        return math_binary(c, MATH_ADD, 0, math_unary(c, MATH_FUNC, FUNC_COS, x),
                           math_binary(c, MATH_MUL, 0, math_new(c, MATH_CONST, CONST_I),
                                       math_unary(c, MATH_FUNC, FUNC_SIN, x)));
    default:
        return call;
    }
}

/* The base of log2(8) and log10(100), plain words without a blank; NULL for other spellings. */
static math_node *glued_base(struct parser *p)
{
    const math_token *t = parse_peek(p);
    bool base = p->i > 0 && t[-1].kind == TOKEN_WORD && t->kind == TOKEN_NUMBER && !t->blank &&
                (text_equal(t->s, TEXT("2")) || text_equal(t->s, TEXT("10"))) &&
                t[1].kind == TOKEN_CHAR && t[1].c == '(' && !t[1].blank;
    return base ? parse_literal(p) : NULL;
}

math_node *parse_call(struct parser *p, enum math_func f)
{
    math_node *base = NULL, *power = NULL;
    for (int i = 0; i < 2; i++) {
        if (!base && parse_accept_char(p, '_'))
            base = parse_script(p);
        if (!power && parse_accept_char(p, '^'))
            power = parse_script(p);
    }
    if (!base && !power && f == FUNC_LOG)
        base = glued_base(p);
    if (base && f != FUNC_LOG)
        return parse_bad(p);
    bool minus_one = power && math_is_minus_one(power);
    if (minus_one && inverse(f) != f) {
        f = inverse(f);
        power = NULL;
    }
    math_node *n = desugar(p, arguments(p, f), base);
    p->literal = p->digits = false;
    return power ? math_binary(p->c, MATH_POW, 0, n, power) : n;
}
