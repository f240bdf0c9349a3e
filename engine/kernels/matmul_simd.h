/* matmul_simd.h - matrix products over panels, shared by the vector tiers.
 *
 * A tile is up to 4 or 8 rows x LANES outputs; its accumulators are registers, one per row. Every
 * variant is compiled for a literal number of rows and a literal layout: quant_tile and float_tile
 * are inlined into one function each, and the conditions on the layout vanish. (gcc 12 keeps an
 * array of vectors in memory when its size is a parameter, even a constant one: the arrays have
 * literal sizes.)
 *
 * Order: rows in chunks whose activations fit L2, then panels, then the tiles of the chunk, so
 * that a panel comes from memory once per chunk and its scales and codes are one sequential
 * stream.
 *
 * The includer includes a vector header and one that has dot4 and dot8, and defines QUANT_ROWS and
 * FLOAT_ROWS: the rows of a full tile, 4 or 8, as many as the registers hold. */
#ifndef ENGINE_KERNELS_MATMUL_SIMD_H
#define ENGINE_KERNELS_MATMUL_SIMD_H

#include "engine/kernels/acts.h"
#include "engine/kernels/panel_shape.h"

#define CHUNK_BYTES ((size_t)384 << 10) /* activations of one chunk of rows */
#define PREFETCH_BYTES 2048             /* ahead in the panel stream */

struct tile {
    float *y;             /* of the first row and output */
    size_t y_stride;
    const uint8_t *panel;
    const struct acts *a;
    size_t row;           /* first row */
    size_t lane;          /* first output in the panel */
    size_t n_out;         /* outputs to store, <= LANES */
};

typedef void tile_fn(const struct tile *t);

INLINE void store_tile(const struct tile *t, const vf *acc, const int rows)
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

/* One block of 32 columns: acc[r] += W . x[r], group by group. */
INLINE void block_step(vf *acc, const uint8_t *header, const uint8_t *codes,
                       const struct act_block *x, const int rows, const enum panel_layout layout,
                       size_t i, size_t lane)
{
    const struct panel_shape *shape = &PANEL_SHAPES[layout];
    UNROLL for (int g = 0; g < shape->groups; g++) {
        vi sum[ACT_ROWS];
        if (shape->bits == 4)
            dot4(sum, codes + 4 * lane, x, rows, shape);
        else
            dot8(sum, codes + 4 * lane, x, rows, shape, g);
        vf scale = load_scale(header, layout, i, g, lane);
        UNROLL for (int r = 0; r < rows; r++)
            acc[r] = vf_fma(vi_to_vf(sum[r]), vf_mul(scale, vf_set1(x[r].scale)), acc[r]);
        if (!shape->has_min)
            continue;
        vf min = load_min(header, layout, i, g, lane);
        UNROLL for (int r = 0; r < rows; r++)
            acc[r] = vf_fma(min, vf_set1(shape->groups == 1 ? x[r].sum : x[r].half_sum[g]), acc[r]);
    }
}

/* What lies PREFETCH_BYTES beyond the next `bytes` of the stream. A full tile takes so long over a
 * block that the memory would idle without it; with fewer rows the hardware prefetcher does better
 * alone. */
INLINE void prefetch_stream(const uint8_t *p, const size_t bytes, const int rows)
{
    if (rows < ACT_ROWS)
        return;
    UNROLL for (size_t at = 0; at < bytes; at += 64)
        _mm_prefetch((const char *)p + PREFETCH_BYTES + at, _MM_HINT_T0);
}

