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

#define SSM_CHUNK 64

enum step_phase {
    PHASE_MATMUL,
    PHASE_ATTENTION,
    PHASE_MIXER,
    PHASE_SAMPLING,
    PHASE_OTHER,
    STEP_PHASES
};

struct row {
    int32_t token;
    uint32_t position;
    uint32_t segment;
    const int32_t *pages[KV_CLASSES]; /* the session's page tables, indexed by position */
};

/* The rows of one session in a step, at consecutive positions. */
struct segment {
    size_t first, n_rows;
    const uint8_t *from; /* its recurrent state before the step; NULL in models without */
    uint8_t *to;         /* and where that after it goes: from itself or another slot */
};

struct step {
    const struct sheaf_engine *e;
    pool *pool;
    struct kvcache *kv; /* [KV_CLASSES] */
    const struct rope_table *rope;
    double phase_s[STEP_PHASES];

    struct row *rows; /* [max_rows] */
    size_t n_rows;
    struct segment *segments; /* [max_sessions] */
    size_t n_segments;

    float *x, *h, *delta;      /* [max_rows][D] */
    bool delta_pending;
    float *q, *k, *v;          /* [max_rows][H dk], [G dk], [G dv] */
    float *mixed;              /* [max_rows][H dv, I or D]: input of an out-projection */
    float *gate, *up;          /* [max_rows][F] */
    float *mix;                /* [max_rows][3 D or z, x, B, C, dt]: in-projection of a mixer */
    float *gates;              /* [max_rows][3 H] of a Mamba-2 mixer */
    float *products;           /* [max_rows][groups][SSM_CHUNK]: C B^T of a Mamba-2 chunk */
    float *router;             /* [max_rows][E] logits; E experts, each row visits k */
    struct visit *visits;      /* [max_rows][k], best first */
    uint32_t *sorted;          /* [max_rows k] visit in each slot: the visits sorted by expert */
    uint32_t *expert_first;    /* [E + 1] first slot of an expert */
    uint32_t *active;          /* [E] experts that are visited */
    float *expert_x;           /* [max_rows k][D]: by slot, inputs and then outputs */
    float *expert_gate, *expert_up; /* [max_rows k][Fe] */
    void *expert_codes;        /* int8 form of the input of the experts' products */
    float *low_rank, *update;  /* adapters: [max_rows][rank], [max_rows][n_out]; NULL without */
    struct acts acts;          /* input of the next products */
    void *codes;               /* its int8 form */

    float *attend_scratch;     /* [workers][attend_stride] */
    size_t attend_stride;
    float *ssm_scratch;        /* [workers][ssm_scratch_stride] */
    size_t ssm_scratch_stride;
    uint8_t *pack_scratch;     /* [workers][pack_stride] a panel of mapped weights */
    size_t pack_stride;        /* bytes, 0 when the weights were repacked */
};

/* x = embedding of each row's token. */
void graph_embed(struct step *s);

/* x += delta (if pending); h = RMS(x; weight), ready as input of products. */
void graph_norm(struct step *s, const float *weight);

/* delta = Wo Attention(...) of the input, keys and values of the rows stored in the cache first. */
void graph_attention(struct step *s, const struct layer *l, uint32_t layer);

/* Floats of scratch that a worker takes for rows that see up to n_positions. */
size_t attention_scratch_floats(const struct hparams *h, size_t n_positions);

/* mix = the mixer's in-projection of the input; to be taken before another block replaces the
 * input. */
void graph_mamba_in(struct step *s, const struct layer *l);
/* delta = Wout Mamba2(mix). Rows of a session in pieces of up to SSM_CHUNK positions, cut at
 * multiples of it: one token steps the recurrence, a longer piece is a few matrix products. Dao and
 * Gu, arXiv:2405.21060. */
void graph_mamba(struct step *s, const struct layer *l);
size_t ssm_scratch_floats(const struct hparams *h); /* per worker */

/* delta = Wout (C * conv(B * x)), (B, C, x) = Win h. LFM2, arXiv:2511.23404. */
void graph_shortconv(struct step *s, const struct layer *l);

/* delta = the layer's feed-forward: its experts, and its dense block Wdown act(Wgate h, Wup h) or
 * the shared expert, which is the same. */
void graph_ffn(struct step *s, const struct layer *l);

/* Logits of n rows (indices ascending) into out [n][V]: final norm and head. */
void graph_logits(struct step *s, const uint32_t *rows, size_t n, float *out);

/* Runs fn over n items in parallel and books the time. */
void step_run(struct step *s, enum step_phase phase, size_t n, size_t grain, pool_fn *fn,
              void *ctx);

#endif
