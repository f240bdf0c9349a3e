/* gguf_rewrite.h - a GGUF file whose structure is sound and whose contents are not: what a
 * hostile file looks like to everything behind the reader. */
#ifndef TESTS_FUZZ_GGUF_REWRITE_H
#define TESTS_FUZZ_GGUF_REWRITE_H

#include "tests/fuzz/gguf_layout.h"

/* Appends `file` with one to three entries changed: metadata dropped, doubled or given another
 * value or type (numbers, strings, elements of arrays), tensors renamed, reshaped, retyped or
 * moved, numbers of the data section overwritten. Aborts without memory. */
void gguf_rewrite(struct dice *d, strbuf *out, text file, const struct gguf_layout *l);

#endif
