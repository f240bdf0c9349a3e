/* gguf_value.c - metadata values by key, with the conversions that files in the wild need: any
 * integer type where an integer is wanted, either float type where a float is. */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "engine/gguf_parts.h"

const struct gguf_type_info gguf_type_table[GGUF_TYPES] = {
    [GGUF_U8] = {"u8", 1, GGUF_KIND_UINT},      [GGUF_I8] = {"i8", 1, GGUF_KIND_INT},
    [GGUF_U16] = {"u16", 2, GGUF_KIND_UINT},    [GGUF_I16] = {"i16", 2, GGUF_KIND_INT},
    [GGUF_U32] = {"u32", 4, GGUF_KIND_UINT},    [GGUF_I32] = {"i32", 4, GGUF_KIND_INT},
    [GGUF_F32] = {"f32", 4, GGUF_KIND_FLOAT},   [GGUF_BOOL] = {"bool", 1, GGUF_KIND_OTHER},
    [GGUF_STRING] = {"string", 8, GGUF_KIND_OTHER}, [GGUF_ARRAY] = {"array", 12, GGUF_KIND_OTHER},
    [GGUF_U64] = {"u64", 8, GGUF_KIND_UINT},    [GGUF_I64] = {"i64", 8, GGUF_KIND_INT},
    [GGUF_F64] = {"f64", 8, GGUF_KIND_FLOAT},
};

static const struct gguf_kv *find(const gguf *g, const char *key)
{
    size_t id = gguf_index_find(&g->kv_index, text_of(key));
    return id == GGUF_ABSENT ? NULL : &g->kv[id];
}

static bool is_integer(enum gguf_type type)
{
    enum gguf_kind kind = gguf_type_table[type].kind;
    return kind == GGUF_KIND_UINT || kind == GGUF_KIND_INT;
}

/* An integer or bool; clamped to INT64_MAX. */
static int64_t load_int(enum gguf_type type, const uint8_t *p)
{
    size_t bytes = gguf_type_table[type].bytes;
    uint64_t v = gguf_uint(p, bytes);
    if (type == GGUF_BOOL)
        return v != 0;
    if (gguf_type_table[type].kind == GGUF_KIND_INT) {
        uint64_t sign = (uint64_t)1 << (8 * bytes - 1);
        return (int64_t)((v ^ sign) - sign);
    }
    return v > INT64_MAX ? INT64_MAX : (int64_t)v;
}

static double load_float(enum gguf_type type, const uint8_t *p)
{
    float f;
    double d;
    if (type == GGUF_F32) {
        memcpy(&f, p, sizeof f);
        return (double)f;
    }
    memcpy(&d, p, sizeof d);
    return d;
}

static sheaf_code wrong_type(const gguf *g, const struct gguf_kv *kv, const char *wanted,
                             sheaf_error *err)
{
    char source[GGUF_SOURCE_BYTES];
    gguf_source(source, g, "key ", kv->key);
    return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "has type %s; %s wanted",
                      gguf_type_table[kv->type].name, wanted);
}

static sheaf_code load_u32(const gguf *g, const struct gguf_kv *kv, uint32_t *out,
                           enum gguf_type type, const uint8_t *p, sheaf_error *err)
{
    char source[GGUF_SOURCE_BYTES];
    int64_t v = load_int(type, p);
    if (v >= 0 && v <= UINT32_MAX) {
        *out = (uint32_t)v;
        return SHEAF_OK;
    }
    gguf_source(source, g, "key ", kv->key);
    return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "is %" PRId64 "; 0 to %u wanted", v,
                      UINT32_MAX);
}

bool gguf_has(const gguf *g, const char *key)
{
    return find(g, key) != NULL;
}

size_t gguf_n_kv(const gguf *g)
{
    return g->n_kv;
}

text gguf_key_at(const gguf *g, size_t i, enum gguf_type *type)
{
    *type = g->kv[i].type;
    return g->kv[i].key;
}

sheaf_code gguf_get_u32(const gguf *g, const char *key, uint32_t *out, sheaf_error *err)
{
    const struct gguf_kv *kv = find(g, key);
    if (!kv)
        return SHEAF_OK;
    if (!is_integer(kv->type))
        return wrong_type(g, kv, "an integer", err);
    return load_u32(g, kv, out, kv->type, kv->value, err);
}

