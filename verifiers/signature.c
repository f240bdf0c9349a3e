/* signature.c - see signature.h. The point: every variable has a positive value that its name
 * determines. What may be defined on integers alone, or is not real there, has no signature. */
#include "verifiers/signature.h"

#include "base/hash.h"
#include "verifiers/canon.h"
#include "verifiers/constant.h"

#define SIGNATURE_BITS 96
#define VALUE_BITS 20 /* of the numerators of variables' values */

struct look {
    struct evaluation e;
    struct binding vars[MATH_MAX_VARS];
    rect sum;    /* of weighted scalars */
    long weight; /* of the last one */
};

/* Binds the variables of n; false when n has no signature. */
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
    if (n->kind != MATH_VAR)
        return true;
    for (size_t i = 0; i < l->e.n_bindings; i++)
        if (text_equal(l->vars[i].name, n->s))
            return true;
    math_node *value = math_number(l->e.c);
    if (l->e.n_bindings == MATH_MAX_VARS || l->e.c->fault != MATH_FINE)
        return false;
    mpq_set_ui(value->q, 1 + (hash_bytes(n->s.p, n->s.n, 13) >> (64 - VALUE_BITS)), 1 << 18);
    mpq_canonicalize(value->q);
    l->vars[l->e.n_bindings++] = (struct binding){n->s, value};
    return true;
}

/* Adds the scalar times the next weight. */
static bool add_scalar(struct look *l, math_node *n)
{
    bool variables = math_has(n, MATH_VAR, -1);
    rect value;
    rect_init(&value, l->e.bits);
    l->e.bindings = variables ? l->vars : NULL;
    bool fine = bind(l, n) && enclose(&l->e, &value, n) == ENCLOSED && (value.real || !variables);
    interval weight;
    interval_init(&weight, l->e.bits);
    interval_set_si(&weight, l->weight++);
    interval_mul(&value.re, &value.re, &weight);
    interval_mul(&value.im, &value.im, &weight);
    rect_add(&l->sum, &l->sum, &value);
    interval_clear(&weight);
    rect_clear(&value);
    return fine;
}

static bool add(struct look *l, math_node *n)
{
    if (math_is_scalar(n))
        return add_scalar(l, n);
    bool fine = n->kind == MATH_TUPLE || n->kind == MATH_MATRIX;
    for (size_t i = 0; i < n->n_args && fine; i++)
        fine = add(l, n->args[i]);
    return fine;
}

static void bounds(double *lo, double *hi, const interval *x)
{
    *lo = mpfr_get_d(x->lo, MPFR_RNDD);
    *hi = mpfr_get_d(x->hi, MPFR_RNDU);
}

struct signature signature_of(math_ctx *c, math_node *canonical)
{
    struct signature s = {.known = false};
    struct look l = {.e = {.c = c, .bits = SIGNATURE_BITS}, .weight = 1};
    rect_init(&l.sum, SIGNATURE_BITS);
    s.known = add(&l, canonical) && c->fault == MATH_FINE && rect_is_finite(&l.sum);
    bounds(&s.lo[0], &s.hi[0], &l.sum.re);
    bounds(&s.lo[1], &s.hi[1], &l.sum.im);
    rect_clear(&l.sum);
    return s;
}

bool signatures_apart(const struct signature *a, const struct signature *b)
{
    bool apart = false;
    for (int i = 0; i < 2; i++)
        apart |= a->lo[i] > b->hi[i] || b->lo[i] > a->hi[i];
    return apart && a->known && b->known;
}
