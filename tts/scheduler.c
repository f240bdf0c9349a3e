/* scheduler.c - the decode loop: admits traces into free slots, steps all live ones as one batch,
 * ends them and starts the next in their place.
 *
 * Decisions about a step are taken after all its tokens are in, in slot order, so that they do not
 * depend on which row was drawn first. A trace's tokens depend on its id alone (sheaf/engine.h). */
#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fail.h"
#include "tts/run.h"
#include "tts/stop.h"

#define EVENT_INTERVAL_S 0.05

/* ---- ending a trace ------------------------------------------------------------------------- */

static bool finished_naturally(enum sheaf_finish f)
{
    return f == SHEAF_FINISH_STOP || f == SHEAF_FINISH_LENGTH;
}

static sheaf_code read_answer(struct run *r, struct trace *t, sheaf_error *err)
{
    char answer[4097];
    sheaf_code rc = sheaf_engine_detokenize(r->e, &t->text, &t->pub.text_len, t->tokens,
                                            t->pub.n_tokens, err);
    if (rc)
        return rc;
    t->pub.text = t->text;
    if (!finished_naturally(t->pub.finish) ||
        !r->judge->extract(r->judge->ctx, answer, sizeof answer, t->text, t->pub.text_len))
        return SHEAF_OK;
    t->answer = alloc_strndup(answer, strlen(answer));
    if (!t->answer)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "trace", "no memory for an answer");
    t->pub.answer = t->answer;
    t->pub.answer_class = run_classify(r, t->answer);
    return SHEAF_OK;
}

sheaf_code run_retire(struct run *r, struct slot *s, enum sheaf_finish finish, sheaf_error *err)
{
    struct trace *t = s->trace;
    t->state = TRACE_DONE;
    t->pub.finish = finish;
    t->pub.end_s = clock_now_s() - r->start_s;
    t->pub.self_certainty = (float)(t->self_certainty_sum / (double)(t->pub.n_tokens + 1));
    sheaf_session_close(s->session);
    s->session = NULL;
    s->trace = NULL;
    r->n_live--;
    r->n_done++;
    sheaf_code rc = read_answer(r, t, err);
    if (!rc)
        run_event(r, SHEAF_EVENT_TRACE, t);
    return rc;
}

float *run_ring(const struct run *r, const struct slot *s)
{
    return r->rings + (size_t)(s - r->slots) * r->ring_cap;
}

int run_classify(struct run *r, const char *answer)
{
    for (size_t i = 0; i < r->n_values; i++)
        if (r->judge->equal(r->judge->ctx, r->values[i].answer, answer))
            return (int)i;
    r->values[r->n_values].answer = answer;
    return (int)r->n_values++;
}

/* ---- one token ------------------------------------------------------------------------------ */

/* What the new token means for the trace: SHEAF_OK with *finish set, or still running. */
static bool ends(struct run *r, struct slot *s, const sheaf_draw *draw, enum sheaf_finish *finish)
{
    struct trace *t = s->trace;
    t->self_certainty_sum += (double)draw->self_certainty;
    *finish = SHEAF_FINISH_STOP;
    if (sheaf_engine_is_end(r->e, draw->token))
        return true;
    t->tokens[t->pub.n_tokens] = draw->token;
    t->confidence[t->pub.n_tokens++] = draw->confidence;
    r->tokens++;
    if (t->pub.id < r->n_warmup)
        r->warmup_tokens++;
    s->next = draw->token;
    conf_tracker_push(&s->conf, draw->confidence);
    *finish = SHEAF_FINISH_LOOP;
    if (r->o->loop_guard && loop_guard_push(&s->loop, draw->token))
        return true;
    *finish = SHEAF_FINISH_CUT;
    if (online_must_cut(r, s))
        return true;
    *finish = SHEAF_FINISH_LENGTH;
    return t->pub.n_tokens == r->max_tokens;
}

/* Takes the draw of a slot; ends its trace when that is due. */
static sheaf_code accept(struct run *r, struct slot *s, const sheaf_draw *draw, sheaf_error *err)
{
    enum sheaf_finish finish;
    if (!ends(r, s, draw, &finish))
        return SHEAF_OK;
    struct trace *t = s->trace;
    sheaf_code rc = run_retire(r, s, finish, err);
    if (!rc)
        online_trace_done(r, t);
    return rc;
}

static sheaf_draw draw_for(const struct run *r, const struct slot *s, float *logits)
{
    return (sheaf_draw){
        .logits = logits,
        .seed = r->o->seed,
        .trace = s->trace->pub.id,
        .position = s->trace->pub.n_tokens,
        .sampling = r->o->sampling,
    };
}

/* ---- admitting ------------------------------------------------------------------------------ */

static sheaf_code launch(struct run *r, struct slot *s, sheaf_error *err)
{
    struct trace *t = &r->traces[r->next];
    sheaf_code rc = sheaf_session_fork(&s->session, r->prompt, err);
    if (rc)
        return rc;
    r->next++;
    r->n_live++;
    s->trace = t;
    t->state = TRACE_RUNNING;
    t->pub.start_s = clock_now_s() - r->start_s;
    conf_tracker_init(&s->conf, run_ring(r, s), r->window ? r->window : DISPLAY_WINDOW);
    loop_guard_init(&s->loop);
    sheaf_draw draw = draw_for(r, s, r->prompt_logits);
    rc = sheaf_decoder_draw(r->d, &draw, 1, err);
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

static sheaf_code step(struct run *r, sheaf_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_slots; i++) {
        struct slot *s = &r->slots[i];
        if (s->trace)
            r->spans[n++] = (sheaf_span){s->session, &s->next, 1, SHEAF_WANT_LAST, NULL};
    }
    sheaf_code rc = sheaf_decoder_step(r->d, r->spans, n, err);
    if (rc)
        return rc;
    n = 0;
    for (size_t i = 0; i < r->n_slots; i++)
        if (r->slots[i].trace) {
            r->draws[n] = draw_for(r, &r->slots[i], r->spans[n].logits);
            n++;
        }
    rc = sheaf_decoder_draw(r->d, r->draws, n, err);
    n = 0;
    for (size_t i = 0; i < r->n_slots && !rc; i++)
        if (r->slots[i].trace)
            rc = accept(r, &r->slots[i], &r->draws[n++], err);
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
    if (o->max_seconds > 0 && clock_now_s() - r->start_s >= o->max_seconds)
        halt(r, SHEAF_STOP_DEADLINE);
}

static void step_event(struct run *r)
{
    double now = clock_now_s();
    if (now - r->last_event_s < EVENT_INTERVAL_S)
        return;
    r->last_event_s = now;
    run_event(r, SHEAF_EVENT_STEP, NULL);
}

/* Ends what still runs when the vote is decided or the run was stopped. */
static sheaf_code end_live(struct run *r, sheaf_error *err)
{
    bool decided = r->stop == SHEAF_STOP_CONSENSUS || r->stop == SHEAF_STOP_CERTIFICATE;
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; i < r->n_slots && !rc; i++)
        if (r->slots[i].trace)
            rc = run_retire(r, &r->slots[i],
                            decided ? SHEAF_FINISH_CONSENSUS : SHEAF_FINISH_CANCELLED, err);
    return rc;
}

sheaf_code run_decode(struct run *r, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    while (!rc && !r->stopped) {
        check_budgets(r);
        rc = fill_slots(r, err);
        if (rc || r->n_live == 0 || r->stopped)
            break;
        rc = step(r, err);
        if (!rc)
            rc = online_after_step(r, err);
        if (!rc)
            step_event(r);
    }
    return rc ? rc : end_live(r, err);
}
