/* hparams.h - the shape of a model, read once from the metadata and validated once.
 *
 * Legend: L layers, D width, H query heads, G KV heads, dk / dv head widths, F feed-forward width,
 * V vocabulary. Counts that hybrids vary by layer are arrays. */
#ifndef ENGINE_HPARAMS_H
#define ENGINE_HPARAMS_H

#include "engine/gguf.h"

#define MAX_LAYERS 512

enum rope_kind {
    ROPE_NONE,
    ROPE_NORM, /* pairs (2i, 2i + 1): llama    */
    ROPE_NEOX, /* pairs (i, i + n_rot / 2): qwen */
};

enum rope_scaling { ROPE_SCALE_NONE, ROPE_SCALE_LINEAR, ROPE_SCALE_YARN, ROPE_SCALE_LONGROPE };

struct hparams {
    char arch[64];
    uint32_t n_layers, width, n_context, n_vocab, n_rot;
    uint32_t head_k, head_v;
    uint32_t n_heads[MAX_LAYERS], n_kv_heads[MAX_LAYERS], n_ff[MAX_LAYERS];
    float norm_eps, attn_scale; /* attn_scale resolved: never 0 */
    enum rope_kind rope;        /* set by the architecture */
    enum rope_scaling scaling;
    float rope_base, rope_factor, rope_attn_factor;
    uint32_t rope_orig_context;
};

/* Reads the keys that all architectures share, under the prefix of general.architecture. Everything
 * divided by is > 0 afterwards, every count within the caps of docs/design.md. Errors: FORMAT,
 * UNSUPPORTED. */
sheaf_code hparams_read(struct hparams *h, const gguf *g, sheaf_error *err);

/* "<arch>.<key>", for messages and further keys. */
struct hparams_key {
    char name[128];
};
struct hparams_key hparams_key(const struct hparams *h, const char *key);

#endif
