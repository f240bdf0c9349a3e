/* parse_number.c - literals: decimals, exponents, periods, bases. Digits are validated before GMP
 * sees them, always in base 10 or the base written: mpz_set_str skips blanks and reads 012 as
 * octal. */
#include <string.h>

#include "verifiers/ascii.h"
#include "verifiers/math_parser.h"

bool parse_is_integer_token(const math_token *t)
{
    if (t->kind != TOKEN_NUMBER || t->s.n == 0)
        return false;
    for (size_t i = 0; i < t->s.n; i++)
        if (!ascii_digit(t->s.p[i]))
            return false;
    return true;
}

/* z = digits in `base`, 0 for none. The caller has checked them. */
static void set_digits(math_ctx *c, mpz_ptr z, text digits, int base)
{
    unsigned long small = 0;
    if (base == 10 && digits.n <= 18) {
        for (size_t i = 0; i < digits.n; i++)
            small = small * 10 + (unsigned long)(digits.p[i] - '0');
        mpz_set_ui(z, small);
        return;
    }
    char *copy = arena_strndup(&c->mem, digits.p, digits.n);
    if (!copy)
        math_fail(c, MATH_OVER_LIMIT);
    else if (math_charge(c, (double)digits.n * 4))
        mpz_set_str(z, copy, base);
}

/* q = whole.fraction, with the digits of `period` repeated for ever behind. */
static void set_decimal(math_ctx *c, mpq_ptr q, text whole, text fraction, text period)
{
    char *all = arena_take(&c->mem, whole.n + fraction.n + period.n + 1, 1);
    if (!all) {
        math_fail(c, MATH_OVER_LIMIT);
        return;
    }
    size_t n = 0;
    const text parts[] = {whole, fraction, period};
    size_t ends[3];
    for (int i = 0; i < 3; i++) {
        if (parts[i].n)
            memcpy(all + n, parts[i].p, parts[i].n);
        ends[i] = n += parts[i].n;
    }
    set_digits(c, mpq_numref(q), (text){all, n}, 10);
    mpz_ui_pow_ui(mpq_denref(q), 10, fraction.n);
    if (period.n) { /* (digits - digits without the period) / (10^f (10^p - 1)) */
        mpz_t t;
        mpz_init(t);
        set_digits(c, t, (text){all, ends[1]}, 10);
        mpz_sub(mpq_numref(q), mpq_numref(q), t);
        mpz_ui_pow_ui(t, 10, period.n);
        mpz_sub_ui(t, t, 1);
        mpz_mul(mpq_denref(q), mpq_denref(q), t);
        mpz_clear(t);
    }
    mpq_canonicalize(q);
}

/* Splits 12.5e-3 at its point and exponent. */
static void split_literal(text s, text *whole, text *fraction, text *exponent)
{
    size_t e = 0;
    while (e < s.n && s.p[e] != 'e' && s.p[e] != 'E')
        e++;
    *exponent = text_slice(s, e + 1, s.n);
    text mantissa = text_slice(s, 0, e);
    size_t point = text_find(mantissa, TEXT("."));
    *whole = text_slice(mantissa, 0, point);
    *fraction = point == SIZE_MAX ? (text){NULL, 0} : text_slice(mantissa, point + 1, s.n);
}

/* A mantissa times 10^exponent; a huge exponent stays a power. */
static math_node *with_exponent(struct parser *p, math_node *mantissa, text exponent)
{
    math_node *e = math_number(p->c);
    bool negative = exponent.p[0] == '-';
    bool sign = negative || exponent.p[0] == '+';
    set_digits(p->c, mpq_numref(e->q), text_slice(exponent, sign, exponent.n), 10);
    if (negative)
        mpq_neg(e->q, e->q);
    math_node *power = math_binary(p->c, MATH_POW, 0, math_integer(p->c, 10), e);
    if (mpz_cmpabs_ui(mpq_numref(e->q), MATH_MAX_EXPONENT) > 0)
        return math_binary(p->c, MATH_MUL, 0, mantissa, power);
    mpz_t ten;
    mpz_init(ten);
    mpz_ui_pow_ui(ten, 10, mpz_get_ui(mpq_numref(e->q)));
    math_node *n = math_copy_number(p->c, mantissa->q);
    mpz_ptr part = negative ? mpq_denref(n->q) : mpq_numref(n->q);
    mpz_mul(part, part, ten);
    mpq_canonicalize(n->q);
    mpz_clear(ten);
    return n;
}

