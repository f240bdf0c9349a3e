/* vocab_spec.h - vocabularies written as tables, for tests of the tokenizer. */
#ifndef TESTS_SUPPORT_VOCAB_SPEC_H
#define TESTS_SUPPORT_VOCAB_SPEC_H

#include "engine/tokenizer.h"
#include "tests/support/gguf_writer.h"

struct vocab_token {
    const char *spelled; /* as in the file */
    int type;            /* 0: normal */
    float score;
};

struct vocab_spec {
    const char *model, *pre;          /* NULL: no such key */
    const struct vocab_token *tokens; /* ends with a NULL spelling */
    const char *const *merges;        /* ends with NULL; NULL: no such key */
};

/* Writes the keys of a vocabulary; more may be added before vocab_build. */
void vocab_spec_write(struct gguf_writer *w, const struct vocab_spec *spec);

/* Finishes the file, builds its tokenizer and frees the writer. */
sheaf_code vocab_build(tokenizer **out, struct gguf_writer *w, sheaf_error *err);

/* Both at once; the test fails if the tokenizer does. */
tokenizer *vocab_create(const struct vocab_spec *spec);

#endif
