/* matmul_amx.h - products of 16 rows with int8 tiles.
 *
 * One tile product takes a whole group of columns (one scale: 32, or 16 in layouts with two scales
 * a block) of 8 rows and 16 outputs: A is 8 rows of activation codes where acts.h has them, B the
 * panel's codes as they lie there, since 64 bytes with 4 consecutive columns of 16 outputs are
 * exactly a row of a B tile. Its sums are exact, so what follows is the arithmetic of the other
 * tiers in their order (add_sums), and the bits are theirs. bf16 tiles would leave out the scaling
 * per group, but round weights x scale and the activations to 8 bits of mantissa: other results on
 * other machines, which the contract of kernels.h forbids.
 *
 * Fewer rows, and what 16 leaves over, are tiles of the VNNI tier.
 *
 * A tile is loaded from and stored to memory alone, and what was just stored reaches a load late.
 * So the products of a panel are a pipeline: nibbles of product n are unpacked, the tiles of
 * product n - 1 multiplied, the sums of product n - 2 scaled and added.
 *
 * The includer includes vec512.h and a header with the tile operations: tile_amx.h, or the model in
 * C that the tests have. */
#ifndef ENGINE_KERNELS_MATMUL_AMX_H
#define ENGINE_KERNELS_MATMUL_AMX_H

#include "engine/kernels/dot_offset.h"
#include "engine/kernels/matmul_parts.h"
#include "engine/kernels/tile_config.h"

#define SUM_ROW (PANEL_OUT * sizeof(int32_t)) /* bytes of a row of sums */

/* Successive products take turns between two sets of registers: 0 and 4 are B, 1 and 5 A, the rest
 * sums. GROUPS is 1 or 2. */
#define CONFIG(GROUPS) \
    {.palette = 1, \
     .row_bytes = {PANEL_STEP, PANEL_COLS / (GROUPS), SUM_ROW, SUM_ROW, \
                   PANEL_STEP, PANEL_COLS / (GROUPS), SUM_ROW, SUM_ROW}, \
     .rows = {BLOCK_STEPS / (GROUPS), ACT_ROWS, ACT_ROWS, ACT_ROWS, \
              BLOCK_STEPS / (GROUPS), ACT_ROWS, ACT_ROWS, ACT_ROWS}}

static const struct tile_config TILE_CONFIGS[2] = {CONFIG(1), CONFIG(2)};

/* What passes from one stage to the next, for the two products under way in it. */
struct wide_ring {
    _Alignas(64) uint8_t codes[2][BLOCK_STEPS * PANEL_STEP];
    _Alignas(64) int32_t sums[2][WIDE_ROWS][PANEL_OUT];
};

/* A product: group g of block i of a unit. */
struct wide_step {
    const uint8_t *header, *codes;
    const struct act_block *x[2]; /* of the first and the second 8 rows */
    size_t i;
    int g;
};

INLINE struct wide_step find_step(const struct product_tile *t, size_t n,
                                  const enum panel_layout layout)
{
    const struct panel_shape *shape = &PANEL_SHAPES[layout];
    const size_t groups = (size_t)shape->groups, unit = shape->unit, b = n / groups;
    const size_t code_bytes = panel_code_bytes(shape);
    struct wide_step s = {.i = b % unit, .g = (int)(n % groups)};
    s.header = t->panel + b / unit * (shape->header_bytes + unit * code_bytes);
    s.codes = s.header + shape->header_bytes + s.i * code_bytes;
    s.x[0] = acts_row(t->a, t->row) + ACT_ROWS * b;
    s.x[1] = s.x[0] + ACT_ROWS * (t->a->n_in / ACT_COLS);
    return s;
}

/* The first stage: 4-bit codes as bytes. */
INLINE void unpack_codes(uint8_t *out, const struct wide_step *s, const enum panel_layout layout)
{
    const struct panel_shape *shape = &PANEL_SHAPES[layout];
    const vi levels = level_table(shape);
    if (shape->bits == 8)
        return;
    UNROLL for (int step = 0; step < BLOCK_STEPS; step += 2) {
        vi first, second;
        unpack4(&first, &second, s->codes, step, levels, shape);
        vi_store(out + PANEL_STEP * step, first);
        vi_store(out + PANEL_STEP * (step + 1), second);
    }
}

#define MULTIPLY(B, A, C0, C1) \
    do { \
        TILE_LOAD(B, codes, PANEL_STEP); \
        TILE_LOAD(A, x0, sizeof(struct act_block)); \
        TILE_ZERO(C0); \
        TILE_DOT(C0, A, B); \
        TILE_LOAD(A, x1, sizeof(struct act_block)); \
        TILE_ZERO(C1); \
        TILE_DOT(C1, A, B); \
        TILE_STORE(C0, sums[0], SUM_ROW); \
        TILE_STORE(C1, sums[ACT_ROWS], SUM_ROW); \
    } while (0)

