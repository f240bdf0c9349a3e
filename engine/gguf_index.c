/* gguf_index.c - see gguf_index.h. */
#include "engine/gguf_index.h"

#include "base/alloc.h"
#include "base/hash.h"

bool gguf_index_init(struct gguf_index *ix, const void *items, size_t stride, size_t count)
{
    size_t n_slots = 8;
    while (n_slots < 2 * count)
        n_slots *= 2;
    uint32_t *slots = alloc_zero(n_slots, sizeof *slots);
    if (!slots)
        return false;
    *ix = (struct gguf_index){items, stride, slots, n_slots};
    return true;
}

void gguf_index_free(struct gguf_index *ix)
{
    alloc_free(ix->slots);
    *ix = (struct gguf_index){0};
}

/* The slot that holds `name`, or the empty one where it belongs. The address of the table seeds the
 * hash, so that a file cannot be made to collide. */
static uint32_t *slot_of(const struct gguf_index *ix, text name)
{
    size_t mask = ix->n_slots - 1;
    size_t at = (size_t)hash_bytes(name.p, name.n, (uint64_t)(uintptr_t)ix->slots) & mask;
    for (; ix->slots[at]; at = (at + 1) & mask) {
        const char *item = (const char *)ix->items + (ix->slots[at] - 1) * ix->stride;
        if (text_equal(*(const text *)(const void *)item, name))
            break;
    }
    return &ix->slots[at];
}

bool gguf_index_add(struct gguf_index *ix, size_t id)
{
    const char *item = (const char *)ix->items + id * ix->stride;
    uint32_t *slot = slot_of(ix, *(const text *)(const void *)item);
    if (*slot)
        return false;
    *slot = (uint32_t)id + 1;
    return true;
}

size_t gguf_index_find(const struct gguf_index *ix, text name)
{
    uint32_t id = ix->n_slots ? *slot_of(ix, name) : 0;
    return id ? id - 1 : GGUF_ABSENT;
}