sheaf_code gguf_get_f32(const gguf *g, const char *key, float *out, sheaf_error *err)
{
    char source[GGUF_SOURCE_BYTES];
    const struct gguf_kv *kv = find(g, key);
    if (!kv)
        return SHEAF_OK;
    if (gguf_type_table[kv->type].kind != GGUF_KIND_FLOAT)
        return wrong_type(g, kv, "a float", err);
    double v = load_float(kv->type, kv->value);
    if (!isfinite((float)v)) {
        gguf_source(source, g, "key ", kv->key);
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "is %g; a finite f32 wanted", v);
    }
    *out = (float)v;
    return SHEAF_OK;
}

sheaf_code gguf_get_bool(const gguf *g, const char *key, bool *out, sheaf_error *err)
{
    const struct gguf_kv *kv = find(g, key);
    if (!kv)
        return SHEAF_OK;
    if (kv->type != GGUF_BOOL)
        return wrong_type(g, kv, "bool", err);
    *out = kv->value[0] != 0;
    return SHEAF_OK;
}

sheaf_code gguf_get_text(const gguf *g, const char *key, text *out, sheaf_error *err)
{
    const struct gguf_kv *kv = find(g, key);
    if (!kv)
        return SHEAF_OK;
    if (kv->type != GGUF_STRING)
        return wrong_type(g, kv, "a string", err);
    *out = gguf_stored_text(kv->value);
    return SHEAF_OK;
}

sheaf_code gguf_get_array(const gguf *g, const char *key, gguf_array *out, sheaf_error *err)
{
    const struct gguf_kv *kv = find(g, key);
    if (kv && kv->type != GGUF_ARRAY)
        return wrong_type(g, kv, "an array", err);
    *out = kv ? kv->array : (gguf_array){0};
    return SHEAF_OK;
}

/* The array form of gguf_get_u32s. */
static sheaf_code load_u32s(const gguf *g, const struct gguf_kv *kv, uint32_t *out, size_t n,
                            sheaf_error *err)
{
    char source[GGUF_SOURCE_BYTES];
    const gguf_array *a = &kv->array;
    gguf_source(source, g, "key ", kv->key);
    if (!is_integer(a->type))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "holds %s; integers wanted",
                          gguf_type_table[a->type].name);
    if (a->n != n)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "has %" PRIu64 " elements; %zu wanted",
                          a->n, n);
    sheaf_code rc = SHEAF_OK;
    size_t bytes = gguf_type_table[a->type].bytes;
    for (size_t i = 0; !rc && i < n; i++)
        rc = load_u32(g, kv, &out[i], a->type, a->data + i * bytes, err);
    return rc;
}

sheaf_code gguf_get_u32s(const gguf *g, const char *key, uint32_t *out, size_t n, sheaf_error *err)
{
    const struct gguf_kv *kv = find(g, key);
    uint32_t v = 0;
    if (!kv || n == 0)
        return SHEAF_OK;
    if (kv->type == GGUF_ARRAY)
        return load_u32s(g, kv, out, n, err);
    sheaf_code rc = gguf_get_u32(g, key, &v, err);
    for (size_t i = 0; !rc && i < n; i++)
        out[i] = v;
    return rc;
}

text gguf_array_text(const gguf_array *a, uint64_t i)
{
    assert(i < a->n);
    return a->type == GGUF_STRING ? gguf_stored_text(a->data + a->offsets[i]) : (text){NULL, 0};
}

int64_t gguf_array_i64(const gguf_array *a, uint64_t i)
{
    assert(i < a->n);
    if (!is_integer(a->type) && a->type != GGUF_BOOL)
        return 0;
    return load_int(a->type, a->data + i * gguf_type_table[a->type].bytes);
}

double gguf_array_f64(const gguf_array *a, uint64_t i)
{
    assert(i < a->n);
    if (gguf_type_table[a->type].kind == GGUF_KIND_FLOAT)
        return load_float(a->type, a->data + i * gguf_type_table[a->type].bytes);
    return (double)gguf_array_i64(a, i);
}
