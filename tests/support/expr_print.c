/* expr_print.c - see expr_print.h.
 *
 * Every node is printed for a place that says how tightly it must hold together; what holds less
 * tightly gets brackets. Bare arguments (\sin x) stand only where a sum goes on behind them. */
#include <string.h>

#include "tests/support/expr_spell.h"

static const char *const letters[EXPR_LETTERS] = {"x", "y", "z"};

struct expr_style expr_random_style(struct dice *d)
{
    bool latex = dice_roll(d, 3) > 0, unicode = dice_once_in(d, 2), spaces = dice_once_in(d, 2);
    return (struct expr_style){latex, !latex && unicode, spaces};
}

bool spell_chance(struct speller *s, uint64_t n)
{
    return dice_once_in(s->d, n);
}

const char *spell_minus(const struct speller *s)
{
    return s->style.unicode ? "\xe2\x88\x92" : "-";
}

static void sign(strbuf *out, bool minus, struct speller *s)
{
    strbuf_str(out, s->style.spaces ? " " : "");
    strbuf_str(out, minus ? spell_minus(s) : "+");
    strbuf_str(out, s->style.spaces ? " " : "");
}

/* Starts with a sign of its own, in any of the spellings. */
static bool begins_with_minus(text t)
{
    return text_starts(t, TEXT("-")) || text_starts(t, TEXT("\xe2\x88\x92"));
}

void spell_bracketed(strbuf *out, const expr *e, struct speller *s)
{
    bool sized = s->style.latex && spell_chance(s, 2);
    strbuf_str(out, sized ? "\\left(" : "(");
    spell(out, e, IN_SUM, s);
    strbuf_str(out, sized ? "\\right)" : ")");
}

/* ---- sums ----------------------------------------------------------------------------------- */

static void print_negative(strbuf *out, const expr *e, struct speller *s)
{
    strbuf_str(out, spell_minus(s));
    spell(out, e->a, IN_PRODUCT, s);
}

static void print_sum(strbuf *out, const expr *e, struct speller *s)
{
    strbuf tail = {0};
    bool minus = e->b->op == EXPR_NEG;
    spell(out, e->a, IN_SUM, s);
    sign(out, minus, s);
    spell(&tail, minus ? e->b->a : e->b, minus ? IN_PRODUCT : IN_SUM, s);
    bool bracket = begins_with_minus(strbuf_view(&tail));
    strbuf_str(out, bracket ? "(" : "");
    strbuf_text(out, strbuf_view(&tail));
    strbuf_str(out, bracket ? ")" : "");
    strbuf_free(&tail);
}

/* ---- products ------------------------------------------------------------------------------- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Readers differ on what \sin(x)y means. */
static bool ends_in_function(const expr *e)
{
    while (e->op == EXPR_MUL)
        e = e->b;
    return e->op == EXPR_LOG || spell_is_function(e->op);
}

/* What a factor must not hold when another follows without a sign. */
static const char *const strangers[] = {"/", "\\div", "|"};

/* Two factors of which every reader takes the meaning without a sign between them. */
static bool fit_side_by_side(const expr *a, text left, const expr *b, text right)
{
    char last = left.p[left.n - 1], first = right.p[0];
    for (size_t k = 0; k < sizeof strangers / sizeof *strangers; k++)
        if (text_find(left, text_of(strangers[k])) != SIZE_MAX)
            return false;
    if (memchr(right.p, '|', right.n) || ends_in_function(a) || is_digit(first) || first == '.' ||
        text_starts(right, TEXT("\\frac")) || text_starts(right, TEXT("\\dfrac")))
        return false;
    if (is_letter(first) && is_digit(last))
        return first != 'e';
    if (is_letter(first) && is_letter(last))
        return a->op == EXPR_LETTER && b->op == EXPR_LETTER;
    return !is_letter(first) || last == ')' || last == '}' || last == ' ';
}

static const char *times(struct speller *s)
{
    if (s->style.latex)
        return spell_chance(s, 2) ? " \\cdot " : " \\times ";
    if (s->style.unicode)
        return spell_chance(s, 2) ? "\xc3\x97" : "\xc2\xb7";
    return s->style.spaces ? " * " : "*";
}

