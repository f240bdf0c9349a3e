/* quant_iq_grid.h - packed points of the IQ types; private to engine/quant_iq.c. */
#ifndef ENGINE_QUANT_IQ_GRID_H
#define ENGINE_QUANT_IQ_GRID_H

#include <stdint.h>

/* Eight digits of 2 bits. */
extern const uint16_t quant_grid_iq2_xxs[256], quant_grid_iq2_xs[512], quant_grid_iq2_s[1024],
    quant_grid_iq1[2048];

/* Four digits of 3 bits. */
extern const uint16_t quant_grid_iq3_xxs[256], quant_grid_iq3_s[512];

#endif