INLINE void quant_tile(const struct tile *t, const int rows, const enum panel_layout layout)
{
    const struct panel_shape *shape = &PANEL_SHAPES[layout];
    const size_t code_bytes = panel_code_bytes(shape), unit = shape->unit;
    const size_t blocks = t->a->n_in / PANEL_COLS, x_stride = acts_group_rows(t->a, t->row);
    const size_t lane = LANES == PANEL_OUT ? 0 : t->lane;
    const struct act_block *x = acts_row(t->a, t->row);
    const uint8_t *p = t->panel;
    vf acc[ACT_ROWS];
    UNROLL for (int r = 0; r < rows; r++)
        acc[r] = vf_zero();
    for (size_t b = 0; b < blocks; b += unit) {
        const uint8_t *header = p;
        size_t n = blocks - b < unit ? blocks - b : unit;
        prefetch_stream(p, shape->header_bytes, rows);
        p += shape->header_bytes;
        for (size_t i = 0; i < n; i++, p += code_bytes, x += x_stride) {
            prefetch_stream(p, code_bytes, rows);
            block_step(acc, header, p, x, rows, layout, i, lane);
        }
    }
    store_tile(t, acc, rows);
}

INLINE vf load_weights(const uint8_t *panel, const enum panel_layout layout, size_t at)
{
    if (layout == PANEL_F32)
        return vf_load((const float *)(const void *)panel + at);
    const uint16_t *p = (const uint16_t *)(const void *)panel + at;
    return layout == PANEL_F16 ? vf_load_f16(p) : vf_load_bf16(p);
}

INLINE void float_tile(const struct tile *t, const int rows, const enum panel_layout layout)
{
    const size_t n_in = t->a->n_in;
    const float *x = t->a->x + t->row * n_in;
    vf acc[ACT_ROWS];
    UNROLL for (int r = 0; r < rows; r++)
        acc[r] = vf_zero();
    for (size_t c = 0; c < n_in; c++) {
        vf w = load_weights(t->panel, layout, c * PANEL_OUT + t->lane);
        UNROLL for (int r = 0; r < rows; r++)
            acc[r] = vf_fma(w, vf_set1(x[(size_t)r * n_in + c]), acc[r]);
    }
    store_tile(t, acc, rows);
}

struct matmul {
    float *y;
    size_t y_stride;
    const struct panels *w;
    const struct acts *a;
    tile_fn *const *tiles; /* [tile_rows], for 1, 2, ... rows */
    size_t tile_rows;
};

/* One panel times rows [begin, end); begin is the first row of a group. */
static void matmul_panel(const struct matmul *m, size_t p, size_t begin, size_t end)
{
    struct tile t = {
        .y_stride = m->y_stride, .panel = m->w->data + p * m->w->panel_bytes, .a = m->a};
    for (t.lane = 0; t.lane < PANEL_OUT; t.lane += LANES) {
        size_t first = p * PANEL_OUT + t.lane, rows;
        if (first >= m->w->n_out)
            break;
        t.n_out = m->w->n_out - first < LANES ? m->w->n_out - first : LANES;
        for (t.row = begin; t.row < end; t.row += rows) {
            size_t left = end - t.row;
            rows = left < m->tile_rows ? left : m->tile_rows;
            t.y = m->y + t.row * m->y_stride + first;
            m->tiles[rows - 1](&t);
        }
    }
}

static void matmul_run(const struct matmul *m, size_t begin, size_t end)
{
    size_t row_bytes = m->a->n_in / ACT_COLS * sizeof(struct act_block) + 1;
    size_t chunk = CHUNK_BYTES / row_bytes / ACT_ROWS * ACT_ROWS, n_rows = m->a->n_rows;
    if (chunk == 0)
        chunk = ACT_ROWS;
    for (size_t row = 0; row < n_rows; row += chunk)
        for (size_t p = begin; p < end; p++)
            matmul_panel(m, p, row, n_rows - row < chunk ? n_rows : row + chunk);
}

#define TILE_VARIANT(TILE, NAME, LAYOUT, ROWS) \
    static void NAME##_##ROWS(const struct tile *t) \
    { \
        TILE(t, ROWS, LAYOUT); \
    }

#define VARIANTS_4(V, ...) \
    V(__VA_ARGS__, 1) V(__VA_ARGS__, 2) V(__VA_ARGS__, 3) V(__VA_ARGS__, 4)
