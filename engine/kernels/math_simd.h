/* math_simd.h - element-wise work and reductions, shared by the vector tiers.
 *
 * Every reduction has one order that depends on the length only: lanes first, then vf_hsum. */
#ifndef ENGINE_KERNELS_MATH_SIMD_H
#define ENGINE_KERNELS_MATH_SIMD_H

#include <math.h>

#include "engine/kernels/acts.h"
#include "engine/kernels/vec_math.h"

/* Largest magnitude of a block of activations, by its bits: NaN counts as more than infinity. */
INLINE float act_amax(const float *x)
{
    vi amax = vi_zero();
    float out;
    UNROLL for (int c = 0; c < ACT_COLS; c += LANES)
        amax = vi_max(amax, vi_bits(vf_abs(vf_load(x + c))));
    int32_t bits = vi_hmax(amax);
    memcpy(&out, &bits, sizeof out);
    return out;
}

INLINE void quantize_block(struct act_block *out, const float *x)
{
    float amax = act_amax(x);
    int32_t sum[2] = {0, 0};
    if (amax >= ACT_AMAX_MIN && amax < INFINITY) {
        vf inverse = vf_set1(127.0f / amax);
        UNROLL for (int c = 0; c < ACT_COLS; c += LANES) {
            vi q = vi_from_vf(vf_mul(vf_load(x + c), inverse));
            vi_store_i8(out->q + c, q);
            sum[c / 16] += vi_hsum(q);
        }
    } else {
        memset(out->q, 0, sizeof out->q);
    }
    act_block_finish(out, amax / 127.0f, sum[0], sum[1]);
}

/* out[n] = x as numbers of 16 bits; `store` writes a vector of them. */
INLINE void store_halves(uint16_t *out, const float *x, size_t n, void (*store)(uint16_t *, vf))
{
    uint16_t rest[LANES];
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        store(out + i, vf_load(x + i));
    store(rest, vf_load_part(x + i, n - i, 0.0f));
    memcpy(out + i, rest, (n - i) * sizeof *out);
}

static void to_f16(uint16_t *out, const float *x, size_t n)
{
    store_halves(out, x, n, vf_store_f16);
}

static void to_bf16(uint16_t *out, const float *x, size_t n)
{
    store_halves(out, x, n, vf_store_bf16);
}

static void quantize(const struct acts *a, size_t begin, size_t end)
{
    for (size_t r = begin; r < end; r++) {
        struct act_block *out = acts_row(a, r);
        const float *x = a->x + r * a->n_in;
        for (size_t b = 0; b < a->n_in / ACT_COLS; b++)
            quantize_block(out + b * acts_group_rows(a, r), x + b * ACT_COLS);
    }
}

static float sum_of_squares(const float *x, size_t n)
{
    vf s[2] = {vf_zero(), vf_zero()};
    size_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        UNROLL for (int k = 0; k < 2; k++) {
            vf v = vf_load(x + i + k * LANES);
            s[k] = vf_fma(v, v, s[k]);
        }
    }
    for (; i < n; i += LANES) {
        vf v = load_up_to(x + i, n - i);
        s[0] = vf_fma(v, v, s[0]);
    }
    return vf_hsum(vf_add(s[0], s[1]));
}

static void rms_norm(float *out, const float *x, const float *weight, size_t n, float eps)
{
    vf inverse = vf_set1(1.0f / sqrtf(sum_of_squares(x, n) / (float)n + eps));
    for (size_t i = 0; i < n; i += LANES) {
        vf v = vf_mul(load_up_to(x + i, n - i), inverse);
        if (weight)
            v = vf_mul(v, load_up_to(weight + i, n - i));
        store_up_to(out + i, v, n - i);
    }
}

static void silu_mul(float *out, const float *gate, const float *up, size_t n)
{
    vf one = vf_set1(1.0f);
    for (size_t i = 0; i < n; i += LANES) {
        vf g = load_up_to(gate + i, n - i);
        vf s = vf_div(g, vf_add(one, vf_exp(vf_sub(vf_zero(), g))));
        store_up_to(out + i, vf_mul(s, load_up_to(up + i, n - i)), n - i);
    }
}

static void fill_math(struct kernels *k)
{
    k->quantize = quantize;
    k->to_f16 = to_f16;
    k->to_bf16 = to_bf16;
    k->rms_norm = rms_norm;
    k->silu_mul = silu_mul;
}

#endif
