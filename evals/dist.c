/* dist.c - see dist.h. Quantiles are roots of the distribution functions, found by Newton steps
 * that can not run away, so there are no tables of coefficients. */
#include "evals/dist.h"

#include <math.h>
#include <stdbool.h>

#include "base/beta.h"

#define PI 3.14159265358979323846
#define MAX_STEPS 400

double dist_norm_cdf(double x)
{
    return 0.5 * erfc(-x / sqrt(2.0));
}

/* Lower half, 0 < p < 0.5. ln cdf is concave and increasing and the start lies left of the root,
 * since cdf(-x) <= exp(-x^2 / 2) / 2: Newton's steps rise to the root and never pass it. */
static double norm_ppf_low(double p)
{
    double x = -sqrt(-2.0 * log(p));
    for (int i = 0; i < MAX_STEPS; i++) {
        double cdf = dist_norm_cdf(x), pdf = exp(-0.5 * x * x) / sqrt(2.0 * PI);
        double step = log(p / cdf) * cdf / pdf;
        x += step;
        if (fabs(step) <= 1e-15 * fabs(x))
            break;
    }
    return x;
}

double dist_norm_ppf(double p)
{
    if (!(p >= 0.0 && p <= 1.0))
        return NAN;
    if (p == 0.0 || p == 1.0)
        return p == 0.0 ? -INFINITY : INFINITY;
    if (p == 0.5)
        return 0.0;
    return p < 0.5 ? norm_ppf_low(p) : -norm_ppf_low(1.0 - p);
}

/* Newton on I_x(a, b) = p inside a bracket that shrinks at every step; a step that leaves it is
 * replaced by halving. */
double dist_beta_ppf(double p, double a, double b)
{
    if (!(p >= 0.0 && p <= 1.0) || !(a > 0.0) || !(b > 0.0))
        return NAN;
    if (p == 0.0 || p == 1.0)
        return p;
    double low = 0.0, high = 1.0, x = a / (a + b);
    for (int i = 0; i < MAX_STEPS && high > low; i++) {
        double off = beta_inc(a, b, x) - p;
        *(off > 0.0 ? &high : &low) = x;
        double slope = exp(beta_log_kernel(a, b, x)) / (x * (1.0 - x));
        double next = x - off / slope;
        if (!(next > low && next < high))
            next = 0.5 * (low + high);
        bool settled = fabs(next - x) <= 1e-15 * x;
        x = next;
        if (settled)
            break;
    }
    return x;
}

/* P(|T| > |x|) = I_{df / (df + x^2)}(df / 2, 1 / 2). */
double dist_t_cdf(double x, double df)
{
    double outside = beta_inc(0.5 * df, 0.5, df / (df + x * x));
    return x < 0.0 ? 0.5 * outside : 1.0 - 0.5 * outside;
}

/* Lower half, 0 < p < 0.5: 2p is the mass outside +-t. The beta variable df / (df + t^2) is near
 * 1 for small t, so there its complement is sought instead. */
static double t_ppf_low(double p, double df)
{
    double outside = 2.0 * p;
    if (outside < 0.5) {
        double y = dist_beta_ppf(outside, 0.5 * df, 0.5);
        return -sqrt(df * (1.0 - y) / y);
    }
    double y = dist_beta_ppf(1.0 - outside, 0.5, 0.5 * df);
    return -sqrt(df * y / (1.0 - y));
}

double dist_t_ppf(double p, double df)
{
    if (!(p >= 0.0 && p <= 1.0) || !(df > 0.0))
        return NAN;
    if (p == 0.0 || p == 1.0)
        return p == 0.0 ? -INFINITY : INFINITY;
    if (p == 0.5)
        return 0.0;
    return p < 0.5 ? t_ppf_low(p, df) : -t_ppf_low(1.0 - p, df);
}
