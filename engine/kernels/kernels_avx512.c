/* kernels_avx512.c - AVX-512 without VNNI (Skylake-X), and all that the VNNI tier leaves as it is.
 * */
#include "engine/kernels/vec512.h"

#define QUANT_ROWS 8
#define FLOAT_ROWS 8

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

void kernels_fill_avx512(struct kernels *k)
{
    fill_matmul_quant(k);
    fill_matmul_float(k);
    fill_attend(k);
    fill_math(k);
    fill_vocab(k);
    fill_ssm(k);
}
