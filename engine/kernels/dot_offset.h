/* dot_offset.h - what the files that compute integer sums share: offsets, levels, activations. */
#ifndef ENGINE_KERNELS_DOT_OFFSET_H
#define ENGINE_KERNELS_DOT_OFFSET_H

#include "engine/kernels/acts.h"
#include "engine/kernels/panel_shape.h"

#define BLOCK_STEPS (PANEL_COLS / 4) /* a step: 4 columns */

/* What undoes the codes' offset in the sum of group g; the sums of a tile start here. */
INLINE vi offset_sum(const struct act_block *x, const struct panel_shape *shape, int g)
{
    if (shape->offset == 0)
        return vi_zero();
    if (shape->offset == 8)
        return vi_set1(x->off8);
    if (shape->offset == 16)
        return vi_add(vi_set1(x->off8), vi_set1(x->off8));
    return vi_set1(shape->groups == 1 ? x->off128 : x->half_off128[g]);
}

/* The layout's levels with its offset, for vi_lookup; zeros where there are none. */
INLINE vi level_table(const struct panel_shape *shape)
{
    if (!shape->levels)
        return vi_zero();
    return vi_add8(vi_table(shape->levels), vi_set1_8((int8_t)shape->offset));
}

/* The numbers, with the layout's offset, of steps s and s + 1 (s even) of 4-bit codes. */
INLINE void unpack4(vi *first, vi *second, const uint8_t *codes, const int s, const vi levels,
                    const struct panel_shape *shape)
{
    vi w = vi_load(codes + PANEL_STEP / 2 * s);
    *first = vi_low_nibbles(w);
    *second = vi_high_nibbles(w);
    if (shape->levels) {
        *first = vi_lookup(levels, *first);
        *second = vi_lookup(levels, *second);
    }
}

/* The 4 codes of a step in every 32-bit lane. */
INLINE vi act_step(const struct act_block *x, int step)
{
    int32_t codes;
    memcpy(&codes, x->q + 4 * step, sizeof codes);
    return vi_set1(codes);
}

#endif
