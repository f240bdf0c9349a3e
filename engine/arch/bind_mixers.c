/* bind_mixers.c - tensors of the recurrent mixers. */
#include "engine/arch/arch.h"

static sheaf_code bind_scan(struct sheaf_engine *e, struct binder *b, struct mamba *m,
                            uint32_t index, bool norm, sheaf_error *err)
{
    const struct hparams *h = &e->h;
    size_t heads = h->ssm.heads, groups = h->ssm.groups;
    sheaf_code rc =
        bind_vector(b, &m->dt_bias, block_name(index, "ssm_dt.bias").text, heads, true, err);
    if (!rc)
        rc = bind_grid(b, &m->a, block_name(index, "ssm_a").text, 1, heads, true, err);
    if (!rc)
        rc = bind_grid(b, &m->d, block_name(index, "ssm_d").text, 1, heads, true, err);
    if (!rc)
        rc = bind_grid(b, &m->norm, block_name(index, "ssm_norm.weight").text,
                       h->ssm.inner / groups, groups, norm, err);
    return rc;
}

sheaf_code bind_mamba(struct sheaf_engine *e, struct binder *b, struct layer *l, uint32_t index,
                      bool norm, sheaf_error *err)
{
    const struct hparams *h = &e->h;
    struct mamba *m = &l->mamba;
    sheaf_code rc = bind_linear(b, &m->in, block_name(index, "ssm_in").text, ssm_projected(h),
                                h->width, err);
    if (!rc)
        rc = bind_turned(b, &m->conv, block_name(index, "ssm_conv1d.weight").text,
                         h->ssm.conv_kernel, ssm_channels(h), err);
    if (!rc)
        rc = bind_vector(b, &m->conv_bias, block_name(index, "ssm_conv1d.bias").text,
                         ssm_channels(h), false, err);
    if (!rc)
        rc = bind_scan(e, b, m, index, norm, err);
    if (!rc)
        rc = bind_linear(b, &m->out, block_name(index, "ssm_out").text, h->width, h->ssm.inner,
                         err);
    return rc;
}

sheaf_code bind_shortconv(struct sheaf_engine *e, struct binder *b, struct layer *l, uint32_t index,
                          sheaf_error *err)
{
    size_t width = e->h.width;
    struct shortconv *c = &l->shortconv;
    sheaf_code rc = bind_linear(b, &c->in, block_name(index, "shortconv.in_proj").text, 3 * width,
                                width, err);
    if (!rc)
        rc = bind_turned(b, &c->conv, block_name(index, "shortconv.conv.weight").text,
                         e->h.short_kernel, width, err);
    if (!rc)
        rc = bind_linear(b, &c->out, block_name(index, "shortconv.out_proj").text, width, width,
                         err);
    return rc;
}
