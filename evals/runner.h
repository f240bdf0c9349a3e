/* runner.h - an evaluation in work, and what it runs on: a table that tests replace by a fake.
 * One source file per step: eval.c (all of it), settings.c, resume.c, reuse.c, runner.c, job.c,
 * summary.c, results.c; the run's directory is store/'s. */
#ifndef EVALS_RUNNER_H
#define EVALS_RUNNER_H

#include <sheaf/eval.h>

#include "base/text.h"
#include "evals/grader.h"
#include "evals/lineup.h"
#include "evals/score.h"
#include "evals/summary.h"
#include "store/put.h"
#include "store/run_reader.h"
#include "store/rundir.h"
#include "store/trace_log.h"

/* Runs questions. The functions are those of <sheaf/tts.h>. */
struct eval_backend {
    void *ctx;
    const sheaf_engine *engine; /* NULL for a fake */
    sheaf_code (*solve)(void *ctx, sheaf_result **out, const char *question,
                        const sheaf_solve_options *o, const sheaf_judge *judge, sheaf_error *err);
    sheaf_code (*solve_many)(void *ctx, const sheaf_jobs *jobs, sheaf_error *err);
    size_t (*revote)(const sheaf_result *r, const char *rule, sheaf_vote *out, size_t cap);
    void (*release)(sheaf_result *r);
    sheaf_model_info model;
};

struct sheaf_eval {
    struct eval_backend backend;
    struct grader grader;
    const sheaf_dataset *data;
    sheaf_eval_options o;
    struct lineup lineup;
    strbuf config; /* settings as a JSON object                     */
    strbuf machine; /* what changes seconds only, as a JSON object  */
    char run_id[PUT_HASH_DIGITS + 1]; /* hash of config             */
    struct rundir dir;
    struct trace_log log; /* of the traces in dir */
    struct run_reader reuse; /* a run to take whole traces from; zeroed: none */
    struct score *scores; /* [n_problems], the first n_done are set */
    size_t n_problems, n_done, n_resumed;
    struct summary summary;
    strbuf results;
};

/* eval.c: sheaf_eval_run on any backend and grader. */
sheaf_code eval_run(sheaf_eval **out, const struct eval_backend *backend,
                    const struct grader *grader, const sheaf_dataset *d,
                    const sheaf_eval_options *o, sheaf_error *err);

/* settings.c: ev->config, ev->machine and ev->run_id. Errors: NOMEM. */
sheaf_code eval_settings(sheaf_eval *ev, sheaf_error *err);

/* Names a problem's prompt in records: the texts it is made of. */
uint64_t eval_prompt_hash(const sheaf_eval *ev, const sheaf_problem *p);

/* The run seed of a problem, below 2^53. */
uint64_t eval_seed(const sheaf_eval *ev, const sheaf_problem *p);

/* resume.c: reads the complete problems out of the directory into ev->scores, n_done and
 * n_resumed and cuts off what is behind them. Errors: IO, NOMEM. */
sheaf_code eval_resume(sheaf_eval *ev, sheaf_error *err);

/* runner.c: runs, grades and records the problems that are left, until the last or until
 * solve.cancel. Problems end in any order and are counted in that of the set. Errors: IO, NOMEM,
 * and those of the backend with the problem's id; the other problems in work are run to their end
 * then, unless nothing can be recorded. */
sheaf_code eval_problems(sheaf_eval *ev, sheaf_error *err);

#endif
