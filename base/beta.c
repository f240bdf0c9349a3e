/* beta.c - I_x(a, b) by its continued fraction (DLMF 8.17.22), evaluated with the modified Lentz
 * method.
 *
 * The fraction converges fast left of the mean, x < (a+1)/(a+b+2); on the right the symmetry
 * I_x(a, b) = 1 - I_{1-x}(b, a) is used, where the result is not small, so nothing cancels. The
 * number of terms grows like sqrt(max(a, b)). */
#include "base/beta.h"

#include <math.h>
#include <stdbool.h>

#define MAX_TERMS 20000
#define TINY 1e-300

/* lgamma() writes the global `signgam`; this form does not. */
static double log_gamma(double v)
{
    int sign;
    return lgamma_r(v, &sign);
}

double beta_log_kernel(double a, double b, double x)
{
    return a * log(x) + b * log1p(-x) + log_gamma(a + b) - log_gamma(a) - log_gamma(b);
}

static double away_from_zero(double v)
{
    return fabs(v) < TINY ? TINY : v;
}

/* One Lentz step with partial numerator `num`; returns the factor that the fraction is
 * multiplied by. */
static double lentz_step(double *c, double *d, double num)
{
    *d = 1.0 / away_from_zero(1.0 + num * *d);
    *c = away_from_zero(1.0 + num / *c);
    return *c * *d;
}

/* The continued fraction 1 / (1 + d1 / (1 + d2 / ...)). */
static double fraction(double a, double b, double x)
{
    double c = 1.0;
    double d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    double f = d;
    for (int m = 1; m <= MAX_TERMS; m++) {
        double a2m = a + 2.0 * m;
        f *= lentz_step(&c, &d, m * (b - m) * x / ((a2m - 1.0) * a2m));
        double step = lentz_step(&c, &d, -(a + m) * (a + b + m) * x / (a2m * (a2m + 1.0)));
        f *= step;
        if (fabs(step - 1.0) < 1e-16)
            break;
    }
    return f;
}

double beta_inc(double a, double b, double x)
{
    if (isnan(x) || !(a > 0.0) || !(b > 0.0))
        return NAN;
    if (x <= 0.0)
        return 0.0;
    if (x >= 1.0)
        return 1.0;
    bool left = x < (a + 1.0) / (a + b + 2.0);
    double front = exp(beta_log_kernel(a, b, x));
    return left ? front * fraction(a, b, x) / a : 1.0 - front * fraction(b, a, 1.0 - x) / b;
}
