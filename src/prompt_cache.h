/* prompt_cache.h - the cache of prefilled prompts that a command keeps, in memory or in a file. */
#ifndef SRC_PROMPT_CACHE_H
#define SRC_PROMPT_CACHE_H

#include <sheaf/engine.h>

#include "src/solve_args.h"

/* What --prompt-cache and --prompt-cache-mem ask for; NULL with no memory for it. A file that is
 * not there yet is fine. Errors: of sheaf_prefix_cache_read, NOMEM. */
sheaf_code prompt_cache_open(sheaf_prefix_cache **out, const sheaf_engine *e,
                             const struct solve_args *a, sheaf_error *err);

/* Writes the file, if one was asked for, and frees. Errors: IO, NOMEM. */
sheaf_code prompt_cache_close(sheaf_prefix_cache *c, const struct solve_args *a, sheaf_error *err);

#endif
