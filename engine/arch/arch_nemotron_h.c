/* arch_nemotron_h.c - one mixer per block: Mamba-2, attention without positions, or an MLP, which
 * nemotron_h_moe replaces by a mixture of experts.
 *
 *     h += Mixer(RMS(h))
 *
 * A block with KV heads attends, one with a feed-forward width is an MLP (ReLU^2, no gate) or a
 * mixture of such, one with neither is a Mamba-2. A last block for drafting (nextn) is left out.
 * Nemotron-H, arXiv:2504.03624. */
#include <stdio.h>

#include "base/fail.h"
#include "engine/arch/arch.h"

static sheaf_code shape(struct hparams *h, const gguf *g, sheaf_error *err)
{
    uint32_t drafting = 0;
    sheaf_code rc =
        hparams_count(h, g, "nextn_predict_layers", &drafting, (struct count_range){0, 1}, err);
    if (!rc && drafting >= h->n_layers)
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g), "no layers but for drafting");
    if (rc)
        return rc;
    h->n_layers -= drafting;
    h->n_rot = 0;
    h->activation = ACT_RELU2;
    return hparams_read_ssm(h, g, err);
}

/* A dense checkpoint that some converters write under this name, with experts made up. */
static bool mislabelled(const struct hparams *h)
{
    for (uint32_t i = 0; i < h->n_layers; i++)
        if (h->n_ff[i])
            return false;
    return true;
}

static sheaf_code shape_moe(struct hparams *h, const gguf *g, sheaf_error *err)
{
    if (mislabelled(h))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                          "nemotron_h_moe without a feed-forward width in any layer: a dense "
                          "nemotron_h under the wrong name; it has to be converted again");
    sheaf_code rc = hparams_read_moe(h, g, err);
    for (uint32_t i = 0; i < h->n_layers && !rc; i++) {
        h->moe.n_ff[i] = h->n_ff[i] ? h->moe.n_ff[i] : 0;
        h->n_ff[i] = h->n_ff[i] ? h->moe.n_ff_shared : 0;
    }
    h->moe.router.gating = GATING_SIGMOID;
    h->moe.select_bias = true;
    return rc ? rc : shape(h, g, err);
}

static sheaf_code bind_mlp(struct sheaf_engine *e, struct binder *b, uint32_t i, sheaf_error *err)
{
    struct layer *l = &e->layers[i];
    sheaf_code rc = bind_linear(b, &l->up, block_name(i, "ffn_up").text, e->h.n_ff[i], e->h.width,
                                err);
    return rc ? rc : bind_linear(b, &l->down, block_name(i, "ffn_down").text, e->h.width,
                                 e->h.n_ff[i], err);
}

static sheaf_code bind_layer(struct sheaf_engine *e, struct binder *b, uint32_t i, sheaf_error *err)
{
    struct layer *l = &e->layers[i];
    sheaf_code rc = bind_norm(e, b, &l->attn_norm, i, "attn_norm.weight", err);
    if (rc)
        return rc;
    if (e->h.moe.n_ff[i])
        return bind_moe(e, b, l, i, err);
    if (e->h.n_ff[i])
        return bind_mlp(e, b, i, err);
    return e->h.n_kv_heads[i] ? bind_attention(e, b, l, i, err) : bind_mamba(e, b, l, i, true, err);
}

static sheaf_code bind(struct sheaf_engine *e, struct binder *b, sheaf_error *err)
{
    binder_ignore(b, block_name(e->h.n_layers, "").text);
    return bind_layers(e, b, bind_layer, "output_norm.weight", err);
}

static void layer(struct step *s, const struct layer *l, uint32_t index)
{
    graph_norm(s, l->attn_norm);
    if (s->e->h.n_ff[index] || s->e->h.moe.n_ff[index]) {
        graph_ffn(s, l);
    } else if (s->e->h.n_kv_heads[index]) {
        graph_attention(s, l, index);
    } else {
        graph_mamba_in(s, l);
        graph_mamba(s, l);
    }
}

const struct arch arch_nemotron_h = {"nemotron_h", ROPE_NONE, shape, bind, layer};
const struct arch arch_nemotron_h_moe = {"nemotron_h_moe", ROPE_NONE, shape_moe, bind, layer};
