/* tokenizer.h - text to token ids and back, from the tokenizer keys of a GGUF file.
 *
 * Models: SentencePiece with scores ("llama") and byte-level BPE ("gpt2"). A tokenizer owns what
 * it needs, does not refer to the file once created, never changes, and may be used by any
 * number of threads at once. Truth is the Hugging Face tokenizer of the model, not llama.cpp,
 * where they differ. */
#ifndef ENGINE_TOKENIZER_H
#define ENGINE_TOKENIZER_H

#include <sheaf/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "engine/gguf.h"

/* Longest text one call encodes, in bytes. */
#define TOKENIZER_MAX_TEXT ((size_t)1 << 30)

/* Numbers as in tokenizer.ggml.token_type. */
enum token_type {
    TOKEN_NORMAL = 1,
    TOKEN_UNKNOWN,
    TOKEN_CONTROL,      /* matched in trusted text only, not printed */
    TOKEN_USER_DEFINED, /* matched in any text, printed verbatim */
    TOKEN_UNUSED,       /* padding of the vocabulary: never matched, printed or sampled */
    TOKEN_BYTE,
};

struct tokenizer_info {
    const char *model; /* "llama" (SentencePiece) or "gpt2" (byte-level BPE) */
    const char *pre;   /* pre-tokenizer in use; "" for SentencePiece */
    bool pre_missing;  /* the file names none, "default" is a guess: worth a warning */
    size_t n_tokens;
    int32_t bos, eos, eot, unk, pad; /* -1: none */
    bool add_bos, add_eos;           /* what add_special adds */
};

typedef struct tokenizer tokenizer;

/* Builds the tokenizer of a model file. Errors: FORMAT (missing or malformed keys), UNSUPPORTED
 * (model or pre-tokenizer not known here), NOMEM. */
sheaf_code tokenizer_create(tokenizer **out, const gguf *g, sheaf_error *err);
void tokenizer_free(tokenizer *t);

const struct tokenizer_info *tokenizer_info(const tokenizer *t);

/* Ids below are in 0 .. n_tokens - 1. */
enum token_type tokenizer_type(const tokenizer *t, int32_t id);

/* The bytes a token stands for; of control tokens the name. */
text tokenizer_text(const tokenizer *t, int32_t id);

/* Ends a generation: eos, eot, eom and the stop tokens known by name, control or user-defined. */
bool tokenizer_is_eog(const tokenizer *t, int32_t id);

/* Must never be sampled: type UNUSED, or listed in tokenizer.ggml.suppress_tokens. */
bool tokenizer_is_unused(const tokenizer *t, int32_t id);

/* Id of the token that prints as, or is named, `name`; -1: none. Special tokens are found first. */
int32_t tokenizer_find(const tokenizer *t, text name);

/* Encodes one text into a new array *ids[*n]; release with alloc_free.
 *
 *   add_special    put BOS first (EOS last) if the model wants it, whatever the text begins with
 *   parse_special  control tokens named in the text become those tokens: for trusted text only
 *
 * Invalid UTF-8 becomes U+FFFD, one per maximal invalid part. Errors: NOMEM, LIMIT. */
sheaf_code tokenizer_encode(const tokenizer *t, int32_t **ids, size_t *n, text input,
                            bool add_special, bool parse_special, sheaf_error *err);

/* A stretch of a prompt. In trusted stretches (template literals) control tokens are recognised, in
 * others (message contents, tool output) their names are plain text. */
struct prompt_part {
    text t;
    bool trusted;
};

/* Encodes the concatenation of the parts. Pieces form across borders, as when the whole text is
 * encoded at once; a control token must lie in trusted text entirely. With add_special, BOS is
 * added as the model wants it unless the template wrote it already; EOS is not. */
sheaf_code tokenizer_encode_parts(const tokenizer *t, int32_t **ids, size_t *n,
                                  const struct prompt_part *parts, size_t n_parts, bool add_special,
                                  sheaf_error *err);

#endif
