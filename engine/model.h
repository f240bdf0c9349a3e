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

/* One decoder layer. A part that a layer does not have is NULL or has no outputs; hybrids add their
 * mixers beside attention here. */
struct layer {
    const float *attn_norm, *ffn_norm;
    const float *q_norm, *k_norm; /* [dk], per head, before the rotation (qwen3) */
    struct linear q, k, v, o;
    struct linear gate, up, down;
};

struct sheaf_engine {
    char *path;
    gguf *file;
    const struct arch *arch;
    struct hparams h;
    struct weights weights;
    struct kernels kernels;
    enum kv_type kv;
    int threads;

    const gguf_tensor *embedding; /* rows are decoded from the file as they are looked up */
    const float *rope_divisors;   /* rope_freqs.weight or NULL */
    const float *rope_long, *rope_short; /* longrope: divisors for long and short contexts */
    const float *final_norm;
    struct linear head;
    struct layer *layers; /* [h.n_layers] */
    size_t state_bytes;   /* recurrent state of a session; 0 without recurrent mixers */

    struct tokenizer *tokens;
    struct chat_template *chat;
    size_t n_sampled;  /* rows of the vocabulary up to the last that may be drawn */
    int32_t *masked;   /* [n_masked] padding tokens below that */
    size_t n_masked;
    uint64_t n_params, hash;
    char name[128], license[64], quantization[64], tokenizer_name[64], chat_name[64];
};

#endif
