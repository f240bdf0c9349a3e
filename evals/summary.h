/* summary.h - all problems of an evaluation in one table. */
#ifndef EVALS_SUMMARY_H
#define EVALS_SUMMARY_H

#include <sheaf/eval.h>

#include "evals/lineup.h"
#include "evals/score.h"

/* `pub` points into the arrays behind it: a summary is not copied. */
struct summary {
    sheaf_eval_summary pub;
    sheaf_eval_rule rules[LINEUP_RULES_MAX + 1]; /* pass@1 comes on top */
    sheaf_eval_cost costs[LINEUP_RUNS_MAX];
    sheaf_eval_point points[SCORE_POINTS_MAX];
};

/* Fills rules, costs and points from scores [n]; the other members of `pub` are left alone.
 *
 *   n_traces  of the budget: the last k of the points
 *   seed      of the sign-flip test
 *
 * n may be 0: every value is NaN then. Errors: NOMEM. */
sheaf_code summary_make(struct summary *out, const struct lineup *l, const struct score *scores,
                        size_t n, size_t n_traces, uint64_t seed, sheaf_error *err);

#endif
