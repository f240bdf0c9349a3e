/* tile_model.h - the tile operations of engine/kernels/tile_amx.h in plain C, after the operation
 * sections of the Intel SDM, volume 2 (LDTILECFG, TILELOADD, TILESTORED, TILEZERO, TDPBSUD,
 * TILERELEASE). What the CPU would answer with #GP or #UD is kept as a fault instead. */
#ifndef TESTS_SUPPORT_TILE_MODEL_H
#define TESTS_SUPPORT_TILE_MODEL_H

#include <stddef.h>

#include "engine/kernels/tile_config.h"

void tiles_open(const struct tile_config *config);
void tiles_close(void);
void tile_model_zero(int t);
void tile_model_load(int t, const void *from, size_t stride);
void tile_model_store(int t, void *to, size_t stride);
void tile_model_dot(int c, int a, int b);

/* The first fault since the last call, or NULL; operations after a fault do nothing. */
const char *tile_model_fault(void);

/* Tile products since the program started. */
size_t tile_model_products(void);

#define TILE_ZERO(T) tile_model_zero(T)
#define TILE_LOAD(T, FROM, STRIDE) tile_model_load(T, FROM, STRIDE)
#define TILE_STORE(T, TO, STRIDE) tile_model_store(T, TO, STRIDE)
#define TILE_DOT(C, A, B) tile_model_dot(C, A, B)

#endif
