/* vec256.h - the operations of vec512.h in AVX2, FMA and F16C. */
#ifndef ENGINE_KERNELS_VEC256_H
#define ENGINE_KERNELS_VEC256_H

#if !defined(__AVX2__) || !defined(__FMA__) || !defined(__F16C__)
#error "this tier needs -mavx2 -mfma -mf16c"
#endif

#include <immintrin.h>

#include "engine/kernels/vec.h"

#define LANES 8

typedef __m256 vf;
typedef __m256i vi;

INLINE vf vf_zero(void) { return _mm256_setzero_ps(); }
INLINE vf vf_set1(float x) { return _mm256_set1_ps(x); }
INLINE vf vf_load(const float *p) { return _mm256_loadu_ps(p); }
INLINE void vf_store(float *p, vf v) { _mm256_storeu_ps(p, v); }
INLINE vf vf_add(vf a, vf b) { return _mm256_add_ps(a, b); }
INLINE vf vf_sub(vf a, vf b) { return _mm256_sub_ps(a, b); }
INLINE vf vf_mul(vf a, vf b) { return _mm256_mul_ps(a, b); }
INLINE vf vf_div(vf a, vf b) { return _mm256_div_ps(a, b); }
INLINE vf vf_fma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
INLINE vf vf_max(vf a, vf b) { return _mm256_max_ps(a, b); }
INLINE vf vf_min(vf a, vf b) { return _mm256_min_ps(a, b); }
INLINE vf vf_abs(vf a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
INLINE vf vf_round(vf a) { return _mm256_round_ps(a, ROUND_NEAREST); }

INLINE __m256 power_of_two(__m256i n)
{
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
}
/* In two factors, |n| <= 250, so that subnormal results are rounded once. */
INLINE vf vf_ldexp(vf a, vf n)
{
    __m256i whole = _mm256_cvtps_epi32(n), half = _mm256_srai_epi32(whole, 1);
    a = _mm256_mul_ps(a, power_of_two(half));
    return _mm256_mul_ps(a, power_of_two(_mm256_sub_epi32(whole, half)));
}

INLINE vf vf_raise(vf a, vf n)
{
    __m256i shift = _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23);
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), shift));
}

typedef __m256i vm;

INLINE vm vf_at_least(vf a, vf b) { return _mm256_castps_si256(_mm256_cmp_ps(a, b, _CMP_GE_OQ)); }
INLINE vm vf_more(vf a, vf b) { return _mm256_castps_si256(_mm256_cmp_ps(a, b, _CMP_GT_OQ)); }
INLINE vm vm_and(vm a, vm b) { return _mm256_and_si256(a, b); }
INLINE uint32_t vm_bits(vm m) { return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(m)); }

INLINE vf vf_load_part(const float *p, size_t n, float fill)
{
    float all[LANES] = {fill, fill, fill, fill, fill, fill, fill, fill};
    memcpy(all, p, n * sizeof *p);
    return vf_load(all);
}
INLINE void vf_store_part(float *p, vf v, size_t n)
{
    float all[LANES];
    vf_store(all, v);
    memcpy(p, all, n * sizeof *p);
}

INLINE vf vf_load_f16(const uint16_t *p)
{
    return _mm256_cvtph_ps(_mm_loadu_si128((const void *)p));
}
INLINE vf vf_load_f16_part(const uint16_t *p, size_t n)
{
    uint16_t all[LANES] = {0};
    memcpy(all, p, n * sizeof *p);
    return vf_load_f16(all);
}
INLINE void vf_store_f16(uint16_t *p, vf v)
{
    _mm_storeu_si128((void *)p, _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
}
INLINE vf vf_load_bf16(const uint16_t *p)
{
    __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128((const void *)p));
    return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
}
INLINE vf vf_bf16_of_pairs(vf pairs, size_t which)
{
    __m128i shift = _mm_cvtsi32_si128(which ? 0 : 16);
    __m256i words = _mm256_sll_epi32(_mm256_castps_si256(pairs), shift);
    return _mm256_castsi256_ps(_mm256_and_si256(words, _mm256_set1_epi32(~0xffff)));
}
INLINE void vf_store_bf16(uint16_t *p, vf v)
{
    __m256i bits = _mm256_castps_si256(v), high = _mm256_srli_epi32(bits, 16);
    __m256i odd = _mm256_and_si256(high, _mm256_set1_epi32(1));
    __m256i up = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
    __m256i quiet = _mm256_or_si256(high, _mm256_set1_epi32(0x40));
    __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(v, v, _CMP_UNORD_Q));
    up = _mm256_blendv_epi8(_mm256_srli_epi32(up, 16), quiet, nan);
    _mm_storeu_si128((void *)p, _mm_packus_epi32(_mm256_castsi256_si128(up),
                                                 _mm256_extracti128_si256(up, 1)));
}
INLINE vf vf_load_u8(const uint8_t *p)
{
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)p)));
}
INLINE vf vf_load_i8(const uint8_t *p)
{
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const void *)p)));
}
INLINE vf vf_load_e8m0_half(const uint8_t *p)
{
    __m256i e = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)p)), one = _mm256_set1_epi32(1);
    __m256i normal = _mm256_slli_epi32(_mm256_sub_epi32(e, one), 23);
    __m256i subnormal = _mm256_slli_epi32(_mm256_add_epi32(e, one), 21);
    return _mm256_castsi256_ps(_mm256_max_epi32(normal, subnormal));
}

