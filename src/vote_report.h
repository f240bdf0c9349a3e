/* vote_report.h - the table of `sheaf vote`. */
#ifndef SRC_VOTE_REPORT_H
#define SRC_VOTE_REPORT_H

#include "base/text.h"
#include "evals/revote.h"
#include "src/table.h"

/* A line about the traces and one row per strategy and k (TABLE_CSV: the rows alone). */
void vote_report_table(strbuf *out, const struct revote *r, const char *dir,
                       enum table_style style);

/* One object: {"run", "source", "problems", "graded", "rows": [..]} and a line break. */
void vote_report_json(strbuf *out, const struct revote *r, const char *dir);

#endif
