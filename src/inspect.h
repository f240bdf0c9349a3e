/* inspect.h - `sheaf inspect WHAT`: every inner part can be asked from outside, one JSON line in,
 * one JSON line out (see cmd_inspect.c). A family of questions is one file inspect_<family>.c. */
#ifndef SRC_INSPECT_H
#define SRC_INSPECT_H

#include <sheaf/error.h>

#include "base/json.h"

struct inspect_env; /* what the command line gave: model, threads, ... (cmd_inspect.c) */

/* Answers one line: reads fields of `in`, appends members to `out` (an object is already open, the
 * caller copies `id` and closes it). On failure returns the code and fills `err`; what was appended
 * is dropped by the caller. */
typedef sheaf_code inspect_fn(struct inspect_env *env, const cJSON *in, strbuf *out,
                              sheaf_error *err);

struct inspect_entry {
    const char *what;    /* "tokenize" */
    inspect_fn *fn;
    const char *fields;  /* one line for --help: input -> output */
};

/* Tables end with an entry whose `what` is NULL. */
extern const struct inspect_entry inspect_text[];   /* tokenize detokenize render */
extern const struct inspect_entry inspect_model[];  /* logits branch generate */
extern const struct inspect_entry inspect_vote[];   /* the rules of golden/sampling */
extern const struct inspect_entry inspect_verify[]; /* grade group */

#endif
