/* gguf.c - opening and closing, the tensor directory, the hash that names a model.
 *
 * gguf_read.c parses one file, gguf_split.c joins shards, gguf_value.c reads metadata values. */
#include "engine/gguf.h"

#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "engine/gguf_parts.h"

#define HASH_PAGE 4096 /* bytes of a sample */
#define HASH_PAGES 64  /* samples per file */

#define SOURCE_FILE_BYTES 60 /* of the file name in a message */
#define SOURCE_NAME_BYTES 80 /* of the key or tensor name */

void gguf_source(char out[GGUF_SOURCE_BYTES], const gguf *g, const char *kind, text name)
{
    char *p = out;
    size_t n = strlen(g->name), skip = n > SOURCE_FILE_BYTES ? n - SOURCE_FILE_BYTES : 0;
    if (skip)
        p = stpcpy(p, "...");
    p = stpcpy(p, g->name + skip);
    if (name.n == 0)
        return;
    p = stpcpy(stpcpy(p, ": "), kind);
    for (size_t i = 0; i < name.n && i < SOURCE_NAME_BYTES; i++)
        *p++ = name.p[i] >= ' ' && name.p[i] <= '~' ? name.p[i] : '?';
    *p = '\0';
}

static gguf *create(const char *name, sheaf_error *err)
{
    gguf *g = alloc_zero(1, sizeof *g);
    if (g)
        g->name = alloc_strndup(name, strlen(name));
    if (g && g->name)
        return g;
    gguf_close(g);
    (void)SHEAF_FAIL(err, SHEAF_ERR_NOMEM, name, "no memory to open it");
    return NULL;
}

void gguf_close(gguf *g)
{
    if (!g)
        return;
    for (size_t i = 0; i < g->n_shards; i++)
        gguf_close(g->shards[i]);
    for (size_t i = 0; i < g->n_kv; i++)
        alloc_free((void *)(uintptr_t)g->kv[i].array.offsets);
    alloc_free(g->shards);
    alloc_free(g->kv);
    alloc_free(g->tensors);
    gguf_index_free(&g->kv_index);
    gguf_index_free(&g->tensor_index);
    file_unmap(&g->map);
    alloc_free(g->name);
    alloc_free(g);
}

sheaf_code gguf_open_file(gguf **out, const char *path, sheaf_error *err)
{
    gguf *g = create(path, err);
    if (!g)
        return SHEAF_ERR_NOMEM;
    sheaf_code rc = file_map(&g->map, path, err);
    if (!rc) {
        g->data = g->map.data;
        g->size = g->map.size;
        rc = gguf_read(g, err);
    }
    if (rc)
        gguf_close(g);
    else
        *out = g;
    return rc;
}

sheaf_code gguf_open(gguf **out, const char *path, sheaf_error *err)
{
    gguf *g = NULL;
    sheaf_code rc = gguf_open_file(&g, path, err);
    if (rc)
        return rc;
    rc = gguf_join_shards(g, err);
    if (rc)
        gguf_close(g);
    else
        *out = g;
    return rc;
}

sheaf_code gguf_open_memory(gguf **out, const uint8_t *data, size_t size, const char *name,
                            sheaf_error *err)
{
    gguf *g = create(name, err);
    if (!g)
        return SHEAF_ERR_NOMEM;
    g->data = data;
    g->size = size;
    uint32_t count = 1;
    sheaf_code rc = gguf_read(g, err);
    if (!rc)
        rc = gguf_get_u32(g, "split.count", &count, err);
    if (!rc && count > 1)
        rc = SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, name,
                        "one of %u shards; a whole model wanted in memory", count);
    if (rc)
        gguf_close(g);
    else
        *out = g;
    return rc;
}

const char *gguf_name(const gguf *g)
{
    return g->name;
}

size_t gguf_file_bytes(const gguf *g)
{
    size_t total = g->size;
    for (size_t i = 0; i < g->n_shards; i++)
        total += g->shards[i]->size;
    return total;
}

/* Header, size, and HASH_PAGES samples spread evenly over the data section (all of a small one). */
static uint64_t hash_file(const gguf *g, uint64_t seed)
{
    const uint8_t *data = g->data + g->header_bytes;
    size_t n = g->size - g->header_bytes;
    uint64_t h = hash_bytes(g->data, g->header_bytes, seed);
    h = hash_bytes(&n, sizeof n, h);
    if (n <= (size_t)HASH_PAGE * HASH_PAGES)
        return hash_bytes(data, n, h);
    for (size_t i = 0; i < HASH_PAGES; i++)
        h = hash_bytes(data + (n - HASH_PAGE) / (HASH_PAGES - 1) * i, HASH_PAGE, h);
    return h;
}

uint64_t gguf_hash(const gguf *g)
{
    uint64_t h = hash_file(g, 0);
    for (size_t i = 0; i < g->n_shards; i++)
        h = hash_file(g->shards[i], h);
    return h;
}

size_t gguf_n_tensors(const gguf *g)
{
    return g->n_tensors;
}

const gguf_tensor *gguf_tensor_at(const gguf *g, size_t i)
{
    return &g->tensors[i];
}

const gguf_tensor *gguf_find_tensor(const gguf *g, const char *name)
{
    size_t id = gguf_index_find(&g->tensor_index, text_of(name));
    return id == GGUF_ABSENT ? NULL : &g->tensors[id];
}
