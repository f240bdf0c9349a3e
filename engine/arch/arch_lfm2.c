/* arch_lfm2.c - short convolutions with a few attention layers between.
 *
 *     h += Op(RMS(h)),  Op = attention where the layer has KV heads, else gated short convolution
 *     h += Wdown (silu(Wgate f) * Wup f),  f = RMS(h)
 *
 * In lfm2moe all but the leading layers have a mixture of such blocks: a sigmoid router whose
 * learned bias takes part in the choice alone.
 *
 * The norm before the head is called token_embd_norm in the file. LFM2, arXiv:2511.23404. */
#include "base/fail.h"
#include "engine/arch/arch.h"

static sheaf_code shape(struct hparams *h, const gguf *g, sheaf_error *err)
{
    bool causal = true;
    sheaf_code rc = gguf_get_bool(g, hparams_key(h, "attention.causal").name, &causal, err);
    if (!rc && !causal)
        rc = SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, gguf_name(g),
                        "%s is false: an embedding model; one that generates text is wanted",
                        hparams_key(h, "attention.causal").name);
    if (!rc)
        rc = hparams_required_count(h, g, "shortconv.l_cache", &h->short_kernel,
                                    (struct count_range){1, 16}, err);
    if (!rc)
        rc = hparams_count(h, g, "attention.sliding_window", &h->n_sight,
                           (struct count_range){0, 1u << 30}, err);
    for (uint32_t i = 0; i < h->n_layers && h->n_sight; i++)
        h->attention[i] = ATTN_LIMITED;
    return rc;
}

static sheaf_code shape_moe(struct hparams *h, const gguf *g, sheaf_error *err)
{
    uint32_t n_dense = 0;
    h->moe.router.gating = GATING_SIGMOID;
    sheaf_code rc = hparams_read_moe(h, g, err);
    if (!rc)
        rc = hparams_count(h, g, "leading_dense_block_count", &n_dense,
                           (struct count_range){0, h->n_layers}, err);
    for (uint32_t i = 0; i < h->n_layers && !rc; i++) {
        if (i < n_dense)
            h->moe.n_ff[i] = 0;
        else
            h->n_ff[i] = 0;
    }
    h->moe.router.normalise = true;
    h->moe.select_bias = true;
    return rc ? rc : shape(h, g, err);
}

static sheaf_code bind_operator(struct sheaf_engine *e, struct binder *b, uint32_t i,
                                sheaf_error *err)
{
    struct layer *l = &e->layers[i];
    if (e->h.n_kv_heads[i] == 0)
        return bind_shortconv(e, b, l, i, err);
    sheaf_code rc = bind_attention(e, b, l, i, err);
    if (!rc)
        rc = bind_head_norms(e, b, l, i, err);
    return rc;
}

static sheaf_code bind_layer(struct sheaf_engine *e, struct binder *b, uint32_t i, sheaf_error *err)
{
    struct layer *l = &e->layers[i];
    sheaf_code rc = bind_norm(e, b, &l->attn_norm, i, "attn_norm.weight", err);
    if (!rc)
        rc = bind_operator(e, b, i, err);
    if (!rc)
        rc = bind_norm(e, b, &l->ffn_norm, i, "ffn_norm.weight", err);
    return rc ? rc : bind_ffn(e, b, l, i, err);
}

static sheaf_code bind(struct sheaf_engine *e, struct binder *b, sheaf_error *err)
{
    return bind_layers(e, b, bind_layer, "token_embd_norm.weight", err);
}

static void layer(struct step *s, const struct layer *l, uint32_t index)
{
    graph_norm(s, l->attn_norm);
    if (s->e->h.n_kv_heads[index])
        graph_attention(s, l, index);
    else
        graph_shortconv(s, l);
    graph_norm(s, l->ffn_norm);
    graph_ffn(s, l);
}

const struct arch arch_lfm2 = {"lfm2", ROPE_NEOX, shape, bind, layer};
const struct arch arch_lfm2moe = {"lfm2moe", ROPE_NEOX, shape_moe, bind, layer};
