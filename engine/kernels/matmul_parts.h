/* matmul_parts.h - what the products of all vector tiers share: the walk over rows and panels, the
 * scaling of integer sums, prefetching.
 *
 * Order: rows in chunks whose activations fit L2, then panels, then the tiles of the chunk, so
 * that a panel comes from memory once per chunk and its scales and codes are one sequential
 * stream.
 *
 * The includer includes a vector header first. */
#ifndef ENGINE_KERNELS_MATMUL_PARTS_H
#define ENGINE_KERNELS_MATMUL_PARTS_H

#include "engine/kernels/acts.h"
#include "engine/kernels/panel_shape.h"
#include "engine/kernels/tiers.h"

#define CHUNK_BYTES ((size_t)384 << 10) /* activations of one chunk of rows */
#define PREFETCH_BYTES 8192             /* ahead in the panel stream, for a single tile */
#define PREFETCH_ROWS 4                 /* fewer may be left to the hardware's prefetching */
#define WIDE_ROWS (2 * ACT_ROWS)        /* of a tile that takes two whole groups of rows */

/* X(name, layout) for every quantised layout. */
#define QUANT_LAYOUTS(X) \
    X(q4_0, PANEL_Q4_0) X(q4_1, PANEL_Q4_1) X(mxfp4, PANEL_MXFP4) X(iq4_nl, PANEL_IQ4_NL) \
    X(q5_1, PANEL_Q5_1) X(q4_k, PANEL_Q4_K) X(q5_k, PANEL_Q5_K) X(q8_0, PANEL_Q8_0) \
    X(q6_k, PANEL_Q6_K) X(i8, PANEL_I8)
#define FILL_QUANT(NAME, LAYOUT) k->matmul[LAYOUT] = matmul_##NAME;

INLINE void store_tile(const struct product_tile *t, const vf *acc, const int rows)
{
    float *y = t->y;
    UNROLL for (int r = 0; r < rows; r++, y += t->y_stride) {
        if (t->n_out == LANES)
            vf_store(y, acc[r]);
        else
            vf_store_part(y, acc[r], t->n_out);
    }
}

/* Scales of group g of block i in a unit, for LANES outputs from `lane`. */
INLINE vf load_scale(const uint8_t *header, const enum panel_layout layout, size_t i, int g,
                     size_t lane)
{
    const uint8_t *f16 = header + 2 * lane, *u8 = header + HEADER_K_SCALES + lane;
    switch (PANEL_SHAPES[layout].scales) {
    case SCALES_F16:
        return vf_load_f16((const void *)(f16 + 2 * PANEL_OUT * i));
    case SCALES_F16_MIN:
        return vf_load_f16((const void *)f16);
    case SCALES_E8M0:
        return vf_load_e8m0_half(header + PANEL_OUT * i + lane);
    case SCALES_K_MIN:
        return vf_mul(vf_load_f16((const void *)f16), vf_load_u8(u8 + PANEL_OUT * i));
    case SCALES_K_HALF:
        return vf_mul(vf_load_f16((const void *)f16),
                      vf_load_i8(u8 + PANEL_OUT * (2 * i + (size_t)g)));
    default:
        return vf_load((const void *)(header + HEADER_F32_HALF * (size_t)g + 4 * lane));
    }
}

INLINE vf load_min(const uint8_t *header, const enum panel_layout layout, size_t i, int g,
                   size_t lane)
{
    const uint8_t *f16 = header + HEADER_F16_MIN + 2 * lane;
    switch (PANEL_SHAPES[layout].scales) {
    case SCALES_F16_MIN:
        return vf_load_f16((const void *)f16);
    case SCALES_K_MIN:
        return vf_mul(vf_load_f16((const void *)f16),
                      vf_load_u8(header + HEADER_K_MINS + PANEL_OUT * i + lane));
    default:
        return vf_load((const void *)(header + HEADER_F32_HALF * (size_t)g + HEADER_F32_MIN +
                                      4 * lane));
    }
}

