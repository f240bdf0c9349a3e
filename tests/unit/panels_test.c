/* Panels hold the values of the tensor they were packed from. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "tests/support/kernel_data.h"

#define N_IN 768 /* a multiple of every block, and an odd number of super-blocks */

static void test_layouts(void **state)
{
    static const struct {
        enum quant_type type;
        size_t n_in;
        bool fits;
        enum panel_layout layout;
    } CASES[] = {
        {QUANT_F32, 5, true, PANEL_F32},       {QUANT_F16, 1, true, PANEL_F16},
        {QUANT_BF16, 33, true, PANEL_BF16},    {QUANT_Q4_0, 96, true, PANEL_Q4_0},
        {QUANT_Q4_0, 100, false, 0},           {QUANT_Q4_1, 32, true, PANEL_Q4_1},
        {QUANT_Q5_0, 32, true, PANEL_Q8_0},    {QUANT_Q5_1, 32, true, PANEL_Q5_1},
        {QUANT_Q8_0, 576, true, PANEL_Q8_0},   {QUANT_IQ4_NL, 32, true, PANEL_IQ4_NL},
        {QUANT_Q4_K, 512, true, PANEL_Q4_K},   {QUANT_Q4_K, 576, false, 0},
        {QUANT_Q5_K, 256, true, PANEL_Q5_K},   {QUANT_Q6_K, 256, true, PANEL_Q6_K},
        {QUANT_Q3_K, 256, true, PANEL_Q6_K},   {QUANT_IQ4_XS, 256, true, PANEL_Q6_K},
        {QUANT_Q2_K, 256, true, PANEL_I8},     {QUANT_MXFP4, 32, true, PANEL_MXFP4},
        {QUANT_NVFP4, 32, false, 0},           {QUANT_NVFP4, 64, true, PANEL_I8},
        {QUANT_IQ1_M, 256, true, PANEL_I8},    {QUANT_Q8_1, 32, false, 0},
        {QUANT_Q8_K, 256, false, 0},           {QUANT_I32, 32, false, 0},
        {QUANT_F64, 32, false, 0},             {QUANT_TYPES, 32, false, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        enum panel_layout layout = PANEL_LAYOUTS;
        assert_int_equal(panels_layout(&layout, CASES[i].type, CASES[i].n_in), CASES[i].fits);
        assert_int_equal(layout, CASES[i].fits ? CASES[i].layout : PANEL_LAYOUTS);
    }
}

static void test_panel_bytes(void **state)
{
    static const struct {
        enum panel_layout layout;
        size_t n_in, bytes;
    } CASES[] = {
        {PANEL_F32, 3, 192},       {PANEL_F16, 3, 128},   {PANEL_Q4_0, 64, 64 + 512},
        {PANEL_Q4_0, 96, 128 + 768}, {PANEL_Q4_1, 32, 320}, {PANEL_Q5_1, 32, 576},
        {PANEL_Q8_0, 64, 1088},    {PANEL_Q4_K, 256, 320 + 2048},
        {PANEL_Q6_K, 256, 320 + 4096}, {PANEL_I8, 32, 768},
        {PANEL_MXFP4, 128, 64 + 1024}, {PANEL_MXFP4, 160, 128 + 1280},
        {PANEL_IQ4_NL, 64, 64 + 512},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        assert_int_equal(panels_panel_bytes(CASES[i].layout, CASES[i].n_in), CASES[i].bytes);
}

/* Equal up to one rounding of the larger operand. */
static void check_values(const char *name, const float *got, const float *want, size_t n)
{
    for (size_t c = 0; c < n; c++) {
        float scale = fmaxf(fabsf(got[c]), fabsf(want[c]));
        if (!(fabsf(got[c] - want[c]) <= 0x1p-22f * scale))
            fail_msg("%s column %zu: %.9g, want %.9g", name, c, (double)got[c], (double)want[c]);
    }
}

static void test_values(void **state)
{
    static const size_t OUTS[] = {1, 16, 37};
    float got[N_IN], want[N_IN];
    (void)state;
    for (size_t i = 0; i < kernel_data_n_types * 3; i++) {
        struct kernel_tensor t;
        kernel_tensor_init(&t, kernel_data_types[i / 3], OUTS[i % 3], N_IN, i);
        size_t row_bytes = quant_row_bytes(t.type, N_IN);
        for (size_t row = 0; row < t.w.n_out; row++) {
            quant_dequantize(t.type, want, t.rows + row * row_bytes, N_IN);
            panels_row(&t.w, row, got);
            check_values(quant_info((int)t.type)->name, got, want, N_IN);
        }
        kernel_tensor_free(&t);
    }
}

/* Q4_0 and its like with a last unit of one block. */
static void test_odd_blocks(void **state)
{
    float got[96], want[96];
    (void)state;
    for (size_t i = 0; i < kernel_data_n_types; i++) {
        struct kernel_tensor t;
        enum panel_layout layout;
        if (!panels_layout(&layout, kernel_data_types[i], 96))
            continue;
        kernel_tensor_init(&t, kernel_data_types[i], 3, 96, i);
        quant_dequantize(t.type, want, t.rows + 2 * quant_row_bytes(t.type, 96), 96);
        panels_row(&t.w, 2, got);
        check_values(quant_info((int)t.type)->name, got, want, 96);
        kernel_tensor_free(&t);
    }
}

/* Float layouts take any type: what the engine does with a tensor whose rows fit no panel. */
static void test_float_layout_from_quants(void **state)
{
    float got[N_IN], want[N_IN];
    (void)state;
    for (size_t i = 0; i < kernel_data_n_types; i++) {
        struct kernel_tensor t;
        struct panels w = {PANEL_F32, 2, N_IN, panels_panel_bytes(PANEL_F32, N_IN), NULL};
        kernel_tensor_init(&t, kernel_data_types[i], 2, N_IN, i);
        uint8_t *data = alloc_aligned(1, w.panel_bytes, 64);
        w.data = data;
        panels_pack(&w, data, t.type, t.rows, 0, 1);
        quant_dequantize(t.type, want, t.rows + quant_row_bytes(t.type, N_IN), N_IN);
        panels_row(&w, 1, got);
        assert_memory_equal(got, want, sizeof got);
        alloc_free(data);
        kernel_tensor_free(&t);
    }
}

/* Packing in pieces, over dirty memory, gives the bytes of packing at once. */
static void test_pack_ranges(void **state)
{
    (void)state;
    for (size_t i = 0; i < kernel_data_n_types; i++) {
        struct kernel_tensor t;
        kernel_tensor_init(&t, kernel_data_types[i], 50, N_IN, i);
        size_t bytes = panels_count(&t.w) * t.w.panel_bytes;
        uint8_t *again = alloc_aligned(1, bytes, 64);
        memset(again, 0xa5, bytes);
        panels_pack(&t.w, again, t.type, t.rows, 2, 4);
        panels_pack(&t.w, again, t.type, t.rows, 0, 1);
        panels_pack(&t.w, again, t.type, t.rows, 1, 2);
        assert_memory_equal(again, t.packed, bytes);
        alloc_free(again);
        kernel_tensor_free(&t);
    }
}

/* Any bytes may stand in a file: whatever is finite in a group of 16 finite values survives. */
static void test_hostile_blocks(void **state)
{
    float got[N_IN], want[N_IN];
    (void)state;
    for (size_t i = 0; i < kernel_data_n_types * 20; i++) {
        struct kernel_tensor t;
        kernel_tensor_init(&t, kernel_data_types[i % kernel_data_n_types], 1, N_IN, i);
        size_t row_bytes = quant_row_bytes(t.type, N_IN);
        for (size_t b = 0; b < row_bytes; b++)
            t.rows[b] = (uint8_t)rng_bits(i, 77, b);
        panels_pack(&t.w, t.packed, t.type, t.rows, 0, 1);
        quant_dequantize(t.type, want, t.rows, N_IN);
        panels_row(&t.w, 0, got);
        for (size_t c = 0; c < N_IN; c += 16) {
            bool finite = true;
            for (size_t k = c; k < c + 16; k++)
                finite = finite && isfinite(want[k]);
            if (finite)
                check_values(quant_info((int)t.type)->name, got + c, want + c, 16);
        }
        kernel_tensor_free(&t);
    }
}

/* Layouts with levels lose nothing: any bytes come back as quant_dequantize has them. Every first
 * byte of a block, which is MXFP4's exponent, occurs in every row. */
static void test_levels_exact(void **state)
{
    enum { BLOCKS = 256, COLS = 32 * BLOCKS };
    static const enum quant_type TYPES[] = {QUANT_MXFP4, QUANT_IQ4_NL};
    static float got[COLS], want[COLS];
    (void)state;
    for (size_t i = 0; i < 2 * 17; i++) {
        struct kernel_tensor t;
        kernel_tensor_init(&t, TYPES[i % 2], 17, COLS, i);
        size_t block = quant_info((int)t.type)->bytes, row_bytes = BLOCKS * block, row = i / 2;
        for (size_t b = 0; b < row_bytes; b++)
            t.rows[row * row_bytes + b] =
                (uint8_t)(b % block == 0 ? b / block : rng_bits(i, 78, b));
        panels_pack(&t.w, t.packed, t.type, t.rows, 0, 2);
        quant_dequantize(t.type, want, t.rows + row * row_bytes, COLS);
        panels_row(&t.w, row, got);
        for (size_t c = 0; c < COLS; c++)
            assert_true(got[c] == want[c] || (isnan(got[c]) && isnan(want[c])));
        kernel_tensor_free(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_panel_bytes),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_odd_blocks),
        cmocka_unit_test(test_float_layout_from_quants),
        cmocka_unit_test(test_pack_ranges),
        cmocka_unit_test(test_hostile_blocks),
        cmocka_unit_test(test_levels_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