static void print_product(strbuf *out, const expr *e, struct speller *s)
{
    strbuf left = {0}, right = {0};
    spell(&left, e->a, IN_PRODUCT, s);
    spell(&right, e->b, AS_FACTOR, s);
    text a = strbuf_view(&left), b = strbuf_view(&right);
    bool beside = fit_side_by_side(e->a, a, e->b, b) && !spell_chance(s, 4);
    strbuf_text(out, a);
    strbuf_str(out, beside ? "" : times(s));
    strbuf_text(out, b);
    strbuf_free(&right);
    strbuf_free(&left);
}

static void print_fraction(strbuf *out, const expr *a, const expr *b, struct speller *s)
{
    strbuf_str(out, spell_chance(s, 4) ? "\\dfrac{" : "\\frac{");
    spell(out, a, IN_SUM, s);
    strbuf_str(out, "}{");
    spell(out, b, IN_SUM, s);
    strbuf_char(out, '}');
}

static void print_quotient(strbuf *out, const expr *a, const expr *b, struct speller *s)
{
    spell(out, a, IN_PRODUCT, s);
    strbuf_str(out, s->style.latex && spell_chance(s, 6) ? " \\div " : "/");
    spell(out, b, AS_FACTOR, s);
}

/* ---- nodes ---------------------------------------------------------------------------------- */

static void print_pi(strbuf *out, struct speller *s)
{
    strbuf_str(out, s->style.latex ? "\\pi " : s->style.unicode ? "\xcf\x80" : "pi");
}

/* A node that needs no brackets in its place. */
static void print_open(strbuf *out, const expr *e, enum place place, struct speller *s)
{
    switch (e->op) {
    case EXPR_NUMBER: spell_number(out, e, place, s); break;
    case EXPR_LETTER: strbuf_str(out, letters[e->p]); break;
    case EXPR_PI: print_pi(out, s); break;
    case EXPR_E: strbuf_char(out, 'e'); break;
    case EXPR_I: strbuf_char(out, 'i'); break;
    case EXPR_ADD: print_sum(out, e, s); break;
    case EXPR_NEG: print_negative(out, e, s); break;
    case EXPR_MUL: print_product(out, e, s); break;
    case EXPR_POWER: spell_power(out, e, s); break;
    case EXPR_ROOT: spell_root(out, e, s); break;
    case EXPR_EXP: spell_exp(out, e, s); break;
    case EXPR_ABS: spell_abs(out, e, s); break;
    default: spell_function(out, e, place, s); break;
    }
}

/* The tightest place where the node needs no brackets. */
static enum place tightness(enum expr_op op)
{
    switch (op) {
    case EXPR_NUMBER: case EXPR_LETTER: case EXPR_PI: case EXPR_E: case EXPR_I: case EXPR_ABS:
        return AS_BASE;
    case EXPR_ADD: case EXPR_NEG:
        return IN_SUM;
    case EXPR_MUL:
        return IN_PRODUCT;
    default:
        return AS_FACTOR;
    }
}

static void print_division(strbuf *out, const expr *e, enum place place, struct speller *s)
{
    bool fraction = s->style.latex && !spell_chance(s, 4);
    bool bracket = place > (fraction ? AS_FACTOR : IN_PRODUCT);
    strbuf_str(out, bracket ? "(" : "");
    if (fraction)
        print_fraction(out, e->a, e->b, s);
    else
        print_quotient(out, e->a, e->b, s);
    strbuf_str(out, bracket ? ")" : "");
}

void spell(strbuf *out, const expr *e, enum place place, struct speller *s)
{
    if (e->op == EXPR_DIV)
        print_division(out, e, place, s);
    else if (place > tightness(e->op))
        spell_bracketed(out, e, s);
    else
        print_open(out, e, place, s);
}

void expr_print(strbuf *out, const expr *e, struct expr_style style, struct dice *d)
{
    struct speller s = {style, d};
    spell(out, e, IN_SUM, &s);
}
