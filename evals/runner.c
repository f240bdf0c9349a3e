/* runner.c - problem after problem: run, grade, record.
 *
 * A trace is recorded when it ends (recorder.h), votes when all runs of the problem are over: see
 * resume.c for what that order is good for. */
#include "evals/runner.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "evals/recorder.h"
#include "evals/records.h"

/* A problem in work. */
struct work {
    sheaf_eval *ev;
    const sheaf_problem *problem;
    struct score *score;
    strbuf line;                     /* of all votes                              */
    strbuf votes[LINEUP_RUNS_MAX];   /* lines of each run's rules                 */
    strbuf answer;                   /* of rule 0, as progress shows it           */
    bool answered;
    bool *right;                     /* [n_traces] of the budget                  */
    sheaf_vote *tally;               /* [n_traces]                                */
    bool cancelled;
    double spent_s;                  /* by all problems of this start             */
};

static bool is_cancelled(const sheaf_eval *ev)
{
    return ev->o.solve.cancel && *ev->o.solve.cancel;
}

/* ---- recording ------------------------------------------------------------------------------ */

static struct record_origin origin_of(const struct work *w, size_t run)
{
    const sheaf_eval *ev = w->ev;
    return (struct record_origin){
        .run_id = ev->run_id,
        .problem = w->problem->id,
        .gold = w->problem->answer,
        .strategy = ev->lineup.runs[run]->name,
    };
}

static struct recorder recorder_for(struct work *w, size_t run)
{
    sheaf_eval *ev = w->ev;
    return (struct recorder){
        .log = &ev->log,
        .engine = ev->backend.engine,
        .grader = &ev->grader,
        .origin = {.run_id = ev->run_id,
                   .problem = w->problem->id,
                   .gold = w->problem->answer,
                   .strategy = ev->lineup.runs[run]->name,
                   .seed = eval_seed(ev, w->problem),
                   .model_hash = ev->backend.model.hash,
                   .prompt_hash = eval_prompt_hash(ev, w->problem)},
    };
}

/* ---- voting --------------------------------------------------------------------------------- */

static size_t count_ballots(const sheaf_vote *votes, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += votes[i].ballots;
    return sum;
}

/* The vote of a rule, an offline one or the run's own. */
static struct record_vote take_vote(struct work *w, const struct lineup_rule *rule,
                                    const sheaf_result *r)
{
    const sheaf_eval *ev = w->ev;
    const sheaf_vote *votes = rule->vote ? w->tally : r->votes;
    size_t cap = ev->o.solve.traces;
    size_t n = rule->vote ? ev->backend.revote(r, rule->vote, w->tally, cap) : r->n_votes;
    struct record_vote v = {.rule = rule->name, .score.ballots = count_ballots(votes, n)};
    if (n) {
        v.answer = votes[0].answer;
        v.share = votes[0].share;
        v.score.correct = ev->grader.right(ev->grader.ctx, w->problem->answer, v.answer);
    }
    return v;
}

static void keep_answer(struct work *w, const char *answer)
{
    strbuf_reset(&w->answer);
    strbuf_str(&w->answer, answer ? answer : "");
    w->answered = answer != NULL;
}

static void vote(struct work *w, size_t run, const struct record_origin *o, const sheaf_result *r)
{
    const struct lineup *l = &w->ev->lineup;
    for (size_t i = 0; i < l->n_rules; i++) {
        if (l->rules[i].run != run)
            continue;
        struct record_vote v = take_vote(w, &l->rules[i], r);
        w->score->rules[i] = v.score;
        record_vote(&w->votes[run], o, &w->ev->grader, &v, &w->score->runs[run]);
        if (i == 0)
            keep_answer(w, v.answer);
    }
}

/* ---- a problem ------------------------------------------------------------------------------ */

/* *earlier_s: seconds that an earlier start spent on the traces that are known. */
static sheaf_code solve(sheaf_result **out, double *earlier_s, struct work *w, size_t run,
                        sheaf_error *err)
{
    const sheaf_eval *ev = w->ev;
    sheaf_error why = {0};
    struct recorder rec = recorder_for(w, run);
    sheaf_solve_options o = lineup_options(ev->lineup.runs[run], &ev->o.solve);
    o.seed = eval_seed(ev, w->problem);
    sheaf_code rc = recorder_begin(&rec, &o, err);
    if (rc)
        return rc;
    rc = ev->backend.solve(ev->backend.ctx, out, w->problem->question, &o, &ev->grader.judge, &why);
    if (rc)
        SHEAF_FAIL(err, rc, w->problem->id, "%.80s: %.160s", why.source, why.message);
    *earlier_s = rec.earlier_s;
    return recorder_end(&rec, rc, err);
}

