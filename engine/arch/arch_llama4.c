/* arch_llama4.c - Llama 4, and the dense MobileLLM-R1, whose files have the same name.
 *
 *     h += Wo Attention(norm(RoPE(Wq a)), norm(RoPE(Wk a)), Wv a),  a = RMS(h)
 *     h += FFN(f) or sum_e Expert_e(w_e f) + Shared(f),             f = RMS(h)
 *
 * norm is an RMS norm per head without weights, after the rotation. No key tells the two kinds
 * apart: a file without experts is dense, each of its layers rotates and sees everything. With
 * experts, every fourth layer neither rotates nor norms, sees everything and scales its queries
 * with the logarithm of the position; the others see chunks of 8192 positions. The weight of an
 * expert is the sigmoid of its logit and scales the expert's input. The model with 128 experts has
 * no head norm. Meta, Llama 4 (2025); MobileLLM-R1, arXiv:2509.24945. */
#include "base/fail.h"
#include "engine/arch/arch.h"

#define CHUNK 8192
#define UNROTATED_EVERY 4
#define EXPERTS_WITHOUT_HEAD_NORM 128

static void set_attention(struct hparams *h)
{
    bool mixture = h->moe.router.n_experts > 0;
    uint8_t rotated = h->moe.router.n_experts == EXPERTS_WITHOUT_HEAD_NORM ? 0 : ATTN_UNIT_NORM;
    if (h->n_sight)
        rotated |= ATTN_LIMITED;
    for (uint32_t i = 0; i < h->n_layers; i++)
        h->attention[i] = mixture && (i + 1) % UNROTATED_EVERY == 0
                              ? ATTN_UNROTATED | ATTN_TEMPERATURE
                              : rotated;
    h->temperature_step = CHUNK;
}

/* Layers with experts have an expert's width for the shared one, the others the dense width. */
static sheaf_code set_widths(struct hparams *h, const gguf *g, sheaf_error *err)
{
    uint32_t step = 0;
    sheaf_code rc = hparams_required_count(h, g, "interleave_moe_layer_step", &step,
                                           (struct count_range){1, h->n_layers}, err);
    for (uint32_t i = 0; i < h->n_layers && !rc; i++) {
        if ((i + 1) % step == 0)
            h->n_ff[i] = h->moe.n_ff[i];
        else
            h->moe.n_ff[i] = 0;
    }
    return rc;
}

static sheaf_code read_mixture(struct hparams *h, const gguf *g, sheaf_error *err)
{
    sheaf_code rc = hparams_read_moe(h, g, err);
    if (!rc)
        rc = hparams_require(h, g, "expert_feed_forward_length", err);
    if (!rc)
        rc = set_widths(h, g, err);
    h->sight = SIGHT_CHUNK;
    h->n_sight = CHUNK;
    if (!rc)
        rc = hparams_count(h, g, "attention.sliding_window", &h->n_sight,
                           (struct count_range){0, 1u << 30}, err);
    h->moe.router.gating = GATING_SIGMOID;
    h->moe.router.normalise = false;
    h->moe.scaled_input = true;
    return rc;
}

static sheaf_code shape(struct hparams *h, const gguf *g, sheaf_error *err)
{
    uint32_t n_experts = 0;
    sheaf_code rc = gguf_get_u32(g, hparams_key(h, "expert_count").name, &n_experts, err);
    if (!rc && n_experts)
        rc = read_mixture(h, g, err);
    if (!rc && h->n_rot != h->head_k)
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                        "%u rotated dimensions in heads of %u; all are wanted", h->n_rot,
                        h->head_k);
    set_attention(h);
    return rc;
}

static sheaf_code bind_layer(struct sheaf_engine *e, struct binder *b, uint32_t i, sheaf_error *err)
{
    return bind_plain_layer(e, b, i, "ffn_norm.weight", err);
}

static sheaf_code bind(struct sheaf_engine *e, struct binder *b, sheaf_error *err)
{
    return bind_layers(e, b, bind_layer, "output_norm.weight", err);
}

const struct arch arch_llama4 = {"llama4", ROPE_NORM, shape, bind, plain_layer};