/* ---- periods ----------------------------------------------------------------------------------
 */

/* \overline{142857} or \dot{3}: the digits, behind the command. */
static text marked_digits(struct parser *p)
{
    bool brace = parse_accept_char(p, '{');
    math_token *t = parse_peek(p);
    if (!parse_is_integer_token(t)) {
        parse_bad(p);
        return (text){NULL, 0};
    }
    p->i++;
    if (brace)
        parse_need_char(p, '}');
    return t->s;
}

/* The digits between two dots, both included: \dot{1}4\dot{2}; one dot marks one digit. */
static text dotted_digits(struct parser *p)
{
    text first = marked_digits(p);
    char *all = arena_take(&p->c->mem, 4098, 1);
    size_t n = 0;
    if (!all || first.n != 1) {
        parse_bad(p);
        return first;
    }
    all[n++] = first.p[0];
    text middle = {NULL, 0};
    if (parse_is_integer_token(parse_peek(p)) && !parse_peek(p)->blank)
        middle = p->t[p->i++].s;
    if (parse_accept_form(p, FORM_DOT)) {
        if (middle.n)
            memcpy(all + n, middle.p, middle.n);
        n += middle.n;
        text last = marked_digits(p);
        if (last.n != 1)
            parse_bad(p);
        else
            all[n++] = last.p[0];
    } else if (middle.n) {
        parse_bad(p);
    }
    return (text){all, n};
}

/* 0.333... : the shortest prefix and period such that the rest is at least three periods. */
static bool ellipsis_period(text fraction, text *prefix, text *period)
{
    if (fraction.n > 64) /* the search is cubic, and nobody writes that out */
        return false;
    for (size_t from = 0; from + 3 <= fraction.n; from++)
        for (size_t len = 1; len <= 6 && from + 3 * len <= fraction.n; len++) {
            size_t k = from + len;
            while (k < fraction.n && fraction.p[k] == fraction.p[k - len])
                k++;
            if (k == fraction.n && (fraction.n - from) % len == 0) {
                *prefix = text_slice(fraction, 0, from);
                *period = text_slice(fraction, from, len);
                return true;
            }
        }
    return false;
}

static math_node *decimal(struct parser *p, text whole, text fraction)
{
    text period = {NULL, 0};
    if (parse_accept_form(p, FORM_OVERLINE))
        period = marked_digits(p);
    else if (parse_accept_form(p, FORM_DOT))
        period = dotted_digits(p);
    else if (parse_accept_form(p, FORM_LDOTS) && !ellipsis_period(fraction, &fraction, &period))
        return parse_bad(p);
    math_node *n = math_number(p->c);
    if (p->c->fault == MATH_FINE)
        set_decimal(p->c, n->q, whole, fraction, period);
    return n;
}

math_node *parse_literal(struct parser *p)
{
    math_token *t = &p->t[p->i++];
    text whole, fraction, exponent;
    split_literal(t->s, &whole, &fraction, &exponent);
    p->digits = true;
    p->literal = parse_is_integer_token(t);
    bool point = text_find(t->s, TEXT(".")) != SIZE_MAX;
    math_node *n;
    if (point) {
        n = decimal(p, whole, fraction);
    } else {
        n = math_number(p->c);
        if (p->c->fault == MATH_FINE)
            set_digits(p->c, mpq_numref(n->q), whole, 10);
    }
    if (p->literal)
        n->s = t->s;
    return exponent.n && p->c->fault == MATH_FINE ? with_exponent(p, n, exponent) : n;
}