static sheaf_code run_strategy(struct work *w, size_t run, sheaf_error *err)
{
    const sheaf_eval *ev = w->ev;
    sheaf_result *r = NULL;
    struct record_origin o = origin_of(w, run);
    double earlier_s = 0;
    sheaf_code rc = solve(&r, &earlier_s, w, run, err);
    if (rc) {
        if (r)
            ev->backend.release(r);
        return rc;
    }
    o.window = r->window;
    o.parallel = r->parallel;
    rc = score_run(&w->score->runs[run], w->right, r, &ev->grader, w->problem->answer,
                   ev->o.solve.traces, ev->lineup.runs[run]->whole, err);
    w->score->runs[run].seconds += earlier_s;
    w->cancelled = r->partial && r->stop == SHEAF_STOP_CANCELLED;
    if (!rc && !w->cancelled)
        vote(w, run, &o, r);
    ev->backend.release(r);
    return rc;
}

/* All votes of the problem in one write, in order of rules. */
static sheaf_code record_votes(struct work *w, sheaf_error *err)
{
    sheaf_code rc = trace_log_sync(&w->ev->log, err);
    strbuf_reset(&w->line);
    for (size_t i = 0; i < w->ev->lineup.n_runs; i++) {
        strbuf_text(&w->line, strbuf_view(&w->votes[i]));
        w->line.failed = w->line.failed || w->votes[i].failed;
    }
    if (!rc && w->line.failed)
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, w->problem->id, "no memory for a record");
    if (!rc)
        rc = rundir_append(&w->ev->dir, RUNDIR_VOTES, strbuf_view(&w->line), err);
    return rc ? rc : rundir_sync(&w->ev->dir, RUNDIR_VOTES, err);
}

/* Runs take turns in being first: what warms up or throttles the machine hits all alike. */
static sheaf_code run_problem(struct work *w, size_t index, sheaf_error *err)
{
    size_t n = w->ev->lineup.n_runs, position = sheaf_dataset_position(w->ev->data, index);
    sheaf_code rc = SHEAF_OK;
    w->problem = sheaf_dataset_problem(w->ev->data, index);
    w->score = &w->ev->scores[index];
    for (size_t i = 0; i < n && !rc && !w->cancelled; i++) {
        size_t run = (position + i) % n;
        strbuf_reset(&w->votes[run]);
        rc = run_strategy(w, run, err);
        w->cancelled = w->cancelled || (is_cancelled(w->ev) && i + 1 < n);
    }
    if (!rc && !w->cancelled)
        rc = record_votes(w, err);
    return rc;
}

/* ---- all problems --------------------------------------------------------------------------- */

static size_t count_right(const sheaf_eval *ev)
{
    size_t n = 0;
    for (size_t i = 0; i < ev->n_done; i++)
        n += ev->scores[i].rules[0].correct;
    return n;
}

static void tell(struct work *w)
{
    sheaf_eval *ev = w->ev;
    sheaf_eval_progress p = {.dir = ev->dir.path,
                             .n_done = ev->n_done,
                             .n_problems = ev->n_problems,
                             .n_resumed = ev->n_resumed,
                             .rule = ev->lineup.rules[0].name,
                             .n_right = count_right(ev)};
    if (w->problem) {
        p.problem = w->problem;
        p.answer = w->answered ? w->answer.p : NULL;
        p.correct = w->score->rules[0].correct;
        for (size_t i = 0; i < ev->lineup.n_runs; i++) {
            p.tokens += w->score->runs[i].tokens;
            p.seconds += w->score->runs[i].seconds;
        }
        w->spent_s += p.seconds;
        p.eta_s = w->spent_s / (double)(ev->n_done - ev->n_resumed) *
                  (double)(ev->n_problems - ev->n_done);
    }
    if (ev->o.on_progress)
        ev->o.on_progress(ev->o.on_progress_ctx, &p);
}

static sheaf_code run_problems(struct work *w, sheaf_error *err)
{
    sheaf_eval *ev = w->ev;
    sheaf_code rc = SHEAF_OK;
    tell(w);
    while (ev->n_done < ev->n_problems && !is_cancelled(ev) && !rc) {
        rc = run_problem(w, ev->n_done, err);
        if (rc || w->cancelled)
            break;
        ev->n_done++;
        tell(w);
    }
    return rc;
}

sheaf_code eval_problems(sheaf_eval *ev, sheaf_error *err)
{
    struct work w = {.ev = ev};
    sheaf_code rc = SHEAF_OK;
    w.right = alloc_zero(ev->o.solve.traces, sizeof *w.right);
    w.tally = alloc_zero(ev->o.solve.traces, sizeof *w.tally);
    if (w.right && w.tally)
        rc = run_problems(&w, err);
    else
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "eval", "no memory for %zu traces",
                        ev->o.solve.traces);
    alloc_free(w.right);
    alloc_free(w.tally);
    strbuf_free(&w.line);
    strbuf_free(&w.answer);
    for (size_t i = 0; i < LINEUP_RUNS_MAX; i++)
        strbuf_free(&w.votes[i]);
    return rc;
}
