/* enclose.c - the value of a form as a rectangle, bottom up. */
#include "verifiers/enclose.h"

#include <math.h>

#include "verifiers/exact.h"

#define MAX_INTEGER_BITS 65536

bool enclose_charge(const struct evaluation *e, double factor)
{
    double limbs = (double)e->bits / 64 + 1;
    return math_spend(e->c, factor * limbs * sqrt(limbs));
}

/* ---- decisions --------------------------------------------------------------------------------
 */

/* What a test of a part says: go on, more bits, or give up. */
static enum enclosure unless(const struct evaluation *e, enum truth t)
{
    if (e->bindings)
        return ENCLOSE_COARSE;
    return t == TRUTH_NO ? ENCLOSE_COARSE : ENCLOSE_OUTSIDE;
}

/* ENCLOSED when *r is surely not 0; UNDEFINED when it surely is. */
static enum enclosure need_nonzero(const struct evaluation *e, const rect *r, math_node *n)
{
    if (rect_excludes_zero(r))
        return ENCLOSED;
    enum truth zero = e->bindings ? TRUTH_UNKNOWN : constant_is_zero(e->c, n, NULL);
    return zero == TRUTH_YES ? ENCLOSE_UNDEFINED : unless(e, zero);
}

/* Makes *r flagged real if it is, unless it lies clear of the reals from 0 down anyway. */
static enum enclosure need_clear_of_cut(const struct evaluation *e, rect *r, math_node *n)
{
    if (r->real || interval_sign(&r->re) > 0 || interval_sign(&r->im) != 0)
        return ENCLOSED;
    enum truth real = e->bindings ? TRUTH_UNKNOWN : constant_is_real(e->c, n);
    if (real != TRUTH_YES)
        return unless(e, real);
    interval_set_si(&r->im, 0);
    r->real = true;
    return ENCLOSED;
}

static enum enclosure need_real(const struct evaluation *e, rect *r, math_node *n)
{
    if (r->real)
        return ENCLOSED;
    if (interval_sign(&r->im) != 0)
        return ENCLOSE_NONREAL;
    enum truth real = e->bindings ? TRUTH_UNKNOWN : constant_is_real(e->c, n);
    if (real != TRUTH_YES)
        return real == TRUTH_NO ? ENCLOSE_NONREAL : unless(e, real);
    interval_set_si(&r->im, 0);
    r->real = true;
    return ENCLOSED;
}

/* ---- powers -----------------------------------------------------------------------------------
 */

static enum enclosure integer_power(const struct evaluation *e, rect *r, const math_node *n)
{
    mpz_srcptr k = mpq_numref(n->args[1]->q);
    enum enclosure s = mpz_sgn(k) < 0 ? need_nonzero(e, r, n->args[0]) : ENCLOSED;
    if (s != ENCLOSED || !enclose_charge(e, NODE_FUEL * (double)mpz_sizeinbase(k, 2)))
        return s == ENCLOSED ? ENCLOSE_OUTSIDE : s;
    return rect_pow(r, r, k) ? ENCLOSED : ENCLOSE_OUTSIDE;
}

/* The real root of odd index of a negative number. */
static void negative_root(rect *r, unsigned long index)
{
    rect_neg(r, r);
    rect_root(r, r, index);
    rect_neg(r, r);
}

/* x^(p/q) = (q-th root of x)^p: the real root where there is one, else the principal value. */
static enum enclosure root_power(const struct evaluation *e, rect *r, math_node *n)
{
    mpz_srcptr p = mpq_numref(n->args[1]->q), q = mpq_denref(n->args[1]->q);
    enum enclosure s = need_nonzero(e, r, n->args[0]);
    if (s == ENCLOSE_UNDEFINED && mpz_sgn(p) > 0) { /* 0 to a positive power */
        interval_set_si(&r->re, 0);
        interval_set_si(&r->im, 0);
        r->real = true;
        return ENCLOSED;
    }
    if (s == ENCLOSED)
        s = need_clear_of_cut(e, r, n->args[0]);
    double index = fmin(mpz_get_d(q), DEAREST_INDEX);
    bool paid = enclose_charge(e, ROOT_FUEL * index + NODE_FUEL * (double)mpz_sizeinbase(p, 2));
    if (s != ENCLOSED || !paid)
        return s != ENCLOSED ? s : ENCLOSE_OUTSIDE;
    bool negative = r->real && interval_sign(&r->re) < 0;
    if (!r->real && !enclose_charge(e, ARC_FUEL + FUNCTION_FUEL))
        return ENCLOSE_OUTSIDE;
    if (negative && mpz_odd_p(q))
        negative_root(r, mpz_get_ui(q));
    else if (e->real_domain && negative)
        return ENCLOSE_NONREAL;
    else if (!rect_root(r, r, mpz_get_ui(q)))
        return ENCLOSE_COARSE;
    return rect_pow(r, r, p) ? ENCLOSED : ENCLOSE_COARSE;
}

