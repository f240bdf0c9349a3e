/* arch_gpt_oss.c - mixture of experts with sinks and windows: gpt-oss-20b, gpt-oss-120b.
 *
 *     h += Wo Attention(RoPE(Wq a), RoPE(Wk a), Wv a; sinks),  a = RMS(h)
 *     h += sum_e w_e Expert_e(f),                              f = RMS(h)
 *
 * Layers see the last 128 positions and all of them in turn. Each head has a sink: a logit that
 * takes part in the softmax without a value. w is the softmax over the chosen logits alone. Every
 * product has a bias, the norm before the experts is called post_attention_norm. The rotation is
 * YaRN with the bounds of its ramp not rounded to whole pairs, as the published configuration has
 * it (truncate = false); files do not say. OpenAI, arXiv:2508.10925. */
#include "base/fail.h"
#include "engine/arch/arch.h"

/* A number n: every n-th layer sees all; or one flag for each layer. */
static sheaf_code read_pattern(struct hparams *h, const gguf *g, sheaf_error *err)
{
    uint32_t period = 2;
    gguf_array flags = {0};
    struct hparams_key key = hparams_key(h, "attention.sliding_window_pattern");
    if (gguf_get_array(g, key.name, &flags, NULL) == SHEAF_OK && flags.data) {
        if (flags.n != h->n_layers)
            return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                              "%s has %llu elements for %u layers", key.name,
                              (unsigned long long)flags.n, h->n_layers);
        for (uint32_t i = 0; i < h->n_layers; i++)
            h->attention[i] = gguf_array_i64(&flags, i) ? ATTN_LIMITED : 0;
        return SHEAF_OK;
    }
    sheaf_code rc = hparams_count(h, g, "attention.sliding_window_pattern", &period,
                                  (struct count_range){1, MAX_LAYERS}, err);
    for (uint32_t i = 0; i < h->n_layers && !rc; i++)
        h->attention[i] = i % period < period - 1 ? ATTN_LIMITED : 0;
    return rc;
}

static sheaf_code check_rotation(const struct hparams *h, const gguf *g, sheaf_error *err)
{
    float base = h->rope_base;
    sheaf_code rc = hparams_positive(h, g, "rope.freq_base_swa", &base, err);
    if (!rc && base != h->rope_base)
        rc = SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, gguf_name(g),
                        "rope.freq_base_swa is %g and rope.freq_base %g; one for all layers is "
                        "wanted",
                        (double)base, (double)h->rope_base);
    return rc;
}

static sheaf_code shape(struct hparams *h, const gguf *g, sheaf_error *err)
{
    static const char *const required[] = {"attention.sliding_window",
                                           "expert_feed_forward_length"};
    sheaf_code rc = hparams_read_moe(h, g, err);
    for (size_t i = 0; i < sizeof required / sizeof *required && !rc; i++)
        rc = hparams_require(h, g, required[i], err);
    if (!rc)
        rc = hparams_count(h, g, "attention.sliding_window", &h->n_sight,
                           (struct count_range){1, 1u << 30}, err);
    if (!rc)
        rc = read_pattern(h, g, err);
    if (!rc)
        rc = check_rotation(h, g, err);
    for (uint32_t i = 0; i < h->n_layers; i++)
        h->n_ff[i] = 0; /* no dense block, whatever the key says */
    h->moe.router.gating = GATING_SOFTMAX_CHOSEN;
    h->moe.router.normalise = false;
    h->activation = ACT_SWIGLU_CLAMPED;
    h->yarn_unrounded = true;
    return rc;
}

static sheaf_code bind_layer(struct sheaf_engine *e, struct binder *b, uint32_t i, sheaf_error *err)
{
    sheaf_code rc = bind_plain_layer(e, b, i, "post_attention_norm.weight", err);
    return rc ? rc : bind_vector(b, &e->layers[i].sinks, block_name(i, "attn_sinks.weight").text,
                                 e->h.n_heads[i], true, err);
}

static sheaf_code bind(struct sheaf_engine *e, struct binder *b, sheaf_error *err)
{
    return bind_layers(e, b, bind_layer, "output_norm.weight", err);
}

const struct arch arch_gpt_oss = {"gpt-oss", ROPE_NEOX, shape, bind, plain_layer};
