/* scheduler.c - the steps of a run: admits traces into free slots, says what the model is to decode
 * (the crew does it, for all runs at once), ends traces and starts the next in their place.
 *
 * Decisions about a step are taken after all its tokens are in, in slot order, so that they do not
 * depend on which row was drawn first. A trace's tokens depend on its id alone (sheaf/engine.h). */
#include "base/clock.h"
#include "base/fail.h"
#include "tts/known.h"
#include "tts/run.h"

#define EVENT_INTERVAL_S 0.05

float *run_ring(const struct run *r, const struct slot *s)
{
    return r->rings + (size_t)(s - r->slots) * r->ring_cap;
}

/* ---- one token ------------------------------------------------------------------------------ */

static bool is_end(const struct run *r, const struct slot *s, int32_t token)
{
    return s->known ? known_is_end(token) : sheaf_engine_is_end(r->e, token);
}

static void take_token(struct run *r, struct slot *s, int32_t token, float confidence)
{
    struct trace *t = s->trace;
    t->tokens[t->pub.n_tokens] = token;
    t->confidence[t->pub.n_tokens++] = confidence;
    r->tokens++;
    if (r->rules.cut == CUT_CONFIDENCE && t->pub.id < r->n_warmup)
        r->warmup_tokens++;
    s->next = token;
    conf_tracker_push(&s->conf, confidence);
}

static bool was_probed(const struct run *r, const struct slot *s)
{
    return r->rules.cut == CUT_PROBE && s->known && s->known->finish == SHEAF_FINISH_PROBE &&
           known_is_whole(s->trace, s->known) && s->wait == 0;
}

static bool is_looping(struct slot *s, int32_t token)
{
    return s->known ? known_loops(s->trace, s->known) : loop_guard_push(&s->loop, token);
}

/* What the new token means for the trace: true with *finish set, or still running. */
static bool ends(struct run *r, struct slot *s, const sheaf_draw *draw, enum sheaf_finish *finish)
{
    struct trace *t = s->trace;
    int32_t token = force_token(r, s, draw->token);
    t->self_certainty_sum += (double)draw->self_certainty;
    if (is_end(r, s, token)) {
        *finish = watch_end(&s->watch) ? SHEAF_FINISH_CUT : SHEAF_FINISH_STOP;
        return true;
    }
    take_token(r, s, token, draw->confidence);
    bool wrong = watch_push(&s->watch, token);
    *finish = SHEAF_FINISH_LOOP;
    if (r->o->loop_guard && is_looping(s, token))
        return true;
    *finish = SHEAF_FINISH_CUT;
    if (wrong || online_must_cut(r, s))
        return true;
    *finish = SHEAF_FINISH_PROBE;
    if (was_probed(r, s))
        return true;
    bool full = t->pub.n_tokens == r->max_tokens;
    *finish = full && watch_end(&s->watch) ? SHEAF_FINISH_CUT : SHEAF_FINISH_LENGTH;
    return full;
}

static sheaf_code finish_trace(struct run *r, struct slot *s, enum sheaf_finish finish,
                               sheaf_error *err)
{
    struct trace *t = s->trace;
    sheaf_code rc = run_retire(r, s, finish, err);
    if (!rc)
        online_trace_done(r, t);
    return rc;
}

/* Takes the draw of a slot; ends its trace, or begins to probe it, when that is due. */
static sheaf_code accept(struct run *r, struct slot *s, const sheaf_draw *draw, sheaf_error *err)
{
    enum sheaf_finish finish;
    if (ends(r, s, draw, &finish))
        return finish_trace(r, s, finish, err);
    return probe_is_due(r, s) ? probe_begin(s, r, err) : SHEAF_OK;
}

/* The same for the draw of its probe, NULL while the probe's prompt is fed. */
static sheaf_code accept_probe(struct run *r, struct slot *s, const sheaf_draw *draw,
                               sheaf_error *err)
{
    bool agreed;
    probe_step(r, s, draw, &agreed);
    return agreed ? finish_trace(r, s, SHEAF_FINISH_PROBE, err) : SHEAF_OK;
}

/* A known trace waits for a probe that nobody makes again. */
static sheaf_code accept_wait(struct run *r, struct slot *s, sheaf_error *err)
{
    s->wait--;
    probe_count(r, s);
    return was_probed(r, s) ? finish_trace(r, s, SHEAF_FINISH_PROBE, err) : SHEAF_OK;
}

/* The next step of a known trace. */
static sheaf_code accept_known(struct run *r, struct slot *s, sheaf_error *err)
{
    sheaf_draw draw;
    if (s->wait)
        return accept_wait(r, s, err);
    sheaf_code rc = known_draw(&draw, s->trace, s->known, err);
    return rc ? rc : accept(r, s, &draw, err);
}

static sheaf_draw draw_for(const struct run *r, const struct slot *s, float *logits)
{
    static const sheaf_sampling greedy = {.temperature = 0.0f, .top_p = 1.0f};
    return (sheaf_draw){
        .logits = logits,
        .seed = r->o->seed,
        .trace = s->trace->pub.id,
        .position = s->trace->pub.n_tokens,
        .sampling = s->probe.fork ? greedy : r->o->sampling,
    };
}

/* ---- admitting ------------------------------------------------------------------------------ */

/* One more trace is decoded; the prompt goes when it was the last. */
static void count_decoding(struct run *r)
{
    r->n_decoding++;
    if (--r->n_unknown > 0)
        return;
    sheaf_session_close(r->prompt);
    r->prompt = NULL;
}

