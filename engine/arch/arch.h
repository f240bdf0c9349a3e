/* arch.h - what an architecture adds to the engine: how its tensors are bound and what a layer
 * does.
 *
 * A layer function is written in the paper's order with the blocks of engine/graph.h. It sees a
 * step of rows (tokens of any sessions); it never sees scheduling, so hybrids (Mamba-2, short
 * convolutions, mixtures of experts) come in as further blocks and further members of struct
 * layer. */
#ifndef ENGINE_ARCH_H
#define ENGINE_ARCH_H

#include "engine/graph.h"
#include "engine/model.h"

struct arch {
    const char *name; /* general.architecture */
    enum rope_kind rope;
    /* Reads the keys of the family beyond those of hparams_read; NULL: none. */
    sheaf_code (*shape)(struct hparams *h, const gguf *g, sheaf_error *err);
    /* Binds all tensors into e (layers allocated, zeroed). */
    sheaf_code (*bind)(struct sheaf_engine *e, struct binder *b, sheaf_error *err);
    /* Runs one layer over the rows of the step: s->x in, s->x out. */
    void (*layer)(struct step *s, const struct layer *l, uint32_t index);
};

extern const struct arch arch_llama, arch_qwen2, arch_qwen3, arch_qwen3moe, arch_falcon_h1,
    arch_lfm2, arch_lfm2moe, arch_nemotron_h, arch_nemotron_h_moe, arch_granite_hybrid,
    arch_llama4, arch_gpt_oss;

/* NULL-terminated. */
extern const struct arch *const arch_table[];

/* By general.architecture; UNSUPPORTED names it and lists the known ones. */
sheaf_code arch_find(const struct arch **out, const char *name, const char *source,
                     sheaf_error *err);

/* Parts shared by architectures: "blk.<index>.<part>". */
struct block_name {
    char text[64];
};
struct block_name block_name(uint32_t index, const char *part);

/* token_embd, output_norm (under `norm_name`), output (or the tied table), rope_freqs. */
sheaf_code bind_ends(struct sheaf_engine *e, struct binder *b, const char *norm_name,
                     sheaf_error *err);
/* q, k, v (separate or fused), o. */
sheaf_code bind_attention(struct sheaf_engine *e, struct binder *b, struct layer *l, uint32_t index,
                          sheaf_error *err);
/* q_norm, k_norm. */
sheaf_code bind_head_norms(struct sheaf_engine *e, struct binder *b, struct layer *l,
                           uint32_t index, sheaf_error *err);
/* ssm_*; the norm may be absent where `norm` is false. */
sheaf_code bind_mamba(struct sheaf_engine *e, struct binder *b, struct layer *l, uint32_t index,
                      bool norm, sheaf_error *err);
/* shortconv.* */
sheaf_code bind_shortconv(struct sheaf_engine *e, struct binder *b, struct layer *l, uint32_t index,
                          sheaf_error *err);
/* blk.<index>.<name> as a norm of the model's width. */
sheaf_code bind_norm(struct sheaf_engine *e, struct binder *b, const float **out, uint32_t index,
                     const char *name, sheaf_error *err);
/* Router, experts (with gates unless the activation has none) and, where n_ff is not 0, the expert
 * that every token visits. */
sheaf_code bind_moe(struct sheaf_engine *e, struct binder *b, struct layer *l, uint32_t index,
                    sheaf_error *err);
/* gate, up, down. */
sheaf_code bind_swiglu(struct sheaf_engine *e, struct binder *b, struct layer *l, uint32_t index,
                       sheaf_error *err);
/* Experts where the layer has them, else gate, up, down. */
sheaf_code bind_ffn(struct sheaf_engine *e, struct binder *b, struct layer *l, uint32_t index,
                    sheaf_error *err);

/* A layer of attention and feed-forward, a norm before each; the second one is called `ffn_norm`.
 * Errors: also FORMAT when there are no KV heads. */
sheaf_code bind_plain_layer(struct sheaf_engine *e, struct binder *b, uint32_t index,
                            const char *ffn_norm, sheaf_error *err);
void plain_layer(struct step *s, const struct layer *l, uint32_t index);

/* Every layer, then the ends, as bind_ends. */
typedef sheaf_code bind_layer_fn(struct sheaf_engine *e, struct binder *b, uint32_t index,
                                 sheaf_error *err);
sheaf_code bind_layers(struct sheaf_engine *e, struct binder *b, bind_layer_fn *fn,
                       const char *norm_name, sheaf_error *err);

#endif
