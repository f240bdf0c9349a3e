#include "tests/support/kernel_data.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"

#define MAX_SCALES 2

const enum quant_type kernel_data_types[] = {
    QUANT_F32,     QUANT_F16,     QUANT_BF16,  QUANT_Q4_0,   QUANT_Q4_1,   QUANT_Q5_0,
    QUANT_Q5_1,    QUANT_Q8_0,    QUANT_Q2_K,  QUANT_Q3_K,   QUANT_Q4_K,   QUANT_Q5_K,
    QUANT_Q6_K,    QUANT_IQ2_XXS, QUANT_IQ2_XS, QUANT_IQ2_S, QUANT_IQ3_XXS, QUANT_IQ3_S,
    QUANT_IQ1_S,   QUANT_IQ1_M,   QUANT_IQ4_NL, QUANT_IQ4_XS, QUANT_TQ1_0, QUANT_TQ2_0,
    QUANT_MXFP4,   QUANT_NVFP4,   QUANT_Q1_0,  QUANT_Q2_0,
};
const size_t kernel_data_n_types = sizeof kernel_data_types / sizeof *kernel_data_types;

/* Offsets of the binary16 scales in a block, -1: none. Types that are not listed have one at 0. */
static const struct {
    enum quant_type type;
    int offset[MAX_SCALES];
} SCALES[] = {
    {QUANT_Q4_1, {0, 2}},   {QUANT_Q5_1, {0, 2}},    {QUANT_Q2_K, {80, 82}},
    {QUANT_Q3_K, {108, -1}}, {QUANT_Q4_K, {0, 2}},    {QUANT_Q5_K, {0, 2}},
    {QUANT_Q6_K, {208, -1}}, {QUANT_TQ1_0, {52, -1}}, {QUANT_TQ2_0, {64, -1}},
    {QUANT_IQ1_M, {-1, -1}}, {QUANT_MXFP4, {-1, -1}}, {QUANT_NVFP4, {-1, -1}},
};

void kernel_data_uniform(float *x, size_t n, float range, uint64_t seed)
{
    for (size_t i = 0; i < n; i++)
        x[i] = range * (float)(2.0 * rng_uniform(seed, 0, i) - 1.0);
}

/* A signed binary16 with a magnitude in [2^-8, 2^-4). */
static void put_scale(uint8_t *at, uint64_t random)
{
    uint16_t half = (uint16_t)(0x1c00 + random % 0x1000 + (random >> 60 & 1) * 0x8000);
    memcpy(at, &half, sizeof half);
}

static void fix_scales(uint8_t *block, enum quant_type type, uint64_t random)
{
    int offset[MAX_SCALES] = {0, -1};
    for (size_t i = 0; i < sizeof SCALES / sizeof *SCALES; i++)
        if (SCALES[i].type == type)
            memcpy(offset, SCALES[i].offset, sizeof offset);
    for (int i = 0; i < MAX_SCALES; i++)
        if (offset[i] >= 0)
            put_scale(block + offset[i], random ^ random << (20 * i));
    if (type == QUANT_IQ1_M) /* upper digit of a binary16 that is spread over four bytes */
        block[55] = (uint8_t)((block[55] & 15) | 0x20);
    if (type == QUANT_MXFP4)
        block[0] = (uint8_t)(120 + random % 8);
}

static void put_float(uint8_t *at, enum quant_type type, uint64_t seed, uint64_t i)
{
    float x = (float)(rng_uniform(seed, 2, i) - 0.5);
    uint16_t half = type == QUANT_F16 ? quant_f32_to_f16(x) : quant_f32_to_bf16(x);
    if (type == QUANT_F32)
        memcpy(at, &x, sizeof x);
    else
        memcpy(at, &half, sizeof half);
}

void kernel_data_blocks(uint8_t *out, enum quant_type type, size_t n, uint64_t seed)
{
    const struct quant_info *info = quant_info((int)type);
    for (size_t b = 0; b < n / info->block; b++) {
        uint8_t *block = out + b * info->bytes;
        if (info->block == 1) {
            put_float(block, type, seed, b);
            continue;
        }
        for (size_t i = 0; i < info->bytes; i++)
            block[i] = (uint8_t)rng_bits(seed, b, i);
        fix_scales(block, type, rng_bits(seed, b, info->bytes));
    }
}

/* Tests have no way on without memory. */
static void *need(void *p)
{
    if (!p)
        abort();
    return p;
}

void kernel_tensor_init(struct kernel_tensor *t, enum quant_type type, size_t n_out, size_t n_in,
                        uint64_t seed)
{
    enum panel_layout layout;
    if (!panels_layout(&layout, type, n_in))
        abort();
    *t = (struct kernel_tensor){.type = type, .w = {layout, n_out, n_in, 0, NULL}};
    t->w.panel_bytes = panels_panel_bytes(layout, n_in);
    t->rows = need(alloc_zero(n_out, quant_row_bytes(type, n_in)));
    t->packed = need(alloc_aligned(panels_count(&t->w), t->w.panel_bytes, 64));
    t->w.data = t->packed;
    kernel_data_blocks(t->rows, type, n_out * n_in, seed);
    panels_pack(&t->w, t->packed, type, t->rows, 0, panels_count(&t->w));
}

void kernel_tensor_free(struct kernel_tensor *t)
{
    alloc_free(t->rows);
    alloc_free(t->packed);
}

void kernel_acts_init(struct acts *a, const struct kernels *k, const float *x, size_t n_rows,
                      size_t n_in)
{
    *a = (struct acts){x, n_rows, n_in, NULL};
    if (n_in % 32 != 0)
        return;
    a->q = need(alloc_aligned(1, acts_bytes(n_rows, n_in), 64));
    k->quantize(a, 0, n_rows);
}

void kernel_acts_free(struct acts *a)
{
    alloc_free(a->q);
}

double kernel_data_nmse(const float *got, const float *want, size_t n)
{
    double error = 0.0, power = 0.0;
    for (size_t i = 0; i < n; i++) {
        double e = (double)got[i] - (double)want[i];
        error += e * e;
        power += (double)want[i] * (double)want[i];
    }
    return power > 0.0 ? error / power : error;
}
