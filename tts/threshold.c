/* threshold.c - see threshold.h. Ranks are computed as percent * (n - 1) / 100 in that order:
 * for whole percents the product is exact, so a rank that is an integer yields that value itself
 * and the trace that sets the threshold is kept by `>=`. */
#include "tts/threshold.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* a + (b - a) t for a <= b, from the nearer end, so that t = 1 gives b and equal ends give
 * themselves; anything above a value towards INFINITY is INFINITY. */
static double between(double a, double b, double t)
{
    if (a == b || t == 0.0)
        return a;
    if (isinf(a) || isinf(b))
        return isinf(b) ? b : a;
    return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1.0 - t);
}

double threshold_percentile(double *values, size_t n, double percent)
{
    qsort(values, n, sizeof *values, by_value);
    double rank = percent * (double)(n - 1) / 100.0;
    size_t below = (size_t)floor(rank);
    if (below + 1 >= n)
        return values[n - 1];
    return between(values[below], values[below + 1], rank - (double)below);
}

double threshold_keep(double *scratch, const double *conf, size_t n, double eta)
{
    memcpy(scratch, conf, n * sizeof *scratch);
    return threshold_percentile(scratch, n, 100.0 - eta);
}

double threshold_median(double *values, size_t n)
{
    return threshold_percentile(values, n, 50.0);
}

size_t threshold_window(double *lengths, size_t n)
{
    double window = floor(threshold_median(lengths, n) / 8.0);
    if (window < THRESHOLD_WINDOW_MIN)
        return THRESHOLD_WINDOW_MIN;
    return window > THRESHOLD_WINDOW_MAX ? THRESHOLD_WINDOW_MAX : (size_t)window;
}
