/* eval.c - an evaluation from its settings to results.json. */
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "evals/filter.h"
#include "evals/recheck.h"
#include "evals/results.h"
#include "evals/reuse.h"
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
        rc = results_write(&ev->results, s, strbuf_view(&ev->config), ev->o.n_shots, err);
    if (!rc)
        rc = rundir_write(&ev->dir, "results.json", strbuf_view(&ev->results), err);
    if (!rc && s->complete)
        rc = rundir_status(&ev->dir, id, "done", err);
    return rc;
}

/* The run's directory, that of its shard where the set is cut. Errors: NOMEM. */
static sheaf_code name_dir(strbuf *path, const sheaf_eval *ev, sheaf_error *err)
{
    size_t index, n = sheaf_dataset_shards(ev->data, &index);
    strbuf_str(path, ev->o.dir ? ev->o.dir : "sheaf-eval-");
    if (!ev->o.dir)
        strbuf_str(path, ev->run_id);
    if (n > 1)
        strbuf_printf(path, "/shard-%zu-of-%zu", index, n);
    return path->failed ? SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "eval", "no memory for a path")
                        : SHEAF_OK;
}

static sheaf_code open_dir(sheaf_eval *ev, const struct rundir_identity *id, sheaf_error *err)
{
    strbuf path = {0};
    sheaf_code rc = name_dir(&path, ev, err);
    if (!rc)
        rc = rundir_open(&ev->dir, path.p, id, ev->o.redo, err);
    strbuf_free(&path);
    return rc;
}

static sheaf_code run_all(sheaf_eval *ev, sheaf_error *err)
{
    ev->scores = alloc_zero(ev->n_problems, sizeof *ev->scores);
    sheaf_code rc = SHEAF_OK;
    if (!ev->scores)
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "eval", "no memory for %zu problems",
                        ev->n_problems);
    const struct rundir_identity id = {ev->run_id, strbuf_view(&ev->config),
                                       strbuf_view(&ev->machine)};
    if (!rc && ev->o.reuse)
        rc = reuse_open(&ev->reuse, ev->o.reuse, strbuf_view(&ev->config), err);
    if (!rc)
        rc = open_dir(ev, &id, err);
    if (!rc)
        rc = trace_log_open(&ev->log, &ev->dir, ev->run_id, err);
    if (!rc)
        rc = eval_resume(ev, err);
    if (!rc)
        rc = eval_problems(ev, err);
    return rc ? rc : report(ev, &id, err);
}

/* An evaluation with its settings, nothing opened. */
static sheaf_code create(sheaf_eval **out, const struct eval_backend *backend,
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
    sheaf_code rc = lineup_make(&ev->lineup, o->strategies, o->n_strategies, err);
    if (!rc)
        rc = eval_settings(ev, err);
    if (rc)
        sheaf_eval_free(ev);
    else
        *out = ev;
    return rc;
}

sheaf_code eval_run(sheaf_eval **out, const struct eval_backend *backend,
                    const struct grader *grader, const sheaf_dataset *d,
                    const sheaf_eval_options *o, sheaf_error *err)
{
    sheaf_eval *ev = NULL;
    sheaf_code rc = create(&ev, backend, grader, d, o, err);
    if (rc)
        return rc;
    rc = run_all(ev, err);
    if (rc)
        sheaf_eval_free(ev);
    else
        *out = ev;
    return rc;
}

sheaf_code eval_recheck(const struct eval_backend *backend, const struct grader *grader,
                        const sheaf_dataset *d, const sheaf_eval_options *o,
                        const struct recheck_request *q, sheaf_error *err)
{
    struct run_reader run = {.dir = NULL};
    sheaf_eval *ev = NULL;
    strbuf path = {0};
    sheaf_code rc = create(&ev, backend, grader, d, o, err);
    if (!rc)
        rc = name_dir(&path, ev, err);
    if (!rc)
        rc = run_reader_open(&run, path.p, err);
    if (!rc)
        rc = recheck_run(ev, &run, q, err);
    run_reader_close(&run);
    strbuf_free(&path);
    sheaf_eval_free(ev);
    return rc;
}

