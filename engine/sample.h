/* sample.h - the next token of one trace from one row of logits, and how sure the model was of it.
 *
 * Filters run in the order of HF's generate: temperature, top-k, top-p, min-p. What survives is
 * always a prefix of the vocabulary ordered by falling logit, equal logits by rising id; the token
 * is drawn by inverting the cumulative distribution over that order at u. Weights are the whole
 * numbers of struct weigh_job, their sums exact: with `kept` the tokens that survive, the token
 * drawn is the first at which the sum of weights passes floor(u weight(kept)). So the draw depends
 * on the row, the parameters and u, on nothing else. Weights are within 1e-6 of the exponential, so
 * are the probabilities; a token with less than 2^-43 of the largest is never drawn.
 *
 * Token confidence is measured on the raw softmax: before temperature and filters
 * (arXiv:2508.15260). It too is the same on every tier; self-certainty has the sum of the logits in
 * it, which each tier adds up in an order of its own. A token that must not be drawn is masked by
 * the caller with a logit of -INFINITY.
 *
 * A row of 50,000 tokens takes 40 to 70 us on a busy Zen 4 core, also where nothing stands out and
 * the search goes deep into the vocabulary; some 200 where all logits are equal. */
#ifndef ENGINE_SAMPLE_H
#define ENGINE_SAMPLE_H

#include <sheaf/engine.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/kernels/kernels.h"

#define SAMPLE_CONF_K SHEAF_CONFIDENCE_TOPK /* most probable tokens in a token confidence */
#define SAMPLE_TEMPERATURE_MIN 1e-6    /* anything below is argmax */
#define SAMPLE_TEMPERATURE_MAX 1e6

struct sample_params {
    double temperature; /* 0: the most probable token, lowest id among equals */
    int top_k;          /* keep logits >= the k-th largest (ties stay); 0 = off */
    double top_p;       /* keep while the probability before a token is < top_p; 1 = off */
    double min_p;       /* keep probability >= min_p x largest; 0 = off */
};

/* The public form of the parameters. */
struct sample_params sample_params_of(const sheaf_sampling *s);

/* USAGE, naming the parameter, unless every one is in its range. */
sheaf_code sample_params_check(const struct sample_params *p, sheaf_error *err);

struct sample_result {
    int32_t token;
    float confidence;     /* logsumexp(z) - mean of the 20 largest z; +INFINITY with fewer finite */
    float self_certainty; /* logsumexp(z) - mean(z) - ln V over the V tokens that are not masked */
    float logprob;        /* ln p of the token, raw softmax */
};

/* What a draw needs beside the row; one per worker thread. */
struct sampler {
    const struct kernels *kernels;
    size_t n_vocab; /* >= 1 */
    void *scratch;  /* sample_scratch_bytes(n_vocab), 8-byte aligned */
};

size_t sample_scratch_bytes(size_t n_vocab);

/* Draws the next token.
 *
 *   logits  [n_vocab], not modified
 *   p       checked by sample_params_check
 *   u       in [0, 1): the caller's counter-based random number
 *
 * False, and `out` untouched, when the row is no distribution: a NaN, +INFINITY, or every token
 * masked. Allocates nothing. */
bool sample_draw(const struct sampler *s, struct sample_result *out, const float *logits,
                 const struct sample_params *p, double u);

#endif
