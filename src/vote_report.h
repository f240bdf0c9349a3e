/* vote_report.h - votes on stored traces as tables or JSON. */
#ifndef SRC_VOTE_REPORT_H
#define SRC_VOTE_REPORT_H

#include "evals/revote.h"
#include "src/table.h"

/* Appends the table of `r`, whose traces are those of the run in `dir`; where problems are graded
 * and strategies compared also which of them did best at each k, and the front of accuracy
 * against tokens. CSV is the table alone. */
void vote_report_table(strbuf *out, const struct revote *r, const char *dir,
                       enum table_style style);

/* The same as one object with all digits. */
void vote_report_json(strbuf *out, const struct revote *r, const char *dir);

/* Rows on the front (revote_row.pareto) in order of tokens into front [r->n_rows]; returns how
 * many. */
size_t vote_report_front(const struct revote_row **front, const struct revote *r);

#endif
