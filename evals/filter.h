/* filter.h - answers read and compared as published harnesses do it, for scores that are to be
 * compared with theirs.
 *
 *     strict-match      GSM8K of lm-evaluation-harness: the number behind the first "#### "
 *     flexible-extract  the same task's other filter: the last number of the response
 *     matharena         MathArena's AIME: the integer in the last \boxed{} or \fbox{}
 *
 * The first two take a response up to "Question:", "</s>" or "<|im_end|>", where that harness
 * stops generating, and compare texts without ',', '$', what precedes "#### " and a last '.'. They
 * know no equal values: 0.5 is not 1/2. tests/tools/compare_lm_eval.py holds them against it.
 * MathArena's fallbacks (the last integer of a response without a box) are left
 * out, as with its strict parsing. */
#ifndef EVALS_FILTER_H
#define EVALS_FILTER_H

#include "evals/grader.h"

#define FILTER_EXACT "exact" /* none of these: the verifier */

/* The grader of a filter; false when there is none of that name ("strict" and "flexible" will do).
 * *name: its full name, static. */
bool filter_grader(struct grader *out, const char **name, const char *wanted);

/* The grade of an answer by that grader: EQUAL or DIFFERENT, and `name` as the reason. */
sheaf_grade filter_grade(const struct grader *filter, const char *name, const char *gold,
                         const char *answer);

#endif
