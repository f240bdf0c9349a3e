/* stats.c - intervals and tests; resampling is in resample.c. */
#include "evals/stats.h"

#include <math.h>

#include "base/beta.h"
#include "evals/dist.h"

static double mean_of(const double *v, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += v[i];
    return sum / (double)n;
}

static struct stats_interval around(double mid, double half)
{
    return (struct stats_interval){mid - half, mid + half};
}

struct stats_interval stats_wilson(size_t k, size_t n, double confidence)
{
    double z = dist_norm_ppf(0.5 + 0.5 * confidence), z2 = z * z;
    double total = (double)n, share = (double)k / total;
    double mid = (share + z2 / (2.0 * total)) / (1.0 + z2 / total);
    double half = z / (1.0 + z2 / total) *
                  sqrt(share * (1.0 - share) / total + z2 / (4.0 * total * total));
    struct stats_interval i = around(mid, half);
    if (k == 0)
        i.low = 0.0;
    if (k == n)
        i.high = 1.0;
    return i;
}

struct stats_interval stats_clopper_pearson(size_t k, size_t n, double confidence)
{
    double tail = 0.5 * (1.0 - confidence), hits = (double)k, misses = (double)(n - k);
    return (struct stats_interval){
        .low = k == 0 ? 0.0 : dist_beta_ppf(tail, hits, misses + 1.0),
        .high = k == n ? 1.0 : dist_beta_ppf(1.0 - tail, hits + 1.0, misses),
    };
}

/* Mean of n values, its standard error and t interval (NaN for n = 1). */
struct mean_error {
    double mean, se;
    struct stats_interval t_interval;
};

/* Values are given by their sum and the sum of squared deviations. */
static struct mean_error mean_error(double mean, double squares, size_t n, double confidence)
{
    struct mean_error m = {mean, NAN, {NAN, NAN}};
    if (n < 2)
        return m;
    m.se = sqrt(squares / (double)(n - 1) / (double)n);
    m.t_interval = around(mean, m.se * dist_t_ppf(0.5 + 0.5 * confidence, (double)(n - 1)));
    return m;
}

/* Sums of squares that the cluster statistics need. */
struct cluster_sums {
    double deviations;   /* of every score from the mean, squared */
    double by_cluster;   /* sum of deviations of a cluster, squared */
    double mean_squares; /* cluster means from their mean, squared */
};

static struct cluster_sums cluster_sums(const double *scores, const size_t *sizes,
                                        size_t n_clusters, double mean, double cluster_mean)
{
    struct cluster_sums s = {0};
    for (size_t g = 0; g < n_clusters; scores += sizes[g++]) {
        double off = 0.0;
        for (size_t i = 0; i < sizes[g]; i++) {
            double d = scores[i] - mean;
            off += d;
            s.deviations += d * d;
        }
        s.by_cluster += off * off;
        double m = mean_of(scores, sizes[g]) - cluster_mean;
        s.mean_squares += m * m;
    }
    return s;
}

struct stats_clustered stats_clustered(const double *scores, const size_t *sizes, size_t n_clusters,
                                       double confidence)
{
    struct stats_clustered c = {.n_clusters = n_clusters, .balanced = true};
    double sum = 0.0;
    for (size_t g = 0; g < n_clusters; g++) {
        sum += mean_of(scores + c.n, sizes[g]);
        c.n += sizes[g];
        c.balanced &= sizes[g] == sizes[0];
    }
    c.mean = mean_of(scores, c.n);
    double groups = (double)n_clusters, middle = sum / groups;
    struct cluster_sums s = cluster_sums(scores, sizes, n_clusters, c.mean, middle);
    struct mean_error m = mean_error(middle, s.mean_squares, n_clusters, confidence);
    c.cluster_mean = m.mean;
    c.cluster_se = m.se;
    c.t_interval = m.t_interval;
    c.se_naive = mean_error(c.mean, s.deviations, c.n, confidence).se;
    c.se_cr0 = sqrt(s.by_cluster) / (double)c.n;
    c.se_cr1 = n_clusters < 2 ? NAN : c.se_cr0 * sqrt(groups / (groups - 1.0));
    return c;
}

struct stats_mcnemar stats_mcnemar(size_t b, size_t c)
{
    double n = (double)(b + c), few = (double)(b < c ? b : c);
    if (b + c == 0)
        return (struct stats_mcnemar){1.0, 1.0, NAN};
    /* P(X <= few) for X ~ Bin(n, 1/2), few < n; P(X = few) from ln B, as C(n, k) = 1 / ((n + 1)
     * B). */
    double at_most = beta_inc(n - few, few + 1.0, 0.5);
    double exactly = exp(beta_log_kernel(few + 1.0, n - few + 1.0, 0.5)) * 4.0 / (n + 1.0);
    double gap = fabs((double)b - (double)c) - 1.0, p = fmin(1.0, 2.0 * at_most);
    return (struct stats_mcnemar){.p_exact = p, .p_mid = p - exactly, .chi2 = gap * gap / n};
}

double stats_mcnemar_p(const double *diffs, size_t n)
{
    size_t gained = 0, lost = 0;
    for (size_t i = 0; i < n; i++) {
        gained += diffs[i] > 0;
        lost += diffs[i] < 0;
    }
    return stats_mcnemar(gained, lost).p_exact;
}
