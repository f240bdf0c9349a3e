/* tiny_model.c - see tiny_model.h. The head of a file is built in memory; its tensors follow in
 * chunks, to a buffer or to a file. */
#include "tests/support/tiny_model.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/tiny_family.h"
#include "tests/support/tiny_quant.h"
#include "tests/support/tiny_values.h"
#include "tests/support/tiny_vocab.h"

#define CHUNK ((size_t)1 << 16) /* elements made at once; a multiple of every block */

struct builder {
    const struct tiny_family *f;
    struct tiny_model m; /* with the defaults filled in */
    struct gguf_writer w;
    strbuf *memory;      /* one of the two is written to */
    FILE *file;
    float *values;       /* [CHUNK] */
    strbuf packed;       /* a chunk in its type */
    sheaf_error *err;
};

/* ---- metadata ------------------------------------------------------------------------------- */

static sheaf_code add_layer_counts(struct builder *b, const char *key,
                                   int (*count)(const struct tiny_family *,
                                                const struct tiny_model *, int))
{
    int32_t *counts = alloc_zero((size_t)b->m.n_layers, sizeof *counts);
    if (!counts)
        return SHEAF_FAIL(b->err, SHEAF_ERR_NOMEM, key, "no memory for %d layers", b->m.n_layers);
    for (int i = 0; i < b->m.n_layers; i++)
        counts[i] = count(b->f, &b->m, i);
    gguf_writer_array(&b->w, key, GGUF_I32, counts, (size_t)b->m.n_layers);
    alloc_free(counts);
    return SHEAF_OK;
}

static sheaf_code add_key(struct builder *b, const struct tiny_key *k)
{
    char name[64];
    struct gguf_writer *w = &b->w;
    snprintf(name, sizeof name, "%s.%s", b->m.arch, k->key);
    switch (k->kind) {
    case KEY_COUNT:
        gguf_writer_int(w, name, GGUF_U32, tiny_family_size(b->f, &b->m, k->size));
        break;
    case KEY_NUMBER: gguf_writer_int(w, name, GGUF_U32, (int64_t)k->number); break;
    case KEY_FLOAT: gguf_writer_float(w, name, GGUF_F32, k->number); break;
    case KEY_BOOL: gguf_writer_int(w, name, GGUF_BOOL, k->number != 0); break;
    case KEY_TEXT: gguf_writer_text(w, name, text_of(k->text)); break;
    case KEY_KV_HEADS: return add_layer_counts(b, name, tiny_family_kv_heads);
    case KEY_FF_WIDTHS: return add_layer_counts(b, name, tiny_family_ff);
    }
    return SHEAF_OK;
}

static const struct tiny_key COMMON_KEYS[] = {
    {.key = "context_length", .kind = KEY_COUNT, .size = SIZE_CTX},
    {.key = "embedding_length", .kind = KEY_COUNT, .size = SIZE_EMBD},
    {.key = "block_count", .kind = KEY_COUNT, .size = SIZE_LAYERS},
    {.key = "attention.head_count", .kind = KEY_COUNT, .size = SIZE_HEADS},
    {0},
};

static sheaf_code add_keys(struct builder *b, const struct tiny_key *k)
{
    sheaf_code rc = SHEAF_OK;
    for (; k && k->key && !rc; k++)
        rc = add_key(b, k);
    return rc;
}

static sheaf_code add_metadata(struct builder *b)
{
    gguf_writer_text(&b->w, "general.architecture", text_of(b->m.arch));
    gguf_writer_text(&b->w, "general.type", TEXT("model"));
    gguf_writer_text(&b->w, "general.name", text_of(b->m.name));
    sheaf_code rc = add_keys(b, COMMON_KEYS);
    for (int i = 0; i < TINY_KEY_LISTS && !rc; i++)
        rc = add_keys(b, b->f->keys[i]);
    if (!rc && !tiny_vocab_write(&b->w, b->m.pre, (size_t)b->m.n_vocab))
        rc = SHEAF_FAIL(b->err, SHEAF_ERR_NOMEM, b->m.arch, "no memory for the vocabulary");
    return rc;
}

/* ---- tensors -------------------------------------------------------------------------------- */

typedef sheaf_code tensor_fn(struct builder *b, const struct tiny_values *v);

static sheaf_code each_of(struct builder *b, const struct tiny_tensor *t, uint32_t parts, int layer,
                          tensor_fn *fn)
{
    sheaf_code rc = SHEAF_OK;
    for (; t->name && !rc; t++) {
        struct tiny_values v;
        if (!(t->part & parts))
            continue;
        tiny_values_init(&v, b->f, &b->m, t, layer);
        rc = fn(b, &v);
    }
    return rc;
}

/* All tensors of the model in the order of the file. */
static sheaf_code each_tensor(struct builder *b, tensor_fn *fn)
{
    sheaf_code rc = each_of(b, tiny_ends, tiny_family_ends(b->f, &b->m), -1, fn);
    for (int i = 0; i < b->m.n_layers && !rc; i++)
        rc = each_of(b, tiny_tensors, tiny_family_parts(b->f, &b->m, i), i, fn);
    return rc;
}

