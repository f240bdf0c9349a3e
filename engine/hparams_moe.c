/* hparams_moe.c - the keys of mixtures of experts, see hparams.h. */
#include "base/fail.h"
#include "engine/hparams.h"

static sheaf_code read_used(struct hparams *h, const gguf *g, sheaf_error *err)
{
    struct router *r = &h->moe.router;
    const char *key = "expert_used_count";
    sheaf_code rc = hparams_require(h, g, key, err);
    if (!rc)
        rc = hparams_counts(h, g, key, h->moe.n_used, (struct count_range){1, r->n_experts}, err);
    for (uint32_t i = 0; i < h->n_layers && !rc; i++)
        r->n_used = h->moe.n_used[i] > r->n_used ? h->moe.n_used[i] : r->n_used;
    return rc;
}

static sheaf_code read_widths(struct hparams *h, const gguf *g, sheaf_error *err)
{
    const struct count_range range = {0, 1u << 22};
    const char *key = "expert_feed_forward_length";
    sheaf_code rc = hparams_counts(h, g, key, h->moe.n_ff, range, err);
    if (!rc && !gguf_has(g, hparams_key(h, key).name))
        for (uint32_t i = 0; i < h->n_layers; i++)
            h->moe.n_ff[i] = h->n_ff[i] / h->moe.n_used[i];
    if (!rc)
        rc = hparams_count(h, g, "expert_shared_feed_forward_length", &h->moe.n_ff_shared, range,
                           err);
    return rc;
}

static sheaf_code read_groups(struct hparams *h, const gguf *g, sheaf_error *err)
{
    struct router *r = &h->moe.router;
    r->n_groups = r->n_groups_used = 1;
    sheaf_code rc = hparams_count(h, g, "expert_group_count", &r->n_groups,
                                  (struct count_range){0, r->n_experts}, err);
    if (!rc && r->n_groups > 1)
        rc = hparams_count(h, g, "expert_group_used_count", &r->n_groups_used,
                           (struct count_range){1, r->n_groups}, err);
    if (!rc && r->n_groups > 1 &&
        (r->n_experts % r->n_groups || r->n_experts / r->n_groups * r->n_groups_used < r->n_used))
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                        "%u experts in %u groups of which %u are used; equal groups with at least "
                        "%u experts in those used are wanted",
                        r->n_experts, r->n_groups, r->n_groups_used, r->n_used);
    if (r->n_groups == 0)
        r->n_groups = 1;
    return rc;
}

static sheaf_code read_weights(struct hparams *h, const gguf *g, sheaf_error *err)
{
    struct router *r = &h->moe.router;
    uint32_t gating = r->gating ? (uint32_t)r->gating : GATING_SOFTMAX;
    sheaf_code rc = hparams_count(h, g, "expert_gating_func", &gating,
                                  (struct count_range){GATING_SOFTMAX, GATING_SOFTMAX_CHOSEN}, err);
    r->gating = (enum router_gating)gating;
    if (!rc)
        rc = gguf_get_bool(g, hparams_key(h, "expert_weights_norm").name, &r->normalise, err);
    if (!rc)
        rc = gguf_get_f32(g, hparams_key(h, "expert_weights_scale").name, &r->scale, err);
    if (r->scale == 0.0f)
        r->scale = 1.0f;
    return rc;
}

sheaf_code hparams_read_moe(struct hparams *h, const gguf *g, sheaf_error *err)
{
    uint32_t latent = 0;
    sheaf_code rc = hparams_require(h, g, "expert_count", err);
    if (!rc)
        rc = hparams_count(h, g, "expert_count", &h->moe.router.n_experts,
                           (struct count_range){1, MAX_EXPERTS}, err);
    if (!rc)
        rc = read_used(h, g, err);
    if (!rc)
        rc = read_widths(h, g, err);
    if (!rc)
        rc = read_groups(h, g, err);
    if (!rc)
        rc = read_weights(h, g, err);
    if (!rc)
        rc = gguf_get_u32(g, hparams_key(h, "moe_latent_size").name, &latent, err);
    if (!rc && latent)
        rc = SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, gguf_name(g),
                        "%s is %u; experts that work in a narrower space cannot be run",
                        hparams_key(h, "moe_latent_size").name, latent);
    return rc;
}
