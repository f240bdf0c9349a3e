/* panel_shape.h - private layout of quantised panels: where scales and codes stand.
 *
 * A panel is a sequence of units; a unit is a header of scales and then the codes of its blocks of
 * 32 columns. Only the last unit may hold fewer blocks; its header is full all the same.
 * Everything starts at multiples of 64 bytes.
 *
 *   header      PANEL_Q4_0 Q8_0
 *                     IQ4_NL         f16 scale[2 blocks][16]
 *               PANEL_MXFP4          u8 e[4 blocks][16], scale 2^(e - 128)
 *               PANEL_Q4_1 Q5_1      f16 scale[16], min[16]
 *               PANEL_Q4_K Q5_K      f16 d[16], -dmin[16]; u8 scale[8 blocks][16], min[8][16]
 *               PANEL_Q6_K           f16 d[16], 32 unused bytes; i8 scale[16 half blocks][16]
 *               PANEL_I8             f32 [2 half blocks] { scale[16], min[16] }
 *   8-bit codes 64 bytes for 4 columns: byte 4 * output + column, code + offset
 *   4-bit codes 64 bytes for 8 columns: low nibbles columns 0..3, high nibbles columns 4..7
 *
 * value = scale x number + min, where a stored code is a number + offset or, in the layouts with
 * levels, the index of one. An offset is what makes every number of a layout unsigned, as the
 * products want it; they take it back with the sum of the activations' codes (acts.h). */
#ifndef ENGINE_KERNELS_PANEL_SHAPE_H
#define ENGINE_KERNELS_PANEL_SHAPE_H

#include "engine/kernels/kernels.h"
#include "engine/quant_blocks.h"

#define PANEL_COLS 32  /* columns per block */
#define PANEL_HALF 16  /* columns of half a block */
#define PANEL_STEP 64  /* bytes of one 4-column step of 8-bit codes */

enum panel_scales {
    SCALES_F16,
    SCALES_F16_MIN,
    SCALES_E8M0,
    SCALES_K_MIN,
    SCALES_K_HALF,
    SCALES_F32_HALF
};

struct panel_shape {
    enum panel_scales scales;
    int bits;            /* per code; 0: a float layout */
    int offset;          /* 0, 8, 16 or 128: added to a number to make it unsigned */
    size_t unit;         /* blocks per unit */
    size_t header_bytes; /* per unit */
    int groups;          /* scales per block: 1, or 2 (one for each 16 columns) */
    int has_min;
    const int8_t *levels; /* [16] numbers that 4-bit codes are indices of, or NULL */
};

static const struct panel_shape PANEL_SHAPES[PANEL_LAYOUTS] = {
    [PANEL_Q4_0] = {SCALES_F16, 4, 8, 2, 64, 1, 0, NULL},
    [PANEL_Q8_0] = {SCALES_F16, 8, 128, 2, 64, 1, 0, NULL},
    [PANEL_IQ4_NL] = {SCALES_F16, 4, 128, 2, 64, 1, 0, quant_iq4_levels},
    [PANEL_MXFP4] = {SCALES_E8M0, 4, 16, 4, 64, 1, 0, quant_e2m1_levels},
    [PANEL_Q4_1] = {SCALES_F16_MIN, 4, 0, 1, 64, 1, 1, NULL},
    [PANEL_Q5_1] = {SCALES_F16_MIN, 8, 0, 1, 64, 1, 1, NULL},
    [PANEL_Q4_K] = {SCALES_K_MIN, 4, 0, 8, 320, 1, 1, NULL},
    [PANEL_Q5_K] = {SCALES_K_MIN, 8, 0, 8, 320, 1, 1, NULL},
    [PANEL_Q6_K] = {SCALES_K_HALF, 8, 128, 8, 320, 2, 0, NULL},
    [PANEL_I8] = {SCALES_F32_HALF, 8, 128, 1, 256, 2, 1, NULL},
};

/* Offsets inside the headers with more than one kind of scale. */
enum {
    HEADER_F16_MIN = 32, /* second f16 of 16 outputs */
    HEADER_K_SCALES = 64,
    HEADER_K_MINS = 192,
    HEADER_F32_MIN = 64, /* from the scales of the same half */
    HEADER_F32_HALF = 128,
};

/* Bytes of the codes of one block. */
static inline size_t panel_code_bytes(const struct panel_shape *s)
{
    return (size_t)(s->bits * PANEL_COLS * PANEL_OUT / 8);
}

/* Where the scales of one block of one output go. */
struct panel_slot {
    uint8_t *header; /* of the unit */
    size_t o;        /* output in the panel */
    size_t i;        /* block in the unit */
};

/* Where they come from: 32 columns in one block of the tensor's type. */
struct panel_source {
    const uint8_t *block;
    size_t sub;          /* which 32 of the block */
    const float *values; /* [32] dequantised; not of types whose codes are moved as they are */
};

/* The stored codes of 32 columns: number `sub` of a block whose codes begin at `codes`. */
typedef void panel_codes_fn(uint8_t out[PANEL_COLS], const uint8_t *codes, size_t sub);

panel_codes_fn panel_codes_halves, panel_codes_pairs, panel_codes_bytes, panel_codes_q6_k;

/* Layout of a quantised type, what writes its scales (`put` NULL: not such a type), and what moves
 * the codes that begin at a byte of its blocks (`codes` NULL: they are found from the values). */
struct panel_type {
    enum panel_layout layout;
    void (*put)(struct panel_slot s, const struct panel_source *from);
    panel_codes_fn *codes;
    size_t codes_at;
};

extern const struct panel_type PANEL_TYPES[QUANT_TYPES]; /* panel_scales.c */

/* Block b of one output, decoded: value = scale[c / 16] x q[c] + min[c / 16]. */
struct panel_block {
    float scale[2], min[2];
    int32_t q[PANEL_COLS];
};

void panel_block_read(struct panel_block *out, const struct panels *w, size_t output, size_t b);

/* Weight of a float layout. */
float panel_float_read(const struct panels *w, size_t output, size_t column);

#endif
