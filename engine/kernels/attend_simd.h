/* attend_simd.h - softmax attention of the rows and heads of a job, shared by the vector tiers.
 *
 * A query is one head of one row. Up to HEAD_TILE queries go together, so that K and V are read and
 * converted once for all of them: in the positions that all rows see, queries of several rows; in
 * what a row sees alone, before and after these, its own heads. First the scores, ATTEND_VECS
 * vectors of positions at a time, then the weights, one softmax over all a row sees, then
 * ATTEND_VECS vectors of V's dimensions at a time over all positions. Each score is one chain of
 * multiply-adds over ascending dimensions and each output one over ascending positions (it waits in
 * the scratch between two ranges), however rows, ranges and tiles fall. Part of a page is read in
 * whole vectors; what lies outside the range is dropped. */
#ifndef ENGINE_KERNELS_ATTEND_SIMD_H
#define ENGINE_KERNELS_ATTEND_SIMD_H

#include <assert.h>

#include "engine/kernels/math_simd.h"

#define HEAD_TILE 6
#define ATTEND_VECS (LANES / 4) /* HEAD_TILE x ATTEND_VECS accumulators fit the registers */

/* V is read by pieces of so many positions, all tiles of a job in turn: a piece stays in L1 or
 * near it. */
#define VALUE_PIECE (4 * KV_PAGE)

/* A job, or a tile of it: queries that go together over positions which they see in the same pages.
 * The scores of query i are those of positions origin, origin + 1 ... from scores[i score_stride]
 * on. */
struct attend_tile {
    const struct attend_job *job;
    const int32_t *pages;
    const float *q;      /* [queries][dk] */
    float *scores;
    float *acc, *sums;   /* [queries][dv]; [queries] */
    size_t score_stride, origin;
};

typedef void attend_fn(const struct attend_tile *t, size_t begin, size_t end);

INLINE const float *kv_scales(const uint8_t *page, size_t width)
{
    return (const float *)(const void *)(page + width * KV_PAGE);
}

/* Dimension d of LANES positions from `at` of a page. */
INLINE vf load_key(const struct attend_job *j, const uint8_t *page, size_t d, size_t at,
                   const enum kv_type type)
{
    size_t i = d * KV_PAGE + at;
    if (type == KV_Q8)
        return vf_mul(vf_load_i8(page + i),
                      vf_load(kv_scales(page, j->dk) + d / KV_BLOCK * KV_PAGE + at));
    return type == KV_F16 ? vf_load_f16((const uint16_t *)(const void *)page + i)
                          : vf_load((const float *)(const void *)page + i);
}

/* Up to LANES dimensions from `dim`, a multiple of LANES, of a position of a page. Codes are read
 * past the last: scales follow them. */
INLINE vf load_value(const struct attend_job *j, const uint8_t *page, size_t pos, size_t dim,
                     size_t width, const enum kv_type type)
{
    size_t i = pos * j->dv + dim;
    const uint16_t *half = (const uint16_t *)(const void *)page + i;
    const float *whole = (const float *)(const void *)page + i;
    if (type == KV_Q8)
        return vf_mul(vf_load_i8(page + i), vf_set1(kv_scales(page, j->dv)[pos * kv_blocks(j->dv) +
                                                                          dim / KV_BLOCK]));
    if (type == KV_F16)
        return width < LANES ? vf_load_f16_part(half, width) : vf_load_f16(half);
    return width < LANES ? vf_load_part(whole, width, 0.0f) : vf_load(whole);
}

/* ---- scores --------------------------------------------------------------------------------- */

/* Positions [lo, hi) of one page. */
struct page_span {
    size_t page, lo, hi;
};

/* Stores the scores of positions [at, at + LANES) of a page that lie in the span. `first`: index
 * of the page's first position among the scores (unsigned: it may lie before them). */
INLINE void store_scores(float *row, size_t first, struct page_span s, size_t at, vf v)
{
    float all[LANES];
    size_t from = at < s.lo ? s.lo - at : 0, to = at + LANES < s.hi ? LANES : s.hi - at;
    float *dst = row + (first + at + from);
    if (to - from == LANES) {
        vf_store(dst, v);
        return;
    }
    vf_store(all, v);
    memcpy(dst, all + from, (to - from) * sizeof *dst);
}

