/* quant_float.c - binary16 and bfloat16 against binary32, by integer arithmetic, so that neither
 * the rounding mode nor a flush of subnormals in the float unit can change a result. */
#include <string.h>

#include "engine/quant.h"
#include "engine/quant_blocks.h"

#define F32_EXPONENT 0x7f800000u
#define F16_EXPONENT 0x7c00u

static uint32_t f32_bits(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}

/* v / 2^shift, to nearest, ties to even. */
static uint32_t shift_round(uint32_t v, unsigned shift)
{
    uint32_t below_half = (1u << (shift - 1)) - 1;
    return (v + below_half + (v >> shift & 1)) >> shift;
}

float quant_f16_to_f32(uint16_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000) << 16;
    uint32_t exponent = h >> 10 & 31, mantissa = h & 0x3ff;
    if (exponent == 31)
        return quant_bits_f32(sign | F32_EXPONENT | mantissa << 13);
    if (exponent != 0)
        return quant_bits_f32(sign | (exponent + 112) << 23 | mantissa << 13);
    if (mantissa == 0)
        return quant_bits_f32(sign);
    for (exponent = 113; (mantissa & 0x400) == 0; exponent--)
        mantissa <<= 1;
    return quant_bits_f32(sign | exponent << 23 | (mantissa & 0x3ff) << 13);
}

uint16_t quant_f32_to_f16(float f)
{
    uint32_t bits = f32_bits(f);
    uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff, h;
    if (magnitude > F32_EXPONENT)
        h = F16_EXPONENT | 0x200;
    else if (magnitude >= 0x477ff000) /* 65520, half-way past the largest binary16 */
        h = F16_EXPONENT;
    else if (magnitude >= 0x38800000) /* 2^-14, the smallest normal */
        h = shift_round(magnitude - (112u << 23), 13);
    else if (magnitude >= 0x33000000) /* 2^-25, half of the smallest subnormal */
        h = shift_round((magnitude & 0x7fffff) | 0x800000, 126 - (magnitude >> 23));
    else
        h = 0;
    return (uint16_t)(sign | h);
}

float quant_bf16_to_f32(uint16_t h)
{
    return quant_bits_f32((uint32_t)h << 16);
}

uint16_t quant_f32_to_bf16(float f)
{
    uint32_t bits = f32_bits(f);
    if ((bits & 0x7fffffff) > F32_EXPONENT)
        return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
