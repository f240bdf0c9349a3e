/* kernels_bf16.c - attention over pages of bf16 with vdpbf16ps, one of 32 products per cycle on
 * Zen 4, where f32 has 16. Everything else stays with the VNNI tier. */
#ifndef __AVX512BF16__
#error "this tier needs -mavx512bf16"
#endif

#include "engine/kernels/vec512.h"

#include "engine/kernels/attend_dot.h"
#include "engine/kernels/attend_simd.h"
#include "engine/kernels/tiers.h"

void kernels_fill_bf16(struct kernels *k)
{
    fill_attend(k);
}
