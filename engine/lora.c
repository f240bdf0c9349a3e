/* lora.c - see lora.h. */
#include "engine/lora.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"

static sheaf_code check_adapter(const struct sheaf_engine *e, const gguf *g, float *alpha,
                                sheaf_error *err)
{
    text type = {0}, kind = {0}, arch = {0};
    sheaf_code rc = gguf_get_text(g, "general.type", &type, err);
    if (!rc)
        rc = gguf_get_text(g, "adapter.type", &kind, err);
    if (!rc)
        rc = gguf_get_text(g, "general.architecture", &arch, err);
    if (!rc)
        rc = gguf_get_f32(g, "adapter.lora.alpha", alpha, err);
    if (rc)
        return rc;
    if (!text_equal(type, TEXT("adapter")) || !text_equal(kind, TEXT("lora")))
        return SHEAF_FAIL(
            err, SHEAF_ERR_FORMAT, gguf_name(g),
            "general.type \"%.*s\", adapter.type \"%.*s\"; adapter and lora are wanted",
            (int)(type.n < 40 ? type.n : 40), type.p ? type.p : "",
            (int)(kind.n < 40 ? kind.n : 40), kind.p ? kind.p : "");
    if (!text_equal(arch, text_of(e->h.arch)))
        return SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, gguf_name(g),
                          "adapter for architecture \"%.*s\", the model is %s",
                          (int)(arch.n < 40 ? arch.n : 40), arch.p ? arch.p : "", e->h.arch);
    if (!(*alpha > 0.0f))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g),
                          "adapter.lora.alpha is %g; > 0 is wanted", (double)*alpha);
    return SHEAF_OK;
}

static struct linear *find_linear(const struct sheaf_engine *e, text name)
{
    for (size_t i = 0; i < e->weights.n_linears; i++)
        if (text_equal(name, text_of(e->weights.linears[i]->name)))
            return e->weights.linears[i];
    return NULL;
}

/* Checks the pair {a, b} against its matrix and hangs it in. */
static sheaf_code add_pair(struct sheaf_engine *e, struct linear *l, const gguf_tensor *a,
                           const gguf_tensor *b, float factor, sheaf_error *err)
{
    if (a->ne[0] != (int64_t)l->w.n_in || b->ne[1] != (int64_t)l->w.n_out || a->ne[1] != b->ne[0] ||
        a->ne[1] > 4096 || !quant_info((int)a->type)->dequantizable ||
        !quant_info((int)b->type)->dequantizable)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, l->name,
                          "adapter {%lld, %lld} and {%lld, %lld} on a matrix {%zu, %zu}",
                          (long long)a->ne[0], (long long)a->ne[1], (long long)b->ne[0],
                          (long long)b->ne[1], l->w.n_in, l->w.n_out);
    struct lora_part *part = arena_take(&e->weights.memory, 1, sizeof *part);
    if (!part)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, l->name, "no memory for an adapter");
    part->scale = factor / (float)a->ne[1];
    sheaf_code rc = weights_pack_small(&e->weights, &part->a, a, err);
    if (!rc)
        rc = weights_pack_small(&e->weights, &part->b, b, err);
    part->next = l->lora;
    if (!rc)
        l->lora = part;
    return rc;
}

/* One tensor of the adapter; lora_b tensors are taken with their lora_a. */
static sheaf_code add_tensor(struct sheaf_engine *e, const gguf *g, const gguf_tensor *t,
                             float factor, sheaf_error *err)
{
    static const char suffix_a[] = ".weight.lora_a", suffix_b[] = ".weight.lora_b";
    char other[96];
    bool is_a = text_ends(t->name, TEXT(suffix_a)), is_b = text_ends(t->name, TEXT(suffix_b));
    text stem = text_slice(t->name, 0, t->name.n - (is_a || is_b ? sizeof suffix_a - 1 : 0));
    struct linear *l = is_a || is_b ? find_linear(e, stem) : NULL;
    if (!l)
        return SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, gguf_name(g),
                          "tensor %.*s changes nothing that this model multiplies",
                          (int)t->name.n, t->name.p);
    snprintf(other, sizeof other, "%.*s%s", (int)stem.n, stem.p, is_a ? suffix_b : suffix_a);
    const gguf_tensor *pair = gguf_find_tensor(g, other);
    if (!pair)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, gguf_name(g), "tensor %s is missing", other);
    return is_a ? add_pair(e, l, t, pair, factor, err) : SHEAF_OK;
}

sheaf_code lora_add(struct sheaf_engine *e, const char *path, float scale, sheaf_error *err)
{
    gguf *g;
    float alpha = 0.0f;
    if (!isfinite(scale))
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, path, "adapter scale %g", (double)scale);
    sheaf_code rc = gguf_open(&g, path, err);
    if (rc)
        return rc;
    rc = check_adapter(e, g, &alpha, err);
    if (!rc && gguf_n_tensors(g) == 0)
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, path, "the adapter has no tensors");
    for (size_t i = 0; i < gguf_n_tensors(g) && !rc; i++)
        rc = add_tensor(e, g, gguf_tensor_at(g, i), alpha * scale, err);
    gguf_close(g);
    return rc;
}

void lora_sizes(const struct sheaf_engine *e, size_t *rank, size_t *n_out)
{
    *rank = *n_out = 0;
    for (size_t i = 0; i < e->weights.n_linears; i++) {
        const struct linear *l = e->weights.linears[i];
        for (const struct lora_part *part = l->lora; part; part = part->next) {
            *rank = part->a.n_out > *rank ? part->a.n_out : *rank;
            *n_out = l->w.n_out > *n_out ? l->w.n_out : *n_out;
        }
    }
}