math_node *parse_one_digit(struct parser *p)
{
    math_token *t = parse_peek(p);
    if (t->grouped || !parse_is_integer_token(t) || t->s.n == 1)
        return parse_literal(p);
    math_node *n = math_integer(p->c, t->s.p[0] - '0');
    t->s = text_slice(t->s, 1, t->s.n);
    return n;
}

/* ---- subscripts -------------------------------------------------------------------------------
 */

/* One token of a subscript; outside braces one letter of a word. */
static text subscript_piece(struct parser *p, bool whole)
{
    math_token *t = parse_peek(p);
    text s = t->kind == TOKEN_CHAR ? (text){&t->c, 1} : t->s;
    if (t->kind == TOKEN_END || t->kind == TOKEN_BAD || t->kind == TOKEN_ROW) {
        parse_bad(p);
    } else if (!whole && t->kind == TOKEN_WORD && s.n > 1) {
        t->s = text_slice(s, 1, s.n);
        s = text_slice(s, 0, 1);
    } else if (!parse_at_char(p, '{')) {
        p->i++;
    } else {
        s.n = 0; /* the caller counts it */
    }
    return s;
}

/* What stands behind _ as one word: a digit run, a letter, or a group without its blanks. */
static text subscript_text(struct parser *p)
{
    char *out = arena_take(&p->c->mem, 64, 1);
    size_t n = 0;
    size_t braces = 0;
    do {
        braces += parse_accept_char(p, '{');
        if (braces && parse_accept_char(p, '}')) {
            braces--;
            continue;
        }
        text s = subscript_piece(p, braces > 0);
        if (!out || n + s.n > 60 || p->c->fault != MATH_FINE) {
            parse_bad(p);
            return (text){NULL, 0};
        }
        if (s.n)
            memcpy(out + n, s.p, s.n);
        n += s.n;
    } while (braces);
    return (text){out, n};
}

static int digit_value(char c)
{
    if (ascii_digit(c))
        return c - '0';
    return ascii_alpha(c) ? ascii_lower(c) - 'a' + 10 : 99;
}

static int base_of(text sub)
{
    int base = 0;
    for (size_t i = 0; i < sub.n && base < 100; i++)
        base = ascii_digit(sub.p[i]) ? base * 10 + (sub.p[i] - '0') : 1000;
    base = base >= 1000 || sub.n == 0 ? word_base(sub) : base;
    return base >= 2 && base <= 36 ? base : 0;
}

static math_node *in_base(struct parser *p, text digits, text sub)
{
    int base = base_of(sub);
    for (size_t i = 0; i < digits.n && base; i++)
        if (digit_value(digits.p[i]) >= base)
            base = 0;
    if (!base || digits.n == 0 || p->c->fault != MATH_FINE)
        return parse_bad(p);
    math_node *n = math_new(p->c, MATH_BASE, base);
    n->s = digits;
    while (n->s.n > 1 && n->s.p[0] == '0')
        n->s = text_slice(n->s, 1, n->s.n);
    if (p->c->fault == MATH_FINE)
        set_digits(p->c, mpq_numref(n->q), digits, base);
    return n;
}

math_node *parse_subscript(struct parser *p, math_node *of)
{
    text sub = subscript_text(p);
    if (of->kind == MATH_PAREN && of->n_args)
        of = of->args[0];
    if (of->kind == MATH_NUM)
        return in_base(p, of->s, sub);
    if (of->kind != MATH_VAR || sub.n == 0 || p->c->fault != MATH_FINE)
        return parse_bad(p);
    char *name = arena_take(&p->c->mem, of->s.n + sub.n + 2, 1);
    if (!name)
        return math_fail(p->c, MATH_OVER_LIMIT);
    memcpy(name, of->s.p, of->s.n);
    name[of->s.n] = '_';
    memcpy(name + of->s.n + 1, sub.p, sub.n);
    return math_named(p->c, MATH_VAR, (text){name, of->s.n + 1 + sub.n});
}
