/* recheck.c - see recheck.h. */
#include "evals/recheck.h"

#include <string.h>

#include "base/fail.h"
#include "base/json.h"
#include "store/trace_set.h"

/* The first token (from 0) where the two differ, n when none does. */
static size_t first_difference(const char **what, const sheaf_trace *a, const sheaf_trace *b,
                               size_t n)
{
    for (size_t i = 0; i < n; i++) {
        *what = "token";
        if (a->tokens[i] != b->tokens[i])
            return i;
        *what = "confidence";
        if (memcmp(&a->confidence[i], &b->confidence[i], sizeof *a->confidence) != 0)
            return i;
    }
    return n;
}

void recheck_compare(struct recheck *out, const sheaf_trace *stored, const sheaf_trace *now)
{
    size_t n = stored->n_tokens < now->n_tokens ? stored->n_tokens : now->n_tokens;
    *out = (struct recheck){.id = stored->id, .finish = stored->finish,
                            .n_tokens = stored->n_tokens};
    size_t at = first_difference(&out->what, stored, now, n);
    bool same_end = trace_finish_whole(stored->finish)
                        ? now->n_tokens == stored->n_tokens && now->finish == stored->finish
                        : now->n_tokens >= stored->n_tokens;
    out->same = at == n && same_end;
    if (at == n)
        out->what = same_end ? NULL : "end";
    out->at = out->same ? 0 : at + 1;
}

void recheck_describe(strbuf *out, const struct recheck *r)
{
    jsonw_str(out, r->problem);
    strbuf_printf(out, " %s trace %u: ", r->strategy, (unsigned)r->id);
    if (r->same)
        strbuf_printf(out, "same %zu tokens and confidences, stored as %s\n", r->n_tokens,
                      sheaf_finish_name(r->finish));
    else
        strbuf_printf(out, "differs at token %zu of %zu (%s)\n", r->at, r->n_tokens, r->what);
}

sheaf_code recheck_identity(const struct run_reader *run, const char *run_id, sheaf_error *err)
{
    if (strcmp(run->run_id, run_id) == 0)
        return SHEAF_OK;
    return SHEAF_FAIL(err, SHEAF_ERR_USAGE, run->dir,
                      "is run %s, these settings make run %s; without --only-trace the first "
                      "difference is named",
                      run->run_id, run_id);
}

/* ---- an evaluation -------------------------------------------------------------------------- */

static sheaf_code run_again(sheaf_result **out, const sheaf_eval *ev, const sheaf_problem *p,
                            size_t run, uint32_t id, sheaf_error *err)
{
    sheaf_error why = {0};
    sheaf_solve_options o = lineup_options(ev->lineup.runs[run], &ev->o.solve);
    o.seed = eval_seed(ev, p);
    o.only_trace = id;
    sheaf_code rc =
        ev->backend.solve(ev->backend.ctx, out, p->question, &o, &ev->grader.judge, &why);
    return rc ? SHEAF_FAIL(err, rc, p->id, "%.80s: %.160s", why.source, why.message) : rc;
}

static sheaf_code check_one(const sheaf_eval *ev, const struct run_reader *run,
                            const struct recheck_request *q, const struct trace_entry *e,
                            const sheaf_problem *p, size_t strategy, sheaf_error *err)
{
    struct trace_set stored;
    struct recheck outcome;
    sheaf_result *r = NULL;
    sheaf_code rc = trace_set_load_one(&stored, e, &run->files, err);
    if (rc)
        return rc;
    rc = run_again(&r, ev, p, strategy, q->id, err);
    if (!rc && r->n_traces == 1) {
        recheck_compare(&outcome, &stored.traces[0], &r->traces[0]);
        outcome.problem = p->id;
        outcome.strategy = ev->lineup.runs[strategy]->name;
        q->tell(q->ctx, &outcome);
    }
    if (r)
        ev->backend.release(r);
    trace_set_free(&stored);
    return rc;
}

static sheaf_code check_problem(size_t *n_checked, const sheaf_eval *ev,
                                const struct run_reader *run, const struct recheck_request *q,
                                const sheaf_problem *p, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; i < ev->lineup.n_runs && !rc; i++) {
        const struct trace_entry *e =
            trace_table_find(&run->table, p->id, ev->lineup.runs[i]->name, q->id);
        if (!e)
            continue;
        rc = check_one(ev, run, q, e, p, i, err);
        *n_checked += 1;
    }
    return rc;
}

sheaf_code recheck_run(sheaf_eval *ev, const struct run_reader *run,
                       const struct recheck_request *q, sheaf_error *err)
{
    size_t n_checked = 0;
    sheaf_code rc = recheck_identity(run, ev->run_id, err);
    for (size_t i = 0; i < sheaf_dataset_count(ev->data) && !rc; i++) {
        const sheaf_problem *p = sheaf_dataset_problem(ev->data, i);
        if (!q->problem || strcmp(q->problem, p->id) == 0)
            rc = check_problem(&n_checked, ev, run, q, p, err);
    }
    if (!rc && n_checked == 0)
        rc = SHEAF_FAIL(err, SHEAF_ERR_USAGE, run->dir, "has no trace %u%s%.60s", (unsigned)q->id,
                        q->problem ? " of " : "", q->problem ? q->problem : "");
    return rc;
}
