/* eval_plan.h - what an evaluation would do, told without a model. */
#ifndef SRC_EVAL_PLAN_H
#define SRC_EVAL_PLAN_H

#include <sheaf/eval.h>

#include "base/text.h"
#include "src/eval_set.h"

/* One line per problem: id, answer type, the beginning of its question. */
void eval_plan_list(strbuf *out, const sheaf_dataset *d);

/* What would run: problems, how answers are read, prompt, strategies, bounds, directory; and the
 * tokens and seconds to expect, by the records of `like` (a run directory, NULL for none) where
 * they are of the same strategies and budget. Errors: USAGE (strategies, filter), NOMEM. */
sheaf_code eval_plan_write(strbuf *out, const struct eval_set *set, const sheaf_eval_options *o,
                           const char *like, sheaf_error *err);

#endif
