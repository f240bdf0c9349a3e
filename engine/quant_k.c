/* quant_k.c - blocks of 256 elements: the K types, IQ4_XS and the ternary types.
 *
 * Two-level scales: one or two binary16 per block times small integers per 16 or 32 elements. */
#include "engine/quant.h"
#include "engine/quant_blocks.h"

/* Codes of 2 bits in Q2_K and Q3_K: element 128h + 32j + l lies in byte 32h + l, bits 2j..2j+1. */
static int two_bits(const uint8_t *qs, int e)
{
    return qs[e / 128 * 32 + e % 32] >> 2 * (e / 32 % 4) & 3;
}

/* scales[16]@0 qs[64]@16 d@80 dmin@82; a scale byte is the scale (low nibble) and the minimum. */
void quant_block_q2_k(float *out, const uint8_t *b)
{
    float d = quant_half(b + 80), dmin = quant_half(b + 82);
    for (int k = 0; k < 16; k++) {
        float scale = d * (float)(b[k] & 15), min = dmin * (float)(b[k] >> 4);
        for (int e = 16 * k; e < 16 * (k + 1); e++)
            out[e] = scale * (float)two_bits(b + 16, e) - min;
    }
}

/* Signed 6-bit scale k = 0..15 of Q3_K out of 12 bytes: 4 low bits, then 2 high bits. */
int quant_q3_k_scale(const uint8_t *s, int k)
{
    int low = k < 8 ? s[k] & 15 : s[k - 8] >> 4;
    int high = s[8 + k % 4] >> 2 * (k / 4) & 3;
    return (low | high << 4) - 32;
}

/* hmask[32]@0 qs[64]@32 scales[12]@96 d@108; a cleared mask bit subtracts 4. */
void quant_block_q3_k(float *out, const uint8_t *b)
{
    float d = quant_half(b + 108);
    for (int k = 0; k < 16; k++) {
        float scale = d * (float)quant_q3_k_scale(b + 96, k);
        for (int e = 16 * k; e < 16 * (k + 1); e++) {
            int top = b[e % 32] >> (e / 32) & 1;
            out[e] = scale * (float)(two_bits(b + 32, e) - (top ? 0 : 4));
        }
    }
}

/* 6-bit scale and minimum of sub-block k = 0..7 in Q4_K and Q5_K, packed in 12 bytes. */
void quant_k_scale_min(const uint8_t *s, int k, int *scale, int *min)
{
    if (k < 4) {
        *scale = s[k] & 63;
        *min = s[k + 4] & 63;
    } else {
        *scale = (s[k + 4] & 15) | s[k - 4] >> 6 << 4;
        *min = s[k + 4] >> 4 | s[k] >> 6 << 4;
    }
}

/* Q4_K and Q5_K: d@0 dmin@2 scales[12]@4; nibbles at `qs`; fifth bits at `qh` or NULL. */
static void decode_q45_k(float *out, const uint8_t *b, const uint8_t *qs, const uint8_t *qh)
{
    float d = quant_half(b), dmin = quant_half(b + 2);
    for (int k = 0; k < 8; k++) {
        int scale, min;
        quant_k_scale_min(b + 4, k, &scale, &min);
        float ds = d * (float)scale, dm = dmin * (float)min;
        for (int l = 0; l < 32; l++) {
            int q = qs[k / 2 * 32 + l] >> 4 * (k % 2) & 15;
            if (qh)
                q |= (qh[l] >> k & 1) << 4;
            out[32 * k + l] = ds * (float)q - dm;
        }
    }
}

void quant_block_q4_k(float *out, const uint8_t *b)
{
    decode_q45_k(out, b, b + 16, NULL);
}

void quant_block_q5_k(float *out, const uint8_t *b)
{
    decode_q45_k(out, b, b + 48, b + 16);
}

/* ql[128]@0 qh[64]@128 scales i8[16]@192 d@208; quarter p of a half takes bits 2p..2p+1 of qh. */
void quant_block_q6_k(float *out, const uint8_t *b)
{
    float d = quant_half(b + 208);
    for (int e = 0; e < 256; e++) {
        int h = e / 128, p = e / 32 % 4, l = e % 32;
        int low = b[64 * h + 32 * (p % 2) + l] >> 4 * (p / 2) & 15;
        int high = b[128 + 32 * h + l] >> 2 * p & 3;
        float scale = d * (float)(int8_t)b[192 + e / 16];
        out[e] = scale * (float)((low | high << 4) - 32);
    }
}

/* d f32@0 qs i8[256]@4, then sums that decoding does not need. */
void quant_block_q8_k(float *out, const uint8_t *b)
{
    float d = quant_bits_f32(quant_u32(b));
    for (int e = 0; e < 256; e++)
        out[e] = d * (float)(int8_t)b[4 + e];
}

/* d@0 scales_h u16@2 scales_l[4]@4 qs[128]@8 */
void quant_block_iq4_xs(float *out, const uint8_t *b)
{
    float d = quant_half(b);
    unsigned high = quant_u16(b + 2);
    for (int k = 0; k < 8; k++) {
        int low = b[4 + k / 2] >> 4 * (k % 2) & 15;
        float scale = d * (float)((low | (int)(high >> 2 * k & 3) << 4) - 32);
        for (int j = 0; j < 16; j++) {
            uint8_t q = b[8 + 16 * k + j];
            out[32 * k + j] = scale * (float)quant_iq4_levels[q & 15];
            out[32 * k + 16 + j] = scale * (float)quant_iq4_levels[q >> 4];
        }
    }
}

/* Digit 0..2 number `i` of a byte that holds five base-3 digits as a fraction of 256. */
static int base3_digit(uint8_t q, int i)
{
    static const uint8_t POWERS[5] = {1, 3, 9, 27, 81};
    uint8_t shifted = (uint8_t)(q * POWERS[i]);
    return shifted * 3 >> 8;
}

/* qs[48]@0, five digits a byte: 32 bytes give 160 elements, 16 give 80; qh[4]@48, four digits a
 * byte, the last 16 elements; d@52. Digit i of the bytes of one run comes before digit i + 1. */
void quant_block_tq1_0(float *out, const uint8_t *b)
{
    static const struct {
        int from, bytes, digits;
    } RUNS[] = {{0, 32, 5}, {32, 16, 5}, {48, 4, 4}};
    float d = quant_half(b + 52);
    for (int r = 0; r < 3; r++)
        for (int i = 0; i < RUNS[r].digits; i++)
            for (int j = 0; j < RUNS[r].bytes; j++)
                *out++ = (float)(base3_digit(b[RUNS[r].from + j], i) - 1) * d;
}

/* qs[64]@0 with the index map of Q2_K, d@64; code 3 decodes to 2d although no file needs it. */
void quant_block_tq2_0(float *out, const uint8_t *b)
{
    float d = quant_half(b + 64);
    for (int e = 0; e < 256; e++)
        out[e] = (float)(two_bits(b, e) - 1) * d;
}
