/* eval_report.h - an evaluation as tables. */
#ifndef SRC_EVAL_REPORT_H
#define SRC_EVAL_REPORT_H

#include <sheaf/eval.h>

#include "base/text.h"

/* What the tables say besides the numbers. */
struct eval_report {
    const sheaf_eval_summary *summary;
    sheaf_model_info model;
    const sheaf_eval_options *options;
};

/* Markdown: how it was run, accuracy by rule, cost by strategy, pass@k and cons@k. */
void eval_report_markdown(strbuf *out, const struct eval_report *r);

/* CSV: accuracy and cost by rule, one table. */
void eval_report_csv(strbuf *out, const struct eval_report *r);

#endif
