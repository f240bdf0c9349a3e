/* gguf_read.c - preamble, metadata and tensor table of one file, checked while read.
 *
 *     "GGUF" version:u32 n_tensors:i64 n_kv:i64
 *     n_kv      x (key:string type:u32 value)
 *     n_tensors x (name:string n_dims:u32 ne:i64[n_dims] type:u32 offset:u64)
 *     padding to the alignment, then the data section; offsets count from there
 *
 * A string is length:u64 and its bytes. Every length is compared with the bytes that are left
 * before it is used, and counts with the least bytes that so many entries take before memory is
 * asked for. */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/gguf_parts.h"

#define MIN_KV_BYTES (8 + 4 + 1)
#define MIN_TENSOR_BYTES (8 + 4 + 8 + 4 + 8)
#define MAX_STRING_BYTES ((uint64_t)1 << 30)
#define MAX_KEY_BYTES 65535
#define MAX_NAME_BYTES 63
#define MAX_ARRAY ((uint64_t)1 << 30)
#define MAX_ALIGNMENT (1u << 20)
#define DEFAULT_ALIGNMENT 32

struct reader {
    gguf *g;
    size_t pos;
    size_t alignment;
    sheaf_error *err;
    char source[GGUF_SOURCE_BYTES]; /* what is being read */
};

#define BAD(r, ...) SHEAF_FAIL((r)->err, SHEAF_ERR_FORMAT, (r)->source, __VA_ARGS__)
#define CANNOT(r, ...) SHEAF_FAIL((r)->err, SHEAF_ERR_UNSUPPORTED, (r)->source, __VA_ARGS__)

static size_t left(const struct reader *r)
{
    return r->g->size - r->pos;
}

static void name_source(struct reader *r, const char *kind, text name)
{
    gguf_source(r->source, r->g, kind, name);
}

static sheaf_code take(struct reader *r, const uint8_t **out, uint64_t n, const char *what)
{
    if (n > left(r))
        return BAD(r, "%s takes %" PRIu64 " bytes at offset %zu; the file has %zu left", what, n,
                   r->pos, left(r));
    *out = r->g->data + r->pos;
    r->pos += (size_t)n;
    return SHEAF_OK;
}

/* An unsigned field of 4 or 8 bytes. */
static sheaf_code take_uint(struct reader *r, uint64_t *out, size_t bytes, const char *what)
{
    const uint8_t *p = NULL;
    sheaf_code rc = take(r, &p, bytes, what);
    if (!rc)
        *out = gguf_uint(p, bytes);
    return rc;
}

static sheaf_code take_string(struct reader *r, text *out, uint64_t max, const char *what)
{
    uint64_t n = 0;
    const uint8_t *p = NULL;
    sheaf_code rc = take_uint(r, &n, 8, what);
    if (rc)
        return rc;
    if (n > max)
        return BAD(r, "%s of %" PRIu64 " bytes; at most %" PRIu64 " wanted", what, n, max);
    rc = take(r, &p, n, what);
    if (!rc)
        *out = (text){(const char *)p, (size_t)n};
    return rc;
}

/* A key or a tensor name: not empty, without NUL. */
static sheaf_code take_name(struct reader *r, text *out, uint64_t max, const char *what)
{
    sheaf_code rc = take_string(r, out, max, what);
    if (rc)
        return rc;
    if (out->n == 0)
        return BAD(r, "%s of 0 bytes; 1 to %" PRIu64 " wanted", what, max);
    if (memchr(out->p, 0, out->n))
        return BAD(r, "%s holds a NUL byte; text wanted", what);
    return SHEAF_OK;
}

/* A count of entries that take at least `entry_bytes` each. */
static sheaf_code take_count(struct reader *r, size_t *out, uint64_t max, size_t entry_bytes,
                             const char *what)
{
    uint64_t n = 0;
    sheaf_code rc = take_uint(r, &n, 8, what);
    if (rc)
        return rc;
    if (n > max)
        return BAD(r, "%s is %" PRId64 "; 0 to %" PRIu64 " wanted", what, (int64_t)n, max);
    if (n > left(r) / entry_bytes)
        return BAD(r, "%s is %" PRIu64 "; the %zu bytes left hold at most %zu", what, n, left(r),
                   left(r) / entry_bytes);
    *out = (size_t)n;
    return SHEAF_OK;
}

