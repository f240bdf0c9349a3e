/* attend_simd.h - softmax attention of a group of heads, shared by the vector tiers.
 *
 * Up to HEAD_TILE heads go together, so that K and V are read once for all of them: first scores
 * of ATTEND_VECS vectors of positions at a time, then the weights, then ATTEND_VECS vectors of V's
 * dimensions at a time over all positions. Each score is one chain of multiply-adds over ascending
 * dimensions and each output one over ascending positions, however the tiles fall. A partial last
 * page is read in whole vectors; what lies outside the job is dropped. */
#ifndef ENGINE_KERNELS_ATTEND_SIMD_H
#define ENGINE_KERNELS_ATTEND_SIMD_H

#include <assert.h>

#include "engine/kernels/math_simd.h"

#define HEAD_TILE 6
#define ATTEND_VECS (LANES / 4) /* HEAD_TILE x ATTEND_VECS accumulators fit the registers */

/* One tile of heads of a job. */
struct heads {
    const struct attend_job *job;
    const float *q;    /* of the first head */
    float *scores;     /* [heads][score_stride], from pos_begin on */
    size_t score_stride, first;
};

/* The part of a page that a job sees: positions [lo, hi) of page `index`. */
struct page_span {
    size_t index, lo, hi;
};

INLINE struct page_span span_of(const struct attend_job *j, size_t page)
{
    size_t start = page * KV_PAGE, end = start + KV_PAGE;
    return (struct page_span){page, j->pos_begin > start ? j->pos_begin - start : 0,
                              j->pos_end < end ? j->pos_end - start : KV_PAGE};
}

INLINE vf load_kv(const void *page, const enum kv_type type, size_t at)
{
    return type == KV_F16 ? vf_load_f16((const uint16_t *)page + at)
                          : vf_load((const float *)page + at);
}

INLINE vf load_kv_part(const void *page, const enum kv_type type, size_t at, size_t n)
{
    return type == KV_F16 ? vf_load_f16_part((const uint16_t *)page + at, n)
                          : vf_load_part((const float *)page + at, n, 0.0f);
}

/* Stores the scores of positions [at, at + LANES) of a page that lie in the span. */
INLINE void store_scores(float *row, const struct attend_job *j, struct page_span s, size_t at,
                         vf v)
{
    float all[LANES];
    size_t from = at < s.lo ? s.lo - at : 0, to = at + LANES < s.hi ? LANES : s.hi - at;
    float *dst = row + (s.index * KV_PAGE + at + from - j->pos_begin);
    if (to - from == LANES) {
        vf_store(dst, v);
        return;
    }
    vf_store(all, v);
    memcpy(dst, all + from, (to - from) * sizeof *dst);
}

/* Scores of n_heads heads for n_vecs vectors of positions from `at`. */
INLINE void score_tile(const struct heads *h, struct page_span s, size_t at, const int n_heads,
                       const int n_vecs, const enum kv_type type)
{
    const struct attend_job *j = h->job;
    const void *k = j->k_pages[s.index];
    vf acc[HEAD_TILE * ATTEND_VECS];
    UNROLL for (int i = 0; i < n_heads; i++)
        UNROLL for (int v = 0; v < n_vecs; v++)
            acc[i * ATTEND_VECS + v] = vf_zero();
    for (size_t d = 0; d < j->dk; d++) {
        vf key[ATTEND_VECS];
        UNROLL for (int v = 0; v < n_vecs; v++)
            key[v] = load_kv(k, type, d * KV_PAGE + at + (size_t)v * LANES);
        UNROLL for (int i = 0; i < n_heads; i++) {
            vf q = vf_set1(h->q[(size_t)i * j->q_stride + d]);
            UNROLL for (int v = 0; v < n_vecs; v++)
                acc[i * ATTEND_VECS + v] = vf_fma(q, key[v], acc[i * ATTEND_VECS + v]);
        }
    }
    UNROLL for (int i = 0; i < n_heads; i++)
        UNROLL for (int v = 0; v < n_vecs; v++)
            store_scores(h->scores + (size_t)i * h->score_stride, j, s, at + (size_t)v * LANES,
                         acc[i * ATTEND_VECS + v]);
}

INLINE void score_page(const struct heads *h, struct page_span s, const int n_heads,
                       const enum kv_type type)
{
    size_t at = s.lo / LANES * LANES;
    for (; at + (ATTEND_VECS - 1) * LANES < s.hi; at += ATTEND_VECS * LANES)
        score_tile(h, s, at, n_heads, ATTEND_VECS, type);
    for (; at < s.hi; at += LANES)
        score_tile(h, s, at, n_heads, 1, type);
}

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

/* Outputs of n_heads heads for n_vecs vectors of dimensions from `dim`; with n_vecs 1 the vector
 * may be partial: `width` dimensions. */
