/* canon_angle.c - sine, cosine and what is written with them. Of rational angles only cosines of
 * (0, pi/2) remain, and none that square roots of small numbers express; tan, cot, sec and csc
 * become quotients, arc cosines arc sines, area functions logarithms. */
#include "verifiers/canon.h"

/* cos(p/q pi) = (m sqrt(a) + n sqrt(b)) / 4 */
static const struct exact_cosine {
    unsigned long p, q;
    int m, a, n, b;
} cosines[] = {
    {0, 1, 4, 1, 0, 1}, {1, 2, 0, 1, 0, 1}, {1, 3, 2, 1, 0, 1},
    {1, 4, 2, 2, 0, 1}, {1, 6, 2, 3, 0, 1}, {1, 5, 1, 5, 1, 1},
    {2, 5, 1, 5, -1, 1}, {1, 12, 1, 6, 1, 2}, {5, 12, 1, 6, -1, 2},
};

bool canon_pi_share(mpq_ptr r, const math_node *x)
{
    bool product = x->kind == MATH_MUL && x->n_args == 2 && x->args[0]->kind == MATH_NUM &&
                   math_is_const(x->args[1], CONST_PI);
    if (product)
        mpq_set(r, x->args[0]->q);
    else if (math_is_const(x, CONST_PI) || math_is_small(x, 0))
        mpq_set_ui(r, x->kind == MATH_CONST, 1);
    else
        return false;
    return true;
}

static math_node *rational(math_ctx *c, long top, unsigned long low)
{
    math_node *n = math_integer(c, top);
    if (c->fault == MATH_FINE) {
        mpq_set_si(n->q, top, low);
        mpq_canonicalize(n->q);
    }
    return n;
}

static math_node *times(math_ctx *c, math_node *a, math_node *b)
{
    math_node *factors[] = {a, b};
    return canon_product(c, factors, 2);
}

static math_node *plus(math_ctx *c, math_node *a, math_node *b)
{
    math_node *terms[] = {a, b};
    return canon_sum(c, terms, 2);
}

static math_node *inverse(math_ctx *c, math_node *n)
{
    return canon_power(c, n, math_integer(c, -1));
}

static math_node *quarter_root(math_ctx *c, int m, int a)
{
    return times(c, rational(c, m, 4), canon_power(c, math_integer(c, a), rational(c, 1, 2)));
}

/* Shares of pi in [0, 1/2]; the denominators and numerators are small or it is none of the table.
 */
static math_node *known_cosine(math_ctx *c, mpq_srcptr share)
{
    for (size_t i = 0; i < sizeof cosines / sizeof *cosines; i++) {
        const struct exact_cosine *k = &cosines[i];
        if (mpq_cmp_ui(share, k->p, k->q) == 0)
            return plus(c, quarter_root(c, k->m, k->a), quarter_root(c, k->n, k->b));
    }
    return NULL;
}

/* cos(share pi): reduced to [0, 1/2] by its period and symmetries. */
static math_node *rational_cosine(math_ctx *c, mpq_srcptr share)
{
    math_node *r = math_copy_number(c, share), *two = math_integer(c, 2);
    bool negative = false;
    if (c->fault != MATH_FINE)
        return r;
    mpz_mul_2exp(mpq_denref(two->q), mpq_denref(r->q), 1);
    mpz_fdiv_r(mpq_numref(r->q), mpq_numref(r->q), mpq_denref(two->q)); /* mod 2 */
    mpq_set_ui(two->q, 2, 1);
    if (mpq_cmp_ui(r->q, 1, 1) > 0)
        mpq_sub(r->q, two->q, r->q);
    if (mpq_cmp_ui(r->q, 1, 2) > 0) {
        mpq_set_ui(two->q, 1, 1);
        mpq_sub(r->q, two->q, r->q);
        negative = true;
    }
    math_node *cosine = known_cosine(c, r->q);
    if (!cosine)
        cosine = math_unary(c, MATH_FUNC, FUNC_COS, times(c, r, math_new(c, MATH_CONST, CONST_PI)));
    return negative ? times(c, math_integer(c, -1), cosine) : cosine;
}

bool canon_leads_negative(const math_node *x)
{
    const math_node *term = x->kind == MATH_ADD ? x->args[x->n_args - 1] : x;
    if (term->kind == MATH_MUL)
        term = term->args[0];
    return term->kind == MATH_NUM && mpq_sgn(term->q) < 0;
}

static math_node *cosine(math_ctx *c, math_node *x)
{
    math_node *share = math_number(c);
    if (c->fault != MATH_FINE)
        return share;
    if (canon_pi_share(share->q, x))
        return rational_cosine(c, share->q);
    if (canon_leads_negative(x))
        x = times(c, math_integer(c, -1), x);
    return math_unary(c, MATH_FUNC, FUNC_COS, x);
}

