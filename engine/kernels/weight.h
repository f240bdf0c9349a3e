/* weight.h - the weight of a token, for every tier; private to the kernels.
 *
 * e^((z - top) / T) = 2^y, y = (z - top) scale, as 2^n 2^f with n whole and |f| <= 1/2; 2^f by a
 * polynomial fitted to that interval (relative error 2e-9, then rounded to float), exactly 1 at 0.
 * Not the exponential of math_simd.h: what is below 2^WEIGHT_LEAST counts as nothing, so the
 * exponent can simply be added, in the same few operations everywhere. 2^WEIGHT_BITS times that,
 * rounded down, is taken off in two digits whose sums over VOCAB_CHUNK tokens fit 32 bits. */
#ifndef ENGINE_KERNELS_WEIGHT_H
#define ENGINE_KERNELS_WEIGHT_H

#include "engine/kernels/kernels.h"

#define WEIGHT_LOW_BITS 22
#define WEIGHT_HIGH_BITS (WEIGHT_BITS - WEIGHT_LOW_BITS)
#define WEIGHT_LEAST -60.0f

#define WEIGHT_C1 0x1.62e430p-1f
#define WEIGHT_C2 0x1.ebfbdcp-3f
#define WEIGHT_C3 0x1.c6aee8p-5f
#define WEIGHT_C4 0x1.3b2d4cp-7f
#define WEIGHT_C5 0x1.5f3e54p-10f
#define WEIGHT_C6 0x1.41fbbcp-13f

#endif
