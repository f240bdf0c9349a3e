/* parse_quantity.c - a scalar with what may stand around it: currency, percent, million, units,
 * degrees.
 *
 * Units are recognised at the right end of an item only, never inside an expression. A bare word
 * needs a blank before it; one letter behind a blank ("6 m") is marked as possibly a variable. Text
 * that is no unit is no remark either: the item is then a syntax fault, and words are compared as
 * words. */
#include <string.h>

#include "verifiers/ascii.h"
#include "verifiers/math_parser.h"

#define UNIT_BYTES 48
#define WORD_FUEL 512.0 /* for looking a word up; phrases are scanned from each of their words */

/* Reads unit tokens and writes the canonical unit: "ft^2", "km/h". */
struct unit_scan {
    const struct parser *p;
    size_t i;          /* token */
    char out[UNIT_BYTES];
    size_t n;
    int power;         /* of the word to come: 2 behind "square" */
    bool any, percent, letter, bad;
};

bool parse_at_end(const struct parser *p, size_t i)
{
    const math_token *t = &p->t[i];
    switch (t->kind) {
    case TOKEN_END: case TOKEN_ROW:
        return true;
    case TOKEN_CHAR:
        return memchr(",;)]}&:|\x02", t->c, 10) != NULL;
    case TOKEN_COMMAND:
        return t->word.class == WORD_REL ||
               (t->word.class == WORD_FORM &&
                (t->word.id == FORM_CUP || t->word.id == FORM_END || t->word.id == FORM_RANGLE ||
                 t->word.id == FORM_SETMINUS));
    case TOKEN_WORD: case TOKEN_TEXT:
        return text_equal(t->s, TEXT("and")) || text_equal(t->s, TEXT("or"));
    default:
        return false;
    }
}

static void put(struct unit_scan *u, const char *s, size_t n)
{
    if (n >= UNIT_BYTES - u->n) {
        u->bad = true;
        return;
    }
    memcpy(u->out + u->n, s, n);
    u->n += n;
}

static void put_word(struct unit_scan *u, text w)
{
    text unit = word_unit(w);
    u->bad |= !math_spend(u->p->c, WORD_FUEL);
    if (word_is_percent(w)) {
        u->percent = u->any = true;
        return;
    }
    if (word_is_unit_filler(w))
        return;
    if (unit.n == 0) {
        u->bad = true;
        return;
    }
    u->any = true;
    bool square = text_equal(unit, TEXT("square")), cubic = text_equal(unit, TEXT("cubic"));
    if (square || cubic) {
        u->power = square ? 2 : 3;
        return;
    }
    if (text_equal(unit, TEXT("per"))) {
        put(u, "/", 1);
        return;
    }
    if (u->n && u->out[u->n - 1] != '/')
        put(u, " ", 1);
    put(u, unit.p, unit.n);
    if (u->power)
        put(u, u->power == 2 ? "^2" : "^3", 2);
    u->power = 0;
}

/* The inside of \text{..}: words, "/", "^", digits. */
static void put_text(struct unit_scan *u, text t)
{
    for (size_t i = 0; i < t.n && !u->bad;) {
        size_t from = i;
        while (i < t.n && ascii_alpha(t.p[i]))
            i++;
        if (i > from) {
            put_word(u, text_slice(t, from, i - from));
            continue;
        }
        char c = t.p[i++];
        if (c == '/' || c == '^' || c == '-' || ascii_digit(c))
            put(u, &c, 1);
        else if (c != ' ' && c != '~' && c != '.' && c != '{' && c != '}')
            u->bad = true;
    }
    if (t.n && !u->any)
        u->bad = true;
}

/* "m s" before a negative exponent becomes "m/s"; a single word stays. */
static bool divide_last(struct unit_scan *u)
{
    size_t i = u->n;
    while (i > 0 && u->out[i - 1] != ' ' && u->out[i - 1] != '/')
        i--;
    bool second = i > 0 && u->out[i - 1] == ' ';
    if (second)
        u->out[i - 1] = '/';
    return second;
}

