/* dot_maddubs.h - integer sums of a tile without VNNI, in the operations of a vector header.
 *
 * vpmaddubsw saturates on full 8-bit codes, so these are split into two planes of nibbles: 8 steps
 * of a plane stay within 16 bits (8 x 2 x 15 x 127 = 30,480), and the planes meet at the end. A
 * sum is exact. The offset is added last: until then its register is free. */
#ifndef ENGINE_KERNELS_DOT_MADDUBS_H
#define ENGINE_KERNELS_DOT_MADDUBS_H

#include "engine/kernels/dot_offset.h"

/* sum[r] = 8-bit codes . x[r] over group g of the block. */
INLINE void dot8(vi *sum, const uint8_t *codes, const struct act_block *x, const int rows,
                 const struct panel_shape *shape, const int g)
{
    const int steps = BLOCK_STEPS / shape->groups;
    vi low[ACT_ROWS], high[ACT_ROWS];
    UNROLL for (int r = 0; r < rows; r++)
        low[r] = high[r] = vi_zero();
    UNROLL for (int s = steps * g; s < steps * (g + 1); s++) {
        vi w = vi_load(codes + PANEL_STEP * s);
        vi w_low = vi_low_nibbles(w), w_high = vi_high_nibbles(w);
        UNROLL for (int r = 0; r < rows; r++) {
            vi q = act_step(x + r, s);
            low[r] = vi_add16(low[r], vi_maddubs(w_low, q));
            high[r] = vi_add16(high[r], vi_maddubs(w_high, q));
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        vi both = vi_add(vi_madd16(low[r], vi_set1_16(1)), vi_madd16(high[r], vi_set1_16(16)));
        sum[r] = vi_add(both, offset_sum(x + r, shape, g));
    }
}

/* sum[r] = 4-bit codes . x[r] over the block. */
INLINE void dot4(vi *sum, const uint8_t *codes, const struct act_block *x, const int rows,
                 const struct panel_shape *shape)
{
    vi pairs[ACT_ROWS];
    UNROLL for (int r = 0; r < rows; r++)
        pairs[r] = vi_zero();
    UNROLL for (int s = 0; s < BLOCK_STEPS; s += 2) {
        vi w = vi_load(codes + PANEL_STEP / 2 * s);
        vi w_low = vi_low_nibbles(w), w_high = vi_high_nibbles(w);
        UNROLL for (int r = 0; r < rows; r++) {
            pairs[r] = vi_add16(pairs[r], vi_maddubs(w_low, act_step(x + r, s)));
            pairs[r] = vi_add16(pairs[r], vi_maddubs(w_high, act_step(x + r, s + 1)));
        }
    }
    UNROLL for (int r = 0; r < rows; r++)
        sum[r] = vi_add(vi_madd16(pairs[r], vi_set1_16(1)), offset_sum(x + r, shape, 0));
}

#endif
