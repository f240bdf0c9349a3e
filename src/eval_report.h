/* eval_report.h - an evaluation as text: how it was run, and its tables. */
#ifndef SRC_EVAL_REPORT_H
#define SRC_EVAL_REPORT_H

#include <sheaf/eval.h>

#include "base/json.h"
#include "base/text.h"
#include "src/table.h"

#define EVAL_FACTS 4
#define EVAL_FACT_BYTES 1024

/* What the tables say besides the numbers. */
struct eval_report {
    const sheaf_eval_summary *summary;
    const cJSON *config;     /* "config" of run.json, or of results.json */
    int threads;             /* 0: as the settings say (of earlier versions), or not known */
    const char *const *only; /* [n_only] rules to show */
    size_t n_only;           /* 0: all of them */
};

/* A line about the run: what, and its value, not escaped in any way. */
struct eval_fact {
    const char *label;
    char value[EVAL_FACT_BYTES];
};

void eval_report_facts(struct eval_fact facts[EVAL_FACTS], const struct eval_report *r);

/* Facts, accuracy by rule, cost by strategy, pass@k and cons@k in any style but CSV; LaTeX needs
 * the package booktabs. */
void eval_report_print(strbuf *out, const struct eval_report *r, enum table_style style);

/* CSV: accuracy with intervals and cost by rule, one table, shares of 1 in full precision. */
void eval_report_csv(strbuf *out, const struct eval_report *r);

#endif
