/* arena.c - see arena.h. Chunks double up to 256 KiB; a larger take gets a chunk of its own. */
#include "base/arena.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

#define ARENA_ALIGN 16
#define ARENA_FIRST ((size_t)4 << 10)
#define ARENA_LARGEST ((size_t)256 << 10)

struct arena_chunk {
    arena_chunk *next;
    size_t used, cap;
    _Alignas(ARENA_ALIGN) unsigned char data[];
};

void arena_init(arena *a, size_t limit)
{
    *a = (arena){.limit = limit};
}

static arena_chunk *add_chunk(arena *a, size_t wanted)
{
    size_t cap = a->head ? a->head->cap * 2 : ARENA_FIRST;
    if (cap > ARENA_LARGEST)
        cap = ARENA_LARGEST;
    size_t room = a->limit - a->total;
    if (cap > room)
        cap = room;
    if (cap < wanted)
        cap = wanted;
    if (cap > room || cap > SIZE_MAX - sizeof(arena_chunk))
        return NULL;
    arena_chunk *c = alloc_zero(1, sizeof *c + cap);
    if (!c)
        return NULL;
    c->cap = cap;
    c->next = a->head;
    a->head = c;
    a->total += cap;
    return c;
}

void *arena_take(arena *a, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - ARENA_ALIGN)
        return NULL;
    bytes = (bytes + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    arena_chunk *c = a->head;
    if (!c || bytes > c->cap - c->used) {
        c = add_chunk(a, bytes);
        if (!c)
            return NULL;
    }
    void *p = c->data + c->used;
    c->used += bytes;
    return p;
}

char *arena_strndup(arena *a, const char *s, size_t n)
{
    if (n == SIZE_MAX)
        return NULL;
    char *copy = arena_take(a, n + 1, 1);
    if (copy && n)
        memcpy(copy, s, n);
    return copy;
}

void arena_reset(arena *a)
{
    arena_chunk *kept = a->head;
    if (!kept || kept->cap > ARENA_LARGEST) {
        arena_free(a);
        return;
    }
    arena older = {.head = kept->next};
    arena_free(&older);
    memset(kept->data, 0, kept->used);
    kept->next = NULL;
    kept->used = 0;
    a->total = kept->cap;
}

void arena_free(arena *a)
{
    while (a->head) {
        arena_chunk *next = a->head->next;
        alloc_free(a->head);
        a->head = next;
    }
    a->total = 0;
}
