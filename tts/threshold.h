/* threshold.h - what the warm-up traces decide: the confidence threshold and the group window.
 *
 * DeepConf keeps the best eta percent: s = percentile(100 - eta) of the warm-up's lowest group
 * confidences. `low` is eta = 10, `high` eta = 90 (arXiv:2508.15260, section 3.2). */
#ifndef TTS_THRESHOLD_H
#define TTS_THRESHOLD_H

#include <stddef.h>

#define THRESHOLD_WINDOW_MIN 16
#define THRESHOLD_WINDOW_MAX 2048

/* Percentile of n >= 1 values with linear interpolation between neighbours (numpy's default).
 * `percent` in [0, 100]. Sorts `values` in place. No NaN. */
double threshold_percentile(double *values, size_t n, double percent);

/* Threshold that keeps the best `eta` percent of n >= 1 traces: those with confidence >= s are
 * kept. `scratch` [n] is overwritten. */
double threshold_keep(double *scratch, const double *conf, size_t n, double eta);

/* Median of n >= 1 values; sorts them in place. */
double threshold_median(double *values, size_t n);

/* Group window for traces like these: a 2048 window would never fill on short ones, so an eighth of
 * the median warm-up length (tokens), clamped to [16, 2048]. `lengths` [n >= 1] is sorted. */
size_t threshold_window(double *lengths, size_t n);

#endif
