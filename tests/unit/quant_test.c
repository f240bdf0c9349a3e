/* quant_test.c - tensor types: the table, conversions, decoders.
 *
 * Decoders are pinned twice: by blocks worked out by hand from the formulas, and by checksums over
 * random blocks. The checksums were confirmed with an independent decoder (the Python package
 * `gguf` 0.19 for all types it knows; for Q1_0, Q2_0 and Q8_K a transcription of the formulas). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/rng.h"
#include "engine/quant.h"
#include "engine/quant_iq_grid.h"

#define MAX_BLOCK 256
#define MAX_BYTES 292
#define N_BLOCKS 64

static uint32_t bits_of(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static void test_names(void **state)
{
    (void)state;
    int n = 0;
    for (int type = -2; type < QUANT_TYPES + 3; type++) {
        const struct quant_info *info = quant_info(type);
        if (!info->name)
            continue;
        assert_int_equal(quant_by_name(info->name), type);
        assert_true(info->block >= 1 && info->block <= MAX_BLOCK && info->bytes >= 1);
        n++;
    }
    assert_int_equal(n, 35);
    assert_int_equal(quant_by_name("q4_k"), QUANT_Q4_K);
    assert_int_equal(quant_by_name("Q4"), -1);
}

static void test_removed_ids(void **state)
{
    (void)state;
    static const int REMOVED[] = {-1, 4, 5, 31, 32, 33, 36, 37, 38, 43, 1 << 30};
    for (size_t i = 0; i < sizeof REMOVED / sizeof *REMOVED; i++)
        assert_null(quant_info(REMOVED[i])->name);
}

static void test_row_bytes(void **state)
{
    (void)state;
    assert_int_equal(quant_row_bytes(QUANT_F32, 5), 20);
    assert_int_equal(quant_row_bytes(QUANT_Q5_0, 960), 660);
    assert_int_equal(quant_row_bytes(QUANT_Q6_K, 4096), 3360);
    assert_int_equal(quant_row_bytes(QUANT_MXFP4, 2880), 1530);
}

/* Every binary16 survives the way to binary32 and back. */
static void test_f16_round_trip(void **state)
{
    (void)state;
    for (uint32_t h = 0; h < 65536; h++) {
        float f = quant_f16_to_f32((uint16_t)h);
        uint16_t back = quant_f32_to_f16(f);
        bool nan = (h & 0x7fff) > 0x7c00;
        assert_true(isnan(f) == nan);
        assert_true(nan ? (back & 0x7fff) > 0x7c00 : back == h);
    }
}

/* Between two neighbours: the middle goes to the even one, anything beside it to the nearer.
 * The middle is exact in binary32, also past the largest number: its neighbour is infinity. */
static void test_f16_rounds_to_nearest_even(void **state)
{
    (void)state;
    for (uint32_t h = 0; h < 0x7c00; h++) {
        double low = (double)quant_f16_to_f32((uint16_t)h);
        double high = h == 0x7bff ? 65536 : (double)quant_f16_to_f32((uint16_t)(h + 1));
        uint32_t middle = bits_of((float)((low + high) / 2)), even = h + (h & 1);
        assert_int_equal(quant_f32_to_f16(float_of(middle - 1)), h);
        assert_int_equal(quant_f32_to_f16(float_of(middle)), even);
        assert_int_equal(quant_f32_to_f16(float_of(middle + 1)), h + 1);
        assert_int_equal(quant_f32_to_f16(-float_of(middle)), even | 0x8000);
    }
    assert_int_equal(quant_f32_to_f16(float_of(1)), 0);
    assert_int_equal(quant_f32_to_f16(3e38f), 0x7c00);
    assert_int_equal(quant_f32_to_f16(-INFINITY), 0xfc00);
}

