/* interval_function.c - roots, exp, log and circular functions of intervals. MPFR is asked for one
 * value where that is enough: of a single number it gives both ends, and between the ends of a
 * narrow interval a bound of the slope does. */
#include "verifiers/interval.h"

#define SINE_LIMIT 64 /* log2 of the largest argument of sine and cosine */
#define NARROW_LOG2 (-16)

void interval_root(interval *r, const interval *x, unsigned long k)
{
    bool point = interval_is_point(x) && mpfr_sgn(x->lo) > 0;
    int inexact = 0;
    if (mpfr_sgn(x->lo) <= 0)
        mpfr_set_zero(r->lo, 1);
    else
        inexact = mpfr_rootn_ui(r->lo, x->lo, k, MPFR_RNDD);
    if (point)
        interval_close_above(r, inexact);
    else
        mpfr_rootn_ui(r->hi, x->hi, k, MPFR_RNDU);
}

typedef int rounded_function(mpfr_ptr r, mpfr_srcptr x, mpfr_rnd_t towards);

/* A rising function; of a single number one value gives both ends. */
static void rising(interval *r, const interval *x, rounded_function *f)
{
    bool point = interval_is_point(x);
    int inexact = f(r->lo, x->lo, MPFR_RNDD);
    if (point)
        interval_close_above(r, inexact);
    else
        f(r->hi, x->hi, MPFR_RNDU);
}

/* hi - lo, rounded up, when it is so small a part of every number between that a bound of the slope
 * loses nothing. Then the value at the lower end and the slope give the upper end. */
static bool is_narrow(mpfr_ptr width, const interval *x)
{
    bool regular = mpfr_regular_p(x->lo) && mpfr_regular_p(x->hi) &&
                   mpfr_sgn(x->lo) == mpfr_sgn(x->hi);
    mpfr_sub(width, x->hi, x->lo, MPFR_RNDU);
    return regular && mpfr_regular_p(width) && mpfr_get_exp(width) < NARROW_LOG2 &&
           mpfr_get_exp(width) - mpfr_get_exp(x->lo) < NARROW_LOG2;
}

/* Upper bounds of the slope between the ends; `t` is lo or hi, whatever is nearer to 0. */
typedef void slope_bound(mpfr_ptr slope, mpfr_srcptr t, const interval *value);

static void steep(interval *r, const interval *x, rounded_function *f, slope_bound *slope)
{
    mpfr_t width, s;
    mpfr_inits2(interval_bits(r), width, s, (mpfr_ptr)0);
    if (interval_is_point(x) || !is_narrow(width, x)) {
        rising(r, x, f);
    } else {
        bool positive = mpfr_sgn(x->lo) > 0;
        mpfr_set(s, positive ? x->lo : x->hi, MPFR_RNDZ);
        interval_close_above(r, f(r->lo, x->lo, MPFR_RNDD));
        slope(s, s, r);
        mpfr_mul(s, s, width, MPFR_RNDU);
        mpfr_add(r->hi, r->hi, s, MPFR_RNDU);
    }
    mpfr_clears(width, s, (mpfr_ptr)0);
}

/* e^hi - e^lo <= e^lo (1 + w) w for a width w < 1 */
static void slope_of_exp(mpfr_ptr slope, mpfr_srcptr t, const interval *value)
{
    (void)t;
    mpfr_set(slope, value->hi, MPFR_RNDU);
    mpfr_mul_2si(slope, slope, NARROW_LOG2, MPFR_RNDU);
    mpfr_add(slope, slope, value->hi, MPFR_RNDU);
}

static void slope_of_log(mpfr_ptr slope, mpfr_srcptr t, const interval *value)
{
    (void)value;
    mpfr_ui_div(slope, 1, t, MPFR_RNDU);
}

/* 1 / (1 + t^2) */
static void slope_of_atan(mpfr_ptr slope, mpfr_srcptr t, const interval *value)
{
    (void)value;
    mpfr_sqr(slope, t, MPFR_RNDD);
    mpfr_add_ui(slope, slope, 1, MPFR_RNDD);
    mpfr_ui_div(slope, 1, slope, MPFR_RNDU);
}

void interval_exp(interval *r, const interval *x)
{
    steep(r, x, mpfr_exp, slope_of_exp);
}

bool interval_log(interval *r, const interval *x)
{
    if (mpfr_sgn(x->lo) <= 0)
        return false;
    steep(r, x, mpfr_log, slope_of_log);
    return true;
}

/* [value - slack, value + slack] for lo rounded down and hi rounded up, cut at [-1, 1]. */
static void widen_sine(interval *r, mpfr_srcptr slack)
{
    mpfr_sub(r->lo, r->lo, slack, MPFR_RNDD);
    mpfr_add(r->hi, r->hi, slack, MPFR_RNDU);
    if (mpfr_cmp_si(r->lo, -1) < 0)
        mpfr_set_si(r->lo, -1, MPFR_RNDD);
    if (mpfr_cmp_si(r->hi, 1) > 0)
        mpfr_set_si(r->hi, 1, MPFR_RNDU);
}

/* Both functions move by no more than their argument: the lower end's value, widened by the width.
 * One call gives both, rounded down; the next number up is an upper bound. */
bool interval_sin_cos(interval *sin, interval *cos, const interval *x)
{
    bool huge = mpfr_cmp_ui_2exp(x->hi, 1, SINE_LIMIT) > 0 ||
                mpfr_cmp_si_2exp(x->lo, -1, SINE_LIMIT) < 0 || !interval_is_finite(x);
    if (huge)
        return false;
    mpfr_t slack, at;
    mpfr_inits2(interval_bits(x), slack, at, (mpfr_ptr)0);
    mpfr_sub(slack, x->hi, x->lo, MPFR_RNDU);
    mpfr_set(at, x->lo, MPFR_RNDN);
    mpfr_sin_cos(sin->lo, cos->lo, at, MPFR_RNDD);
    interval *const results[] = {sin, cos};
    for (int i = 0; i < 2; i++) {
        mpfr_set(results[i]->hi, results[i]->lo, MPFR_RNDU);
        if (!mpfr_zero_p(at)) /* exact at 0 */
            mpfr_nextabove(results[i]->hi);
        widen_sine(results[i], slack);
    }
    mpfr_clears(slack, at, (mpfr_ptr)0);
    return true;
}

void interval_atan(interval *r, const interval *x)
{
    steep(r, x, mpfr_atan, slope_of_atan);
}

bool interval_asin(interval *r, const interval *x)
{
    if (mpfr_cmp_si(x->lo, -1) < 0 || mpfr_cmp_si(x->hi, 1) > 0)
        return false;
    rising(r, x, mpfr_asin);
    return true;
}
