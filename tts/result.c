/* result.c - the final vote and the result a caller keeps.
 *
 * The final vote is counted in order of trace ids, not of arrival, so that it does not depend on
 * how many traces ran at once. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "tts/run.h"

/* A result and what it owns. `pub` is first: the public pointer is the whole. */
struct result {
    sheaf_result pub;
    sheaf_trace *traces;
    sheaf_vote *votes;
    char **texts;       /* [2 n_traces] texts and answers */
    int32_t *token_store;
    float *conf_store;
    bool *may_vote;     /* [n_traces] ended with an answer that fits, in time */
    size_t n_values, min_ballots;
    struct vote_calibration calibration;
};

/* ---- values --------------------------------------------------------------------------------- */

/* Numbers the values anew in order of trace ids. */
static void renumber_values(struct run *r)
{
    r->n_values = 0;
    for (size_t i = 0; i < r->next; i++) {
        sheaf_trace *t = &r->traces[i].pub;
        if (t->answer)
            t->answer_class = run_classify(r, t->answer);
    }
}

/* ---- the vote ------------------------------------------------------------------------------- */

/* Weight of every trace's ballot by a rule; 0 for those that do not count. `voters` [n]: which may;
 * `lowest` [n] replaces the rounded statistic, NULL keeps it. */
static bool weigh(double *weights, const struct vote_rule *rule, const struct result *r,
                  const bool *voters, const double *lowest)
{
    size_t n = r->pub.n_traces;
    struct vote_ballot *ballots = alloc_zero(n, sizeof *ballots);
    void *scratch = alloc_zero(vote_scratch_bytes(n), 1);
    bool ok = ballots && scratch;
    for (size_t i = 0; i < n && ok; i++) {
        ballots[i] = run_ballot(&r->traces[i], r->calibration);
        if (lowest)
            ballots[i].stat[VOTE_STAT_LOWEST] = lowest[i];
        if (!voters[i])
            ballots[i].answer = VOTE_NONE;
    }
    if (ok)
        vote_weigh(rule, weights, ballots, n, r->min_ballots, scratch);
    alloc_free(ballots);
    alloc_free(scratch);
    return ok;
}

/* The run's own vote: what passed the threshold; if nothing did, every answer there is. */
static bool weigh_run(double *weights, const struct result *out, const struct run *r)
{
    size_t n = out->pub.n_traces, n_sure = 0;
    bool *sure = alloc_zero(n, sizeof *sure);
    double *lowest = alloc_zero(n, sizeof *lowest);
    bool ok = sure && lowest;
    for (size_t i = 0; i < n && ok; i++) {
        sure[i] = out->may_vote[i] && run_counts(r, &r->traces[i]);
        lowest[i] = r->traces[i].lowest;
        n_sure += sure[i];
    }
    ok = ok && weigh(weights, r->rules.vote, out, n_sure ? sure : out->may_vote, lowest);
    alloc_free(sure);
    alloc_free(lowest);
    return ok;
}

/* Most frequent spelling of a value among its voters, the first among equals. */
static const char *usual_spelling(const sheaf_trace *traces, const double *weights, size_t n,
                                  int class)
{
    const char *best = NULL;
    size_t best_n = 0;
    for (size_t i = 0; i < n; i++) {
        if (traces[i].answer_class != class || !(weights[i] > 0.0))
            continue;
        size_t same = 0;
        for (size_t j = i; j < n; j++)
            same += traces[j].answer_class == class && weights[j] > 0.0 &&
                    strcmp(traces[j].answer, traces[i].answer) == 0;
        if (same > best_n) {
            best = traces[i].answer;
            best_n = same;
        }
    }
    return best;
}

/* Tally by weight into votes [cap]; returns the values with a ballot. */
static size_t tally(sheaf_vote *votes, size_t cap, struct vote_entry *entries, size_t n_values,
                    const sheaf_trace *traces, const double *weights, size_t n)
{
    struct vote_box box;
    vote_box_init(&box, entries, n_values);
    for (size_t i = 0; i < n; i++)
        if (weights[i] > 0.0)
            vote_box_add(&box, traces[i].answer_class, weights[i]);
    double total = box.total;
    size_t n_votes = vote_box_sort(&box);
    for (size_t i = 0; i < n_votes && i < cap; i++)
        votes[i] = (sheaf_vote){
            .answer = usual_spelling(traces, weights, n, entries[i].answer),
            .answer_class = entries[i].answer,
            .ballots = (unsigned)entries[i].ballots,
            .weight = entries[i].weight,
            .share = total > 0 ? entries[i].weight / total : 0,
        };
    return n_votes;
}

size_t sheaf_result_revote(const sheaf_result *pub, const char *name, sheaf_vote *out, size_t cap)
{
    const struct result *r = (const struct result *)(const void *)pub;
    const struct vote_rule *rule = vote_rule_by_name(name);
    size_t n = pub->n_traces, n_votes = 0;
    double *weights = alloc_zero(n, sizeof *weights);
    struct vote_entry *entries = alloc_zero(r->n_values, sizeof *entries);
    if (rule && weights && entries && weigh(weights, rule, r, r->may_vote, NULL))
        n_votes = tally(out, cap, entries, r->n_values, r->traces, weights, n);
    alloc_free(weights);
    alloc_free(entries);
    return n_votes;
}

/* ---- assembling ----------------------------------------------------------------------------- */

