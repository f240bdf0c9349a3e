/* tiny_model.h - complete models of every family with random weights, small enough to be built
 * inside a test; with other dimensions, the shape-true files of tests/tools/shape_model.c.
 *
 * Deterministic: the bytes depend on the options alone. Matrices are scaled so that activations
 * stay near 1; SSM heads forget over 1 to 200 tokens.
 * Metadata and tensor names are those that converted files have. Vocabulary: tiny_vocab.h. What a
 * family is made of: tiny_family.h. */
#ifndef TESTS_SUPPORT_TINY_MODEL_H
#define TESTS_SUPPORT_TINY_MODEL_H

#include <sheaf/error.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "engine/quant.h"

/* Fields left 0 take the family's value (tiny_family.c) or the one in brackets. */
struct tiny_model {
    const char *arch;     /* general.architecture of a family in tiny_family.c ["llama"] */
    const char *name;     /* general.name ["tiny"] */
    const char *pre;      /* pre-tokenizer */
    const char *pattern;  /* kinds of the layers, repeated until there are n_layers */
    enum quant_type type; /* of the matrices: those that tiny_quantize knows [F32]. Where rows are
                             no multiple of its block they are Q8_0, or F32 */
    enum quant_type expert_type; /* of the experts' matrices [type; gpt-oss MXFP4] */
    uint64_t seed;
    float logit_std;      /* standard deviation of the logits [2] */
    int n_vocab;          /* TINY_VOCAB to TINY_VOCAB_MAX [TINY_VOCAB] */
    int n_ctx;            /* [1024] */
    int n_embd;           /* [64] */
    int n_layers;         /* [length of the pattern, at least 2] */
    int n_head;           /* [4] */
    int n_head_kv;        /* [2] */
    int head_dim;         /* [n_embd / n_head] */
    int n_ff;             /* [2 * n_embd] */
    int n_experts, n_used, n_ff_expert, n_ff_shared; /* mixtures [8, 2, 32, 96] */
    int n_window;         /* of sliding layers [16] */
    int short_kernel;     /* taps of a gated short convolution [3] */
    int ssm_inner, ssm_state, ssm_heads, ssm_groups, ssm_kernel; /* [128, 16, 8, 1, 4] */
    bool untied;          /* writes output.weight [logits from token_embd.weight] */
    bool ssm_norm;        /* falcon-h1: writes ssm_norm [the other Mamba-2 families always do] */
};

/* Appends the GGUF file to `out`. Errors: USAGE (unknown arch or type, a vocabulary too large),
 * NOMEM. */
sheaf_code tiny_model_write(strbuf *out, const struct tiny_model *opt, sheaf_error *err);

/* The same into a file, tensor by tensor: the memory does not grow with the model. Errors: also
 * IO; nothing is left at `path` then. */
sheaf_code tiny_model_save(const char *path, const struct tiny_model *opt, sheaf_error *err);

#endif
