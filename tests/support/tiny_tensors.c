/* tiny_tensors.c - every tensor that a file of a known family may hold, as converters write it. */
#include "tests/support/tiny_family.h"

const struct tiny_tensor tiny_ends[] = {
    {END_TABLE, "token_embd.weight", {SIZE_EMBD, SIZE_VOCAB}, FILL_TABLE, 1},
    {END_NORM, "output_norm.weight", {SIZE_EMBD}, FILL_NORM, 0},
    {END_TABLE_NORM, "token_embd_norm.weight", {SIZE_EMBD}, FILL_NORM, 0},
    {END_HEAD, "output.weight", {SIZE_EMBD, SIZE_VOCAB}, FILL_TABLE, 1},
    {END_DIVISORS, "rope_freqs.weight", {SIZE_HALF_HEAD}, FILL_DIVISORS, 0},
    {0},
};

const struct tiny_tensor tiny_tensors[] = {
    {ATTN_NORM, "attn_norm.weight", {SIZE_EMBD}, FILL_NORM, 0},

    {ATTENTION, "attn_q.weight", {SIZE_EMBD, SIZE_Q}, FILL_MATRIX, 1.5f},
    {ATTENTION, "attn_k.weight", {SIZE_EMBD, SIZE_KV}, FILL_MATRIX, 1.5f},
    {ATTENTION, "attn_v.weight", {SIZE_EMBD, SIZE_KV}, FILL_MATRIX, 1},
    {ATTENTION, "attn_output.weight", {SIZE_Q, SIZE_EMBD}, FILL_MATRIX, 1},
    {QKV_BIAS, "attn_q.bias", {SIZE_Q}, FILL_BIAS, 0.3f},
    {QKV_BIAS, "attn_k.bias", {SIZE_KV}, FILL_BIAS, 0.3f},
    {QKV_BIAS, "attn_v.bias", {SIZE_KV}, FILL_BIAS, 0.3f},
    {O_BIAS, "attn_output.bias", {SIZE_EMBD}, FILL_BIAS, 0.1f},
    {QK_NORM, "attn_q_norm.weight", {SIZE_HEAD}, FILL_NORM, 0},
    {QK_NORM, "attn_k_norm.weight", {SIZE_HEAD}, FILL_NORM, 0},
    {SINKS, "attn_sinks.weight", {SIZE_HEADS}, FILL_BIAS, 1},

    {MAMBA, "ssm_in.weight", {SIZE_EMBD, SIZE_SSM_PROJECTED}, FILL_MATRIX, 1},
    {MAMBA, "ssm_conv1d.weight", {SIZE_SSM_KERNEL, SIZE_SSM_CHANNELS}, FILL_TAPS, 1},
    {MAMBA, "ssm_conv1d.bias", {SIZE_SSM_CHANNELS}, FILL_BIAS, 0.1f},
    {MAMBA, "ssm_dt.bias", {SIZE_SSM_HEADS}, FILL_DT_BIAS, 0},
    {MAMBA, "ssm_a", {SIZE_ONE, SIZE_SSM_HEADS}, FILL_DECAY, 0},
    {MAMBA, "ssm_d", {SIZE_ONE, SIZE_SSM_HEADS}, FILL_NORM, 0},
    {SSM_NORM, "ssm_norm.weight", {SIZE_SSM_GROUP_WIDTH, SIZE_SSM_GROUPS}, FILL_NORM, 0},
    {MAMBA, "ssm_out.weight", {SIZE_SSM_INNER, SIZE_EMBD}, FILL_MATRIX, 1},

    {SHORTCONV, "shortconv.in_proj.weight", {SIZE_EMBD, SIZE_EMBD_X3}, FILL_MATRIX, 1},
    {SHORTCONV, "shortconv.conv.weight", {SIZE_SHORT_KERNEL, SIZE_EMBD}, FILL_TAPS, 1},
    {SHORTCONV, "shortconv.out_proj.weight", {SIZE_EMBD, SIZE_EMBD}, FILL_MATRIX, 1},

    {FFN_NORM, "ffn_norm.weight", {SIZE_EMBD}, FILL_NORM, 0},
    {BARE_FFN_NORM, "ffn_norm", {SIZE_EMBD}, FILL_NORM, 0},
    {POST_NORM, "post_attention_norm.weight", {SIZE_EMBD}, FILL_NORM, 0},

    {GATE, "ffn_gate.weight", {SIZE_EMBD, SIZE_FF}, FILL_MATRIX, 1.5f},
    {UP_DOWN, "ffn_up.weight", {SIZE_EMBD, SIZE_FF}, FILL_MATRIX, 1.5f},
    {UP_DOWN, "ffn_down.weight", {SIZE_FF, SIZE_EMBD}, FILL_MATRIX, 1},

    {ROUTER, "ffn_gate_inp.weight", {SIZE_EMBD, SIZE_EXPERTS}, FILL_ROUTER, 2},
    {ROUTER_BIAS, "ffn_gate_inp.bias", {SIZE_EXPERTS}, FILL_BIAS, 0.3f},
    {SELECT_BIAS, "exp_probs_b.bias", {SIZE_EXPERTS}, FILL_BIAS, 0.1f},
    {EXPERT_GATE, "ffn_gate_exps.weight", {SIZE_EMBD, SIZE_FF_EXPERT, SIZE_EXPERTS},
     FILL_EXPERTS, 1.5f},
    {EXPERT_UP_DOWN, "ffn_up_exps.weight", {SIZE_EMBD, SIZE_FF_EXPERT, SIZE_EXPERTS},
     FILL_EXPERTS, 1.5f},
    {EXPERT_UP_DOWN, "ffn_down_exps.weight", {SIZE_FF_EXPERT, SIZE_EMBD, SIZE_EXPERTS},
     FILL_EXPERTS, 1},
    {EXPERT_BIAS, "ffn_gate_exps.bias", {SIZE_FF_EXPERT, SIZE_EXPERTS}, FILL_BIAS, 0.3f},
    {EXPERT_BIAS, "ffn_up_exps.bias", {SIZE_FF_EXPERT, SIZE_EXPERTS}, FILL_BIAS, 0.3f},
    {EXPERT_BIAS, "ffn_down_exps.bias", {SIZE_EMBD, SIZE_EXPERTS}, FILL_BIAS, 0.1f},
    {SHARED_GATE, "ffn_gate_shexp.weight", {SIZE_EMBD, SIZE_FF_SHARED}, FILL_MATRIX, 1.5f},
    {SHARED_UP_DOWN, "ffn_up_shexp.weight", {SIZE_EMBD, SIZE_FF_SHARED}, FILL_MATRIX, 1.5f},
    {SHARED_UP_DOWN, "ffn_down_shexp.weight", {SIZE_FF_SHARED, SIZE_EMBD}, FILL_MATRIX, 1},
    {0},
};
