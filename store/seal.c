/* seal.c - see seal.h. */
#include "store/seal.h"

#include <string.h>

#include "base/hash.h"
#include "store/put.h"

static const char seal_start[] = ",\"xxh3\":\"";

void seal_close(strbuf *b, size_t from)
{
    char hash[PUT_HASH_DIGITS + 1];
    if (b->failed)
        return;
    put_hex(hash, hash_bytes(b->p + from, b->n - from, 0));
    strbuf_str(b, seal_start);
    strbuf_str(b, hash);
    strbuf_str(b, "\"}\n");
}

bool seal_intact(text line)
{
    char hash[PUT_HASH_DIGITS + 1];
    const size_t start = sizeof seal_start - 1, size = start + PUT_HASH_DIGITS + 2;
    if (line.n < size)
        return false;
    text body = text_slice(line, 0, line.n - size), end = text_slice(line, body.n, size);
    put_hex(hash, hash_bytes(body.p, body.n, 0));
    return text_starts(end, TEXT(seal_start)) && text_ends(end, TEXT("\"}")) &&
           memcmp(end.p + start, hash, PUT_HASH_DIGITS) == 0;
}
