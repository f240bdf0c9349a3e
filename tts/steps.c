/* steps.c - see steps.h.
 *
 * One pass: where a number may begin a chain, chains and equals signs are read as far as they go. A
 * chain that does not end cleanly (in "7x", "2^3", "(3 + 4)") is no side of a step. Numbers have at
 * most DIGITS_MAX digits and chains TERMS_MAX numbers: a line costs time linear in its length. */
#include "tts/steps.h"

#include <gmp.h>
#include <stdbool.h>
#include <string.h>

#define DIGITS_MAX 30
#define TERMS_MAX 32

/* ---- characters and words ------------------------------------------------------------------- */

static const struct {
    const char *word;
    char op;
} operators[] = {
    {"\\times", '*'}, {"\\cdot", '*'}, {"\\div", '/'}, {"\xc3\x97", '*'},     {"\xc3\xb7", '/'},
    {"\xe2\x88\x92", '-'}, {"\xc2\xb7", '*'}, {"+", '+'}, {"-", '-'}, {"*", '*'}, {"/", '/'},
    {"x ", '*'},
};

/* Words after a number that change what it is worth. */
static const char *const scales[] = {"hundred", "thousand", "million", "billion", "trillion",
                                     "dozen",   "percent",  "cents",   "k ",      "%",
                                     "\\%",     "mod",      "remainder", "R"};

struct reader {
    text t;
    size_t at;
};

static char peek(const struct reader *r, size_t ahead)
{
    return ahead < r->t.n - r->at ? r->t.p[r->at + ahead] : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '&';
}

static bool take(struct reader *r, const char *word)
{
    text rest = text_slice(r->t, r->at, r->t.n);
    if (!text_starts(rest, text_of(word)))
        return false;
    r->at += strlen(word);
    return true;
}

/* Blanks, alignment marks and TeX's thin spaces, not line ends. */
static void skip_blanks(struct reader *r)
{
    while (is_blank(peek(r, 0)) || take(r, "\\,") || take(r, "\\ ") || take(r, "\\;"))
        r->at += is_blank(peek(r, 0));
}

/* ---- numbers -------------------------------------------------------------------------------- */

struct number {
    mpq_t value;
    size_t decimals;
};

/* "12", "1,234", "3.50" as digits without the commas, the decimals counted. False and the reader
 * unmoved when there is no number, or one too long. */
static bool read_digits(struct reader *r, char *digits, size_t *n_digits, size_t *decimals)
{
    size_t i = 0, n = 0;
    bool point = false;
    *decimals = 0;
    for (;; i++) {
        char c = peek(r, i);
        bool group = c == ',' && !point && is_digit(peek(r, i + 1)) && is_digit(peek(r, i + 2)) &&
                     is_digit(peek(r, i + 3)) && !is_digit(peek(r, i + 4));
        if (is_digit(c)) {
            if (n == DIGITS_MAX)
                return false;
            digits[n++] = c;
            *decimals += point;
        } else if (c == '.' && !point && is_digit(peek(r, i + 1))) {
            point = true;
        } else if (!group || n == 0) {
            break;
        }
    }
    digits[n] = '\0';
    *n_digits = n;
    r->at += n ? i : 0;
    return n > 0;
}

/* An operand: an optional minus and dollar sign, then digits. */
static bool read_number(struct reader *r, struct number *out)
{
    char digits[DIGITS_MAX + 1];
    size_t n, start = r->at;
    bool minus = take(r, "-") || take(r, "\xe2\x88\x92");
    if (!take(r, "\\$"))
        take(r, "$");
    if (!read_digits(r, digits, &n, &out->decimals)) {
        r->at = start;
        return false;
    }
    mpz_set_str(mpq_numref(out->value), digits, 10);
    mpz_ui_pow_ui(mpq_denref(out->value), 10, out->decimals);
    mpq_canonicalize(out->value);
    if (minus)
        mpq_neg(out->value, out->value);
    return true;
}

/* ---- chains --------------------------------------------------------------------------------- */

/* One side: its value, and the decimals of its number when it is a single one. */
struct side {
    mpq_t value;
    size_t n_terms, decimals;
    bool divided_by_zero;
};

/* The operator that comes next, passed; 0 for none. "**" is a power or bold type. */
static char read_operator(struct reader *r)
{
    size_t start = r->at;
    skip_blanks(r);
    if (peek(r, 0) != '*' || peek(r, 1) != '*')
        for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
            if (take(r, operators[i].word)) {
                skip_blanks(r);
                return operators[i].op;
            }
    r->at = start;
    return 0;
}

/* sum + product is the chain so far; `op` joins the next number. */
static void join(struct side *s, mpq_t product, char op, const mpq_t number)
{
    if (op == '*') {
        mpq_mul(product, product, number);
    } else if (op == '/') {
        s->divided_by_zero = s->divided_by_zero || mpq_sgn(number) == 0;
        if (mpq_sgn(number) != 0)
            mpq_div(product, product, number);
    } else {
        mpq_add(s->value, s->value, product);
        mpq_set(product, number);
        if (op == '-')
            mpq_neg(product, product);
    }
}

