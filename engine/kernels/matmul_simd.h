/* matmul_simd.h - matrix products over panels, shared by the vector tiers.
 *
 * A tile is up to 4 or 8 rows x LANES outputs; its accumulators are registers, one per row. Every
 * variant is compiled for a literal number of rows and a literal layout: quant_tile and float_tile
 * are inlined into one function each, and the conditions on the layout vanish. (gcc 12 keeps an
 * array of vectors in memory when its size is a parameter, even a constant one: the arrays have
 * literal sizes.)
 *
 * The includer includes a vector header and one that has dot4 and dot8, and defines QUANT_ROWS and
 * FLOAT_ROWS: the rows of a full tile, 4 or 8, as many as the registers hold. */
#ifndef ENGINE_KERNELS_MATMUL_SIMD_H
#define ENGINE_KERNELS_MATMUL_SIMD_H

#include "engine/kernels/matmul_parts.h"

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
        add_sums(acc, sum, header, x, rows, layout, i, g, lane);
    }
}

INLINE void quant_tile(const struct product_tile *t, const int rows, const enum panel_layout layout)
{
    const struct panel_shape *shape = &PANEL_SHAPES[layout];
    const size_t code_bytes = panel_code_bytes(shape), unit = shape->unit;
    const size_t blocks = t->a->n_in / PANEL_COLS, x_stride = acts_group_rows(t->a, t->row);
    const size_t lane = LANES == PANEL_OUT ? 0 : t->lane;
    const struct act_block *x = acts_row(t->a, t->row);
    const uint8_t *p = t->panel;
    struct stream ahead = stream_open(t);
    vf acc[ACT_ROWS];
    UNROLL for (int r = 0; r < rows; r++)
        acc[r] = vf_zero();
    for (size_t b = 0; b < blocks; b += unit) {
        const uint8_t *header = p;
        size_t n = blocks - b < unit ? blocks - b : unit;
        p += shape->header_bytes;
        for (size_t i = 0; i < n; i++, p += code_bytes, x += x_stride) {
            stream_on(&ahead);
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

INLINE void float_tile(const struct product_tile *t, const int rows, const enum panel_layout layout)
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

#define TILE_VARIANT(TILE, NAME, LAYOUT, ROWS) \
    static void NAME##_##ROWS(const struct product_tile *t) \
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
    static product_fn *const NAME##_tiles[ROWS] = {WITH_ROWS(NAMES_, ROWS)(NAME)}; \
    static void NAME(float *y, size_t y_stride, const struct panels *w, const struct acts *a, \
                     size_t begin, size_t end) \
    { \
        const struct matmul m = {y, y_stride, w, a, NAME##_tiles, ROWS, NULL}; \
        matmul_run(&m, begin, end); \
    }

#define MATMUL_QUANT(NAME, LAYOUT) MATMUL(quant_tile, QUANT_ROWS, matmul_##NAME, LAYOUT)

/* Products of all quantised layouts, and what puts them into the table. */
#define MATMUL_QUANT_ALL \
    QUANT_LAYOUTS(MATMUL_QUANT) \
    static void fill_matmul_quant(struct kernels *k) \
    { \
        QUANT_LAYOUTS(FILL_QUANT) \
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
