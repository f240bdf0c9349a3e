/* amx_test.c - the AMX tier where no CPU has it: the model of the tile instructions that its source
 * is run over, and the self-check that an engine makes before it uses the tier. That the products
 * of the model agree with the other tiers is tested in kernels_test.c with theirs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "tests/support/check.h"
#include "tests/support/kernel_data.h"
#include "tests/support/kernels_amx_model.h"
#include "tests/support/tile_model.h"

/* ---- the model ------------------------------------------------------------------------------ */

/* Tile 0: 2 rows of 2 sums; 1: A, 2 rows of 8 bytes; 2: B, 2 rows of 8 bytes. */
static const struct tile_config SMALL = {
    .palette = 1, .row_bytes = {8, 8, 8}, .rows = {2, 2, 2}};

/* Sums by hand: signed times unsigned, four columns a word, rows of B a word of A. */
static void sums_by_hand(void **state)
{
    static const int8_t a[2][8] = {{1, 2, 3, 4, 5, 6, 7, 8}, {-128, 127, 0, -1, 1, 0, 0, 0}};
    static const uint8_t b[2][8] = {{1, 10, 100, 255, 0, 1, 0, 2}, {2, 0, 0, 1, 200, 0, 1, 0}};
    static const int32_t start[2][2] = {{0, 1000}, {INT32_MAX, -7}};
    int32_t got[2][2];
    (void)state;
    tiles_open(&SMALL);
    tile_model_load(0, start, sizeof *start);
    tile_model_load(1, a, sizeof *a);
    tile_model_load(2, b, sizeof *b);
    tile_model_dot(0, 1, 2);
    tile_model_store(0, got, sizeof *got);
    tiles_close();
    assert_null(tile_model_fault());
    assert_int_equal(got[0][0], 1 + 20 + 300 + 1020 + 10 + 8);
    assert_int_equal(got[0][1], 1000 + 2 + 8 + 1000 + 7);
    assert_int_equal(got[1][0], (int32_t)((uint32_t)INT32_MAX - 128 + 1270 - 255 + 2));
    assert_int_equal(got[1][1], -7 + 127 - 2 + 200);
}

static void loads_clear_what_they_do_not_fill(void **state)
{
    static const struct tile_config one_row = {.palette = 1, .row_bytes = {64}, .rows = {1}};
    uint8_t ones[64], got[64];
    (void)state;
    memset(ones, 1, sizeof ones);
    tiles_open(&one_row);
    tile_model_load(0, ones, 64);
    tiles_open(&SMALL); /* zeroes all */
    tile_model_store(0, got, 8);
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(got[i], 0);
    tiles_close();
    assert_null(tile_model_fault());
}

static void misuse_is_a_fault(void **state)
{
    static const struct tile_config cases[] = {
        {.palette = 0, .row_bytes = {8}, .rows = {2}},
        {.palette = 1, .reserved = {[3] = 1}, .row_bytes = {8}, .rows = {2}},
        {.palette = 1, .row_bytes = {65}, .rows = {2}},
        {.palette = 1, .row_bytes = {64}, .rows = {17}},
        {.palette = 1, .row_bytes = {64}, .rows = {0}},
        {.palette = 1, .row_bytes = {[9] = 64}, .rows = {[9] = 1}},
    };
    static const struct {
        int c, a, b;
    } dots[] = {{0, 0, 2}, {0, 1, 1}, {0, 1, 3}, {0, 3, 2}, {3, 1, 2}, {0, 1, 7}, {0, 1, 8}};
    static const struct tile_config shapes = {
        .palette = 1, .row_bytes = {8, 8, 8, 12}, .rows = {2, 2, 2, 3}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tiles_open(&cases[i]);
        assert_non_null(tile_model_fault());
    }
    tile_model_zero(0);
    assert_non_null(tile_model_fault());
    tiles_open(&shapes);
    for (size_t i = 0; i < sizeof dots / sizeof *dots; i++) {
        tile_model_dot(dots[i].c, dots[i].a, dots[i].b);
        assert_non_null(tile_model_fault());
    }
    tile_model_dot(0, 1, 2);
    assert_null(tile_model_fault());
    tiles_close();
}

/* ---- the tier ------------------------------------------------------------------------------- */

static void skip_without(bool available)
{
    if (!available)
        skip();
}

