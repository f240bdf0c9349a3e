/* beta.h - the incomplete beta function, on which the stop rules (tts) and the interval estimates
 * (evals) stand. */
#ifndef BASE_BETA_H
#define BASE_BETA_H

/* Regularised incomplete beta function I_x(a, b): the chance that a Beta(a, b) variable is at most
 * x.
 *
 *   a, b  > 0
 *   x     clamped to [0, 1]
 *
 * Relative error of the smaller of I and 1 - I: below 1e-12 up to a, b = 1000, then growing with
 * the rounding of ln gamma to 1e-9 at 1e5 and 1e-7 at 1e7. NaN for a NaN argument or a, b <= 0.
 * Thread-safe. */
double beta_inc(double a, double b, double x);

/* ln of the density factor x^a (1-x)^b / B(a, b); -INFINITY where it is 0. 0 <= x <= 1. */
double beta_log_kernel(double a, double b, double x);

#endif
