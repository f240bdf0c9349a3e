/* arch_falcon_h1.c - attention and Mamba-2 side by side in every layer.
 *
 *     a = RMS(h),  h += Attention(a) + Mamba2(a)
 *     h += Wdown (silu(Wgate f) * Wup f),  f = RMS(h)
 *
 * The multipliers of the model are folded into the weights of the file, but for one: the head of a
 * tied model is the embedding table, which carries the embedding's multiplier and not the head's.
 * The file does not say so; the factor between them is known for the models listed here.
 * Falcon-H1, arXiv:2507.22448. */
#include <string.h>

#include "base/fail.h"
#include "engine/arch/arch.h"

/* lm_head_multiplier / embedding_multiplier of the published configurations with a tied head. */
static const struct {
    const char *name; /* in general.name */
    uint32_t n_layers, width, n_vocab;
    float factor;
} lost_factors[] = {
    {"tiny", 24, 512, 32768, 0.078125f / 0.11083984375f}, /* Falcon-H1-Tiny-90M */
};

/* Files of an early converter keep the multipliers outside the weights. */
static sheaf_code check_folded(const struct hparams *h, const gguf *g, sheaf_error *err)
{
    static const char *const unfolded[] = {"ssm.has_mup", "mlp_gate_multiplier", "key_multiplier",
                                           "attention_in_multiplier", "embedding_multiplier"};
    for (size_t i = 0; i < sizeof unfolded / sizeof unfolded[0]; i++)
        if (gguf_has(g, hparams_key(h, unfolded[i]).name))
            return SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, gguf_name(g),
                              "key %s: the file keeps its multipliers apart; one with folded "
                              "weights (llama.cpp's converter) is wanted",
                              hparams_key(h, unfolded[i]).name);
    return SHEAF_OK;
}

static sheaf_code shape(struct hparams *h, const gguf *g, sheaf_error *err)
{
    sheaf_code rc = check_folded(h, g, err);
    return rc ? rc : hparams_read_ssm(h, g, err);
}

static bool name_contains(const gguf *g, const char *part)
{
    char name[128] = "";
    text t = {0};
    if (gguf_get_text(g, "general.name", &t, NULL) == SHEAF_OK && t.n < sizeof name && t.p)
        memcpy(name, t.p, t.n);
    return strcasestr(name, part) != NULL;
}

static void restore_factor(struct sheaf_engine *e)
{
    if (gguf_find_tensor(e->file, "output.weight"))
        return;
    for (size_t i = 0; i < sizeof lost_factors / sizeof lost_factors[0]; i++)
        if (e->h.n_layers == lost_factors[i].n_layers && e->h.width == lost_factors[i].width &&
            e->h.n_vocab == lost_factors[i].n_vocab && name_contains(e->file, lost_factors[i].name))
            e->logit_factor = lost_factors[i].factor;
}

static sheaf_code bind_layer(struct sheaf_engine *e, struct binder *b, uint32_t i, sheaf_error *err)
{
    struct layer *l = &e->layers[i];
    const char *bare = "ffn_norm"; /* the converter drops the suffix here */
    bool dropped = gguf_find_tensor(b->g, block_name(i, bare).text) != NULL;
    sheaf_code rc = bind_norm(e, b, &l->attn_norm, i, "attn_norm.weight", err);
    if (!rc)
        rc = bind_attention(e, b, l, i, err);
    if (!rc)
        rc = bind_mamba(e, b, l, i, false, err);
    if (!rc)
        rc = bind_norm(e, b, &l->ffn_norm, i, dropped ? bare : "ffn_norm.weight", err);
    return rc ? rc : bind_swiglu(e, b, l, i, err);
}

static sheaf_code bind(struct sheaf_engine *e, struct binder *b, sheaf_error *err)
{
    sheaf_code rc = bind_layers(e, b, bind_layer, "output_norm.weight", err);
    e->rope_divisors = NULL; /* loaded by other engines too, and used by none */
    if (!rc)
        restore_factor(e);
    return rc;
}

static void layer(struct step *s, const struct layer *l, uint32_t index)
{
    graph_norm(s, l->attn_norm);
    graph_mamba_in(s, l);
    graph_attention(s, l, index);
    graph_mamba(s, l);
    graph_norm(s, l->ffn_norm);
    graph_ffn(s, l);
}

const struct arch arch_falcon_h1 = {"falcon-h1", ROPE_NEOX, shape, bind, layer};
