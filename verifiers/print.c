/* print.c - see print.h. Readable, and read back as the same value: 1/2, 2*x^2+1, (1,2), {1,2},
 * (0,1]\cup[3,inf). Words stand in quotes so that they never look like a value. */
#include "verifiers/print.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "verifiers/ascii.h"
#include "verifiers/math_words.h"

#define MAX_PRINTED_BITS 65536

enum binding { LOOSE, IN_SUM, IN_PRODUCT, IN_POWER };

static void print(strbuf *b, const math_node *n, enum binding around);

static void print_integer(strbuf *b, mpz_srcptr z)
{
    if (mpz_sizeinbase(z, 2) > MAX_PRINTED_BITS) {
        b->failed = true;
        return;
    }
    char *digits = alloc_zero(mpz_sizeinbase(z, 10) + 2, 1);
    if (digits)
        strbuf_str(b, mpz_get_str(digits, 10, z));
    else
        b->failed = true;
    alloc_free(digits);
}

static void print_number(strbuf *b, mpq_srcptr q, enum binding around)
{
    bool fraction = mpz_cmp_ui(mpq_denref(q), 1) != 0;
    bool guarded = (mpq_sgn(q) < 0 && around > LOOSE) || (fraction && around > IN_SUM);
    if (guarded)
        strbuf_char(b, '(');
    print_integer(b, mpq_numref(q));
    if (fraction) {
        strbuf_char(b, '/');
        print_integer(b, mpq_denref(q));
    }
    if (guarded)
        strbuf_char(b, ')');
}

static void print_joined(strbuf *b, const math_node *n, const char *joint, enum binding inside)
{
    for (size_t i = 0; i < n->n_args; i++) {
        if (i)
            strbuf_str(b, joint);
        print(b, n->args[i], inside);
    }
}

static void print_guarded(strbuf *b, const math_node *n, const char *joint, enum binding inside,
                          bool guarded)
{
    if (guarded)
        strbuf_char(b, '(');
    print_joined(b, n, joint, inside);
    if (guarded)
        strbuf_char(b, ')');
}

static const char *constant_name(int id)
{
    static const char *const names[] = {"i", "e", "pi", "inf", "-inf"};
    return names[id];
}

static const char *function_name(const math_node *n)
{
    static const char *const names[] = {
        [FUNC_SIN] = "sin", [FUNC_COS] = "cos", [FUNC_SINH] = "sinh", [FUNC_COSH] = "cosh",
        [FUNC_ASIN] = "arcsin", [FUNC_ATAN] = "arctan", [FUNC_LN] = "ln", [FUNC_ABS] = "abs",
        [FUNC_FLOOR] = "floor", [FUNC_MIN] = "min", [FUNC_MAX] = "max", [FUNC_GCD] = "gcd",
        [FUNC_LCM] = "lcm"}; /* the functions of forms (canon.h) */
    switch (n->kind) {
    case MATH_FUNC: return names[n->tag];
    case MATH_BINOM: return "binomial";
    case MATH_FACT: return "factorial";
    default: return "pm";
    }
}

static void print_call(strbuf *b, const math_node *n)
{
    strbuf_str(b, function_name(n));
    strbuf_char(b, '(');
    print_joined(b, n, ",", LOOSE);
    strbuf_char(b, ')');
}

static void print_tuple(strbuf *b, const math_node *n)
{
    strbuf_char(b, n->tag & OPEN_ROUND ? '(' : '[');
    print_joined(b, n, ",", LOOSE);
    strbuf_char(b, n->tag & CLOSE_ROUND ? ')' : ']');
}

/* {5} would be a group of TeX. */
static void print_set(strbuf *b, const math_node *n)
{
    bool single = n->n_args == 1;
    strbuf_str(b, single ? "\\{" : "{");
    print_joined(b, n, ",", LOOSE);
    strbuf_str(b, single ? "\\}" : "}");
}

