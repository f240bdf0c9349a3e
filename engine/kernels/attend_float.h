/* attend_float.h - the products of attend_simd.h in f32, for every type of pages: numbers are
 * converted as they are read. Include it first. */
#ifndef ENGINE_KERNELS_ATTEND_FLOAT_H
#define ENGINE_KERNELS_ATTEND_FLOAT_H

#include "engine/kernels/kernels.h"
#include "engine/kernels/vec_math.h"

#define ATTEND_UNIT 1
#define ATTEND_TYPES(X) X(f32, KV_F32) X(f16, KV_F16) X(q8, KV_Q8) X(bf16, KV_BF16)

INLINE const float *kv_scales(const uint8_t *page, size_t width)
{
    return (const float *)(const void *)(page + width * KV_PAGE);
}

/* Bytes of a page that a lane comes from. */
INLINE size_t lane_bytes(const enum kv_type type)
{
    return type == KV_Q8 ? 1 : type == KV_F16 ? 2 : 4;
}

/* Dimension d of LANES positions from `at` of a page: where it stands, and what it is. */
INLINE const uint8_t *key_place(const uint8_t *page, size_t d, size_t at, const enum kv_type type)
{
    size_t row = type == KV_BF16 ? d / 2 : d;
    return page + (row * KV_PAGE + at) * lane_bytes(type);
}

INLINE vf load_key(const struct attend_job *j, const uint8_t *page, size_t d, size_t at,
                   const enum kv_type type)
{
    const uint8_t *place = key_place(page, d, at, type);
    const float *words = (const float *)(const void *)place;
    if (type == KV_Q8)
        return vf_mul(vf_load_i8(place),
                      vf_load(kv_scales(page, j->dk) + d / KV_BLOCK * KV_PAGE + at));
    if (type == KV_BF16)
        return vf_bf16_of_pairs(vf_load(words), d % 2);
    return type == KV_F16 ? vf_load_f16((const uint16_t *)(const void *)place) : vf_load(words);
}

/* Up to LANES dimensions from `dim`, a multiple of LANES, of a position of a page, the same. Codes
 * are read past the last: scales follow them. */
INLINE const uint8_t *value_place(const struct attend_job *j, const uint8_t *page, size_t pos,
                                  size_t dim, const enum kv_type type)
{
    size_t row = type == KV_BF16 ? pos / 2 : pos;
    return page + (row * j->dv + dim) * lane_bytes(type);
}

INLINE vf load_value(const struct attend_job *j, const uint8_t *page, size_t pos, size_t dim,
                     size_t width, const enum kv_type type)
{
    const uint8_t *place = value_place(j, page, pos, dim, type);
    const uint16_t *half = (const uint16_t *)(const void *)place;
    const float *words = (const float *)(const void *)place;
    if (type == KV_Q8)
        return vf_mul(vf_load_i8(place), vf_set1(kv_scales(page, j->dv)[pos * kv_blocks(j->dv) +
                                                                        dim / KV_BLOCK]));
    if (type == KV_F16)
        return width < LANES ? vf_load_f16_part(half, width) : vf_load_f16(half);
    vf v = load_up_to(words, width);
    return type == KV_BF16 ? vf_bf16_of_pairs(v, pos % 2) : v;
}

/* A unit is one position: nothing in it is out of sight. */
INLINE vf seen_values(vf values, bool first, bool last)
{
    (void)first;
    (void)last;
    return values;
}

INLINE vf add_products(vf a, vf b, vf sum)
{
    return vf_fma(a, b, sum);
}

static void take_query(float *out, const float *q, size_t dk)
{
    memcpy(out, q, dk * sizeof *q);
}

/* weights[n] = exp(scores - max); returns their sum. */
static float attend_weights(float *weights, const float *scores, size_t n, float top)
{
    vf sum = vf_zero();
    for (size_t i = 0; i < n; i += LANES) {
        vf e = vf_exp(vf_sub(vf_load(scores + i), vf_set1(top)));
        vf_store(weights + i, e);
        sum = vf_add(sum, e);
    }
    return vf_hsum(sum);
}

#endif
