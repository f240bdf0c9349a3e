/* panel_codes.c - the codes of the types whose blocks hold what panels hold, moved as they are. The
 * bit layouts are those of quant.c; a test compares every value with it. */
#include "engine/kernels/panel_shape.h"

/* 32 columns in 16 bytes, the first half in the low nibbles. */
void panel_codes_halves(uint8_t out[PANEL_COLS], const uint8_t *codes, size_t sub)
{
    const uint8_t *nibbles = codes + PANEL_HALF * sub;
    for (size_t c = 0; c < PANEL_HALF; c++) {
        out[c] = nibbles[c] & 15;
        out[PANEL_HALF + c] = nibbles[c] >> 4;
    }
}

/* 64 columns in 32 bytes, the first 32 in the low nibbles. */
void panel_codes_pairs(uint8_t out[PANEL_COLS], const uint8_t *codes, size_t sub)
{
    const uint8_t *nibbles = codes + sub / 2 * PANEL_COLS;
    for (size_t c = 0; c < PANEL_COLS; c++)
        out[c] = sub % 2 ? nibbles[c] >> 4 : nibbles[c] & 15;
}

/* Signed bytes, with the offset of 128. */
void panel_codes_bytes(uint8_t out[PANEL_COLS], const uint8_t *codes, size_t sub)
{
    for (size_t c = 0; c < PANEL_COLS; c++)
        out[c] = codes[PANEL_COLS * sub + c] ^ 0x80;
}

/* Q6_K: 128 columns in 64 bytes of low and 32 bytes of high bits, from -32; with the offset of
 * 128. */
void panel_codes_q6_k(uint8_t out[PANEL_COLS], const uint8_t *codes, size_t sub)
{
    const uint8_t *low = codes + sub / 4 * 64 + sub % 2 * PANEL_COLS;
    const uint8_t *high = codes + 128 + sub / 4 * PANEL_COLS;
    int low_shift = sub % 4 / 2 ? 4 : 0, high_shift = (int)(sub % 4 * 2);
    for (size_t c = 0; c < PANEL_COLS; c++)
        out[c] = (uint8_t)((low[c] >> low_shift & 15) + (high[c] >> high_shift & 3) * 16 + 96);
}
