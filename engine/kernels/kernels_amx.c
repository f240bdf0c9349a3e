/* kernels_amx.c - quantised products of 16 rows and more on the tile unit of Sapphire Rapids.
 * Everything else stays with the VNNI tier. */
#include "engine/kernels/vec512.h"

#include "engine/kernels/tile_amx.h"

#include "engine/kernels/matmul_amx.h"

MATMUL_WIDE_ALL

void kernels_fill_amx(struct kernels *k)
{
    fill_matmul_wide(k);
}
