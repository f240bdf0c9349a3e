/* Medians, ranges and shares of `sheaf bench`; the ceilings are raised and never lowered. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "src/bench_row.h"
#include "tests/support/each_variant.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

static void test_spread(void **state)
{
    static const struct {
        double v[5];
        size_t n;
        double median, min, max, half_range;
    } cases[] = {
        {{7}, 1, 7, 7, 7, 0},
        {{3, 1}, 2, 2, 1, 3, 50},
        {{9, 1, 2}, 3, 2, 1, 9, 200},
        {{4, 1, 3, 2}, 4, 2.5, 1, 4, 60},
        {{5, 5, 5, 5, 4}, 5, 5, 4, 5, 10},
        {{0, 0, 0}, 3, 0, 0, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        double v[5];
        memcpy(v, cases[i].v, sizeof v);
        struct bench_spread s = bench_spread_of(v, cases[i].n);
        assert_true(s.median == cases[i].median);
        assert_true(s.min == cases[i].min && s.max == cases[i].max);
        assert_true(bench_half_range(&s) == cases[i].half_range);
    }
}

static const struct bench_shape shape = {.prompt = 100, .gen = 10, .traces = 4};
static const struct bench_cost cost = {.weight_bytes = 600, .kv_bytes = 300, .state_bytes = 100,
                                       .operations = 5000};

/* Three runs of 1, 2 and 4 seconds; products take a quarter of the phases' time. */
static struct bench_row filled(void)
{
    struct bench_sample runs[3] = {{0}};
    struct bench_row row = {{0}};
    for (size_t i = 0; i < 3; i++) {
        runs[i].prompt_s = 0.5;
        runs[i].decode_s = (double)(1 << i);
        runs[i].memory_bytes = 4096;
        runs[i].profile = (sheaf_profile){.matmul_s = 1, .attention_s = 2, .sampling_s = 0.5,
                                          .other_s = 0.5, .steps = 10};
    }
    bench_row_fill(&row, &shape, runs, 3, &cost);
    return row;
}

static void test_fill(void **state)
{
    static const struct {
        enum bench_field field;
        double want;
    } cases[] = {
        {BENCH_TRACES, 4}, {BENCH_PROMPT, 100}, {BENCH_GEN, 10}, {BENCH_REPEATS, 3},
        {BENCH_PROMPT_TPS, 200}, {BENCH_PROMPT_TPS_MIN, 200}, {BENCH_PROMPT_TPS_MAX, 200},
        {BENCH_DECODE_TPS, 20}, {BENCH_DECODE_TPS_MIN, 10}, {BENCH_DECODE_TPS_MAX, 40},
        {BENCH_TRACE_TPS, 5},
        {BENCH_TOKEN_MS, 200}, {BENCH_TOKEN_MS_MIN, 100}, {BENCH_TOKEN_MS_MAX, 400},
        {BENCH_STEP_BYTES, 1000}, {BENCH_STEP_OPS, 5000},
        {BENCH_BYTES_S, 5000}, {BENCH_OPS_S, 25000}, {BENCH_MATMUL_OPS_S, 50000},
        {BENCH_MEMORY_BYTES, 4096},
        {BENCH_MATMUL, 0.25}, {BENCH_ATTENTION, 0.5}, {BENCH_MIXER, 0}, {BENCH_SAMPLING, 0.125},
        {BENCH_OTHER, 0.125},
    };
    (void)state;
    struct bench_row row = filled();
    for (size_t i = 0; i < COUNT(cases); i++)
        if (!(fabs(row.v[cases[i].field] - cases[i].want) <= 1e-12 * cases[i].want))
            fail_msg("%s: %.17g; %g is wanted", bench_field_names[cases[i].field],
                     row.v[cases[i].field], cases[i].want);
}

static void test_rate(void **state)
{
    (void)state;
    struct bench_row row = filled();
    bench_row_rate(&row, &(struct bench_ceilings){20000, 100000, "Q8_0"});
    assert_true(row.v[BENCH_READ_SHARE] == 0.25);
    assert_true(row.v[BENCH_PRODUCT_SHARE] == 0.25);
    assert_true(row.v[BENCH_MATMUL_PRODUCT_SHARE] == 0.5);
    bench_row_rate(&row, &(struct bench_ceilings){0});
    assert_true(isnan(row.v[BENCH_READ_CEILING]) && isnan(row.v[BENCH_PRODUCT_CEILING]));
    assert_true(isnan(row.v[BENCH_READ_SHARE]) && isnan(row.v[BENCH_PRODUCT_SHARE]));
}

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < BENCH_FIELDS; i++) {
        assert_non_null(bench_field_names[i]);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(bench_field_names[i], bench_field_names[k]);
    }
}

static void test_ceilings(void **state)
{
    static const struct {
        enum quant_type type;
        bool exact;
        const char *name;
    } cases[] = {{QUANT_F32, false, "F32"}, {QUANT_Q8_0, false, "Q8_0"}, {QUANT_Q8_0, true, "F32"}};
    sheaf_error err = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        sheaf_engine_options o = sheaf_engine_defaults();
        o.exact = cases[i].exact;
        sheaf_engine *e = each_variant_open(tiny_variant_find("llama"), cases[i].type, &o);
        struct bench_ceilings c = {.read_bytes_s = 1e30};
        CHECK_OK(bench_ceilings_raise(&c, e, &err), err);
        assert_true(c.read_bytes_s == 1e30 && c.product_ops_s > 0);
        assert_string_equal(c.type, cases[i].name);
        sheaf_engine_close(e);
    }
}

static void test_no_memory(void **state)
{
    sheaf_engine *e = each_variant_open(tiny_variant_find("llama"), QUANT_Q8_0, NULL);
    sheaf_code rc = SHEAF_ERR_NOMEM;
    uint64_t n = 1;
    (void)state;
    for (; rc && n < 100; n++) {
        struct bench_ceilings c = {0};
        alloc_fail_at(n);
        rc = bench_ceilings_raise(&c, e, NULL);
        alloc_fail_at(0);
        assert_true(rc == SHEAF_OK || rc == SHEAF_ERR_NOMEM);
    }
    assert_int_equal(rc, SHEAF_OK);
    assert_true(n > 5); /* the pool, the buffer, the sums, input, output, codes */
    sheaf_engine_close(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spread), cmocka_unit_test(test_fill), cmocka_unit_test(test_rate),
        cmocka_unit_test(test_names), cmocka_unit_test(test_ceilings),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
