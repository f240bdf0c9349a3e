/* prompt.h - the text side of an engine: chat template in, tokens out, text back. */
#ifndef ENGINE_PROMPT_H
#define ENGINE_PROMPT_H

#include "engine/model.h"

/* Compiles the chat template: `choice` (a built-in name or Jinja source) or, when NULL, the file's
 * own, or the default for its vocabulary. Sets e->chat and e->chat_name. */
sheaf_code prompt_open(struct sheaf_engine *e, const char *choice, sheaf_error *err);
void prompt_close(struct sheaf_engine *e);

#endif
