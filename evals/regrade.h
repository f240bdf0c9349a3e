/* regrade.h - the verdicts of a finished run, formed anew from its records, without a model.
 *
 * The answer of every trace is looked for again in its text and graded again; the answers that the
 * rules voted for are graded as they were written. Nothing is changed on disk. */
#ifndef EVALS_REGRADE_H
#define EVALS_REGRADE_H

#include <sheaf/verify.h>
#include <stdint.h>

#include "base/arena.h"
#include "evals/filter.h"

/* A verdict that is no longer what the records say, or a trace whose answer is another. */
struct regrade_change {
    const char *problem, *strategy;
    const char *rule;   /* NULL: a trace */
    uint32_t trace;
    const char *gold;
    const char *before, *after; /* answers; NULL: none */
    bool was_right, is_right;
    sheaf_grade grade;
};

struct regrade_count {
    size_t n, was_right, is_right, unknown; /* unknown: neither equal nor different now */
};

struct regrade {
    arena memory;
    const char *run_id, *data;
    sheaf_task task;
    const char *filter; /* name; FILTER_EXACT: the verifier with that task */
    struct grader harness; /* of another filter */
    bool done; /* had the run ended? */
    struct regrade_count traces, votes;
    struct regrade_change *changes; /* [n] in order of the records */
    size_t n, cap;
};

/* Reads the run in `dir`. `task` NULL: that of the run; `filter` (of filter.h, or FILTER_EXACT)
 * NULL: the run's, or with a task of its own none. Errors: IO, FORMAT, USAGE (a run of another
 * format), NOMEM. Release with regrade_free, also after an error. */
sheaf_code regrade_run(struct regrade *out, const char *dir, const sheaf_task *task,
                       const char *filter, sheaf_error *err);
void regrade_free(struct regrade *r);

#endif
