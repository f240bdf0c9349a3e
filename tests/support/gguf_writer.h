/* gguf_writer.h - builds GGUF files for tests. It checks nothing: tests want broken files too.
 *
 *     struct gguf_writer w;
 *     gguf_writer_init(&w);
 *     gguf_writer_text(&w, "general.architecture", TEXT("llama"));
 *     gguf_writer_tensor(&w, "t.weight", QUANT_F32, 2, (int64_t[]){32, 2}, data, 256);
 *     gguf_writer_finish(&w, &out);
 *     gguf_writer_free(&w); */
#ifndef TESTS_SUPPORT_GGUF_WRITER_H
#define TESTS_SUPPORT_GGUF_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "engine/gguf.h"

struct gguf_writer {
    uint32_t version; /* 3 */
    uint32_t alignment; /* 32; gguf_writer_align changes it */
    uint64_t n_kv, n_tensors;
    uint64_t data_bytes; /* of all tensors so far, padding between them included */
    strbuf kv, table, data;
};

void gguf_writer_init(struct gguf_writer *w);
void gguf_writer_free(struct gguf_writer *w);

/* Sets the alignment of the tensors that follow and writes general.alignment. */
void gguf_writer_align(struct gguf_writer *w, uint32_t alignment);

/* A scalar: integers and bool by their low bytes, f32 and f64, a string. */
void gguf_writer_int(struct gguf_writer *w, const char *key, enum gguf_type type, int64_t v);
void gguf_writer_float(struct gguf_writer *w, const char *key, enum gguf_type type, double v);
void gguf_writer_text(struct gguf_writer *w, const char *key, text v);

/* An array of n scalars that lie packed at `data`, or of n strings. */
void gguf_writer_array(struct gguf_writer *w, const char *key, enum gguf_type type,
                       const void *data, size_t n);
void gguf_writer_texts(struct gguf_writer *w, const char *key, const text *v, size_t n);

/* A tensor of `bytes` bytes; `data` NULL writes zeros. */
void gguf_writer_tensor(struct gguf_writer *w, const char *name, enum quant_type type, int n_dims,
                        const int64_t *ne, const void *data, size_t bytes);

/* A tensor whose `bytes` bytes the caller writes itself, each tensor padded to the alignment, after
 * what gguf_writer_head gives: for files larger than memory. Not to be mixed with
 * gguf_writer_tensor. */
void gguf_writer_declare(struct gguf_writer *w, const char *name, enum quant_type type, int n_dims,
                         const int64_t *ne, uint64_t bytes);

/* Appends all that stands before the first tensor's bytes; false when memory ran out. */
bool gguf_writer_head(const struct gguf_writer *w, strbuf *out);

/* Appends the whole file to `out`; false when memory ran out on the way. */
bool gguf_writer_finish(const struct gguf_writer *w, strbuf *out);

#endif
