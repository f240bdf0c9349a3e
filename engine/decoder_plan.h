/* decoder_plan.h - every size of a decoder, computed once from the options: what
 * sheaf_decoder_plan tells is what sheaf_decoder_open takes. */
#ifndef ENGINE_DECODER_PLAN_H
#define ENGINE_DECODER_PLAN_H

#include "engine/graph.h"

#define PREFILL_CHUNK 256
#define PLAN_ALIGN 64

/* A buffer of the step: the member of struct step that points to it, and its width. */
struct step_buffer {
    size_t member; /* offset in struct step */
    size_t floats; /* per row, or other 4-byte words */
};

#define STEP_BUFFERS 20

struct sizes {
    size_t max_rows, max_logits, max_positions, max_pages, n_kv_pages[KV_CLASSES], threads;
    struct step_buffer buffers[STEP_BUFFERS];
    /* per worker: floats of attention and of SSM scratch; bytes of sampling scratch and of
     * a panel */
    size_t attend, ssm, sample, pack;
    size_t acts, expert_acts;   /* bytes of int8 codes */
    size_t step_bytes, scratch_bytes;
    uint64_t kv_bytes, state_bytes;
};

struct sizes sizes_of(const struct sheaf_engine *e, const sheaf_decoder_options *o);

/* Fills the members of *out that tell what the KV cache of a session takes. */
void plan_kv_info(const struct sheaf_engine *e, sheaf_model_info *out);

/* Elements of the lists of experts of a step: first slots and active ones. */
size_t expert_lists(const struct hparams *h);

size_t round_up(size_t n, size_t to);

#endif
