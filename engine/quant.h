/* quant.h - tensor types: layout, sizes, exact reference dequantisation.
 *
 * Formats and names are ggml's; the formulas are those of the GGUF files in the wild (see
 * docs/design.md). quant_dequantize is the definition that faster kernels are tested against. */
#ifndef ENGINE_QUANT_H
#define ENGINE_QUANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Values are the ids in GGUF files. */
enum quant_type {
    QUANT_F32 = 0, QUANT_F16 = 1, QUANT_Q4_0 = 2, QUANT_Q4_1 = 3, QUANT_Q5_0 = 6, QUANT_Q5_1 = 7,
    QUANT_Q8_0 = 8, QUANT_Q8_1 = 9, QUANT_Q2_K = 10, QUANT_Q3_K = 11, QUANT_Q4_K = 12,
    QUANT_Q5_K = 13, QUANT_Q6_K = 14, QUANT_Q8_K = 15, QUANT_IQ2_XXS = 16, QUANT_IQ2_XS = 17,
    QUANT_IQ3_XXS = 18, QUANT_IQ1_S = 19, QUANT_IQ4_NL = 20, QUANT_IQ3_S = 21, QUANT_IQ2_S = 22,
    QUANT_IQ4_XS = 23, QUANT_I8 = 24, QUANT_I16 = 25, QUANT_I32 = 26, QUANT_I64 = 27,
    QUANT_F64 = 28, QUANT_IQ1_M = 29, QUANT_BF16 = 30, QUANT_TQ1_0 = 34, QUANT_TQ2_0 = 35,
    QUANT_MXFP4 = 39, QUANT_NVFP4 = 40, QUANT_Q1_0 = 41, QUANT_Q2_0 = 42, QUANT_TYPES = 43
};

struct quant_info {
    const char *name;      /* "Q4_K"; NULL for ids that do not exist */
    size_t block;          /* elements per block */
    size_t bytes;          /* bytes per block */
    bool dequantizable;    /* quant_dequantize knows it */
};

/* Never NULL; an unknown id gives an entry with name NULL. */
const struct quant_info *quant_info(int type);

/* Type by name ("Q4_K", any case), or -1. */
int quant_by_name(const char *name);

/* Bytes of n elements; n must be a multiple of the block. */
size_t quant_row_bytes(enum quant_type type, size_t n);

/* Decodes n elements (a multiple of the block) from `src` (unaligned) to out[n]. Exact: the bits of
 * ggml's reference decoder. `type` must be dequantizable. */
void quant_dequantize(enum quant_type type, float *out, const void *src, size_t n);

float quant_f16_to_f32(uint16_t h);
uint16_t quant_f32_to_f16(float f);  /* round to nearest even, overflow to infinity */
float quant_bf16_to_f32(uint16_t h);
uint16_t quant_f32_to_bf16(float f); /* round to nearest even, NaN stays NaN (quiet) */

#endif
