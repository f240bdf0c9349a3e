/* vocab_spec.c - see vocab_spec.h. */
#include "tests/support/vocab_spec.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_STRINGS = 512 };

static void write_tokens(struct gguf_writer *w, const struct vocab_token *tokens)
{
    text spelled[MAX_STRINGS];
    int32_t types[MAX_STRINGS];
    float scores[MAX_STRINGS];
    size_t n = 0;
    for (; tokens[n].spelled && n < MAX_STRINGS; n++) {
        spelled[n] = text_of(tokens[n].spelled);
        types[n] = tokens[n].type ? tokens[n].type : TOKEN_NORMAL;
        scores[n] = tokens[n].score;
    }
    gguf_writer_texts(w, "tokenizer.ggml.tokens", spelled, n);
    gguf_writer_array(w, "tokenizer.ggml.token_type", GGUF_I32, types, n);
    gguf_writer_array(w, "tokenizer.ggml.scores", GGUF_F32, scores, n);
}

static void write_merges(struct gguf_writer *w, const char *const *merges)
{
    text lines[MAX_STRINGS];
    size_t n = 0;
    for (; merges[n] && n < MAX_STRINGS; n++)
        lines[n] = text_of(merges[n]);
    gguf_writer_texts(w, "tokenizer.ggml.merges", lines, n);
}

void vocab_spec_write(struct gguf_writer *w, const struct vocab_spec *spec)
{
    if (spec->model)
        gguf_writer_text(w, "tokenizer.ggml.model", text_of(spec->model));
    if (spec->pre)
        gguf_writer_text(w, "tokenizer.ggml.pre", text_of(spec->pre));
    if (spec->tokens)
        write_tokens(w, spec->tokens);
    if (spec->merges)
        write_merges(w, spec->merges);
}

sheaf_code vocab_build(tokenizer **out, struct gguf_writer *w, sheaf_error *err)
{
    strbuf file = {0};
    gguf *g = NULL;
    sheaf_code rc = gguf_writer_finish(w, &file) ? SHEAF_OK : SHEAF_ERR_NOMEM;
    if (!rc)
        rc = gguf_open_memory(&g, (const uint8_t *)file.p, file.n, "test.gguf", err);
    if (!rc)
        rc = tokenizer_create(out, g, err);
    gguf_close(g);
    strbuf_free(&file);
    gguf_writer_free(w);
    return rc;
}

tokenizer *vocab_create(const struct vocab_spec *spec)
{
    struct gguf_writer w;
    tokenizer *t = NULL;
    sheaf_error err = {0};
    gguf_writer_init(&w);
    vocab_spec_write(&w, spec);
    if (vocab_build(&t, &w, &err)) {
        fprintf(stderr, "%s: %s\n", err.source, err.message);
        abort();
    }
    return t;
}
