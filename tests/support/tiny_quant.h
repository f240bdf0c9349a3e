/* tiny_quant.h - weights of the tiny test models: plain, not good, quantisers. */
#ifndef TESTS_SUPPORT_TINY_QUANT_H
#define TESTS_SUPPORT_TINY_QUANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "engine/quant.h"

/* Numbers `first` to first + n - 1 of an endless row of nearly normal ones, variance 1 (sums of
 * four uniforms: no libm, the same bits everywhere), a function of (seed, stream). */
void tiny_normals(float *out, size_t first, size_t n, uint64_t seed, uint64_t stream);

/* Appends x[n] in `type`; n is a multiple of its block. F32, F16, BF16, Q8_0, Q4_0, Q4_1 and MXFP4
 * round x.
 * The types of 256-element blocks (Q2_K to Q6_K, IQ4_XS) take random codes, seeded by x, and
 * scales that give the mean square of x: enough to compare two decoders. False: another type. */
bool tiny_quantize(strbuf *out, enum quant_type type, const float *x, size_t n);

#endif
