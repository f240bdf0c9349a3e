/* tiers.h - what each tier file fills into the table; private to the kernels. */
#ifndef ENGINE_KERNELS_TIERS_H
#define ENGINE_KERNELS_TIERS_H

#include "engine/kernels/kernels.h"

void kernels_fill_ref(struct kernels *k);
void kernels_fill_ref_ssm(struct kernels *k); /* called by kernels_fill_ref */
void kernels_fill_avx2(struct kernels *k);
void kernels_fill_avx512(struct kernels *k);
void kernels_fill_vnni(struct kernels *k);

#endif
