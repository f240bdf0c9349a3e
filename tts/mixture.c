/* mixture.c - see mixture.h.
 *
 * Start: the quartiles as means, the sample variance for both, equal shares. A variance never falls
 * below 1e-4 of the sample's: a mode that closes in on one value would have an unbounded
 * likelihood. A symmetric set settles on the symmetric solution: later rounds would leave it for
 * one that rounding errors choose. */
#include "tts/mixture.h"

#include <math.h>
#include <stdlib.h>

#include "tts/threshold.h"

#define VALUES_MIN 4
#define ROUNDS_MAX 500
#define VARIANCE_FLOOR 1e-4 /* of the sample variance */
#define SETTLED 1e-12       /* change of a mean, in sample deviations */
#define TIE 1e-6            /* the middle of a symmetric set is at 1/2 up to rounding */

static double mean_of(const double *v, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += v[i];
    return sum / (double)n;
}

static double variance_of(const double *v, size_t n, double mean)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (v[i] - mean) * (v[i] - mean);
    return sum / (double)n;
}

/* ln of share times density, without the constant that both modes have. */
static double log_weight(const struct mixture_mode *m, double v)
{
    double d = v - m->mean;
    return log(m->share) - 0.5 * (log(m->variance) + d * d / m->variance);
}

/* Posterior of the low mode. */
static double low_posterior(const struct mixture *m, double v)
{
    return 1.0 / (1.0 + exp(log_weight(&m->high, v) - log_weight(&m->low, v)));
}

/* Weighted sums over the values for one mode. */
struct moments {
    double weight, first, second;
};

static void moments_add(struct moments *m, double weight, double v, double centre)
{
    m->weight += weight;
    m->first += weight * (v - centre);
    m->second += weight * (v - centre) * (v - centre);
}

static void moments_apply(const struct moments *m, struct mixture_mode *mode, double centre,
                          size_t n, double floor_variance)
{
    if (!(m->weight > 0.0))
        return;
    double shift = m->first / m->weight;
    mode->share = m->weight / (double)n;
    mode->mean = centre + shift;
    mode->variance = fmax(m->second / m->weight - shift * shift, floor_variance);
}

/* One round of expectation and maximisation; returns how far the means moved. */
static double improve(struct mixture *m, const double *v, size_t n, double centre,
                      double floor_variance)
{
    struct mixture next = *m;
    struct moments low = {0}, high = {0};
    for (size_t i = 0; i < n; i++) {
        double p = low_posterior(m, v[i]);
        moments_add(&low, p, v[i], centre);
        moments_add(&high, 1.0 - p, v[i], centre);
    }
    moments_apply(&low, &next.low, centre, n, floor_variance);
    moments_apply(&high, &next.high, centre, n, floor_variance);
    double moved = fmax(fabs(next.low.mean - m->low.mean), fabs(next.high.mean - m->high.mean));
    *m = next;
    return moved;
}

bool mixture_fit(struct mixture *out, double *values, size_t n)
{
    if (n < VALUES_MIN)
        return false;
    double low = threshold_percentile(values, n, 25.0);
    double high = threshold_percentile(values, n, 75.0);
    double mean = mean_of(values, n), variance = variance_of(values, n, mean);
    if (!isfinite(variance) || !(variance > 0.0))
        return false;
    struct mixture m = {{0.5, low, variance}, {0.5, high, variance}};
    for (int i = 0; i < ROUNDS_MAX; i++)
        if (improve(&m, values, n, mean, VARIANCE_FLOOR * variance) < SETTLED * sqrt(variance))
            break;
    bool swapped = m.low.mean > m.high.mean;
    *out = swapped ? (struct mixture){m.high, m.low} : m;
    return true;
}

bool mixture_is_low(const struct mixture *m, double v)
{
    return v < m->high.mean && low_posterior(m, v) > 0.5 + TIE;
}
