/* gguf.h - directory of a GGUF file (or all shards of a split one) over mapped bytes.
 *
 * Everything is checked before it is used: counts against the bytes that are left, sizes with
 * overflow tests, offsets against the file. After gguf_open every tensor view lies in its map. */
#ifndef ENGINE_GGUF_H
#define ENGINE_GGUF_H

#include <sheaf/error.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "engine/quant.h"

enum gguf_type {
    GGUF_U8, GGUF_I8, GGUF_U16, GGUF_I16, GGUF_U32, GGUF_I32, GGUF_F32, GGUF_BOOL,
    GGUF_STRING, GGUF_ARRAY, GGUF_U64, GGUF_I64, GGUF_F64, GGUF_TYPES
};

/* An array value: elements packed and unaligned; read them with the gguf_array_* calls. */
typedef struct gguf_array {
    enum gguf_type type;
    uint64_t n;
    const uint8_t *data;      /* first element */
    const uint64_t *offsets;  /* strings only: [n] offset of each length field from `data` */
} gguf_array;

typedef struct gguf_tensor {
    text name;
    enum quant_type type;
    int n_dims;
    int64_t ne[4];       /* ne[0] fastest; missing dimensions are 1 */
    const uint8_t *data; /* in the map, unaligned */
    size_t bytes;
} gguf_tensor;

typedef struct gguf gguf;

/* Opens a file; a name ending in -00001-of-0000N.gguf opens all shards. Errors: IO, NOMEM, and
 * FORMAT / UNSUPPORTED with what was seen and what was wanted. */
sheaf_code gguf_open(gguf **out, const char *path, sheaf_error *err);

/* The same over bytes in memory (tests, fuzzing); `data` must outlive the result. No shards. */
sheaf_code gguf_open_memory(gguf **out, const uint8_t *data, size_t size, const char *name,
                            sheaf_error *err);
void gguf_close(gguf *g);

const char *gguf_name(const gguf *g);   /* path as opened, for messages */
size_t gguf_file_bytes(const gguf *g);  /* all shards */
uint64_t gguf_hash(const gguf *g);      /* XXH3 of every header (metadata and tensor table) and of
                                           sampled pages of the data: names a model in records */

size_t gguf_n_tensors(const gguf *g);
const gguf_tensor *gguf_tensor_at(const gguf *g, size_t i);
const gguf_tensor *gguf_find_tensor(const gguf *g, const char *name); /* NULL: absent */

bool gguf_has(const gguf *g, const char *key);
size_t gguf_n_kv(const gguf *g);
text gguf_key_at(const gguf *g, size_t i, enum gguf_type *type);

/* Scalars. An absent key leaves *out as it was (the default) and returns SHEAF_OK; a value of
 * another kind or out of range is FORMAT. Any integer type is taken where an integer is wanted,
 * never a float for an integer; f32 and f64 for floats, finite only. */
sheaf_code gguf_get_u32(const gguf *g, const char *key, uint32_t *out, sheaf_error *err);
sheaf_code gguf_get_f32(const gguf *g, const char *key, float *out, sheaf_error *err);
sheaf_code gguf_get_bool(const gguf *g, const char *key, bool *out, sheaf_error *err);
sheaf_code gguf_get_text(const gguf *g, const char *key, text *out, sheaf_error *err);
/* An array, whatever its element type; absent: out->n = 0, out->data NULL. */
sheaf_code gguf_get_array(const gguf *g, const char *key, gguf_array *out, sheaf_error *err);
/* Scalar or array of unsigned integers into out[n]: a scalar is repeated, an array must have n. */
sheaf_code gguf_get_u32s(const gguf *g, const char *key, uint32_t *out, size_t n, sheaf_error *err);

/* Element i < n. Elements of another type than asked for give an empty text or 0: check a->type. */
text gguf_array_text(const gguf_array *a, uint64_t i);   /* GGUF_STRING */
int64_t gguf_array_i64(const gguf_array *a, uint64_t i); /* integers and bool; u64 above 2^63 - 1
                                                            becomes INT64_MAX */
double gguf_array_f64(const gguf_array *a, uint64_t i);  /* floats and integers */

#endif
