/* quant_iq.c - blocks of 256 whose codes are indices of points in a fixed grid (IQ1, IQ2, IQ3).
 *
 * A point gives the magnitudes of 8 (IQ3: 4) elements, a byte of signs goes with 8 elements, and a
 * scale with 16 or 32. The formats differ in how they pack index, signs and scale. Indices are
 * masked by their width, which is that of the table, so no byte of a file can lead out of it. */
#include "engine/quant_blocks.h"
#include "engine/quant_iq_grid.h"

static const uint8_t IQ2_VALUES[4] = {8, 25, 43, 43}; /* digit 3 occurs in no point */
static const uint8_t IQ3_XXS_VALUES[8] = {4, 12, 20, 28, 36, 44, 52, 62};
static const uint8_t IQ3_S_VALUES[8] = {1, 3, 5, 7, 9, 11, 13, 15};
static const int8_t IQ1_VALUES[4] = {-1, 0, 1, 1}; /* likewise */

#define IQ1_DELTA 0.125f

static float signed_value(float v, unsigned signs, int j)
{
    return signs >> j & 1 ? -v : v;
}

static void put_iq2(float out[8], float scale, uint16_t point, unsigned signs)
{
    for (int j = 0; j < 8; j++)
        out[j] = signed_value(scale * (float)IQ2_VALUES[point >> 2 * j & 3], signs, j);
}

static void put_iq3(float out[4], float scale, uint16_t point, const uint8_t *values,
                    unsigned signs)
{
    for (int j = 0; j < 4; j++)
        out[j] = signed_value(scale * (float)values[point >> 3 * j & 7], signs, j);
}

static void put_iq1(float out[8], float scale, uint16_t point, float delta)
{
    for (int j = 0; j < 8; j++)
        out[j] = scale * ((float)IQ1_VALUES[point >> 2 * j & 3] + delta);
}

/* Seven stored signs; the eighth makes the number of minus signs even. */
static unsigned even_signs(unsigned seven)
{
    unsigned parity = seven ^ seven >> 4;
    parity ^= parity >> 2;
    parity ^= parity >> 1;
    return seven | (parity & 1) << 7;
}

/* d@0, then per 32 elements four indices (u8) and a word: 4 x 7 sign bits, 4 scale bits. */
void quant_block_iq2_xxs(float *out, const uint8_t *b)
{
    float d = quant_half(b);
    for (int k = 0; k < 8; k++) {
        const uint8_t *index = b + 2 + 8 * k;
        uint32_t word = quant_u32(index + 4);
        float scale = d * (0.5f + (float)(word >> 28)) * 0.25f;
        for (int g = 0; g < 4; g++)
            put_iq2(out + 32 * k + 8 * g, scale, quant_grid_iq2_xxs[index[g]],
                    even_signs(word >> 7 * g & 127));
    }
}

/* d@0 codes u16[32]@2 (9 bits index, 7 bits signs) scales[8]@66, a nibble per 16 elements. */
void quant_block_iq2_xs(float *out, const uint8_t *b)
{
    float d = quant_half(b);
    for (int g = 0; g < 32; g++) {
        unsigned code = quant_u16(b + 2 + 2 * g);
        int s = b[66 + g / 4] >> 4 * (g / 2 % 2) & 15;
        float scale = d * (0.5f + (float)s) * 0.25f;
        put_iq2(out + 8 * g, scale, quant_grid_iq2_xs[code & 511], even_signs(code >> 9));
    }
}

/* d@0 index low[32]@2 signs[32]@34 index high[8]@66 (2 bits each) scales[8]@74 as in IQ2_XS. */
void quant_block_iq2_s(float *out, const uint8_t *b)
{
    float d = quant_half(b);
    for (int g = 0; g < 32; g++) {
        int index = b[2 + g] | (b[66 + g / 4] >> 2 * (g % 4) & 3) << 8;
        int s = b[74 + g / 4] >> 4 * (g / 2 % 2) & 15;
        float scale = d * (0.5f + (float)s) * 0.25f;
        put_iq2(out + 8 * g, scale, quant_grid_iq2_s[index], b[34 + g]);
    }
}

/* d@0 indices[64]@2, words[8]@66 as in IQ2_XXS. */
void quant_block_iq3_xxs(float *out, const uint8_t *b)
{
    float d = quant_half(b);
    for (int g = 0; g < 64; g++) {
        uint32_t word = quant_u32(b + 66 + 4 * (g / 8));
        float scale = d * (0.5f + (float)(word >> 28)) * 0.5f;
        unsigned signs = even_signs(word >> 7 * (g / 2 % 4) & 127);
        put_iq3(out + 4 * g, scale, quant_grid_iq3_xxs[b[2 + g]], IQ3_XXS_VALUES,
                signs >> 4 * (g % 2));
    }
}

/* d@0 index low[64]@2 index high[8]@66 (1 bit each) signs[32]@74 scales[4]@106, a nibble per 32. */
void quant_block_iq3_s(float *out, const uint8_t *b)
{
    float d = quant_half(b);
    for (int g = 0; g < 64; g++) {
        int index = b[2 + g] | (b[66 + g / 8] >> (g % 8) & 1) << 8;
        int s = b[106 + g / 16] >> 4 * (g / 8 % 2) & 15;
        unsigned signs = (unsigned)b[74 + g / 2] >> 4 * (g % 2);
        put_iq3(out + 4 * g, d * (float)(1 + 2 * s), quant_grid_iq3_s[index], IQ3_S_VALUES, signs);
    }
}

/* d@0 index low[32]@2, per 32 elements a u16@34: 4 x 3 high bits, 3 bits scale, sign of delta. */
void quant_block_iq1_s(float *out, const uint8_t *b)
{
    float d = quant_half(b);
    for (int g = 0; g < 32; g++) {
        int high = quant_u16(b + 34 + 2 * (g / 4));
        int index = b[2 + g] | (high >> 3 * (g % 4) & 7) << 8;
        float scale = d * (float)(2 * (high >> 12 & 7) + 1);
        put_iq1(out + 8 * g, scale, quant_grid_iq1[index], high & 0x8000 ? -IQ1_DELTA : IQ1_DELTA);
    }
}

/* index low[32]@0, a nibble per 8 elements@32 (3 high bits, sign of delta), four u16@48: 4 x 3 bits
 * of scale per 16 elements, and in the top nibbles the pieces of the binary16 block scale. */
void quant_block_iq1_m(float *out, const uint8_t *b)
{
    unsigned half = 0;
    for (int i = 0; i < 4; i++)
        half |= (unsigned)(b[49 + 2 * i] >> 4) << 4 * i;
    float d = quant_f16_to_f32((uint16_t)half);
    for (int g = 0; g < 32; g++) {
        int nibble = b[32 + g / 2] >> 4 * (g % 2) & 15;
        int index = b[g] | (nibble & 7) << 8;
        int s = quant_u16(b + 48 + 2 * (g / 8)) >> 3 * (g / 2 % 4) & 7;
        put_iq1(out + 8 * g, d * (float)(2 * s + 1), quant_grid_iq1[index],
                nibble & 8 ? -IQ1_DELTA : IQ1_DELTA);
    }
}
