/* cast.c - the vote while a run goes on: what ended traces bring to the stop rule, and in which
 * order.
 *
 * A rule that goes by order of ids waits for the next id; traces that ended before their turn are
 * seen when it comes. When such a rule stops the run, the ids behind it do not vote, so that the
 * answer is that of a serial run, however many traces ran side by side. */
#include "tts/run.h"
#include "tts/steps.h"

static bool has_answer(const sheaf_trace *t)
{
    return sheaf_finish_answers(t->finish) || t->finish == SHEAF_FINISH_PROBE;
}

bool run_can_vote(const struct trace *t)
{
    return t->state == TRACE_DONE && t->pub.answer_class >= 0 && t->fits && has_answer(&t->pub);
}

bool run_counts(const struct run *r, const struct trace *t)
{
    bool sure = r->rules.cut != CUT_CONFIDENCE ||
                (r->threshold_known && t->lowest >= r->threshold);
    return sure && run_can_vote(t);
}

struct vote_calibration run_calibration(const sheaf_solve_options *o)
{
    return (struct vote_calibration){o->cges_centre, o->cges_slope};
}

struct vote_ballot run_ballot(const sheaf_trace *t, struct vote_calibration c)
{
    struct steps steps = {t->steps_right, t->steps_wrong};
    return (struct vote_ballot){
        .answer = t->answer_class,
        .stat = {[VOTE_STAT_MEAN] = (double)t->mean,
                 [VOTE_STAT_TAIL] = (double)t->tail,
                 [VOTE_STAT_BOTTOM10] = (double)t->bottom10,
                 [VOTE_STAT_LOWEST] = (double)t->lgc,
                 [VOTE_STAT_SELF_CERTAINTY] = (double)t->self_certainty,
                 [VOTE_STAT_PROBABILITY] = vote_probability((double)t->mean, c),
                 [VOTE_STAT_STEPS] = steps_weight(&steps)},
    };
}

static void show_to_stopper(struct run *r, struct trace *t)
{
    run_summarize(r, t);
    struct vote_ballot b = run_ballot(&t->pub, run_calibration(r->o));
    b.stat[VOTE_STAT_LOWEST] = t->lowest;
    struct stop_ballot ballot = {
        .answer = run_counts(r, t) ? t->pub.answer_class : VOTE_NONE,
        .weight = vote_weight_alone(r->rules.vote, &b),
        .probability = b.stat[VOTE_STAT_PROBABILITY],
    };
    t->pub.votes = ballot.answer != VOTE_NONE;
    t->pub.weight = t->pub.votes ? ballot.weight : 0.0;
    r->n_cast++;
    if (!stopper_add(&r->stopper, ballot, r->n_wanted - r->n_cast) || r->stopped)
        return;
    r->stopped = true;
    r->stop = r->rules.stop->why;
    if (r->rules.stop->in_order)
        r->n_counted = r->n_cast;
}

void cast_trace(struct run *r, struct trace *t)
{
    if (!r->rules.stop->in_order) {
        show_to_stopper(r, t);
        return;
    }
    while (!r->stopped && r->n_cast < r->next && r->traces[r->n_cast].state == TRACE_DONE)
        show_to_stopper(r, &r->traces[r->n_cast]);
}
