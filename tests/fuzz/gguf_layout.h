/* gguf_layout.h - where things lie in a sound GGUF file, for those who break it on purpose. */
#ifndef TESTS_FUZZ_GGUF_LAYOUT_H
#define TESTS_FUZZ_GGUF_LAYOUT_H

#include "engine/gguf.h"
#include "tests/fuzz/mutator.h"

struct gguf_place {
    size_t at, n; /* bytes */
};

struct gguf_layout {
    struct gguf_place *fields; /* counts, lengths, types, offsets, scalars: 1 to 8 bytes */
    struct gguf_place *kv;     /* whole entries */
    struct gguf_place *tensors; /* whole entries of the table */
    size_t n_fields, n_kv, n_tensors, cap_fields;
    size_t data; /* start of the data section */
};

/* Walks a file that is known to be sound, with 32 or 8 as alignment; aborts without memory. */
void gguf_layout_init(struct gguf_layout *l, text file);
void gguf_layout_free(struct gguf_layout *l);

/* Sets one field of `b`, which starts like the file of the layout, to an awkward number. */
void gguf_layout_change(struct dice *d, const struct gguf_layout *l, strbuf *b);

#endif
