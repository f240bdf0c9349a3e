/* arena.h - memory with one lifetime: many takes, one free. Grows by chunks up to `limit` bytes. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

typedef struct arena_chunk arena_chunk;

typedef struct arena {
    arena_chunk *head; /* newest chunk */
    size_t total;      /* bytes of all chunks */
    size_t limit;      /* total never passes this */
} arena;

void arena_init(arena *a, size_t limit);

/* count x size zeroed bytes, 16-byte aligned, or NULL when the limit or the memory is at its
 * end. */
void *arena_take(arena *a, size_t count, size_t size);

/* NUL-terminated copy of n bytes, or NULL. */
char *arena_strndup(arena *a, const char *s, size_t n);

/* Forgets all that was taken, and keeps a chunk for the takes to come. */
void arena_reset(arena *a);

/* Gives back every byte; the arena can be used again. */
void arena_free(arena *a);

#endif