static void test_bf16(void **state)
{
    (void)state;
    static const struct {
        uint32_t f32;
        uint16_t bf16;
    } CASES[] = {
        {0x3f800000, 0x3f80}, {0x3f808000, 0x3f80}, {0x3f808001, 0x3f81}, {0x3f818000, 0x3f82},
        {0x80000001, 0x8000}, {0x00008001, 0x0001}, {0x7f7fffff, 0x7f80}, {0xff800000, 0xff80},
        {0x7f800001, 0x7fc0}, {0xffffffff, 0xffff},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        assert_int_equal(quant_f32_to_bf16(float_of(CASES[i].f32)), CASES[i].bf16);
    assert_int_equal(bits_of(quant_bf16_to_f32(0xc040)), 0xc0400000);
}

/* Blocks of zeros but for a few bytes, and one element each, from the formulas. 0x3c00 is 1.0 and
 * 0x4000 is 2.0 in binary16; both are set by their upper byte. */
static const struct hand_case {
    enum quant_type type;
    struct {
        int at;
        uint8_t value;
    } set[4];
    int element;
    float wanted;
} HAND[] = {
    {QUANT_Q4_0, {{1, 0x40}, {2 + 3, 0xf1}}, 3, 2.0f * (1 - 8)},
    {QUANT_Q4_0, {{1, 0x40}, {2 + 3, 0xf1}}, 19, 2.0f * (15 - 8)},
    {QUANT_Q4_1, {{1, 0x40}, {3, 0x3c}, {4, 0x5a}}, 16, 2.0f * 5 + 1},
    {QUANT_Q5_0, {{1, 0x3c}, {5, 0x80}, {21, 0x30}}, 31, 3 + 16 - 16},
    {QUANT_Q5_1, {{1, 0x3c}, {3, 0x40}, {4, 0x01}, {8, 0x07}}, 0, 7 + 16 + 2},
    {QUANT_Q8_0, {{1, 0x40}, {2 + 31, 0x80}}, 31, -256},
    {QUANT_Q2_K, {{81, 0x40}, {83, 0x3c}, {15, 0x35}, {16 + 63, 0xc0}}, 255, 2.0f * 5 * 3 - 3},
    {QUANT_Q3_K, {{109, 0x3c}, {96, 0x01}, {32, 0x03}}, 0, (1 - 32) * (3 - 4)},
    {QUANT_Q3_K, {{109, 0x3c}, {104, 0x03}, {0, 0x01}, {32, 0x02}}, 0, (48 - 32) * 2},
    {QUANT_Q4_K, {{1, 0x3c}, {3, 0x3c}, {4, 0xc1}, {12, 0x25}}, 128, -2},
    {QUANT_Q4_K, {{1, 0x3c}, {4, 0xc1}, {12, 0x25}, {80, 0x0b}}, 128, (5 + 48) * 11},
    {QUANT_Q5_K, {{1, 0x3c}, {4, 0x02}, {16, 0x01}, {48, 0x04}}, 0, 2 * (4 + 16)},
    {QUANT_Q6_K, {{209, 0x3c}, {207, 0xff}, {191, 0xc0}, {127, 0x90}}, 255, -(9 + 48 - 32)},
    {QUANT_Q8_K, {{3, 0x40}, {4 + 9, 0xfd}}, 9, -6},
    {QUANT_IQ4_NL, {{1, 0x3c}, {2, 0x0f}}, 0, 113},
    {QUANT_IQ4_XS, {{1, 0x3c}, {3, 0xc0}, {7, 0x10}, {135, 0xe0}}, 255, (49 - 32) * 89},
    {QUANT_MXFP4, {{0, 127}, {1, 0xb7}}, 0, 6},
    {QUANT_MXFP4, {{0, 128}, {1, 0xb7}}, 16, -3},
    {QUANT_NVFP4, {{3, 0x38}, {35, 0x70}}, 63, 6},
    {QUANT_NVFP4, {{0, 0x7f}, {4, 0x77}}, 0, 0},
    {QUANT_Q1_0, {{1, 0x40}, {17, 0x80}}, 127, 2},
    {QUANT_Q1_0, {{1, 0x40}, {17, 0x80}}, 126, -2},
    {QUANT_Q2_0, {{1, 0x40}, {17, 0xc0}}, 63, 4},
    {QUANT_TQ1_0, {{53, 0x40}, {0, 0xff}}, 128, 2},
    {QUANT_TQ2_0, {{65, 0x40}, {63, 0x80}}, 255, 2},
    {QUANT_IQ2_XXS, {{1, 0x3c}, {6, 0x01}, {9, 0x10}}, 0, -8 * 1.5f * 0.25f},
    {QUANT_IQ2_XXS, {{1, 0x3c}, {6, 0x01}, {9, 0x10}}, 7, -8 * 1.5f * 0.25f},
    {QUANT_IQ1_S, {{1, 0x3c}, {35, 0x90}}, 0, 3 * (-1 - 0.125f)},
    {QUANT_IQ1_M, {{55, 0x30}, {53, 0xc0}}, 0, -0.875f},
};

static void test_hand_made_blocks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof HAND / sizeof *HAND; i++) {
        const struct hand_case *c = &HAND[i];
        uint8_t block[MAX_BYTES] = {0};
        float out[MAX_BLOCK];
        for (int k = 0; k < 4; k++)
            if (c->set[k].value)
                block[c->set[k].at] = c->set[k].value;
        quant_dequantize(c->type, out, block, quant_info((int)c->type)->block);
        if (out[c->element] != c->wanted)
            fail_msg("case %zu, %s[%d]: %g, %g wanted", i, quant_info((int)c->type)->name,
                     c->element, (double)out[c->element], (double)c->wanted);
    }
}

