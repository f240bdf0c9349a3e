/* inspect_env.h - what the command line gave to `sheaf inspect`, opened when first asked for: a
 * file that holds only a vocabulary serves tokenize, detokenize and render without an engine. */
#ifndef SRC_INSPECT_ENV_H
#define SRC_INSPECT_ENV_H

#include <sheaf/engine.h>

#include "engine/chat.h"
#include "engine/tokenizer.h"
#include "src/model_args.h"

struct inspect_env {
    struct model_args model;
    const char *type;       /* --type of dequant    */
    const char *state_type; /* --state-type         */
    const char *json_file;  /* --json               */
    /* opened on demand */
    tokenizer *vocabulary;
    chat_template *template;
    sheaf_engine *engine;
};

/* Borrowed until inspect_env_reset. NULL in *out with SHEAF_OK: no model was given (optional
 * users); the template falls back to --chat-template(-file). Errors: as opening a model. */
sheaf_code inspect_env_tokenizer(struct inspect_env *env, const tokenizer **out, sheaf_error *err);
sheaf_code inspect_env_template(struct inspect_env *env, const chat_template **out,
                                sheaf_error *err);
/* The whole model. USAGE when none was given. */
sheaf_code inspect_env_engine(struct inspect_env *env, sheaf_engine **out, sheaf_error *err);

void inspect_env_reset(struct inspect_env *env);

#endif