static sheaf_code read_preamble(struct reader *r)
{
    const uint8_t *p = NULL;
    sheaf_code rc = take(r, &p, 4, "the magic number");
    if (rc)
        return rc;
    if (memcmp(p, "GGUF", 4) != 0)
        return BAD(r, "starts with bytes %02x %02x %02x %02x; 47 47 55 46 (GGUF) wanted", p[0],
                   p[1], p[2], p[3]);
    uint64_t version = 0;
    if ((rc = take_uint(r, &version, 4, "the version")))
        return rc;
    if (version != 0 && (version & 0xffff) == 0)
        return CANNOT(r, "version %#" PRIx64 " of a big-endian file; little-endian wanted",
                      version);
    if (version != 2 && version != 3)
        return CANNOT(r, "version %" PRIu64 "; 2 or 3 wanted", version);
    rc = take_count(r, &r->g->n_tensors, GGUF_MAX_TENSORS, MIN_TENSOR_BYTES, "tensor count");
    if (!rc)
        rc = take_count(r, &r->g->n_kv, GGUF_MAX_KV, MIN_KV_BYTES, "metadata count");
    return rc;
}

/* Notes where each of the a->n strings starts. The table takes no more bytes than the file has left
 * for the strings. */
static sheaf_code read_strings(struct reader *r, gguf_array *a)
{
    size_t first = r->pos;
    uint64_t *offsets = alloc_zero((size_t)a->n, sizeof *offsets);
    if (!offsets)
        return SHEAF_FAIL(r->err, SHEAF_ERR_NOMEM, r->source, "no memory for %" PRIu64 " strings",
                          a->n);
    a->offsets = offsets;
    for (uint64_t i = 0; i < a->n; i++) {
        text t;
        offsets[i] = r->pos - first;
        sheaf_code rc = take_string(r, &t, MAX_STRING_BYTES, "an array's string");
        if (rc)
            return rc;
    }
    return SHEAF_OK;
}

static sheaf_code take_type(struct reader *r, enum gguf_type *out, const char *what)
{
    uint64_t type = 0;
    sheaf_code rc = take_uint(r, &type, 4, what);
    if (rc)
        return rc;
    if (type >= GGUF_TYPES)
        return BAD(r, "%s is %" PRIu64 "; 0 to %d wanted", what, type, GGUF_TYPES - 1);
    *out = (enum gguf_type)type;
    return SHEAF_OK;
}

static sheaf_code read_array(struct reader *r, gguf_array *a)
{
    size_t n = 0;
    const uint8_t *p = NULL;
    sheaf_code rc = take_type(r, &a->type, "element type");
    if (rc)
        return rc;
    if (a->type == GGUF_ARRAY)
        return CANNOT(r, "element type 9, an array of arrays; a scalar or string type wanted");
    size_t bytes = gguf_type_table[a->type].bytes;
    if ((rc = take_count(r, &n, MAX_ARRAY, bytes, "array length")))
        return rc;
    a->n = n;
    a->data = r->g->data + r->pos;
    if (a->type == GGUF_STRING)
        return read_strings(r, a);
    return take(r, &p, (uint64_t)n * bytes, "array"); /* n <= left / bytes: no overflow */
}

static sheaf_code read_kv(struct reader *r, struct gguf_kv *kv)
{
    name_source(r, "", TEXT("metadata"));
    sheaf_code rc = take_name(r, &kv->key, MAX_KEY_BYTES, "key");
    if (rc)
        return rc;
    name_source(r, "key ", kv->key);
    if ((rc = take_type(r, &kv->type, "value type")))
        return rc;
    kv->value = r->g->data + r->pos;
    if (kv->type == GGUF_ARRAY)
        return read_array(r, &kv->array);
    text string;
    if (kv->type == GGUF_STRING)
        return take_string(r, &string, MAX_STRING_BYTES, "string");
    return take(r, &kv->value, gguf_type_table[kv->type].bytes, "value");
}

