/* reduce.c - see reduce.h. Every replacement is proved: signs by separation bounds, arcs by the
 * exact value of the function at the angle that their digits suggest. */
#include "verifiers/reduce.h"

#include "verifiers/canon.h"
#include "verifiers/constant.h"

#define ARC_BITS 96
#define MAX_ARC_DENOMINATOR 60

static math_node *negated(math_ctx *c, math_node *n)
{
    math_node *factors[] = {math_integer(c, -1), n};
    return canon_product(c, factors, 2);
}

/* ---- absolute values --------------------------------------------------------------------------
 */

/* Complex conjugate of a constant whose roots are all of positive numbers; NULL for others. */
static math_node *conjugate(math_ctx *c, math_node *n)
{
    if (math_is_const(n, CONST_I))
        return negated(c, n);
    bool root = n->kind == MATH_POW && !math_is_integer(n->args[1]);
    if ((root && !canon_is_positive(n->args[0])) || n->kind == MATH_FUNC)
        return math_has(n, MATH_CONST, CONST_I) || root ? NULL : n;
    if (n->n_args == 0 || root)
        return n;
    math_node *copy = math_new(c, n->kind, n->tag);
    for (size_t i = 0; i < n->n_args && c->fault == MATH_FINE; i++) {
        math_node *a = conjugate(c, n->args[i]);
        if (!a)
            return NULL;
        math_push(c, copy, a);
    }
    return canon_of_forms(c, copy);
}

static math_node *absolute(math_ctx *c, math_node *n)
{
    math_node *x = n->args[0];
    int sign = constant_sign(c, x);
    if (sign != SIGN_UNKNOWN)
        return sign < 0 ? negated(c, x) : x;
    math_node *bar = math_has(x, MATH_CONST, CONST_I) ? conjugate(c, x) : NULL;
    math_node *half = math_integer(c, 1);
    if (!bar || c->fault != MATH_FINE)
        return n;
    math_node *factors[] = {x, bar};
    mpq_set_ui(half->q, 1, 2);
    return canon_power(c, canon_product(c, factors, 2), half);
}

/* ---- floors and extremes ----------------------------------------------------------------------
 */

static math_node *floored(math_ctx *c, math_node *n)
{
    math_node *k = math_number(c);
    bool known = c->fault == MATH_FINE && constant_floor(c, mpq_numref(k->q), n->args[0]);
    return known ? k : n;
}

static math_node *extreme(math_ctx *c, math_node *n)
{
    math_node *best = n->args[0];
    int better = n->tag == FUNC_MAX ? 1 : -1;
    for (size_t i = 1; i < n->n_args && c->fault == MATH_FINE; i++) {
        int sign = constant_sign(c, canon_difference(c, n->args[i], best));
        if (sign == SIGN_UNKNOWN)
            return n;
        best = sign == better ? n->args[i] : best;
    }
    return best;
}

/* ---- arcs -------------------------------------------------------------------------------------
 */

/* The rational multiple of pi that the digits of the constant suggest. */
static bool guess_angle(math_ctx *c, mpq_ptr share, math_node *n)
{
    struct evaluation e = {.c = c, .bits = ARC_BITS};
    interval pi;
    rect r;
    rect_init(&r, e.bits);
    interval_init(&pi, e.bits);
    bool found = enclose(&e, &r, n) == ENCLOSED && r.real;
    if (found) {
        interval_set_pi(&pi);
        interval_inv(&pi, &pi);
        interval_mul(&r.re, &r.re, &pi);
        found = interval_guess_rational(share, &r.re, MAX_ARC_DENOMINATOR);
    }
    rect_clear(&r);
    interval_clear(&pi);
    return found;
}

