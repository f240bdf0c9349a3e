/* crew.c - see crew.h.
 *
 * A turn: every run goes as far as it can without the model, those that are over are handed back,
 * and new ones take their place; then one step of the decoder for the rows of all, and each run
 * takes its draws. The decoder is opened for the first run with room to spare for longer prompts.
 * A run that it cannot hold waits until the others are through, and the decoder is opened anew. */
#include "tts/crew.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fail.h"
#include "engine/kvcache.h"
#include "tts/run.h"

struct member {
    struct run *run;
    size_t n_spans, n_draws; /* of this step */
};

struct crew {
    sheaf_engine *e;
    const sheaf_jobs *jobs;
    size_t batch;
    uint64_t limit_bytes;
    sheaf_decoder *d;
    struct plan_request shape; /* what d was opened for */
    struct plan_crowd crowd;
    sheaf_span *spans; /* [crowd.n_rows] */
    sheaf_draw *draws; /* [crowd.n_rows] */
    struct member *members; /* [n] in the order they began */
    size_t n, cap;
    struct run *waiting; /* prepared, not begun */
    bool drained;        /* there are no more jobs */
};

/* ---- jobs ----------------------------------------------------------------------------------- */

static void tell_done(const struct run *r, const sheaf_result *result)
{
    const sheaf_event event = {.kind = SHEAF_EVENT_DONE, .so_far = result, .n_wanted = r->n_wanted,
                               .seconds = result->seconds};
    if (r->o->on_event)
        r->o->on_event(r->o->on_event_ctx, &event);
}

/* Votes, or tells the fault that `rc` is; the run is gone then. */
static void hand_back(struct crew *c, struct run *r, sheaf_code rc, sheaf_error *why)
{
    sheaf_result *result = NULL;
    const sheaf_job job = r->job;
    if (!rc)
        rc = run_result(&result, r, why);
    if (!rc)
        tell_done(r, result);
    run_close(r);
    alloc_free(r);
    c->jobs->done(c->jobs->ctx, &job, result, rc ? why : NULL);
}

static void prepare(struct crew *c, const sheaf_job *job)
{
    sheaf_error why = {0};
    struct run *r = alloc_zero(1, sizeof *r);
    if (!r) {
        SHEAF_FAIL(&why, SHEAF_ERR_NOMEM, "run", "no memory");
        c->jobs->done(c->jobs->ctx, job, NULL, &why);
        return;
    }
    *r = (struct run){.e = c->e, .job = *job, .judge = job->judge,
                      .options = job->options ? *job->options : sheaf_solve_defaults()};
    r->o = &r->options;
    run_clock_start(r);
    sheaf_code rc = run_check(r, &why);
    if (!rc)
        rc = run_prepare(r, job->question, c->limit_bytes, &why);
    run_clock_stop(r);
    if (rc)
        hand_back(c, r, rc, &why);
    else
        c->waiting = r;
}

/* The next job that can be run, into c->waiting. */
static void pull(struct crew *c)
{
    sheaf_job job;
    while (!c->waiting && !c->drained) {
        if (c->jobs->next(c->jobs->ctx, &job))
            prepare(c, &job);
        else
            c->drained = true;
    }
}

/* ---- the decoder ---------------------------------------------------------------------------- */

static size_t max_of(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* What holds the run, what came before, prompts half as long again, and shorter ones that leave
 * more of the context to an answer. */
static struct plan_request roomy_shape(const struct crew *c, const struct run *r)
{
    size_t most = r->n_context < r->o->max_tokens ? r->n_context : r->o->max_tokens;
    struct plan_request q = run_request(r, most, c->limit_bytes);
    size_t prompt = q.prompt_tokens + q.prompt_tokens / 2;
    prompt = (prompt + KV_PAGE - 1) / KV_PAGE * KV_PAGE;
    q.prompt_tokens = max_of(c->shape.prompt_tokens, prompt);
    q.max_tokens = max_of(c->shape.max_tokens, q.max_tokens);
    q.fork_tokens = max_of(c->shape.fork_tokens, q.fork_tokens);
    q.store_bytes = max_of(c->shape.store_bytes, q.store_bytes);
    q.slot_bytes = max_of(c->shape.slot_bytes, q.slot_bytes);
    return q;
}

/* Where there is no memory for two the run has the decoder that it has alone. */
static void choose_shape(struct crew *c, const struct run *r)
{
    struct plan_request roomy = roomy_shape(c, r);
    struct plan_crowd crowd = {0};
    if (c->batch > 1 && plan_holds(&roomy, &r->need))
        crowd = plan_crowd(&roomy, r->n_slots, c->batch);
    bool fits = crowd.n_runs > 1;
    c->shape = fits ? roomy : r->need;
    c->crowd = fits ? crowd : plan_crowd(&r->need, r->n_slots, c->batch);
}

static void close_decoder(struct crew *c)
{
    sheaf_decoder_close(c->d);
    alloc_free(c->spans);
    alloc_free(c->draws);
    c->d = NULL;
    c->spans = NULL;
    c->draws = NULL;
}

static sheaf_code open_decoder(struct crew *c, const struct run *r, sheaf_error *err)
{
    close_decoder(c);
    choose_shape(c, r);
    c->spans = alloc_zero(c->crowd.n_rows, sizeof *c->spans);
    c->draws = alloc_zero(c->crowd.n_rows, sizeof *c->draws);
    if (!c->spans || !c->draws)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "crew", "no memory for %zu rows", c->crowd.n_rows);
    sheaf_decoder_options o = plan_decoder_options(&c->shape, c->crowd);
    return sheaf_decoder_open(&c->d, c->e, &o, err);
}

