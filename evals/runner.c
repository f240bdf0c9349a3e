/* runner.c - the problems that are left: hands jobs to the solver, which works on several at once,
 * and records what comes back in the order of the set.
 *
 * A trace is recorded when it ends (recorder.h), votes when all jobs of the problem and of those
 * before it are complete: see resume.c for what that order is good for. A problem that fails ends
 * the evaluation, but those in work beside it are run to their end; when a record fails everything
 * stops, because nothing that follows could be kept. */
#include "evals/runner.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fail.h"
#include "evals/job.h"

struct work {
    sheaf_eval *ev;
    struct job **jobs; /* [n_jobs] by number, NULL: not begun or recorded and gone */
    size_t n_jobs, next;
    size_t front;      /* the first that is not complete */
    size_t begun_at;   /* the first of this start */
    size_t n_complete; /* of this start */
    struct job_scratch scratch;
    strbuf line;       /* of all votes of a problem */
    double started_s;
    sheaf_code rc;     /* the first fault */
    sheaf_error err;
};

static bool is_cancelled(const sheaf_eval *ev)
{
    return ev->o.solve.cancel && *ev->o.solve.cancel;
}

static void stop_all(struct work *w)
{
    for (size_t i = w->front; i < w->next; i++)
        if (w->jobs[i])
            w->jobs[i]->rec.stop = 1;
}

/* ---- progress ------------------------------------------------------------------------------- */

static size_t count_right(const sheaf_eval *ev)
{
    size_t n = 0;
    for (size_t i = 0; i < ev->n_done; i++)
        n += ev->scores[i].rules[0].correct;
    return n;
}

/* Jobs that are complete, and the ended traces of those in work as parts of one. */
static double jobs_done(const struct work *w)
{
    double done = (double)w->n_complete;
    for (size_t i = w->front; i < w->next; i++) {
        const struct job *j = w->jobs[i];
        if (j && j->recording)
            done += (double)j->rec.n_ended / (double)j->o.traces;
    }
    return done;
}

static double seconds_left(const struct work *w)
{
    double done = jobs_done(w), all = (double)(w->n_jobs - w->begun_at);
    return done > 0 ? (clock_now_s() - w->started_s) / done * (all - done) : 0;
}

/* `problem` is done, with the answer of its first rule in `j`; NULL: the run is about to begin. */
static void tell(const struct work *w, const sheaf_problem *problem, const struct job *j)
{
    const sheaf_eval *ev = w->ev;
    sheaf_eval_progress p = {.dir = ev->dir.path,
                             .n_done = ev->n_done,
                             .n_problems = ev->n_problems,
                             .n_resumed = ev->n_resumed,
                             .problem = problem,
                             .rule = ev->lineup.rules[0].name,
                             .n_right = count_right(ev)};
    if (problem) {
        const struct score *s = &ev->scores[j->index];
        p.answer = j->answered ? j->answer.p : NULL;
        p.correct = s->rules[0].correct;
        p.eta_s = seconds_left(w);
        for (size_t i = 0; i < ev->lineup.n_runs; i++) {
            p.tokens += s->runs[i].tokens;
            p.seconds += s->runs[i].seconds;
        }
    }
    if (ev->o.on_progress)
        ev->o.on_progress(ev->o.on_progress_ctx, &p);
}

/* ---- recording in order --------------------------------------------------------------------- */

/* All votes of a problem in one write, in order of rules. */
static sheaf_code record_votes(struct work *w, size_t index, sheaf_error *err)
{
    sheaf_eval *ev = w->ev;
    sheaf_code rc = trace_log_sync(&ev->log, err);
    strbuf_reset(&w->line);
    for (size_t run = 0; run < ev->lineup.n_runs; run++)
        strbuf_text(&w->line, strbuf_view(&w->jobs[job_of(ev, index, run)]->votes));
    if (!rc && w->line.failed)
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "votes", "no memory for a record");
    if (!rc)
        rc = rundir_append(&ev->dir, RUNDIR_VOTES, strbuf_view(&w->line), err);
    return rc ? rc : rundir_sync(&ev->dir, RUNDIR_VOTES, err);
}