INLINE void value_tile(const struct heads *h, const float *sums, size_t dim, size_t width,
                       const int n_heads, const int n_vecs, const enum kv_type type)
{
    const struct attend_job *j = h->job;
    vf acc[HEAD_TILE * ATTEND_VECS];
    const float *weight = h->scores;
    UNROLL for (int i = 0; i < n_heads; i++)
        UNROLL for (int v = 0; v < n_vecs; v++)
            acc[i * ATTEND_VECS + v] = vf_zero();
    for (size_t page = j->pos_begin / KV_PAGE; page * KV_PAGE < j->pos_end; page++) {
        struct page_span s = span_of(j, page);
        for (size_t pos = s.lo; pos < s.hi; pos++, weight++) {
            vf value[ATTEND_VECS];
            UNROLL for (int v = 0; v < n_vecs; v++) {
                size_t at = pos * j->dv + dim + (size_t)v * LANES;
                value[v] = width < LANES ? load_kv_part(j->v_pages[page], type, at, width)
                                         : load_kv(j->v_pages[page], type, at);
            }
            UNROLL for (int i = 0; i < n_heads; i++) {
                vf p = vf_set1(weight[(size_t)i * h->score_stride]);
                UNROLL for (int v = 0; v < n_vecs; v++)
                    acc[i * ATTEND_VECS + v] = vf_fma(p, value[v], acc[i * ATTEND_VECS + v]);
            }
        }
    }
    UNROLL for (int i = 0; i < n_heads; i++)
        UNROLL for (int v = 0; v < n_vecs; v++)
            store_up_to(j->out + (h->first + (size_t)i) * j->out_stride + dim + (size_t)v * LANES,
                        vf_div(acc[i * ATTEND_VECS + v], vf_set1(sums[i])), width);
}

INLINE void attend_values(const struct heads *h, const float *sums, const int n_heads,
                          const enum kv_type type)
{
    size_t dim = 0, dv = h->job->dv;
    for (; dim + ATTEND_VECS * LANES <= dv; dim += ATTEND_VECS * LANES)
        value_tile(h, sums, dim, LANES, n_heads, ATTEND_VECS, type);
    for (; dim + LANES <= dv; dim += LANES)
        value_tile(h, sums, dim, LANES, n_heads, 1, type);
    if (dim < dv)
        value_tile(h, sums, dim, dv - dim, n_heads, 1, type);
}

INLINE void attend_heads(const struct heads *h, const int n_heads, const enum kv_type type)
{
    const struct attend_job *j = h->job;
    float sums[HEAD_TILE];
    for (size_t page = j->pos_begin / KV_PAGE; page * KV_PAGE < j->pos_end; page++)
        score_page(h, span_of(j, page), n_heads, type);
    for (int i = 0; i < n_heads; i++)
        sums[i] = attend_weights(h->scores + (size_t)i * h->score_stride, j->pos_end - j->pos_begin,
                                 j->sinks ? j->sinks + h->first + i : NULL);
    attend_values(h, sums, n_heads, type);
}

typedef void heads_fn(const struct heads *h);

#define HEADS_FN(NAME, TYPE, N) \
    static void NAME##_##N(const struct heads *h) \
    { \
        attend_heads(h, N, TYPE); \
    }

static void attend_run(const struct attend_job *j, heads_fn *const tiles[HEAD_TILE])
{
    size_t n = j->pos_end - j->pos_begin, n_heads;
    assert(j->pos_begin < j->pos_end);
    struct heads h = {.job = j, .scores = j->scores,
                      .score_stride = (n + KV_PAGE - 1) / KV_PAGE * KV_PAGE};
    for (; h.first < j->n_heads; h.first += n_heads) {
        size_t left = j->n_heads - h.first;
        n_heads = left < HEAD_TILE ? left : HEAD_TILE;
        h.q = j->q + h.first * j->q_stride;
        tiles[n_heads - 1](&h);
    }
}

#define ATTEND(NAME, TYPE) \
    HEADS_FN(NAME, TYPE, 1) HEADS_FN(NAME, TYPE, 2) HEADS_FN(NAME, TYPE, 3) \
    HEADS_FN(NAME, TYPE, 4) HEADS_FN(NAME, TYPE, 5) HEADS_FN(NAME, TYPE, 6) \
    static void NAME(const struct attend_job *j) \
    { \
        static heads_fn *const TILES[HEAD_TILE] = {NAME##_1, NAME##_2, NAME##_3, \
                                                   NAME##_4, NAME##_5, NAME##_6}; \
        attend_run(j, TILES); \
    }

ATTEND(attend_f32, KV_F32)
ATTEND(attend_f16, KV_F16)

static void fill_attend(struct kernels *k)
{
    k->attend[KV_F32] = attend_f32;
    k->attend[KV_F16] = attend_f16;
}

#endif
