/* tiny_families.c - the table of families: metadata keys and the parts of each kind of layer, as
 * converters write them. */
#include "tests/support/tiny_family.h"

#define COUNT(name, what) {.key = name, .kind = KEY_COUNT, .size = what}
#define NUMBER(name, value) {.key = name, .kind = KEY_NUMBER, .number = value}
#define FLOAT(name, value) {.key = name, .kind = KEY_FLOAT, .number = value}
#define BOOL(name, value) {.key = name, .kind = KEY_BOOL, .number = value}
#define WORD(name, value) {.key = name, .kind = KEY_TEXT, .text = value}
#define KV_ARRAY {.key = "attention.head_count_kv", .kind = KEY_KV_HEADS}
#define FF_ARRAY {.key = "feed_forward_length", .kind = KEY_FF_WIDTHS}
#define RMS_EPS(value) FLOAT("attention.layer_norm_rms_epsilon", value)
#define ROPE_BASE(value) FLOAT("rope.freq_base", value)

/* ---- keys that several families share ------------------------------------------------------- */

static const struct tiny_key VOCAB_KEY[] = {COUNT("vocab_size", SIZE_VOCAB), {0}};

static const struct tiny_key PLAIN_KEYS[] = {
    COUNT("feed_forward_length", SIZE_FF),
    COUNT("attention.head_count_kv", SIZE_KV_HEADS),
    {0},
};

static const struct tiny_key HEAD_KEYS[] = {
    COUNT("attention.key_length", SIZE_HEAD),
    COUNT("attention.value_length", SIZE_HEAD),
    {0},
};

static const struct tiny_key SSM_KEYS[] = {
    COUNT("ssm.conv_kernel", SIZE_SSM_KERNEL),
    COUNT("ssm.state_size", SIZE_SSM_STATE),
    COUNT("ssm.group_count", SIZE_SSM_GROUPS),
    COUNT("ssm.inner_size", SIZE_SSM_INNER),
    COUNT("ssm.time_step_rank", SIZE_SSM_HEADS),
    {0},
};

static const struct tiny_key EXPERT_KEYS[] = {
    COUNT("expert_count", SIZE_EXPERTS),
    COUNT("expert_used_count", SIZE_USED),
    COUNT("expert_feed_forward_length", SIZE_FF_EXPERT),
    {0},
};

/* ---- keys of one family --------------------------------------------------------------------- */

static const struct tiny_key LLAMA_KEYS[] = {
    COUNT("rope.dimension_count", SIZE_HEAD), RMS_EPS(1e-6), ROPE_BASE(10000), {0},
};

static const struct tiny_key QWEN3MOE_KEYS[] = {RMS_EPS(1e-6), ROPE_BASE(1e6), {0}};

static const struct tiny_key FALCON_H1_KEYS[] = {RMS_EPS(1e-5), ROPE_BASE(1e11), {0}};

static const struct tiny_key LFM2_KEYS[] = {
    COUNT("feed_forward_length", SIZE_FF), KV_ARRAY,
    COUNT("shortconv.l_cache", SIZE_SHORT_KERNEL), RMS_EPS(1e-5), ROPE_BASE(1e6), {0},
};

static const struct tiny_key LFM2MOE_KEYS[] = {
    COUNT("leading_dense_block_count", SIZE_DENSE_LAYERS),
    NUMBER("expert_gating_func", 2),
    {0},
};

static const struct tiny_key NEMOTRON_KEYS[] = {
    FF_ARRAY, KV_ARRAY, FLOAT("attention.layer_norm_epsilon", 1e-5),
    COUNT("rope.dimension_count", SIZE_HEAD), BOOL("rope.scaling.finetuned", 0), {0},
};

static const struct tiny_key NEMOTRON_MOE_KEYS[] = {
    COUNT("expert_count", SIZE_EXPERTS), COUNT("expert_used_count", SIZE_USED),
    COUNT("expert_feed_forward_length", SIZE_FF_EXPERT),
    COUNT("expert_shared_feed_forward_length", SIZE_FF_SHARED),
    NUMBER("expert_shared_count", 1), NUMBER("expert_group_count", 1),
    NUMBER("expert_group_used_count", 1), BOOL("expert_weights_norm", 1),
    FLOAT("expert_weights_scale", 2.5), {0},
};

static const struct tiny_key GRANITE_KEYS[] = {
    KV_ARRAY, RMS_EPS(1e-5), ROPE_BASE(10000), COUNT("rope.dimension_count", SIZE_HEAD),
    BOOL("rope.scaling.finetuned", 0), FLOAT("attention.scale", 0.125),
    FLOAT("embedding_scale", 3), FLOAT("residual_scale", 0.6), FLOAT("logit_scale", 0.5), {0},
};

