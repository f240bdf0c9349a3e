/* signature.c - see signature.h. The point: every variable has a positive value that its name
 * determines. What may be defined on integers alone, or is not real there, has no bounds. Nothing
 * is proved on the way: what one more doubling of the digits does not settle is left open. */
#include "verifiers/signature.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "verifiers/canon.h"
#include "verifiers/constant.h"
#include "verifiers/relate.h"

#define FIRST_BITS 64 /* one limb: the fast paths of MPFR */
#define LAST_BITS 256
#define VALUE_BITS 20 /* of the numerators of variables' values */
#define PART_WEIGHT 17
#define BENT_EXPONENT 512
#define INFINITE_EXPONENT 1000 /* infinity stands as 2^1000 */
#define SIGNATURE_FUEL 524288.0 /* each look; a surd takes about two thousand */

enum shape { SHAPE_NONE, SHAPE_SCALAR, SHAPE_SPAN, SHAPE_TUPLE, SHAPE_MATRIX, SHAPE_RATIO,
             SHAPE_RELATION };

struct look {
    struct evaluation e;
    struct binding vars[MATH_MAX_VARS];
    unsigned point; /* which values the variables have */
};

/* ---- scalars ----------------------------------------------------------------------------------
 */

static bool add_variable(struct look *l, text name)
{
    for (size_t i = 0; i < l->e.n_bindings; i++)
        if (text_equal(l->vars[i].name, name))
            return true;
    math_node *value = math_number(l->e.c);
    if (l->e.n_bindings == MATH_MAX_VARS || l->e.c->fault != MATH_FINE)
        return false;
    uint64_t bits = hash_bytes(name.p, name.n, 13 + l->point);
    mpq_set_ui(value->q, 1 + (bits >> (64 - VALUE_BITS)), 1 << 18);
    mpq_canonicalize(value->q);
    l->vars[l->e.n_bindings++] = (struct binding){name, value};
    return true;
}

/* Binds the variables of n; false when n has no bounds. */
static bool bind(struct look *l, const math_node *n)
{
    bool counting = n->kind == MATH_FACT || n->kind == MATH_DFACT || n->kind == MATH_BINOM;
    bool exponent = n->kind == MATH_POW && !canon_is_positive(n->args[0]) &&
                    math_has(n->args[1], MATH_VAR, -1);
    if (counting || exponent)
        return false;
    for (size_t i = 0; i < n->n_args; i++)
        if (!bind(l, n->args[i]))
            return false;
    return n->kind != MATH_VAR || add_variable(l, n->s);
}

static bool of_number(rect *r, const math_node *n)
{
    if (math_is_infinite(n)) {
        interval_set_si(&r->re, n->tag == CONST_INF ? 1 : -1);
        mpfr_mul_2ui(r->re.lo, r->re.lo, INFINITE_EXPONENT, MPFR_RNDD);
        mpfr_mul_2ui(r->re.hi, r->re.hi, INFINITE_EXPONENT, MPFR_RNDU);
        return true;
    }
    if (n->kind == MATH_NUM || n->kind == MATH_BASE)
        interval_set_q(&r->re, n->q);
    return n->kind == MATH_NUM || n->kind == MATH_BASE;
}

static bool of_scalar(struct look *l, rect *r, math_node *n)
{
    if (of_number(r, n))
        return true;
    if (!bind(l, n))
        return false;
    enum enclosure got = enclose(&l->e, r, n);
    if (got == ENCLOSE_COARSE) {
        struct evaluation finer = l->e;
        rect more;
        finer.bits = LAST_BITS;
        rect_init(&more, finer.bits);
        got = enclose(&finer, &more, n);
        rect_set(r, &more);
        rect_clear(&more);
    }
    return got == ENCLOSED && (r->real || !math_has(n, MATH_VAR, -1));
}

/* ---- structures -------------------------------------------------------------------------------
 */

static bool of_value(struct look *l, rect *r, math_node *n);

/* The two numbers of a member as one. */
static bool fold(struct look *l, interval *out, math_node *n)
{
    rect r;
    rect_init(&r, l->e.bits);
    bool fine = of_value(l, &r, n);
    interval weight;
    interval_init(&weight, l->e.bits);
    interval_set_si(&weight, PART_WEIGHT);
    interval_mul(&weight, &weight, &r.im);
    interval_add(out, &r.re, &weight);
    interval_clear(&weight);
    rect_clear(&r);
    return fine;
}