/* ---- beginning ------------------------------------------------------------------------------ */

static size_t demand(const struct crew *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        n += run_demand(c->members[i].run);
    return n;
}

/* A decoder for one run has the pages for a prompt of that length. */
static bool decoder_holds(const struct crew *c, const struct run *r)
{
    bool any = c->crowd.n_runs > 1 || r->need.prompt_tokens == c->shape.prompt_tokens;
    return c->d && any && r->n_slots <= c->crowd.n_rows && plan_holds(&c->shape, &r->need);
}

/* May another run begin? `r` NULL: any. */
static bool has_room(const struct crew *c, const struct run *r)
{
    size_t rows = demand(c);
    if (c->n == 0)
        return true;
    if (!c->d || rows >= c->batch || c->n >= c->crowd.n_runs)
        return false;
    return !r || (decoder_holds(c, r) && run_demand(r) <= c->crowd.n_rows - rows);
}

static sheaf_code seat(struct crew *c, struct run *r, sheaf_error *err)
{
    struct member *grown = alloc_grow(c->members, c->n, &c->cap, sizeof *grown);
    if (!grown)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "crew", "no memory for %zu runs", c->n + 1);
    c->members = grown;
    run_clock_start(r);
    sheaf_code rc = c->e && !decoder_holds(c, r) ? open_decoder(c, r, err) : SHEAF_OK;
    if (!rc)
        rc = run_seat(r, c->d, err);
    run_clock_stop(r);
    return rc;
}

static void admit(struct crew *c)
{
    while (has_room(c, NULL)) {
        pull(c);
        if (!c->waiting || !has_room(c, c->waiting))
            return;
        sheaf_error why = {0};
        struct run *r = c->waiting;
        c->waiting = NULL;
        sheaf_code rc = seat(c, r, &why);
        if (rc)
            hand_back(c, r, rc, &why);
        else
            c->members[c->n++] = (struct member){.run = r};
    }
}

/* ---- turns ---------------------------------------------------------------------------------- */

static void dismiss(struct crew *c, size_t i, sheaf_code rc, sheaf_error *why)
{
    struct run *r = c->members[i].run;
    for (c->n--; i < c->n; i++)
        c->members[i] = c->members[i + 1];
    hand_back(c, r, rc, why);
}

/* Every run as far as it goes without the model; returns how many are over. */
static size_t advance(struct crew *c)
{
    size_t n_over = 0;
    for (size_t i = 0; i < c->n;) {
        sheaf_error why = {0};
        struct run *r = c->members[i].run;
        bool over;
        run_clock_start(r);
        sheaf_code rc = run_advance(r, &over, &why);
        run_clock_stop(r);
        if (rc || over) {
            dismiss(c, i, rc, &why);
            n_over++;
        } else {
            i++;
        }
    }
    return n_over;
}

static void accept(struct crew *c)
{
    const sheaf_draw *draws = c->draws;
    for (size_t i = 0; i < c->n;) {
        sheaf_error why = {0};
        struct member *m = &c->members[i];
        run_clock_start(m->run);
        sheaf_code rc = run_accept(m->run, draws, &why);
        run_clock_stop(m->run);
        draws += m->n_draws;
        if (rc)
            dismiss(c, i, rc, &why);
        else
            i++;
    }
}

/* One step of the decoder for all runs. */
static sheaf_code step(struct crew *c, sheaf_error *err)
{
    size_t n = 0, n_draws = 0, at = 0;
    double start = clock_now_s();
    for (size_t i = 0; i < c->n; i++)
        n += c->members[i].n_spans = run_spans(c->members[i].run, c->spans + n);
    sheaf_code rc = sheaf_decoder_step(c->d, c->spans, n, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < c->n; i++) {
        struct member *m = &c->members[i];
        n_draws += m->n_draws = run_draws(m->run, c->draws + n_draws, c->spans + at);
        at += m->n_spans;
    }
    rc = sheaf_decoder_draw(c->d, c->draws, n_draws, err);
    double seconds = clock_now_s() - start;
    for (size_t i = 0; i < c->n; i++)
        run_clock_share(c->members[i].run, seconds, c->members[i].n_spans, n);
    if (!rc)
        accept(c);
    return rc;
}

static sheaf_code work(struct crew *c, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    while (!rc) {
        do
            admit(c);
        while (advance(c));
        if (c->n == 0)
            break;
        rc = step(c, err);
    }
    return rc;
}

/* The decoder has failed: so has everything that was in work. */
static void give_up(struct crew *c, sheaf_code rc, const sheaf_error *fault)
{
    sheaf_error why = *fault;
    while (c->n)
        dismiss(c, c->n - 1, rc, &why);
    if (c->waiting)
        hand_back(c, c->waiting, rc, &why);
}

sheaf_code crew_run(sheaf_engine *e, const sheaf_jobs *jobs, sheaf_error *err)
{
    sheaf_error fault = {0};
    struct crew c = {.e = e, .jobs = jobs, .batch = jobs->batch ? jobs->batch : 1};
    if (e)
        c.limit_bytes = plan_limit(e, 0);
    sheaf_code rc = work(&c, &fault);
    if (rc) {
        give_up(&c, rc, &fault);
        if (err)
            *err = fault;
    }
    close_decoder(&c);
    alloc_free(c.members);
    return rc;
}
