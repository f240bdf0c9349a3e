/* no_repack_test.c - weights that stay in the mapped file: every family computes the same bits as
 * with repacked ones, and the memory plan has no place for them. */
#include <string.h>

#include "base/alloc.h"
#include "engine/decoder_plan.h"
#include "tests/support/each_variant.h"

enum { TRACES = 5, PROMPT = 21, STEPS = 3, VOCAB = 320 };

typedef float rows[TRACES][VOCAB];

static sheaf_decoder_options decoder_options(void)
{
    return (sheaf_decoder_options){.max_sessions = TRACES + 1, .prefix_tokens = PROMPT,
                                   .session_tokens = STEPS};
}

/* Logits of TRACES forks of a prompt after STEPS different tokens each. */
static void decode(sheaf_engine *e, rows out)
{
    sheaf_error err = {0};
    sheaf_decoder *d;
    sheaf_session *root;
    int32_t prompt[PROMPT], tokens[TRACES];
    sheaf_span spans[TRACES];
    const sheaf_decoder_options o = decoder_options();
    for (int i = 0; i < PROMPT; i++)
        prompt[i] = (i * 37 + 5) % 256;
    CHECK_OK(sheaf_decoder_open(&d, e, &o, &err), err);
    CHECK_OK(sheaf_session_open(&root, d, &err), err);
    CHECK_OK(sheaf_session_prefill(root, prompt, PROMPT, NULL, &err), err);
    for (int t = 0; t < TRACES; t++) {
        spans[t] = (sheaf_span){NULL, &tokens[t], 1, SHEAF_WANT_LAST, NULL};
        CHECK_OK(sheaf_session_fork(&spans[t].session, root, &err), err);
    }
    for (int step = 0; step < STEPS; step++) {
        for (int t = 0; t < TRACES; t++)
            tokens[t] = (t * 61 + step * 7) % 256;
        uint64_t before = alloc_calls();
        CHECK_OK(sheaf_decoder_step(d, spans, TRACES, &err), err);
        assert_int_equal(alloc_calls(), before);
    }
    for (int t = 0; t < TRACES; t++)
        memcpy(out[t], spans[t].logits, sizeof out[t]);
    sheaf_decoder_close(d);
}

static void check_same(const struct tiny_variant *v, enum quant_type type, sheaf_engine_options o)
{
    static rows repacked, mapped;
    for (int mode = 0; mode < 2; mode++) {
        o.no_repack = mode == 1;
        o.threads = 1 + mode;
        sheaf_engine *e = each_variant_open(v, type, &o);
        decode(e, mode ? mapped : repacked);
        sheaf_engine_close(e);
    }
    assert_memory_equal(repacked, mapped, sizeof mapped);
}

static void same_bits(void **state)
{
    check_same(*state, QUANT_Q8_0, sheaf_engine_defaults());
}

static void same_exact_bits(void **state)
{
    sheaf_engine_options o = sheaf_engine_defaults();
    o.exact = true;
    check_same(*state, QUANT_Q8_0, o);
}

/* Nothing for the weights, a panel for every thread. */
static void plan_without_weights(void **state)
{
    sheaf_engine_options o = sheaf_engine_defaults();
    const sheaf_decoder_options d = decoder_options();
    sheaf_memory_plan plans[2];
    sheaf_model_info info;
    size_t panel = 0;
    o.threads = 3;
    for (int mode = 0; mode < 2; mode++) {
        o.no_repack = mode == 1;
        o.mem_bytes = (size_t)mode; /* a limit of one byte holds no weights */
        sheaf_engine *e = each_variant_open(*state, QUANT_Q8_0, &o);
        sheaf_decoder_plan(e, &d, &plans[mode]);
        sheaf_engine_info(e, &info);
        assert_true(info.weights_bytes == plans[mode].weights_bytes);
        panel = weights_scratch_bytes(&e->weights);
        assert_true((panel > 0) == (mode == 1));
        sheaf_engine_close(e);
    }
    assert_true(plans[0].weights_bytes > 0 && plans[1].weights_bytes == 0);
    assert_int_equal(plans[1].scratch_bytes, plans[0].scratch_bytes + 3 * panel);
    assert_int_equal(plans[1].total_bytes,
                     plans[0].total_bytes - plans[0].weights_bytes + 3 * panel);
}

/* Every type that a matrix may have, in one family. */
static void all_types(void **state)
{
    const struct tiny_variant *v = tiny_variant_find("llama");
    static const enum quant_type types[] = {QUANT_F32,  QUANT_F16,   QUANT_BF16, QUANT_Q4_0,
                                            QUANT_Q4_1, QUANT_MXFP4, QUANT_Q4_K, QUANT_Q5_K,
                                            QUANT_Q6_K};
    (void)state;
    assert_non_null(v);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        check_same(v, types[i], sheaf_engine_defaults());
}

int main(void)
{
    const struct CMUnitTest once[] = {cmocka_unit_test(all_types)};
    static const struct variant_test each[] = {
        {"same bits", same_bits},
        {"same bits, exact", same_exact_bits},
        {"plan without weights", plan_without_weights},
    };
    int failed = cmocka_run_group_tests(once, NULL, NULL);
    return failed + each_variant_run(each, sizeof each / sizeof *each);
}
