/* score.h - one problem graded: what the report needs of its runs and votes. Fixed size; read
 * back from the records of an interrupted run bit by bit. */
#ifndef EVALS_SCORE_H
#define EVALS_SCORE_H

#include <sheaf/tts.h>

#include "evals/grader.h"
#include "evals/lineup.h"

#define SCORE_POINTS_MAX 12 /* k = 1, 2, 4, .. 1024 and the number of traces */

/* The run of one strategy on one problem. */
struct score_run {
    size_t n_traces, n_right, n_cut, n_looped, n_length, n_unfinished;
    uint64_t tokens;
    double seconds;
    uint64_t decode_rows; /* of sheaf_result, of the start that ended the run; 0: not recorded */
    double decode_steps;
    double cons[SCORE_POINTS_MAX]; /* cons@k by score_points; whole traces only */
};

/* A vote on one problem. */
struct score_rule {
    bool correct;
    size_t ballots; /* that counted */
};

struct score {
    struct score_run runs[LINEUP_RUNS_MAX];
    struct score_rule rules[LINEUP_RULES_MAX];
};

/* The k of cons@k for n traces, rising: powers of two and n itself. Returns how many; 0 when n
 * is more than cons@k is computed for. */
size_t score_points(size_t ks[SCORE_POINTS_MAX], size_t n);

/* Counts, and which traces are right: right [n_traces] out. Cons@k for the budget's points when
 * `whole`. Errors: NOMEM. */
sheaf_code score_run(struct score_run *out, bool *right, const sheaf_result *r,
                     const struct grader *g, const char *gold, size_t n_wanted, bool whole,
                     sheaf_error *err);

#endif
