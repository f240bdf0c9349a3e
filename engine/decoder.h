/* decoder.h - what sheaf_decoder and sheaf_session are inside. */
#ifndef ENGINE_DECODER_H
#define ENGINE_DECODER_H

#include "engine/graph.h"
#include "engine/state.h"

/* Pages of one class of layers: those of positions that some later token may see. */
struct page_table {
    int32_t *pages;    /* [d->max_pages], by position / KV_PAGE */
    size_t first, end; /* held: [first, end) */
};

struct sheaf_session {
    struct sheaf_decoder *d;
    bool live;
    size_t n_tokens;   /* consumed */
    struct page_table tables[KV_CLASSES];
    int32_t state;     /* slot of recurrent planes, NO_STATE before the first step */
};

struct sheaf_decoder {
    struct sheaf_engine *e;
    pool *pool;
    struct kvcache kv[KV_CLASSES];
    struct state_pool states;
    struct rope_table rope;
    struct step step;
    struct sheaf_session *sessions; /* [max_sessions] */
    size_t max_sessions, max_rows, max_logits, max_positions, max_pages;
    uint32_t *picks;   /* [max_logits] rows that want logits */
    float *logits;     /* [max_logits][V] */
    uint8_t *sample_scratch; /* [workers][sample_bytes] */
    size_t sample_bytes;
    int32_t *page_tables;
    uint8_t *step_memory;    /* all float buffers of the step */
    uint64_t n_steps, n_step_rows;
};

/* Pages that feeding n tokens to the session will take from the free list of a class (copies
 * included). */
size_t session_pages_needed(const struct sheaf_session *s, enum kv_class kind, size_t n_tokens);

/* Takes and copies pages so that positions up to n_tokens + n can be written. Cannot fail after
 * session_pages_needed pages were found free. */
void session_extend(struct sheaf_session *s, size_t n_tokens);

/* The session has consumed n more tokens: gives back the pages that no later one can see. */
void session_advance(struct sheaf_session *s, size_t n_tokens);

#endif
