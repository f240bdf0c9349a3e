/* attend_simd.h - softmax attention of the rows and heads of a job, shared by the vector tiers.
 *
 * A query is one head of one row. Up to HEAD_TILE queries go together, so that K and V are read and
 * converted once for all of them: in the positions that all rows see, queries of several rows; in
 * what a row sees alone, before and after these, its own heads. First the scores, ATTEND_VECS
 * vectors of positions at a time, then the weights, one softmax over all a row sees, then
 * ATTEND_VECS vectors of V's dimensions at a time over all positions. Each score is one chain of
 * multiply-adds over ascending dimensions and each output one over ascending positions (it waits in
 * the scratch between two ranges), however rows, ranges and tiles fall. Part of a page is read in
 * whole vectors; what lies outside the range is dropped.
 *
 * How numbers are read and multiplied is the business of what the tier file has included before:
 * attend_float.h, or attend_dot.h, where a lane holds a unit of two numbers. Ranges of values are
 * cut between units only. */
#ifndef ENGINE_KERNELS_ATTEND_SIMD_H
#define ENGINE_KERNELS_ATTEND_SIMD_H

#include <assert.h>
#include <math.h>

#include "engine/kernels/kernels.h"

#define HEAD_TILE 6
#define ATTEND_VECS (LANES / 4) /* HEAD_TILE x ATTEND_VECS accumulators fit the registers */

/* V is read by pieces of so many positions, all tiles of a job in turn: a piece stays in L1 or
 * near it. */
#define VALUE_PIECE (4 * KV_PAGE)

/* A job, or a tile of it: queries that go together over positions which they see in the same pages.
 * The scores of query i are those of positions origin, origin + 1 ... from scores[i score_stride]
 * on; origin is a multiple of ATTEND_UNIT. */
struct attend_tile {
    const struct attend_job *job;
    const int32_t *pages;
    const float *q;      /* [queries][q_stride] units of dimensions */
    float *scores;       /* first scores, then weights of units of positions */
    float *acc, *sums;   /* [queries][dv]; [queries] */
    size_t q_stride, score_stride, origin;
    int32_t ahead;       /* page that is read after those of the range */
};

typedef void attend_fn(const struct attend_tile *t, size_t begin, size_t end);

/* Pages of a row lie far apart in memory, too short for the hardware to see that they are streams:
 * with what is read of a page goes a request for the same place of the next one, into L2. */
INLINE void prefetch(const uint8_t *place, size_t n_bytes)
{
    UNROLL for (size_t i = 0; i < n_bytes; i += 64)
        _mm_prefetch((const char *)place + i, _MM_HINT_T1);
}

/* ---- scores --------------------------------------------------------------------------------- */

/* Positions [lo, hi) of one page. */
struct page_span {
    size_t page, lo, hi;
};

/* Stores scores of positions from `at` of a page, n_vecs vectors of each query, those in the span.
 * Sums go to memory before anything is called, else they would wait there all the time. `first` is
 * unsigned and may lie before the scores; what is stored does not. */
INLINE void store_scores(const struct attend_tile *t, struct page_span s, size_t at, const vf *acc,
                         const int n_heads, const int n_vecs)
{
    float all[HEAD_TILE][ATTEND_VECS * LANES];
    const size_t n = (size_t)n_vecs * LANES, first = s.page * KV_PAGE + at - t->origin;
    if (s.lo <= at && at + n <= s.hi) {
        UNROLL for (int i = 0; i < n_heads; i++)
            UNROLL for (int v = 0; v < n_vecs; v++)
                vf_store(t->scores + (size_t)i * t->score_stride + first + v * LANES,
                         acc[i * ATTEND_VECS + v]);
        return;
    }
    size_t from = at < s.lo ? s.lo - at : 0, to = at + n < s.hi ? n : s.hi - at;
    UNROLL for (int i = 0; i < n_heads; i++)
        UNROLL for (int v = 0; v < n_vecs; v++)
            vf_store(all[i] + v * LANES, acc[i * ATTEND_VECS + v]);
    for (int i = 0; i < n_heads; i++)
        memcpy(t->scores + (size_t)i * t->score_stride + (first + from), all[i] + from,
               (to - from) * sizeof **all);
}

