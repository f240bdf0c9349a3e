/* hparams.h - the shape of a model, read once from the metadata and validated once.
 *
 * Legend: L layers, D width, H query heads, G KV heads, dk / dv head widths, F feed-forward width,
 * V vocabulary. Counts that hybrids vary by layer are arrays. */
#ifndef ENGINE_HPARAMS_H
#define ENGINE_HPARAMS_H

#include "engine/gguf.h"
#include "engine/router.h"

#define MAX_LAYERS 512

enum rope_kind {
    ROPE_NONE,
    ROPE_NORM, /* pairs (2i, 2i + 1): llama    */
    ROPE_NEOX, /* pairs (i, i + n_rot / 2): qwen */
};

enum rope_scaling { ROPE_SCALE_NONE, ROPE_SCALE_LINEAR, ROPE_SCALE_YARN, ROPE_SCALE_LONGROPE };

enum activation {
    ACT_SWIGLU,         /* silu(gate) up                                               */
    ACT_RELU2,          /* max(0, up)^2                                                */
    ACT_SWIGLU_CLAMPED, /* g sigmoid(1.702 g) (u + 1), g <= 7, -7 <= u <= 7 (gpt-oss)  */
};

/* How attention in a layer departs from rotated queries over all keys before them. */
enum attention_flag {
    ATTN_LIMITED = 1,     /* sees what hparams_first_seen tells                       */
    ATTN_UNROTATED = 2,
    ATTN_UNIT_NORM = 4,   /* q and k through an RMS norm without weights, rotated     */
    ATTN_TEMPERATURE = 8, /* queries grow with the logarithm of the position          */
};

/* What a query at p sees in limited layers: the last n keys, or those from the last multiple of n
 * on. */
enum sight { SIGHT_WINDOW, SIGHT_CHUNK };

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
    bool yarn_unrounded; /* bounds of the YaRN ramp as they come, not whole pairs */
    uint8_t attention[MAX_LAYERS]; /* attention_flag */
    enum sight sight;
    uint32_t n_sight; /* 0: no layer is limited */
    uint32_t temperature_step; /* queries at p: x 1 + 0.1 ln(floor((p + 1) / step) + 1) */
    enum activation activation;
    /* 1 where a model does not scale */
    float embedding_scale, residual_scale, logit_scale;
    struct {
        uint32_t conv_kernel, inner, state, heads, groups;
    } ssm;                 /* Mamba-2; inner 0: none */
    uint32_t short_kernel; /* taps of the short convolutions; 0: none */
    struct {
        struct router router; /* n_experts 0: none; n_used of the widest layer */
        uint32_t n_used[MAX_LAYERS], n_ff[MAX_LAYERS]; /* 0 in layers without experts */
        uint32_t n_ff_shared; /* of the expert that every token visits; 0: none */
        bool select_bias;     /* layers have one */
        bool scaled_input;    /* weights scale the input of an expert, not its output */
    } moe;
};

/* First position that a limited layer sees from position p. */
static inline size_t hparams_first_seen(const struct hparams *h, size_t p)
{
    if (h->sight == SIGHT_CHUNK)
        return p - p % h->n_sight;
    return p < h->n_sight ? 0 : p + 1 - h->n_sight;
}

/* Channels that the convolution of a Mamba-2 mixer runs over: x, B, C. */
static inline size_t ssm_channels(const struct hparams *h)
{
    return h->ssm.inner + 2 * (size_t)h->ssm.groups * h->ssm.state;
}

/* Outputs of its in-projection: z, x, B, C, dt. */
static inline size_t ssm_projected(const struct hparams *h)
{
    return h->ssm.inner + ssm_channels(h) + h->ssm.heads;
}

/* Reads the keys that all architectures share, under the prefix of general.architecture. Everything
 * divided by is > 0 afterwards, every count within the caps of docs/design.md. Errors: FORMAT,
 * UNSUPPORTED. */
sheaf_code hparams_read(struct hparams *h, const gguf *g, sheaf_error *err);

/* The keys of a Mamba-2 mixer, all of them required. Errors: FORMAT. */
sheaf_code hparams_read_ssm(struct hparams *h, const gguf *g, sheaf_error *err);

/* The keys of a mixture of experts: expert_count and expert_used_count required; the width of an
 * expert is feed_forward_length / expert_used_count where its key is absent; gating, normalisation
 * and groups keep what h->moe holds where theirs are. The arrays cover all layers: a family zeroes
 * those of its dense ones. Errors: FORMAT. */
sheaf_code hparams_read_moe(struct hparams *h, const gguf *g, sheaf_error *err);

/* "<arch>.<key>", for messages and further keys. */
struct hparams_key {
    char name[128];
};
struct hparams_key hparams_key(const struct hparams *h, const char *key);

/* Keys of one family, under its prefix; an absent key leaves *out as it is. Errors: FORMAT (not in
 * the range, not positive and finite, missing). */
struct count_range {
    uint32_t min, max;
};
sheaf_code hparams_count(const struct hparams *h, const gguf *g, const char *key, uint32_t *out,
                         struct count_range range, sheaf_error *err);
sheaf_code hparams_required_count(const struct hparams *h, const gguf *g, const char *key,
                                  uint32_t *out, struct count_range range, sheaf_error *err);
/* A scalar for all layers or an array of one per layer, into out[n_layers]. */
sheaf_code hparams_counts(const struct hparams *h, const gguf *g, const char *key, uint32_t *out,
                          struct count_range range, sheaf_error *err);
sheaf_code hparams_positive(const struct hparams *h, const gguf *g, const char *key, float *out,
                            sheaf_error *err);
sheaf_code hparams_require(const struct hparams *h, const gguf *g, const char *key,
                           sheaf_error *err);

#endif