/* All jobs of a problem are complete, and so are the problems before it. */
static sheaf_code close_problem(struct work *w, size_t index, sheaf_error *err)
{
    sheaf_eval *ev = w->ev;
    size_t first = job_first(ev, index);
    sheaf_code rc = record_votes(w, index, err);
    if (rc)
        return rc;
    ev->n_done++;
    tell(w, sheaf_dataset_problem(ev->data, index), w->jobs[job_of(ev, index, 0)]);
    for (size_t i = first; i < first + ev->lineup.n_runs; i++) {
        job_free(w->jobs[i]);
        w->jobs[i] = NULL;
    }
    return SHEAF_OK;
}

/* Records what has its turn: complete jobs without a gap, and the one that follows them. */
static sheaf_code move_front(struct work *w, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    while (!rc && w->front < w->next && w->jobs[w->front]) {
        struct job *j = w->jobs[w->front];
        rc = job_turn(j, err);
        if (rc || !j->complete)
            break;
        w->front++;
        if (w->front == job_first(w->ev, j->index + 1))
            rc = close_problem(w, j->index, err);
    }
    return rc;
}

/* ---- what the solver asks ------------------------------------------------------------------- */

static bool next_job(void *ctx, sheaf_job *out)
{
    struct work *w = ctx;
    if (w->rc || is_cancelled(w->ev) || w->next == w->n_jobs)
        return false;
    struct job *j = NULL;
    w->rc = job_begin(&j, w->ev, w->next, w->next == w->front, &w->err);
    if (w->rc)
        return false;
    w->jobs[w->next++] = j;
    *out = (sheaf_job){.question = j->problem->question, .options = &j->o,
                       .judge = &w->ev->grader.judge, .ctx = j};
    return true;
}

static void job_done(void *ctx, const sheaf_job *job, sheaf_result *result,
                     const sheaf_error *fault)
{
    struct work *w = ctx;
    struct job *j = job->ctx;
    bool kept = !j->rec.rc;
    sheaf_code rc = job_end(j, result, fault, &w->scratch, &w->err);
    if (result)
        w->ev->backend.release(result);
    w->n_complete += j->complete;
    if (!rc && j->complete) {
        rc = move_front(w, &w->err);
        kept = !rc;
    }
    w->rc = w->rc ? w->rc : rc;
    if (!kept)
        stop_all(w);
}

/* ---- all problems --------------------------------------------------------------------------- */

static bool set_up(struct work *w)
{
    size_t n_traces = w->ev->o.solve.traces;
    w->jobs = alloc_zero(w->n_jobs, sizeof *w->jobs);
    w->scratch.right = alloc_zero(n_traces, sizeof *w->scratch.right);
    w->scratch.tally = alloc_zero(n_traces, sizeof *w->scratch.tally);
    return w->jobs && w->scratch.right && w->scratch.tally;
}

static void tear_down(struct work *w)
{
    for (size_t i = w->begun_at; w->jobs && i < w->next; i++)
        job_free(w->jobs[i]);
    alloc_free(w->jobs);
    alloc_free(w->scratch.right);
    alloc_free(w->scratch.tally);
    strbuf_free(&w->line);
}

static sheaf_code run_jobs(struct work *w, sheaf_error *err)
{
    sheaf_eval *ev = w->ev;
    const sheaf_jobs jobs = {.ctx = w, .next = next_job, .done = job_done,
                             .batch = ev->o.batch ? ev->o.batch : SHEAF_EVAL_BATCH};
    tell(w, NULL, NULL);
    w->started_s = clock_now_s();
    sheaf_code rc = SHEAF_OK;
    if (w->next < w->n_jobs && !is_cancelled(ev))
        rc = ev->backend.solve_many(ev->backend.ctx, &jobs, err);
    if (!w->rc)
        return rc;
    if (err)
        *err = w->err;
    return w->rc;
}

sheaf_code eval_problems(sheaf_eval *ev, sheaf_error *err)
{
    size_t begin = job_first(ev, ev->n_done);
    struct work w = {.ev = ev, .n_jobs = job_first(ev, ev->n_problems),
                     .next = begin, .front = begin, .begun_at = begin};
    sheaf_code rc = set_up(&w) ? run_jobs(&w, err)
                               : SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "eval",
                                            "no memory for %zu problems", ev->n_problems);
    tear_down(&w);
    return rc;
}
