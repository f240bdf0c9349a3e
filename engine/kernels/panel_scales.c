/* panel_scales.c - the scales of every quantised type, on their way into panel headers, and the
 * table of the types.
 *
 * Formats without integer scale fields of their own (the grids, NVFP4, the ternary types) have
 * values that are whole multiples of one step in every 16 columns; the step is their greatest
 * common divisor, which fmodf finds exactly. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "engine/kernels/panel_shape.h"

#define CODE_MAX 127 /* largest code of PANEL_I8 */

static void put_u16(struct panel_slot s, size_t offset, uint16_t bits)
{
    memcpy(s.header + offset + 2 * s.o, &bits, sizeof bits);
}

static void put_d(struct panel_slot s, const struct panel_source *from)
{
    put_u16(s, 2 * PANEL_OUT * s.i, quant_u16(from->block));
}

static void put_d_m(struct panel_slot s, const struct panel_source *from)
{
    put_u16(s, 0, quant_u16(from->block));
    put_u16(s, HEADER_F16_MIN, quant_u16(from->block + 2));
}

static void put_exponent(struct panel_slot s, const struct panel_source *from)
{
    s.header[PANEL_OUT * s.i + s.o] = from->block[0];
}

static void put_q45_k(struct panel_slot s, const struct panel_source *from)
{
    int scale, min;
    quant_k_scale_min(from->block + 4, (int)from->sub, &scale, &min);
    put_u16(s, 0, quant_u16(from->block));
    put_u16(s, HEADER_F16_MIN, quant_u16(from->block + 2) ^ 0x8000);
    s.header[HEADER_K_SCALES + PANEL_OUT * s.i + s.o] = (uint8_t)scale;
    s.header[HEADER_K_MINS + PANEL_OUT * s.i + s.o] = (uint8_t)min;
}

static void put_half_scales(struct panel_slot s, uint16_t d, int scale0, int scale1)
{
    uint8_t *at = s.header + HEADER_K_SCALES + PANEL_OUT * 2 * s.i + s.o;
    put_u16(s, 0, d);
    at[0] = (uint8_t)scale0;
    at[PANEL_OUT] = (uint8_t)scale1;
}

static void put_q6_k(struct panel_slot s, const struct panel_source *from)
{
    const uint8_t *scales = from->block + 192 + 2 * from->sub;
    put_half_scales(s, quant_u16(from->block + 208), scales[0], scales[1]);
}

static void put_q3_k(struct panel_slot s, const struct panel_source *from)
{
    int k = (int)(2 * from->sub);
    put_half_scales(s, quant_u16(from->block + 108), quant_q3_k_scale(from->block + 96, k),
                    quant_q3_k_scale(from->block + 96, k + 1));
}

static void put_iq4_xs(struct panel_slot s, const struct panel_source *from)
{
    int low = from->block[4 + from->sub / 2] >> 4 * (from->sub % 2) & 15;
    int high = quant_u16(from->block + 2) >> 2 * from->sub & 3;
    int scale = (low | high << 4) - 32;
    put_half_scales(s, quant_u16(from->block), scale, scale);
}

static void put_f32(struct panel_slot s, size_t half, float scale, float min)
{
    uint8_t *at = s.header + HEADER_F32_HALF * half + sizeof(float) * s.o;
    memcpy(at, &scale, sizeof scale);
    memcpy(at + HEADER_F32_MIN, &min, sizeof min);
}

static void put_q2_k(struct panel_slot s, const struct panel_source *from)
{
    float d = quant_half(from->block + 80), dmin = quant_half(from->block + 82);
    for (size_t half = 0; half < 2; half++) {
        uint8_t k = from->block[2 * from->sub + half];
        put_f32(s, half, d * (float)(k & 15), -dmin * (float)(k >> 4));
    }
}

/* True when x is k steps, 0 <= k <= CODE_MAX. */
static bool is_multiple(float x, float step)
{
    float k = x / step;
    return k <= CODE_MAX && (float)(int)k * step == x;
}

/* Largest step that all 16 values are whole multiples of; a value that is not finite comes back. */
static float common_step(const float *v)
{
    float step = 0.0f;
    for (size_t c = 0; c < PANEL_HALF; c++) {
        float x = fabsf(v[c]);
        if (!(x <= FLT_MAX))
            return x;
        if (x == 0.0f || (step > 0.0f && is_multiple(x, step)))
            continue;
        while (x != 0.0f) {
            float rest = fmodf(step, x);
            step = x;
            x = rest;
        }
    }
    return step;
}

static void put_steps(struct panel_slot s, const struct panel_source *from)
{
    for (size_t half = 0; half < 2; half++)
        put_f32(s, half, common_step(from->values + PANEL_HALF * half), 0.0f);
}

const struct panel_type PANEL_TYPES[QUANT_TYPES] = {
    [QUANT_Q4_0] = {PANEL_Q4_0, put_d, panel_codes_halves, 2},
    [QUANT_Q4_1] = {PANEL_Q4_1, put_d_m, panel_codes_halves, 4},
    [QUANT_Q5_0] = {PANEL_Q8_0, put_d, NULL, 0},
    [QUANT_Q5_1] = {PANEL_Q5_1, put_d_m, NULL, 0},
    [QUANT_Q8_0] = {PANEL_Q8_0, put_d, panel_codes_bytes, 2},
    [QUANT_IQ4_NL] = {PANEL_IQ4_NL, put_d, panel_codes_halves, 2},
    [QUANT_Q2_K] = {PANEL_I8, put_q2_k, NULL, 0},
    [QUANT_Q3_K] = {PANEL_Q6_K, put_q3_k, NULL, 0},
    [QUANT_Q4_K] = {PANEL_Q4_K, put_q45_k, panel_codes_pairs, 16},
    [QUANT_Q5_K] = {PANEL_Q5_K, put_q45_k, NULL, 0},
    [QUANT_Q6_K] = {PANEL_Q6_K, put_q6_k, panel_codes_q6_k, 0},
    [QUANT_IQ4_XS] = {PANEL_Q6_K, put_iq4_xs, NULL, 0},
    [QUANT_IQ1_S] = {PANEL_I8, put_steps, NULL, 0},
    [QUANT_IQ1_M] = {PANEL_I8, put_steps, NULL, 0},
    [QUANT_IQ2_XXS] = {PANEL_I8, put_steps, NULL, 0},
    [QUANT_IQ2_XS] = {PANEL_I8, put_steps, NULL, 0},
    [QUANT_IQ2_S] = {PANEL_I8, put_steps, NULL, 0},
    [QUANT_IQ3_XXS] = {PANEL_I8, put_steps, NULL, 0},
    [QUANT_IQ3_S] = {PANEL_I8, put_steps, NULL, 0},
    [QUANT_TQ1_0] = {PANEL_I8, put_steps, NULL, 0},
    [QUANT_TQ2_0] = {PANEL_I8, put_steps, NULL, 0},
    [QUANT_MXFP4] = {PANEL_MXFP4, put_exponent, panel_codes_halves, 1},
    [QUANT_NVFP4] = {PANEL_I8, put_steps, NULL, 0},
    [QUANT_Q1_0] = {PANEL_I8, put_steps, NULL, 0},
    [QUANT_Q2_0] = {PANEL_I8, put_steps, NULL, 0},
};
