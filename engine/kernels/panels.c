/* panels.c - weights repacked into panels of 16 outputs.
 *
 * The scales of a format are copied (panel_scales.c), and so are the codes of the common types
 * (panel_codes.c). Those of the others come out of quant_dequantize: given scale and minimum,
 * (value - minimum) / scale lies next to the integer that was stored, so that no bit layout of a
 * rare type is written down twice. That takes some four times as long. */
#include "engine/kernels/panel_shape.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define DECODE_MAX 256 /* elements decoded at once: a multiple of every type's block */

bool panels_layout(enum panel_layout *out, enum quant_type type, size_t n_in)
{
    if (type == QUANT_F32 || type == QUANT_F16 || type == QUANT_BF16) {
        *out = type == QUANT_F32 ? PANEL_F32 : type == QUANT_F16 ? PANEL_F16 : PANEL_BF16;
        return true;
    }
    if ((unsigned)type >= QUANT_TYPES || !PANEL_TYPES[type].put ||
        n_in % quant_info((int)type)->block != 0)
        return false;
    *out = PANEL_TYPES[type].layout;
    return true;
}

/* Bytes per weight of a float layout, 0 for the others. */
static size_t float_bytes(enum panel_layout layout)
{
    return layout == PANEL_F32 ? 4 : layout == PANEL_F16 || layout == PANEL_BF16 ? 2 : 0;
}

size_t panels_panel_bytes(enum panel_layout layout, size_t n_in)
{
    const struct panel_shape *shape = &PANEL_SHAPES[layout];
    if (float_bytes(layout))
        return (float_bytes(layout) * PANEL_OUT * n_in + 63) / 64 * 64;
    size_t blocks = n_in / PANEL_COLS, units = (blocks + shape->unit - 1) / shape->unit;
    return units * shape->header_bytes + blocks * panel_code_bytes(shape);
}

/* Header of the unit that block b lies in; panels are `base` + multiples of 64. */
static size_t header_offset(const struct panel_shape *shape, size_t b)
{
    size_t unit_bytes = shape->header_bytes + shape->unit * panel_code_bytes(shape);
    return b / shape->unit * unit_bytes;
}

static size_t codes_offset(const struct panel_shape *shape, size_t b)
{
    return header_offset(shape, b) + shape->header_bytes +
           b % shape->unit * panel_code_bytes(shape);
}

static float read_f16(const uint8_t *at, size_t o)
{
    return quant_half(at + 2 * o);
}

static float read_f32(const uint8_t *at, size_t o)
{
    float f;
    memcpy(&f, at + sizeof f * o, sizeof f);
    return f;
}

/* Scales and minima of output `o` in block `i` of a unit, for one half of the columns. */
static void read_half_scales(struct panel_block *out, enum panel_scales kind, struct panel_slot s,
                             size_t half)
{
    const uint8_t *header = s.header, *u8 = header + HEADER_K_SCALES + s.o;
    float *scale = &out->scale[half], *min = &out->min[half];
    *min = 0.0f;
    switch (kind) {
    case SCALES_F16:
        *scale = read_f16(header + 2 * PANEL_OUT * s.i, s.o);
        return;
    case SCALES_F16_MIN:
        *scale = read_f16(header, s.o);
        *min = read_f16(header + HEADER_F16_MIN, s.o);
        return;
    case SCALES_E8M0:
        *scale = quant_e8m0_half(header[PANEL_OUT * s.i + s.o]);
        return;
    case SCALES_K_MIN:
        *scale = read_f16(header, s.o) * (float)u8[PANEL_OUT * s.i];
        *min = read_f16(header + HEADER_F16_MIN, s.o) *
               (float)u8[HEADER_K_MINS - HEADER_K_SCALES + PANEL_OUT * s.i];
        return;
    case SCALES_K_HALF:
        *scale = read_f16(header, s.o) * (float)(int8_t)u8[PANEL_OUT * (2 * s.i + half)];
        return;
    case SCALES_F32_HALF:
        *scale = read_f32(header + HEADER_F32_HALF * half, s.o);
        *min = read_f32(header + HEADER_F32_HALF * half + HEADER_F32_MIN, s.o);
        return;
    }
}

