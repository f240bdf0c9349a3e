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
    /* Binds all tensors into e (layers allocated, zeroed) and sets e->state_bytes. */
    sheaf_code (*bind)(struct sheaf_engine *e, struct binder *b, sheaf_error *err);
    /* Runs one layer over the rows of the step: s->x in, s->x out. */
    void (*layer)(struct step *s, const struct layer *l, uint32_t index);
};

extern const struct arch arch_llama, arch_qwen2, arch_qwen3;

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
/* gate, up, down. */
sheaf_code bind_swiglu(struct sheaf_engine *e, struct binder *b, struct layer *l, uint32_t index,
                       sheaf_error *err);

#endif