/* ^2, ^{2}, ^{-1} behind a unit. */
static void put_power(struct unit_scan *u)
{
    const math_token *t = &u->p->t[u->i];
    if (t->kind != TOKEN_CHAR || t->c != '^' || !u->any)
        return;
    size_t k = 1;
    bool brace = t[k].kind == TOKEN_CHAR && t[k].c == '{';
    k += brace;
    bool minus = t[k].kind == TOKEN_CHAR && t[k].c == '-';
    k += minus;
    if (t[k].kind != TOKEN_NUMBER || t[k].s.n != 1)
        return;
    bool divided = minus && divide_last(u), one = t[k].s.p[0] == '1';
    if (!one || (minus && !divided)) {
        put(u, minus && !divided ? "^-" : "^", minus && !divided ? 2 : 1);
        put(u, t[k].s.p, 1);
    }
    k++;
    k += brace && t[k].kind == TOKEN_CHAR && t[k].c == '}';
    u->i += k;
}

/* May a bare word be a unit here: behind a blank, or glued and known as such? hr^2 is a product. */
static bool word_stands_alone(const struct unit_scan *u)
{
    const math_token *t = &u->p->t[u->i];
    if (text_equal(t->s, TEXT("hr")) && t[1].kind == TOKEN_CHAR && t[1].c == '^')
        return false;
    if (t->blank || u->any)
        return true;
    return u->i > 0 && t[-1].kind == TOKEN_NUMBER && word_is_glued_unit(t->s);
}

static bool scan_one(struct unit_scan *u)
{
    const math_token *t = &u->p->t[u->i];
    if (t->kind == TOKEN_TEXT) {
        put_text(u, t->s);
    } else if (t->kind == TOKEN_WORD && word_stands_alone(u)) {
        u->letter |= t->s.n == 1;
        put_word(u, t->s);
    } else if (t->kind == TOKEN_CHAR && t->c == '/' && u->any) {
        put(u, "/", 1);
    } else if (t->kind == TOKEN_CHAR && t->c == '.' && u->any) {
        ; /* "sq. units" */
    } else if (!(t->kind == TOKEN_COMMAND && t->word.class == WORD_FORM &&
                 t->word.id == FORM_TIMES && u->any)) {
        return false;
    }
    if (u->bad)
        return false;
    u->i++;
    put_power(u);
    return true;
}

/* The unit phrase at the cursor; false unless it reaches the end of the item. */
static bool scan_unit(struct unit_scan *u, const struct parser *p)
{
    *u = (struct unit_scan){.p = p, .i = p->i};
    enum token_kind kind = p->t[p->i].kind;
    if (p->i == 0 || (kind != TOKEN_WORD && kind != TOKEN_TEXT) || parse_at_separator(p))
        return false;
    while (!u->bad && !parse_at_end(p, u->i) && scan_one(u))
        ;
    return !u->bad && u->any && parse_at_end(p, u->i);
}

bool parse_at_unit(const struct parser *p)
{
    struct unit_scan u;
    return scan_unit(&u, p);
}

/* ---- quantities -------------------------------------------------------------------------------
 */

struct marks {
    int tag;
    text unit;
};

static void take_unit(struct parser *p, struct marks *m)
{
    struct unit_scan u;
    if (!scan_unit(&u, p))
        return;
    text letter = p->t[p->i].s;
    p->i = u.i;
    text unit = {u.out, u.n};
    if (u.percent)
        m->tag |= MARK_PERCENT;
    if (text_equal(unit, TEXT("degree")))
        m->tag |= MARK_DEGREE;
    else if (text_equal(unit, TEXT("dollar")))
        m->tag |= MARK_CURRENCY;
    else if (u.n) {
        m->tag |= MARK_UNIT | (u.letter && u.n == 1 && letter.n == 1 ? MARK_LETTER : 0);
        text name = m->tag & MARK_LETTER ? letter : unit;
        m->unit = (text){arena_strndup(&p->c->mem, name.p, name.n), name.n};
        if (!m->unit.p)
            math_fail(p->c, MATH_OVER_LIMIT);
    }
}

