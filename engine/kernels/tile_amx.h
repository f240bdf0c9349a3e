/* tile_amx.h - the tile operations matmul_amx.h is written in, as AMX instructions. Register
 * numbers are literals.
 *
 * The barriers are for gcc 12: its TILELOADD and LDTILECFG do not say that they read memory, so
 * that stores before them may come late or not at all. tests/support/tile_model.h offers the same
 * names in plain C. */
#ifndef ENGINE_KERNELS_TILE_AMX_H
#define ENGINE_KERNELS_TILE_AMX_H

#if !(defined(__AMX_TILE__) && defined(__AMX_INT8__)) && /* gcc; clang: */ \
    !(defined(__AMXTILE__) && defined(__AMXINT8__))
#error "this tier needs -mamx-tile -mamx-int8"
#endif

#include <immintrin.h>

#include "engine/kernels/tile_config.h"

#define MEMORY_BARRIER() __asm__ volatile("" ::: "memory")

static inline void tiles_open(const struct tile_config *config)
{
    MEMORY_BARRIER();
    _tile_loadconfig(config);
}

static inline void tiles_close(void)
{
    _tile_release();
}

#define TILE_ZERO(T) _tile_zero(T)
#define TILE_LOAD(T, FROM, STRIDE) \
    do { \
        MEMORY_BARRIER(); \
        _tile_loadd(T, FROM, STRIDE); \
    } while (0)
#define TILE_STORE(T, TO, STRIDE) _tile_stored(T, TO, STRIDE)
/* C += A B, A signed and B unsigned bytes, in 32-bit integers. */
#define TILE_DOT(C, A, B) _tile_dpbsud(C, A, B)

#endif