/* Dense files name their feed-forward width as that of a shared expert, beside 0 experts. */
static const struct tiny_key GRANITE_DENSE_KEYS[] = {
    COUNT("feed_forward_length", SIZE_FF), NUMBER("expert_count", 0),
    NUMBER("expert_used_count", 0), COUNT("expert_shared_feed_forward_length", SIZE_FF), {0},
};

static const struct tiny_key GRANITE_MOE_KEYS[] = {
    COUNT("feed_forward_length", SIZE_FF_EXPERT), COUNT("expert_count", SIZE_EXPERTS),
    COUNT("expert_used_count", SIZE_USED),
    COUNT("expert_shared_feed_forward_length", SIZE_FF_SHARED), {0},
};

static const struct tiny_key GPT_OSS_KEYS[] = {
    RMS_EPS(1e-5), ROPE_BASE(150000), COUNT("attention.sliding_window", SIZE_WINDOW),
    WORD("rope.scaling.type", "yarn"), FLOAT("rope.scaling.factor", 32),
    NUMBER("rope.scaling.original_context_length", 4096),
    FLOAT("rope.scaling.yarn_beta_fast", 32), FLOAT("rope.scaling.yarn_beta_slow", 1), {0},
};

static const struct tiny_key LLAMA4_KEYS[] = {
    COUNT("rope.dimension_count", SIZE_HEAD), RMS_EPS(1e-5), ROPE_BASE(500000), {0},
};

static const struct tiny_key LLAMA4_DENSE_KEYS[] = {
    NUMBER("expert_count", 0), NUMBER("expert_used_count", 0),
    NUMBER("interleave_moe_layer_step", 0), COUNT("expert_feed_forward_length", SIZE_FF),
    NUMBER("attention.sliding_window", 0), {0},
};

static const struct tiny_key LLAMA4_MOE_KEYS[] = {
    COUNT("interleave_moe_layer_step", SIZE_MOE_STEP), {0},
};

/* ---- families ------------------------------------------------------------------------------- */

#define SWIGLU (GATE | UP_DOWN)
#define MIXTURE (ROUTER | EXPERT_GATE | EXPERT_UP_DOWN)
#define SHARED (SHARED_GATE | SHARED_UP_DOWN)
#define ATTENTION_BLOCK (ATTN_NORM | ATTENTION)
#define MAMBA_BLOCK (ATTN_NORM | MAMBA)
#define ENDS (END_TABLE | END_NORM)

