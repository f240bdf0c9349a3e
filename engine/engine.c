/* engine.c - opening a model: map the file, read its shape, bind and repack the weights, choose the
 * kernels; and what it tells about itself. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/memory.h"
#include "engine/arch/arch.h"
#include "engine/lora.h"
#include "engine/decoder_plan.h"
#include "engine/prompt.h"
#include "engine/state.h"
#include "engine/tokenizer.h"

sheaf_engine_options sheaf_engine_defaults(void)
{
    return (sheaf_engine_options){.cpu = "auto", .kv_type = "f16", .state_type = "f16"};
}

/* ---- options -------------------------------------------------------------------------------- */

static sheaf_code choose_kernels(struct sheaf_engine *e, const sheaf_engine_options *o,
                                 sheaf_error *err)
{
    const char *cpu = o->cpu ? o->cpu : "auto", *kv = o->kv_type ? o->kv_type : "f16";
    const char *state = o->state_type ? o->state_type : "f16";
    enum cpu_tier cap;
    if (!cpu_tier_by_name(&cap, cpu))
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "cpu",
                          "\"%.40s\"; auto, ref, avx2, avx512, vnni, bf16 and amx are known", cpu);
    if (cap > cpu_tier_detect())
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "cpu", "this machine has no %s; its best is %s",
                          cpu, cpu_tier_name(cpu_tier_detect()));
    kernels_init(&e->kernels, cap);
    if (strcmp(state, "f32") != 0 && strcmp(state, "f16") != 0)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "state type",
                          "\"%.40s\"; f16 and f32 are known", state);
    e->state_type = o->exact || strcmp(state, "f32") == 0 ? STATE_F32 : STATE_F16;
    if (strcmp(kv, "f32") == 0 || o->exact)
        e->kv = KV_F32;
    else if (strcmp(kv, "f16") == 0)
        e->kv = KV_F16;
    else if (strcmp(kv, "q8") == 0)
        e->kv = KV_Q8;
    else if (strcmp(kv, "bf16") == 0)
        e->kv = KV_BF16;
    else
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "KV type",
                          "\"%.40s\"; f16, bf16, f32 and q8 are known", kv);
    if (o->threads < 0 || o->threads > 1024)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "threads", "%d; 1 to 1024 are possible",
                          o->threads);
    e->threads = o->threads ? o->threads : pool_cpus();
    return kernels_settle(&e->kernels, e->cpu, err);
}

/* ---- weights -------------------------------------------------------------------------------- */

static sheaf_code bind_all(struct sheaf_engine *e, sheaf_error *err)
{
    struct binder b;
    e->layers = alloc_zero(e->h.n_layers, sizeof *e->layers);
    if (!e->layers)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, e->path, "no memory for %u layers", e->h.n_layers);
    sheaf_code rc = binder_init(&b, &e->weights, e->file, err);
    if (!rc)
        rc = e->arch->bind(e, &b, err);
    if (!rc)
        rc = binder_finish(&b, err);
    if (!rc)
        state_lay_out(e);
    binder_free(&b);
    return rc;
}

/* logits = factor W RMS(x; norm): the factor goes into the norm's weights. */
static sheaf_code scale_head(struct sheaf_engine *e, sheaf_error *err)
{
    float factor = e->h.logit_scale * e->logit_factor;
    if (factor == 1.0f)
        return SHEAF_OK;
    float *scaled = arena_take(&e->weights.memory, e->h.width, sizeof *scaled);
    if (!scaled)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, e->path, "no memory for the last norm");
    for (uint32_t i = 0; i < e->h.width; i++)
        scaled[i] = e->final_norm[i] * factor;
    e->final_norm = scaled;
    return SHEAF_OK;
}