static sheaf_code declare(struct builder *b, const struct tiny_values *v)
{
    gguf_writer_declare(&b->w, v->name, v->type, v->n_dims, v->ne,
                        quant_row_bytes(v->type, (size_t)v->n));
    return SHEAF_OK;
}

static sheaf_code put(struct builder *b, const void *p, size_t n)
{
    if (b->memory) {
        strbuf_add(b->memory, p, n);
        if (b->memory->failed)
            return SHEAF_FAIL(b->err, SHEAF_ERR_NOMEM, b->m.arch, "no memory for the file");
    } else if (fwrite(p, 1, n, b->file) != n) {
        return SHEAF_FAIL(b->err, SHEAF_ERR_IO, b->m.arch, "%s", strerror(errno));
    }
    return SHEAF_OK;
}

static sheaf_code put_chunk(struct builder *b, const struct tiny_values *v, size_t first, size_t n)
{
    strbuf_reset(&b->packed);
    tiny_values_make(v, b->values, first, n);
    if (!tiny_quantize(&b->packed, v->type, b->values, n))
        return SHEAF_FAIL(b->err, SHEAF_ERR_USAGE, v->name, "type %d cannot be written",
                          (int)v->type);
    if (b->packed.failed)
        return SHEAF_FAIL(b->err, SHEAF_ERR_NOMEM, v->name, "no memory for %zu weights", n);
    return put(b, b->packed.p, b->packed.n);
}

static sheaf_code put_tensor(struct builder *b, const struct tiny_values *v)
{
    static const char zeros[32];
    size_t alignment = b->w.alignment, bytes = quant_row_bytes(v->type, (size_t)v->n);
    sheaf_code rc = SHEAF_OK;
    for (size_t at = 0; at < v->n && !rc; at += CHUNK)
        rc = put_chunk(b, v, at, v->n - at < CHUNK ? (size_t)v->n - at : CHUNK);
    return rc ? rc : put(b, zeros, (alignment - bytes % alignment) % alignment);
}

/* ---- files ---------------------------------------------------------------------------------- */

static sheaf_code check(struct builder *b, const struct tiny_model *opt)
{
    b->f = tiny_family_find(opt);
    if (!b->f)
        return SHEAF_FAIL(b->err, SHEAF_ERR_USAGE, opt->arch, "no family of this name");
    if (!quant_info((int)opt->type)->name || !quant_info((int)opt->expert_type)->name)
        return SHEAF_FAIL(b->err, SHEAF_ERR_USAGE, b->f->defaults.arch, "types %d and %d",
                          (int)opt->type, (int)opt->expert_type);
    b->m = *opt;
    tiny_family_defaults(b->f, &b->m);
    if (b->m.n_vocab < TINY_VOCAB || b->m.n_vocab > TINY_VOCAB_MAX)
        return SHEAF_FAIL(b->err, SHEAF_ERR_USAGE, b->m.arch, "%d tokens; %d to %d are possible",
                          b->m.n_vocab, TINY_VOCAB, TINY_VOCAB_MAX);
    return SHEAF_OK;
}

static sheaf_code write_all(struct builder *b)
{
    strbuf head = {0};
    b->values = alloc_zero(CHUNK, sizeof *b->values);
    if (!b->values)
        return SHEAF_FAIL(b->err, SHEAF_ERR_NOMEM, b->m.arch, "no memory for %zu weights", CHUNK);
    gguf_writer_init(&b->w);
    sheaf_code rc = add_metadata(b);
    if (!rc)
        rc = each_tensor(b, declare);
    if (!rc && !gguf_writer_head(&b->w, &head))
        rc = SHEAF_FAIL(b->err, SHEAF_ERR_NOMEM, b->m.arch, "no memory for the head of the file");
    if (!rc)
        rc = put(b, head.p, head.n);
    if (!rc)
        rc = each_tensor(b, put_tensor);
    strbuf_free(&head);
    strbuf_free(&b->packed);
    gguf_writer_free(&b->w);
    alloc_free(b->values);
    return rc;
}

sheaf_code tiny_model_write(strbuf *out, const struct tiny_model *opt, sheaf_error *err)
{
    struct builder b = {.memory = out, .err = err};
    sheaf_code rc = check(&b, opt);
    return rc ? rc : write_all(&b);
}

sheaf_code tiny_model_save(const char *path, const struct tiny_model *opt, sheaf_error *err)
{
    struct builder b = {.err = err};
    sheaf_code rc = check(&b, opt);
    if (rc)
        return rc;
    b.file = fopen(path, "wb");
    if (!b.file)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, path, "%s", strerror(errno));
    rc = write_all(&b);
    if (fclose(b.file) && !rc)
        rc = SHEAF_FAIL(err, SHEAF_ERR_IO, path, "%s", strerror(errno));
    if (rc)
        remove(path);
    return rc;
}
