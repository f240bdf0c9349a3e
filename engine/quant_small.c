/* quant_small.c - plain floats and the formats of one scale (or one scale and one minimum) per
 * block of 32 to 128 elements.
 *
 * Blocks of 32 keep element j in the low and element j + 16 in the high nibble of byte j. */
#include "engine/quant.h"
#include "engine/quant_blocks.h"

#define HALF 16 /* elements in the low, and in the high nibbles */

const int8_t quant_iq4_levels[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                     1,    13,   25,  38,  53,  69,  89,  113};

/* E2M1 doubled, so that the levels are whole; the scales are halved in turn. */
const int8_t quant_e2m1_levels[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

void quant_block_f32(float *out, const uint8_t *b)
{
    *out = quant_bits_f32(quant_u32(b));
}

void quant_block_f16(float *out, const uint8_t *b)
{
    *out = quant_half(b);
}

void quant_block_bf16(float *out, const uint8_t *b)
{
    *out = quant_bf16_to_f32(quant_u16(b));
}

void quant_block_q4_0(float *out, const uint8_t *b)
{
    float d = quant_half(b);
    for (int j = 0; j < HALF; j++) {
        out[j] = (float)((b[2 + j] & 15) - 8) * d;
        out[j + HALF] = (float)((b[2 + j] >> 4) - 8) * d;
    }
}

void quant_block_q4_1(float *out, const uint8_t *b)
{
    float d = quant_half(b), m = quant_half(b + 2);
    for (int j = 0; j < HALF; j++) {
        out[j] = (float)(b[4 + j] & 15) * d + m;
        out[j + HALF] = (float)(b[4 + j] >> 4) * d + m;
    }
}

/* Five-bit code of element j (0..31): nibbles at `qs`, fifth bits in `qh`. */
static int five_bits(const uint8_t *qs, uint32_t qh, int j)
{
    int nibble = j < HALF ? qs[j] & 15 : qs[j - HALF] >> 4;
    return nibble | (int)(qh >> j & 1) << 4;
}

void quant_block_q5_0(float *out, const uint8_t *b)
{
    float d = quant_half(b);
    uint32_t qh = quant_u32(b + 2);
    for (int j = 0; j < 2 * HALF; j++)
        out[j] = (float)(five_bits(b + 6, qh, j) - 16) * d;
}

void quant_block_q5_1(float *out, const uint8_t *b)
{
    float d = quant_half(b), m = quant_half(b + 2);
    uint32_t qh = quant_u32(b + 4);
    for (int j = 0; j < 2 * HALF; j++)
        out[j] = (float)five_bits(b + 8, qh, j) * d + m;
}

void quant_block_q8_0(float *out, const uint8_t *b)
{
    float d = quant_half(b);
    for (int j = 0; j < 32; j++)
        out[j] = (float)(int8_t)b[2 + j] * d;
}

/* n codes packed in n / 2 bytes, low nibbles first, looked up in `levels`. */
static void decode_levels(float *out, float d, const uint8_t *qs, const int8_t levels[16], int n)
{
    for (int j = 0; j < n / 2; j++) {
        out[j] = d * (float)levels[qs[j] & 15];
        out[j + n / 2] = d * (float)levels[qs[j] >> 4];
    }
}

void quant_block_iq4_nl(float *out, const uint8_t *b)
{
    decode_levels(out, quant_half(b), b + 2, quant_iq4_levels, 32);
}

float quant_e8m0_half(uint8_t e)
{
    return quant_bits_f32(e < 2 ? 0x00200000u << e : (uint32_t)(e - 1) << 23);
}

void quant_block_mxfp4(float *out, const uint8_t *b)
{
    decode_levels(out, quant_e8m0_half(b[0]), b + 1, quant_e2m1_levels, 32);
}

/* Half of an unsigned E4M3 scale (bias 7, bit 7 ignored). 0x7f alone, not 0xff, stands for NaN and
 * counts as 0, as in ggml. */
static float ue4m3_half(uint8_t u)
{
    int exponent = u >> 3 & 15, mantissa = u & 7;
    if (u == 0x7f)
        return 0.0f;
    if (exponent == 0)
        return (float)mantissa * quant_bits_f32((127 - 10) << 23);
    return (1.0f + (float)mantissa / 8.0f) * quant_bits_f32((uint32_t)(exponent + 119) << 23);
}

void quant_block_nvfp4(float *out, const uint8_t *b)
{
    for (int s = 0; s < 4; s++)
        decode_levels(out + 16 * s, ue4m3_half(b[s]), b + 4 + 8 * s, quant_e2m1_levels, 16);
}

void quant_block_q1_0(float *out, const uint8_t *b)
{
    float d = quant_half(b);
    for (int j = 0; j < 128; j++)
        out[j] = (b[2 + j / 8] >> (j % 8) & 1) ? d : -d;
}

void quant_block_q2_0(float *out, const uint8_t *b)
{
    float d = quant_half(b);
    for (int j = 0; j < 64; j++)
        out[j] = (float)((b[2 + j / 4] >> 2 * (j % 4) & 3) - 1) * d;
}