static sheaf_code check_memory(const struct sheaf_engine *e, size_t limit, sheaf_error *err)
{
    uint64_t available = memory_available(), bytes = weights_planned_bytes(&e->weights);
    uint64_t most = limit && limit < available ? limit : available;
    if (bytes <= most)
        return SHEAF_OK;
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, e->path,
                      "the weights need %.1f MiB; the limit is %.1f MiB", (double)bytes / 0x1p20,
                      (double)most / 0x1p20);
}

static sheaf_code pack_all(struct sheaf_engine *e, const sheaf_engine_options *o, sheaf_error *err)
{
    pool *p;
    sheaf_code rc = check_memory(e, o->mem_bytes, err);
    if (!rc)
        rc = pool_create(&p, e->threads, err);
    if (rc)
        return rc;
    rc = weights_pack(&e->weights, p, err);
    pool_free(p);
    for (size_t i = 0; i < o->n_loras && !rc; i++)
        rc = lora_add(e, o->loras[i].path, o->loras[i].scale, err);
    return rc;
}

/* ---- vocabulary ----------------------------------------------------------------------------- */

static bool may_be_drawn(const struct sheaf_engine *e, size_t id)
{
    return id < tokenizer_info(e->tokens)->n_tokens && !tokenizer_is_unused(e->tokens, (int32_t)id);
}

static sheaf_code list_masked(struct sheaf_engine *e, sheaf_error *err)
{
    size_t n = e->h.n_vocab, cap = 0;
    while (n > 1 && !may_be_drawn(e, n - 1))
        n--;
    e->n_sampled = n;
    for (size_t i = 0; i < n; i++) {
        if (may_be_drawn(e, i))
            continue;
        int32_t *grown = alloc_grow(e->masked, e->n_masked, &cap, sizeof *grown);
        if (!grown)
            return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, e->path, "no memory for the padding tokens");
        e->masked = grown;
        e->masked[e->n_masked++] = (int32_t)i;
    }
    return SHEAF_OK;
}

/* ---- description ---------------------------------------------------------------------------- */

static void copy_text(char *out, size_t cap, text t)
{
    snprintf(out, cap, "%.*s", (int)(t.n < cap ? t.n : cap - 1), t.n ? t.p : "");
}

/* The type that holds most of the parameters. */
static const char *main_type(const gguf *g)
{
    uint64_t elements[QUANT_TYPES] = {0};
    int best = QUANT_F32;
    for (size_t i = 0; i < gguf_n_tensors(g); i++) {
        const gguf_tensor *t = gguf_tensor_at(g, i);
        elements[t->type] += (uint64_t)t->ne[0] * (uint64_t)t->ne[1] * (uint64_t)t->ne[2];
        if (elements[t->type] > elements[best])
            best = (int)t->type;
    }
    return quant_info(best)->name;
}

static sheaf_code describe(struct sheaf_engine *e, sheaf_error *err)
{
    text name = {0}, license = {0};
    const struct tokenizer_info *t = tokenizer_info(e->tokens);
    sheaf_code rc = gguf_get_text(e->file, "general.name", &name, err);
    if (!rc)
        rc = gguf_get_text(e->file, "general.license", &license, err);
    e->hash = gguf_hash(e->file);
    copy_text(e->name, sizeof e->name, name);
    copy_text(e->license, sizeof e->license, license);
    copy_text(e->quantization, sizeof e->quantization, text_of(main_type(e->file)));
    snprintf(e->tokenizer_name, sizeof e->tokenizer_name, "%s%s%s", t->model, t->pre[0] ? "/" : "",
             t->pre);
    for (size_t i = 0; i < gguf_n_tensors(e->file); i++) {
        const gguf_tensor *tensor = gguf_tensor_at(e->file, i);
        e->n_params += (uint64_t)(tensor->ne[0] * tensor->ne[1] * tensor->ne[2] * tensor->ne[3]);
    }
    return rc;
}

/* ---- open and close ------------------------------------------------------------------------- */

