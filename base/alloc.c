/* alloc.c - see alloc.h. Large aligned blocks are advised to huge pages: weights are read as one
 * stream per step, and 4 KB pages cost up to a third of the memory bandwidth. */
#include "base/alloc.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_BYTES ((size_t)2 << 20)

static atomic_uint_fast64_t n_calls; /* statistics only: relaxed */
static atomic_uint_fast64_t fail_at; /* the call number that fails; tests run one thread */

static bool refused(size_t count, size_t size, size_t *bytes)
{
    uint64_t call = atomic_fetch_add_explicit(&n_calls, 1, memory_order_relaxed) + 1;
    uint64_t at = atomic_load_explicit(&fail_at, memory_order_relaxed);
    if (__builtin_mul_overflow(count, size, bytes) || *bytes > PTRDIFF_MAX)
        return true;
    if (*bytes == 0)
        *bytes = 1;
    return at != 0 && call >= at;
}

void *alloc_zero(size_t count, size_t size)
{
    size_t bytes;
    return refused(count, size, &bytes) ? NULL : calloc(1, bytes);
}

void *alloc_resize(void *p, size_t count, size_t size)
{
    size_t bytes;
    return refused(count, size, &bytes) ? NULL : realloc(p, bytes);
}

char *alloc_strndup(const char *s, size_t n)
{
    if (n == SIZE_MAX)
        return NULL;
    char *copy = alloc_zero(n + 1, 1);
    if (copy && n)
        memcpy(copy, s, n);
    return copy;
}

void *alloc_aligned(size_t count, size_t size, size_t align)
{
    size_t bytes;
    void *p = NULL;
    if (refused(count, size, &bytes) || bytes > PTRDIFF_MAX - HUGE_BYTES)
        return NULL;
    bool huge = bytes >= 2 * HUGE_BYTES;
    if (huge && align < HUGE_BYTES)
        align = HUGE_BYTES;
    if (posix_memalign(&p, align, bytes) != 0)
        return NULL;
    if (huge)
        (void)madvise(p, bytes, MADV_HUGEPAGE); /* advice: without it only slower */
    memset(p, 0, bytes);
    return p;
}

void alloc_free(void *p)
{
    free(p);
}

void alloc_fail_at(uint64_t n)
{
    uint64_t now = atomic_load_explicit(&n_calls, memory_order_relaxed);
    atomic_store_explicit(&fail_at, n ? now + n : 0, memory_order_relaxed);
}

uint64_t alloc_calls(void)
{
    return atomic_load_explicit(&n_calls, memory_order_relaxed);
}

void *alloc_grow(void *array, size_t count, size_t *cap, size_t size)
{
    if (array && count < *cap)
        return array;
    size_t wanted = *cap ? *cap * 2 : 8;
    if (wanted <= count)
        wanted = count + 1;
    void *grown = alloc_resize(array, wanted, size);
    if (grown)
        *cap = wanted;
    return grown;
}
