/* online.c - the confidence cut: DeepConf's Algorithm 2 with concurrent warm-up.
 *
 * All traces start at once; ids 0 .. n_warmup - 1 are the warm-up set whatever order they finish
 * in. When the last of them is done the threshold s follows, and every trace, running or finished,
 * is judged by it as if it had been known from the start: the decisions are those of the serial
 * algorithm. What a trace spent past the point where s would have cut it is its overshoot. Looped
 * traces are sure of every token; they neither set the threshold nor vote. */
#include <math.h>

#include "base/fail.h"
#include "tts/run.h"
#include "tts/threshold.h"

static bool is_on(const struct run *r)
{
    return r->rules.cut == CUT_CONFIDENCE;
}

bool online_waits(const struct run *r)
{
    return is_on(r) && !r->threshold_known;
}

static size_t past_the_cut(const struct run *r, const struct trace *t)
{
    size_t at = conf_cut_at(t->confidence, t->pub.n_tokens, r->window, r->threshold);
    return at ? t->pub.n_tokens - at : 0;
}

static void judge_by_threshold(struct run *r, struct trace *t)
{
    run_summarize(r, t);
    if (t->lowest < r->threshold && t->pub.id >= r->n_warmup && t->pub.finish != SHEAF_FINISH_CUT)
        t->pub.overshoot = past_the_cut(r, t);
    cast_trace(r, t);
}

void online_trace_done(struct run *r, struct trace *t)
{
    if (is_on(r) && r->threshold_known)
        judge_by_threshold(r, t);
    else if (!is_on(r))
        cast_trace(r, t);
}

bool online_must_cut(const struct run *r, const struct slot *s)
{
    return r->threshold_known && s->trace->pub.id >= r->n_warmup &&
           conf_tracker_cut(&s->conf, r->threshold);
}

double run_threshold(const struct run *r)
{
    return r->threshold_known ? r->threshold : NAN;
}

static bool warmup_done(const struct run *r)
{
    for (size_t i = 0; i < r->n_warmup; i++)
        if (r->traces[i].state != TRACE_DONE)
            return false;
    return true;
}

void run_choose_window(struct run *r)
{
    size_t n = 0;
    if (r->window)
        return;
    for (size_t i = 0; i < r->n_warmup; i++) {
        const struct trace *t = &r->traces[i];
        if (t->state == TRACE_DONE && sheaf_finish_answers(t->pub.finish) && t->pub.n_tokens)
            r->scratch[n++] = (double)t->pub.n_tokens;
    }
    r->window = n ? threshold_window(r->scratch, n) : THRESHOLD_WINDOW_MIN;
}

/* s from the warm-up traces; minus infinity (nothing is cut) when all of them looped. */
static void choose_threshold(struct run *r)
{
    double *lowest = r->scratch, *sorted = r->scratch + r->n_wanted;
    size_t n = 0;
    for (size_t i = 0; i < r->n_warmup; i++)
        run_summarize(r, &r->traces[i]);
    for (size_t i = 0; i < r->n_warmup; i++)
        if (r->traces[i].pub.finish != SHEAF_FINISH_LOOP && r->traces[i].pub.n_tokens)
            lowest[n++] = r->traces[i].lowest;
    r->threshold = n ? threshold_keep(sorted, lowest, n, 100.0 * r->rules.keep) : -INFINITY;
    r->threshold_known = true;
}

/* Gives a running trace the tracker it would have, had the window been known. */
static void replay_tracker(struct run *r, struct slot *s)
{
    const struct trace *t = s->trace;
    conf_tracker_init(&s->conf, run_ring(r, s), r->window);
    for (size_t i = 0; i < t->pub.n_tokens; i++)
        conf_tracker_push(&s->conf, t->confidence[i]);
}

static sheaf_code cut_retroactively(struct run *r, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; i < r->n_slots && !rc; i++) {
        struct slot *s = &r->slots[i];
        if (!s->trace)
            continue;
        replay_tracker(r, s);
        if (!online_must_cut(r, s))
            continue;
        struct trace *t = s->trace;
        rc = run_retire(r, s, SHEAF_FINISH_CUT, err);
        t->pub.overshoot = past_the_cut(r, t);
        cast_trace(r, t);
    }
    return rc;
}

sheaf_code online_after_step(struct run *r, sheaf_error *err)
{
    if (!online_waits(r) || !warmup_done(r))
        return SHEAF_OK;
    run_choose_window(r);
    choose_threshold(r);
    for (size_t i = 0; i < r->n_wanted; i++)
        if (r->traces[i].state == TRACE_DONE)
            judge_by_threshold(r, &r->traces[i]);
    run_event(r, SHEAF_EVENT_THRESHOLD, NULL);
    return cut_retroactively(r, err);
}
