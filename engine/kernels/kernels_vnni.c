/* kernels_vnni.c - quantised products with vpdpbusd: 64 products of unsigned codes and signed
 * activations added into 16 exact 32-bit sums per instruction, one per cycle on Zen 4. Everything
 * else stays with the AVX-512 tier. */
#ifndef __AVX512VNNI__
#error "this tier needs -mavx512vnni"
#endif

#include "engine/kernels/vec512.h"

#define QUANT_ROWS 8

#include "engine/kernels/dot_vnni.h"
#include "engine/kernels/matmul_simd.h"
#include "engine/kernels/tiers.h"

MATMUL_QUANT_ALL

void kernels_fill_vnni(struct kernels *k)
{
    fill_matmul_quant(k);
}
