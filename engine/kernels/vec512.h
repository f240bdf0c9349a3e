/* vec512.h - the vector operations the shared kernel code is written in, in AVX-512 (F, BW, VL,
 * DQ).
 *
 * vf: LANES floats, vi: the same bits as integers. vec256.h offers the same names; a tier file
 * includes one of them and then the kernels it wants. */
#ifndef ENGINE_KERNELS_VEC512_H
#define ENGINE_KERNELS_VEC512_H

#if !defined(__AVX512F__) || !defined(__AVX512BW__) || !defined(__AVX512VL__) || \
    !defined(__AVX512DQ__)
#error "this tier needs -mavx512f -mavx512bw -mavx512vl -mavx512dq"
#endif

#include <immintrin.h>

#include "engine/kernels/vec.h"

#define LANES 16

typedef __m512 vf;
typedef __m512i vi;

INLINE vf vf_zero(void) { return _mm512_setzero_ps(); }
INLINE vf vf_set1(float x) { return _mm512_set1_ps(x); }
INLINE vf vf_load(const float *p) { return _mm512_loadu_ps(p); }
INLINE void vf_store(float *p, vf v) { _mm512_storeu_ps(p, v); }
INLINE vf vf_add(vf a, vf b) { return _mm512_add_ps(a, b); }
INLINE vf vf_sub(vf a, vf b) { return _mm512_sub_ps(a, b); }
INLINE vf vf_mul(vf a, vf b) { return _mm512_mul_ps(a, b); }
INLINE vf vf_div(vf a, vf b) { return _mm512_div_ps(a, b); }
INLINE vf vf_fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
/* The second operand when one of them is NaN. */
INLINE vf vf_max(vf a, vf b) { return _mm512_max_ps(a, b); }
INLINE vf vf_min(vf a, vf b) { return _mm512_min_ps(a, b); }
INLINE vf vf_abs(vf a) { return _mm512_abs_ps(a); }
INLINE vf vf_round(vf a) { return _mm512_roundscale_ps(a, ROUND_NEAREST); }
/* a x 2^n, n whole. */
INLINE vf vf_ldexp(vf a, vf n) { return _mm512_scalef_ps(a, n); }

/* The same where a and the result are normal, by adding n to the exponent. */
INLINE vf vf_raise(vf a, vf n)
{
    __m512i shift = _mm512_slli_epi32(_mm512_cvtps_epi32(n), 23);
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a), shift));
}

/* vm: which lanes; false where an operand is NaN. */
typedef __mmask16 vm;

INLINE vm vf_at_least(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_GE_OQ); }
INLINE vm vf_more(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ); }
INLINE vm vm_and(vm a, vm b) { return a & b; }
INLINE uint32_t vm_bits(vm m) { return m; } /* lane i as bit i */

INLINE __mmask16 first_lanes(size_t n) { return (__mmask16)((1u << n) - 1); }
/* n < LANES values, the other lanes `fill`. */
INLINE vf vf_load_part(const float *p, size_t n, float fill)
{
    return _mm512_mask_loadu_ps(_mm512_set1_ps(fill), first_lanes(n), p);
}
INLINE void vf_store_part(float *p, vf v, size_t n) { _mm512_mask_storeu_ps(p, first_lanes(n), v); }

INLINE vf vf_load_f16(const uint16_t *p)
{
    return _mm512_cvtph_ps(_mm256_loadu_si256((const void *)p));
}
INLINE vf vf_load_f16_part(const uint16_t *p, size_t n)
{
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first_lanes(n), p));
}
INLINE void vf_store_f16(uint16_t *p, vf v)
{
    _mm256_storeu_si256((void *)p, _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
}
INLINE vf vf_load_bf16(const uint16_t *p)
{
    __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)p));
    return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}
/* Of words that hold two bf16 each, the first (0) or the second (1). */
INLINE vf vf_bf16_of_pairs(vf pairs, size_t which)
{
    __m128i shift = _mm_cvtsi32_si128(which ? 0 : 16);
    __m512i words = _mm512_sll_epi32(_mm512_castps_si512(pairs), shift);
    return _mm512_castsi512_ps(_mm512_and_si512(words, _mm512_set1_epi32(~0xffff)));
}
/* The bits of quant_f32_to_bf16. */
INLINE void vf_store_bf16(uint16_t *p, vf v)
{
    __m512i bits = _mm512_castps_si512(v), high = _mm512_srli_epi32(bits, 16);
    __m512i odd = _mm512_and_si512(high, _mm512_set1_epi32(1));
    __m512i up = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    __m512i quiet = _mm512_or_si512(high, _mm512_set1_epi32(0x40));
    __mmask16 nan = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
    up = _mm512_mask_mov_epi32(_mm512_srli_epi32(up, 16), nan, quiet);
    _mm256_storeu_si256((void *)p, _mm512_cvtepi32_epi16(up));
}
INLINE vf vf_load_u8(const uint8_t *p)
{
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)p)));
}
INLINE vf vf_load_i8(const uint8_t *p)
{
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const void *)p)));
}
/* 2^(e - 128): (e - 1) << 23 as bits, or (e + 1) << 21, the larger one, for the subnormal e < 2. */
INLINE vf vf_load_e8m0_half(const uint8_t *p)
{
    __m512i e = _mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)p)), one = _mm512_set1_epi32(1);
    __m512i normal = _mm512_slli_epi32(_mm512_sub_epi32(e, one), 23);
    __m512i subnormal = _mm512_slli_epi32(_mm512_add_epi32(e, one), 21);
    return _mm512_castsi512_ps(_mm512_max_epi32(normal, subnormal));
}

