/* tiny_model.h - complete models with random weights, small enough to be built inside a test.
 *
 * Deterministic: the bytes depend on the options alone. Matrices are scaled so that activations
 * stay near 1 and logits have a standard deviation near 2. Vocabulary: tiny_vocab.h. */
#ifndef TESTS_SUPPORT_TINY_MODEL_H
#define TESTS_SUPPORT_TINY_MODEL_H

#include <sheaf/error.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "engine/quant.h"

/* Fields left 0 take the value in brackets. Rows (n_embd, n_ff, n_head * head_dim) must be
 * multiples of the block of `type`: 32, or 256 for the K types (use n_embd 256). */
struct tiny_model {
    const char *arch;     /* "llama", "qwen2" (q/k/v biases) or "qwen3" (q/k norms) [llama] */
    const char *pre;      /* pre-tokenizer, "smollm" or "qwen2" [smollm for llama, else qwen2] */
    enum quant_type type; /* of the matrices: those that tiny_quantize knows [F32] */
    uint64_t seed;
    int n_embd;           /* [64] */
    int n_layers;         /* [2] */
    int n_head;           /* [4] */
    int n_head_kv;        /* [2] */
    int head_dim;         /* [n_embd / n_head, qwen3 twice that] */
    int n_ff;             /* [2 * n_embd] */
    int n_ctx;            /* [1024] */
    bool untied;          /* writes output.weight [logits from token_embd.weight] */
};

/* Appends the GGUF file to `out`. Errors: USAGE (unknown arch or type, rows that do not fit),
 * NOMEM. */
sheaf_code tiny_model_write(strbuf *out, const struct tiny_model *opt, sheaf_error *err);

/* The same into a file. */
sheaf_code tiny_model_save(const char *path, const struct tiny_model *opt, sheaf_error *err);

#endif
