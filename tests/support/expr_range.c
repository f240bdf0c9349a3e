/* expr_range.c - see expr_range.h. */
#include "tests/support/expr_range.h"

typedef int mpfr_op1(mpfr_t, mpfr_srcptr, mpfr_rnd_t);
typedef int mpfr_op2(mpfr_t, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

void range_init(struct range *x)
{
    mpfr_inits2(RANGE_BITS, x->lo, x->hi, (mpfr_ptr)NULL);
    range_set_int(x, 0);
}

void range_clear(struct range *x)
{
    mpfr_clears(x->lo, x->hi, (mpfr_ptr)NULL);
}

void range_set(struct range *out, const struct range *x)
{
    mpfr_set(out->lo, x->lo, MPFR_RNDD);
    mpfr_set(out->hi, x->hi, MPFR_RNDU);
}

void range_set_int(struct range *out, long n)
{
    mpfr_set_si(out->lo, n, MPFR_RNDD);
    mpfr_set_si(out->hi, n, MPFR_RNDU);
}

void range_set_pi(struct range *out)
{
    mpfr_const_pi(out->lo, MPFR_RNDD);
    mpfr_const_pi(out->hi, MPFR_RNDU);
}

bool range_is_zero(const struct range *x)
{
    return mpfr_zero_p(x->lo) && mpfr_zero_p(x->hi);
}

bool range_has_zero(const struct range *x)
{
    return !range_positive(x) && !range_negative(x);
}

bool range_positive(const struct range *x)
{
    return mpfr_cmp_ui(x->lo, 0) > 0; /* false for NaN: nothing is known */
}

bool range_negative(const struct range *x)
{
    return mpfr_cmp_ui(x->hi, 0) < 0;
}

bool range_apart(const struct range *x, const struct range *y)
{
    return mpfr_less_p(x->hi, y->lo) || mpfr_less_p(y->hi, x->lo);
}

void range_neg(struct range *out, const struct range *x)
{
    mpfr_t lo;
    mpfr_init2(lo, RANGE_BITS);
    mpfr_neg(lo, x->hi, MPFR_RNDD);
    mpfr_neg(out->hi, x->lo, MPFR_RNDU);
    mpfr_swap(out->lo, lo);
    mpfr_clear(lo);
}

void range_add(struct range *out, const struct range *x, const struct range *y)
{
    mpfr_add(out->lo, x->lo, y->lo, MPFR_RNDD);
    mpfr_add(out->hi, x->hi, y->hi, MPFR_RNDU);
}

static bool is_thin(const struct range *x)
{
    return mpfr_equal_p(x->lo, x->hi);
}

/* Least and greatest of `op` over the four pairs of ends. */
static void over_corners(struct range *out, const struct range *x, const struct range *y,
                         mpfr_op2 *op)
{
    struct range all;
    mpfr_t v;
    range_init(&all);
    mpfr_init2(v, RANGE_BITS);
    int step_x = is_thin(x) ? 2 : 1, last = is_thin(y) ? 1 : 3;
    for (int i = 0; i <= last; i += step_x) {
        mpfr_srcptr a = i & 1 ? x->hi : x->lo, b = i & 2 ? y->hi : y->lo;
        op(v, a, b, MPFR_RNDD);
        if (i == 0 || mpfr_less_p(v, all.lo))
            mpfr_set(all.lo, v, MPFR_RNDD);
        op(v, a, b, MPFR_RNDU);
        if (i == 0 || mpfr_greater_p(v, all.hi))
            mpfr_set(all.hi, v, MPFR_RNDU);
    }
    range_set(out, &all);
    mpfr_clear(v);
    range_clear(&all);
}

void range_mul(struct range *out, const struct range *x, const struct range *y)
{
    over_corners(out, x, y, mpfr_mul);
}

void range_div(struct range *out, const struct range *x, const struct range *y)
{
    over_corners(out, x, y, mpfr_div);
}

void range_root(struct range *out, const struct range *x, unsigned long k)
{
    mpfr_rootn_ui(out->lo, x->lo, k, MPFR_RNDD);
    mpfr_rootn_ui(out->hi, x->hi, k, MPFR_RNDU);
}

static void increasing(struct range *out, const struct range *x, mpfr_op1 *op)
{
    op(out->lo, x->lo, MPFR_RNDD);
    op(out->hi, x->hi, MPFR_RNDU);
}

void range_exp(struct range *out, const struct range *x)
{
    increasing(out, x, mpfr_exp);
}

void range_log(struct range *out, const struct range *x)
{
    increasing(out, x, mpfr_log);
}

void range_atan(struct range *out, const struct range *x)
{
    increasing(out, x, mpfr_atan);
}

/* The slope of `op` is at most 1, so its value at x.lo is off by at most the width of x. */
static void slowly(struct range *out, const struct range *x, mpfr_op1 *op)
{
    mpfr_t width;
    mpfr_init2(width, RANGE_BITS);
    mpfr_sub(width, x->hi, x->lo, MPFR_RNDU);
    op(out->hi, x->lo, MPFR_RNDU);
    op(out->lo, x->lo, MPFR_RNDD);
    mpfr_add(out->hi, out->hi, width, MPFR_RNDU);
    mpfr_sub(out->lo, out->lo, width, MPFR_RNDD);
    mpfr_clear(width);
}

void range_sin(struct range *out, const struct range *x)
{
    slowly(out, x, mpfr_sin);
}

void range_cos(struct range *out, const struct range *x)
{
    slowly(out, x, mpfr_cos);
}
