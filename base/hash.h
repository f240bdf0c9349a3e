/* hash.h - 64-bit hashes (XXH3) for tables and checksums; never used for trust. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(const void *p, size_t n, uint64_t seed);

#endif
