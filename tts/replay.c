/* replay.c - see replay.h. */
#include "tts/replay.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "tts/confidence.h"
#include "tts/stop.h"
#include "tts/threshold.h"

struct replay {
    struct replay_result r;
    const struct replay_trace *traces;
    const struct replay_params *p;
    size_t n_traces, n_warm; /* within the budget */
    struct vote_box box;
    float *ring;     /* [ring_length] */
    double *scratch; /* [n_warm] */
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t warmup_window(struct replay *s)
{
    for (size_t i = 0; i < s->n_warm; i++)
        s->scratch[i] = (double)s->traces[i].n_tokens;
    return threshold_window(s->scratch, s->n_warm);
}

/* Runs a trace, cut at the first full group below `threshold`. */
static struct replay_decision follow(struct replay *s, const struct replay_trace *t,
                                     double threshold)
{
    struct conf_tracker tracker;
    struct replay_decision d = {0};
    conf_tracker_init(&tracker, s->ring, s->r.window);
    while (d.n_tokens < t->n_tokens && d.cut_at == 0) {
        conf_tracker_push(&tracker, t->conf[d.n_tokens++]);
        if (conf_tracker_cut(&tracker, threshold))
            d.cut_at = d.n_tokens;
    }
    d.lowest = conf_tracker_lowest(&tracker);
    return d;
}

/* Enters a decision, casting the ballot when the trace is sure enough and has an answer. */
static void judge(struct replay *s, size_t i, struct replay_decision d)
{
    const struct replay_trace *t = &s->traces[i];
    d.votes = d.cut_at == 0 && d.lowest >= s->r.threshold && t->answer != VOTE_NONE;
    if (d.votes)
        vote_box_add(&s->box, t->answer, d.lowest);
    s->r.decisions[i] = d;
    s->r.n_used = i + 1;
    s->r.tokens_used += d.n_tokens;
}

static bool consensus(struct replay *s)
{
    s->r.shares[s->r.n_shares++] = vote_box_share(&s->box);
    return stop_consensus(&s->box, s->p->tau, s->p->min_ballots);
}

static void warm_up(struct replay *s)
{
    for (size_t i = 0; i < s->n_warm; i++) {
        s->r.decisions[i] = follow(s, &s->traces[i], -INFINITY);
        s->scratch[i] = s->r.decisions[i].lowest;
    }
    s->r.threshold = threshold_percentile(s->scratch, s->n_warm, 100.0 - s->p->eta);
    for (size_t i = 0; i < s->n_warm; i++)
        judge(s, i, s->r.decisions[i]);
}

static int by_order(const void *a, const void *b)
{
    const struct vote_entry *x = a, *y = b;
    return (x->order > y->order) - (x->order < y->order);
}

static void run(struct replay *s)
{
    warm_up(s);
    s->r.consensus = consensus(s);
    for (size_t i = s->n_warm; i < s->n_traces && !s->r.consensus; i++) {
        judge(s, i, follow(s, &s->traces[i], s->r.threshold));
        s->r.consensus = consensus(s);
    }
    for (size_t i = 0; i < s->n_traces; i++)
        s->r.tokens_full += s->traces[i].n_tokens;
    s->r.answer = s->box.leader;
    s->r.n_answers = vote_box_sort(&s->box);
    if (s->r.n_answers > 0)
        qsort(s->r.tally, s->r.n_answers, sizeof *s->r.tally, by_order);
}

static sheaf_code check(const struct replay_params *p, size_t n, sheaf_error *err)
{
    if (n == 0 || p->n_init == 0 || p->budget == 0)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, NULL,
                          "%zu traces, warm-up %zu, budget %zu; at least 1 each", n, p->n_init,
                          p->budget);
    if (!(p->eta >= 0.0 && p->eta <= 100.0))
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "eta", "%g; 0 to 100 percent are possible", p->eta);
    return SHEAF_OK;
}

/* A trace never gets behind its own length, so a window far longer than all traces costs
 * nothing. */
static size_t ring_length(const struct replay *s)
{
    size_t longest = 1;
    for (size_t i = 0; i < s->n_traces; i++)
        if (s->traces[i].n_tokens > longest)
            longest = s->traces[i].n_tokens;
    return smaller(longest, s->r.window);
}

static sheaf_code allocate(struct replay *s, size_t n_classes, sheaf_error *err)
{
    s->scratch = alloc_zero(s->n_warm, sizeof *s->scratch);
    if (s->scratch) {
        s->r.window = s->p->window ? s->p->window : warmup_window(s);
        s->ring = alloc_zero(ring_length(s), sizeof *s->ring);
    }
    s->r.decisions = alloc_zero(s->n_traces, sizeof *s->r.decisions);
    s->r.shares = alloc_zero(s->n_traces + 1, sizeof *s->r.shares);
    s->r.tally = alloc_zero(n_classes, sizeof *s->r.tally);
    if (!s->ring || !s->r.decisions || !s->r.shares || !s->r.tally)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, NULL, "replay of %zu traces", s->n_traces);
    return SHEAF_OK;
}

sheaf_code replay_run(struct replay_result *out, const struct replay_trace *traces, size_t n,
                      size_t n_classes, const struct replay_params *p, sheaf_error *err)
{
    struct replay s = {.traces = traces, .p = p};
    s.n_traces = smaller(n, p->budget);
    s.n_warm = smaller(s.n_traces, p->n_init);
    sheaf_code rc = check(p, n, err);
    if (!rc)
        rc = allocate(&s, n_classes, err);
    if (!rc) {
        vote_box_init(&s.box, s.r.tally, n_classes);
        run(&s);
    }
    alloc_free(s.ring);
    alloc_free(s.scratch);
    if (rc)
        replay_free(&s.r);
    else
        *out = s.r;
    return rc;
}

void replay_free(struct replay_result *r)
{
    alloc_free(r->decisions);
    alloc_free(r->shares);
    alloc_free(r->tally);
    memset(r, 0, sizeof *r);
}
