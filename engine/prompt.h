/* prompt.h - the text side of an engine: chat template in, tokens out, text back. */
#ifndef ENGINE_PROMPT_H
#define ENGINE_PROMPT_H

#include "engine/jinja.h"
#include "engine/model.h"

/* Compiles the chat template: `choice` (a built-in name or Jinja source) or, when NULL, the file's
 * own, or the default for its vocabulary. Sets e->chat and e->chat_name. */
sheaf_code prompt_open(struct sheaf_engine *e, const char *choice, sheaf_error *err);
void prompt_close(struct sheaf_engine *e);

/* A rendered prompt as token ids [*n] (release with alloc_free): control tokens count in trusted
 * segments only. Errors: those of tokenizer_encode_parts. */
sheaf_code prompt_encode(const struct tokenizer *t, int32_t **ids, size_t *n,
                         const struct jinja_output *rendered, bool add_special, sheaf_error *err);

#endif
