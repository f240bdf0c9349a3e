/* sample_ref.h - the definitions behind sample.h in double precision, over the whole sorted row:
 * what the fast path is tested against and what `sheaf inspect filters` and `logits_stats`
 * answer. */
#ifndef ENGINE_SAMPLE_REF_H
#define ENGINE_SAMPLE_REF_H

#include <sheaf/error.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/sample.h"

struct sample_survivor {
    int32_t id;
    float logit;
    double prob; /* renormalised over the survivors */
};

/* The tokens that pass all filters, in the order they are drawn from: falling logit, rising id.
 *
 *   out     [n] room for all; *n_out are written, at least 1
 *   logits  [n], n >= 1, without NaN and +INFINITY, not all -INFINITY
 *
 * Errors: FORMAT for logits outside the contract. */
sheaf_code sample_filter(struct sample_survivor *out, size_t *n_out, const float *logits, size_t n,
                         const struct sample_params *p, sheaf_error *err);

/* ln sum exp(z) = top + excess, top the largest logit: kept apart, since the excess may be far
 * below the last bit of top. excess is in [0, ln n]. n >= 1, logits as for sample_filter. */
struct sample_log_sum {
    double top, excess;
};

struct sample_log_sum sample_logsumexp(const float *logits, size_t n);

/* Token confidence with any k: logsumexp - mean of the min(k, n) largest logits; INFINITY when
 * one of them is -INFINITY. `scratch` [n] is overwritten. k >= 1. */
double sample_confidence(struct sample_survivor *scratch, const float *logits, size_t n, size_t k);

/* Self-certainty: logsumexp - mean(z) - ln n, the Kullback-Leibler divergence from uniform to p. */
double sample_self_certainty(const float *logits, size_t n);

/* Entropy of softmax(z) in nats. */
double sample_entropy(const float *logits, size_t n);

/* Most probable token, lowest id among equals. */
int32_t sample_argmax(const float *logits, size_t n);

#endif
