/* quant.c - the table of tensor types and the decoder of any of them. */
#include "engine/quant.h"

#include <assert.h>
#include <strings.h>

#include "engine/quant_blocks.h"

struct type_entry {
    struct quant_info info;
    quant_block_fn *decode; /* NULL: layout only */
};

#define DECODED(NAME, BLOCK, BYTES, FN) \
    [QUANT_##NAME] = {{#NAME, BLOCK, BYTES, true}, quant_block_##FN}
#define LAYOUT(NAME, BLOCK, BYTES) [QUANT_##NAME] = {{#NAME, BLOCK, BYTES, false}, NULL}

/* Ids that are missing here were removed from the format. */
static const struct type_entry TYPES[QUANT_TYPES] = {
    DECODED(F32, 1, 4, f32),
    DECODED(F16, 1, 2, f16),
    DECODED(Q4_0, 32, 18, q4_0),
    DECODED(Q4_1, 32, 20, q4_1),
    DECODED(Q5_0, 32, 22, q5_0),
    DECODED(Q5_1, 32, 24, q5_1),
    DECODED(Q8_0, 32, 34, q8_0),
    LAYOUT(Q8_1, 32, 36),
    DECODED(Q2_K, 256, 84, q2_k),
    DECODED(Q3_K, 256, 110, q3_k),
    DECODED(Q4_K, 256, 144, q4_k),
    DECODED(Q5_K, 256, 176, q5_k),
    DECODED(Q6_K, 256, 210, q6_k),
    DECODED(Q8_K, 256, 292, q8_k),
    DECODED(IQ2_XXS, 256, 66, iq2_xxs),
    DECODED(IQ2_XS, 256, 74, iq2_xs),
    DECODED(IQ3_XXS, 256, 98, iq3_xxs),
    DECODED(IQ1_S, 256, 50, iq1_s),
    DECODED(IQ4_NL, 32, 18, iq4_nl),
    DECODED(IQ3_S, 256, 110, iq3_s),
    DECODED(IQ2_S, 256, 82, iq2_s),
    DECODED(IQ4_XS, 256, 136, iq4_xs),
    LAYOUT(I8, 1, 1),
    LAYOUT(I16, 1, 2),
    LAYOUT(I32, 1, 4),
    LAYOUT(I64, 1, 8),
    LAYOUT(F64, 1, 8),
    DECODED(IQ1_M, 256, 56, iq1_m),
    DECODED(BF16, 1, 2, bf16),
    DECODED(TQ1_0, 256, 54, tq1_0),
    DECODED(TQ2_0, 256, 66, tq2_0),
    DECODED(MXFP4, 32, 17, mxfp4),
    DECODED(NVFP4, 64, 36, nvfp4),
    DECODED(Q1_0, 128, 18, q1_0),
    DECODED(Q2_0, 64, 18, q2_0),
};

static const struct quant_info NO_TYPE = {.name = NULL};

const struct quant_info *quant_info(int type)
{
    return type >= 0 && type < QUANT_TYPES ? &TYPES[type].info : &NO_TYPE;
}

int quant_by_name(const char *name)
{
    for (int type = 0; type < QUANT_TYPES; type++)
        if (TYPES[type].info.name && strcasecmp(TYPES[type].info.name, name) == 0)
            return type;
    return -1;
}

size_t quant_row_bytes(enum quant_type type, size_t n)
{
    const struct quant_info *info = quant_info((int)type);
    assert(info->name && n % info->block == 0);
    return n / info->block * info->bytes;
}

void quant_dequantize(enum quant_type type, float *out, const void *src, size_t n)
{
    const struct type_entry *t = &TYPES[type];
    const uint8_t *b = src;
    assert(t->decode && n % t->info.block == 0);
    for (size_t i = 0; i < n; i += t->info.block, b += t->info.bytes)
        t->decode(out + i, b);
}
