/* event.c - what the caller's callback sees: a result in the making. */
#include "tts/run.h"

static void count_finishes(struct run *r, sheaf_result *v)
{
    for (size_t i = 0; i < r->n_wanted; i++) {
        const struct trace *t = &r->traces[i];
        if (t->state == TRACE_DONE)
            run_count(v, &t->pub);
    }
}

void run_count(sheaf_result *v, const sheaf_trace *t)
{
    switch (t->finish) {
    case SHEAF_FINISH_STOP:
    case SHEAF_FINISH_PROBE: v->n_stopped++; break;
    case SHEAF_FINISH_LENGTH: v->n_length++; break;
    case SHEAF_FINISH_LOOP: v->n_looped++; break;
    case SHEAF_FINISH_CUT:
        v->n_cut++;
        v->tokens_cut += t->n_tokens;
        break;
    case SHEAF_FINISH_CONSENSUS:
    case SHEAF_FINISH_CANCELLED: v->n_unfinished++; break;
    }
    v->tokens_overshoot += t->overshoot;
}

/* Answers of a value so far, one each: the provisional vote of what is not cast yet. */
static unsigned count_answers(const struct run *r, size_t value)
{
    unsigned n = 0;
    for (size_t i = 0; i < r->n_wanted; i++)
        n += run_can_vote(&r->traces[i]) && r->traces[i].pub.answer_class == (int)value;
    return n;
}

static sheaf_vote vote_so_far(const struct run *r, size_t value)
{
    bool provisional = online_waits(r) || r->rules.stop->in_order;
    const struct vote_entry *e = &r->entries[value];
    sheaf_vote v = {.answer = r->values[value].answer, .answer_class = (int)value};
    v.ballots = provisional ? count_answers(r, value) : (unsigned)e->ballots;
    v.weight = provisional ? v.ballots : e->weight;
    return v;
}

/* The tally in order of weight, by insertion: a handful of values. */
static void fill_votes(struct run *r, sheaf_result *view)
{
    double total = 0;
    for (size_t i = 0; i < r->n_values; i++) {
        sheaf_vote v = vote_so_far(r, i);
        if (v.ballots == 0)
            continue;
        total += v.weight;
        size_t at = view->n_votes++;
        for (; at > 0 && r->view_votes[at - 1].weight < v.weight; at--)
            r->view_votes[at] = r->view_votes[at - 1];
        r->view_votes[at] = v;
    }
    for (size_t i = 0; i < view->n_votes && total > 0; i++)
        r->view_votes[i].share = r->view_votes[i].weight / total;
}

static size_t fill_slots(struct run *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_slots; i++) {
        const struct slot *s = &r->slots[i];
        if (s->trace)
            r->views[n++] = (sheaf_slot){s->trace->pub.id, s->trace->pub.n_tokens,
                                         (float)conf_tracker_tail(&s->conf)};
    }
    return n;
}

void run_event(struct run *r, enum sheaf_event_kind kind, const struct trace *t)
{
    if (!r->o->on_event)
        return;
    r->view = (sheaf_result){
        .strategy = r->rules.strategy->name, .cut = r->rules.cut_rule->name,
        .vote = r->rules.vote->name, .stop_rule = r->rules.stop->name, .why = r->rules.why,
        .winner = -1, .seed = r->o->seed, .n_wanted = r->n_wanted,
        .parallel = r->n_slots, .parallel_wanted = r->n_slots_wanted,
        .window = r->window, .threshold = run_threshold(r), .votes = r->view_votes,
        .prompt_tokens = r->n_prompt, .tokens = r->tokens, .tokens_warmup = r->warmup_tokens,
        .tokens_probe = r->probe_tokens, .prefill_s = r->prefill_s, .memory = r->memory,
        .n_traces = r->next, .seconds = run_seconds(r), .stop = r->stop,
    };
    count_finishes(r, &r->view);
    fill_votes(r, &r->view);
    if (r->view.n_votes) {
        r->view.answer = r->view_votes[0].answer;
        r->view.share = r->view_votes[0].share;
    }
    const sheaf_event event = {
        .kind = kind, .so_far = &r->view, .trace = t ? &t->pub : NULL, .slots = r->views,
        .n_slots = fill_slots(r), .n_wanted = r->n_wanted, .seconds = r->view.seconds,
    };
    r->o->on_event(r->o->on_event_ctx, &event);
}
