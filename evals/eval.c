/* eval.c - an evaluation from its settings to results.json. */
#include <stdio.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "evals/runner.h"

static sheaf_code report(sheaf_eval *ev, const struct rundir_identity *id, sheaf_error *err)
{
    sheaf_eval_summary *s = &ev->summary.pub;
    s->data = sheaf_dataset_name(ev->data);
    s->dir = ev->dir.path;
    s->run_id = ev->run_id;
    s->n_done = ev->n_done;
    s->n_selected = ev->n_problems;
    s->n_total = sheaf_dataset_total(ev->data);
    s->complete = ev->n_done == ev->n_problems;
    s->partial = ev->n_done < s->n_total;
    sheaf_code rc = summary_make(&ev->summary, &ev->lineup, ev->scores, ev->n_done,
                                 ev->o.solve.traces, ev->o.solve.seed, err);
    if (!rc)
        rc = eval_results(ev, err);
    if (!rc)
        rc = rundir_write(&ev->dir, "results.json", strbuf_view(&ev->results), err);
    if (!rc && s->complete)
        rc = rundir_status(&ev->dir, id, "done", err);
    return rc;
}

static sheaf_code open_dir(sheaf_eval *ev, const struct rundir_identity *id, sheaf_error *err)
{
    char by_id[64];
    snprintf(by_id, sizeof by_id, "sheaf-eval-%s", ev->run_id);
    return rundir_open(&ev->dir, ev->o.dir ? ev->o.dir : by_id, id, ev->o.redo, err);
}

static sheaf_code run_all(sheaf_eval *ev, sheaf_error *err)
{
    ev->scores = alloc_zero(ev->n_problems, sizeof *ev->scores);
    sheaf_code rc = lineup_make(&ev->lineup, ev->o.strategies, ev->o.n_strategies, err);
    if (!rc && !ev->scores)
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "eval", "no memory for %zu problems",
                        ev->n_problems);
    if (!rc)
        rc = eval_settings(ev, err);
    const struct rundir_identity id = {ev->run_id, strbuf_view(&ev->config)};
    if (!rc)
        rc = open_dir(ev, &id, err);
    if (!rc)
        rc = eval_resume(ev, err);
    if (!rc)
        rc = eval_problems(ev, err);
    return rc ? rc : report(ev, &id, err);
}

sheaf_code eval_run(sheaf_eval **out, const struct eval_backend *backend,
                    const struct grader *grader, const sheaf_dataset *d,
                    const sheaf_eval_options *o, sheaf_error *err)
{
    sheaf_eval *ev = alloc_zero(1, sizeof *ev);
    if (!ev)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "eval", "no memory");
    ev->backend = *backend;
    ev->grader = *grader;
    ev->data = d;
    ev->o = *o;
    ev->n_problems = sheaf_dataset_count(d);
    sheaf_code rc = run_all(ev, err);
    if (rc)
        sheaf_eval_free(ev);
    else
        *out = ev;
    return rc;
}

/* ---- the public side ------------------------------------------------------------------------ */

static sheaf_code solve_on_engine(void *ctx, sheaf_result **out, const char *question,
                                  const sheaf_solve_options *o, const sheaf_judge *judge,
                                  sheaf_error *err)
{
    return sheaf_solve(out, ctx, question, o, judge, err);
}

sheaf_code sheaf_eval_run(sheaf_eval **out, sheaf_engine *e, const sheaf_dataset *d,
                          const sheaf_eval_options *o, sheaf_error *err)
{
    struct eval_backend backend = {.ctx = e,
                                   .solve = solve_on_engine,
                                   .revote = sheaf_result_revote,
                                   .release = sheaf_result_free};
    struct grader grader = grader_for(o->task);
    sheaf_engine_info(e, &backend.model);
    return eval_run(out, &backend, &grader, d, o, err);
}

sheaf_eval_options sheaf_eval_defaults(void)
{
    return (sheaf_eval_options){.solve = sheaf_solve_defaults(), .task = SHEAF_TASK_GSM8K};
}

void sheaf_eval_free(sheaf_eval *ev)
{
    if (!ev)
        return;
    rundir_close(&ev->dir);
    alloc_free(ev->scores);
    strbuf_free(&ev->config);
    strbuf_free(&ev->results);
    alloc_free(ev);
}

const sheaf_eval_summary *sheaf_eval_summarize(const sheaf_eval *ev)
{
    return &ev->summary.pub;
}

const char *sheaf_eval_results(const sheaf_eval *ev)
{
    return ev->results.p;
}
