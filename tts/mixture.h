/* mixture.h - two Gaussians under a set of trace confidences: the sure traces and the lost ones.
 *
 * Fitted by expectation maximisation from a fixed start over the sorted values, so equal sets give
 * equal bits in any order. Source: DistriVoting, arXiv:2603.03872. */
#ifndef TTS_MIXTURE_H
#define TTS_MIXTURE_H

#include <stdbool.h>
#include <stddef.h>

struct mixture_mode {
    double share, mean, variance;
};

struct mixture {
    struct mixture_mode low, high; /* low.mean <= high.mean */
};

/* Fits `values` [n]; sorts them in place. False, with nothing written, when there is nothing to
 * tell apart: fewer than 4 values, all equal, or one that is not finite. Allocates nothing. */
bool mixture_fit(struct mixture *out, double *values, size_t n);

/* Is `v` rather of the low mode (posterior above 1/2 by 1e-6: ties are not)? Never at or above the
 * high mode's mean, where a wide low mode could win again. */
bool mixture_is_low(const struct mixture *m, double v);

#endif
