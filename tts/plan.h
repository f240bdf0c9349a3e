/* plan.h - the memory plan of a run, made before the first token. */
#ifndef TTS_PLAN_H
#define TTS_PLAN_H

#include <sheaf/engine.h>

struct plan_request {
    const sheaf_engine *engine;
    size_t wanted;        /* traces at once, if they fit */
    size_t prompt_tokens, max_tokens;
    size_t fork_tokens;   /* > 0: every trace may have one fork, this much longer */
    uint64_t store_bytes; /* tokens and confidences of all traces */
    uint64_t slot_bytes;  /* of one live trace, outside the decoder */
    uint64_t mem_bytes;   /* the user's limit on everything; 0: what the system has */
};

/* The most traces at once, 1 .. wanted, that fit; and what they take. NOMEM when not even one does,
 * with the figure and the limit. */
sheaf_code plan_parallel(size_t *parallel, sheaf_memory_plan *plan, const struct plan_request *q,
                         sheaf_error *err);

sheaf_decoder_options plan_decoder_options(const struct plan_request *q, size_t parallel);

#endif