/* The second stage: sums of 16 rows; `unpacked` replaces the codes of 4-bit layouts. */
INLINE void multiply_codes(int32_t sums[WIDE_ROWS][PANEL_OUT], const struct wide_step *s,
                           const uint8_t *unpacked, int turn, const enum panel_layout layout)
{
    const struct panel_shape *shape = &PANEL_SHAPES[layout];
    const int first = PANEL_COLS / shape->groups * s->g; /* column */
    const int8_t *x0 = s->x[0]->q + first, *x1 = s->x[1]->q + first;
    const uint8_t *codes = shape->bits == 4 ? unpacked : s->codes + PANEL_STEP / 4 * first;
    if (turn == 0)
        MULTIPLY(0, 1, 2, 3);
    else
        MULTIPLY(4, 5, 6, 7);
}

/* The third stage. */
INLINE void scale_sums(vf acc[2][ACT_ROWS], const int32_t sums[WIDE_ROWS][PANEL_OUT],
                       const struct wide_step *s, const enum panel_layout layout)
{
    const struct panel_shape *shape = &PANEL_SHAPES[layout];
    UNROLL for (int half = 0; half < 2; half++) {
        const struct act_block *x = s->x[half];
        vi sum[ACT_ROWS];
        UNROLL for (int r = 0; r < ACT_ROWS; r++)
            sum[r] = vi_add(vi_load(sums[ACT_ROWS * half + r]), offset_sum(x + r, shape, s->g));
        add_sums(acc[half], sum, s->header, x, ACT_ROWS, layout, s->i, s->g, 0);
    }
}

INLINE void wide_tile(const struct product_tile *t, const enum panel_layout layout)
{
    const size_t n = t->a->n_in / PANEL_COLS * (size_t)PANEL_SHAPES[layout].groups;
    struct product_tile lower = *t;
    struct wide_ring ring;
    struct stream ahead = stream_open(t);
    vf acc[2][ACT_ROWS];
    UNROLL for (int r = 0; r < ACT_ROWS; r++)
        acc[0][r] = acc[1][r] = vf_zero();
    for (size_t p = 0; p < n + 2; p++) {
        if (p < n) {
            struct wide_step s = find_step(t, p, layout);
            if (s.g == 0)
                stream_on(&ahead);
            unpack_codes(ring.codes[p % 2], &s, layout);
        }
        if (p >= 1 && p - 1 < n) {
            struct wide_step s = find_step(t, p - 1, layout);
            multiply_codes(ring.sums[(p - 1) % 2], &s, ring.codes[(p - 1) % 2], (p - 1) % 2,
                           layout);
        }
        if (p >= 2) {
            struct wide_step s = find_step(t, p - 2, layout);
            scale_sums(acc, ring.sums[p % 2], &s, layout);
        }
    }
    store_tile(t, acc[0], ACT_ROWS);
    lower.y += ACT_ROWS * t->y_stride;
    store_tile(&lower, acc[1], ACT_ROWS);
}

/* The tiles are configured and released by every call: a few hundred cycles against the hundred
 * thousands of a product of 16 rows, and neither another user of the registers in this thread nor a
 * context switch between two products ever meets ours. */
static inline void multiply_wide(const struct matmul *m, size_t begin, size_t end)
{
    if (m->a->n_rows < WIDE_ROWS) {
        matmul_run(m, begin, end);
        return;
    }
    tiles_open(&TILE_CONFIGS[PANEL_SHAPES[m->w->layout].groups - 1]);
    matmul_run(m, begin, end);
    tiles_close();
}

#define MATMUL_WIDE(NAME, LAYOUT) \
    static void wide_##NAME(const struct product_tile *t) \
    { \
        wide_tile(t, LAYOUT); \
    } \
    static void matmul_##NAME(float *y, size_t y_stride, const struct panels *w, \
                              const struct acts *a, size_t begin, size_t end) \
    { \
        const struct matmul m = {y, y_stride, w, a, kernels_vnni_tiles(LAYOUT), VNNI_ROWS, \
                                 wide_##NAME}; \
        multiply_wide(&m, begin, end); \
    }

/* Products of all quantised layouts, and what puts them into the table. */
#define MATMUL_WIDE_ALL \
    QUANT_LAYOUTS(MATMUL_WIDE) \
    static void fill_matmul_wide(struct kernels *k) \
    { \
        QUANT_LAYOUTS(FILL_QUANT) \
    }

#endif
