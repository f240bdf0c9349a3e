/* points.c - see points.h. A point is first looked at in interval arithmetic: most differences and
 * most points outside the domain show there. Only what overlaps is computed exactly.
 *
 * Variables in factorials and binomials take small integers. There equality at points is no proof,
 * so only differences count. */
#include "verifiers/points.h"

#include "base/hash.h"
#include "base/rng.h"
#include "verifiers/canon.h"
#include "verifiers/constant.h"
#include "verifiers/formal.h"
#include "verifiers/reduce.h"

#define MAX_TRIES 96
#define COUNTED 8 /* equal points: (degree / 2^19)^8 is below 2^-80 for degrees up to 512 */
#define QUICK_LOOKS 4
#define SCANNED 192        /* points where functions with branches are looked at */
#define QUICK_BITS 128
#define AGREEMENT_BITS 512 /* of values that count as equal without a proof */
#define SMALL_INTEGERS 24

struct sample {
    math_ctx *c;
    math_node *a, *b;
    struct binding vars[MATH_MAX_VARS];
    bool integer[MATH_MAX_VARS];
    size_t n;
    bool complex, overflow;
    size_t proved, agreed; /* points counted */
};

/* ---- variables --------------------------------------------------------------------------------
 */

static void add_variable(struct sample *s, text name, bool integer)
{
    for (size_t i = 0; i < s->n; i++)
        if (text_equal(s->vars[i].name, name)) {
            s->integer[i] |= integer;
            return;
        }
    if (s->n == MATH_MAX_VARS) {
        s->overflow = true;
        return;
    }
    s->integer[s->n] = integer;
    s->vars[s->n++].name = name;
}

static void find_variables(struct sample *s, const math_node *n, bool counting)
{
    if (n->kind == MATH_VAR)
        add_variable(s, n->s, counting);
    counting |= n->kind == MATH_FACT || n->kind == MATH_DFACT || n->kind == MATH_BINOM ||
                (n->kind == MATH_FUNC && (n->tag == FUNC_GCD || n->tag == FUNC_LCM));
    for (size_t i = 0; i < n->n_args; i++)
        find_variables(s, n->args[i], counting);
}

/* A ratio of two 10-bit numbers times a power of 2 from 2^-4 to 2^7, either sign. Values are
 * factored under roots and logarithms, so they are kept small. */
static void draw_rational(mpq_ptr q, uint64_t bits)
{
    unsigned long scale = bits >> 32 & 15;
    mpq_set_ui(q, (unsigned long)(bits & 0x3ff) + 1, (unsigned long)(bits >> 16 & 0x3ff) + 1);
    mpq_canonicalize(q);
    if (scale < 4)
        mpq_div_2exp(q, q, 4 - scale);
    else if (scale < 12)
        mpq_mul_2exp(q, q, scale - 4);
    if (bits >> 37 & 1)
        mpq_neg(q, q);
}

/* Values depend on the names and the seed, not on the order the variables were met in. */
static void draw_point(struct sample *s, uint64_t point)
{
    for (size_t i = 0; i < s->n; i++) {
        text name = s->vars[i].name;
        uint64_t bits = rng_bits(s->c->seed, hash_bytes(name.p, name.n, 7), point);
        math_node *value = math_number(s->c);
        if (s->c->fault != MATH_FINE)
            return;
        if (s->integer[i])
            mpq_set_ui(value->q, bits % SMALL_INTEGERS, 1);
        else
            draw_rational(value->q, bits);
        s->vars[i].value = value;
    }
}

/* ---- one point --------------------------------------------------------------------------------
 */

enum quick { QUICK_SKIP, QUICK_DIFFERENT, QUICK_OVERLAP };

/* Interval values of both sides. */
static enum quick look(const struct sample *s)
{
    struct evaluation e = {s->c, QUICK_BITS, s->vars, s->n, !s->complex};
    rect a, b;
    rect_init(&a, e.bits);
    rect_init(&b, e.bits);
    enum enclosure x = enclose(&e, &a, s->a), y = enclose(&e, &b, s->b);
    enum quick q = QUICK_OVERLAP;
    if (x == ENCLOSE_NONREAL || y == ENCLOSE_NONREAL || x == ENCLOSE_UNDEFINED ||
        y == ENCLOSE_UNDEFINED)
        q = QUICK_SKIP;
    else if (x == ENCLOSED && y == ENCLOSED && rect_disjoint(&a, &b))
        q = QUICK_DIFFERENT;
    rect_clear(&a);
    rect_clear(&b);
    return q;
}

static math_node *value_at(const struct sample *s, math_node *n)
{
    for (size_t i = 0; i < s->n && s->c->fault == MATH_FINE; i++)
        n = canon_substitute(s->c, n, s->vars[i].name, s->vars[i].value);
    return reduce(s->c, n);
}

static bool agrees(math_ctx *c, math_node *difference)
{
    struct evaluation e = {.c = c, .bits = 2 * AGREEMENT_BITS};
    rect r;
    rect_init(&r, e.bits);
    bool small = enclose(&e, &r, difference) == ENCLOSED && rect_log2(&r) < -AGREEMENT_BITS;
    rect_clear(&r);
    return small;
}

