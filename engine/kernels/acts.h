/* acts.h - private layout of quantised activations.
 *
 * 32 columns of one row are one cache line: the codes, and everything a product needs beside them,
 * computed once per step instead of once per panel. Rows stand in groups of 8 (the last group holds
 * what is left), and in a group the order is [block][row], so that a tile of rows finds all its
 * operands at one pointer plus constants. */
#ifndef ENGINE_KERNELS_ACTS_H
#define ENGINE_KERNELS_ACTS_H

#include "engine/kernels/kernels.h"

#define ACT_COLS 32 /* columns per block */
#define ACT_ROWS 8  /* rows per group */

struct act_block {
    int8_t q[ACT_COLS];      /* round(x / scale), half to even, |q| <= 127                */
    float scale;             /* max |x| / 127                                             */
    float sum, half_sum[2];  /* scale x sum of the codes: all 32, and each 16 of them     */
    int32_t off8, off128;    /* -8 and -128 x sum of the 32 codes: undo the codes' offset */
    int32_t half_off128[2];  /* -128 x sum of each 16 codes                               */
};

_Static_assert(sizeof(struct act_block) == 64, "an activation block is one cache line");

/* Block at `scale` max |x| is coded as zeros when dividing by it would overflow (tiny or zero),
 * and when it is infinite or NaN; the scale itself then carries that into the product. */
#define ACT_AMAX_MIN 1e-36f

/* Rows in the group of `row`. */
static inline size_t acts_group_rows(const struct acts *a, size_t row)
{
    size_t left = a->n_rows - row / ACT_ROWS * ACT_ROWS;
    return left < ACT_ROWS ? left : ACT_ROWS;
}

/* Block 0 of a row; block b follows b x acts_group_rows blocks later. */
static inline struct act_block *acts_row(const struct acts *a, size_t row)
{
    size_t first = row / ACT_ROWS * ACT_ROWS;
    return (struct act_block *)a->q + first * (a->n_in / ACT_COLS) + (row - first);
}

/* Fills what follows from the scale and the sums of the two halves' codes. */
static inline void act_block_finish(struct act_block *b, float scale, int32_t sum0, int32_t sum1)
{
    b->scale = scale;
    b->sum = scale * (float)(sum0 + sum1);
    b->half_sum[0] = scale * (float)sum0;
    b->half_sum[1] = scale * (float)sum1;
    b->off8 = -8 * (sum0 + sum1);
    b->off128 = -128 * (sum0 + sum1);
    b->half_off128[0] = -128 * sum0;
    b->half_off128[1] = -128 * sum1;
}

#endif
