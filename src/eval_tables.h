/* eval_tables.h - the tables of an evaluation one by one. Values are percent and differences
 * points, as papers give them; a value that does not exist is a dash. */
#ifndef SRC_EVAL_TABLES_H
#define SRC_EVAL_TABLES_H

#include "evals/stats.h"
#include "src/eval_report.h"

/* Cells that every table of numbers has; NaN is a dash. */
void table_number(struct table *t, const char *format, double value);
void table_interval(struct table *t, double low, double high); /* shares of 1, as percent */
void table_exact(struct table *t, double value); /* nine digits; NaN: empty, for CSV */
void table_count(struct table *t, uint64_t n);
void table_titles(struct table *t, const char *const *names); /* [n_columns] */
void table_finish(struct table *t, strbuf *out, enum table_style style); /* prints, releases */

/* 95 % intervals of a rule's accuracy; NaN for pass@1, whose scores are no counts. */
struct eval_intervals {
    struct stats_interval wilson, exact;
};
struct eval_intervals eval_intervals(const sheaf_eval_rule *rule, size_t n_problems);

/* Is the rule to be shown? */
bool eval_shows_rule(const struct eval_report *r, const char *name);

/* Accuracy by rule with standard errors clustered by problem, 95 % intervals (Wilson, and the
 * exact one of Clopper and Pearson) and the difference to the majority. */
void eval_rule_table(strbuf *out, const struct eval_report *r, enum table_style style);
void eval_cost_table(strbuf *out, const struct eval_report *r, enum table_style style);
void eval_point_table(strbuf *out, const struct eval_report *r, enum table_style style);

/* Cost of the run that a strategy names. */
const sheaf_eval_cost *eval_cost_of(const sheaf_eval_summary *s, const char *strategy);
/* part of whole in percent; NaN without a majority to compare with. */
double eval_of_majority(const sheaf_eval_summary *s, double part, double whole);

#endif
