/* shape_test.c - metadata of mixtures and windows: what is read out of it, and the one message that
 * each kind of bad metadata gets. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/arch/arch.h"
#include "tests/support/check.h"
#include "tests/support/gguf_writer.h"

/* A key under the architecture's prefix; a negative value removes it from the list. */
struct key {
    const char *name;
    int value;
};

enum { KEYS = 24, EDITS = 3 };

static const struct family {
    const char *arch;
    struct key keys[KEYS];
} families[] = {
    {"qwen3moe", {{"feed_forward_length", 128}, {"expert_count", 8}, {"expert_used_count", 2}}},
    {"gpt-oss",
     {{"feed_forward_length", 64}, {"expert_count", 8}, {"expert_used_count", 4},
      {"expert_feed_forward_length", 48}, {"attention.sliding_window", 16}}},
    {"llama4",
     {{"feed_forward_length", 128}, {"expert_count", 4}, {"expert_used_count", 1},
      {"expert_feed_forward_length", 48}, {"interleave_moe_layer_step", 2},
      {"rope.dimension_count", 16}}},
    {"lfm2moe",
     {{"feed_forward_length", 96}, {"expert_count", 8}, {"expert_used_count", 2},
      {"expert_feed_forward_length", 32}, {"leading_dense_block_count", 2},
      {"expert_gating_func", 2}, {"shortconv.l_cache", 3}}},
    {"nemotron_h_moe",
     {{"feed_forward_length", 40}, {"expert_count", 8}, {"expert_used_count", 3},
      {"expert_shared_feed_forward_length", 96}, {"ssm.conv_kernel", 4}, {"ssm.inner_size", 128},
      {"ssm.state_size", 16}, {"ssm.time_step_rank", 8}, {"ssm.group_count", 2}}},
};

static const struct key COMMON[] = {
    {"block_count", 4}, {"context_length", 512}, {"embedding_length", 64},
    {"attention.head_count", 4}, {"attention.head_count_kv", 2},
};

static void put(struct gguf_writer *w, const char *arch, struct key k, const struct key *edits)
{
    char name[128];
    for (int i = 0; i < EDITS && edits[i].name; i++)
        if (strcmp(edits[i].name, k.name) == 0 && edits[i].value != k.value)
            return; /* the edit itself comes last */
    snprintf(name, sizeof name, "%s.%s", arch, k.name);
    if (k.value >= 0)
        gguf_writer_int(w, name, GGUF_U32, k.value);
}

/* Reads the shape of a family's file with some keys changed. */
static sheaf_code read_shape(struct hparams *h, const char *arch, const struct key *edits,
                             sheaf_error *err)
{
    struct gguf_writer w;
    strbuf file = {0};
    gguf *g;
    const struct arch *a;
    char eps[128];
    gguf_writer_init(&w);
    gguf_writer_text(&w, "general.architecture", text_of(arch));
    snprintf(eps, sizeof eps, "%s.attention.layer_norm_rms_epsilon", arch);
    gguf_writer_float(&w, eps, GGUF_F32, 1e-5);
    for (size_t i = 0; i < sizeof COMMON / sizeof *COMMON; i++)
        put(&w, arch, COMMON[i], edits);
    for (size_t f = 0; f < sizeof families / sizeof *families; f++)
        for (int i = 0; strcmp(families[f].arch, arch) == 0 && families[f].keys[i].name; i++)
            put(&w, arch, families[f].keys[i], edits);
    for (int i = 0; i < EDITS && edits[i].name; i++)
        put(&w, arch, edits[i], edits);
    gguf_writer_tensor(&w, "t", QUANT_F32, 1, (int64_t[]){4}, NULL, 16);
    assert_true(gguf_writer_finish(&w, &file));
    CHECK_OK(gguf_open_memory(&g, (const uint8_t *)file.p, file.n, "m.gguf", err), *err);
    sheaf_code rc = hparams_read(h, g, err);
    if (!rc)
        rc = arch_find(&a, h->arch, "m.gguf", err);
    if (!rc)
        rc = a->shape(h, g, err);
    gguf_close(g);
    strbuf_free(&file);
    gguf_writer_free(&w);
    return rc;
}

