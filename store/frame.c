/* frame.c - see frame.h. Level 3 of zstd: higher levels gain under 2 % on confidences, whose low
 * mantissa bytes are noise. */
#include "store/frame.h"

#include <string.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/fail.h"

#define LEVEL 3
#define PLANES 4
#define MAGIC 0x31544853u /* "SHT1" */

enum { COLUMN_TOKENS = 1, COLUMN_CONFIDENCE = 2, COLUMN_TEXT_BYTES = 4 };

struct header {
    uint32_t magic, columns;
    uint64_t n;
};

_Static_assert(sizeof(struct header) == 16, "the header has no gaps");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "stored as in memory");

static size_t content_size(uint32_t columns, size_t n)
{
    return sizeof(struct header) + (size_t)__builtin_popcount(columns) * PLANES * n;
}

/* ---- planes --------------------------------------------------------------------------------- */

static uint8_t *spread(uint8_t *planes, const void *values, size_t n)
{
    const uint8_t *v = values;
    for (size_t plane = 0; plane < PLANES; plane++)
        for (size_t i = 0; i < n; i++)
            planes[plane * n + i] = v[PLANES * i + plane];
    return planes + PLANES * n;
}

static void gather(void *values, const uint8_t *planes, size_t n)
{
    uint8_t *v = values;
    for (size_t i = 0; i < n; i++)
        for (size_t plane = 0; plane < PLANES; plane++)
            v[PLANES * i + plane] = planes[plane * n + i];
}

/* ---- packing -------------------------------------------------------------------------------- */

static void fill(uint8_t *content, const struct header *h, const struct frame_in *in)
{
    memcpy(content, h, sizeof *h);
    uint8_t *at = spread(content + sizeof *h, in->tokens, in->n);
    at = spread(at, in->confidence, in->n);
    if (in->text_bytes)
        spread(at, in->text_bytes, in->n);
}

sheaf_code frame_pack(strbuf *out, const struct frame_in *in, sheaf_error *err)
{
    struct header h = {MAGIC, COLUMN_TOKENS | COLUMN_CONFIDENCE, in->n};
    if (in->n > FRAME_TOKENS_MAX)
        return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, "trace", "%zu tokens; up to %zu are stored", in->n,
                          FRAME_TOKENS_MAX);
    if (in->text_bytes)
        h.columns |= COLUMN_TEXT_BYTES;
    size_t size = content_size(h.columns, in->n), bound = ZSTD_compressBound(size);
    uint8_t *content = alloc_zero(size, 1), *packed = alloc_zero(bound, 1);
    size_t n = 0;
    if (content && packed) {
        fill(content, &h, in);
        n = ZSTD_compress(packed, bound, content, size, LEVEL);
    }
    bool ok = n > 0 && !ZSTD_isError(n);
    if (ok)
        strbuf_add(out, packed, n);
    alloc_free(content);
    alloc_free(packed);
    return ok && !out->failed ? SHEAF_OK
                              : SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "trace",
                                           "no memory to pack %zu tokens", in->n);
}

/* ---- unpacking ------------------------------------------------------------------------------ */

/* The columns of a content of `size` bytes that claims to be of n tokens; 0: it is not. */
static uint32_t columns_of(const uint8_t *content, size_t size, size_t n)
{
    struct header h;
    memcpy(&h, content, sizeof h);
    const uint32_t needed = COLUMN_TOKENS | COLUMN_CONFIDENCE;
    bool ok = h.magic == MAGIC && h.n == n && (h.columns & needed) == needed &&
              (h.columns & ~(needed | COLUMN_TEXT_BYTES)) == 0 &&
              size == content_size(h.columns, n);
    return ok ? h.columns : 0;
}

static bool scatter(const struct frame_out *out, bool *has_text_bytes, const uint8_t *content,
                    size_t size)
{
    uint32_t columns = columns_of(content, size, out->n);
    const uint8_t *at = content + sizeof(struct header);
    if (!columns)
        return false;
    gather(out->tokens, at, out->n);
    gather(out->confidence, at + PLANES * out->n, out->n);
    *has_text_bytes = out->text_bytes && (columns & COLUMN_TEXT_BYTES);
    if (*has_text_bytes)
        gather(out->text_bytes, at + 2 * PLANES * out->n, out->n);
    return true;
}

sheaf_code frame_unpack(const struct frame_out *out, bool *has_text_bytes, text frame,
                        const char *source, sheaf_error *err)
{
    unsigned long long size = ZSTD_getFrameContentSize(frame.p, frame.n);
    /* the caller's own arrays bound what is allocated, not the frame's claim */
    if (out->n > FRAME_TOKENS_MAX || size < sizeof(struct header) ||
        size > content_size(7, out->n))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "is no frame of %zu tokens", out->n);
    uint8_t *content = alloc_zero((size_t)size, 1);
    if (!content)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, source, "no memory for %zu tokens", out->n);
    size_t n = ZSTD_decompress(content, (size_t)size, frame.p, frame.n);
    bool ok = n == size && scatter(out, has_text_bytes, content, n);
    alloc_free(content);
    return ok ? SHEAF_OK
              : SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "is a damaged frame of %zu tokens",
                           out->n);
}
