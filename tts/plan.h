/* plan.h - the memory plan, made before the first token: how many traces of a run go at once, and
 * how many runs share a decoder. */
#ifndef TTS_PLAN_H
#define TTS_PLAN_H

#include <sheaf/engine.h>

/* What a run asks for. */
struct plan_request {
    const sheaf_engine *engine;
    size_t wanted;        /* traces at once, if they fit */
    size_t prompt_tokens, max_tokens;
    size_t fork_tokens;   /* > 0: every trace may have one fork, this much longer */
    uint64_t store_bytes; /* tokens and confidences of all traces */
    uint64_t slot_bytes;  /* of one live trace, outside the decoder */
    uint64_t limit_bytes; /* on everything, see plan_limit */
};

/* A decoder for the rows of several runs. */
struct plan_crowd {
    size_t n_rows; /* traces at once, of all runs */
    size_t n_runs; /* in work at once: prompts that are held */
};

/* Bytes that may be taken in all: the user's limit (0: none) or what the system has, whichever is
 * less. The weights are in memory already, so they count on top of what the system still has. */
uint64_t plan_limit(const sheaf_engine *e, uint64_t mem_bytes);

/* The most traces at once, 1 .. wanted, that fit when the run is alone; and what they take. NOMEM
 * when not even one does, with the figure and the limit. */
sheaf_code plan_parallel(size_t *parallel, sheaf_memory_plan *plan, const struct plan_request *q,
                         sheaf_error *err);

/* The largest crowd of runs like `q` with n_slots traces each that fits: up to batch - 1 + n_slots
 * rows (a run is added while there are fewer than `batch`) and `batch` runs. No rows when not even
 * one run does. */
struct plan_crowd plan_crowd(const struct plan_request *q, size_t n_slots, size_t batch);

sheaf_decoder_options plan_decoder_options(const struct plan_request *q, struct plan_crowd c);

/* Is a run like `q` decoded with the same bits in a decoder for runs like `shape`, and is there
 * room for it? Bits can differ where the model rotates by the longest sequence that the decoder
 * was opened for. */
bool plan_holds(const struct plan_request *shape, const struct plan_request *q);

#endif
