/* prefix_cache.h - what sheaf_prefix_cache is inside. */
#ifndef ENGINE_PREFIX_CACHE_H
#define ENGINE_PREFIX_CACHE_H

#include <sheaf/engine.h>

struct prefix_entry {
    int32_t *tokens; /* [n] */
    size_t n;
    uint8_t *data; /* [bytes] snapshot */
    size_t bytes;
    uint64_t used; /* clock of the last use */
};

struct sheaf_prefix_cache {
    const struct sheaf_engine *e;
    size_t max_bytes, bytes;
    struct prefix_entry *entries;
    size_t n, cap;
    uint64_t clock;
    int32_t *last; /* [n_last] the prompt before */
    size_t n_last, cap_last;
};

/* A new entry with room for n tokens and a snapshot, for the caller to fill; NULL when the limit or
 * the memory has no room for it: a cache may forget. */
struct prefix_entry *prefix_cache_add(struct sheaf_prefix_cache *c, size_t n, size_t bytes);

#endif
