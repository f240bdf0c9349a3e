/* dot_vnni.h - integer sums of a tile with vpdpbusd (see dot_maddubs.h for the others). */
#ifndef ENGINE_KERNELS_DOT_VNNI_H
#define ENGINE_KERNELS_DOT_VNNI_H

#include "engine/kernels/dot_offset.h"

/* sum[r] = 8-bit codes . x[r] over group g of the block. */
INLINE void dot8(vi *sum, const uint8_t *codes, const struct act_block *x, const int rows,
                 const struct panel_shape *shape, const int g)
{
    const int steps = BLOCK_STEPS / shape->groups;
    UNROLL for (int r = 0; r < rows; r++)
        sum[r] = offset_sum(x + r, shape, g);
    UNROLL for (int s = steps * g; s < steps * (g + 1); s++) {
        vi w = vi_load(codes + PANEL_STEP * s);
        UNROLL for (int r = 0; r < rows; r++)
            sum[r] = _mm512_dpbusd_epi32(sum[r], w, act_step(x + r, s));
    }
}

/* sum[r] = 4-bit codes . x[r] over the block. */
INLINE void dot4(vi *sum, const uint8_t *codes, const struct act_block *x, const int rows,
                 const struct panel_shape *shape)
{
    const vi levels = level_table(shape);
    UNROLL for (int r = 0; r < rows; r++)
        sum[r] = offset_sum(x + r, shape, 0);
    UNROLL for (int s = 0; s < BLOCK_STEPS; s += 2) {
        vi low, high;
        unpack4(&low, &high, codes, s, levels, shape);
        UNROLL for (int r = 0; r < rows; r++) {
            sum[r] = _mm512_dpbusd_epi32(sum[r], low, act_step(x + r, s));
            sum[r] = _mm512_dpbusd_epi32(sum[r], high, act_step(x + r, s + 1));
        }
    }
}

#endif
