/* arch.c - the table of architectures and the parts they share. */
#include "engine/arch/arch.h"

#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "engine/tokenizer.h"

const struct arch *const arch_table[] = {
    &arch_llama,      &arch_qwen2,          &arch_qwen3,          &arch_qwen3moe,
    &arch_falcon_h1,  &arch_lfm2,           &arch_lfm2moe,        &arch_nemotron_h,
    &arch_nemotron_h_moe, &arch_granite_hybrid, &arch_llama4,     &arch_gpt_oss,
    NULL};

sheaf_code arch_find(const struct arch **out, const char *name, const char *source,
                     sheaf_error *err)
{
    strbuf known = {0};
    for (const struct arch *const *a = arch_table; *a; a++) {
        if (strcmp((*a)->name, name) == 0) {
            *out = *a;
            strbuf_free(&known);
            return SHEAF_OK;
        }
        strbuf_printf(&known, "%s%s", known.n ? ", " : "", (*a)->name);
    }
    SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, source, "architecture \"%.40s\"; known are %s", name,
               known.p ? known.p : "none");
    strbuf_free(&known);
    return SHEAF_ERR_UNSUPPORTED;
}

struct block_name block_name(uint32_t index, const char *part)
{
    struct block_name n;
    snprintf(n.text, sizeof n.text, "blk.%u.%s", index, part);
    return n;
}

sheaf_code bind_norm(struct sheaf_engine *e, struct binder *b, const float **out, uint32_t index,
                     const char *name, sheaf_error *err)
{
    return bind_vector(b, out, block_name(index, name).text, e->h.width, true, err);
}

static sheaf_code bind_embedding(struct sheaf_engine *e, struct binder *b, sheaf_error *err)
{
    const gguf_tensor *t = gguf_find_tensor(b->g, "token_embd.weight");
    if (!t || t->n_dims != 2 || t->ne[0] != (int64_t)e->h.width)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, e->path,
                          "token_embd.weight is %s; rows of %u columns are wanted",
                          t ? "of another shape" : "missing", e->h.width);
    size_t n_tokens = tokenizer_info(e->tokens)->n_tokens;
    if (t->ne[1] < (int64_t)n_tokens || t->ne[1] > VOCAB_MOST)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, e->path,
                          "%lld embedding rows; %zu (the tokenizer's tokens) to %d are possible",
                          (long long)t->ne[1], n_tokens, VOCAB_MOST);
    if (!quant_info((int)t->type)->dequantizable)
        return SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, e->path, "token_embd.weight has type %s",
                          quant_info((int)t->type)->name);
    b->used[t - gguf_tensor_at(b->g, 0)] = true;
    e->embedding = t;
    e->h.n_vocab = (uint32_t)t->ne[1];
    return SHEAF_OK;
}

static sheaf_code bind_rope(struct sheaf_engine *e, struct binder *b, sheaf_error *err)
{
    bool longrope = e->h.scaling == ROPE_SCALE_LONGROPE;
    size_t n = e->h.n_rot / 2;
    sheaf_code rc = bind_vector(b, &e->rope_divisors, "rope_freqs.weight", n, false, err);
    if (!rc)
        rc = bind_vector(b, &e->rope_long, "rope_factors_long.weight", n, longrope, err);
    if (!rc)
        rc = bind_vector(b, &e->rope_short, "rope_factors_short.weight", n, longrope, err);
    return rc;
}

sheaf_code bind_ends(struct sheaf_engine *e, struct binder *b, const char *norm_name,
                     sheaf_error *err)
{
    sheaf_code rc = bind_embedding(e, b, err);
    if (!rc)
        rc = bind_vector(b, &e->final_norm, norm_name, e->h.width, true, err);
    if (!rc)
        rc = bind_rope(e, b, err);
    if (rc)
        return rc;
    bool own = gguf_find_tensor(b->g, "output.weight") != NULL;
    return bind_linear(b, &e->head, own ? "output" : "token_embd", e->h.n_vocab, e->h.width, err);
}

static sheaf_code bind_fused_qkv(struct binder *b, struct layer *l, const char *name,
                                 const size_t heights[3], size_t n_in, sheaf_error *err)
{
    struct linear *parts[3] = {&l->q, &l->k, &l->v};
    size_t total = heights[0] + heights[1] + heights[2], at = 0;
    sheaf_code rc = SHEAF_OK;
    for (int i = 0; i < 3 && !rc; i++) {
        rc = bind_linear_rows(b, parts[i], name, total, at, heights[i], n_in, err);
        at += heights[i];
    }
    return rc;
}