/* f(-x) = -f(x) */
static math_node *odd(math_ctx *c, int f, math_node *x)
{
    if (!canon_leads_negative(x))
        return math_is_small(x, 0) ? x : math_unary(c, MATH_FUNC, f, x);
    math_node *opposite = times(c, math_integer(c, -1), x);
    return times(c, math_integer(c, -1), math_unary(c, MATH_FUNC, f, opposite));
}

static math_node *sine(math_ctx *c, math_node *x)
{
    math_node *share = math_number(c);
    if (c->fault != MATH_FINE || !canon_pi_share(share->q, x))
        return odd(c, FUNC_SIN, x);
    math_node *quarter = rational(c, 1, 2);
    mpq_sub(share->q, quarter->q, share->q);
    return rational_cosine(c, share->q);
}

static math_node *hyperbolic_cosine(math_ctx *c, math_node *x)
{
    if (math_is_small(x, 0))
        return math_integer(c, 1);
    if (canon_leads_negative(x))
        x = times(c, math_integer(c, -1), x);
    return math_unary(c, MATH_FUNC, FUNC_COSH, x);
}

static math_node *pi_times(math_ctx *c, long top, unsigned long low)
{
    return times(c, rational(c, top, low), math_new(c, MATH_CONST, CONST_PI));
}

/* Arc sine and arc tangent, with their values at -1, 0 and 1. */
static math_node *arc(math_ctx *c, int f, math_node *x)
{
    for (long k = -1; k <= 1; k++)
        if (math_is_small(x, k))
            return pi_times(c, k, f == FUNC_ASIN ? 2 : 4);
    return odd(c, f, x);
}

static math_node *complement(math_ctx *c, math_node *arc)
{
    return plus(c, pi_times(c, 1, 2), times(c, math_integer(c, -1), arc));
}

static math_node *hyperbolic(math_ctx *c, enum math_func f, math_node *x)
{
    math_node *sinh = odd(c, FUNC_SINH, x), *cosh = hyperbolic_cosine(c, x);
    switch (f) {
    case FUNC_SINH: return sinh;
    case FUNC_COSH: return cosh;
    case FUNC_TANH: return times(c, sinh, inverse(c, cosh));
    case FUNC_COTH: return times(c, cosh, inverse(c, sinh));
    case FUNC_SECH: return inverse(c, cosh);
    default: return inverse(c, sinh); /* CSCH */
    }
}

/* arsinh x = ln(x + sqrt(x^2 + 1)), arcosh x = ln(x + sqrt(x^2 - 1)), artanh x = ln((1 + x)/(1 -
 * x)) / 2 */
static math_node *area(math_ctx *c, enum math_func f, math_node *x)
{
    math_node *one = math_integer(c, 1), *half = rational(c, 1, 2);
    if (f == FUNC_ATANH) {
        math_node *low = plus(c, one, times(c, math_integer(c, -1), x));
        return times(c, half, canon_log(c, times(c, plus(c, one, x), inverse(c, low))));
    }
    math_node *square = canon_power(c, x, math_integer(c, 2));
    square = plus(c, square, math_integer(c, f == FUNC_ASINH ? 1 : -1));
    return canon_log(c, plus(c, x, canon_power(c, square, half)));
}

math_node *canon_angle(math_ctx *c, enum math_func f, math_node *x)
{
    switch (f) {
    case FUNC_SIN: return sine(c, x);
    case FUNC_COS: return cosine(c, x);
    case FUNC_TAN: return times(c, sine(c, x), inverse(c, cosine(c, x)));
    case FUNC_COT: return times(c, cosine(c, x), inverse(c, sine(c, x)));
    case FUNC_SEC: return inverse(c, cosine(c, x));
    case FUNC_CSC: return inverse(c, sine(c, x));
    case FUNC_SINH: case FUNC_COSH: case FUNC_TANH: case FUNC_COTH: case FUNC_SECH:
    case FUNC_CSCH:
        return hyperbolic(c, f, x);
    case FUNC_ASINH: case FUNC_ACOSH: case FUNC_ATANH: return area(c, f, x);
    case FUNC_ASIN: case FUNC_ATAN: return arc(c, (int)f, x);
    case FUNC_ACOS: return complement(c, arc(c, FUNC_ASIN, x));
    case FUNC_ACOT: return complement(c, arc(c, FUNC_ATAN, x));
    case FUNC_ASEC: return complement(c, arc(c, FUNC_ASIN, inverse(c, x)));
    case FUNC_ACSC: return arc(c, FUNC_ASIN, inverse(c, x));
    default: return NULL;
    }
}