INLINE float vf_hsum(vf v)
{
    __m128 q = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    q = _mm_add_ps(q, _mm_movehl_ps(q, q));
    return _mm_cvtss_f32(_mm_add_ss(q, _mm_movehdup_ps(q)));
}
INLINE float vf_hmax(vf v)
{
    __m128 q = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    q = _mm_max_ps(q, _mm_movehl_ps(q, q));
    return _mm_cvtss_f32(_mm_max_ss(q, _mm_movehdup_ps(q)));
}

INLINE vi vi_zero(void) { return _mm256_setzero_si256(); }
INLINE vi vi_set1(int32_t x) { return _mm256_set1_epi32(x); }
INLINE vi vi_load(const void *p) { return _mm256_loadu_si256(p); }
INLINE void vi_store(void *p, vi v) { _mm256_storeu_si256(p, v); }
INLINE vi vi_add(vi a, vi b) { return _mm256_add_epi32(a, b); }
INLINE vi vi_max(vi a, vi b) { return _mm256_max_epi32(a, b); }
INLINE __m128i fold_add(__m128i q)
{
    q = _mm_add_epi32(q, _mm_shuffle_epi32(q, 0x4e));
    return _mm_add_epi32(q, _mm_shuffle_epi32(q, 0xb1));
}
INLINE __m128i fold_max(__m128i q)
{
    q = _mm_max_epi32(q, _mm_shuffle_epi32(q, 0x4e));
    return _mm_max_epi32(q, _mm_shuffle_epi32(q, 0xb1));
}
INLINE int32_t vi_hsum(vi v)
{
    __m128i q = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    return _mm_cvtsi128_si32(fold_add(q));
}
INLINE int32_t vi_hmax(vi v)
{
    __m128i q = _mm_max_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    return _mm_cvtsi128_si32(fold_max(q));
}
INLINE vi vi_add_masked(vi a, vm m, vi b) { return _mm256_add_epi32(a, _mm256_and_si256(m, b)); }
INLINE vi vi_counting(int32_t first)
{
    return _mm256_add_epi32(_mm256_set1_epi32(first), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
/* Which lanes m has, one behind the other; four bits at a time. */
INLINE __m256i kept_lanes(vm m)
{
    static const uint32_t OF_FOUR[16] = {0,      0,      1,      0x0100,   2,      0x0200,
                                         0x0201, 0x020100, 3,    0x0300,   0x0301, 0x030100,
                                         0x0302, 0x030200, 0x030201, 0x03020100};
    uint32_t bits = vm_bits(m);
    uint64_t lower = OF_FOUR[bits & 15], upper = OF_FOUR[bits >> 4] + 0x04040404;
    uint64_t lanes = lower | upper << 8 * __builtin_popcount(bits & 15);
    return _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)lanes));
}
INLINE void vf_store_kept(float *p, vf v, vm m)
{
    vf_store(p, _mm256_permutevar8x32_ps(v, kept_lanes(m)));
}
INLINE void vi_store_kept(int32_t *p, vi v, vm m)
{
    vi_store(p, _mm256_permutevar8x32_epi32(v, kept_lanes(m)));
}
INLINE vi vi_truncate(vf v) { return _mm256_cvttps_epi32(v); }
INLINE vf vi_to_vf(vi v) { return _mm256_cvtepi32_ps(v); }
INLINE vi vi_from_vf(vf v) { return _mm256_cvtps_epi32(v); }
INLINE vi vi_bits(vf v) { return _mm256_castps_si256(v); }
INLINE void vi_store_i8(int8_t *p, vi v)
{
    __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    _mm_storel_epi64((void *)p, _mm_packs_epi16(words, words));
}

INLINE vi vi_low_nibbles(vi v) { return _mm256_and_si256(v, _mm256_set1_epi8(15)); }
INLINE vi vi_high_nibbles(vi v)
{
    return _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(15));
}
INLINE vi vi_add16(vi a, vi b) { return _mm256_add_epi16(a, b); }
INLINE vi vi_set1_16(int16_t x) { return _mm256_set1_epi16(x); }
INLINE vi vi_maddubs(vi a, vi b) { return _mm256_maddubs_epi16(a, b); }
INLINE vi vi_madd16(vi a, vi b) { return _mm256_madd_epi16(a, b); }
INLINE vi vi_table(const int8_t t[16])
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)t));
}
INLINE vi vi_lookup(vi table, vi index) { return _mm256_shuffle_epi8(table, index); }
INLINE vi vi_add8(vi a, vi b) { return _mm256_add_epi8(a, b); }
INLINE vi vi_set1_8(int8_t x) { return _mm256_set1_epi8(x); }

#endif
