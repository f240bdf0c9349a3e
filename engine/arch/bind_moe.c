/* bind_moe.c - tensors of a mixture of experts. */
#include "base/fail.h"
#include "engine/arch/arch.h"

static sheaf_code bind_router(struct sheaf_engine *e, struct binder *b, struct moe *m,
                              uint32_t index, sheaf_error *err)
{
    size_t n = e->h.moe.router.n_experts;
    m->rules = e->h.moe.router;
    m->rules.n_used = e->h.moe.n_used[index];
    m->scaled_input = e->h.moe.scaled_input;
    sheaf_code rc = bind_linear(b, &m->router, block_name(index, "ffn_gate_inp").text, n,
                                e->h.width, err);
    m->router.exact = true;
    if (!rc && e->h.moe.select_bias)
        rc = bind_vector(b, &m->select_bias, block_name(index, "exp_probs_b.bias").text, n, true,
                         err);
    return rc;
}

static sheaf_code bind_experts(struct sheaf_engine *e, struct binder *b, struct moe *m,
                               uint32_t index, sheaf_error *err)
{
    size_t n = m->rules.n_experts, width = e->h.width, ff = e->h.moe.n_ff[index];
    bool gated = e->h.activation != ACT_RELU2;
    sheaf_code rc = SHEAF_OK;
    if (gated)
        rc = bind_stack(b, &m->gate, block_name(index, "ffn_gate_exps").text, n, ff, width, err);
    if (!rc)
        rc = bind_stack(b, &m->up, block_name(index, "ffn_up_exps").text, n, ff, width, err);
    if (!rc)
        rc = bind_stack(b, &m->down, block_name(index, "ffn_down_exps").text, n, width, ff, err);
    return rc;
}

static sheaf_code bind_shared(struct sheaf_engine *e, struct binder *b, struct layer *l,
                              uint32_t index, sheaf_error *err)
{
    size_t width = e->h.width, ff = e->h.n_ff[index];
    sheaf_code rc = SHEAF_OK;
    if (e->h.activation != ACT_RELU2)
        rc = bind_linear(b, &l->gate, block_name(index, "ffn_gate_shexp").text, ff, width, err);
    if (!rc)
        rc = bind_linear(b, &l->up, block_name(index, "ffn_up_shexp").text, ff, width, err);
    if (!rc)
        rc = bind_linear(b, &l->down, block_name(index, "ffn_down_shexp").text, width, ff, err);
    return rc;
}

sheaf_code bind_moe(struct sheaf_engine *e, struct binder *b, struct layer *l, uint32_t index,
                    sheaf_error *err)
{
    if (e->h.moe.n_ff[index] == 0)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, e->path, "experts of width 0 in layer %u", index);
    sheaf_code rc = bind_router(e, b, &l->moe, index, err);
    if (!rc)
        rc = bind_experts(e, b, &l->moe, index, err);
    if (!rc && e->h.n_ff[index])
        rc = bind_shared(e, b, l, index, err);
    return rc;
}