static void print_quantity(strbuf *b, const math_node *n)
{
    print(b, n->args[0], IN_POWER);
    if (n->tag & MARK_PERCENT)
        strbuf_char(b, '%');
    if (n->tag & MARK_DEGREE)
        strbuf_str(b, " deg");
    if (n->tag & MARK_UNIT) {
        strbuf_str(b, " \\text{");
        strbuf_text(b, n->s);
        strbuf_char(b, '}');
    }
}

static void print_matrix(strbuf *b, const math_node *n)
{
    strbuf_str(b, "\\begin{matrix}");
    for (size_t i = 0; i < n->n_args; i++) {
        strbuf_str(b, i ? "\\\\" : "");
        print_joined(b, n->args[i], "&", LOOSE);
    }
    strbuf_str(b, "\\end{matrix}");
}

/* One letter or a run of digits needs no braces behind the bar. */
static bool is_plain_subscript(text s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_digit(s.p[i]))
            return s.n == 1 && ascii_alpha(s.p[i]);
    return true;
}

/* A letter, or a Greek one by its command; a_{n-1} keeps the braces that hold it together. */
static void print_name(strbuf *b, text name)
{
    size_t bar = text_find(name, TEXT("_"));
    bool subscript = bar != SIZE_MAX && !is_plain_subscript(text_slice(name, bar + 1, name.n));
    if (word_command(name).class == WORD_VAR)
        strbuf_char(b, '\\');
    strbuf_text(b, subscript ? text_slice(name, 0, bar + 1) : name);
    if (!subscript)
        return;
    strbuf_char(b, '{');
    strbuf_text(b, text_slice(name, bar + 1, name.n));
    strbuf_char(b, '}');
}

static void print_relation(strbuf *b, const math_node *n)
{
    static const char *const names[] = {" = ", " < ", " > ", " <= ", " >= ", " != "};
    for (size_t i = 0; i < n->n_args; i++) {
        if (i && i - 1 < n->s.n && (size_t)n->s.p[i - 1] < sizeof names / sizeof *names)
            strbuf_str(b, names[(size_t)n->s.p[i - 1]]);
        print(b, n->args[i], LOOSE);
    }
}

static void print_words(strbuf *b, char quote, text s)
{
    strbuf_char(b, quote);
    strbuf_text(b, s);
    strbuf_char(b, quote);
}

static void print_structure(strbuf *b, const math_node *n)
{
    switch (n->kind) {
    case MATH_QUANTITY: print_quantity(b, n); break;
    case MATH_TUPLE: print_tuple(b, n); break;
    case MATH_SET: print_set(b, n); break;
    case MATH_REGION: print_joined(b, n, "\\cup", LOOSE); break;
    case MATH_MATRIX: print_matrix(b, n); break;
    case MATH_RATIO: print_joined(b, n, ":", IN_PRODUCT); break;
    case MATH_RELATION: print_relation(b, n); break;
    case MATH_TEXT: print_words(b, '"', n->s); break;
    case MATH_BROKEN: print_words(b, '`', n->s); break;
    default: strbuf_str(b, "undefined");
    }
}

static void print(strbuf *b, const math_node *n, enum binding around)
{
    switch (n->kind) {
    case MATH_NUM: print_number(b, n->q, around); break;
    case MATH_CONST: strbuf_str(b, constant_name(n->tag)); break;
    case MATH_VAR: print_name(b, n->s); break;
    case MATH_ADD: print_guarded(b, n, "+", IN_SUM, around > LOOSE); break;
    case MATH_MUL: print_guarded(b, n, "*", IN_PRODUCT, around > IN_SUM); break;
    case MATH_POW: print_guarded(b, n, "^", IN_POWER, around == IN_POWER); break;
    case MATH_FUNC: case MATH_BINOM: case MATH_FACT: case MATH_PM: print_call(b, n); break;
    case MATH_DFACT: print_guarded(b, n, "", LOOSE, true); strbuf_str(b, "!!"); break;
    case MATH_BASE:
        strbuf_text(b, n->s);
        strbuf_printf(b, "_%d", n->tag);
        break;
    default: print_structure(b, n);
    }
}

void print_value(strbuf *b, const math_node *n)
{
    print(b, n, LOOSE);
}
