/* show_gguf.c - see show_gguf.h. Arrays show their first elements: vocabularies have 150,000. */
#include "src/show_gguf.h"

#include <inttypes.h>

#include "base/json.h"
#include "src/table.h"

#define ELEMENTS_SHOWN 8
#define VALUE_COLUMNS 72

static const char *const type_names[GGUF_TYPES] = {
    [GGUF_U8] = "u8",   [GGUF_I8] = "i8",     [GGUF_U16] = "u16",       [GGUF_I16] = "i16",
    [GGUF_U32] = "u32", [GGUF_I32] = "i32",   [GGUF_F32] = "f32",       [GGUF_BOOL] = "bool",
    [GGUF_STRING] = "string", [GGUF_ARRAY] = "array", [GGUF_U64] = "u64", [GGUF_I64] = "i64",
    [GGUF_F64] = "f64"};

static void element(strbuf *b, const gguf_array *a, uint64_t i)
{
    if (a->type == GGUF_STRING)
        jsonw_text(b, gguf_array_text(a, i));
    else if (a->type == GGUF_F32)
        jsonw_f32(b, (float)gguf_array_f64(a, i));
    else if (a->type == GGUF_F64)
        jsonw_f64(b, gguf_array_f64(a, i));
    else if (a->type == GGUF_BOOL)
        jsonw_bool(b, gguf_array_i64(a, i) != 0);
    else
        jsonw_i64(b, gguf_array_i64(a, i));
}

/* The first elements; the number of all is beside it. */
static void array_value(strbuf *b, const gguf *g, const char *key)
{
    gguf_array a = {0};
    if (gguf_get_array(g, key, &a, NULL))
        return;
    jsonw_open(b, '[');
    for (uint64_t i = 0; i < a.n && i < ELEMENTS_SHOWN && a.type != GGUF_ARRAY; i++)
        element(b, &a, i);
    jsonw_close(b, ']');
}

/* A number that the getters refuse (negative, beyond 32 bits, not finite) shows as null. */
static void scalar_value(strbuf *b, const gguf *g, const char *key, enum gguf_type type)
{
    uint32_t u = 0;
    float f = 0;
    bool flag = false;
    if (type == GGUF_BOOL && !gguf_get_bool(g, key, &flag, NULL))
        jsonw_bool(b, flag);
    else if ((type == GGUF_F32 || type == GGUF_F64) && !gguf_get_f32(g, key, &f, NULL))
        jsonw_f32(b, f);
    else if (type != GGUF_BOOL && type != GGUF_F32 && type != GGUF_F64 &&
             !gguf_get_u32(g, key, &u, NULL))
        jsonw_u64(b, u);
    else
        jsonw_null(b);
}

static void value_of(strbuf *b, const gguf *g, const char *key, enum gguf_type type)
{
    text t = {0};
    if (type == GGUF_ARRAY)
        array_value(b, g, key);
    else if (type == GGUF_STRING && !gguf_get_text(g, key, &t, NULL))
        jsonw_text(b, t);
    else
        scalar_value(b, g, key, type);
}

static void type_of(strbuf *b, const gguf *g, const char *key, enum gguf_type type)
{
    gguf_array a = {0};
    if (type == GGUF_ARRAY && !gguf_get_array(g, key, &a, NULL))
        strbuf_printf(b, "%s[%" PRIu64 "]", type_names[a.type], a.n);
    else
        strbuf_str(b, type_names[type]);
}

struct entry {
    strbuf key, type, value;
};

static void read_entry(struct entry *e, const gguf *g, size_t i)
{
    enum gguf_type type;
    strbuf_reset(&e->key);
    strbuf_reset(&e->type);
    strbuf_reset(&e->value);
    strbuf_text(&e->key, gguf_key_at(g, i, &type));
    const char *key = e->key.n ? e->key.p : "";
    type_of(&e->type, g, key, type);
    value_of(&e->value, g, key, type);
}

static void metadata_rows(strbuf *out, struct table *t, const gguf *g, bool json)
{
    struct entry e = {0};
    for (size_t i = 0; i < gguf_n_kv(g); i++) {
        read_entry(&e, g, i);
        if (json) {
            jsonw_open(out, '{');
            jsonw_key(out, "key");
            jsonw_text(out, strbuf_view(&e.key));
            jsonw_key(out, "type");
            jsonw_text(out, strbuf_view(&e.type));
            jsonw_key(out, "value");
            strbuf_text(out, strbuf_view(&e.value));
            jsonw_close(out, '}');
        } else {
            table_cell(t, strbuf_view(&e.key));
            table_cell(t, strbuf_view(&e.type));
            table_cell(t, strbuf_view(&e.value));
        }
    }
    strbuf_free(&e.key);
    strbuf_free(&e.type);
    strbuf_free(&e.value);
}

static void tensor_json(strbuf *out, const gguf_tensor *x)
{
    jsonw_open(out, '{');
    jsonw_key(out, "name");
    jsonw_text(out, x->name);
    jsonw_key(out, "type");
    jsonw_str(out, quant_info((int)x->type)->name);
    jsonw_key(out, "shape");
    jsonw_open(out, '[');
    for (int d = 0; d < x->n_dims; d++)
        jsonw_i64(out, x->ne[d]);
    jsonw_close(out, ']');
    jsonw_key(out, "bytes");
    jsonw_u64(out, x->bytes);
    jsonw_close(out, '}');
}

static void tensor_row(struct table *t, const gguf_tensor *x)
{
    strbuf shape = {0};
    for (int d = 0; d < x->n_dims; d++)
        strbuf_printf(&shape, "%s%" PRId64, d ? " x " : "", x->ne[d]);
    table_cell(t, x->name);
    table_str(t, quant_info((int)x->type)->name);
    table_cell(t, strbuf_view(&shape));
    table_printf(t, "%zu", x->bytes);
    strbuf_free(&shape);
}

static void tensor_rows(strbuf *out, struct table *t, const gguf *g, bool json)
{
    for (size_t i = 0; i < gguf_n_tensors(g); i++) {
        if (json)
            tensor_json(out, gguf_tensor_at(g, i));
        else
            tensor_row(t, gguf_tensor_at(g, i));
    }
}

typedef void rows_fn(strbuf *out, struct table *t, const gguf *g, bool json);

struct part {
    const char *key, *align;
    const char *titles[4];
    rows_fn *rows;
};

static void show_part(strbuf *out, const gguf *g, const struct part *p, bool json)
{
    struct table t;
    table_init(&t, p->align);
    if (json) {
        jsonw_key(out, p->key);
        jsonw_open(out, '[');
        p->rows(out, &t, g, true);
        jsonw_close(out, ']');
    } else {
        for (size_t i = 0; p->align[i]; i++)
            table_str(&t, p->titles[i]);
        p->rows(out, &t, g, false);
        table_print(&t, out, TABLE_PLAIN, 0, VALUE_COLUMNS);
    }
    table_free(&t);
}

void show_gguf(strbuf *out, const gguf *g, bool metadata, bool tensors, bool json)
{
    static const struct part parts[] = {
        {"metadata", "lll", {"key", "type", "value"}, metadata_rows},
        {"tensors", "lllr", {"tensor", "type", "shape", "bytes"}, tensor_rows}};
    if (json)
        jsonw_open(out, '{');
    if (metadata)
        show_part(out, g, &parts[0], json);
    if (metadata && tensors && !json)
        strbuf_char(out, '\n');
    if (tensors)
        show_part(out, g, &parts[1], json);
    if (json) {
        jsonw_close(out, '}');
        strbuf_char(out, '\n');
    }
}
