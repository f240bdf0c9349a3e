/* stats.h - how far an accuracy can be trusted, and whether two runs differ.
 *
 * Scores of one problem are not independent of each other: the problem is the unit. So intervals
 * are built on problem means or on errors clustered by problem, and comparisons pair the two
 * runs problem by problem (Miller, Adding Error Bars to Evals, arXiv:2411.00640). A quantity
 * that does not exist for the data (no spread, one problem) is NaN. */
#ifndef EVALS_STATS_H
#define EVALS_STATS_H

#include <sheaf/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stats_interval {
    double low, high;
};

/* Interval for a proportion, k of n >= 1; `confidence` in (0, 1). Wilson's score interval without
 * continuity correction, and the exact one of Clopper and Pearson. */
struct stats_interval stats_wilson(size_t k, size_t n, double confidence);
struct stats_interval stats_clopper_pearson(size_t k, size_t n, double confidence);

/* Scores grouped by problem. N scores, G problems. */
struct stats_clustered {
    size_t n, n_clusters;
    double mean;     /* of all scores */
    double se_naive; /* sd / sqrt(N): as if all were independent */
    double se_cr0;   /* sqrt(sum over problems of (sum of deviations)^2) / N */
    double se_cr1;   /* se_cr0 sqrt(G / (G - 1)) */
    double cluster_mean, cluster_se;  /* mean of the problem means and its standard error */
    struct stats_interval t_interval; /* around cluster_mean, G - 1 degrees of freedom */
    bool balanced;                    /* as many scores for every problem */
};

/* scores: those of problem 0, then problem 1, ...; sizes [n_clusters >= 1], each >= 1. */
struct stats_clustered stats_clustered(const double *scores, const size_t *sizes, size_t n_clusters,
                                       double confidence);

#define STATS_FLIP_EXACT 20      /* problems up to which all sign assignments are counted */
#define STATS_FLIP_DRAWS 100000  /* random assignments beyond */

/* Paired comparison, differences b - a. */
struct stats_paired {
    size_t n;
    double mean, se;
    double t, p_t; /* paired t test, n - 1 degrees of freedom */
    struct stats_interval t_interval;
    double p_flip; /* two-sided sign-flip permutation test */
    double n_assignments; /* sign assignments it stands on */
};

/* a, b [n >= 1] per-problem scores. `seed` is used past STATS_FLIP_EXACT problems only. */
struct stats_paired stats_paired(const double *a, const double *b, size_t n, double confidence,
                                 uint64_t seed);

/* McNemar: b and c problems that only one of two runs solved. */
struct stats_mcnemar {
    double p_exact; /* two-sided binomial */
    double p_mid;   /* p_exact less the chance of the observed table */
    double chi2;    /* (|b - c| - 1)^2 / (b + c); NaN for b + c = 0 */
};

struct stats_mcnemar stats_mcnemar(size_t b, size_t c);

/* p_exact of two runs whose scores, 0 or 1, differ by diffs [n]. */
double stats_mcnemar_p(const double *diffs, size_t n);

#define STATS_BOOT_N 6         /* values for which the bootstrap is enumerated */
#define STATS_BOOT_SUPPORT 462 /* C(2n - 1, n): different resamples of 6 values */

/* Exact bootstrap distribution of a mean: a value and in how many of the n^n resamples it
 * occurs. */
struct stats_support {
    double value;
    double count;
};

/* All resamples of values [1 <= n <= STATS_BOOT_N]; support [STATS_BOOT_SUPPORT], ascending.
 * Returns the number of values. */
size_t stats_bootstrap_exact(struct stats_support *support, const double *values, size_t n);

/* Smallest value whose cumulative share is at least q. */
double stats_support_quantile(const struct stats_support *support, size_t n, double q);

/* Standard error of the bootstrap mean: sqrt(sum (x - mean)^2) / n. */
double stats_bootstrap_se(const double *values, size_t n);

/* Percentile bootstrap interval of the mean from n_resamples >= 1 random resamples of values [n
 * >= 1]. `means` [n_resamples] is scratch. */
struct stats_interval stats_bootstrap(double *means, size_t n_resamples, const double *values,
                                      size_t n, double confidence, uint64_t seed);

#endif
