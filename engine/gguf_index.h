/* gguf_index.h - from a name to its place in a table whose items begin with a `text`. */
#ifndef ENGINE_GGUF_INDEX_H
#define ENGINE_GGUF_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define GGUF_ABSENT SIZE_MAX

/* Open addressing, at most half full; slots hold id + 1, 0 is empty. */
struct gguf_index {
    const void *items; /* borrowed; each item begins with its name */
    size_t stride;
    uint32_t *slots;
    size_t n_slots; /* a power of two, or 0 before init */
};

/* Makes room for `count` < 2^31 names of `items`. False: no memory. */
bool gguf_index_init(struct gguf_index *ix, const void *items, size_t stride, size_t count);
void gguf_index_free(struct gguf_index *ix);

/* Adds items[id]. False: the name is there already. */
bool gguf_index_add(struct gguf_index *ix, size_t id);

/* Id of a name, or GGUF_ABSENT. */
size_t gguf_index_find(const struct gguf_index *ix, text name);

#endif