/* Sums over the entries with the weights 1, 2, 3.. and 1, 4, 9.. */
static bool of_sequence(struct look *l, rect *r, const math_node *n)
{
    interval entry, weight;
    bool fine = true;
    interval_init(&entry, l->e.bits);
    interval_init(&weight, l->e.bits);
    for (size_t i = 0; i < n->n_args && fine; i++) {
        fine = fold(l, &entry, n->args[i]);
        interval_set_si(&weight, (long)i + 1);
        interval_mul(&entry, &entry, &weight);
        interval_add(&r->re, &r->re, &entry);
        interval_mul(&entry, &entry, &weight);
        interval_add(&r->im, &r->im, &entry);
    }
    interval_clear(&entry);
    interval_clear(&weight);
    return fine;
}

/* Least and largest of what the members of a set or region reach. */
static bool of_span(struct look *l, rect *r, const math_node *n)
{
    rect x;
    bool fine = true;
    rect_init(&x, l->e.bits);
    for (size_t i = 0; i < n->n_args && fine; i++) {
        const math_node *m = n->args[i];
        bool piece = n->kind == MATH_REGION && m->kind == MATH_TUPLE;
        fine = fold(l, &x.re, piece ? m->args[0] : (math_node *)m);
        if (piece)
            fine = fine && fold(l, &x.im, m->args[1]);
        else
            interval_set(&x.im, &x.re);
        if (i == 0)
            rect_set(r, &x);
        interval_min(&r->re, &r->re, &x.re);
        interval_max(&r->im, &r->im, &x.im);
    }
    rect_clear(&x);
    return fine;
}

/* The sum over the entries, divided by the first one. */
static bool of_ratio(struct look *l, rect *r, const math_node *n)
{
    interval first;
    interval_init(&first, l->e.bits);
    bool fine = of_sequence(l, r, n) && fold(l, &first, n->args[0]) &&
                interval_inv(&first, &first);
    interval_mul(&r->re, &r->re, &first);
    interval_mul(&r->im, &r->im, &first);
    interval_clear(&first);
    return fine;
}

static bool is_pair(const math_node *n)
{
    return n->kind == MATH_TUPLE && n->n_args == 2;
}

static bool of_value(struct look *l, rect *r, math_node *n)
{
    if (math_is_scalar(n))
        return of_scalar(l, r, n);
    if (is_pair(n))
        return fold(l, &r->re, n->args[0]) && fold(l, &r->im, n->args[1]);
    switch (n->kind) {
    case MATH_QUANTITY: return of_value(l, r, n->args[0]);
    case MATH_TUPLE: case MATH_MATRIX: return of_sequence(l, r, n);
    case MATH_SET: case MATH_REGION: return of_span(l, r, n);
    case MATH_RATIO: return of_ratio(l, r, n);
    default: return false;
    }
}

/* ---- relations --------------------------------------------------------------------------------
 */

/* left - right */
static bool of_difference(struct look *l, interval *out, const math_node *n)
{
    rect a, b;
    rect_init(&a, l->e.bits);
    rect_init(&b, l->e.bits);
    bool fine = of_scalar(l, &a, n->args[0]) && of_scalar(l, &b, n->args[1]) && a.real && b.real;
    interval_sub(out, &a.re, &b.re);
    rect_clear(&a);
    rect_clear(&b);
    return fine;
}

static bool names_function(const math_node *n)
{
    const math_node *f, *x;
    return relate_function(n, &f, &x);
}

/* Relations are compared up to a factor: the quotient of the differences at two points. Functions
 * are compared up to the name of their variable, so they have no bounds. */
static bool of_relation(struct look *l, rect *r, const math_node *vote, const math_node *n)
{
    bool scalars = n->n_args == 2 && math_is_scalar(n->args[0]) && math_is_scalar(n->args[1]);
    if (!scalars || names_function(vote->args[0]) || names_function(vote->args[1]))
        return false;
    interval second;
    interval_init(&second, l->e.bits);
    bool fine = of_difference(l, &r->re, n);
    l->e.n_bindings = 0;
    l->point++;
    fine = fine && of_difference(l, &second, n) && interval_inv(&second, &second);
    interval_mul(&r->re, &r->re, &second);
    interval_clear(&second);
    return fine;
}

/* The value that an equation assigns, of its canonical tree; NULL for others. */
static math_node *assigned(const math_node *vote, const math_node *canonical)
{
    struct assignment a;
    if (!relate_assignment(&a, vote, false))
        return NULL;
    return canonical->args[a.value == vote->args[0] ? 0 : canonical->n_args - 1];
}

/* ---- signatures -------------------------------------------------------------------------------
 */

