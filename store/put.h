/* put.h - members of the JSON objects that a run directory holds: key and value in one call. */
#ifndef STORE_PUT_H
#define STORE_PUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define PUT_HASH_DIGITS 16

void put_str(strbuf *b, const char *key, const char *value); /* NULL: null */
void put_u64(strbuf *b, const char *key, uint64_t value);
void put_f64(strbuf *b, const char *key, double value); /* NaN: null */
void put_f32(strbuf *b, const char *key, float value);  /* the same  */
void put_bool(strbuf *b, const char *key, bool value);
void put_hash(strbuf *b, const char *key, uint64_t value); /* 16 hex digits in a string */

/* The 16 hex digits of a hash, NUL-terminated. */
void put_hex(char out[PUT_HASH_DIGITS + 1], uint64_t hash);

#endif
