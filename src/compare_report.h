/* compare_report.h - two runs side by side, as tables. */
#ifndef SRC_COMPARE_REPORT_H
#define SRC_COMPARE_REPORT_H

#include "evals/pairing.h"
#include "src/eval_report.h"

/* `a` is the report of c->a: its rules to show are those of the tables. */
struct compare_report {
    const struct pairing *c;
    const struct eval_report *a;
};

/* Accuracy by rule and cost by strategy, in any style but CSV. */
void compare_rule_table(strbuf *out, const struct compare_report *r, enum table_style style);
void compare_cost_table(strbuf *out, const struct compare_report *r, enum table_style style);

/* Both, with a line about the runs and one about the tests. */
void compare_report_print(strbuf *out, const struct compare_report *r, enum table_style style);

/* Accuracy by rule, shares of 1 in full precision. */
void compare_report_csv(strbuf *out, const struct compare_report *r);

#endif
