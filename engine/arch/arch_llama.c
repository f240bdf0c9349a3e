/* arch_llama.c - the plain decoder: llama, qwen2, qwen3, qwen3moe.
 *
 *     h += Wo Attention(RoPE(norm_q(Wq a)), RoPE(norm_k(Wk a)), Wv a),  a = RMS(h)
 *     h += Wdown (silu(Wgate f) * Wup f),                               f = RMS(h)
 *
 * They differ in the pairing of the rotation, in biases on q, k, v (qwen2), in a norm per head on q
 * and k before the rotation (qwen3) and in a mixture of experts as the second part (qwen3moe:
 * softmax router, weights that sum to 1). Touvron et al. arXiv:2302.13971; Qwen2 arXiv:2407.10671;
 * Qwen3 arXiv:2505.09388. */
#include <string.h>

#include "base/fail.h"
#include "engine/arch/arch.h"

static sheaf_code shape_dense(struct hparams *h, const gguf *g, sheaf_error *err)
{
    uint32_t experts = 0;
    sheaf_code rc = gguf_get_u32(g, hparams_key(h, "expert_count").name, &experts, err);
    if (!rc && experts)
        rc = SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, gguf_name(g),
                        "%u experts; only dense %s models can be run", experts, h->arch);
    return rc;
}

static sheaf_code shape_moe(struct hparams *h, const gguf *g, sheaf_error *err)
{
    sheaf_code rc = hparams_read_moe(h, g, err);
    h->moe.router.gating = GATING_SOFTMAX;
    h->moe.router.normalise = true;
    memset(h->n_ff, 0, sizeof h->n_ff); /* no dense block, whatever the key says */
    return rc;
}

static sheaf_code bind_layer(struct sheaf_engine *e, struct binder *b, uint32_t i, sheaf_error *err)
{
    bool head_norm = e->arch == &arch_qwen3 || e->arch == &arch_qwen3moe;
    sheaf_code rc = bind_plain_layer(e, b, i, "ffn_norm.weight", err);
    return rc || !head_norm ? rc : bind_head_norms(e, b, &e->layers[i], i, err);
}

static sheaf_code bind(struct sheaf_engine *e, struct binder *b, sheaf_error *err)
{
    return bind_layers(e, b, bind_layer, "output_norm.weight", err);
}

const struct arch arch_llama = {"llama", ROPE_NORM, shape_dense, bind, plain_layer};
const struct arch arch_qwen2 = {"qwen2", ROPE_NEOX, shape_dense, bind, plain_layer};
const struct arch arch_qwen3 = {"qwen3", ROPE_NEOX, shape_dense, bind, plain_layer};
const struct arch arch_qwen3moe = {"qwen3moe", ROPE_NEOX, shape_moe, bind, plain_layer};