/* Sixteen rows and more go through tiles, fewer do not, and the registers are given back. */
static void wide_products_use_tiles(void **state)
{
    enum { O = 40, C = 96 };
    static const struct {
        size_t rows, wide;
    } cases[] = {{1, 0}, {15, 0}, {16, 1}, {17, 1}, {31, 1}, {64, 4}};
    struct kernels k;
    float x[64 * C], y[64 * O];
    struct kernel_tensor t;
    (void)state;
    skip_without(kernels_amx_model(&k));
    kernel_tensor_init(&t, QUANT_Q8_0, O, C, 1);
    kernel_data_uniform(x, sizeof x / sizeof *x, 1.0f, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct acts a;
        kernel_acts_init(&a, &k, x, cases[i].rows, C);
        size_t before = tile_model_products();
        k.matmul[PANEL_Q8_0](y, O, &t.w, &a, 0, 3);
        assert_int_equal(tile_model_products() - before, cases[i].wide * 3 * (C / 32) * 2);
        assert_null(tile_model_fault());
        tile_model_zero(0);
        assert_non_null(tile_model_fault()); /* released */
        kernel_acts_free(&a);
    }
    kernel_tensor_free(&t);
}

static void nothing_wrong(float *y, size_t y_stride, const struct panels *w, const struct acts *a,
                          size_t begin, size_t end)
{
    struct kernels ref;
    kernels_init(&ref, CPU_REF);
    ref.matmul[w->layout](y, y_stride, w, a, begin, end);
}

/* The last bit of one output of the last row. */
static void one_bit_wrong(float *y, size_t y_stride, const struct panels *w, const struct acts *a,
                          size_t begin, size_t end)
{
    uint32_t bits;
    float *at = y + (a->n_rows - 1) * y_stride + w->n_out - 1;
    nothing_wrong(y, y_stride, w, a, begin, end);
    memcpy(&bits, at, sizeof bits);
    bits ^= 1;
    memcpy(at, &bits, sizeof bits);
}

static void a_good_tier_stays(void **state)
{
    struct kernels k;
    char name[KERNELS_NAME];
    sheaf_error err = {0};
    (void)state;
    skip_without(kernels_amx_model(&k));
    size_t before = tile_model_products();
    CHECK_OK(kernels_settle(&k, name, &err), err);
    assert_int_equal(k.tier, CPU_AMX);
    assert_string_equal(name, "amx");
    assert_true(tile_model_products() > before);
    assert_null(tile_model_fault());
}

static void a_wrong_bit_is_found(void **state)
{
    char name[KERNELS_NAME], want[KERNELS_NAME];
    sheaf_error err = {0};
    (void)state;
    skip_without(cpu_tier_detect() >= CPU_VNNI);
    for (int layout = PANEL_Q4_0; layout < PANEL_LAYOUTS; layout++) {
        struct kernels k, below;
        kernels_init(&below, CPU_AMX - 1);
        kernels_init(&k, CPU_AMX - 1);
        k.tier = CPU_AMX;
        k.matmul[layout] = nothing_wrong;
        CHECK_OK(kernels_settle(&k, name, &err), err);
        assert_string_equal(name, "amx");
        k.matmul[layout] = one_bit_wrong;
        CHECK_OK(kernels_settle(&k, name, &err), err);
        assert_int_equal(k.tier, below.tier);
        assert_ptr_equal(k.matmul[layout], below.matmul[layout]);
        int said = snprintf(want, sizeof want, "%s (amx failed its self-check on ",
                            cpu_tier_name(below.tier));
        assert_memory_equal(name, want, (size_t)said);
        assert_true(strlen(name) > (size_t)said + 2 && name[strlen(name) - 1] == ')');
    }
}

static void other_tiers_are_only_named(void **state)
{
    char name[KERNELS_NAME];
    sheaf_error err = {0};
    (void)state;
    for (int tier = 0; tier <= (int)cpu_tier_detect() && tier < CPU_AMX; tier++) {
        struct kernels k;
        kernels_init(&k, (enum cpu_tier)tier);
        k.matmul[PANEL_Q8_0] = one_bit_wrong;
        CHECK_OK(kernels_settle(&k, name, &err), err);
        assert_string_equal(name, cpu_tier_name((enum cpu_tier)tier));
        assert_ptr_equal(k.matmul[PANEL_Q8_0], one_bit_wrong);
    }
}

static void no_memory_is_an_error(void **state)
{
    struct kernels k;
    char name[KERNELS_NAME];
    sheaf_error err = {0};
    (void)state;
    skip_without(kernels_amx_model(&k));
    alloc_fail_at(1);
    sheaf_code rc = kernels_settle(&k, name, &err);
    alloc_fail_at(0);
    assert_int_equal(rc, SHEAF_ERR_NOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_by_hand),
        cmocka_unit_test(loads_clear_what_they_do_not_fill),
        cmocka_unit_test(misuse_is_a_fault),
        cmocka_unit_test(wide_products_use_tiles),
        cmocka_unit_test(a_good_tier_stays),
        cmocka_unit_test(a_wrong_bit_is_found),
        cmocka_unit_test(other_tiers_are_only_named),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