/* acc[r] += the part of W . x[r] over group g of block i whose integer sums are sum[r]. */
INLINE void add_sums(vf *acc, const vi *sum, const uint8_t *header, const struct act_block *x,
                     const int rows, const enum panel_layout layout, size_t i, int g, size_t lane)
{
    const struct panel_shape *shape = &PANEL_SHAPES[layout];
    vf scale = load_scale(header, layout, i, g, lane);
    UNROLL for (int r = 0; r < rows; r++)
        acc[r] = vf_fma(vi_to_vf(sum[r]), vf_mul(scale, vf_set1(x[r].scale)), acc[r]);
    if (!shape->has_min)
        return;
    vf min = load_min(header, layout, i, g, lane);
    UNROLL for (int r = 0; r < rows; r++)
        acc[r] = vf_fma(min, vf_set1(shape->groups == 1 ? x[r].sum : x[r].half_sum[g]), acc[r]);
}

/* The lines of the panels that a tile asks the memory for, some with every block of columns; into
 * L2, since requests for L1 would hold up the loads of the product. */
struct stream {
    const char *line, *limit;
    size_t step;
};

INLINE struct stream stream_open(const struct product_tile *t)
{
    const char *line = (const char *)t->ahead;
    return (struct stream){line, line, t->ahead_bytes};
}

INLINE void stream_on(struct stream *s)
{
    s->limit += s->step;
    for (; s->line < s->limit; s->line += 64)
        _mm_prefetch(s->line, _MM_HINT_T1);
}

struct matmul {
    float *y;
    size_t y_stride;
    const struct panels *w;
    const struct acts *a;
    product_fn *const *tiles; /* [tile_rows], for 1, 2, ... rows */
    size_t tile_rows;
    product_fn *wide;         /* for WIDE_ROWS rows, or NULL */
};

/* The tile for the next of `left` rows, and how many it takes. */
static inline product_fn *pick_tile(const struct matmul *m, size_t left, size_t *rows)
{
    if (m->wide && left >= WIDE_ROWS) {
        *rows = WIDE_ROWS;
        return m->wide;
    }
    *rows = left < m->tile_rows ? left : m->tile_rows;
    return m->tiles[*rows - 1];
}

/* Tiles over one panel share the prefetching of the next, so that memory is busy during all of
 * them, also while the second half of a panel's outputs comes from the cache; a single tile asks
 * for what it comes to itself a little later. So few rows that they wait for memory anyway leave it
 * to the hardware, which then does better alone, where one tile takes all outputs. Returns by how
 * much the tiles' shares are apart. */
static size_t share_stream(struct product_tile *t, const struct matmul *m, size_t n_rows)
{
    size_t rows = m->wide ? WIDE_ROWS : m->tile_rows;
    size_t tiles = PANEL_OUT / LANES * ((n_rows + rows - 1) / rows);
    size_t share = m->w->panel_bytes / tiles;
    bool left = n_rows < PREFETCH_ROWS && LANES == PANEL_OUT;
    t->ahead = t->panel + (tiles > 1 ? m->w->panel_bytes : PREFETCH_BYTES);
    t->ahead_bytes = left ? 0 : share * PANEL_COLS / t->a->n_in + 1;
    return share;
}

/* One panel times rows [begin, end); begin is the first row of a group. */
static void matmul_panel(const struct matmul *m, size_t p, size_t begin, size_t end)
{
    struct product_tile t = {
        .y_stride = m->y_stride, .panel = m->w->data + p * m->w->panel_bytes, .a = m->a};
    size_t share = share_stream(&t, m, end - begin);
    for (t.lane = 0; t.lane < PANEL_OUT; t.lane += LANES) {
        size_t first = p * PANEL_OUT + t.lane, rows;
        if (first >= m->w->n_out)
            break;
        t.n_out = m->w->n_out - first < LANES ? m->w->n_out - first : LANES;
        for (t.row = begin; t.row < end; t.row += rows, t.ahead += share) {
            product_fn *fn = pick_tile(m, end - t.row, &rows);
            t.y = m->y + t.row * m->y_stride + first;
            fn(&t);
        }
    }
}

static void matmul_run(const struct matmul *m, size_t begin, size_t end)
{
    size_t row_bytes = m->a->n_in / ACT_COLS * sizeof(struct act_block) + 1;
    size_t least = m->wide ? WIDE_ROWS : ACT_ROWS, n_rows = m->a->n_rows;
    size_t chunk = CHUNK_BYTES / row_bytes / least * least;
    if (chunk == 0)
        chunk = least;
    for (size_t row = 0; row < n_rows; row += chunk)
        for (size_t p = begin; p < end; p++)
            matmul_panel(m, p, row, n_rows - row < chunk ? n_rows : row + chunk);
}

#endif