/* Scores of n_heads queries for n_vecs vectors of positions from `at` of a page. */
INLINE void score_vecs(const struct attend_tile *t, struct page_span s, size_t at,
                       const int n_heads, const int n_vecs, const enum kv_type type)
{
    const struct attend_job *j = t->job;
    const uint8_t *k = j->k + (size_t)t->pages[s.page] * j->page_bytes;
    vf acc[HEAD_TILE * ATTEND_VECS];
    UNROLL for (int i = 0; i < n_heads; i++)
        UNROLL for (int v = 0; v < n_vecs; v++)
            acc[i * ATTEND_VECS + v] = vf_zero();
    for (size_t d = 0; d < j->dk; d++) {
        vf key[ATTEND_VECS];
        UNROLL for (int v = 0; v < n_vecs; v++)
            key[v] = load_key(j, k, d, at + (size_t)v * LANES, type);
        UNROLL for (int i = 0; i < n_heads; i++) {
            vf q = vf_set1(t->q[(size_t)i * j->dk + d]);
            UNROLL for (int v = 0; v < n_vecs; v++)
                acc[i * ATTEND_VECS + v] = vf_fma(q, key[v], acc[i * ATTEND_VECS + v]);
        }
    }
    UNROLL for (int i = 0; i < n_heads; i++)
        UNROLL for (int v = 0; v < n_vecs; v++)
            store_scores(t->scores + (size_t)i * t->score_stride, s.page * KV_PAGE - t->origin, s,
                         at + (size_t)v * LANES, acc[i * ATTEND_VECS + v]);
}

/* Positions of one page. */
INLINE void score_tile(const struct attend_tile *t, size_t begin, size_t end, const int n_heads,
                       const enum kv_type type)
{
    size_t page = begin / KV_PAGE;
    struct page_span s = {page, begin - page * KV_PAGE, end - page * KV_PAGE};
    size_t at = s.lo / LANES * LANES;
    for (; at + (ATTEND_VECS - 1) * LANES < s.hi; at += ATTEND_VECS * LANES)
        score_vecs(t, s, at, n_heads, ATTEND_VECS, type);
    for (; at < s.hi; at += LANES)
        score_vecs(t, s, at, n_heads, 1, type);
}

/* ---- weights -------------------------------------------------------------------------------- */

/* Scores become exp(score - max); returns their sum. The row is padded to whole vectors. */
static float attend_weights(float *scores, size_t n, const float *sink)
{
    size_t padded = (n + LANES - 1) / LANES * LANES;
    vf max = vf_set1(sink ? *sink : -INFINITY), sum = vf_zero();
    for (size_t i = n; i < padded; i++)
        scores[i] = -INFINITY;
    for (size_t i = 0; i < padded; i += LANES)
        max = vf_max(max, vf_load(scores + i));
    float top = vf_hmax(max);
    for (size_t i = 0; i < padded; i += LANES) {
        vf e = vf_exp(vf_sub(vf_load(scores + i), vf_set1(top)));
        vf_store(scores + i, e);
        sum = vf_add(sum, e);
    }
    return vf_hsum(sum) + (sink ? expf(*sink - top) : 0.0f);
}

/* ---- values --------------------------------------------------------------------------------- */

/* Positions to add up, and the dimensions from `dim` on that a vector has of V. */
struct value_part {
    size_t begin, end;
    size_t dim, width;
};