/* Scores of n_heads queries for n_vecs vectors of positions from `at` of a page. */
INLINE void score_vecs(const struct attend_tile *t, struct page_span s, size_t at,
                       const int n_heads, const int n_vecs, const enum kv_type type)
{
    const struct attend_job *j = t->job;
    const uint8_t *k = j->k + (size_t)t->pages[s.page] * j->page_bytes;
    const uint8_t *ahead = j->k + (size_t)t->ahead * j->page_bytes;
    vf acc[HEAD_TILE * ATTEND_VECS];
    UNROLL for (int i = 0; i < n_heads; i++)
        UNROLL for (int v = 0; v < n_vecs; v++)
            acc[i * ATTEND_VECS + v] = vf_zero();
    for (size_t d = 0; d < t->q_stride; d++) {
        vf key[ATTEND_VECS];
        UNROLL for (int v = 0; v < n_vecs; v++)
            key[v] = load_key(j, k, d, at + (size_t)v * LANES, type);
        prefetch(key_place(ahead, d, at, type), (size_t)n_vecs * LANES * lane_bytes(type));
        UNROLL for (int i = 0; i < n_heads; i++) {
            vf q = vf_set1(t->q[(size_t)i * t->q_stride + d]);
            UNROLL for (int v = 0; v < n_vecs; v++)
                acc[i * ATTEND_VECS + v] = add_products(q, key[v], acc[i * ATTEND_VECS + v]);
        }
    }
    store_scores(t, s, at, acc, n_heads, n_vecs);
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

/* Scores of a row become weights; returns their sum. Both are filled up to whole vectors of
 * weights. */
static float softmax(float *weights, float *scores, size_t n, const float *sink)
{
    size_t whole = LANES * ATTEND_UNIT, padded = (n + whole - 1) / whole * whole;
    vf max = vf_set1(sink ? *sink : -INFINITY);
    for (size_t i = n; i < padded; i++)
        scores[i] = -INFINITY;
    for (size_t i = 0; i < padded; i += LANES)
        max = vf_max(max, vf_load(scores + i));
    float top = vf_hmax(max);
    return attend_weights(weights, scores, padded, top) + (sink ? expf(*sink - top) : 0.0f);
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
    const float *weight = t->scores + (part.begin - t->origin) / ATTEND_UNIT;
    float *out = t->acc + dim;
    vf acc[HEAD_TILE * ATTEND_VECS];
    UNROLL for (int i = 0; i < n_heads; i++)
        UNROLL for (int v = 0; v < n_vecs; v++)
            acc[i * ATTEND_VECS + v] = load_up_to(out + (size_t)i * j->dv + v * LANES, width);
    for (size_t at = part.begin, next; at < part.end; at = next) {
        const uint8_t *page = j->v + (size_t)t->pages[at / KV_PAGE] * j->page_bytes;
        next = (at / KV_PAGE + 1) * KV_PAGE;
        next = next < part.end ? next : part.end;
        const int32_t after = next < part.end ? t->pages[next / KV_PAGE] : t->ahead;
        const uint8_t *ahead = j->v + (size_t)after * j->page_bytes;
        for (size_t pos = at / ATTEND_UNIT * ATTEND_UNIT; pos < next; pos += ATTEND_UNIT) {
            vf value[ATTEND_VECS];
            UNROLL for (int v = 0; v < n_vecs; v++)
                value[v] = load_value(j, page, pos % KV_PAGE, dim + (size_t)v * LANES, width, type);
            prefetch(value_place(j, ahead, pos % KV_PAGE, dim, type),
                     (size_t)n_vecs * LANES * lane_bytes(type));
            if (pos < at || next - pos < ATTEND_UNIT)
                UNROLL for (int v = 0; v < n_vecs; v++)
                    value[v] = seen_values(value[v], pos >= at, next - pos >= ATTEND_UNIT);
            UNROLL for (int i = 0; i < n_heads; i++) {
                vf p = vf_set1(weight[(size_t)i * t->score_stride]);
                UNROLL for (int v = 0; v < n_vecs; v++)
                    acc[i * ATTEND_VECS + v] = add_products(p, value[v], acc[i * ATTEND_VECS + v]);
            }
            weight++;
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
    int32_t ahead; /* page of what comes after */
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
        t.ahead = next < s.end ? s.pages[next / KV_PAGE] : s.ahead;
        for (size_t i = 0; i < n_tiles; i++) {
            size_t from = s.first + s.n * i / n_tiles, to = s.first + s.n * (i + 1) / n_tiles;
            t.q = all->q + from * t.q_stride;
            t.scores = all->scores + from * t.score_stride;
            t.acc = all->acc + from * t.job->dv;
            work->fns[to - from - 1](&t, s.begin, next);
        }
    }
}

static size_t whole_units(size_t n)
{
    return n / ATTEND_UNIT * ATTEND_UNIT;
}

/* The page of position `pos` of the first row from r on that sees so far; if none does, one that
 * has been read. */
static int32_t page_ahead(const struct attend_job *j, size_t r, size_t pos)
{
    while (r < j->n_rows && j->rows[r].end <= pos)
        r++;
    if (r < j->n_rows)
        return j->rows[r].pages[pos / KV_PAGE];
    return j->rows->pages[j->rows->begin / KV_PAGE];
}

/* What every row sees alone before the common positions, these, what it sees alone after them. A
 * unit that is common in part is everyone's own. */
static void over_job(const struct attend_tile *all, const struct attend_work *work)
{
    const struct attend_job *j = all->job;
    const struct attend_row *row = j->rows;
    size_t n = j->n_heads, begin = whole_units(j->begin + ATTEND_UNIT - 1);
    size_t end = whole_units(j->end) > begin ? whole_units(j->end) : begin;
    for (size_t r = 0; r < j->n_rows; r++) {
        size_t before = begin < row[r].end ? begin : row[r].end;
        over_stretch(all, work, (struct stretch){r * n, n, row[r].pages, row[r].begin, before,
                                                 page_ahead(j, 0, begin)});
    }
    over_stretch(all, work, (struct stretch){0, j->n_rows * n, row->pages, begin, end,
                                             page_ahead(j, 0, end)});
    for (size_t r = 0; r < j->n_rows; r++)
        over_stretch(all, work, (struct stretch){r * n, n, row[r].pages, end, row[r].end,
                                                 page_ahead(j, r + 1, end)});
}

/* Lays out the scratch: scores, outputs, sums of weights, queries side by side. */
static struct attend_tile attend_begin(const struct attend_job *j)
{
    struct attend_tile a = {.job = j, .origin = j->rows->begin};
    size_t end = 0, n_queries = j->n_rows * j->n_heads;
    for (size_t r = 0; r < j->n_rows; r++) {
        const struct attend_row *row = &j->rows[r];
        assert(row->begin <= j->begin && j->begin <= j->end && j->end <= row->end);
        a.origin = row->begin < a.origin ? row->begin : a.origin;
        end = row->end > end ? row->end : end;
    }
    a.score_stride = attend_score_stride(end - a.origin);
    a.origin = whole_units(a.origin);
    a.q_stride = (j->dk + ATTEND_UNIT - 1) / ATTEND_UNIT;
    a.scores = j->scratch;
    a.acc = a.scores + n_queries * a.score_stride;
    memset(a.acc, 0, n_queries * j->dv * sizeof *a.acc);
    a.sums = a.acc + n_queries * j->dv;
    float *q = a.sums + n_queries;
    a.q = q;
    for (size_t i = 0; i < n_queries; i++, q += a.q_stride)
        take_query(q, j->rows[i / j->n_heads].q + i % j->n_heads * j->dk, j->dk);
    return a;
}

static void weigh_rows(const struct attend_tile *a)
{
    const struct attend_job *j = a->job;
    for (size_t r = 0; r < j->n_rows; r++) {
        const struct attend_row *row = &j->rows[r];
        size_t begin = whole_units(row->begin), first = begin - a->origin;
        for (size_t h = 0; h < j->n_heads; h++) {
            size_t i = r * j->n_heads + h;
            float *weights = a->scores + i * a->score_stride, *scores = weights + first;
            for (size_t unseen = begin; unseen < row->begin; unseen++)
                scores[unseen - begin] = -INFINITY;
            a->sums[i] = softmax(weights + first / ATTEND_UNIT, scores, row->end - begin,
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

#define ATTEND_NAMED(NAME, TYPE) ATTEND(attend_##NAME, TYPE)
#define ATTEND_ENTRY(NAME, TYPE) k->attend[TYPE] = attend_##NAME;

ATTEND_TYPES(ATTEND_NAMED)

static void fill_attend(struct kernels *k)
{
    ATTEND_TYPES(ATTEND_ENTRY)
}

#endif
