/* dot_maddubs.h - integer sums of a tile without VNNI, in the operations of a vector header.
 *
 * vpmaddubsw saturates on full 8-bit numbers, so these are split into two planes of nibbles: 8
 * steps of a plane stay within 16 bits (8 x 2 x 15 x 127 = 30,480), and the planes meet at the end.
 * Levels of 8 bits are looked up plane by plane. A sum is exact. The offset is added last: until
 * then its register is free. */
#ifndef ENGINE_KERNELS_DOT_MADDUBS_H
#define ENGINE_KERNELS_DOT_MADDUBS_H

#include "engine/kernels/dot_offset.h"

/* The two planes of a tile's sums, in 16-bit pairs. */
struct planes {
    vi low[ACT_ROWS], high[ACT_ROWS];
};

INLINE void planes_zero(struct planes *p, const int rows)
{
    UNROLL for (int r = 0; r < rows; r++)
        p->low[r] = p->high[r] = vi_zero();
}

INLINE void planes_add(struct planes *p, vi w_low, vi w_high, const struct act_block *x,
                       const int rows, const int step)
{
    UNROLL for (int r = 0; r < rows; r++) {
        vi q = act_step(x + r, step);
        p->low[r] = vi_add16(p->low[r], vi_maddubs(w_low, q));
        p->high[r] = vi_add16(p->high[r], vi_maddubs(w_high, q));
    }
}

INLINE void planes_join(vi *sum, const struct planes *p, const int rows)
{
    UNROLL for (int r = 0; r < rows; r++)
        sum[r] = vi_add(vi_madd16(p->low[r], vi_set1_16(1)), vi_madd16(p->high[r], vi_set1_16(16)));
}

INLINE void add_offsets(vi *sum, const struct act_block *x, const int rows,
                        const struct panel_shape *shape, const int g)
{
    UNROLL for (int r = 0; r < rows; r++)
        sum[r] = vi_add(sum[r], offset_sum(x + r, shape, g));
}

/* sum[r] = 8-bit codes . x[r] over group g of the block. */
INLINE void dot8(vi *sum, const uint8_t *codes, const struct act_block *x, const int rows,
                 const struct panel_shape *shape, const int g)
{
    const int steps = BLOCK_STEPS / shape->groups;
    struct planes p;
    planes_zero(&p, rows);
    UNROLL for (int s = steps * g; s < steps * (g + 1); s++) {
        vi w = vi_load(codes + PANEL_STEP * s);
        planes_add(&p, vi_low_nibbles(w), vi_high_nibbles(w), x, rows, s);
    }
    planes_join(sum, &p, rows);
    add_offsets(sum, x, rows, shape, g);
}

/* The same for indices of 8-bit levels. */
INLINE void dot_levels(vi *sum, const uint8_t *codes, const struct act_block *x, const int rows,
                       const struct panel_shape *shape)
{
    const vi levels = level_table(shape);
    const vi t_low = vi_low_nibbles(levels), t_high = vi_high_nibbles(levels);
    struct planes p;
    planes_zero(&p, rows);
    UNROLL for (int s = 0; s < BLOCK_STEPS; s += 2) {
        vi w = vi_load(codes + PANEL_STEP / 2 * s);
        vi i_low = vi_low_nibbles(w), i_high = vi_high_nibbles(w);
        planes_add(&p, vi_lookup(t_low, i_low), vi_lookup(t_high, i_low), x, rows, s);
        planes_add(&p, vi_lookup(t_low, i_high), vi_lookup(t_high, i_high), x, rows, s + 1);
    }
    planes_join(sum, &p, rows);
}

/* The same for numbers that stay within 16 bits in one plane: codes up to 15 for all 8 steps,
 * levels up to 31 for 4 at a time (4 x 2 x 31 x 127 = 31,496). */
INLINE void dot_small(vi *sum, const uint8_t *codes, const struct act_block *x, const int rows,
                      const struct panel_shape *shape)
{
    const int runs = shape->levels ? 2 : 1, steps = BLOCK_STEPS / runs;
    const vi levels = level_table(shape);
    UNROLL for (int run = 0; run < runs; run++) {
        vi pairs[ACT_ROWS];
        UNROLL for (int r = 0; r < rows; r++)
            pairs[r] = vi_zero();
        UNROLL for (int s = steps * run; s < steps * (run + 1); s += 2) {
            vi low, high;
            unpack4(&low, &high, codes, s, levels, shape);
            UNROLL for (int r = 0; r < rows; r++) {
                pairs[r] = vi_add16(pairs[r], vi_maddubs(low, act_step(x + r, s)));
                pairs[r] = vi_add16(pairs[r], vi_maddubs(high, act_step(x + r, s + 1)));
            }
        }
        UNROLL for (int r = 0; r < rows; r++) {
            vi wide = vi_madd16(pairs[r], vi_set1_16(1));
            sum[r] = run == 0 ? wide : vi_add(sum[r], wide);
        }
    }
}

/* sum[r] = 4-bit codes . x[r] over the block. */
INLINE void dot4(vi *sum, const uint8_t *codes, const struct act_block *x, const int rows,
                 const struct panel_shape *shape)
{
    if (shape->levels && shape->offset > 16)
        dot_levels(sum, codes, x, rows, shape);
    else
        dot_small(sum, codes, x, rows, shape);
    add_offsets(sum, x, rows, shape, 0);
}

#endif