/* Adds to the outputs of n_heads queries, n_vecs vectors of dimensions; one may be partial. */
INLINE void value_vecs(const struct attend_tile *t, struct value_part part, const int n_heads,
                       const int n_vecs, const enum kv_type type)
{
    const struct attend_job *j = t->job;
    const size_t dim = part.dim, width = part.width;
    const float *weight = t->scores + (part.begin - t->origin);
    float *out = t->acc + dim;
    vf acc[HEAD_TILE * ATTEND_VECS];
    UNROLL for (int i = 0; i < n_heads; i++)
        UNROLL for (int v = 0; v < n_vecs; v++)
            acc[i * ATTEND_VECS + v] = load_up_to(out + (size_t)i * j->dv + v * LANES, width);
    for (size_t at = part.begin, next; at < part.end; at = next) {
        const uint8_t *page = j->v + (size_t)t->pages[at / KV_PAGE] * j->page_bytes;
        next = (at / KV_PAGE + 1) * KV_PAGE;
        next = next < part.end ? next : part.end;
        for (size_t pos = at; pos < next; pos++, weight++) {
            vf value[ATTEND_VECS];
            UNROLL for (int v = 0; v < n_vecs; v++)
                value[v] = load_value(j, page, pos % KV_PAGE, dim + (size_t)v * LANES, width, type);
            UNROLL for (int i = 0; i < n_heads; i++) {
                vf p = vf_set1(weight[(size_t)i * t->score_stride]);
                UNROLL for (int v = 0; v < n_vecs; v++)
                    acc[i * ATTEND_VECS + v] = vf_fma(p, value[v], acc[i * ATTEND_VECS + v]);
            }
        }
    }
    UNROLL for (int i = 0; i < n_heads; i++)
        UNROLL for (int v = 0; v < n_vecs; v++)
            store_up_to(out + (size_t)i * j->dv + v * LANES, acc[i * ATTEND_VECS + v], width);
}

INLINE void value_tile(const struct attend_tile *t, size_t begin, size_t end, const int n_heads,
                       const enum kv_type type)
{
    struct value_part part = {begin, end, 0, LANES};
    size_t dv = t->job->dv;
    for (; part.dim + ATTEND_VECS * LANES <= dv; part.dim += ATTEND_VECS * LANES)
        value_vecs(t, part, n_heads, ATTEND_VECS, type);
    for (; part.dim + LANES <= dv; part.dim += LANES)
        value_vecs(t, part, n_heads, 1, type);
    part.width = dv - part.dim;
    if (part.width)
        value_vecs(t, part, n_heads, 1, type);
}

/* ---- a job ---------------------------------------------------------------------------------- */

/* Tiles of 1 .. HEAD_TILE queries, and the positions that they take at a time. */
struct attend_work {
    attend_fn *fns[HEAD_TILE];
    size_t piece;
};

/* Queries [first, first + n) over positions [begin, end) of the pages, piece by piece. */
struct stretch {
    size_t first, n;
    const int32_t *pages;
    size_t begin, end;
};

/* In tiles of nearly equal size: 7 queries are 4 and 3, not 6 and a slow 1. */
static void over_stretch(const struct attend_tile *all, const struct attend_work *work,
                         struct stretch s)
{
    struct attend_tile t = *all;
    size_t n_tiles = (s.n + HEAD_TILE - 1) / HEAD_TILE;
    t.pages = s.pages;
    for (size_t next; s.begin < s.end; s.begin = next) {
        next = (s.begin / work->piece + 1) * work->piece;
        next = next < s.end ? next : s.end;
        for (size_t i = 0; i < n_tiles; i++) {
            size_t from = s.first + s.n * i / n_tiles, to = s.first + s.n * (i + 1) / n_tiles;
            t.q = all->q + from * t.job->dk;
            t.scores = all->scores + from * t.score_stride;
            t.acc = all->acc + from * t.job->dv;
            work->fns[to - from - 1](&t, s.begin, next);
        }
    }
}

/* What every row sees alone before the common positions, these, what it sees alone after them. */
static void over_job(const struct attend_tile *all, const struct attend_work *work)
{
    const struct attend_job *j = all->job;
    const struct attend_row *row = j->rows;
    size_t n = j->n_heads;
    for (size_t r = 0; r < j->n_rows; r++)
        over_stretch(all, work,
                     (struct stretch){r * n, n, row[r].pages, row[r].begin, j->begin});
    over_stretch(all, work,
                 (struct stretch){0, j->n_rows * n, row->pages, j->begin, j->end});
    for (size_t r = 0; r < j->n_rows; r++)
        over_stretch(all, work, (struct stretch){r * n, n, row[r].pages, j->end, row[r].end});
}