/* Checksums of N_BLOCKS blocks of random bytes, decoded, NaNs made equal. */
static const struct {
    enum quant_type type;
    uint64_t hash;
} CHECKSUMS[] = {
    {QUANT_F32, 0x562d4477ac8ed9bd}, {QUANT_F16, 0xed714bdd8976ab4d},
    {QUANT_Q4_0, 0x53b3e526a7cf764c}, {QUANT_Q4_1, 0xef71ed9d4e648fb7},
    {QUANT_Q5_0, 0x5a15bd8e4093e214}, {QUANT_Q5_1, 0x5e5ead09f3455b7b},
    {QUANT_Q8_0, 0xb2a27278824e1b63}, {QUANT_Q2_K, 0x747c0183806e1fd5},
    {QUANT_Q3_K, 0xda28736d7c4c88d6}, {QUANT_Q4_K, 0x6eefdaf786f63ed1},
    {QUANT_Q5_K, 0x5bb1b49cf632f9a8}, {QUANT_Q6_K, 0xd560847a3f409c16},
    {QUANT_Q8_K, 0xc203b3ad587a46e2}, {QUANT_IQ2_XXS, 0x6344e3ec60cdbcfb},
    {QUANT_IQ2_XS, 0x5b975e1db4d38907}, {QUANT_IQ3_XXS, 0x23e9343b5fbff006},
    {QUANT_IQ1_S, 0x0cf23c677d38b872}, {QUANT_IQ4_NL, 0xf421fbb852d650aa},
    {QUANT_IQ3_S, 0x6829c9ae7e23d0f3}, {QUANT_IQ2_S, 0x041d1db2361a7f84},
    {QUANT_IQ4_XS, 0x8a70ddab96ca7c6f}, {QUANT_IQ1_M, 0x30749da3d1b6edc3},
    {QUANT_BF16, 0x356c61e05e1f747f}, {QUANT_TQ1_0, 0x617d3d6de6d807a7},
    {QUANT_TQ2_0, 0xf484d6ab901d038c}, {QUANT_MXFP4, 0x889081e89f8260d0},
    {QUANT_NVFP4, 0xdfa031db848b6367}, {QUANT_Q1_0, 0xab7171696140221d},
    {QUANT_Q2_0, 0x6ddb2d558a3e9b7c},
};

static uint64_t checksum(enum quant_type type)
{
    static uint8_t bytes[N_BLOCKS * MAX_BYTES];
    static float out[N_BLOCKS * MAX_BLOCK];
    const struct quant_info *info = quant_info((int)type);
    size_t n = N_BLOCKS * info->block;
    for (size_t i = 0; i < N_BLOCKS * info->bytes; i++)
        bytes[i] = (uint8_t)rng_bits(1, (uint64_t)type, i);
    quant_dequantize(type, out, bytes, n);
    for (size_t i = 0; i < n; i++)
        if (isnan(out[i]))
            out[i] = float_of(0x7fc00000);
    return hash_bytes(out, n * sizeof *out, 0);
}

static void test_checksums(void **state)
{
    (void)state;
    int n = 0;
    for (int type = 0; type < QUANT_TYPES; type++)
        n += quant_info(type)->dequantizable;
    assert_int_equal(n, sizeof CHECKSUMS / sizeof *CHECKSUMS);
    for (size_t i = 0; i < sizeof CHECKSUMS / sizeof *CHECKSUMS; i++)
        if (checksum(CHECKSUMS[i].type) != CHECKSUMS[i].hash)
            fail_msg("%s: %#018llx", quant_info((int)CHECKSUMS[i].type)->name,
                     (unsigned long long)checksum(CHECKSUMS[i].type));
}

/* An unaligned source and a target of their exact sizes: nothing past either is touched. */
static void test_exact_bounds(void **state)
{
    (void)state;
    for (int type = 0; type < QUANT_TYPES; type++) {
        const struct quant_info *info = quant_info(type);
        if (!info->dequantizable)
            continue;
        uint8_t *src = malloc(2 * info->bytes + 1);
        float *out = malloc(2 * info->block * sizeof *out);
        assert_true(src && out);
        memset(src, 0xff, 2 * info->bytes + 1);
        quant_dequantize((enum quant_type)type, out, src + 1, 2 * info->block);
        quant_dequantize((enum quant_type)type, out, src + 1, 0);
        free(src);
        free(out);
    }
}

/* Known properties of the 2-bit grid with the even number of 25s (digit 1). */
static void test_iq2_xxs_grid(void **state)
{
    (void)state;
    int digits[4] = {0};
    for (int i = 0; i < 256; i++) {
        int ones = 0;
        for (int j = 0; j < 8; j++) {
            int digit = quant_grid_iq2_xxs[i] >> 2 * j & 3;
            digits[digit]++;
            ones += digit == 1;
        }
        assert_true(ones % 2 == 0);
        assert_true(i == 0 || quant_grid_iq2_xxs[i - 1] < quant_grid_iq2_xxs[i]);
    }
    assert_true(digits[0] == 1127 && digits[1] == 556 && digits[2] == 365 && digits[3] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_removed_ids),
        cmocka_unit_test(test_row_bytes),
        cmocka_unit_test(test_f16_round_trip),
        cmocka_unit_test(test_f16_rounds_to_nearest_even),
        cmocka_unit_test(test_bf16),
        cmocka_unit_test(test_hand_made_blocks),
        cmocka_unit_test(test_checksums),
        cmocka_unit_test(test_exact_bounds),
        cmocka_unit_test(test_iq2_xxs_grid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