static void read_scales(struct panel_block *out, enum panel_scales kind, struct panel_slot s)
{
    read_half_scales(out, kind, s, 0);
    read_half_scales(out, kind, s, 1);
}

/* Byte of column c of output o among the codes of a block, and whether it is the high nibble. */
static size_t code_byte(const struct panel_shape *shape, size_t o, size_t c, bool *high)
{
    size_t step = c / 4, in_step = 4 * o + c % 4;
    *high = shape->bits == 4 && step % 2 == 1;
    return (shape->bits == 4 ? step / 2 : step) * PANEL_STEP + in_step;
}

/* Codes of 32 values of one output whose scales are already in the header: the integers next to
 * (v - min) / scale, with the layout's offset; 0 where that is no number. */
static void find_codes(uint8_t *out, const struct panel_shape *shape, struct panel_slot s,
                       const float *v)
{
    float top = shape->bits == 4 ? 15.0f : 255.0f, offset = (float)shape->offset;
    struct panel_block scales;
    read_scales(&scales, shape->scales, s);
    for (size_t half = 0; half < 2; half++) {
        float scale = scales.scale[half], min = scales.min[half];
        float divisor =
            scale == 0.0f ? INFINITY : scale; /* 1 / scale may overflow, v / scale does not */
        for (size_t c = half * PANEL_HALF; c < (half + 1) * PANEL_HALF; c++) {
            float code = (v[c] - min) / divisor + offset + 0.5f;
            code = code < top ? code : top;
            out[c] = code >= 0.0f ? (uint8_t)code : 0;
        }
    }
}

/* Packs the 32 codes of output `o`. Those of 4 columns stand together, so they move as one word. */
static void pack_codes(uint8_t *dst, const struct panel_shape *shape, size_t o,
                       const uint8_t codes[PANEL_COLS])
{
    uint32_t words[PANEL_COLS / 4];
    memcpy(words, codes, sizeof words);
    size_t n = PANEL_COLS / 4, per_step = shape->bits == 4 ? 2 : 1;
    for (size_t i = 0; i < n; i += per_step) {
        uint32_t word = per_step == 2 ? words[i] | words[i + 1] << 4 : words[i];
        memcpy(dst + i / per_step * PANEL_STEP + 4 * o, &word, sizeof word);
    }
}

/* Packs one row of the tensor as output `o` of a quantised layout. */
static void pack_codes_row(uint8_t *panel, const struct panel_shape *shape, size_t o,
                           enum quant_type type, const uint8_t *row, size_t n_in)
{
    const struct quant_info *info = quant_info((int)type);
    const struct panel_type *t = &PANEL_TYPES[type];
    size_t per_block = info->block / PANEL_COLS;
    float v[DECODE_MAX];
    uint8_t codes[PANEL_COLS];
    for (size_t b = 0; b < n_in / PANEL_COLS; b++) {
        struct panel_slot s = {panel + header_offset(shape, b), o, b % shape->unit};
        struct panel_source from = {row + b / per_block * info->bytes, b % per_block,
                                    v + b % per_block * PANEL_COLS};
        if (from.sub == 0 && !t->codes)
            quant_dequantize(type, v, from.block, info->block);
        t->put(s, &from);
        if (t->codes)
            t->codes(codes, from.block + t->codes_at, from.sub);
        else
            find_codes(codes, shape, s, from.values);
        pack_codes(panel + codes_offset(shape, b), shape, o, codes);
    }
}

static void store_float(uint8_t *panel, enum panel_layout layout, size_t at, float value)
{
    uint16_t bits;
    if (layout == PANEL_F32) {
        memcpy(panel + sizeof value * at, &value, sizeof value);
        return;
    }
    bits = layout == PANEL_F16 ? quant_f32_to_f16(value) : quant_f32_to_bf16(value);
    memcpy(panel + sizeof bits * at, &bits, sizeof bits);
}

/* The same for a float layout, from any type that can be decoded. */
static void pack_float_row(uint8_t *panel, enum panel_layout layout, size_t o,
                           enum quant_type type, const uint8_t *row, size_t n_in)
{
    float v[DECODE_MAX];
    for (size_t c = 0; c < n_in; c += DECODE_MAX) {
        size_t n = n_in - c < DECODE_MAX ? n_in - c : DECODE_MAX;
        quant_dequantize(type, v, row + quant_row_bytes(type, c), n);
        for (size_t i = 0; i < n; i++)
            store_float(panel, layout, PANEL_OUT * (c + i) + o, v[i]);
    }
}