static math_node *arc(math_ctx *c, math_node *n)
{
    math_node *share = math_number(c);
    if (c->fault != MATH_FINE || !guess_angle(c, share->q, n))
        return n;
    math_node *factors[] = {share, math_new(c, MATH_CONST, CONST_PI)};
    math_node *angle = canon_product(c, factors, 2);
    math_node *value = canon_angle(c, n->tag == FUNC_ASIN ? FUNC_SIN : FUNC_TAN, angle);
    math_node *d = canon_difference(c, value, n->args[0]);
    return constant_is_zero(c, d, NULL) == TRUTH_YES ? angle : n;
}

/* sin(16 arctan(1/5) - 4 arctan(1/239)): arcs that add up to a rational angle. */
static math_node *circular(math_ctx *c, math_node *n)
{
    math_node *x = n->args[0], *share = math_number(c);
    bool arcs = math_has(x, MATH_FUNC, FUNC_ATAN) || math_has(x, MATH_FUNC, FUNC_ASIN);
    if (!arcs || c->fault != MATH_FINE || !guess_angle(c, share->q, x))
        return n;
    math_node *factors[] = {share, math_new(c, MATH_CONST, CONST_PI)};
    math_node *angle = canon_product(c, factors, 2);
    bool proved = constant_is_zero(c, canon_difference(c, x, angle), NULL) == TRUTH_YES;
    return proved ? canon_angle(c, (enum math_func)n->tag, angle) : n;
}

/* ---- powers of powers -------------------------------------------------------------------------
 */

/* ((1 - pi)^2)^(1/2) = pi - 1: an even power of a real is one of its absolute value. */
static math_node *even_power(math_ctx *c, math_node *n)
{
    math_node *inner = n->args[0];
    bool shape = n->args[1]->kind == MATH_NUM && !math_is_integer(n->args[1]) &&
                 inner->kind == MATH_POW && math_is_integer(inner->args[1]) &&
                 mpz_even_p(mpq_numref(inner->args[1]->q));
    int sign = shape ? constant_sign(c, inner->args[0]) : SIGN_UNKNOWN;
    math_node *e = math_number(c);
    if (sign == SIGN_UNKNOWN || sign == 0 || c->fault != MATH_FINE)
        return n;
    mpq_mul(e->q, n->args[1]->q, inner->args[1]->q);
    return canon_power(c, sign < 0 ? negated(c, inner->args[0]) : inner->args[0], e);
}

/* ---- the tree ---------------------------------------------------------------------------------
 */

static math_node *reduce_node(math_ctx *c, math_node *n)
{
    bool candidate = n->kind == MATH_FUNC || (n->kind == MATH_POW && n->args[0]->kind == MATH_POW);
    if (!candidate || c->fault != MATH_FINE || math_has(n, MATH_VAR, -1))
        return n;
    if (n->kind == MATH_POW)
        return even_power(c, n);
    switch (n->tag) {
    case FUNC_ABS: return absolute(c, n);
    case FUNC_FLOOR: return floored(c, n);
    case FUNC_MIN: case FUNC_MAX: return extreme(c, n);
    case FUNC_ASIN: case FUNC_ATAN: return arc(c, n);
    case FUNC_SIN: case FUNC_COS: return circular(c, n);
    default: return n;
    }
}

/* The node with argument `i`, and those after it that change, replaced. */
static math_node *with_reduced_args(math_ctx *c, math_node *n, size_t i, math_node *changed)
{
    math_node *copy = math_new(c, n->kind, n->tag);
    copy->s = n->s;
    for (size_t k = 0; k < n->n_args && c->fault == MATH_FINE; k++)
        math_push(c, copy, k < i ? n->args[k] : k == i ? changed : reduce(c, n->args[k]));
    return canon_of_forms(c, copy);
}

math_node *reduce(math_ctx *c, math_node *n)
{
    for (size_t i = 0; i < n->n_args && c->fault == MATH_FINE; i++) {
        math_node *a = reduce(c, n->args[i]);
        if (a != n->args[i])
            return reduce_node(c, with_reduced_args(c, n, i, a));
    }
    return c->fault == MATH_FINE ? reduce_node(c, n) : n;
}
