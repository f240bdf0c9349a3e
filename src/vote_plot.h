/* vote_plot.h - accuracy against tokens of the strategies that `sheaf vote` compared, drawn. */
#ifndef SRC_VOTE_PLOT_H
#define SRC_VOTE_PLOT_H

#include "base/text.h"
#include "evals/revote.h"

/* Appends an SVG file: a curve over k for each strategy, tokens per problem on a logarithmic axis,
 * bars of one standard error. In colour the first strategy and those with most points on the front
 * (revote_row.pareto); the others stand behind. `data` names the problems. Accuracies must be there
 * (r->graded). out->failed is set without memory. */
void vote_plot(strbuf *out, const struct revote *r, const char *data);

#endif
