/* tiny_model.c - see tiny_model.h. */
#include "tests/support/tiny_model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/hash.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/tiny_quant.h"
#include "tests/support/tiny_vocab.h"

#define LOGIT_STD 2.0f
#define NAME_BYTES 64

struct builder {
    struct gguf_writer w;
    struct tiny_model o; /* with the defaults filled in */
    bool qwen2, qwen3;
    sheaf_error *err;
};

/* A tensor's values: mean + std * normal numbers. */
struct spread {
    float mean, std;
};

static sheaf_code add_tensor(struct builder *b, const char *name, int rows, int n,
                             struct spread spread)
{
    enum quant_type type = rows > 0 ? b->o.type : QUANT_F32;
    size_t count = (size_t)n * (size_t)(rows > 0 ? rows : 1);
    strbuf data = {0};
    float *x = alloc_zero(count, sizeof *x);
    if (!x)
        return SHEAF_FAIL(b->err, SHEAF_ERR_NOMEM, name, "no memory for %zu weights", count);
    tiny_normals(x, count, b->o.seed, hash_bytes(name, strlen(name), 0));
    for (size_t i = 0; i < count; i++)
        x[i] = spread.mean + spread.std * x[i];
    sheaf_code rc = SHEAF_OK;
    if (!tiny_quantize(&data, type, x, count))
        rc = SHEAF_FAIL(b->err, SHEAF_ERR_USAGE, name, "type %d cannot be written", (int)type);
    if (!rc)
        gguf_writer_tensor(&b->w, name, type, rows > 0 ? 2 : 1, (int64_t[]){n, rows}, data.p,
                           data.n);
    alloc_free(x);
    strbuf_free(&data);
    return rc;
}

/* A matrix of `rows` rows of n that keeps the size of its input, times `gain`. */
static sheaf_code add_matrix(struct builder *b, int layer, const char *part, int rows, int n,
                             float gain)
{
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "blk.%d.%s.weight", layer, part);
    return add_tensor(b, name, rows, n, (struct spread){0, gain / sqrtf((float)n)});
}

/* A vector of n, "norm" weights around 1 or biases around 0. */
static sheaf_code add_vector(struct builder *b, int layer, const char *part, int n,
                             struct spread spread)
{
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "blk.%d.%s", layer, part);
    return add_tensor(b, name, 0, n, spread);
}

static const struct spread NORM = {1, 0.1f}, BIAS = {0, 0.3f};

static sheaf_code add_attention(struct builder *b, int il)
{
    const struct tiny_model *o = &b->o;
    int q = o->n_head * o->head_dim, kv = o->n_head_kv * o->head_dim;
    sheaf_code rc = add_vector(b, il, "attn_norm.weight", o->n_embd, NORM);
    if (!rc) rc = add_matrix(b, il, "attn_q", q, o->n_embd, 1.5f);
    if (!rc) rc = add_matrix(b, il, "attn_k", kv, o->n_embd, 1.5f);
    if (!rc) rc = add_matrix(b, il, "attn_v", kv, o->n_embd, 1);
    if (!rc) rc = add_matrix(b, il, "attn_output", o->n_embd, q, 1);
    if (!rc && b->qwen2) rc = add_vector(b, il, "attn_q.bias", q, BIAS);
    if (!rc && b->qwen2) rc = add_vector(b, il, "attn_k.bias", kv, BIAS);
    if (!rc && b->qwen2) rc = add_vector(b, il, "attn_v.bias", kv, BIAS);
    if (!rc && b->qwen3) rc = add_vector(b, il, "attn_q_norm.weight", o->head_dim, NORM);
    if (!rc && b->qwen3) rc = add_vector(b, il, "attn_k_norm.weight", o->head_dim, NORM);
    return rc;
}

static sheaf_code add_feed_forward(struct builder *b, int il)
{
    const struct tiny_model *o = &b->o;
    sheaf_code rc = add_vector(b, il, "ffn_norm.weight", o->n_embd, NORM);
    if (!rc) rc = add_matrix(b, il, "ffn_gate", o->n_ff, o->n_embd, 1.5f);
    if (!rc) rc = add_matrix(b, il, "ffn_up", o->n_ff, o->n_embd, 1.5f);
    if (!rc) rc = add_matrix(b, il, "ffn_down", o->n_embd, o->n_ff, 1);
    return rc;
}

