/* job.h - one strategy's run of one problem: what an evaluation hands to the solver.
 *
 * Jobs are numbered in the order of their records: problem by problem, and within a problem the
 * strategies take turns in being first, so that what warms up or throttles the machine hits all
 * alike. Several are in work at once; the records of a run stand in order of jobs all the same: a
 * job records in the run's files when those before it are complete, else in a spill of its own
 * (store/spill.h). */
#ifndef EVALS_JOB_H
#define EVALS_JOB_H

#include "evals/recorder.h"
#include "evals/runner.h"
#include "store/spill.h"

struct job {
    sheaf_eval *ev;
    size_t number, index, run; /* of all jobs, its problem, its strategy in the lineup */
    const sheaf_problem *problem;
    struct recorder rec;
    sheaf_solve_options o; /* with the recorder in between */
    struct spill spill;
    bool direct;    /* records in the run's files */
    bool recording; /* begun, and not ended */
    bool complete;  /* ended, voted on */
    strbuf votes;   /* lines of its rules */
    strbuf answer;  /* of its first rule, as progress shows it */
    bool answered;
};

/* Memory for grading, of all jobs. */
struct job_scratch {
    bool *right;       /* [n_traces] of the budget */
    sheaf_vote *tally; /* [n_traces] */
};

/* Where the job that is number `number` stands. */
size_t job_index(const sheaf_eval *ev, size_t number);
/* The number of a problem's first job, and of the job of strategy `run` in it. */
size_t job_first(const sheaf_eval *ev, size_t index);
size_t job_of(const sheaf_eval *ev, size_t index, size_t run);

/* A job of that number, its known traces read. `first`: all jobs before it are complete. Errors:
 * IO, FORMAT, NOMEM. Release with job_free. */
sheaf_code job_begin(struct job **out, sheaf_eval *ev, size_t number, bool first, sheaf_error *err);

/* The jobs before it are complete: its records go to the run's files, those of before and those to
 * come. Errors: IO, NOMEM, FORMAT. */
sheaf_code job_turn(struct job *j, sheaf_error *err);

/* The solver is done with it: grades the result into ev->scores and votes. `r` NULL: it failed with
 * `fault`, which comes back with the problem's id. One that was cancelled does not become complete.
 * Errors: that of a record first; NOMEM. */
sheaf_code job_end(struct job *j, const sheaf_result *r, const sheaf_error *fault,
                   const struct job_scratch *scratch, sheaf_error *err);

void job_free(struct job *j); /* NULL allowed */

#endif
