/* results.h - the content of results.json. */
#ifndef EVALS_RESULTS_H
#define EVALS_RESULTS_H

#include <sheaf/eval.h>

#include "base/text.h"

/* Replaces what is in `b`.
 *
 *   config   settings of the run, a JSON object
 *   n_shots  examples before each question
 *
 * Errors: NOMEM. */
sheaf_code results_write(strbuf *b, const sheaf_eval_summary *s, text config, size_t n_shots,
                         sheaf_error *err);

#endif
