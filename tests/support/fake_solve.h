/* fake_solve.h - a model that answers from a script, in no time: for tests of what runs on top
 * of sheaf_solve.
 *
 * The question is the script: "7 7 8 -" are the answers of its traces 0, 1, .. ('-': none),
 * repeated to the budget; deepconf-online cuts the last trace. Equal questions and seeds give
 * equal results, times included. Of many jobs `width` are begun before one ends, the last begun
 * first. */
#ifndef TESTS_SUPPORT_FAKE_SOLVE_H
#define TESTS_SUPPORT_FAKE_SOLVE_H

#include "evals/runner.h"

struct fake_solve {
    size_t width;     /* 0: 1 */
    size_t n_calls;
    size_t fail_at;   /* call (from 1) that fails with FORMAT; 0: none */
    size_t cancel_at; /* call that is cancelled, as by a signal; 0: none */
    volatile int cancel;
};

/* `f` must outlive the backend. */
struct eval_backend fake_backend(struct fake_solve *f);

/* Answers are equal when their bytes are. */
struct grader fake_grader(void);

#endif