static enum enclosure logarithm(const struct evaluation *e, rect *r, math_node *n)
{
    enum enclosure s = need_nonzero(e, r, n);
    if (s == ENCLOSED)
        s = need_clear_of_cut(e, r, n);
    if (s != ENCLOSED)
        return s;
    if (e->real_domain && r->real && interval_sign(&r->re) < 0)
        return ENCLOSE_NONREAL;
    bool fine = enclose_charge(e, FUNCTION_FUEL + (r->real ? 0 : ARC_FUEL)) && rect_log(r, r);
    return fine ? ENCLOSED : ENCLOSE_COARSE;
}

/* b^x = exp(x log b) */
static enum enclosure general_power(const struct evaluation *e, rect *r, math_node *n)
{
    rect x;
    rect_init(&x, e->bits);
    enum enclosure s = enclose(e, &x, n->args[1]);
    if (s == ENCLOSED && !math_is_const(n->args[0], CONST_E)) {
        s = logarithm(e, r, n->args[0]);
        if (s == ENCLOSED && !r->real && math_is_number(n->args[1]))
            s = ENCLOSE_OUTSIDE; /* odd roots of negative numbers are another value */
        if (s == ENCLOSED)
            rect_mul(&x, &x, r);
    }
    if (s == ENCLOSED)
        s = enclose_charge(e, FUNCTION_FUEL) && rect_exp(r, &x) ? ENCLOSED : ENCLOSE_OUTSIDE;
    rect_clear(&x);
    return s;
}

static enum enclosure of_power(const struct evaluation *e, rect *r, math_node *n)
{
    enum enclosure s = enclose(e, r, n->args[0]);
    if (s != ENCLOSED)
        return s;
    if (math_is_integer(n->args[1]))
        return integer_power(e, r, n);
    bool root = math_is_number(n->args[1]) && !math_is_const(n->args[0], CONST_E) &&
                mpz_fits_ulong_p(mpq_denref(n->args[1]->q));
    return root ? root_power(e, r, n) : general_power(e, r, n);
}

/* ---- functions --------------------------------------------------------------------------------
 */

/* (exp x + sign exp -x) / 2 */
static bool half_sum_of_exp(rect *r, const rect *x, int sign)
{
    rect down;
    rect_init(&down, interval_bits(&r->re));
    rect_neg(&down, x);
    bool fine = rect_exp(&down, &down) && rect_exp(r, x);
    if (sign < 0)
        rect_neg(&down, &down);
    rect_add(r, r, &down);
    rect_clear(&down);
    for (int i = 0; i < 2; i++) {
        interval *part = i ? &r->im : &r->re;
        mpfr_div_2ui(part->lo, part->lo, 1, MPFR_RNDD);
        mpfr_div_2ui(part->hi, part->hi, 1, MPFR_RNDU);
    }
    return fine;
}

/* sine (sign -1) or cosine (sign 1) */
static bool circular(rect *r, const rect *x, int sign)
{
    rect t;
    rect_init(&t, interval_bits(&r->re));
    bool fine;
    if (x->real) {
        interval_set(&t.re, &x->re);
        fine = sign < 0 ? interval_sin_cos(&r->re, &t.im, &t.re)
                        : interval_sin_cos(&t.im, &r->re, &t.re);
        interval_set_si(&r->im, 0);
        r->real = true;
    } else {
        rect_times_i(&t, x);
        fine = half_sum_of_exp(r, &t, sign);
        for (int i = 0; i < 3 && sign < 0; i++)
            rect_times_i(r, r); /* 1/i = i^3 */
    }
    rect_clear(&t);
    return fine;
}

static void modulus(rect *r)
{
    rect_modulus(&r->re, r);
    interval_set_si(&r->im, 0);
    r->real = true;
}

static void set_integer(rect *r, mpz_srcptr n)
{
    mpfr_set_z(r->re.lo, n, MPFR_RNDD);
    mpfr_set_z(r->re.hi, n, MPFR_RNDU);
}

static enum enclosure rounded_down(const struct evaluation *e, rect *r, math_node *n)
{
    enum enclosure s = need_real(e, r, n->args[0]);
    if (s != ENCLOSED)
        return s;
    mpz_t k;
    mpz_init(k);
    bool known = interval_floor(k, &r->re, MAX_INTEGER_BITS) ||
                 (!e->bindings && constant_floor(e->c, k, n->args[0]));
    set_integer(r, k);
    mpz_clear(k);
    return known ? ENCLOSED : e->bindings ? ENCLOSE_COARSE : ENCLOSE_OUTSIDE;
}

static enum enclosure extreme(const struct evaluation *e, rect *r, math_node *n)
{
    rect x;
    rect_init(&x, e->bits);
    enum enclosure s = need_real(e, r, n->args[0]);
    for (size_t i = 1; i < n->n_args && s == ENCLOSED; i++) {
        s = enclose(e, &x, n->args[i]);
        if (s == ENCLOSED)
            s = need_real(e, &x, n->args[i]);
        if (n->tag == FUNC_MIN)
            interval_min(&r->re, &r->re, &x.re);
        else
            interval_max(&r->re, &r->re, &x.re);
    }
    rect_clear(&x);
    return s;
}

