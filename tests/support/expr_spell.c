/* expr_spell.c - numbers, powers, roots and functions; see expr_spell.h. */
#include "tests/support/expr_spell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct function {
    enum expr_op op;
    const char *latex, *plain;
} functions[] = {
    {EXPR_LN, "\\ln", "ln"},   {EXPR_SIN, "\\sin", "sin"},        {EXPR_COS, "\\cos", "cos"},
    {EXPR_TAN, "\\tan", "tan"}, {EXPR_ATAN, "\\arctan", "arctan"},
};

static const struct function *find_function(enum expr_op op)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (functions[i].op == op)
            return &functions[i];
    return NULL;
}

bool spell_is_function(enum expr_op op)
{
    return find_function(op) != NULL;
}

/* The group behind a command, an exponent or an index: braces in LaTeX, brackets elsewhere. */
static void print_group(strbuf *out, const expr *e, struct speller *s)
{
    strbuf_char(out, s->style.latex ? '{' : '(');
    spell(out, e, IN_SUM, s);
    strbuf_char(out, s->style.latex ? '}' : ')');
}

/* ---- numbers -------------------------------------------------------------------------------- */

/* As a decimal, 0.5 as .5 too: q must divide 10^6. */
static void print_decimal(strbuf *out, const expr *e, struct speller *s)
{
    long scaled = labs(e->p) * (1000000 / e->q);
    char digits[80];
    snprintf(digits, sizeof digits, "%ld.%06ld", scaled / 1000000, scaled % 1000000);
    size_t n = strlen(digits);
    while (digits[n - 1] == '0')
        n--;
    size_t skip = digits[0] == '0' && spell_chance(s, 6);
    strbuf_add(out, digits + skip, n - skip);
}

void spell_number(strbuf *out, const expr *e, enum place place, struct speller *s)
{
    bool decimal = e->q > 1 && 1000000 % e->q == 0 && labs(e->p) < 1000000000 && spell_chance(s, 3);
    bool fraction = e->q > 1 && !decimal && s->style.latex && !spell_chance(s, 4);
    bool bracket = (e->p < 0 && place != IN_SUM) || (fraction && place == AS_BASE) ||
                   (e->q > 1 && !decimal && !fraction && place >= AS_FACTOR);
    strbuf_str(out, bracket ? "(" : "");
    strbuf_str(out, e->p < 0 ? spell_minus(s) : "");
    if (decimal)
        print_decimal(out, e, s);
    else if (fraction)
        strbuf_printf(out, labs(e->p) < 10 && e->q < 10 && spell_chance(s, 2) ? "\\frac%ld%ld"
                                                                       : "\\frac{%ld}{%ld}",
                      labs(e->p), e->q);
    else if (e->q > 1)
        strbuf_printf(out, "%ld/%ld", labs(e->p), e->q);
    else
        strbuf_printf(out, "%ld", labs(e->p));
    strbuf_str(out, bracket ? ")" : "");
}

/* ---- exponents and roots -------------------------------------------------------------------- */

static void print_exponent(strbuf *out, long k, struct speller *s)
{
    static const char *const raised[] = {
        "\xe2\x81\xb0", "\xc2\xb9",     "\xc2\xb2",     "\xc2\xb3",     "\xe2\x81\xb4",
        "\xe2\x81\xb5", "\xe2\x81\xb6", "\xe2\x81\xb7", "\xe2\x81\xb8", "\xe2\x81\xb9",
    };
    bool digit = k >= 0 && k <= 9;
    if (digit && s->style.unicode)
        strbuf_str(out, raised[k]);
    else if (digit && spell_chance(s, 2))
        strbuf_printf(out, "^%ld", k);
    else
        strbuf_printf(out, s->style.latex ? "^{%ld}" : "^(%ld)", k);
}

/* \sin^2(x) or (\sin x)^2. */
void spell_power(strbuf *out, const expr *e, struct speller *s)
{
    const struct function *f = find_function(e->a->op);
    if (f && e->p >= 2 && s->style.latex && spell_chance(s, 2)) {
        strbuf_str(out, f->latex);
        print_exponent(out, e->p, s);
        spell_bracketed(out, e->a->a, s);
        return;
    }
    spell(out, e->a, AS_BASE, s);
    print_exponent(out, e->p, s);
}

