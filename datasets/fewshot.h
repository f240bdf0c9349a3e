/* fewshot.h - solved examples that stand before a question. */
#ifndef DATASETS_FEWSHOT_H
#define DATASETS_FEWSHOT_H

#include <sheaf/dataset.h>

#include "base/text.h"

/* The layout of lm-evaluation-harness for GSM8K: an example is "Question: Q\nAnswer: A\n\n", the
 * question itself FEWSHOT_BEFORE Q FEWSHOT_AFTER. */
#define FEWSHOT_LAYOUT "lm-eval"
#define FEWSHOT_BEFORE "Question: "
#define FEWSHOT_AFTER "\nAnswer:"
#define FEWSHOT_MAX ((size_t)64)

/* Appends n examples out of `path`, one JSON object a line with "question" and "answer"; "solution"
 * is the worked answer where there is one. An answer ends with "#### VALUE": it is added where it
 * lacks. Which lines are taken, and in which order, follows from `seed` alone; a line whose
 * question is in `asked` (before sheaf_dataset_wrap) is passed over. Errors: IO, FORMAT (a line,
 * with its number), USAGE (fewer than n lines will do), LIMIT, NOMEM. */
sheaf_code fewshot_add(strbuf *out, const char *path, size_t n, uint64_t seed,
                       const sheaf_dataset *asked, sheaf_error *err);

#endif
