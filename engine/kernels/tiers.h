/* tiers.h - what each tier file fills into the table, and what one takes from another; private to
 * the kernels. */
#ifndef ENGINE_KERNELS_TIERS_H
#define ENGINE_KERNELS_TIERS_H

#include "engine/kernels/kernels.h"

void kernels_fill_ref(struct kernels *k);
void kernels_fill_ref_ssm(struct kernels *k);   /* called by kernels_fill_ref */
void kernels_fill_ref_vocab(struct kernels *k); /* the same */
void kernels_fill_avx2(struct kernels *k);
void kernels_fill_avx512(struct kernels *k);
void kernels_fill_vnni(struct kernels *k);
void kernels_fill_bf16(struct kernels *k);
void kernels_fill_amx(struct kernels *k);

/* A piece of a product: some rows x up to 16 outputs of one panel. */
struct product_tile {
    float *y;             /* of the first row and output */
    size_t y_stride;
    const uint8_t *panel;
    const struct acts *a;
    size_t row;           /* first row */
    size_t lane;          /* first output in the panel */
    size_t n_out;         /* outputs to store, no more than a vector has lanes */
    const uint8_t *ahead; /* of the panels, what this tile prefetches ... */
    size_t ahead_bytes;   /* ... with each block of columns */
};

typedef void product_fn(const struct product_tile *t);

/* The VNNI tier's tiles of a quantised layout, for 1 to VNNI_ROWS rows. */
#define VNNI_ROWS 8
product_fn *const *kernels_vnni_tiles(enum panel_layout layout);

#endif