static void count(struct result *out, const struct run *r)
{
    sheaf_result *v = &out->pub;
    double natural = 0, natural_tokens = 0;
    for (size_t i = 0; i < v->n_traces; i++) {
        const sheaf_trace *t = &out->traces[i];
        run_count(v, t);
        if (sheaf_finish_answers(t->finish)) {
            natural++;
            natural_tokens += (double)t->n_tokens;
        }
    }
    v->tokens_full = v->tokens;
    if (natural > 0)
        v->tokens_full = (uint64_t)llround(natural_tokens / natural * (double)r->n_wanted);
}

static void crown(struct result *out)
{
    sheaf_result *v = &out->pub;
    if (v->n_votes == 0)
        return;
    v->answer = v->votes[0].answer;
    v->share = v->votes[0].share;
    double sum = 0, n = 0;
    for (size_t i = 0; i < v->n_traces; i++) {
        const sheaf_trace *t = &out->traces[i];
        if (!t->votes || t->answer_class != v->votes[0].answer_class)
            continue;
        sum += (double)t->mean;
        n++;
        if (v->winner < 0 || t->mean > out->traces[v->winner].mean)
            v->winner = (int)i;
    }
    v->confidence = n > 0 ? sum / n : 0;
}

static void describe(struct result *out, const struct run *r)
{
    sheaf_result *v = &out->pub;
    v->strategy = r->rules.strategy->name;
    v->cut = r->rules.cut_rule->name;
    v->vote = r->rules.vote->name;
    v->stop_rule = r->rules.stop->name;
    v->why = r->rules.why;
    v->winner = -1;
    v->stop = r->stop;
    v->partial = r->stop == SHEAF_STOP_CANCELLED || r->stop == SHEAF_STOP_DEADLINE ||
                 r->stop == SHEAF_STOP_TOKENS;
    v->seed = r->o->seed;
    v->n_wanted = r->n_wanted;
    v->parallel = r->n_slots;
    v->parallel_wanted = r->n_slots_wanted;
    v->window = r->window;
    v->threshold = run_threshold(r);
    v->prompt_tokens = r->n_prompt;
    v->prompt_cached = r->n_cached;
    v->tokens = r->tokens;
    v->tokens_warmup = r->warmup_tokens;
    v->tokens_probe = r->probe_tokens;
    v->seconds = run_seconds(r);
    v->prefill_s = r->prefill_s;
    v->decode_s = v->seconds - r->prepared_s;
    v->decode_rows = r->clock.rows;
    v->decode_steps = r->clock.steps;
    v->memory = r->memory;
}

/* Moves stores, texts and answers out of the run. */
static void take_traces(struct result *out, struct run *r)
{
    for (size_t i = 0; i < r->next; i++) {
        out->may_vote[i] = i < r->n_counted && run_can_vote(&r->traces[i]);
        if (i >= r->n_counted)
            r->traces[i].pub.overshoot = r->traces[i].pub.n_tokens;
        out->traces[i] = r->traces[i].pub;
        out->texts[2 * i] = r->traces[i].text;
        out->texts[2 * i + 1] = r->traces[i].answer;
        r->traces[i].text = r->traces[i].answer = NULL;
    }
    out->token_store = r->token_store;
    out->conf_store = r->conf_store;
    r->token_store = NULL;
    r->conf_store = NULL;
    out->pub.traces = out->traces;
    out->pub.n_traces = r->next;
}

static bool vote(struct result *out, struct run *r)
{
    size_t n = out->pub.n_traces;
    double *weights = alloc_zero(n, sizeof *weights);
    bool ok = weights && weigh_run(weights, out, r);
    if (ok) {
        for (size_t i = 0; i < n; i++) {
            out->traces[i].votes = weights[i] > 0.0;
            out->traces[i].weight = weights[i];
        }
        out->pub.n_votes =
            tally(out->votes, r->n_values, r->entries, r->n_values, out->traces, weights, n);
        out->pub.votes = out->votes;
    }
    alloc_free(weights);
    return ok;
}

sheaf_code run_result(sheaf_result **out, struct run *r, sheaf_error *err)
{
    struct result *res = alloc_zero(1, sizeof *res);
    if (res) {
        res->traces = alloc_zero(r->next, sizeof *res->traces);
        res->votes = alloc_zero(r->n_wanted, sizeof *res->votes);
        res->texts = alloc_zero(r->next, 2 * sizeof *res->texts);
        res->may_vote = alloc_zero(r->next, sizeof *res->may_vote);
    }
    if (!res || !res->traces || !res->votes || !res->texts || !res->may_vote)
        goto no_memory;
    run_choose_window(r);
    for (size_t i = 0; i < r->next; i++)
        run_summarize(r, &r->traces[i]);
    renumber_values(r);
    res->n_values = r->n_values;
    res->min_ballots = r->o->min_ballots;
    res->calibration = run_calibration(r->o);
    describe(res, r);
    take_traces(res, r);
    if (!vote(res, r))
        goto no_memory;
    count(res, r);
    crown(res);
    *out = &res->pub;
    return SHEAF_OK;
no_memory:
    sheaf_result_free(res ? &res->pub : NULL);
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "result", "no memory for %zu traces", r->next);
}

void sheaf_result_free(sheaf_result *pub)
{
    struct result *r = (struct result *)(void *)pub;
    if (!r)
        return;
    for (size_t i = 0; r->texts && i < 2 * pub->n_traces; i++)
        sheaf_free(r->texts[i]);
    alloc_free(r->texts);
    alloc_free(r->traces);
    alloc_free(r->may_vote);
    alloc_free(r->votes);
    alloc_free(r->token_store);
    alloc_free(r->conf_store);
    alloc_free(r);
}
