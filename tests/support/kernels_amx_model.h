/* kernels_amx_model.h - the AMX tier on a machine without AMX. */
#ifndef TESTS_SUPPORT_KERNELS_AMX_MODEL_H
#define TESTS_SUPPORT_KERNELS_AMX_MODEL_H

#include "engine/kernels/kernels.h"

/* Fills the table with the VNNI tier and the AMX tier's products over the tile model; false, and
 * nothing is written, where the CPU lacks what both need besides tiles. One thread only. */
bool kernels_amx_model(struct kernels *k);

#endif
