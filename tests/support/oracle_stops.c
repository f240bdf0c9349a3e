/* oracle_stops.c - see oracle.h. */
#include <math.h>
#include <string.h>

#include "tests/support/oracle.h"

/* Votes of the two leading answers among the first t; weights NULL: 1 each. */
static void two_best(const int *answers, const double *weights, size_t t, double *first,
                     double *second)
{
    double sums[ORACLE_MAX] = {0};
    *first = *second = 0.0;
    for (size_t i = 0; i < t; i++)
        if (answers[i] != ORACLE_NONE)
            sums[answers[i]] += weights ? weights[i] : 1.0;
    for (size_t c = 0; c < ORACLE_MAX; c++) {
        if (sums[c] > *first) {
            *second = *first;
            *first = sums[c];
        } else if (sums[c] > *second) {
            *second = sums[c];
        }
    }
}

size_t oracle_certificate(const int *answers, size_t n)
{
    double first, second;
    for (size_t t = 1; t <= n; t++) {
        two_best(answers, NULL, t, &first, &second);
        if (first - second > (double)(n - t))
            return t;
    }
    return 0;
}

/* Consensus of exactly the first t. */
static bool agreed(const int *answers, const double *weights, size_t t, double tau, size_t least)
{
    double first, second, total = 0.0;
    size_t ballots = 0;
    two_best(answers, weights, t, &first, &second);
    for (size_t i = 0; i < t; i++) {
        total += answers[i] != ORACLE_NONE ? weights[i] : 0.0;
        ballots += answers[i] != ORACLE_NONE;
    }
    return ballots > 0 && ballots >= least && total > 0.0 && first / total >= tau;
}

size_t oracle_consensus(const int *answers, const double *weights, size_t n, double tau,
                        size_t least)
{
    for (size_t t = 1; t <= n; t++)
        if (agreed(answers, weights, t, tau, least))
            return t;
    return 0;
}

size_t oracle_esc(const int *answers, size_t n, size_t window)
{
    for (size_t t = window; t <= n; t += window) {
        bool same = true;
        for (size_t i = t - window; i < t; i++)
            same = same && answers[i] != ORACLE_NONE && answers[i] == answers[t - 1];
        if (same)
            return t;
    }
    return 0;
}

/* 2^-N sum over k <= v1 of C(N, k), N = v1 + v2 + 1. */
static long double binomial_share(size_t v1, size_t v2)
{
    size_t n = v1 + v2 + 1;
    long double term = powl(0.5L, (long double)n), sum = 0.0L;
    for (size_t k = 0; k <= v1; k++) {
        sum += term;
        term = term * (long double)(n - k) / (long double)(k + 1);
    }
    return sum;
}

size_t oracle_beta(const int *answers, size_t n, double level)
{
    for (size_t t = 1; t <= n; t++) {
        double first, second;
        two_best(answers, NULL, t, &first, &second);
        if (first > 0 && binomial_share((size_t)first, (size_t)second) >= (long double)level)
            return t;
    }
    return 0;
}

/* Density of Beta(a, b) at x = 1 - y^4, times dx/dy: smooth at y = 0 for b >= 1. */
static double beta_density(double a, double b, double y)
{
    double rest = pow(y, 4.0);
    if (y <= 0.0)
        return 0.0;
    return 4.0 * pow(y, 3.0) *
           exp(lgamma(a + b) - lgamma(a) - lgamma(b) + (a - 1.0) * log(1.0 - rest) +
               (b - 1.0) * log(rest));
}

double oracle_beta_weighted(const int *answers, const double *weights, size_t n)
{
    const size_t steps = 2000;
    double first, second, total = 0.0, sum = 0.0;
    size_t ballots = 0;
    for (size_t i = 0; i < n; i++) {
        total += answers[i] != ORACLE_NONE ? weights[i] : 0.0;
        ballots += answers[i] != ORACLE_NONE;
    }
    if (total <= 0.0)
        return 0.5;
    two_best(answers, weights, n, &first, &second);
    double a = first * (double)ballots / total + 1.0, b = second * (double)ballots / total + 1.0;
    double top = pow(0.5, 0.25);
    for (size_t i = 0; i <= steps; i++) {
        double factor = i == 0 || i == steps ? 1.0 : i % 2 ? 4.0 : 2.0;
        sum += factor * beta_density(a, b, top * (double)i / (double)steps);
    }
    return sum * top / (double)steps / 3.0;
}

/* Unnormalised probability that `truth` is the answer after t traces; the class n_seen stands for
 * an answer nobody gave. */
