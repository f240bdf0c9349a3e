/* gguf_parts.h - what the gguf_*.c files share; nobody else includes it. */
#ifndef ENGINE_GGUF_PARTS_H
#define ENGINE_GGUF_PARTS_H

#include "base/fail.h"
#include "base/file.h"
#include "engine/gguf.h"
#include "engine/gguf_index.h"

/* Policy: no real file comes near these. */
#define GGUF_MAX_KV 65536
#define GGUF_MAX_TENSORS 262144

struct gguf_kv {
    text key; /* first: gguf_index reads it */
    enum gguf_type type;
    const uint8_t *value; /* scalars: the bytes; strings: the length field */
    gguf_array array;     /* type GGUF_ARRAY only; owns array.offsets */
};

struct gguf {
    char *name;
    file_view map; /* empty when opened from memory */
    const uint8_t *data;
    size_t size;
    size_t header_bytes; /* up to the data section */
    struct gguf_kv *kv;
    size_t n_kv;
    struct gguf_index kv_index;
    gguf_tensor *tensors; /* of all shards */
    size_t n_tensors;
    struct gguf_index tensor_index;
    gguf **shards; /* [n_shards] the files after the first of a split model */
    size_t n_shards;
};

/* How a scalar is stored. */
enum gguf_kind { GGUF_KIND_UINT, GGUF_KIND_INT, GGUF_KIND_FLOAT, GGUF_KIND_OTHER };

struct gguf_type_info {
    const char *name;
    size_t bytes; /* least bytes of one element */
    enum gguf_kind kind;
};

extern const struct gguf_type_info gguf_type_table[GGUF_TYPES];

/* Little-endian unsigned integer of n <= 8 bytes. */
static inline uint64_t gguf_uint(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v |= (uint64_t)p[i] << 8 * i;
    return v;
}

/* A string stored at its length field; checked before. */
static inline text gguf_stored_text(const uint8_t *p)
{
    return (text){(const char *)p + 8, (size_t)gguf_uint(p, 8)};
}

#define GGUF_SOURCE_BYTES 160

/* "m.gguf: key general.name": the end of the file name, `kind`, and the name with bytes that a
 * terminal could act on replaced. */
void gguf_source(char out[GGUF_SOURCE_BYTES], const gguf *g, const char *kind, text name);

/* Reads and checks preamble, metadata and tensor table of g->data. */
sheaf_code gguf_read(gguf *g, sheaf_error *err);

/* A new reader of `path` with its own map, read; shards are not followed. */
sheaf_code gguf_open_file(gguf **out, const char *path, sheaf_error *err);

/* Opens the further shards of `g` if it is split, and takes over their tensors. */
sheaf_code gguf_join_shards(gguf *g, sheaf_error *err);

#endif
