/* model.h - a loaded model: shape, weights, tokenizer, chat template, kernels. What sheaf_engine is
 * inside. Immutable once opened. */
#ifndef ENGINE_MODEL_H
#define ENGINE_MODEL_H

#include <sheaf/engine.h>

#include "engine/hparams.h"
#include "engine/kernels/kernels.h"
#include "engine/weights.h"

struct arch;
struct tokenizer;
struct chat_template;

/* Mamba-2 mixer. Legend: I inner width, Cd = I + 2 G N convolved channels, H heads, K taps. */
struct mamba {
    struct linear in, out;     /* [2 I + 2 G N + H][D]: z, x, B, C, dt; [D][I] */
    const float *conv;         /* [K][Cd], oldest tap first */
    const float *conv_bias;    /* [Cd] or NULL */
    const float *dt_bias, *a, *d; /* [H]; a < 0 */
    const float *norm;         /* [I], per group, or NULL */
};

/* Gated short convolution. */
struct shortconv {
    struct linear in, out; /* [3 D][D]: B, C, x; [D][D] */
    const float *conv;     /* [K][D], oldest tap first */
};

/* Mixture of E experts of width Fe. Matrices of one kind have one shape and one type. */
struct moe {
    struct router rules;
    struct linear router;           /* [E][D] in f32 */
    const float *select_bias;       /* [E], in the choice only, or NULL */
    struct linear *gate, *up, *down; /* [E] of [Fe][D], [Fe][D], [D][Fe]; gate may be NULL */
    bool scaled_input;              /* the weight scales an expert's input, not its output */
};

/* One decoder layer. A part that a layer does not have is NULL or has no outputs. */
struct layer {
    const float *attn_norm, *ffn_norm;
    const float *q_norm, *k_norm; /* [dk], per head, before the rotation (qwen3) */
    struct linear q, k, v, o;
    const float *sinks; /* [H] logits that only take part in the sum of the softmax, or NULL */
    struct linear gate, up, down; /* dense block, or the expert that every token visits */
    struct moe moe;
    struct mamba mamba;
    struct shortconv shortconv;
    size_t conv_plane, ssm_plane; /* offsets in a slot of recurrent state */
};

struct sheaf_engine {
    char *path;
    gguf *file;
    const struct arch *arch;
    struct hparams h;
    struct weights weights;
    struct kernels kernels;
    char cpu[KERNELS_NAME]; /* what the kernels are told as */
    enum kv_type kv;
    enum state_type state_type;
    int threads;

    const gguf_tensor *embedding; /* rows are decoded from the file as they are looked up */
    const float *rope_divisors;   /* rope_freqs.weight or NULL */
    const float *rope_long, *rope_short; /* longrope: divisors for long and short contexts */
    const float *final_norm;
    struct linear head;
    float logit_factor; /* restored: of a tied head that lost its multiplier, else 1 */
    struct layer *layers; /* [h.n_layers] */
    size_t state_bytes;   /* recurrent state of a session, a slot; 0 without recurrent mixers */

    struct tokenizer *tokens;
    struct chat_template *chat;
    size_t n_sampled;  /* rows of the vocabulary up to the last that may be drawn */
    int32_t *masked;   /* [n_masked] padding tokens below that */
    size_t n_masked;
    uint64_t n_params, hash;
    char name[128], license[64], quantization[64], tokenizer_name[64], chat_name[64];
};

#endif
