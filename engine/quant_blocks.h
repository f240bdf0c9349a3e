/* quant_blocks.h - block decoders behind quant_dequantize; private to engine/quant*.c and the
 * panels (engine/kernels).
 *
 * Every decoder turns one block at `b` (unaligned, little-endian) into its elements at `out`. The
 * order of the float operations is that of ggml's reference decoders: it is part of the format. */
#ifndef ENGINE_QUANT_BLOCKS_H
#define ENGINE_QUANT_BLOCKS_H

#include <stdint.h>
#include <string.h>

#include "engine/quant.h"

typedef void quant_block_fn(float *out, const uint8_t *b);

/* quant_small.c: blocks of 1 to 128 elements. */
quant_block_fn quant_block_f32, quant_block_f16, quant_block_bf16, quant_block_q4_0,
    quant_block_q4_1, quant_block_q5_0, quant_block_q5_1, quant_block_q8_0, quant_block_iq4_nl,
    quant_block_mxfp4, quant_block_nvfp4, quant_block_q1_0, quant_block_q2_0;

/* quant_k.c: blocks of 256 with scales per 16 or 32 elements, and the ternary types. */
quant_block_fn quant_block_q2_k, quant_block_q3_k, quant_block_q4_k, quant_block_q5_k,
    quant_block_q6_k, quant_block_q8_k, quant_block_iq4_xs, quant_block_tq1_0, quant_block_tq2_0;

/* quant_iq.c: blocks of 256 whose codes index a grid of points. */
quant_block_fn quant_block_iq1_s, quant_block_iq1_m, quant_block_iq2_xxs, quant_block_iq2_xs,
    quant_block_iq2_s, quant_block_iq3_xxs, quant_block_iq3_s;

/* The 16 levels of IQ4_NL and IQ4_XS; those of MXFP4 and NVFP4, doubled to be whole. */
extern const int8_t quant_iq4_levels[16], quant_e2m1_levels[16];

/* Scale of an MXFP4 block, half of what E8M0 says: 2^(e - 128). e = 255 is not taken as NaN, as in
 * ggml. */
float quant_e8m0_half(uint8_t e);

/* Signed 6-bit scale k = 0..15 of Q3_K out of its 12 bytes. */
int quant_q3_k_scale(const uint8_t *s, int k);

/* 6-bit scale and minimum of sub-block k = 0..7 in Q4_K and Q5_K, packed in 12 bytes. */
void quant_k_scale_min(const uint8_t *s, int k, int *scale, int *min);

static inline uint16_t quant_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t quant_u32(const uint8_t *p)
{
    return quant_u16(p) | (uint32_t)quant_u16(p + 2) << 16;
}

/* A binary16 field. */
static inline float quant_half(const uint8_t *p)
{
    return quant_f16_to_f32(quant_u16(p));
}

/* A binary32 from its bits. */
static inline float quant_bits_f32(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

#endif