/* And from the layout's own type: numbers move as they are. */
static inline void copy_float_row(uint8_t *panel, size_t o, const uint8_t *row, size_t n_in,
                                  size_t bytes)
{
    for (size_t c = 0; c < n_in; c++)
        memcpy(panel + bytes * (PANEL_OUT * c + o), row + bytes * c, bytes);
}

/* Packs one row of the tensor as output `o` of a zeroed panel. */
static void pack_row(uint8_t *panel, enum panel_layout layout, size_t o, enum quant_type type,
                     const uint8_t *row, size_t n_in)
{
    enum panel_layout own;
    if (!float_bytes(layout))
        pack_codes_row(panel, &PANEL_SHAPES[layout], o, type, row, n_in);
    else if (!panels_layout(&own, type, n_in) || own != layout)
        pack_float_row(panel, layout, o, type, row, n_in);
    else if (float_bytes(layout) == sizeof(float))
        copy_float_row(panel, o, row, n_in, sizeof(float));
    else
        copy_float_row(panel, o, row, n_in, sizeof(uint16_t));
}

void panels_pack(const struct panels *w, uint8_t *dst, enum quant_type type, const uint8_t *src,
                 size_t begin, size_t end)
{
    size_t row_bytes = quant_row_bytes(type, w->n_in);
    assert(float_bytes(w->layout) || w->layout == PANEL_TYPES[type].layout);
    assert(w->panel_bytes == panels_panel_bytes(w->layout, w->n_in) && end <= panels_count(w));
    for (size_t p = begin; p < end; p++) {
        uint8_t *panel = dst + p * w->panel_bytes;
        memset(panel, 0, w->panel_bytes);
        for (size_t o = 0; o < PANEL_OUT && p * PANEL_OUT + o < w->n_out; o++) {
            const uint8_t *row = src + (p * PANEL_OUT + o) * row_bytes;
            pack_row(panel, w->layout, o, type, row, w->n_in);
        }
    }
}

float panel_float_read(const struct panels *w, size_t output, size_t column)
{
    const uint8_t *panel = w->data + output / PANEL_OUT * w->panel_bytes;
    size_t at = column * PANEL_OUT + output % PANEL_OUT;
    if (w->layout == PANEL_F32)
        return read_f32(panel, at);
    if (w->layout == PANEL_F16)
        return read_f16(panel, at);
    return quant_bf16_to_f32(quant_u16(panel + sizeof(uint16_t) * at));
}

void panel_block_read(struct panel_block *out, const struct panels *w, size_t output, size_t b)
{
    const struct panel_shape *shape = &PANEL_SHAPES[w->layout];
    uint8_t *panel = (uint8_t *)w->data + output / PANEL_OUT * w->panel_bytes; /* only read */
    const uint8_t *codes = panel + codes_offset(shape, b);
    size_t o = output % PANEL_OUT;
    struct panel_slot s = {panel + header_offset(shape, b), o, b % shape->unit};
    read_scales(out, shape->scales, s);
    for (size_t c = 0; c < PANEL_COLS; c++) {
        bool high;
        int byte = codes[code_byte(shape, o, c, &high)];
        int code = high ? byte >> 4 : shape->bits == 4 ? byte & 15 : byte;
        out->q[c] = shape->levels ? shape->levels[code] : code - shape->offset;
    }
}

void panels_row(const struct panels *w, size_t row, float *out)
{
    struct panel_block block;
    for (size_t c = 0; c < w->n_in; c++) {
        if (float_bytes(w->layout)) {
            out[c] = panel_float_read(w, row, c);
            continue;
        }
        size_t half = c % PANEL_COLS / PANEL_HALF;
        if (c % PANEL_COLS == 0)
            panel_block_read(&block, w, row, c / PANEL_COLS);
        out[c] = block.scale[half] * (float)block.q[c % PANEL_COLS] + block.min[half];
    }
}