/* Sum over the lanes in a fixed order: upper half onto lower half, down to one. */
INLINE float vf_hsum(vf v)
{
    __m256 h = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
    __m128 q = _mm_add_ps(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1));
    q = _mm_add_ps(q, _mm_movehl_ps(q, q));
    return _mm_cvtss_f32(_mm_add_ss(q, _mm_movehdup_ps(q)));
}
INLINE float vf_hmax(vf v) { return _mm512_reduce_max_ps(v); }

INLINE vi vi_zero(void) { return _mm512_setzero_si512(); }
INLINE vi vi_set1(int32_t x) { return _mm512_set1_epi32(x); }
INLINE vi vi_load(const void *p) { return _mm512_loadu_si512(p); }
INLINE void vi_store(void *p, vi v) { _mm512_storeu_si512(p, v); }
INLINE vi vi_add(vi a, vi b) { return _mm512_add_epi32(a, b); }
INLINE vi vi_max(vi a, vi b) { return _mm512_max_epi32(a, b); }
INLINE int32_t vi_hsum(vi v) { return _mm512_reduce_add_epi32(v); }
INLINE int32_t vi_hmax(vi v) { return _mm512_reduce_max_epi32(v); }
/* a + b where m, a elsewhere. */
INLINE vi vi_add_masked(vi a, vm m, vi b) { return _mm512_mask_add_epi32(a, m, a, b); }
INLINE vi vi_counting(int32_t first)
{
    const __m512i steps = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return _mm512_add_epi32(_mm512_set1_epi32(first), steps);
}
/* The lanes of m one behind the other; LANES are written. Not the instruction that compresses into
 * memory: it is microcode on Zen 4. */
INLINE void vf_store_kept(float *p, vf v, vm m) { vf_store(p, _mm512_maskz_compress_ps(m, v)); }
INLINE void vi_store_kept(int32_t *p, vi v, vm m)
{
    vi_store(p, _mm512_maskz_compress_epi32(m, v));
}
INLINE vi vi_truncate(vf v) { return _mm512_cvttps_epi32(v); } /* toward zero */
INLINE vf vi_to_vf(vi v) { return _mm512_cvtepi32_ps(v); }
INLINE vi vi_from_vf(vf v) { return _mm512_cvtps_epi32(v); } /* nearest, half to even */
INLINE vi vi_bits(vf v) { return _mm512_castps_si512(v); }
INLINE void vi_store_i8(int8_t *p, vi v) { _mm_storeu_si128((void *)p, _mm512_cvtepi32_epi8(v)); }

INLINE vi vi_low_nibbles(vi v) { return _mm512_and_si512(v, _mm512_set1_epi8(15)); }
INLINE vi vi_high_nibbles(vi v)
{
    return _mm512_and_si512(_mm512_srli_epi16(v, 4), _mm512_set1_epi8(15));
}
INLINE vi vi_add16(vi a, vi b) { return _mm512_add_epi16(a, b); }
INLINE vi vi_set1_16(int16_t x) { return _mm512_set1_epi16(x); }
/* Products of unsigned bytes `a` and signed bytes `b`, added in pairs, saturating. */
INLINE vi vi_maddubs(vi a, vi b) { return _mm512_maddubs_epi16(a, b); }
INLINE vi vi_madd16(vi a, vi b) { return _mm512_madd_epi16(a, b); }
/* table[index] of bytes, index < 16; vi_table puts 16 of them into every 128-bit lane. */
INLINE vi vi_table(const int8_t t[16])
{
    return _mm512_broadcast_i32x4(_mm_loadu_si128((const void *)t));
}
INLINE vi vi_lookup(vi table, vi index) { return _mm512_shuffle_epi8(table, index); }
INLINE vi vi_add8(vi a, vi b) { return _mm512_add_epi8(a, b); }
INLINE vi vi_set1_8(int8_t x) { return _mm512_set1_epi8(x); }

#endif