static uint64_t shape_of(const math_node *n)
{
    uint64_t size = (uint64_t)n->n_args << 8;
    int tags = MARK_PERCENT | MARK_DEGREE | MARK_UNIT;
    switch (n->kind) {
    case MATH_QUANTITY: return SHAPE_SCALAR | (uint64_t)(n->tag & tags) << 8;
    case MATH_BASE: return SHAPE_SCALAR | (uint64_t)n->tag << 16;
    case MATH_SET: case MATH_REGION: return SHAPE_SPAN;
    case MATH_TUPLE: return is_pair(n) ? SHAPE_SPAN : SHAPE_TUPLE | size;
    case MATH_MATRIX: return SHAPE_MATRIX | size;
    case MATH_RATIO: return SHAPE_RATIO | size;
    case MATH_TEXT: case MATH_BROKEN: case MATH_UNDEF: case MATH_RELATION: return SHAPE_NONE;
    default: return SHAPE_SCALAR;
    }
}

/* A rising function of x that fits a double, for any x: x itself from 2^-512 to 2^512, else it
 * grows with the logarithm. */
static double bent(mpfr_srcptr x, mpfr_rnd_t towards)
{
    if (!mpfr_regular_p(x) || labs(mpfr_get_exp(x)) <= BENT_EXPONENT)
        return mpfr_get_d(x, towards);
    long exponent;
    double m = mpfr_get_d_2exp(&exponent, x, towards); /* 1/2 <= |m| <= 1 */
    double over = fabs((double)exponent) - BENT_EXPONENT;
    double size = exponent > 0 ? ldexp(over + 2 * fabs(m), BENT_EXPONENT)
                               : ldexp(1 / (over + 3 - 2 * fabs(m)), -BENT_EXPONENT);
    double end = towards == MPFR_RNDD ? -INFINITY : INFINITY;
    return nextafter(nextafter(copysign(size, m), end), end);
}

static void set_bounds(struct signature *s, int part, const interval *x)
{
    s->lo[part] = bent(x->lo, MPFR_RNDD);
    s->hi[part] = bent(x->hi, MPFR_RNDU);
}

/* With bindings, though there be none, no decision inside is proved (constant.h). */
static void begin(struct look *l, rect *r, math_ctx *c)
{
    *l = (struct look){.e = {.c = c, .bits = FIRST_BITS, .bindings = l->vars}};
    rect_init(r, FIRST_BITS);
    c->fuel = SIGNATURE_FUEL;
}

/* The signature out of the two numbers in *r, which is given back. */
static struct signature finished(math_ctx *c, uint64_t shape, bool fine, rect *r)
{
    struct signature s = {.shape = shape};
    s.known = fine && c->fault == MATH_FINE && !mpfr_nan_p(r->re.lo) && !mpfr_nan_p(r->re.hi) &&
              !mpfr_nan_p(r->im.lo) && !mpfr_nan_p(r->im.hi);
    if (s.known) {
        set_bounds(&s, 0, &r->re);
        set_bounds(&s, 1, &r->im);
    }
    rect_clear(r);
    if (c->fault == MATH_OUT_OF_FUEL)
        c->fault = MATH_FINE;
    return s;
}

struct signature signature_of(math_ctx *c, math_node *n)
{
    struct look l;
    rect r;
    begin(&l, &r, c);
    bool fine = of_value(&l, &r, n);
    return finished(c, shape_of(n), fine, &r);
}

static struct signature signature_of_relation(math_ctx *c, const math_node *vote,
                                              const math_node *canonical)
{
    struct look l;
    rect r;
    begin(&l, &r, c);
    bool fine = of_relation(&l, &r, vote, canonical);
    return finished(c, SHAPE_RELATION, fine, &r);
}

struct signatures signatures_of(math_ctx *c, math_node *vote, math_node *canonical)
{
    struct signatures s = {0};
    if (canonical->kind != MATH_RELATION) {
        s.value = signature_of(c, canonical);
        s.value.known &= vote->kind != MATH_REGION || canonical->kind == MATH_REGION;
        return s;
    }
    math_node *value = assigned(vote, canonical);
    if (value)
        s.value = signature_of(c, value);
    s.relation = signature_of_relation(c, vote, canonical);
    return s;
}

bool signatures_disjoint(const struct signature *a, const struct signature *b)
{
    bool apart = false;
    for (int i = 0; i < 2; i++)
        apart |= a->lo[i] > b->hi[i] || b->lo[i] > a->hi[i];
    return apart && a->known && b->known;
}

bool signatures_apart(const struct signature *a, const struct signature *b)
{
    return !a->shape || a->shape != b->shape || signatures_disjoint(a, b);
}