#define VARIANTS_8(V, ...) \
    VARIANTS_4(V, __VA_ARGS__) \
    V(__VA_ARGS__, 5) V(__VA_ARGS__, 6) V(__VA_ARGS__, 7) V(__VA_ARGS__, 8)
#define NAMES_4(N) N##_1, N##_2, N##_3, N##_4
#define NAMES_8(N) NAMES_4(N), N##_5, N##_6, N##_7, N##_8
#define PASTE(A, B) A##B
#define WITH_ROWS(NAME, ROWS) PASTE(NAME, ROWS)

/* The entry `NAME` of the table for one layout, out of quant_tile or float_tile. */
#define MATMUL(TILE, ROWS, NAME, LAYOUT) \
    WITH_ROWS(VARIANTS_, ROWS)(TILE_VARIANT, TILE, NAME, LAYOUT) \
    static void NAME(float *y, size_t y_stride, const struct panels *w, const struct acts *a, \
                     size_t begin, size_t end) \
    { \
        static tile_fn *const TILES[ROWS] = {WITH_ROWS(NAMES_, ROWS)(NAME)}; \
        const struct matmul m = {y, y_stride, w, a, TILES, ROWS}; \
        matmul_run(&m, begin, end); \
    }

/* All quantised layouts, and the table entries for them. */
#define MATMUL_QUANT_ALL \
    MATMUL(quant_tile, QUANT_ROWS, matmul_q4_0, PANEL_Q4_0) \
    MATMUL(quant_tile, QUANT_ROWS, matmul_q4_1, PANEL_Q4_1) \
    MATMUL(quant_tile, QUANT_ROWS, matmul_mxfp4, PANEL_MXFP4) \
    MATMUL(quant_tile, QUANT_ROWS, matmul_iq4_nl, PANEL_IQ4_NL) \
    MATMUL(quant_tile, QUANT_ROWS, matmul_q5_1, PANEL_Q5_1) \
    MATMUL(quant_tile, QUANT_ROWS, matmul_q4_k, PANEL_Q4_K) \
    MATMUL(quant_tile, QUANT_ROWS, matmul_q5_k, PANEL_Q5_K) \
    MATMUL(quant_tile, QUANT_ROWS, matmul_q8_0, PANEL_Q8_0) \
    MATMUL(quant_tile, QUANT_ROWS, matmul_q6_k, PANEL_Q6_K) \
    MATMUL(quant_tile, QUANT_ROWS, matmul_i8, PANEL_I8) \
    static void fill_matmul_quant(struct kernels *k) \
    { \
        k->matmul[PANEL_Q4_0] = matmul_q4_0; \
        k->matmul[PANEL_Q4_1] = matmul_q4_1; \
        k->matmul[PANEL_MXFP4] = matmul_mxfp4; \
        k->matmul[PANEL_IQ4_NL] = matmul_iq4_nl; \
        k->matmul[PANEL_Q5_1] = matmul_q5_1; \
        k->matmul[PANEL_Q4_K] = matmul_q4_k; \
        k->matmul[PANEL_Q5_K] = matmul_q5_k; \
        k->matmul[PANEL_Q8_0] = matmul_q8_0; \
        k->matmul[PANEL_Q6_K] = matmul_q6_k; \
        k->matmul[PANEL_I8] = matmul_i8; \
    }

#define MATMUL_FLOAT_ALL \
    MATMUL(float_tile, FLOAT_ROWS, matmul_f32, PANEL_F32) \
    MATMUL(float_tile, FLOAT_ROWS, matmul_f16, PANEL_F16) \
    MATMUL(float_tile, FLOAT_ROWS, matmul_bf16, PANEL_BF16) \
    static void fill_matmul_float(struct kernels *k) \
    { \
        k->matmul[PANEL_F32] = matmul_f32; \
        k->matmul[PANEL_F16] = matmul_f16; \
        k->matmul[PANEL_BF16] = matmul_bf16; \
    }

#endif
