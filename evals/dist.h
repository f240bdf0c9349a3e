/* dist.h - the distributions behind interval estimates. All are thread-safe and accurate to
 * about 1e-12 relative in the smaller tail; a NaN or a parameter outside its range gives NaN. */
#ifndef EVALS_DIST_H
#define EVALS_DIST_H

double dist_norm_cdf(double x);

/* Quantile of the standard normal; -INFINITY at 0, INFINITY at 1. */
double dist_norm_ppf(double p);

/* Student's t with df > 0 degrees of freedom. */
double dist_t_cdf(double x, double df);
double dist_t_ppf(double p, double df);

/* Quantile of Beta(a, b), a and b > 0. */
double dist_beta_ppf(double p, double a, double b);

#endif
