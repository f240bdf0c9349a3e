/* formal.c - see formal.h. The image under kernel_image.h is a rational function: residues decide
 * it if its coefficients are rational, values at random integers, each an algebraic number, if not.
 */
#include "verifiers/formal.h"

#include <math.h>

#include "base/rng.h"
#include "verifiers/canon.h"
#include "verifiers/constant.h"
#include "verifiers/kernel_image.h"
#include "verifiers/residue.h"
#include "verifiers/separation.h"

#define POINTS 5
#define POINT_BITS 30       /* of the random integers */
#define MAX_DEGREE 16384.0  /* (degree / 2^30)^5 < 2^-80 */
#define TINY_LOG2 (-64.0)
#define MAX_SCALE 1048576

/* Bound of the degrees of numerator and denominator together. */
static double degree(const math_node *n)
{
    double d = n->kind == MATH_VAR ? 1 : 0;
    for (size_t i = 0; i < n->n_args; i++)
        d += degree(n->args[i]);
    if (n->kind == MATH_POW && d > 0)
        d *= n->args[1]->kind == MATH_NUM ? fabs(mpq_get_d(n->args[1]->q)) : INFINITY;
    return d;
}

static const math_node *first_variable(const math_node *n)
{
    const math_node *found = n->kind == MATH_VAR ? n : NULL;
    for (size_t i = 0; i < n->n_args && !found; i++)
        found = first_variable(n->args[i]);
    return found;
}

/* The image with a random integer for every unknown. */
static math_node *at_point(math_ctx *c, math_node *image, uint64_t point)
{
    const math_node *v = first_variable(image);
    for (uint64_t i = 0; v && c->fault == MATH_FINE; i++) {
        uint64_t bits = rng_bits(c->seed, 100 + point, i) >> (64 - POINT_BITS);
        math_node *value = math_integer(c, (long)(bits | (uint64_t)1 << POINT_BITS));
        image = canon_substitute(c, image, v->s, value);
        v = first_variable(image);
    }
    return image;
}

static bool zero_at_points(math_ctx *c, math_node *image)
{
    if (degree(image) > MAX_DEGREE)
        return false;
    for (uint64_t i = 0; i < POINTS; i++) {
        math_node *value = at_point(c, image, i);
        if (c->fault != MATH_FINE || !isfinite(separation_bits(value)) ||
            constant_is_zero(c, value, NULL) != TRUTH_YES)
            return false;
    }
    return true;
}

static bool image_is_zero(math_ctx *c, math_node *image)
{
    if (image->kind == MATH_NUM)
        return mpq_sgn(image->q) == 0;
    enum residue_verdict r = residue_compare(c, image, math_integer(c, 0));
    return r == RESIDUE_EQUAL || (r == RESIDUE_OUTSIDE && zero_at_points(c, image));
}

/* ---- linear forms in logarithms ---------------------------------------------------------------
 */

/* n times the least number that makes the rational coefficients of its terms integers. */
static math_node *with_integer_coefficients(math_ctx *c, math_node *n)
{
    math_node *scale = math_integer(c, 1), *rest;
    bool sum = n->kind == MATH_ADD;
    for (size_t i = 0; i < (sum ? n->n_args : 1) && c->fault == MATH_FINE; i++) {
        math_node *k = canon_split(c, sum ? n->args[i] : n, &rest);
        mpz_lcm(mpq_numref(scale->q), mpq_numref(scale->q), mpq_denref(k->q));
    }
    if (c->fault != MATH_FINE || mpz_cmp_ui(mpq_numref(scale->q), MAX_SCALE) > 0)
        return NULL;
    math_node *factors[] = {scale, n};
    return canon_product(c, factors, 2);
}

/* Is |n| far below pi? */
static bool is_tiny(math_ctx *c, math_node *n)
{
    struct evaluation e = {.c = c, .bits = 192};
    rect r;
    rect_init(&r, e.bits);
    bool tiny = enclose(&e, &r, n) == ENCLOSED && rect_log2(&r) < TINY_LOG2;
    rect_clear(&r);
    return tiny;
}

/* e^x = 1 and |x| < pi: x = 0. `x` is the form, times i if `turned`. */
static bool exponential_is_one(math_ctx *c, math_node *n, bool turned)
{
    math_node *factors[] = {math_new(c, MATH_CONST, CONST_I), n};
    math_node *x = turned ? canon_product(c, factors, 2) : n;
    math_node *image = kernels_image_of_exp(c, x);
    if (c->fault != MATH_FINE || !isfinite(separation_bits(image)))
        return false;
    math_node *d = canon_difference(c, image, math_integer(c, 1));
    return constant_is_zero(c, d, NULL) == TRUTH_YES;
}

static bool vanishes_as_logarithm(math_ctx *c, math_node *n)
{
    bool logs = math_has(n, MATH_FUNC, FUNC_LN), arcs = math_has(n, MATH_FUNC, FUNC_ASIN) ||
                                                        math_has(n, MATH_FUNC, FUNC_ATAN);
    math_node *scaled = logs || arcs ? with_integer_coefficients(c, n) : NULL;
    if (!scaled || c->fault != MATH_FINE || !is_tiny(c, scaled))
        return false;
    return exponential_is_one(c, scaled, !logs);
}

bool formal_is_zero(math_ctx *c, math_node *n)
{
    if (c->fault != MATH_FINE)
        return false;
    math_node *image = kernels_image(c, n);
    bool zero = c->fault == MATH_FINE && image_is_zero(c, image);
    if (!zero && c->fault == MATH_FINE && !math_has(n, MATH_VAR, -1))
        zero = vanishes_as_logarithm(c, n);
    if (c->fault == MATH_OVER_LIMIT) { /* no proof this way; others may still do */
        c->fault = MATH_FINE;
        return false;
    }
    return zero && c->fault == MATH_FINE;
}