static long double hypothesis(const int *answers, const double *c, size_t t, int truth,
                              size_t n_seen)
{
    long double p = 1.0L;
    for (size_t i = 0; i < t; i++) {
        if (answers[i] == ORACLE_NONE)
            continue;
        p *= answers[i] == truth ? (long double)c[i]
                                 : (1.0L - (long double)c[i]) / (long double)n_seen;
    }
    return p;
}

/* Posterior of every class after t traces; the number of classes. */
static size_t posterior(long double *out, const int *answers, const double *c, size_t t)
{
    size_t n_seen = 0;
    long double total = 0.0L;
    for (size_t i = 0; i < t; i++)
        if (answers[i] >= (int)n_seen)
            n_seen = (size_t)answers[i] + 1;
    for (size_t a = 0; a <= n_seen; a++) {
        out[a] = hypothesis(answers, c, t, (int)a, n_seen);
        total += out[a];
    }
    for (size_t a = 0; a <= n_seen; a++)
        out[a] /= total;
    return n_seen;
}

size_t oracle_cges(const int *answers, const double *probabilities, size_t n, double level)
{
    long double p[ORACLE_MAX + 1];
    for (size_t t = 1; t <= n; t++) {
        size_t n_seen = posterior(p, answers, probabilities, t);
        for (size_t a = 0; a < n_seen; a++)
            if (p[a] >= (long double)level)
                return t;
    }
    return 0;
}

void oracle_cges_weights(double *weights, const int *answers, const double *probabilities,
                         size_t n)
{
    long double p[ORACLE_MAX + 1];
    posterior(p, answers, probabilities, n);
    for (size_t i = 0; i < n; i++) {
        size_t same = 0;
        for (size_t j = 0; j < n; j++)
            same += answers[j] == answers[i];
        weights[i] = answers[i] == ORACLE_NONE ? 0.0 : (double)(p[answers[i]] / (long double)same);
    }
}

/* ---- Algorithm 2 ---- */

/* Mean of the `window` confidences that end with token `end` (a count). */
static double group(const float *conf, size_t end, size_t window)
{
    double sum = 0.0;
    for (size_t i = end - window; i < end; i++)
        sum += (double)conf[i];
    return sum / (double)window;
}

/* Lowest group of the first `n` tokens; a short trace is one group. */
static double lowest_group(const float *conf, size_t n, size_t window)
{
    double lowest = n < window ? group(conf, n, n) : INFINITY;
    for (size_t end = window; end <= n; end++)
        lowest = fmin(lowest, group(conf, end, window));
    return lowest;
}

static double sorted_percentile(const double *values, size_t n, double percent)
{
    double v[ORACLE_MAX];
    memcpy(v, values, n * sizeof *v);
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j > 0 && v[j - 1] > v[j]; j--) {
            double swap = v[j];
            v[j] = v[j - 1];
            v[j - 1] = swap;
        }
    double rank = percent * (double)(n - 1) / 100.0, part = rank - floor(rank);
    size_t below = (size_t)floor(rank);
    return below + 1 < n ? v[below] + part * (v[below + 1] - v[below]) : v[n - 1];
}

void oracle_run(struct oracle_online *out, const float *const *conf, const size_t *lengths,
                const int *answers, size_t n, size_t n_warm, double keep, size_t window,
                double tau, size_t least)
{
    int cast[ORACLE_MAX];
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < n_warm; i++)
        out->lowest[i] = lowest_group(conf[i], lengths[i], window);
    out->threshold = sorted_percentile(out->lowest, n_warm, 100.0 - keep);
    for (size_t i = 0; i < n; i++) {
        for (size_t end = window; i >= n_warm && end <= lengths[i] && !out->cut_at[i]; end++)
            if (group(conf[i], end, window) < out->threshold)
                out->cut_at[i] = end;
        size_t spent = out->cut_at[i] ? out->cut_at[i] : lengths[i];
        out->lowest[i] = lowest_group(conf[i], spent, window);
        out->votes[i] = !out->cut_at[i] && out->lowest[i] >= out->threshold &&
                        answers[i] != ORACLE_NONE;
        cast[i] = out->votes[i] ? answers[i] : ORACLE_NONE;
        out->n_used = i + 1;
        if (i + 1 >= n_warm && agreed(cast, out->lowest, i + 1, tau, least))
            break;
    }
    double weights[ORACLE_MAX];
    for (size_t i = 0; i < out->n_used; i++)
        weights[i] = out->votes[i] ? out->lowest[i] : 0.0;
    out->answer = oracle_winner(cast, weights, out->n_used, &out->margin);
}
