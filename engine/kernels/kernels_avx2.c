/* kernels_avx2.c - AVX2, FMA and F16C. A panel is worked on in two halves of 8 outputs, and a tile
 * has 4 rows: two 16-bit planes and one float accumulator a row fill the 16 registers. */
#include "engine/kernels/vec256.h"

#define QUANT_ROWS 4
#define FLOAT_ROWS 4

#include "engine/kernels/attend_float.h"
#include "engine/kernels/attend_simd.h"
#include "engine/kernels/dot_maddubs.h"
#include "engine/kernels/math_simd.h"
#include "engine/kernels/matmul_simd.h"
#include "engine/kernels/ssm_simd.h"
#include "engine/kernels/tiers.h"
#include "engine/kernels/vocab_simd.h"

MATMUL_QUANT_ALL
MATMUL_FLOAT_ALL

void kernels_fill_avx2(struct kernels *k)
{
    fill_matmul_quant(k);
    fill_matmul_float(k);
    fill_attend(k);
    fill_math(k);
    fill_vocab(k);
    fill_ssm(k);
}
