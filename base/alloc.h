/* alloc.h - the only caller of malloc in the tree.
 *
 * Every size is `count, size` and multiplied here with an overflow check. Tests make the n-th
 * allocation fail (alloc_fail_at) and watch that no allocation happens in a decode step
 * (alloc_calls). */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed memory for count x size bytes, or NULL (overflow or no memory). count 0 gives a valid
 * pointer. Release with alloc_free. */
void *alloc_zero(size_t count, size_t size);

/* Resizes `p` (NULL allowed) to count x size bytes; on failure NULL and `p` stays valid. */
void *alloc_resize(void *p, size_t count, size_t size);

/* Copy of n bytes with a terminating NUL, or NULL. */
char *alloc_strndup(const char *s, size_t n);

/* Zeroed memory aligned to `align` (a power of two >= sizeof(void *)), or NULL. Large blocks ask
 * for huge pages. Release with alloc_free. */
void *alloc_aligned(size_t count, size_t size, size_t align);

void alloc_free(void *p);

/* Tests only: the n-th following allocation (1 = next) fails, 0 switches off. */
void alloc_fail_at(uint64_t n);

/* Allocations asked for since the program started. */
uint64_t alloc_calls(void);

/* Makes room for one more element in a growing array: *cap doubles when *count reaches it. Returns
 * the array (possibly moved) or NULL with the old array intact. */
void *alloc_grow(void *array, size_t count, size_t *cap, size_t size);

#endif