/* True: the point shows a difference. */
static bool differs_here(struct sample *s)
{
    math_ctx *c = s->c;
    enum quick q = look(s);
    if (q != QUICK_OVERLAP || c->fault != MATH_FINE)
        return q == QUICK_DIFFERENT;
    math_node *x = value_at(s, s->a), *y = value_at(s, s->b);
    if (c->fault != MATH_FINE || x->kind == MATH_UNDEF || y->kind == MATH_UNDEF)
        return false;
    bool counts = s->complex || (constant_is_real(c, x) == TRUTH_YES &&
                                 constant_is_real(c, y) == TRUTH_YES);
    if (!counts)
        return false;
    math_node *d = canon_difference(c, x, y);
    enum truth zero = constant_is_zero(c, d, NULL);
    s->proved += zero == TRUTH_YES;
    s->agreed += zero == TRUTH_UNKNOWN && agrees(c, d);
    return zero == TRUTH_NO;
}

/* ---- many points ------------------------------------------------------------------------------
 */

static bool any_integer(const struct sample *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->integer[i])
            return true;
    return false;
}

/* A few points in interval arithmetic only, before anything dearer. */
static bool differs_at_sight(struct sample *s)
{
    for (uint64_t i = 0; i < QUICK_LOOKS && s->c->fault == MATH_FINE; i++) {
        draw_point(s, i);
        if (s->c->fault == MATH_FINE && look(s) == QUICK_DIFFERENT)
            return true;
    }
    return false;
}

/* ---- branches ---------------------------------------------------------------------------------
 */

/* Absolute values, floors and even roots: agreement at some points says nothing about the others.
 */
static bool has_branches(const math_node *n)
{
    bool call = n->kind == MATH_FUNC && (n->tag == FUNC_ABS || n->tag == FUNC_FLOOR ||
                                         n->tag == FUNC_MIN || n->tag == FUNC_MAX ||
                                         n->tag == FUNC_ASIN || n->tag == FUNC_ATAN);
    bool root = n->kind == MATH_POW && n->args[1]->kind == MATH_NUM &&
                mpz_even_p(mpq_denref(n->args[1]->q)) && math_has(n->args[0], MATH_VAR, -1);
    for (size_t i = 0; i < n->n_args && !call && !root; i++)
        if (has_branches(n->args[i]))
            return true;
    return call || root;
}

/* Rationals of the formulas, where branches begin and end: |x + 7|, max(x, 3). */
struct marks {
    mpq_srcptr list[SCANNED / 8];
    size_t n;
};

static void find_marks(struct marks *m, const math_node *n)
{
    if (n->kind == MATH_NUM && m->n < sizeof m->list / sizeof *m->list)
        m->list[m->n++] = n->q;
    for (size_t i = 0; i < n->n_args; i++)
        find_marks(m, n->args[i]);
}

/* Point i of the scan: for one variable first an even spread over both signs and all magnitudes,
 * then the neighbourhood of the marks; else at random. */
static void draw_scanned(struct sample *s, const struct marks *m, uint64_t i)
{
    draw_point(s, MAX_TRIES + i);
    if (s->n != 1 || s->c->fault != MATH_FINE)
        return;
    mpq_ptr x = s->vars[0].value->q;
    bool near_mark = i >= SCANNED / 2 && m->n > 0;
    if (near_mark) {
        mpq_set_ui(x, 2 * (i % 7) + 1, 16);
        mpq_add(x, x, m->list[i / 4 % m->n]);
        if (i % 2)
            mpq_neg(x, x);
    } else if (i < SCANNED / 2) {
        unsigned long k = (unsigned long)i / 2;
        mpq_set_ui(x, 64 + k % 4 * 16, 64);
        mpq_mul_2exp(x, x, k / 4);
        mpq_div_2exp(x, x, 3);
        if (i % 2)
            mpq_neg(x, x);
    }
}

static bool differs_in_some_branch(struct sample *s)
{
    struct marks m = {.n = 0};
    find_marks(&m, s->a);
    find_marks(&m, s->b);
    for (uint64_t i = 0; i < SCANNED && s->c->fault == MATH_FINE; i++) {
        draw_scanned(s, &m, i);
        if (s->c->fault == MATH_FINE && look(s) == QUICK_DIFFERENT)
            return true;
    }
    return false;
}

/* ---- the comparison ---------------------------------------------------------------------------
 */

static bool sample_points(struct sample *s, outcome *out)
{
    for (uint64_t i = 0; i < MAX_TRIES && s->proved + s->agreed < COUNTED; i++) {
        draw_point(s, i);
        if (s->c->fault == MATH_FINE && differs_here(s)) {
            *out = outcome_different("L5", "point");
            return true;
        }
        if (s->c->fault != MATH_FINE)
            return false;
    }
    bool proved = s->proved >= COUNTED;
    size_t counted = s->proved + (s->c->exact_points ? 0 : s->agreed);
    if (counted < COUNTED || any_integer(s))
        return false;
    bool branches = has_branches(s->a) || has_branches(s->b);
    if (branches && differs_in_some_branch(s))
        *out = outcome_different("L5", "point");
    else
        *out = outcome_equal("L5", proved ? "points" : "numeric-points");
    return s->c->fault == MATH_FINE;
}

bool points_compare(math_ctx *c, outcome *out, math_node *a, math_node *b)
{
    struct sample *s = arena_take(&c->mem, 1, sizeof *s);
    if (!s || c->fault != MATH_FINE)
        return false;
    *s = (struct sample){.c = c, .a = a, .b = b};
    find_variables(s, a, false);
    find_variables(s, b, false);
    s->complex = math_has(a, MATH_CONST, CONST_I) || math_has(b, MATH_CONST, CONST_I);
    if (s->overflow)
        return false;
    if (differs_at_sight(s)) {
        *out = outcome_different("L5", "point");
        return true;
    }
    if (formal_is_zero(c, canon_difference(c, a, b))) {
        *out = outcome_equal("L5", "formal");
        return true;
    }
    return sample_points(s, out);
}