static sheaf_code add_weights(struct builder *b)
{
    const struct tiny_model *o = &b->o;
    struct spread head = {0, LOGIT_STD / sqrtf((float)o->n_embd)};
    sheaf_code rc = add_tensor(b, "token_embd.weight", TINY_VOCAB, o->n_embd, head);
    if (!rc) rc = add_tensor(b, "output_norm.weight", 0, o->n_embd, NORM);
    if (!rc && o->untied) rc = add_tensor(b, "output.weight", TINY_VOCAB, o->n_embd, head);
    for (int il = 0; !rc && il < o->n_layers; il++) {
        rc = add_attention(b, il);
        if (!rc) rc = add_feed_forward(b, il);
    }
    return rc;
}

static const char *arch_key(const struct builder *b, char out[NAME_BYTES], const char *key)
{
    snprintf(out, NAME_BYTES, "%s.%s", b->o.arch, key);
    return out;
}

static void add_hparams(struct builder *b)
{
    const struct tiny_model *o = &b->o;
    const struct {
        const char *key;
        int value;
    } counts[] = {
        {"vocab_size", TINY_VOCAB},
        {"context_length", o->n_ctx},
        {"embedding_length", o->n_embd},
        {"block_count", o->n_layers},
        {"feed_forward_length", o->n_ff},
        {"attention.head_count", o->n_head},
        {"attention.head_count_kv", o->n_head_kv},
        {"attention.key_length", o->head_dim},
        {"attention.value_length", o->head_dim},
        {"rope.dimension_count", o->head_dim},
    };
    char key[NAME_BYTES];
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        gguf_writer_int(&b->w, arch_key(b, key, counts[i].key), GGUF_U32, counts[i].value);
    gguf_writer_float(&b->w, arch_key(b, key, "attention.layer_norm_rms_epsilon"), GGUF_F32, 1e-6);
    gguf_writer_float(&b->w, arch_key(b, key, "rope.freq_base"), GGUF_F32, 10000);
}

static void fill(int *field, int value)
{
    if (*field == 0)
        *field = value;
}

static void fill_defaults(struct tiny_model *o)
{
    if (!o->arch)
        o->arch = "llama";
    if (!o->pre)
        o->pre = strcmp(o->arch, "llama") == 0 ? "smollm" : "qwen2";
    fill(&o->n_embd, 64);
    fill(&o->n_layers, 2);
    fill(&o->n_head, 4);
    fill(&o->n_head_kv, 2);
    fill(&o->head_dim, o->n_embd / o->n_head * (strcmp(o->arch, "qwen3") == 0 ? 2 : 1));
    fill(&o->n_ff, 2 * o->n_embd);
    fill(&o->n_ctx, 1024);
}

static sheaf_code check(const struct builder *b)
{
    const struct tiny_model *o = &b->o;
    if (!b->qwen2 && !b->qwen3 && strcmp(o->arch, "llama") != 0)
        return SHEAF_FAIL(b->err, SHEAF_ERR_USAGE, o->arch, "llama, qwen2 or qwen3 wanted");
    const struct quant_info *info = quant_info((int)o->type);
    const int rows[] = {o->n_embd, o->n_ff, o->n_head * o->head_dim};
    for (int i = 0; i < 3; i++)
        if (!info->name || (size_t)rows[i] % info->block)
            return SHEAF_FAIL(b->err, SHEAF_ERR_USAGE, o->arch, "rows of %d do not fit type %d",
                              rows[i], (int)o->type);
    return SHEAF_OK;
}

sheaf_code tiny_model_write(strbuf *out, const struct tiny_model *opt, sheaf_error *err)
{
    struct builder b = {.o = *opt, .err = err};
    fill_defaults(&b.o);
    b.qwen2 = strcmp(b.o.arch, "qwen2") == 0;
    b.qwen3 = strcmp(b.o.arch, "qwen3") == 0;
    sheaf_code rc = check(&b);
    if (rc)
        return rc;
    gguf_writer_init(&b.w);
    gguf_writer_text(&b.w, "general.architecture", text_of(b.o.arch));
    gguf_writer_text(&b.w, "general.type", TEXT("model"));
    gguf_writer_text(&b.w, "general.name", TEXT("tiny"));
    add_hparams(&b);
    tiny_vocab_write(&b.w, b.o.pre);
    rc = add_weights(&b);
    if (!rc && !gguf_writer_finish(&b.w, out))
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, b.o.arch, "no memory for the file");
    gguf_writer_free(&b.w);
    return rc;
}

sheaf_code tiny_model_save(const char *path, const struct tiny_model *opt, sheaf_error *err)
{
    strbuf out = {0};
    sheaf_code rc = tiny_model_write(&out, opt, err);
    if (!rc)
        rc = file_write(path, strbuf_view(&out), err);
    strbuf_free(&out);
    return rc;
}
