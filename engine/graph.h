/* graph.h - the blocks a layer is made of, over the rows of one step.
 *
 * A step holds R rows: one token each, of any sessions. Rows never mix except through attention,
 * where a row sees the pages of its own session. So every block gives a row the same bits whatever
 * else is in the step. The residual stream x stays in f32; a block leaves its result in `delta`,
 * which the next norm adds to x (one pass over memory instead of two).
 *
 * Legend: R rows, D width, H / G query and KV heads, dk / dv head widths, F feed-forward width. */
#ifndef ENGINE_GRAPH_H
#define ENGINE_GRAPH_H

#include "base/pool.h"
#include "engine/kvcache.h"
#include "engine/model.h"
#include "engine/rope.h"

enum step_phase { PHASE_MATMUL, PHASE_ATTENTION, PHASE_SAMPLING, PHASE_OTHER, STEP_PHASES };

struct row {
    int32_t token;
    uint32_t position;
    const int32_t *pages; /* the session's page table */
};

struct step {
    const struct sheaf_engine *e;
    pool *pool;
    struct kvcache *kv;
    const struct rope_table *rope;
    double phase_s[STEP_PHASES];

    struct row *rows; /* [max_rows] */
    size_t n_rows;

    float *x, *h, *delta;      /* [max_rows][D] */
    bool delta_pending;
    float *q, *k, *v, *att;    /* [max_rows][H dk], [G dk], [G dv], [H dv] */
    float *gate, *up;          /* [max_rows][F] */
    float *low_rank, *update;  /* adapters: [max_rows][rank], [max_rows][n_out]; NULL without */
    struct acts acts;          /* input of the next products */
    void *codes;               /* its int8 form */

    float *scores;             /* [workers][scores_stride] */
    size_t scores_stride;
    const void **page_views;   /* [workers][2 pages_stride] */
    size_t pages_stride;
};

/* x = embedding of each row's token. */
void graph_embed(struct step *s);

/* x += delta (if pending); h = RMS(x; weight), ready as input of products. */
void graph_norm(struct step *s, const float *weight);

/* delta = Wo Attention(...) of the input, keys and values of the rows stored in the cache first. */
void graph_attention(struct step *s, const struct layer *l, uint32_t layer);

/* delta = Wdown (silu(Wgate h) * Wup h). */
void graph_swiglu(struct step *s, const struct layer *l);

/* Logits of n rows (indices ascending) into out [n][V]: final norm and head. */
void graph_logits(struct step *s, const uint32_t *rows, size_t n, float *out);

/* Runs fn over n items in parallel and books the time. */
void step_run(struct step *s, enum step_phase phase, size_t n, size_t grain, pool_fn *fn,
              void *ctx);

#endif
