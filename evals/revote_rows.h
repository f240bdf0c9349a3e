/* revote_rows.h - the votes of all problems made into rows: means, errors, tests. */
#ifndef EVALS_REVOTE_ROWS_H
#define EVALS_REVOTE_ROWS_H

#include "base/pool.h"
#include "evals/revote.h"

/* The votes of one row on one problem, as means over them. */
struct revote_cell {
    bool used;      /* the problem has k traces */
    size_t n_votes; /* 0: score is exact */
    double score;   /* the best estimate; where draws were corrected it may leave [0, 1] a little */
    double drawn;   /* mean of the votes: what is compared with other rows, draw by draw */
    double tokens, ballots, share;
};

/* Fills r->rows, whose strategy, k and answer are set.
 *
 *   cells    [n_problems] x [r->n_rows], problem by problem
 *   threads  NULL allowed
 *
 * Errors: USAGE (a k that no problem has), NOMEM. */
sheaf_code revote_rows_fill(struct revote *r, const struct revote_cell *cells, size_t n_problems,
                            pool *threads, sheaf_error *err);

/* Holm's step-down correction: p [n] to adjusted [n], NaN stays and does not count. `order` [n] is
 * scratch. (S. Holm, A simple sequentially rejective multiple test procedure, 1979.) */
void revote_holm(double *adjusted, size_t *order, const double *p, size_t n);

#endif
