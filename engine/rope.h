/* rope.h - rotary position embedding: tables of cos and sin per (position, pair), computed once in
 * f64, and the rotation. Scaling rules: linear, YaRN (Peng et al., arXiv:2309.00071), longrope, and
 * the frequency divisors that llama-3 files carry as rope_freqs.weight. */
#ifndef ENGINE_ROPE_H
#define ENGINE_ROPE_H

#include "engine/hparams.h"

struct rope_table {
    size_t n_positions, n_pairs;
    float *cos_sin; /* [n_positions][2][n_pairs] */
};

/* `divisors` [n_rot / 2] or NULL. Errors: NOMEM. Release with rope_free. */
sheaf_code rope_init(struct rope_table *t, const struct hparams *h, const float *divisors,
                     size_t n_positions, sheaf_error *err);
void rope_free(struct rope_table *t);
size_t rope_bytes(const struct hparams *h, size_t n_positions);

/* Rotates the first 2 n_pairs elements of a head in place for a position. */
void rope_rotate(const struct rope_table *t, enum rope_kind kind, float *head, size_t position);

#endif
