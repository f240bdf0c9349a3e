/* arch_granite_hybrid.c - Mamba-2 layers with a few attention layers between; four scales.
 *
 *     h = embedding_scale E[token]
 *     h += residual_scale Mixer(RMS(h)),  Mixer = attention where the layer has KV heads
 *     h += residual_scale Wdown (silu(Wgate f) * Wup f),  f = RMS(h)
 *     logits = Wout RMS(h) / logit_scale
 *
 * Where expert_count is not 0, the feed-forward block is a mixture of such beside a shared one.
 * Rotation only where rope.scaling.finetuned is true or absent. IBM Granite 4.0-H; Bamba. */
#include "base/fail.h"
#include "engine/arch/arch.h"

/* 0 and absent mean 1. */
static sheaf_code read_scale(const struct hparams *h, const gguf *g, const char *key, float *out,
                             sheaf_error *err)
{
    float v = 0.0f;
    sheaf_code rc = gguf_get_f32(g, hparams_key(h, key).name, &v, err);
    if (!rc && v != 0.0f)
        rc = hparams_positive(h, g, key, out, err);
    return rc;
}

/* Dense files have the keys as well, with 0 experts; feed_forward_length is the width of an expert
 * where there are some. */
static sheaf_code read_experts(struct hparams *h, const gguf *g, sheaf_error *err)
{
    uint32_t n = 0;
    sheaf_code rc = gguf_get_u32(g, hparams_key(h, "expert_count").name, &n, err);
    if (!rc && n)
        rc = hparams_read_moe(h, g, err);
    if (rc || n == 0)
        return rc;
    bool own_key = gguf_has(g, hparams_key(h, "expert_feed_forward_length").name);
    for (uint32_t i = 0; i < h->n_layers; i++) {
        h->moe.n_ff[i] = own_key ? h->moe.n_ff[i] : h->n_ff[i];
        h->n_ff[i] = h->moe.n_ff_shared;
    }
    h->moe.router.gating = GATING_SOFTMAX;
    h->moe.router.normalise = true;
    return SHEAF_OK;
}

static sheaf_code shape(struct hparams *h, const gguf *g, sheaf_error *err)
{
    float divisor = 1.0f;
    bool rotates = true;
    sheaf_code rc = read_scale(h, g, "embedding_scale", &h->embedding_scale, err);
    if (!rc)
        rc = read_scale(h, g, "residual_scale", &h->residual_scale, err);
    if (!rc)
        rc = read_scale(h, g, "logit_scale", &divisor, err);
    if (!rc)
        rc = gguf_get_bool(g, hparams_key(h, "rope.scaling.finetuned").name, &rotates, err);
    if (!rc)
        rc = read_experts(h, g, err);
    if (rc)
        return rc;
    h->logit_scale = 1.0f / divisor;
    if (!rotates) {
        h->rope = ROPE_NONE;
        h->n_rot = 0;
    }
    return hparams_read_ssm(h, g, err);
}

/* The width of the dense block is that of its tensors: the key may hold another of the model's
 * widths. */
static void take_ff_width(struct sheaf_engine *e, const struct binder *b, uint32_t i)
{
    const gguf_tensor *gate = gguf_find_tensor(b->g, block_name(i, "ffn_gate.weight").text);
    if (gate && gate->ne[1] <= 1 << 22)
        e->h.n_ff[i] = (uint32_t)gate->ne[1];
}

static sheaf_code bind_layer(struct sheaf_engine *e, struct binder *b, uint32_t i, sheaf_error *err)
{
    struct layer *l = &e->layers[i];
    sheaf_code rc = bind_norm(e, b, &l->attn_norm, i, "attn_norm.weight", err);
    if (!rc)
        rc = e->h.n_kv_heads[i] ? bind_attention(e, b, l, i, err)
                                : bind_mamba(e, b, l, i, true, err);
    if (!rc)
        rc = bind_norm(e, b, &l->ffn_norm, i, "ffn_norm.weight", err);
    if (rc)
        return rc;
    take_ff_width(e, b, i);
    return bind_ffn(e, b, l, i, err);
}

static sheaf_code bind(struct sheaf_engine *e, struct binder *b, sheaf_error *err)
{
    return bind_layers(e, b, bind_layer, "output_norm.weight", err);
}

static void layer(struct step *s, const struct layer *l, uint32_t index)
{
    graph_norm(s, l->attn_norm);
    if (s->e->h.n_kv_heads[index]) {
        graph_attention(s, l, index);
    } else {
        graph_mamba_in(s, l);
        graph_mamba(s, l);
    }
    graph_norm(s, l->ffn_norm);
    graph_ffn(s, l);
}

const struct arch arch_granite_hybrid = {"granitehybrid", ROPE_NORM, shape, bind, layer};
