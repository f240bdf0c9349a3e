/* arch_llama.c - the plain decoder: llama, qwen2, qwen3.
 *
 *     h += Wo Attention(RoPE(norm_q(Wq a)), RoPE(norm_k(Wk a)), Wv a),  a = RMS(h)
 *     h += Wdown (silu(Wgate f) * Wup f),                               f = RMS(h)
 *
 * They differ in the pairing of the rotation, in biases on q, k, v (qwen2) and in a norm per head
 * on q and k before the rotation (qwen3). Touvron et al. arXiv:2302.13971; Qwen2 arXiv:2407.10671;
 * Qwen3 arXiv:2505.09388. */
#include "base/fail.h"
#include "engine/arch/arch.h"

static sheaf_code bind_layer(struct sheaf_engine *e, struct binder *b, struct layer *l, uint32_t i,
                             sheaf_error *err)
{
    bool head_norm = e->arch == &arch_qwen3;
    if (e->h.n_kv_heads[i] == 0)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, e->path, "layer %u has no attention heads", i);
    sheaf_code rc = bind_vector(b, &l->attn_norm, block_name(i, "attn_norm.weight").text,
                                e->h.width, true, err);
    if (!rc)
        rc = bind_attention(e, b, l, i, err);
    if (!rc && head_norm)
        rc = bind_vector(b, &l->q_norm, block_name(i, "attn_q_norm.weight").text, e->h.head_k, true,
                         err);
    if (!rc && head_norm)
        rc = bind_vector(b, &l->k_norm, block_name(i, "attn_k_norm.weight").text, e->h.head_k, true,
                         err);
    if (!rc)
        rc = bind_vector(b, &l->ffn_norm, block_name(i, "ffn_norm.weight").text, e->h.width, true,
                         err);
    return rc ? rc : bind_swiglu(e, b, l, i, err);
}

static sheaf_code bind(struct sheaf_engine *e, struct binder *b, sheaf_error *err)
{
    uint32_t experts = 0;
    sheaf_code rc = gguf_get_u32(e->file, hparams_key(&e->h, "expert_count").name, &experts, err);
    if (!rc && experts)
        return SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, e->path,
                          "%u experts; only dense %s models can be run", experts, e->arch->name);
    for (uint32_t i = 0; i < e->h.n_layers && !rc; i++)
        rc = bind_layer(e, b, &e->layers[i], i, err);
    return rc ? rc : bind_ends(e, b, "output_norm.weight", err);
}

static void layer(struct step *s, const struct layer *l, uint32_t index)
{
    graph_norm(s, l->attn_norm);
    graph_attention(s, l, index);
    graph_norm(s, l->ffn_norm);
    graph_swiglu(s, l);
}

const struct arch arch_llama = {"llama", ROPE_NORM, bind, layer};
const struct arch arch_qwen2 = {"qwen2", ROPE_NEOX, bind, layer};
const struct arch arch_qwen3 = {"qwen3", ROPE_NEOX, bind, layer};
