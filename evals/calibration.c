/* calibration.c - see calibration.h. */
#include "evals/calibration.h"

#include <math.h>
#include <stdlib.h>

#define CONFIDENCE 0.95

static void add_claim(struct calibration *c, double claim, bool right)
{
    size_t at = (size_t)(claim * CALIBRATION_BINS);
    struct calibration_bin *bin = &c->bins[at < CALIBRATION_BINS ? at : CALIBRATION_BINS - 1];
    double miss = claim - (right ? 1.0 : 0.0);
    bin->n++;
    bin->n_right += right;
    bin->claimed += claim;
    c->brier += miss * miss;
    c->n++;
}

static void finish_bin(struct calibration *c, struct calibration_bin *bin)
{
    if (bin->n == 0) {
        bin->claimed = bin->came_true = bin->interval.low = bin->interval.high = NAN;
        return;
    }
    double n = (double)bin->n;
    bin->claimed /= n;
    bin->came_true = (double)bin->n_right / n;
    bin->interval = stats_wilson(bin->n_right, bin->n, CONFIDENCE);
    c->error += fabs(bin->claimed - bin->came_true) * n;
}

void calibration_make(struct calibration *out, const double *claims, const bool *right, size_t n)
{
    struct calibration c = {.n = 0};
    for (size_t i = 0; i < n; i++)
        if (claims[i] >= 0 && claims[i] <= 1)
            add_claim(&c, claims[i], right[i]);
    for (size_t i = 0; i < CALIBRATION_BINS; i++)
        finish_bin(&c, &c.bins[i]);
    c.error = c.n ? c.error / (double)c.n : NAN;
    c.brier = c.n ? c.brier / (double)c.n : NAN;
    *out = c;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double calibration_auroc(double *right, size_t n_right, double *wrong, size_t n_wrong)
{
    if (n_right == 0 || n_wrong == 0)
        return NAN;
    qsort(right, n_right, sizeof *right, by_value);
    qsort(wrong, n_wrong, sizeof *wrong, by_value);
    size_t below = 0, at_most = 0;
    double wins = 0;
    for (size_t i = 0; i < n_right; i++) {
        while (below < n_wrong && wrong[below] < right[i])
            below++;
        while (at_most < n_wrong && wrong[at_most] <= right[i])
            at_most++;
        wins += 0.5 * ((double)below + (double)at_most);
    }
    return wins / ((double)n_right * (double)n_wrong);
}
