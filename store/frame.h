/* frame.h - what a trace has per token, packed into one zstd frame of the file tokens.zst.
 *
 * Content of a frame, little-endian:
 *
 *     bytes 0-3     "SHT1"
 *     bytes 4-7     columns: bit 0 ids, bit 1 confidences (both always there), bit 2 text bytes
 *     bytes 8-15    n, tokens
 *     then          per column four planes of n bytes: the lowest byte of every value, and so on
 *
 * Ids are int32, confidences float32 (every bit is kept), text bytes uint32: what the token adds to
 * the trace's text. Planes put like bytes together, which zstd needs to find anything in floats. */
#ifndef STORE_FRAME_H
#define STORE_FRAME_H

#include <sheaf/error.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define FRAME_TOKENS_MAX ((size_t)1 << 24) /* of one trace */

/* Columns of one trace, [n] each; text_bytes may be NULL (not known). */
struct frame_in {
    const int32_t *tokens;
    const float *confidence;
    const uint32_t *text_bytes;
    size_t n;
};

/* Where they go, [n] each; text_bytes NULL: not wanted. */
struct frame_out {
    int32_t *tokens;
    float *confidence;
    uint32_t *text_bytes;
    size_t n;
};

/* Appends one frame. Errors: NOMEM, LIMIT (n above FRAME_TOKENS_MAX). */
sheaf_code frame_pack(strbuf *out, const struct frame_in *in, sheaf_error *err);

/* Unpacks a frame of exactly out->n tokens. *has_text_bytes tells whether that column was there
 * and written. The frame is not trusted. Errors: FORMAT (damaged, another number of tokens),
 * NOMEM. */
sheaf_code frame_unpack(const struct frame_out *out, bool *has_text_bytes, text frame,
                        const char *source, sheaf_error *err);

#endif