/* 3 million, 3\text{ million dollars} */
static math_node *take_scale(struct parser *p, math_node *n)
{
    math_token *t = parse_peek(p);
    if (t->kind != TOKEN_WORD && t->kind != TOKEN_TEXT)
        return n;
    size_t end = text_find(t->s, TEXT(" "));
    int scale = word_scale(text_slice(t->s, 0, end));
    if (!scale)
        return n;
    t->s = text_trim(text_slice(t->s, end, t->s.n)); /* what follows is the unit */
    p->i += t->s.n == 0;
    return math_binary(p->c, MATH_MUL, 0, n,
                       math_binary(p->c, MATH_POW, 0, math_integer(p->c, 10),
                                   math_integer(p->c, scale)));
}

/* Of the sign just read: dollars are the money that goes without saying. */
static void mark_currency(const struct parser *p, struct marks *m)
{
    static const struct {
        text sign, unit;
    } others[] = {
        {{"euro", 4}, {"euro", 4}}, {{"pounds", 6}, {"gbp", 3}}, {{"yen", 3}, {"yen", 3}}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (text_equal(p->t[p->i - 1].s, others[i].sign)) {
            m->tag |= MARK_UNIT;
            m->unit = others[i].unit;
            return;
        }
    m->tag |= MARK_CURRENCY;
}

/* \$ before the number, perhaps behind its sign. */
static bool take_currency(struct parser *p, bool *negative)
{
    const math_token *t = parse_peek(p);
    *negative = t->kind == TOKEN_CHAR && t->c == '-' && t[1].kind == TOKEN_CHAR &&
                t[1].c == CHAR_CURRENCY;
    p->i += *negative;
    return parse_accept_char(p, CHAR_CURRENCY);
}

/* -90^\circ and 90^\circ as a whole: the number without the sign, or NULL. */
static math_node *plain_degrees(math_ctx *c, math_node *n)
{
    if (n->kind == MATH_DEG)
        return n->args[0];
    bool minus = n->kind == MATH_MUL && n->n_args == 2 && math_is_small(n->args[0], -1) &&
                 n->args[1]->kind == MATH_DEG;
    return minus ? math_negated(c, n->args[1]->args[0]) : NULL;
}

/* {a \over b}, {n \choose k} */
static math_node *infix_form(struct parser *p, math_node *n)
{
    if (parse_accept_form(p, FORM_OVER))
        return math_quotient(p->c, n, parse_sum(p));
    if (parse_accept_form(p, FORM_CHOOSE))
        return math_binary(p->c, MATH_BINOM, 0, n, parse_sum(p));
    return n;
}

math_node *parse_quantity(struct parser *p)
{
    bool negative;
    struct marks m = {0, {NULL, 0}};
    bool currency = take_currency(p, &negative);
    if (currency)
        mark_currency(p, &m);
    math_node *n = parse_sum(p);
    if (!math_is_scalar(n))
        return currency ? parse_bad(p) : n;
    n = infix_form(p, n);
    n = take_scale(p, negative ? math_negated(p->c, n) : n);
    if (parse_accept_char(p, '%'))
        m.tag |= MARK_PERCENT;
    take_unit(p, &m);
    if (!currency && parse_accept_char(p, CHAR_CURRENCY))
        mark_currency(p, &m);
    math_node *degrees = p->c->fault == MATH_FINE ? plain_degrees(p->c, n) : NULL;
    if (degrees) {
        n = degrees;
        m.tag |= MARK_DEGREE;
    }
    if (!m.tag)
        return n;
    n = math_unary(p->c, MATH_QUANTITY, m.tag, n);
    n->s = m.unit;
    return n;
}
