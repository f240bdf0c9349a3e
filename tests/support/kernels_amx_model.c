/* kernels_amx_model.c - the AMX tier's own source over the model of the tile instructions, for CPUs
 * that have AVX-512 and VNNI but no tiles. */
#include "tests/support/kernels_amx_model.h"

#include "engine/kernels/vec512.h"

#include "tests/support/tile_model.h"

#include "engine/kernels/matmul_amx.h"

MATMUL_WIDE_ALL

bool kernels_amx_model(struct kernels *k)
{
    if (cpu_tier_detect() < CPU_VNNI)
        return false;
    kernels_init(k, CPU_AMX - 1);
    fill_matmul_wide(k);
    k->tier = CPU_AMX;
    return true;
}