static sheaf_code read_metadata(struct reader *r)
{
    gguf *g = r->g;
    size_t n = g->n_kv;
    g->n_kv = 0; /* counts what is initialised, for gguf_close */
    g->kv = alloc_zero(n, sizeof *g->kv);
    if (!g->kv || !gguf_index_init(&g->kv_index, g->kv, sizeof *g->kv, n))
        return SHEAF_FAIL(r->err, SHEAF_ERR_NOMEM, r->source, "no memory for %zu keys", n);
    while (g->n_kv < n) {
        sheaf_code rc = read_kv(r, &g->kv[g->n_kv++]);
        if (rc)
            return rc;
        if (!gguf_index_add(&g->kv_index, g->n_kv - 1))
            return BAD(r, "occurs twice; one entry for each key wanted");
    }
    return SHEAF_OK;
}

static sheaf_code read_alignment(struct reader *r)
{
    text key = TEXT("general.alignment");
    size_t id = gguf_index_find(&r->g->kv_index, key);
    r->alignment = DEFAULT_ALIGNMENT;
    if (id == GGUF_ABSENT)
        return SHEAF_OK;
    const struct gguf_kv *kv = &r->g->kv[id];
    name_source(r, "key ", key);
    if (kv->type != GGUF_U32)
        return BAD(r, "has type %s; u32 wanted", gguf_type_table[kv->type].name);
    uint64_t v = gguf_uint(kv->value, 4);
    if (v == 0 || (v & (v - 1)) != 0 || v > MAX_ALIGNMENT)
        return BAD(r, "is %" PRIu64 "; a power of two from 1 to %u wanted", v, MAX_ALIGNMENT);
    r->alignment = (size_t)v;
    return SHEAF_OK;
}

/* Reads n_dims and the lengths; *n is their product. */
static sheaf_code read_shape(struct reader *r, gguf_tensor *t, int64_t *n)
{
    uint64_t n_dims = 0, ne = 0;
    sheaf_code rc = take_uint(r, &n_dims, 4, "dimension count");
    if (rc)
        return rc;
    if (n_dims < 1 || n_dims > 4)
        return BAD(r, "has %" PRIu64 " dimensions; 1 to 4 wanted", n_dims);
    t->n_dims = (int)n_dims;
    *n = 1;
    for (int i = 0; i < 4; i++) {
        t->ne[i] = 1;
        if (i >= t->n_dims)
            continue;
        if ((rc = take_uint(r, &ne, 8, "dimension")))
            return rc;
        t->ne[i] = (int64_t)ne;
        if (t->ne[i] < 1)
            return BAD(r, "dimension %d is %" PRId64 "; at least 1 wanted", i, t->ne[i]);
        if (__builtin_mul_overflow(*n, t->ne[i], n))
            return BAD(r, "dimension %d is %" PRId64 "; fewer than 2^63 elements in all wanted", i,
                       t->ne[i]);
    }
    return SHEAF_OK;
}

/* Reads the type and derives the bytes of n elements. */
static sheaf_code read_storage(struct reader *r, gguf_tensor *t, int64_t n)
{
    uint64_t type = 0;
    sheaf_code rc = take_uint(r, &type, 4, "tensor type");
    if (rc)
        return rc;
    const struct quant_info *info = quant_info(type < QUANT_TYPES ? (int)type : -1);
    if (!info->name)
        return CANNOT(r, "tensor type %" PRIu64 "; a known one from 0 to %d wanted", type,
                      QUANT_TYPES - 1);
    t->type = (enum quant_type)type;
    if ((uint64_t)t->ne[0] % info->block != 0)
        return BAD(r, "rows of %" PRId64 " elements; a multiple of %zu wanted for %s", t->ne[0],
                   info->block, info->name);
    if (__builtin_mul_overflow((size_t)n / info->block, info->bytes, &t->bytes))
        return BAD(r, "%" PRId64 " elements of %s; fewer than 2^64 bytes wanted", n, info->name);
    return SHEAF_OK;
}

