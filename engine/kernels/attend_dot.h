/* attend_dot.h - the products of attend_simd.h with vdpbf16ps: two of bf16 per lane and
 * instruction, added up in f32. Include it first.
 *
 * Queries and weights become bf16 too, in pairs as the pages have them: a unit is two dimensions of
 * a score, or two positions of an output. The weights are divided by the sum of what they were
 * rounded to, so equal values stay what they are. Of a pair that the range cuts in two, the
 * position out of sight has weight 0, and its values are cleared: 0 times NaN would be seen. */
#ifndef ENGINE_KERNELS_ATTEND_DOT_H
#define ENGINE_KERNELS_ATTEND_DOT_H

#include "engine/kernels/kernels.h"
#include "engine/kernels/vec_math.h"

#define ATTEND_UNIT 2
#define ATTEND_TYPES(X) X(bf16, KV_BF16)

INLINE size_t lane_bytes(const enum kv_type type)
{
    (void)type;
    return sizeof(float);
}

INLINE const uint8_t *key_place(const uint8_t *page, size_t d, size_t at, const enum kv_type type)
{
    return page + (d * KV_PAGE + at) * lane_bytes(type);
}

INLINE vf load_key(const struct attend_job *j, const uint8_t *page, size_t d, size_t at,
                   const enum kv_type type)
{
    (void)j;
    return vf_load((const float *)(const void *)key_place(page, d, at, type));
}

INLINE const uint8_t *value_place(const struct attend_job *j, const uint8_t *page, size_t pos,
                                  size_t dim, const enum kv_type type)
{
    return page + (pos / 2 * j->dv + dim) * lane_bytes(type);
}

INLINE vf load_value(const struct attend_job *j, const uint8_t *page, size_t pos, size_t dim,
                     size_t width, const enum kv_type type)
{
    return load_up_to((const float *)(const void *)value_place(j, page, pos, dim, type), width);
}

INLINE vf seen_values(vf values, bool first, bool last)
{
    __m512i mask = _mm512_set1_epi32((first ? 0xffff : 0) | (last ? ~0xffff : 0));
    return _mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(values), mask));
}

INLINE vf add_products(vf a, vf b, vf sum)
{
    return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
}

/* 2 x LANES numbers, to the nearest, as LANES pairs. */
INLINE vf pairs_of(vf first, vf second)
{
    return (vf)_mm512_cvtne2ps_pbh(second, first);
}

static void take_query(float *out, const float *q, size_t dk)
{
    for (size_t d = 0; d < dk; d += 2 * LANES) {
        size_t n = dk - d, rest = n > LANES ? n - LANES : 0;
        vf pairs = pairs_of(load_up_to(q + d, n), load_up_to(q + d + (rest ? LANES : 0), rest));
        store_up_to(out + d / 2, pairs, (n + 1) / 2);
    }
}

/* e^x of x <= 0, within 1e-5 of itself, where a weight is kept to 2^-9: 2^n 2^f by a polynomial
 * fitted to |f| <= 1/2 (relative error 3e-6). Below -104 exactly 0, NaN stays NaN. */
INLINE vf exp_of_score(vf x)
{
    vf t = vf_max(vf_set1(-151.0f), vf_mul(x, vf_set1(0x1.715476p+0f)));
    vf n = vf_round(t), f = vf_sub(t, n);
    vf p = vf_fma(vf_set1(0x1.3a02ccp-7f), f, vf_set1(0x1.c9fc46p-5f));
    p = vf_fma(p, f, vf_set1(0x1.ec0378p-3f));
    p = vf_fma(p, f, vf_set1(0x1.62e12cp-1f));
    return vf_ldexp(vf_fma(p, f, vf_set1(1.0f)), n);
}

/* weights[n / 2] = pairs of exp(scores - max); returns their sum. */
static float attend_weights(float *weights, const float *scores, size_t n, float top)
{
    const vf ones = pairs_of(vf_set1(1.0f), vf_set1(1.0f));
    vf sum = vf_zero();
    for (size_t i = 0; i < n; i += 2 * LANES) {
        vf first = exp_of_score(vf_sub(vf_load(scores + i), vf_set1(top)));
        vf second = exp_of_score(vf_sub(vf_load(scores + i + LANES), vf_set1(top)));
        vf pairs = pairs_of(first, second);
        vf_store(weights + i / 2, pairs);
        sum = add_products(pairs, ones, sum);
    }
    return vf_hsum(sum);
}

#endif