static enum enclosure arc(const struct evaluation *e, rect *r, math_node *n)
{
    enum enclosure s = need_real(e, r, n->args[0]);
    if (s != ENCLOSED)
        return s == ENCLOSE_NONREAL ? ENCLOSE_OUTSIDE : s;
    if (n->tag == FUNC_ATAN)
        interval_atan(&r->re, &r->re);
    else if (mpfr_cmp_si(r->re.lo, 1) > 0 || mpfr_cmp_si(r->re.hi, -1) < 0)
        return e->real_domain ? ENCLOSE_NONREAL : ENCLOSE_OUTSIDE;
    else if (!interval_asin(&r->re, &r->re))
        return ENCLOSE_COARSE;
    return ENCLOSED;
}

static enum enclosure fine_or_outside(bool fine)
{
    return fine ? ENCLOSED : ENCLOSE_OUTSIDE;
}

/* Of a complex number sine and cosine are two exponentials. ln pays itself. */
static double function_fuel(int f, bool real)
{
    switch (f) {
    case FUNC_ASIN: return 2 * ARC_FUEL;
    case FUNC_ATAN: return ARC_FUEL;
    case FUNC_SIN: case FUNC_COS: return real ? FUNCTION_FUEL : 4 * FUNCTION_FUEL;
    case FUNC_SINH: case FUNC_COSH: return real ? 2 * FUNCTION_FUEL : 4 * FUNCTION_FUEL;
    default: return 0;
    }
}

static enum enclosure of_function(const struct evaluation *e, rect *r, math_node *n)
{
    enum enclosure s = enclose(e, r, n->args[0]);
    if (s != ENCLOSED)
        return s;
    if (!enclose_charge(e, function_fuel(n->tag, r->real)))
        return ENCLOSE_OUTSIDE;
    switch (n->tag) {
    case FUNC_SIN: return fine_or_outside(circular(r, r, -1));
    case FUNC_COS: return fine_or_outside(circular(r, r, 1));
    case FUNC_SINH: return fine_or_outside(half_sum_of_exp(r, r, -1));
    case FUNC_COSH: return fine_or_outside(half_sum_of_exp(r, r, 1));
    case FUNC_LN: return logarithm(e, r, n->args[0]);
    case FUNC_ASIN: case FUNC_ATAN: return arc(e, r, n);
    case FUNC_FLOOR: return rounded_down(e, r, n);
    case FUNC_MIN: case FUNC_MAX: return extreme(e, r, n);
    case FUNC_ABS: modulus(r); return ENCLOSED;
    default: return ENCLOSE_OUTSIDE;
    }
}

/* ---- the tree ---------------------------------------------------------------------------------
 */

static enum enclosure of_constant(rect *r, const math_node *n)
{
    r->real = n->tag != CONST_I;
    switch (n->tag) {
    case CONST_I: interval_set_si(&r->im, 1); return ENCLOSED;
    case CONST_PI: interval_set_pi(&r->re); return ENCLOSED;
    case CONST_E:
        interval_set_si(&r->re, 1);
        interval_exp(&r->re, &r->re);
        return ENCLOSED;
    default: return ENCLOSE_OUTSIDE;
    }
}

static enum enclosure of_variable(const struct evaluation *e, rect *r, const math_node *n)
{
    for (size_t i = 0; i < e->n_bindings; i++)
        if (text_equal(e->bindings[i].name, n->s)) {
            interval_set_q(&r->re, e->bindings[i].value->q);
            return ENCLOSED;
        }
    return ENCLOSE_OUTSIDE;
}

static enum enclosure of_product(const struct evaluation *e, rect *r, const math_node *n)
{
    rect x;
    enum enclosure s = enclose(e, r, n->args[0]);
    rect_init(&x, e->bits);
    for (size_t i = 1; i < n->n_args && s == ENCLOSED; i++) {
        rect_set_zero(&x);
        s = enclose(e, &x, n->args[i]);
        if (s == ENCLOSED)
            rect_mul(r, r, &x);
    }
    rect_clear(&x);
    return s;
}

enum enclosure enclose(const struct evaluation *e, rect *r, math_node *n)
{
    enum enclosure s;
    if (!math_spend(e->c, TOUCH_FUEL) || !enclose_charge(e, NODE_FUEL) || e->c->fault != MATH_FINE)
        return ENCLOSE_OUTSIDE;
    switch (n->kind) {
    case MATH_NUM:
        math_charge(e->c, exact_bits(n->q));
        interval_set_q(&r->re, n->q);
        s = ENCLOSED;
        break;
    case MATH_CONST: s = of_constant(r, n); break;
    case MATH_VAR: s = of_variable(e, r, n); break;
    case MATH_ADD: s = enclose_sum(e, r, n); break;
    case MATH_MUL: s = of_product(e, r, n); break;
    case MATH_POW: s = of_power(e, r, n); break;
    case MATH_FUNC: s = of_function(e, r, n); break;
    case MATH_UNDEF: s = ENCLOSE_UNDEFINED; break;
    default: s = ENCLOSE_OUTSIDE;
    }
    return s == ENCLOSED && !rect_is_finite(r) ? ENCLOSE_OUTSIDE : s;
}
