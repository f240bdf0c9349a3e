/* tiny_quant.c - see tiny_quant.h. */
#include "tests/support/tiny_quant.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/rng.h"

#define SUPER 256            /* elements of a K block */
#define MAX_BLOCK_BYTES 256  /* at least that of any type below */

/* Blocks with random codes: where the binary16 scales are, and dmin / d for a mean near zero. */
static const struct random_type {
    enum quant_type type;
    int d, dmin; /* byte offsets; dmin < 0: none */
    float ratio;
} RANDOM_TYPES[] = {
    {QUANT_Q2_K, 80, 82, 1.5f}, {QUANT_Q3_K, 108, -1, 0}, {QUANT_Q4_K, 0, 2, 7.5f},
    {QUANT_Q5_K, 0, 2, 15.5f},  {QUANT_Q6_K, 208, -1, 0}, {QUANT_IQ4_XS, 0, -1, 0},
};

void tiny_normals(float *out, size_t first, size_t n, uint64_t seed, uint64_t stream)
{
    const double scale = 1.7320508075688772 / 65536; /* a sum of four uniforms has variance 1/3 */
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = rng_bits(seed, stream, first + i);
        int64_t sum = 0;
        for (int k = 0; k < 4; k++)
            sum += (int64_t)(bits >> 16 * k & 0xffff);
        out[i] = (float)((double)(sum - 2 * 65535) * scale);
    }
}

static void add_u16(strbuf *out, uint16_t v)
{
    strbuf_char(out, (char)(v & 255));
    strbuf_char(out, (char)(v >> 8));
}

static int clamp_round(float x, int min, int max)
{
    int q = (int)lrintf(x);
    return q < min ? min : q > max ? max : q;
}

static float abs_max(const float *x, size_t n)
{
    float max = 0;
    for (size_t i = 0; i < n; i++)
        max = fmaxf(max, fabsf(x[i]));
    return max;
}

static void add_q8_0(strbuf *out, const float *x)
{
    float d = abs_max(x, 32) / 127;
    add_u16(out, quant_f32_to_f16(d));
    for (int j = 0; j < 32; j++)
        strbuf_char(out, (char)clamp_round(d > 0 ? x[j] / d : 0, -127, 127));
}

/* Sixteen bytes of 4-bit codes of (x - min) / d. */
static void add_nibbles(strbuf *out, const float *x, float d, float min)
{
    float inverse = d > 0 ? 1 / d : 0;
    for (int j = 0; j < 16; j++) {
        int low = clamp_round((x[j] - min) * inverse, 0, 15);
        int high = clamp_round((x[j + 16] - min) * inverse, 0, 15);
        strbuf_char(out, (char)(low | high << 4));
    }
}

static void add_q4_0(strbuf *out, const float *x)
{
    float d = abs_max(x, 32) / 8;
    add_u16(out, quant_f32_to_f16(d));
    add_nibbles(out, x, d, -8 * d);
}

static void add_q4_1(strbuf *out, const float *x)
{
    float min = x[0], max = x[0];
    for (int j = 1; j < 32; j++) {
        min = fminf(min, x[j]);
        max = fmaxf(max, x[j]);
    }
    float d = (max - min) / 15;
    add_u16(out, quant_f32_to_f16(d));
    add_u16(out, quant_f32_to_f16(min));
    add_nibbles(out, x, d, min);
}

/* The code of the E2M1 number nearest to x. */
static int e2m1_code(float x)
{
    static const float values[8] = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
    int best = 0;
    for (int i = 1; i < 8; i++)
        if (fabsf(fabsf(x) - values[i]) < fabsf(fabsf(x) - values[best]))
            best = i;
    return x < 0 ? best | 8 : best;
}

/* The power of two that brings the largest of the block into 4 .. 8 (OCP MX 1.0). */
static void add_mxfp4(strbuf *out, const float *x)
{
    float max = abs_max(x, 32);
    int exponent = max > 0 ? ilogbf(max) - 2 : -127;
    float inverse = ldexpf(1, -exponent);
    strbuf_char(out, (char)(exponent + 127));
    for (int j = 0; j < 16; j++)
        strbuf_char(out, (char)(e2m1_code(x[j] * inverse) | e2m1_code(x[j + 16] * inverse) << 4));
}

static double mean_square(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sum / (double)n;
}

static void set_scales(uint8_t *block, const struct random_type *r, float d)
{
    uint16_t h = quant_f32_to_f16(d), m = quant_f32_to_f16(d * r->ratio);
    memcpy(block + r->d, &h, sizeof h);
    if (r->dmin >= 0)
        memcpy(block + r->dmin, &m, sizeof m);
}

/* One block of random codes: decoded once with scale 1 to learn its spread, then scaled. */
static void add_random_block(strbuf *out, const struct random_type *r, const float *x)
{
    uint8_t block[MAX_BLOCK_BYTES];
    float decoded[SUPER];
    size_t bytes = quant_row_bytes(r->type, SUPER);
    uint64_t stream = hash_bytes(x, SUPER * sizeof *x, 0);
    for (size_t i = 0; i < bytes; i++)
        block[i] = (uint8_t)rng_bits(1, stream, i);
    set_scales(block, r, 1);
    quant_dequantize(r->type, decoded, block, SUPER);
    set_scales(block, r, (float)sqrt(mean_square(x, SUPER) / mean_square(decoded, SUPER)));
    strbuf_add(out, block, bytes);
}

static bool add_random_blocks(strbuf *out, enum quant_type type, const float *x, size_t n)
{
    for (size_t t = 0; t < sizeof RANDOM_TYPES / sizeof *RANDOM_TYPES; t++) {
        if (RANDOM_TYPES[t].type != type)
            continue;
        for (size_t i = 0; i < n; i += SUPER)
            add_random_block(out, &RANDOM_TYPES[t], x + i);
        return true;
    }
    return false;
}

static void add_blocks(strbuf *out, const float *x, size_t n, size_t block,
                       void (*add)(strbuf *, const float *))
{
    for (size_t i = 0; i < n; i += block)
        add(out, x + i);
}

static void add_f16(strbuf *out, const float *x)
{
    add_u16(out, quant_f32_to_f16(*x));
}

static void add_bf16(strbuf *out, const float *x)
{
    add_u16(out, quant_f32_to_bf16(*x));
}

bool tiny_quantize(strbuf *out, enum quant_type type, const float *x, size_t n)
{
    switch ((int)type) {
    case QUANT_F32: strbuf_add(out, x, n * sizeof *x); return true;
    case QUANT_F16: add_blocks(out, x, n, 1, add_f16); return true;
    case QUANT_BF16: add_blocks(out, x, n, 1, add_bf16); return true;
    case QUANT_Q8_0: add_blocks(out, x, n, 32, add_q8_0); return true;
    case QUANT_Q4_0: add_blocks(out, x, n, 32, add_q4_0); return true;
    case QUANT_MXFP4: add_blocks(out, x, n, 32, add_mxfp4); return true;
    case QUANT_Q4_1: add_blocks(out, x, n, 32, add_q4_1); return true;
    default: return add_random_blocks(out, type, x, n);
    }
}