static sheaf_code load(struct sheaf_engine *e, const sheaf_engine_options *o, sheaf_error *err)
{
    sheaf_code rc = choose_kernels(e, o, err);
    if (!rc)
        rc = gguf_open(&e->file, e->path, err);
    if (!rc)
        rc = hparams_read(&e->h, e->file, err);
    if (!rc)
        rc = arch_find(&e->arch, e->h.arch, e->path, err);
    if (rc)
        return rc;
    e->h.rope = e->arch->rope;
    if (e->arch->shape)
        rc = e->arch->shape(&e->h, e->file, err);
    if (rc)
        return rc;
    e->weights.exact = o->exact;
    e->weights.mapped = o->no_repack;
    e->logit_factor = 1.0f;
    rc = tokenizer_create(&e->tokens, e->file, err);
    if (!rc)
        rc = prompt_open(e, o->chat_template, err);
    if (!rc)
        rc = bind_all(e, err);
    if (!rc && o->logit_factor != 0.0f)
        e->logit_factor = o->logit_factor;
    if (!rc)
        rc = scale_head(e, err);
    if (!rc)
        rc = list_masked(e, err);
    if (!rc)
        rc = describe(e, err);
    return rc ? rc : pack_all(e, o, err);
}

sheaf_code sheaf_engine_open(sheaf_engine **out, const char *path,
                             const sheaf_engine_options *options, sheaf_error *err)
{
    sheaf_engine_options defaults = sheaf_engine_defaults();
    struct sheaf_engine *e = alloc_zero(1, sizeof *e);
    if (e)
        e->path = alloc_strndup(path, strlen(path));
    sheaf_code rc = e && e->path
                        ? load(e, options ? options : &defaults, err)
                        : SHEAF_FAIL(err, SHEAF_ERR_NOMEM, path, "no memory for the model");
    if (rc)
        sheaf_engine_close(e);
    else
        *out = e;
    return rc;
}

void sheaf_engine_close(sheaf_engine *e)
{
    if (!e)
        return;
    weights_free(&e->weights);
    prompt_close(e);
    tokenizer_free(e->tokens);
    gguf_close(e->file);
    alloc_free(e->layers);
    alloc_free(e->masked);
    alloc_free(e->path);
    alloc_free(e);
}

/* First layer of a kind that has it, else 0. */
static uint32_t first_with(const uint32_t *counts, const struct hparams *h)
{
    for (uint32_t i = 0; i < h->n_layers; i++)
        if (counts[i])
            return i;
    return 0;
}

void sheaf_engine_info(const sheaf_engine *e, sheaf_model_info *out)
{
    const struct hparams *h = &e->h;
    uint32_t attention = first_with(h->n_kv_heads, h), dense = first_with(h->n_ff, h);
    uint32_t experts = first_with(h->moe.n_ff, h);
    *out = (sheaf_model_info){
        .path = e->path,
        .name = e->name,
        .architecture = h->arch,
        .quantization = e->quantization,
        .tokenizer = e->tokenizer_name,
        .chat_template = e->chat_name,
        .cpu = e->cpu,
        .license = e->license[0] ? e->license : NULL,
        .hash = e->hash,
        .file_bytes = gguf_file_bytes(e->file),
        .n_params = e->n_params,
        .weights_bytes = e->weights.panels_bytes,
        .n_experts = (int)h->moe.router.n_experts,
        .n_experts_used = (int)h->moe.router.n_used,
        .state_bytes = e->state_bytes,
        .logit_factor = e->logit_factor,
        .n_layers = (int)h->n_layers,
        .width = (int)h->width,
        .n_heads = (int)h->n_heads[attention],
        .n_kv_heads = (int)h->n_kv_heads[attention],
        .head_width = (int)h->head_k,
        .n_ff = (int)(h->n_ff[dense] ? h->n_ff[dense] : h->moe.n_ff[experts]),
        .n_vocab = (int)h->n_vocab,
        .n_context = (int)h->n_context,
        .threads = e->threads,
    };
    plan_kv_info(e, out);
}

void sheaf_free(void *p)
{
    alloc_free(p);
}
