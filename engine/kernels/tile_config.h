/* tile_config.h - the shapes of the 8 tile registers, as `ldtilecfg` reads them (Intel SDM, volume
 * 2, LDTILECFG): palette 1, at most 16 rows of at most 64 bytes. */
#ifndef ENGINE_KERNELS_TILE_CONFIG_H
#define ENGINE_KERNELS_TILE_CONFIG_H

#include <stdint.h>

struct tile_config {
    uint8_t palette, start_row;
    uint8_t reserved[14];
    uint16_t row_bytes[16]; /* 8 to 15: zero */
    uint8_t rows[16];
};

_Static_assert(sizeof(struct tile_config) == 64, "the instruction reads 64 bytes");

#endif