const struct tiny_family tiny_families[] = {
    {.defaults = {.arch = "llama", .pre = "smollm", .pattern = "A"},
     .keys = {PLAIN_KEYS, HEAD_KEYS, LLAMA_KEYS, VOCAB_KEY},
     .ends = ENDS,
     .kinds = {{'A', ATTENTION_BLOCK | FFN_NORM | SWIGLU}}},
    {.defaults = {.arch = "qwen2", .pre = "qwen2", .pattern = "A"},
     .keys = {PLAIN_KEYS, HEAD_KEYS, LLAMA_KEYS, VOCAB_KEY},
     .ends = ENDS,
     .kinds = {{'A', ATTENTION_BLOCK | QKV_BIAS | FFN_NORM | SWIGLU}}},
    {.defaults = {.arch = "qwen3", .pre = "qwen2", .pattern = "A"},
     .keys = {PLAIN_KEYS, HEAD_KEYS, LLAMA_KEYS, VOCAB_KEY},
     .ends = ENDS,
     .widen = 2,
     .kinds = {{'A', ATTENTION_BLOCK | QK_NORM | FFN_NORM | SWIGLU}}},
    {.defaults = {.arch = "qwen3moe", .pre = "qwen2", .pattern = "A", .n_experts = 8},
     .keys = {PLAIN_KEYS, HEAD_KEYS, EXPERT_KEYS, QWEN3MOE_KEYS},
     .ends = ENDS,
     .kinds = {{'A', ATTENTION_BLOCK | QK_NORM | FFN_NORM | MIXTURE}}},
    {.defaults = {.arch = "falcon-h1", .pre = "falcon-h1", .pattern = "PPP", .n_ctx = 16384,
                  .ssm_inner = 96, .ssm_state = 32, .ssm_heads = 6},
     .keys = {PLAIN_KEYS, HEAD_KEYS, SSM_KEYS, FALCON_H1_KEYS, VOCAB_KEY},
     .ends = ENDS,
     .widen = 2,
     .kinds = {{'P', ATTENTION_BLOCK | MAMBA | BARE_FFN_NORM | SWIGLU}}},
    {.defaults = {.arch = "lfm2", .pre = "lfm2", .pattern = "ccacca", .n_ctx = 16384},
     .keys = {LFM2_KEYS, VOCAB_KEY},
     .ends = END_TABLE | END_TABLE_NORM,
     .kinds = {{'c', ATTN_NORM | SHORTCONV | FFN_NORM | SWIGLU},
               {'a', ATTENTION_BLOCK | QK_NORM | FFN_NORM | SWIGLU}}},
    {.defaults = {.arch = "lfm2moe", .pre = "lfm2", .pattern = "ccACA", .n_ctx = 16384,
                  .n_experts = 8},
     .keys = {LFM2_KEYS, EXPERT_KEYS, LFM2MOE_KEYS, VOCAB_KEY},
     .ends = END_TABLE | END_TABLE_NORM,
     .kinds = {{'c', ATTN_NORM | SHORTCONV | FFN_NORM | SWIGLU},
               {'a', ATTENTION_BLOCK | QK_NORM | FFN_NORM | SWIGLU},
               {'C', ATTN_NORM | SHORTCONV | FFN_NORM | MIXTURE | SELECT_BIAS},
               {'A', ATTENTION_BLOCK | QK_NORM | FFN_NORM | MIXTURE | SELECT_BIAS}}},
    {.defaults = {.arch = "nemotron_h", .pre = "pixtral", .pattern = "M-M*-M-", .n_ctx = 16384,
                  .ssm_groups = 2},
     .keys = {HEAD_KEYS, SSM_KEYS, NEMOTRON_KEYS, VOCAB_KEY},
     .ends = ENDS,
     .kinds = {{'M', MAMBA_BLOCK | SSM_NORM}, {'*', ATTENTION_BLOCK}, {'-', ATTN_NORM | UP_DOWN}}},
    {.defaults = {.arch = "nemotron_h_moe", .pre = "pixtral", .pattern = "MEM*EME",
                  .n_ctx = 16384, .n_experts = 8, .n_used = 3, .ssm_groups = 2},
     .keys = {HEAD_KEYS, SSM_KEYS, NEMOTRON_KEYS, NEMOTRON_MOE_KEYS, VOCAB_KEY},
     .ends = ENDS,
     .kinds = {{'M', MAMBA_BLOCK | SSM_NORM},
               {'*', ATTENTION_BLOCK},
               {'E', ATTN_NORM | ROUTER | SELECT_BIAS | EXPERT_UP_DOWN | SHARED_UP_DOWN}}},
    {.defaults = {.arch = "granitehybrid", .pre = "dbrx", .pattern = "MMAM", .n_ctx = 16384},
     .keys = {SSM_KEYS, GRANITE_KEYS, GRANITE_DENSE_KEYS, VOCAB_KEY},
     .ends = ENDS,
     .head_gain = 0.5f,
     .kinds = {{'M', MAMBA_BLOCK | SSM_NORM | FFN_NORM | SWIGLU},
               {'A', ATTENTION_BLOCK | FFN_NORM | SWIGLU}}},
    {.defaults = {.arch = "granitehybrid", .pre = "dbrx", .pattern = "MAM", .n_ctx = 16384,
                  .n_experts = 6},
     .keys = {SSM_KEYS, GRANITE_KEYS, GRANITE_MOE_KEYS, VOCAB_KEY},
     .ends = ENDS,
     .head_gain = 0.5f,
     .kinds = {{'M', MAMBA_BLOCK | SSM_NORM | FFN_NORM | MIXTURE | SHARED},
               {'A', ATTENTION_BLOCK | FFN_NORM | MIXTURE | SHARED}}},
    {.defaults = {.arch = "gpt-oss", .pre = "gpt-4o", .pattern = "AA", .n_layers = 4,
                  .n_ctx = 16384, .n_experts = 8, .n_used = 4, .n_ff_expert = 64,
                  .expert_type = QUANT_MXFP4},
     .keys = {PLAIN_KEYS, HEAD_KEYS, EXPERT_KEYS, GPT_OSS_KEYS},
     .ends = ENDS | END_HEAD,
     .widen = 2,
     .kinds = {{'A', ATTENTION_BLOCK | QKV_BIAS | O_BIAS | SINKS | POST_NORM | MIXTURE |
                         ROUTER_BIAS | EXPERT_BIAS}}},
    {.defaults = {.arch = "llama4", .pre = "llama-bpe", .pattern = "ddd", .n_ctx = 16384},
     .keys = {PLAIN_KEYS, HEAD_KEYS, LLAMA4_KEYS, LLAMA4_DENSE_KEYS, VOCAB_KEY},
     .ends = ENDS,
     .kinds = {{'d', ATTENTION_BLOCK | FFN_NORM | SWIGLU}}},
    {.defaults = {.arch = "llama4", .pre = "llama4", .pattern = "dEdE", .n_ctx = 16384,
                  .n_experts = 4, .n_used = 1, .n_ff_shared = 32},
     .keys = {PLAIN_KEYS, HEAD_KEYS, EXPERT_KEYS, LLAMA4_KEYS, LLAMA4_MOE_KEYS, VOCAB_KEY},
     .ends = ENDS | END_DIVISORS,
     .kinds = {{'d', ATTENTION_BLOCK | FFN_NORM | SWIGLU},
               {'E', ATTENTION_BLOCK | FFN_NORM | MIXTURE | SHARED}}},
    {.defaults = {0}},
};