/* A fused matrix may come with biases that are not fused. */
static sheaf_code bind_split_bias(struct binder *b, struct linear *part, uint32_t index,
                                  const char *name, sheaf_error *err)
{
    if (part->bias)
        return SHEAF_OK;
    return bind_vector(b, &part->bias, block_name(index, name).text, part->w.n_out, false, err);
}

sheaf_code bind_attention(struct sheaf_engine *e, struct binder *b, struct layer *l, uint32_t index,
                          sheaf_error *err)
{
    const struct hparams *h = &e->h;
    size_t heads = h->n_heads[index], kv = h->n_kv_heads[index];
    const size_t heights[3] = {heads * h->head_k, kv * h->head_k, kv * h->head_v};
    struct block_name fused = block_name(index, "attn_qkv.weight");
    sheaf_code rc;
    if (gguf_find_tensor(b->g, fused.text)) {
        rc = bind_fused_qkv(b, l, block_name(index, "attn_qkv").text, heights, h->width, err);
    } else {
        rc = bind_linear(b, &l->q, block_name(index, "attn_q").text, heights[0], h->width, err);
        if (!rc)
            rc = bind_linear(b, &l->k, block_name(index, "attn_k").text, heights[1], h->width, err);
        if (!rc)
            rc = bind_linear(b, &l->v, block_name(index, "attn_v").text, heights[2], h->width, err);
    }
    if (!rc)
        rc = bind_split_bias(b, &l->q, index, "attn_q.bias", err);
    if (!rc)
        rc = bind_split_bias(b, &l->k, index, "attn_k.bias", err);
    if (!rc)
        rc = bind_split_bias(b, &l->v, index, "attn_v.bias", err);
    if (!rc)
        rc = bind_linear(b, &l->o, block_name(index, "attn_output").text, h->width,
                         heads * h->head_v, err);
    return rc;
}

sheaf_code bind_head_norms(struct sheaf_engine *e, struct binder *b, struct layer *l,
                           uint32_t index, sheaf_error *err)
{
    size_t dk = e->h.head_k;
    sheaf_code rc = bind_vector(b, &l->q_norm, block_name(index, "attn_q_norm.weight").text, dk,
                                true, err);
    if (!rc)
        rc = bind_vector(b, &l->k_norm, block_name(index, "attn_k_norm.weight").text, dk, true,
                         err);
    return rc;
}

sheaf_code bind_swiglu(struct sheaf_engine *e, struct binder *b, struct layer *l, uint32_t index,
                       sheaf_error *err)
{
    size_t width = e->h.width, ff = e->h.n_ff[index];
    if (ff == 0)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, e->path, "feed_forward_length is 0 in layer %u",
                          index);
    sheaf_code rc = bind_linear(b, &l->gate, block_name(index, "ffn_gate").text, ff, width, err);
    if (!rc)
        rc = bind_linear(b, &l->up, block_name(index, "ffn_up").text, ff, width, err);
    if (!rc)
        rc = bind_linear(b, &l->down, block_name(index, "ffn_down").text, width, ff, err);
    return rc;
}

sheaf_code bind_ffn(struct sheaf_engine *e, struct binder *b, struct layer *l, uint32_t index,
                    sheaf_error *err)
{
    return e->h.moe.n_ff[index] ? bind_moe(e, b, l, index, err) : bind_swiglu(e, b, l, index, err);
}

sheaf_code bind_plain_layer(struct sheaf_engine *e, struct binder *b, uint32_t index,
                            const char *ffn_norm, sheaf_error *err)
{
    struct layer *l = &e->layers[index];
    if (e->h.n_kv_heads[index] == 0)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, e->path, "layer %u has no attention heads", index);
    sheaf_code rc = bind_norm(e, b, &l->attn_norm, index, "attn_norm.weight", err);
    if (!rc)
        rc = bind_attention(e, b, l, index, err);
    if (!rc)
        rc = bind_norm(e, b, &l->ffn_norm, index, ffn_norm, err);
    return rc ? rc : bind_ffn(e, b, l, index, err);
}

void plain_layer(struct step *s, const struct layer *l, uint32_t index)
{
    graph_norm(s, l->attn_norm);
    graph_attention(s, l, index);
    graph_norm(s, l->ffn_norm);
    graph_ffn(s, l);
}

sheaf_code bind_layers(struct sheaf_engine *e, struct binder *b, bind_layer_fn *fn,
                       const char *norm_name, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    for (uint32_t i = 0; i < e->h.n_layers && !rc; i++)
        rc = fn(e, b, i, err);
    return rc ? rc : bind_ends(e, b, norm_name, err);
}
