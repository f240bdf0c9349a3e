/* gguf_writer.c - see gguf_writer.h. */
#include "tests/support/gguf_writer.h"

#include <string.h>

/* Bytes of a scalar, by type. */
static const size_t SCALAR_BYTES[GGUF_TYPES] = {
    [GGUF_U8] = 1,  [GGUF_I8] = 1,  [GGUF_U16] = 2,  [GGUF_I16] = 2, [GGUF_U32] = 4, [GGUF_I32] = 4,
    [GGUF_F32] = 4, [GGUF_BOOL] = 1, [GGUF_U64] = 8, [GGUF_I64] = 8, [GGUF_F64] = 8,
};

static void add_uint(strbuf *b, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        strbuf_char(b, (char)(v >> 8 * i & 255));
}

static void add_text(strbuf *b, text t)
{
    add_uint(b, t.n, 8);
    strbuf_text(b, t);
}

static void add_padding(strbuf *b, size_t alignment)
{
    while (b->n % alignment)
        strbuf_char(b, 0);
}

static void begin_kv(struct gguf_writer *w, const char *key, enum gguf_type type)
{
    add_text(&w->kv, text_of(key));
    add_uint(&w->kv, type, 4);
    w->n_kv++;
}

void gguf_writer_init(struct gguf_writer *w)
{
    *w = (struct gguf_writer){.version = 3, .alignment = 32};
}

void gguf_writer_free(struct gguf_writer *w)
{
    strbuf_free(&w->kv);
    strbuf_free(&w->table);
    strbuf_free(&w->data);
}

void gguf_writer_align(struct gguf_writer *w, uint32_t alignment)
{
    w->alignment = alignment;
    gguf_writer_int(w, "general.alignment", GGUF_U32, alignment);
}

void gguf_writer_int(struct gguf_writer *w, const char *key, enum gguf_type type, int64_t v)
{
    begin_kv(w, key, type);
    add_uint(&w->kv, (uint64_t)v, SCALAR_BYTES[type]);
}

void gguf_writer_float(struct gguf_writer *w, const char *key, enum gguf_type type, double v)
{
    float f = (float)v;
    begin_kv(w, key, type);
    if (type == GGUF_F32)
        strbuf_add(&w->kv, &f, sizeof f);
    else
        strbuf_add(&w->kv, &v, sizeof v);
}

void gguf_writer_text(struct gguf_writer *w, const char *key, text v)
{
    begin_kv(w, key, GGUF_STRING);
    add_text(&w->kv, v);
}

void gguf_writer_array(struct gguf_writer *w, const char *key, enum gguf_type type,
                       const void *data, size_t n)
{
    begin_kv(w, key, GGUF_ARRAY);
    add_uint(&w->kv, type, 4);
    add_uint(&w->kv, n, 8);
    strbuf_add(&w->kv, data, n * SCALAR_BYTES[type]);
}

void gguf_writer_texts(struct gguf_writer *w, const char *key, const text *v, size_t n)
{
    begin_kv(w, key, GGUF_ARRAY);
    add_uint(&w->kv, GGUF_STRING, 4);
    add_uint(&w->kv, n, 8);
    for (size_t i = 0; i < n; i++)
        add_text(&w->kv, v[i]);
}

void gguf_writer_declare(struct gguf_writer *w, const char *name, enum quant_type type, int n_dims,
                         const int64_t *ne, uint64_t bytes)
{
    uint64_t alignment = w->alignment;
    w->data_bytes = (w->data_bytes + alignment - 1) / alignment * alignment;
    add_text(&w->table, text_of(name));
    add_uint(&w->table, (uint64_t)n_dims, 4);
    for (int i = 0; i < n_dims; i++)
        add_uint(&w->table, (uint64_t)ne[i], 8);
    add_uint(&w->table, type, 4);
    add_uint(&w->table, w->data_bytes, 8);
    w->data_bytes += bytes;
    w->n_tensors++;
}

void gguf_writer_tensor(struct gguf_writer *w, const char *name, enum quant_type type, int n_dims,
                        const int64_t *ne, const void *data, size_t bytes)
{
    add_padding(&w->data, w->alignment);
    gguf_writer_declare(w, name, type, n_dims, ne, bytes);
    if (data)
        strbuf_add(&w->data, data, bytes);
    for (size_t i = 0; !data && i < bytes; i++)
        strbuf_char(&w->data, 0);
}

bool gguf_writer_head(const struct gguf_writer *w, strbuf *out)
{
    strbuf_str(out, "GGUF");
    add_uint(out, w->version, 4);
    add_uint(out, w->n_tensors, 8);
    add_uint(out, w->n_kv, 8);
    strbuf_text(out, strbuf_view(&w->kv));
    strbuf_text(out, strbuf_view(&w->table));
    add_padding(out, w->alignment);
    return !w->kv.failed && !w->table.failed && !out->failed;
}

bool gguf_writer_finish(const struct gguf_writer *w, strbuf *out)
{
    bool head = gguf_writer_head(w, out);
    strbuf_text(out, strbuf_view(&w->data));
    return head && !w->data.failed && !out->failed;
}
