/* Bytes and operations of a step, against counts made here from the shapes alone. */
#include <math.h>
#include <stdio.h>

#include "engine/model.h"
#include "src/bench_cost.h"
#include "tests/support/each_variant.h"

enum { D = 64, F = 128, KV = 32, FE = 32, EXPERTS = 8, USED = 2, MOST = 256 };

static sheaf_engine *open_tiny(const char *name, enum quant_type type, sheaf_model_info *info)
{
    sheaf_engine *e = each_variant_open(tiny_variant_find(name), type, NULL);
    sheaf_engine_info(e, info);
    return e;
}

static struct bench_cost cost_at(const sheaf_engine *e, size_t traces)
{
    return bench_cost_of(e, &(struct bench_shape){.prompt = 10, .gen = 4, .traces = traces});
}

static void check_near(double got, double want)
{
    if (!(fabs(got - want) <= 1e-9 * fabs(want)))
        fail_msg("%.17g; %.17g is wanted", got, want);
}

static void test_dense(void **state)
{
    (void)state;
    sheaf_model_info m;
    sheaf_engine *e = open_tiny("llama", QUANT_F32, &m);
    double layer = D * D + 2 * KV * D + D * D + 3 * D * F;
    double parameters = m.n_layers * layer + (double)m.n_vocab * D;
    struct bench_cost c = cost_at(e, 3);
    check_near(c.operations, 3 * 2 * parameters);
    check_near(c.weight_bytes, (double)m.weights_bytes);
    check_near(c.kv_bytes, (double)m.kv_bytes_per_token * (10 + 3 * 2.5));
    assert_true(c.state_bytes == 0);
    sheaf_engine_close(e);
}

/* Experts of 1 trace, then of 2 that share none, some or all of theirs. */
static void test_experts(void **state)
{
    (void)state;
    sheaf_model_info m;
    sheaf_engine *e = open_tiny("qwen3moe", QUANT_F32, &m);
    double expert = 3.0 * D * FE, layers = m.n_layers;
    struct bench_cost one = cost_at(e, 1), two = cost_at(e, 2), many = cost_at(e, 4000);
    check_near((double)m.weights_bytes - one.weight_bytes,
               layers * (EXPERTS - USED) * expert * sizeof(float));
    double fewer = EXPERTS * (0.75 * 0.75); /* not chosen by either */
    check_near((double)m.weights_bytes - two.weight_bytes,
               layers * fewer * expert * sizeof(float));
    check_near(many.weight_bytes, (double)m.weights_bytes);
    double attention = D * D + 2 * KV * D + D * D, router = EXPERTS * D;
    double used = layers * (attention + router + USED * expert) + (double)m.n_vocab * D;
    check_near(one.operations, 2 * used);
    check_near(many.operations, 4000 * one.operations);
    sheaf_engine_close(e);
}

/* Position p is seen from `at`. */
static bool sees(const struct hparams *h, uint32_t layer, size_t at, size_t p)
{
    if (p > at)
        return false;
    if (!(h->attention[layer] & ATTN_LIMITED))
        return true;
    return h->sight == SIGHT_CHUNK ? p / h->n_sight == at / h->n_sight : at - p < h->n_sight;
}

/* Different keys that a step reads in a layer, position by position. */
static size_t keys_read(const struct hparams *h, uint32_t layer, const struct bench_shape *s,
                        size_t step)
{
    size_t n = 0, at = s->prompt + step;
    for (size_t p = 0; p <= at; p++)
        if (sees(h, layer, at, p))
            n += p < s->prompt ? 1 : s->traces;
    return n;
}

static double kv_by_hand(const sheaf_engine *e, const struct bench_shape *s)
{
    double sum = 0;
    for (size_t step = 0; step < s->gen; step++)
        for (uint32_t i = 0; i < e->h.n_layers; i++) {
            bool exact = (e->h.attention[i] & ATTN_LIMITED) && e->h.n_sight <= 1024;
            double position = (double)e->h.n_kv_heads[i] * (e->h.head_k + e->h.head_v);
            sum += position * (exact ? 4 : 2) * (double)keys_read(&e->h, i, s, step);
        }
    return sum / (double)s->gen;
}

static void test_kv(void **state)
{
    static const struct bench_shape shapes[] = {
        {.prompt = 1, .gen = 1, .traces = 1},   {.prompt = 5, .gen = 40, .traces = 3},
        {.prompt = 40, .gen = 3, .traces = 7},  {.prompt = 15, .gen = 2, .traces = 2},
        {.prompt = 64, .gen = 64, .traces = 64},
    };
    sheaf_engine *e = each_variant_open(*state, QUANT_F32, NULL);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct bench_cost c = bench_cost_of(e, &shapes[i]);
        check_near(c.kv_bytes, kv_by_hand(e, &shapes[i]));
    }
    sheaf_engine_close(e);
}

/* Whatever the family: all weights at most, and all of them when there are no experts. */
static void test_bounds(void **state)
{
    sheaf_model_info m;
    sheaf_engine *e = each_variant_open(*state, QUANT_Q8_0, NULL);
    sheaf_engine_info(e, &m);
    struct bench_cost one = cost_at(e, 1), few = cost_at(e, 5);
    check_near(few.operations, 5 * one.operations);
    check_near(few.state_bytes, 10 * (double)m.state_bytes);
    assert_true(one.weight_bytes > 0 && few.weight_bytes <= (double)m.weights_bytes);
    if (m.n_experts)
        assert_true(one.weight_bytes < few.weight_bytes);
    else
        check_near(one.weight_bytes, (double)m.weights_bytes);
    sheaf_engine_close(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_dense),
                                       cmocka_unit_test(test_experts)};
    static const struct variant_test variants[] = {{"kv", test_kv}, {"bounds", test_bounds}};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + each_variant_run(variants, sizeof variants / sizeof *variants);
}
