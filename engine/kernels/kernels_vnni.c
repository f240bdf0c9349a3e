/* kernels_vnni.c - quantised products with vpdpbusd: 64 products of unsigned codes and signed
 * activations added into 16 exact 32-bit sums per instruction, one per cycle on Zen 4. Everything
 * else stays with the AVX-512 tier. */
#ifndef __AVX512VNNI__
#error "this tier needs -mavx512vnni"
#endif

#include "engine/kernels/vec512.h"

#define QUANT_ROWS VNNI_ROWS

#include "engine/kernels/dot_vnni.h"
#include "engine/kernels/matmul_simd.h"

MATMUL_QUANT_ALL

#define TILES_ENTRY(NAME, LAYOUT) [LAYOUT] = matmul_##NAME##_tiles,

product_fn *const *kernels_vnni_tiles(enum panel_layout layout)
{
    static product_fn *const *const TILES[PANEL_LAYOUTS] = {QUANT_LAYOUTS(TILES_ENTRY)};
    return TILES[layout];
}

void kernels_fill_vnni(struct kernels *k)
{
    fill_matmul_quant(k);
}