/* One entry of the table; leaves the offset in *offset, as the data section is not known yet. */
static sheaf_code read_tensor(struct reader *r, gguf_tensor *t, uint64_t *offset)
{
    int64_t n = 0;
    name_source(r, "", TEXT("tensor table"));
    sheaf_code rc = take_name(r, &t->name, MAX_NAME_BYTES, "tensor name");
    if (rc)
        return rc;
    name_source(r, "", t->name);
    if ((rc = read_shape(r, t, &n)) || (rc = read_storage(r, t, n)))
        return rc;
    return take_uint(r, offset, 8, "tensor offset");
}

/* Skips the padding before the data section. Vocabulary files without tensors often lack it. */
static sheaf_code find_data(struct reader *r)
{
    size_t padding = (r->alignment - r->pos % r->alignment) % r->alignment;
    name_source(r, "", TEXT("data section"));
    if (padding > left(r) && r->g->n_tensors > 0)
        return BAD(r, "starts %zu bytes after offset %zu; the file has %zu left", padding, r->pos,
                   left(r));
    r->g->header_bytes = r->pos + (padding < left(r) ? padding : left(r));
    return SHEAF_OK;
}

/* Turns an offset into a view. `*end` is where the tensor before ends: tensors follow each other in
 * the order of the table (every writer does so), which shows without sorting that none overlap. */
static sheaf_code place_tensor(struct reader *r, gguf_tensor *t, uint64_t offset, uint64_t *end)
{
    size_t data_bytes = r->g->size - r->g->header_bytes;
    name_source(r, "", t->name);
    if (offset % r->alignment != 0)
        return BAD(r, "offset %" PRIu64 "; a multiple of %zu wanted", offset, r->alignment);
    if (offset < *end)
        return BAD(r, "offset %" PRIu64 " overlaps the tensor before; at least %" PRIu64 " wanted",
                   offset, *end);
    if (offset > data_bytes || t->bytes > data_bytes - offset)
        return BAD(r, "%zu bytes at offset %" PRIu64 "; the data section has %zu bytes", t->bytes,
                   offset, data_bytes);
    t->data = r->g->data + r->g->header_bytes + offset;
    *end = offset + t->bytes;
    return SHEAF_OK;
}

static sheaf_code read_table(struct reader *r, uint64_t *offsets)
{
    gguf *g = r->g;
    for (size_t i = 0; i < g->n_tensors; i++) {
        sheaf_code rc = read_tensor(r, &g->tensors[i], &offsets[i]);
        if (rc)
            return rc;
        if (!gguf_index_add(&g->tensor_index, i))
            return BAD(r, "occurs twice; one tensor for each name wanted");
    }
    return find_data(r);
}

static sheaf_code read_tensors(struct reader *r)
{
    gguf *g = r->g;
    g->tensors = alloc_zero(g->n_tensors, sizeof *g->tensors);
    uint64_t *offsets = alloc_zero(g->n_tensors, sizeof *offsets), end = 0;
    sheaf_code rc = SHEAF_OK;
    if (!g->tensors || !offsets ||
        !gguf_index_init(&g->tensor_index, g->tensors, sizeof *g->tensors, g->n_tensors))
        rc = SHEAF_FAIL(r->err, SHEAF_ERR_NOMEM, r->source, "no memory for %zu tensors",
                        g->n_tensors);
    if (!rc)
        rc = read_table(r, offsets);
    for (size_t i = 0; !rc && i < g->n_tensors; i++)
        rc = place_tensor(r, &g->tensors[i], offsets[i], &end);
    alloc_free(offsets);
    return rc;
}

sheaf_code gguf_read(gguf *g, sheaf_error *err)
{
    struct reader r = {.g = g, .err = err};
    name_source(&r, "", (text){NULL, 0});
    sheaf_code rc = read_preamble(&r);
    if (!rc)
        rc = read_metadata(&r);
    if (!rc)
        rc = read_alignment(&r);
    if (!rc)
        rc = read_tensors(&r);
    return rc;
}