/* ---- the public side ------------------------------------------------------------------------ */

static sheaf_code solve_on_engine(void *ctx, sheaf_result **out, const char *question,
                                  const sheaf_solve_options *o, const sheaf_judge *judge,
                                  sheaf_error *err)
{
    return sheaf_solve(out, ctx, question, o, judge, err);
}

static sheaf_code solve_many_on_engine(void *ctx, const sheaf_jobs *jobs, sheaf_error *err)
{
    return sheaf_solve_many(ctx, jobs, err);
}

static struct eval_backend backend_of(sheaf_engine *e)
{
    struct eval_backend backend = {.ctx = e,
                                   .engine = e,
                                   .solve = solve_on_engine,
                                   .solve_many = solve_many_on_engine,
                                   .revote = sheaf_result_revote,
                                   .release = sheaf_result_free};
    sheaf_engine_info(e, &backend.model);
    return backend;
}

/* The options with the answer type that the set has, and the grader that follows. */
static sheaf_code settle(sheaf_eval_options *settled, struct grader *grader,
                         const sheaf_dataset *d, const sheaf_eval_options *o, sheaf_error *err)
{
    enum answer_kind kind = answer_kind_of(d);
    if (o->answer_type && !answer_kind_parse(&kind, o->answer_type))
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "answer type",
                          "\"%.40s\"; any, integer, aime, number or choice wanted",
                          o->answer_type);
    *settled = *o;
    settled->answer_type = answer_kind_name(kind);
    settled->filter = NULL;
    *grader = grader_for(o->task, kind);
    if (o->filter && strcmp(o->filter, FILTER_EXACT) != 0 &&
        !filter_grader(grader, &settled->filter, o->filter))
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "filter",
                          "\"%.40s\"; exact, strict-match, flexible-extract or matharena wanted",
                          o->filter);
    return SHEAF_OK;
}

sheaf_code sheaf_eval_run(sheaf_eval **out, sheaf_engine *e, const sheaf_dataset *d,
                          const sheaf_eval_options *o, sheaf_error *err)
{
    struct eval_backend backend = backend_of(e);
    sheaf_eval_options settled;
    struct grader grader;
    sheaf_code rc = settle(&settled, &grader, d, o, err);
    return rc ? rc : eval_run(out, &backend, &grader, d, &settled, err);
}

sheaf_code eval_recheck_on(sheaf_engine *e, const sheaf_dataset *d, const sheaf_eval_options *o,
                           const struct recheck_request *q, sheaf_error *err)
{
    struct eval_backend backend = backend_of(e);
    sheaf_eval_options settled;
    struct grader grader;
    sheaf_code rc = settle(&settled, &grader, d, o, err);
    return rc ? rc : eval_recheck(&backend, &grader, d, &settled, q, err);
}

const char *sheaf_eval_filter_name(const char *filter)
{
    struct grader unused;
    const char *name = NULL;
    if (!filter || strcmp(filter, FILTER_EXACT) == 0)
        return FILTER_EXACT;
    return filter_grader(&unused, &name, filter) ? name : NULL;
}

sheaf_eval_options sheaf_eval_defaults(void)
{
    return (sheaf_eval_options){.solve = sheaf_solve_defaults(), .task = SHEAF_TASK_GSM8K};
}

void sheaf_eval_free(sheaf_eval *ev)
{
    if (!ev)
        return;
    if (ev->log.dir)
        trace_log_close(&ev->log);
    rundir_close(&ev->dir);
    run_reader_close(&ev->reuse);
    alloc_free(ev->scores);
    strbuf_free(&ev->config);
    strbuf_free(&ev->machine);
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
