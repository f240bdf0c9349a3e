/* put.c - see put.h. */
#include "store/put.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/json.h"

void put_hex(char out[PUT_HASH_DIGITS + 1], uint64_t hash)
{
    snprintf(out, PUT_HASH_DIGITS + 1, "%016" PRIx64, hash);
}

void put_str(strbuf *b, const char *key, const char *value)
{
    jsonw_key(b, key);
    if (value)
        jsonw_str(b, value);
    else
        jsonw_null(b);
}

void put_u64(strbuf *b, const char *key, uint64_t value)
{
    jsonw_key(b, key);
    jsonw_u64(b, value);
}

void put_f64(strbuf *b, const char *key, double value)
{
    jsonw_key(b, key);
    if (isnan(value))
        jsonw_null(b);
    else
        jsonw_f64(b, value);
}

void put_f32(strbuf *b, const char *key, float value)
{
    jsonw_key(b, key);
    if (isnan(value))
        jsonw_null(b);
    else
        jsonw_f32(b, value);
}

void put_bool(strbuf *b, const char *key, bool value)
{
    jsonw_key(b, key);
    jsonw_bool(b, value);
}

void put_hash(strbuf *b, const char *key, uint64_t value)
{
    char hex[PUT_HASH_DIGITS + 1];
    put_hex(hex, value);
    put_str(b, key, hex);
}