void spell_root(strbuf *out, const expr *e, struct speller *s)
{
    if (expr_positive(e->a) && spell_chance(s, 6)) {
        spell(out, e->a, AS_BASE, s);
        strbuf_printf(out, s->style.latex ? "^{\\frac{1}{%ld}}" : "^(1/%ld)", e->p);
    } else if (e->p == 2 && !s->style.latex) {
        strbuf_str(out, s->style.unicode ? "\xe2\x88\x9a" : "sqrt");
        spell_bracketed(out, e->a, s);
    } else {
        strbuf_str(out, "\\sqrt");
        if (e->p > 2)
            strbuf_printf(out, "[%ld]", e->p);
        if (expr_is_int(e->a) && e->a->p >= 0 && e->a->p < 10 && spell_chance(s, 3)) {
            strbuf_printf(out, "%ld", e->a->p);
            return;
        }
        strbuf_char(out, '{');
        spell(out, e->a, IN_SUM, s);
        strbuf_char(out, '}');
    }
}

/* ---- functions ------------------------------------------------------------------------------ */

/* An argument that can stand without brackets. */
static bool is_short(const expr *e)
{
    return e->op == EXPR_LETTER || e->op == EXPR_PI || (expr_is_int(e) && e->p >= 0);
}

/* a is pi p/q as the makers of trees build it: degrees, when a whole number, else -1. */
static long degrees(const expr *a)
{
    if (a->op != EXPR_MUL || a->a->op != EXPR_NUMBER || a->b->op != EXPR_PI || a->a->p < 0 ||
        180 % a->a->q != 0)
        return -1;
    return 180 / a->a->q * a->a->p;
}

static void print_argument(strbuf *out, const expr *e, enum place place, struct speller *s)
{
    long angle = e->op == EXPR_LN || e->op == EXPR_LOG || e->op == EXPR_ATAN ? -1 : degrees(e->a);
    if (angle >= 0 && s->style.latex && spell_chance(s, 3)) {
        strbuf_printf(out, spell_chance(s, 2) ? "(%ld^\\circ)" : "(%ld^{\\circ})", angle);
    } else if (is_short(e->a) && place == IN_SUM && spell_chance(s, 2)) {
        strbuf_char(out, ' ');
        spell(out, e->a, IN_SUM, s);
    } else {
        spell_bracketed(out, e->a, s);
    }
}

static void print_log(strbuf *out, const expr *e, struct speller *s)
{
    if (s->style.latex)
        strbuf_printf(out, e->p < 10 && spell_chance(s, 2) ? "\\log_%ld" : "\\log_{%ld}", e->p);
    else
        strbuf_printf(out, "log_%ld", e->p);
}

void spell_function(strbuf *out, const expr *e, enum place place, struct speller *s)
{
    const struct function *f = find_function(e->op);
    if (f)
        strbuf_str(out, s->style.latex ? f->latex : f->plain);
    else
        print_log(out, e, s);
    print_argument(out, e, place, s);
}

void spell_exp(strbuf *out, const expr *e, struct speller *s)
{
    if (spell_chance(s, 3)) {
        strbuf_str(out, s->style.latex ? "\\exp" : "exp");
        spell_bracketed(out, e->a, s);
        return;
    }
    strbuf_str(out, "e^");
    print_group(out, e->a, s);
}

void spell_abs(strbuf *out, const expr *e, struct speller *s)
{
    static const char *const bars[][2] = {
        {"\\left|", "\\right|"}, {"\\lvert ", "\\rvert "}, {"abs(", ")"}, {"|", "|"}};
    strbuf inner = {0};
    spell(&inner, e->a, IN_SUM, s);
    bool nested = memchr(inner.p, '|', inner.n);
    size_t k = s->style.latex ? dice_roll(s->d, 2) : nested || spell_chance(s, 2) ? 2 : 3;
    strbuf_str(out, bars[k][0]);
    strbuf_text(out, strbuf_view(&inner));
    strbuf_str(out, bars[k][1]);
    strbuf_free(&inner);
}