static void bad_metadata_gets_one_message(void **state)
{
    static const struct {
        const char *arch;
        struct key edits[EDITS];
        const char *message;
    } cases[] = {
        {"qwen3moe", {{"expert_count", -1}}, "key qwen3moe.expert_count is missing"},
        {"qwen3moe", {{"expert_count", 0}}, "qwen3moe.expert_count is 0; 1 to 1024 are possible"},
        {"qwen3moe", {{"expert_count", 5000}}, "qwen3moe.expert_count is 5000; 1 to 1024"},
        {"qwen3moe", {{"expert_used_count", -1}}, "key qwen3moe.expert_used_count is missing"},
        {"qwen3moe", {{"expert_used_count", 0}}, "qwen3moe.expert_used_count is 0; 1 to 8"},
        {"qwen3moe", {{"expert_used_count", 9}}, "qwen3moe.expert_used_count is 9; 1 to 8"},
        {"qwen3moe", {{"expert_gating_func", 4}}, "qwen3moe.expert_gating_func is 4; 1 to 3"},
        {"qwen3moe", {{"expert_group_count", 3}},
         "8 experts in 3 groups of which 1 are used; equal groups"},
        {"qwen3moe", {{"expert_group_count", 8}, {"expert_group_used_count", 1}},
         "8 experts in 8 groups of which 1 are used; equal groups with at least 2"},
        {"qwen3moe", {{"expert_group_count", 2}, {"expert_group_used_count", 3}},
         "qwen3moe.expert_group_used_count is 3; 1 to 2"},
        {"llama", {{"feed_forward_length", 64}, {"expert_count", 8}},
         "8 experts; only dense llama models can be run"},
        {"gpt-oss", {{"attention.sliding_window", -1}},
         "key gpt-oss.attention.sliding_window is missing"},
        {"gpt-oss", {{"attention.sliding_window", 0}}, "gpt-oss.attention.sliding_window is 0"},
        {"gpt-oss", {{"expert_feed_forward_length", -1}},
         "key gpt-oss.expert_feed_forward_length is missing"},
        {"gpt-oss", {{"attention.sliding_window_pattern", 0}},
         "gpt-oss.attention.sliding_window_pattern is 0"},
        {"llama4", {{"interleave_moe_layer_step", 0}}, "llama4.interleave_moe_layer_step is 0"},
        {"llama4", {{"interleave_moe_layer_step", -1}},
         "key llama4.interleave_moe_layer_step is missing"},
        {"llama4", {{"rope.dimension_count", 8}}, "8 rotated dimensions in heads of 16"},
        {"lfm2moe", {{"leading_dense_block_count", 5}}, "lfm2moe.leading_dense_block_count is 5"},
        {"nemotron_h_moe", {{"feed_forward_length", 0}}, "a dense nemotron_h under the wrong name"},
        {"nemotron_h_moe", {{"moe_latent_size", 32}}, "moe_latent_size is 32"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hparams h;
        sheaf_error err = {0};
        sheaf_code rc = read_shape(&h, cases[i].arch, cases[i].edits, &err);
        if (!rc || !strstr(err.message, cases[i].message))
            fail_msg("%s: \"%s\", not \"%s\"", cases[i].arch, err.message, cases[i].message);
    }
}

static void good_metadata_is_read(void **state)
{
    struct hparams h;
    sheaf_error err = {0};
    const struct key none[EDITS] = {{0}};
    (void)state;
    CHECK_OK(read_shape(&h, "qwen3moe", none, &err), err);
    assert_true(h.moe.router.normalise && h.moe.router.gating == GATING_SOFTMAX);
    assert_int_equal(h.moe.n_ff[3], 128 / 2); /* no key of its own */
    assert_int_equal(h.n_ff[0], 0);
    CHECK_OK(read_shape(&h, "gpt-oss", none, &err), err);
    assert_true(h.attention[0] == ATTN_LIMITED && h.attention[1] == 0 && h.yarn_unrounded);
    assert_int_equal(h.moe.n_ff[0], 48);
    CHECK_OK(read_shape(&h, "gpt-oss",
                        (const struct key[EDITS]){{"attention.sliding_window_pattern", 4}}, &err),
             err);
    assert_true(h.attention[2] == ATTN_LIMITED && h.attention[3] == 0);
    CHECK_OK(read_shape(&h, "lfm2moe", none, &err), err);
    assert_true(h.n_ff[1] == 96 && h.moe.n_ff[1] == 0 && h.n_ff[2] == 0 && h.moe.n_ff[2] == 32);
    CHECK_OK(read_shape(&h, "nemotron_h_moe", none, &err), err);
    assert_true(h.n_ff[0] == 96 && h.moe.n_ff[0] == 40 / 3 && h.activation == ACT_RELU2);
}

/* No key tells the kinds of llama4 apart. */
static void kinds_of_llama4(void **state)
{
    static const struct {
        struct key edits[EDITS];
        uint8_t rotated, fourth; /* flags of layers 0 and 3 */
        uint32_t sight;
    } cases[] = {
        {{{0}}, ATTN_UNIT_NORM | ATTN_LIMITED, ATTN_UNROTATED | ATTN_TEMPERATURE, 8192},
        {{{"expert_count", 128}}, ATTN_LIMITED, ATTN_UNROTATED | ATTN_TEMPERATURE, 8192},
        {{{"attention.sliding_window", 0}}, ATTN_UNIT_NORM, ATTN_UNROTATED | ATTN_TEMPERATURE, 0},
        {{{"expert_count", 0}, {"interleave_moe_layer_step", 0}}, ATTN_UNIT_NORM, ATTN_UNIT_NORM,
         0},
        {{{"expert_count", -1}, {"interleave_moe_layer_step", -1}}, ATTN_UNIT_NORM, ATTN_UNIT_NORM,
         0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hparams h;
        sheaf_error err = {0};
        CHECK_OK(read_shape(&h, "llama4", cases[i].edits, &err), err);
        assert_int_equal(h.attention[0], cases[i].rotated);
        assert_int_equal(h.attention[3], cases[i].fourth);
        assert_int_equal(h.n_sight, cases[i].sight);
        bool mixture = h.moe.router.n_experts > 0;
        assert_int_equal(h.moe.n_ff[0], 0);
        assert_int_equal(h.moe.n_ff[1], mixture ? 48 : 0);
        assert_int_equal(h.n_ff[1], mixture ? 48 : 128);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_metadata_gets_one_message),
        cmocka_unit_test(good_metadata_is_read),
        cmocka_unit_test(kinds_of_llama4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
