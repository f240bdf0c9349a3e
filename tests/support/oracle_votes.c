/* oracle_votes.c - see oracle.h. */
#include <math.h>

#include "tests/support/oracle.h"

/* numpy's percentile of the values with an answer: linear between the two nearest ranks. */
static double percentile(const double *values, const int *answers, size_t n, double percent)
{
    double sorted[ORACLE_MAX];
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (answers[i] == ORACLE_NONE)
            continue;
        size_t at = m++;
        for (; at > 0 && sorted[at - 1] > values[i]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = values[i];
    }
    double rank = percent / 100.0 * (double)(m - 1);
    size_t below = (size_t)floor(rank + 1e-9);
    double part = rank - (double)below;
    if (part < 1e-9 || below + 1 >= m)
        return sorted[below];
    return sorted[below] * (1.0 - part) + sorted[below + 1] * part;
}

static size_t voters(const int *answers, size_t n)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        m += answers[i] != ORACLE_NONE;
    return m;
}

void oracle_keep(double *weights, const int *answers, const double *scores, size_t n, double keep,
                 bool unit, size_t least)
{
    size_t stay = 0;
    double s = voters(answers, n) ? percentile(scores, answers, n, 100.0 - keep) : 0.0;
    for (size_t i = 0; i < n; i++)
        stay += answers[i] != ORACLE_NONE && scores[i] >= s - 1e-12;
    for (size_t i = 0; i < n; i++) {
        bool in = answers[i] != ORACLE_NONE && (stay < least || scores[i] >= s - 1e-12);
        weights[i] = in ? (unit ? 1.0 : scores[i]) : 0.0;
    }
}

static size_t rank_of(const int *answers, const double *scores, size_t n, size_t i)
{
    size_t rank = 1;
    for (size_t j = 0; j < n; j++)
        if (answers[j] != ORACLE_NONE &&
            (scores[j] > scores[i] || (scores[j] == scores[i] && j < i)))
            rank++;
    return rank;
}

void oracle_borda(double *weights, const int *answers, const double *scores, size_t n,
                  double power)
{
    size_t m = voters(answers, n);
    for (size_t i = 0; i < n; i++)
        weights[i] = answers[i] == ORACLE_NONE
                         ? 0.0
                         : pow((double)(m + 1 - rank_of(answers, scores, n, i)), power);
}

void oracle_best(double *weights, const int *answers, const double *scores, size_t n)
{
    for (size_t i = 0; i < n; i++)
        weights[i] = answers[i] != ORACLE_NONE && rank_of(answers, scores, n, i) == 1;
}

void oracle_softmax(double *weights, const int *answers, const double *scores, size_t n,
                    double temperature)
{
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0; /* of e^((s_j - s_i) / T) */
        for (size_t j = 0; j < n; j++)
            if (answers[j] != ORACLE_NONE)
                sum += exp((scores[j] - scores[i]) / temperature);
        weights[i] = answers[i] == ORACLE_NONE ? 0.0 : 1.0 / sum;
    }
}

int oracle_winner(const int *answers, const double *weights, size_t n, double *margin)
{
    double best = -1.0, second = 0.0;
    int winner = ORACLE_NONE;
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;
        bool seen = weights[i] <= 0.0;
        for (size_t j = 0; j < n; j++) {
            bool same = weights[j] > 0.0 && answers[j] == answers[i];
            sum += same ? weights[j] : 0.0;
            seen = seen || (same && j < i);
        }
        if (seen)
            continue;
        second = sum > best ? best : fmax(second, sum);
        winner = sum > best ? answers[i] : winner;
        best = fmax(best, sum);
    }
    *margin = best - fmax(second, 0.0);
    return winner;
}

/* ---- the mixture ---- */

struct normal {
    double share, mean, variance;
};

static double density(const struct normal *c, double v)
{
    return c->share * exp(-(v - c->mean) * (v - c->mean) / (2.0 * c->variance)) /
           sqrt(c->variance);
}

/* The maximisation for one component from everybody's responsibility. */
static struct normal refit(const double *v, const double *part, size_t n, double least)
{
    double total = 0.0, mean = 0.0, variance = 0.0;
    for (size_t i = 0; i < n; i++)
        total += part[i];
    for (size_t i = 0; i < n; i++)
        mean += part[i] * v[i] / total;
    for (size_t i = 0; i < n; i++)
        variance += part[i] * (v[i] - mean) * (v[i] - mean) / total;
    return (struct normal){total / (double)n, mean, fmax(variance, least)};
}

/* Two components, from the quartiles until the means stand still; false when all values are
 * equal. */
static bool fit(struct normal c[2], const double *v, const int *all, size_t n)
{
    double mean = 0.0, variance = 0.0, part[2][ORACLE_MAX];
    for (size_t i = 0; i < n; i++)
        mean += v[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        variance += (v[i] - mean) * (v[i] - mean) / (double)n;
    if (n < 4 || variance < 1e-20)
        return false;
    c[0] = (struct normal){0.5, percentile(v, all, n, 25.0), variance};
    c[1] = (struct normal){0.5, percentile(v, all, n, 75.0), variance};
    double moved = INFINITY;
    for (int round = 0; round < 500 && moved >= 1e-12 * sqrt(variance); round++) {
        struct normal before[2] = {c[0], c[1]};
        for (size_t i = 0; i < n; i++) {
            double low = density(&c[0], v[i]), high = density(&c[1], v[i]);
            part[0][i] = low / (low + high);
            part[1][i] = high / (low + high);
        }
        c[0] = refit(v, part[0], n, 1e-4 * variance);
        c[1] = refit(v, part[1], n, 1e-4 * variance);
        moved = fmax(fabs(c[0].mean - before[0].mean), fabs(c[1].mean - before[1].mean));
    }
    return true;
}

void oracle_mixture(double *weights, const int *answers, const double *scores, size_t n,
                    size_t least)
{
    struct normal c[2];
    double v[ORACLE_MAX];
    int all[ORACLE_MAX];
    size_t m = 0, stay = 0;
    for (size_t i = 0; i < n; i++) {
        weights[i] = answers[i] != ORACLE_NONE;
        all[m] = 0;
        v[m] = scores[i];
        m += answers[i] != ORACLE_NONE;
    }
    if (!fit(c, v, all, m))
        return;
    size_t low = c[0].mean > c[1].mean; /* c[low]; the other is c[!low] */
    for (size_t i = 0; i < n; i++) {
        double in_low = density(&c[low], scores[i]), in_high = density(&c[!low], scores[i]);
        bool drop = scores[i] < c[!low].mean && in_low / (in_low + in_high) > 0.5 + 1e-6;
        weights[i] = answers[i] != ORACLE_NONE && !drop;
        stay += weights[i] > 0.0;
    }
    for (size_t i = 0; i < n && stay < least; i++)
        weights[i] = answers[i] != ORACLE_NONE;
}
