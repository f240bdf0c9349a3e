/* resample.c - tests and intervals that count rearrangements of the data: the paired comparison
 * with its sign-flip test, and the bootstrap of a mean. All assignments are enumerated while there
 * are few, else drawn by counter-based random numbers, so a seed gives the same result everywhere.
 *
 * Sums of the same scores in another order differ in their last bits; values closer than SLACK
 * times the sum of magnitudes are the same. */
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "evals/dist.h"
#include "evals/stats.h"

#define SLACK 1e-11

/* Differences b - a without an array of them. */
struct pairs {
    const double *a, *b;
    size_t n;
};

static double difference(const struct pairs *p, size_t i)
{
    return p->b[i] - p->a[i];
}

/* Sign assignments with |sum| >= observed, among all 2^n, in Gray code order: one sign changes a
 * step. The last sign is fixed, since flipping all of them changes no |sum|. */
static double flips_counted(const struct pairs *p, double observed)
{
    uint64_t steps = (uint64_t)1 << (p->n - 1), hits = 0, negative = 0;
    double sum = 0.0;
    for (size_t i = 0; i < p->n; i++)
        sum += difference(p, i);
    for (uint64_t step = 1;; step++) {
        hits += fabs(sum) >= observed;
        if (step == steps)
            break;
        unsigned flip = (unsigned)__builtin_ctzll(step);
        negative ^= (uint64_t)1 << flip;
        sum += (negative >> flip & 1 ? -2.0 : 2.0) * difference(p, flip);
    }
    return (double)hits / (double)steps;
}

/* Share among random assignments, the observed one included. */
static double flips_drawn(const struct pairs *p, double observed, uint64_t seed)
{
    uint64_t hits = 1;
    for (uint64_t draw = 1; draw < STATS_FLIP_DRAWS; draw++) {
        double sum = 0.0;
        uint64_t bits = 0;
        for (size_t i = 0; i < p->n; i++) {
            if (i % 64 == 0)
                bits = rng_bits(seed, draw, i / 64);
            sum += bits >> (i % 64) & 1 ? -difference(p, i) : difference(p, i);
        }
        hits += fabs(sum) >= observed;
    }
    return (double)hits / STATS_FLIP_DRAWS;
}

static void sign_flip(struct stats_paired *out, const struct pairs *p, uint64_t seed)
{
    double sum = 0.0, magnitude = 0.0;
    for (size_t i = 0; i < p->n; i++) {
        sum += difference(p, i);
        magnitude += fabs(difference(p, i));
    }
    double observed = fabs(sum) - SLACK * magnitude;
    bool exact = p->n <= STATS_FLIP_EXACT;
    out->p_flip = exact ? flips_counted(p, observed) : flips_drawn(p, observed, seed);
    out->n_assignments = exact ? ldexp(1.0, (int)p->n) : STATS_FLIP_DRAWS;
}

struct stats_paired stats_paired(const double *a, const double *b, size_t n, double confidence,
                                 uint64_t seed)
{
    struct pairs p = {a, b, n};
    struct stats_paired out = {.n = n, .se = NAN, .t = NAN, .p_t = NAN, .t_interval = {NAN, NAN}};
    for (size_t i = 0; i < n; i++)
        out.mean += difference(&p, i) / (double)n;
    sign_flip(&out, &p, seed);
    if (n < 2)
        return out;
    double squares = 0.0, df = (double)(n - 1);
    for (size_t i = 0; i < n; i++)
        squares += (difference(&p, i) - out.mean) * (difference(&p, i) - out.mean);
    out.se = sqrt(squares / df / (double)n);
    if (!(out.se > 0.0))
        return out;
    double half = out.se * dist_t_ppf(0.5 + 0.5 * confidence, df);
    out.t = out.mean / out.se;
    out.p_t = 2.0 * dist_t_cdf(-fabs(out.t), df);
    out.t_interval = (struct stats_interval){out.mean - half, out.mean + half};
    return out;
}

static int by_value(const void *a, const void *b)
{
    const struct stats_support *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

/* The next multiset of n indices in ascending order, after {0, 0, ...}; false after the last. */
static bool next_multiset(size_t *pick, size_t n)
{
    size_t i = n;
    while (i > 0 && pick[i - 1] == n - 1)
        i--;
    if (i == 0)
        return false;
    size_t value = pick[i - 1] + 1;
    for (i--; i < n; i++)
        pick[i] = value;
    return true;
}

/* Resample with these indices: its mean, and the n! / prod(m_i!) orders it can be drawn in. */
static struct stats_support resample(const double *values, const size_t *pick, size_t n)
{
    struct stats_support s = {0.0, 1.0};
    size_t run = 0;
    for (size_t i = 0; i < n; i++) {
        run = i > 0 && pick[i] == pick[i - 1] ? run + 1 : 1;
        s.value += values[pick[i]];
        s.count *= (double)(i + 1) / (double)run;
    }
    s.count = round(s.count);
    s.value /= (double)n;
    return s;
}

/* Joins neighbours that are equal up to rounding; a value that is zero up to rounding is zero. */
static size_t merge(struct stats_support *s, size_t n, double slack)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (fabs(s[i].value) <= slack)
            s[i].value = 0.0;
        if (kept > 0 && s[i].value - s[kept - 1].value <= slack)
            s[kept - 1].count += s[i].count;
        else
            s[kept++] = s[i];
    }
    return kept;
}

size_t stats_bootstrap_exact(struct stats_support *support, const double *values, size_t n)
{
    size_t pick[STATS_BOOT_N] = {0}, n_resamples = 0;
    double magnitude = 0.0;
    for (size_t i = 0; i < n; i++)
        magnitude = fmax(magnitude, fabs(values[i]));
    do
        support[n_resamples++] = resample(values, pick, n);
    while (next_multiset(pick, n));
    qsort(support, n_resamples, sizeof *support, by_value);
    return merge(support, n_resamples, SLACK * magnitude);
}

double stats_support_quantile(const struct stats_support *support, size_t n, double q)
{
    double total = 0.0, below = 0.0;
    for (size_t i = 0; i < n; i++)
        total += support[i].count;
    for (size_t i = 0; i + 1 < n; i++) {
        below += support[i].count;
        if (below >= q * total - SLACK * total)
            return support[i].value;
    }
    return support[n - 1].value;
}

double stats_bootstrap_se(const double *values, size_t n)
{
    double mean = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++)
        mean += values[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return sqrt(squares) / (double)n;
}

static int by_mean(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Smallest of n sorted values whose cumulative share is at least q. */
static double sorted_quantile(const double *sorted, size_t n, double q)
{
    double rank = ceil(q * (double)n - SLACK * (double)n);
    return rank < 1.0 ? sorted[0] : sorted[(size_t)rank - 1];
}

struct stats_interval stats_bootstrap(double *means, size_t n_resamples, const double *values,
                                      size_t n, double confidence, uint64_t seed)
{
    for (size_t r = 0; r < n_resamples; r++) {
        double sum = 0.0;
        for (size_t i = 0; i < n; i++)
            sum += values[(size_t)(rng_uniform(seed, r, i) * (double)n)];
        means[r] = sum / (double)n;
    }
    qsort(means, n_resamples, sizeof *means, by_mean);
    return (struct stats_interval){
        sorted_quantile(means, n_resamples, 0.5 - 0.5 * confidence),
        sorted_quantile(means, n_resamples, 0.5 + 0.5 * confidence),
    };
}