/* False when an operator is left hanging or the chain is too long. */
static bool read_chain(struct reader *r, struct side *s)
{
    struct number number;
    mpq_t product;
    mpq_init(number.value);
    mpq_init(product);
    mpq_set_ui(s->value, 0, 1);
    s->divided_by_zero = false;
    char op = '+';
    for (s->n_terms = 0; op; op = read_operator(r)) {
        if (s->n_terms == TERMS_MAX || !read_number(r, &number))
            break;
        join(s, product, op, number.value);
        s->n_terms++;
    }
    mpq_add(s->value, s->value, product);
    s->decimals = number.decimals;
    mpq_clear(number.value);
    mpq_clear(product);
    return op == 0;
}

/* Whether what stands behind a chain leaves its value alone. */
static bool ends_cleanly(const struct reader *r)
{
    struct reader next = *r;
    char c = peek(r, 0);
    if (is_letter(c) || is_digit(c) || c == '^' || c == '_' || c == '{' || c == '(' || c == '!' ||
        c == '%' || c == ':' || (c == ',' && is_digit(peek(r, 1))))
        return false;
    skip_blanks(&next);
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++)
        if (take(&next, scales[i]))
            return false;
    c = peek(&next, 0);
    return c != '(' && c != '^' && !text_starts(text_slice(next.t, next.at, next.t.n),
                                                TEXT("\\frac"));
}

/* ---- verdicts ------------------------------------------------------------------------------- */

/* Distance of the sides in units of the last decimal of the right one, against 1; whether that
 * decimal could have held the left side exactly. */
static bool within_a_unit(const struct side *left, const struct side *right, bool *exact)
{
    mpq_t diff, unit;
    mpq_init(diff);
    mpq_init(unit);
    mpz_ui_pow_ui(mpq_numref(unit), 10, right->decimals);
    mpq_mul(diff, left->value, unit);
    *exact = mpz_cmp_ui(mpq_denref(diff), 1) == 0;
    mpq_sub(diff, left->value, right->value);
    mpq_mul(diff, diff, unit);
    mpq_abs(diff, diff);
    bool within = mpq_cmp_ui(diff, 1, 1) < 0;
    mpq_clear(diff);
    mpq_clear(unit);
    return within;
}

static void judge(struct steps *s, const struct side *left, const struct side *right)
{
    bool exact;
    if ((left->n_terms < 2 && right->n_terms < 2) || left->divided_by_zero ||
        right->divided_by_zero)
        return;
    if (mpq_equal(left->value, right->value)) {
        s->right++;
        return;
    }
    bool rounded = right->n_terms == 1 && within_a_unit(left, right, &exact) && !exact;
    if (!rounded)
        s->wrong++;
    else if (right->decimals > 0)
        s->right++;
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* One "=", not "==". */
static bool read_equals(struct reader *r)
{
    skip_blanks(r);
    if (peek(r, 0) != '=' || peek(r, 1) == '=')
        return false;
    r->at++;
    skip_blanks(r);
    return true;
}

static void swap_sides(struct side *a, struct side *b)
{
    struct side c = *a;
    *a = *b;
    *b = c;
}

/* Reads sides from here as long as equals signs join them. The reader ends behind the last one. */
static void read_equation(struct steps *s, struct reader *r)
{
    struct side left, right;
    mpq_init(left.value);
    mpq_init(right.value);
    bool clean = read_chain(r, &left) && ends_cleanly(r);
    while (clean) {
        size_t end = r->at;
        if (!read_equals(r) || !read_chain(r, &right)) {
            r->at = r->at > end ? r->at : end;
            break;
        }
        clean = ends_cleanly(r);
        if (clean)
            judge(s, &left, &right);
        swap_sides(&left, &right);
    }
    mpq_clear(left.value);
    mpq_clear(right.value);
}

/* A dash or star that opens a line is a list mark, not an operator. */
static bool is_list_mark(text t, size_t at)
{
    while (at > 0 && is_blank(t.p[at - 1]))
        at--;
    return at == 0 || t.p[at - 1] == '\n';
}

/* Does the text up to `end` end with an operator that is a word of TeX? */
static bool ends_with_word(text t, size_t end)
{
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (operators[i].word[0] == '\\' &&
            text_ends(text_slice(t, 0, end), text_of(operators[i].word)))
            return true;
    return false;
}

/* May a chain begin at a number at `at`? Not inside a word, a power, or another expression. */
static bool may_begin(text t, size_t at)
{
    while (at > 0 && t.p[at - 1] == '$')
        at -= at > 1 && t.p[at - 2] == '\\' ? 2 : 1;
    if (at == 0)
        return true;
    char c = t.p[at - 1];
    if (is_letter(c) || is_digit(c) || (unsigned char)c >= 0x80 || strchr("_.,:^{}\\)]*/+-", c))
        return false;
    while (at > 0 && is_blank(t.p[at - 1]))
        at--;
    if (at == 0)
        return true;
    c = t.p[at - 1];
    if (c == '-' || c == '*' || c == '+')
        return is_list_mark(t, at - 1);
    return !strchr("/^)}]x", c) && (unsigned char)c < 0x80 && !ends_with_word(t, at);
}

void steps_count(struct steps *s, text t)
{
    struct reader r = {t, 0};
    while (r.at < t.n) {
        size_t start = r.at;
        bool sign = peek(&r, 0) == '-' && is_digit(peek(&r, 1));
        if ((sign || is_digit(peek(&r, 0))) && may_begin(t, r.at))
            read_equation(s, &r);
        if (r.at == start)
            r.at++;
    }
}

double steps_weight(const struct steps *s)
{
    return 1.0 / (1.0 + (double)s->wrong);
}
