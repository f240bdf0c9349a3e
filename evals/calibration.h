/* calibration.h - do numbers that claim to be chances come true? And does a number tell right from
 * wrong at all? */
#ifndef EVALS_CALIBRATION_H
#define EVALS_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>

#include "evals/stats.h"

#define CALIBRATION_BINS 10

/* Claims of one tenth of [0, 1]. */
struct calibration_bin {
    size_t n, n_right;
    double claimed, came_true;       /* means; NaN for n = 0 */
    struct stats_interval interval;  /* Wilson, 95 %, of came_true */
};

struct calibration {
    struct calibration_bin bins[CALIBRATION_BINS];
    size_t n;
    double error; /* expected calibration error: mean |claimed - came_true|, by bin; NaN: none */
    double brier; /* mean squared distance of claim and outcome; NaN: none */
};

/* claims [n] in [0, 1] (others are left out), right [n] their outcomes. */
void calibration_make(struct calibration *out, const double *claims, const bool *right, size_t n);

/* The chance that a random value of `right` [n_right] is above one of `wrong` [n_wrong], ties
 * counting half (area under the ROC curve); both are sorted by the call. NaN when one is empty. */
double calibration_auroc(double *right, size_t n_right, double *wrong, size_t n_wrong);

#endif