static sheaf_code launch(struct run *r, struct slot *s, sheaf_error *err)
{
    struct trace *t = &r->traces[r->next];
    sheaf_code rc = SHEAF_OK;
    s->known = known_find(r, t->pub.id);
    if (!s->known && !r->d)
        rc = SHEAF_FAIL(err, SHEAF_ERR_USAGE, "trace", "%u is not among the known ones",
                        (unsigned)t->pub.id);
    else if (!s->known)
        rc = sheaf_session_fork(&s->session, r->prompt, err);
    if (rc)
        return rc;
    r->next++;
    r->n_live++;
    if (!s->known)
        count_decoding(r);
    s->trace = t;
    t->state = TRACE_RUNNING;
    t->pub.start_s = run_seconds(r);
    bool probed = s->known && r->rules.cut == CUT_PROBE;
    s->wait = probed ? s->known->n_probe_tokens : 0;
    t->pub.n_probes = probed ? s->known->n_probes : 0;
    conf_tracker_init(&s->conf, run_ring(r, s), r->window ? r->window : DISPLAY_WINDOW);
    loop_guard_init(&s->loop);
    probe_init(&s->probe);
    force_init(&s->force, r);
    watch_init(&s->watch, r, r->lines ? r->lines + (size_t)(s - r->slots) * WATCH_LINE : NULL);
    watch_play(&s->watch, s->known);
    sheaf_draw draw = draw_for(r, s, r->prompt_logits);
    rc = s->known ? known_draw(&draw, t, s->known, err) : sheaf_decoder_draw(r->d, &draw, 1, err);
    return rc ? rc : accept(r, s, &draw, err);
}

static sheaf_code fill_slots(struct run *r, sheaf_error *err)
{
    for (size_t i = 0; i < r->n_slots && !r->stopped; i++) {
        while (!r->slots[i].trace && r->next < r->n_wanted && !r->stopped) {
            sheaf_code rc = launch(r, &r->slots[i], err);
            if (rc)
                return rc;
        }
    }
    return SHEAF_OK;
}

/* ---- the loop ------------------------------------------------------------------------------- */

static bool is_decoded(const struct slot *s)
{
    return s->trace && !s->known;
}

static sheaf_span span_for(const struct run *r, struct slot *s)
{
    return s->probe.fork ? probe_span(r, s)
                         : (sheaf_span){s->session, &s->next, 1, SHEAF_WANT_LAST, NULL};
}

size_t run_spans(struct run *r, sheaf_span *spans)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_slots; i++) {
        struct slot *s = &r->slots[i];
        if (!is_decoded(s))
            continue;
        spans[n] = span_for(r, s);
        s->drawn = spans[n++].want == SHEAF_WANT_LAST;
    }
    return n;
}

size_t run_draws(struct run *r, sheaf_draw *draws, const sheaf_span *spans)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_slots; i++) {
        struct slot *s = &r->slots[i];
        if (!is_decoded(s))
            continue;
        if (s->drawn)
            draws[n++] = draw_for(r, s, spans->logits);
        spans++;
    }
    return n;
}

/* Known traces take their turn among the decoded ones, as if all were decoded. */
static sheaf_code accept_all(struct run *r, const sheaf_draw *draws, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; i < r->n_slots && !rc; i++) {
        struct slot *s = &r->slots[i];
        if (!s->trace)
            continue;
        const sheaf_draw *draw = !s->known && s->drawn ? draws++ : NULL;
        rc = s->known        ? accept_known(r, s, err)
             : s->probe.fork ? accept_probe(r, s, draw, err)
                             : accept(r, s, draw, err);
    }
    return rc;
}

static void halt(struct run *r, enum sheaf_stop why)
{
    if (!r->stopped) {
        r->stopped = true;
        r->stop = why;
    }
}

static void check_budgets(struct run *r)
{
    const sheaf_solve_options *o = r->o;
    if (o->cancel && *o->cancel)
        halt(r, SHEAF_STOP_CANCELLED);
    if (o->max_total_tokens && r->tokens >= o->max_total_tokens)
        halt(r, SHEAF_STOP_TOKENS);
    if (o->max_seconds > 0 && run_seconds(r) >= o->max_seconds)
        halt(r, SHEAF_STOP_DEADLINE);
}

static void step_event(struct run *r)
{
    if (!r->o->on_event) /* a replay has many short steps: the clock would be a tenth of them */
        return;
    double now = clock_now_s();
    if (now - r->last_event_s < EVENT_INTERVAL_S)
        return;
    r->last_event_s = now;
    run_event(r, SHEAF_EVENT_STEP, NULL);
}

/* Ends what still runs when the vote is decided or the run was stopped. */
static sheaf_code end_live(struct run *r, sheaf_error *err)
{
    bool decided = r->stopped && r->stop == r->rules.stop->why;
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; i < r->n_slots && !rc; i++)
        if (r->slots[i].trace)
            rc = run_retire(r, &r->slots[i],
                            decided ? SHEAF_FINISH_CONSENSUS : SHEAF_FINISH_CANCELLED, err);
    return rc;
}

sheaf_code run_accept(struct run *r, const sheaf_draw *draws, sheaf_error *err)
{
    sheaf_code rc = accept_all(r, draws, err);
    if (!rc)
        rc = online_after_step(r, err);
    if (!rc)
        step_event(r);
    return rc;
}

size_t run_demand(const struct run *r)
{
    size_t n = r->stopped ? r->n_decoding : r->n_decoding + r->n_unknown;
    return n < r->n_slots ? n : r->n_slots;
}

sheaf_code run_advance(struct run *r, bool *over, sheaf_error *err)
{
    for (;;) {
        check_budgets(r);
        sheaf_code rc = fill_slots(r, err);
        *over = rc || r->n_live == 0 || r->stopped;
        if (*over)
            return rc ? rc : end_live(r, err);
        if (r->n_decoding)
            return SHEAF_OK;
        rc = run_accept(r, NULL, err);
        if (rc)
            return rc;
    }
}