/* Lays out the scratch: scores, outputs, sums of weights, queries side by side. */
static struct attend_tile attend_begin(const struct attend_job *j)
{
    struct attend_tile a = {.job = j, .q = j->rows->q, .origin = j->rows->begin};
    size_t end = 0, n_queries = j->n_rows * j->n_heads;
    for (size_t r = 0; r < j->n_rows; r++) {
        const struct attend_row *row = &j->rows[r];
        assert(row->begin <= j->begin && j->begin <= j->end && j->end <= row->end);
        a.origin = row->begin < a.origin ? row->begin : a.origin;
        end = row->end > end ? row->end : end;
    }
    a.score_stride = attend_score_stride(end - a.origin);
    a.scores = j->scratch;
    a.acc = a.scores + n_queries * a.score_stride;
    memset(a.acc, 0, n_queries * j->dv * sizeof *a.acc);
    a.sums = a.acc + n_queries * j->dv;
    float *q = a.sums + n_queries;
    for (size_t r = 0; r < j->n_rows && j->n_rows > 1; r++)
        memcpy(q + r * j->n_heads * j->dk, j->rows[r].q, j->n_heads * j->dk * sizeof *q);
    if (j->n_rows > 1)
        a.q = q;
    return a;
}

static void weigh_rows(const struct attend_tile *a)
{
    const struct attend_job *j = a->job;
    for (size_t r = 0; r < j->n_rows; r++) {
        const struct attend_row *row = &j->rows[r];
        for (size_t h = 0; h < j->n_heads; h++) {
            size_t i = r * j->n_heads + h;
            float *scores = a->scores + i * a->score_stride + (row->begin - a->origin);
            a->sums[i] = attend_weights(scores, row->end - row->begin,
                                        j->sinks ? j->sinks + h : NULL);
        }
    }
}

static void divide_rows(const struct attend_tile *a)
{
    const struct attend_job *j = a->job;
    for (size_t r = 0; r < j->n_rows; r++)
        for (size_t h = 0; h < j->n_heads; h++) {
            const float *acc = a->acc + (r * j->n_heads + h) * j->dv;
            float *out = j->rows[r].out + h * j->dv;
            vf sum = vf_set1(a->sums[r * j->n_heads + h]);
            for (size_t d = 0; d < j->dv; d += LANES)
                store_up_to(out + d, vf_div(load_up_to(acc + d, j->dv - d), sum), j->dv - d);
        }
}

static void attend_run(const struct attend_job *j, const struct attend_work *scores,
                       const struct attend_work *values)
{
    struct attend_tile a = attend_begin(j);
    over_job(&a, scores);
    weigh_rows(&a);
    over_job(&a, values);
    divide_rows(&a);
}

#define ATTEND_FN(NAME, TYPE, N) \
    static void NAME##_score_##N(const struct attend_tile *t, size_t begin, size_t end) \
    { \
        score_tile(t, begin, end, N, TYPE); \
    } \
    static void NAME##_value_##N(const struct attend_tile *t, size_t begin, size_t end) \
    { \
        value_tile(t, begin, end, N, TYPE); \
    }

#define ATTEND(NAME, TYPE) \
    ATTEND_FN(NAME, TYPE, 1) ATTEND_FN(NAME, TYPE, 2) ATTEND_FN(NAME, TYPE, 3) \
    ATTEND_FN(NAME, TYPE, 4) ATTEND_FN(NAME, TYPE, 5) ATTEND_FN(NAME, TYPE, 6) \
    static void NAME(const struct attend_job *j) \
    { \
        static const struct attend_work SCORES = { \
            {NAME##_score_1, NAME##_score_2, NAME##_score_3, NAME##_score_4, NAME##_score_5, \
             NAME##_score_6}, KV_PAGE}; \
        static const struct attend_work VALUES = { \
            {NAME##_value_1, NAME##_value_2, NAME##_value_3, NAME##_value_4, NAME##_value_5, \
             NAME##_value_6}, VALUE_PIECE}; \
        attend_run(j, &SCORES, &VALUES); \
    }

ATTEND(attend_f32, KV_F32)
ATTEND(attend_f16, KV_F16)
ATTEND(attend_q8, KV_Q8)

static void fill_attend(struct kernels *k)
{
    k->attend[KV_F32] = attend_f32;
    k->attend[KV_F16] = attend_f16;
    k->attend[KV_Q8] = attend_q8;
}

#endif
