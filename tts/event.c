/* event.c - what the caller's callback sees: a result in the making. */
#include "base/clock.h"
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
    case SHEAF_FINISH_STOP: v->n_stopped++; break;
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

/* The tally in order of weight, by insertion: a handful of values. */
static void fill_votes(struct run *r, sheaf_result *v)
{
    for (size_t i = 0; i < r->n_values; i++) {
        const struct vote_entry *e = &r->entries[i];
        if (e->ballots == 0)
            continue;
        size_t at = v->n_votes++;
        for (; at > 0 && r->view_votes[at - 1].weight < e->weight; at--)
            r->view_votes[at] = r->view_votes[at - 1];
        r->view_votes[at] = (sheaf_vote){
            .answer = r->values[i].answer,
            .answer_class = (int)i,
            .ballots = (unsigned)e->ballots,
            .weight = e->weight,
            .share = r->box.total > 0 ? e->weight / r->box.total : 0,
        };
    }
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
        .strategy = r->strategy->name, .winner = -1, .seed = r->o->seed, .parallel = r->n_slots,
        .window = r->window, .threshold = run_threshold(r), .votes = r->view_votes,
        .prompt_tokens = r->n_prompt, .tokens = r->tokens, .tokens_warmup = r->warmup_tokens,
        .prefill_s = r->prefill_s, .memory = r->memory, .n_traces = r->next,
        .seconds = clock_now_s() - r->start_s, .stop = r->stop,
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
