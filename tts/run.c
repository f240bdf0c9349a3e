/* run.c - opening a run: rules, memory plan, prefill; and closing it. */
#include "tts/run.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fail.h"
#include "tts/known.h"
#include "tts/threshold.h"

/* ---- memory --------------------------------------------------------------------------------- */

static size_t scratch_cap(const struct run *r, size_t max_tokens)
{
    return 2 * r->n_wanted > max_tokens ? 2 * r->n_wanted : max_tokens;
}

/* Rows below which a CPU batch loses speed: with 4 traces at once deepconf-online saved 25 % of the
 * tokens of a majority vote of 8 and took 9 % longer (results/multiarith-50-n8). */
#define PARALLEL_MIN 8

/* Traces at once if memory allows. Where whole traces may be saved no more than that: what starts
 * before the threshold is known can be cut only afterwards, what runs beside the deciding trace is
 * spent, and a batch of 8 is hardly slower per token than one of 64. The certificate saves the last
 * traces of a batch whatever runs. */
static size_t parallel_wanted(const struct run *r)
{
    size_t most = r->n_wanted;
    if (r->rules.cut == CUT_CONFIDENCE)
        most = r->n_warmup > PARALLEL_MIN ? r->n_warmup : PARALLEL_MIN;
    else if (r->rules.stop->kind != STOP_NONE && r->rules.stop->kind != STOP_CERTIFICATE)
        most = PARALLEL_MIN;
    if (r->o->parallel)
        most = r->o->parallel;
    return most < r->n_wanted ? most : r->n_wanted;
}

/* Of a slot, for the rule that watches lines. */
static size_t line_bytes(const struct run *r)
{
    return r->rules.cut == CUT_STEPS ? WATCH_LINE : 0;
}

struct plan_request run_request(const struct run *r, size_t max_tokens, uint64_t limit_bytes)
{
    size_t per_trace = sizeof(struct trace) + max_tokens * (sizeof(int32_t) + sizeof(float)) +
                       sizeof(struct value) + sizeof(struct vote_entry) +
                       sizeof(struct stop_cges_answer) + sizeof(sheaf_vote);
    uint64_t mem_bytes = r->o->mem_bytes;
    return (struct plan_request){
        .engine = r->e,
        .wanted = parallel_wanted(r),
        .prompt_tokens = r->n_prompt,
        .max_tokens = max_tokens,
        .fork_tokens = probe_fork_tokens(r),
        .store_bytes = r->n_wanted * per_trace + scratch_cap(r, max_tokens) * sizeof(double) +
                       r->n_vocab * sizeof(float),
        .slot_bytes = sizeof(struct slot) + sizeof(sheaf_span) + sizeof(sheaf_draw) +
                      sizeof(sheaf_slot) + r->ring_cap * sizeof(float) + line_bytes(r),
        .limit_bytes = mem_bytes && mem_bytes < limit_bytes ? mem_bytes : limit_bytes,
    };
}

static sheaf_code plan(struct run *r, uint64_t limit_bytes, sheaf_error *err)
{
    r->need = run_request(r, r->max_tokens, limit_bytes);
    r->n_slots_wanted = r->need.wanted;
    return plan_parallel(&r->n_slots, &r->memory, &r->need, err);
}

static void start_stopper(struct run *r)
{
    const sheaf_solve_options *o = r->o;
    struct stop_params p = {
        .level = o->tau, .min_ballots = o->min_ballots, .window = o->esc_window};
    stopper_init(&r->stopper, r->rules.stop, p, r->entries, r->cges, r->n_wanted);
    r->n_counted = r->n_wanted;
}

static sheaf_code allocate(struct run *r, sheaf_error *err)
{
    r->traces = alloc_zero(r->n_wanted, sizeof *r->traces);
    r->token_store = alloc_zero(r->n_wanted, r->max_tokens * sizeof *r->token_store);
    r->conf_store = alloc_zero(r->n_wanted, r->max_tokens * sizeof *r->conf_store);
    r->rings = alloc_zero(r->n_slots, r->ring_cap * sizeof *r->rings);
    r->slots = alloc_zero(r->n_slots, sizeof *r->slots);
    r->views = alloc_zero(r->n_slots, sizeof *r->views);
    r->values = alloc_zero(r->n_wanted, sizeof *r->values);
    r->entries = alloc_zero(r->n_wanted, sizeof *r->entries);
    r->cges = alloc_zero(r->n_wanted, sizeof *r->cges);
    r->lines = line_bytes(r) ? alloc_zero(r->n_slots, line_bytes(r)) : NULL;
    r->view_votes = alloc_zero(r->n_wanted, sizeof *r->view_votes);
    r->scratch = alloc_zero(scratch_cap(r, r->max_tokens), sizeof *r->scratch);
    r->prompt_logits = alloc_zero(r->n_vocab, sizeof *r->prompt_logits);
    if (!r->traces || !r->token_store || !r->conf_store || !r->rings || !r->slots || !r->views ||
        !r->values || !r->entries || !r->cges || !r->view_votes || !r->scratch ||
        !r->prompt_logits || (line_bytes(r) && !r->lines))
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "run", "no memory for %zu traces of %zu tokens",
                          r->n_wanted, r->max_tokens);
    for (size_t i = 0; i < r->n_wanted; i++) {
        struct trace *t = &r->traces[i];
        t->tokens = r->token_store + i * r->max_tokens;
        t->confidence = r->conf_store + i * r->max_tokens;
        t->pub = (sheaf_trace){.id = (uint32_t)(r->first_id + i), .answer_class = VOTE_NONE,
                               .tokens = t->tokens, .confidence = t->confidence};
        r->n_unknown += !known_find(r, t->pub.id);
    }
    start_stopper(r);
    return SHEAF_OK;
}

/* A run whose traces are all known needs no prompt. */
static sheaf_code prefill(struct run *r, sheaf_error *err)
{
    float *logits = NULL;
    double start = run_seconds(r);
    sheaf_code rc = sheaf_session_open(&r->prompt, r->d, err);
    if (!rc)
        rc = sheaf_session_prefill_cached(r->prompt, r->o->prompt_cache, r->prompt_tokens,
                                          r->n_prompt, &logits, &r->n_cached, err);
    if (rc)
        return rc;
    memcpy(r->prompt_logits, logits, r->n_vocab * sizeof *logits);
    r->prefill_s = run_seconds(r) - start;
    return SHEAF_OK;
}

sheaf_code run_seat(struct run *r, sheaf_decoder *d, sheaf_error *err)
{
    r->d = d;
    sheaf_code rc = d && r->n_unknown ? prefill(r, err) : SHEAF_OK;
    if (!rc && d)
        run_event(r, SHEAF_EVENT_PREFILL, NULL);
    r->prepared_s = run_seconds(r);
    return rc;
}

static void choose_counts(struct run *r)
{
    const sheaf_solve_options *o = r->o;
    bool one = r->rules.single || o->only_trace >= 0;
    r->n_wanted = one ? 1 : o->traces;
    r->first_id = o->only_trace >= 0 ? (size_t)o->only_trace : 0;
    r->window = o->window;
    r->ring_cap = o->window > THRESHOLD_WINDOW_MAX ? o->window : THRESHOLD_WINDOW_MAX;
    size_t half = r->n_wanted / 2 ? r->n_wanted / 2 : 1;
    r->n_warmup = o->warmup < half ? o->warmup : half;
    if (r->n_warmup == 0)
        r->n_warmup = 1;
}

/* "auto" is settled when the prompt is there; every other name was before. */
static sheaf_code choose_automatic(struct run *r, sheaf_error *err)
{
    const struct auto_facts facts = {
        .traces = r->o->traces,
        .max_tokens = r->e ? r->max_tokens : r->o->max_tokens,
        .temperature = r->o->sampling.temperature,
        .thinks = r->force.thinks,
    };
    const char *why;
    if (r->rules.strategy)
        return SHEAF_OK;
    sheaf_code rc = rules_choose(&r->rules, strategy_auto(&facts, &why), r->o, err);
    r->rules.why = why;
    return rc;
}

/* Every trace is known: no prompt, no model. */
static sheaf_code open_known(struct run *r, sheaf_error *err)
{
    sheaf_code rc = choose_automatic(r, err);
    if (rc)
        return rc;
    if (r->rules.cut_rule->needs_model)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "cut",
                          "%s cannot be replayed from stored traces; a model is wanted",
                          r->rules.cut_rule->name);
    rc = known_check_text(r, err);
    if (rc)
        return rc;
    choose_counts(r);
    r->max_tokens = known_max_tokens(r->o);
    r->n_slots = r->n_slots_wanted = parallel_wanted(r);
    return allocate(r, err);
}

/* What the prompt decides: the strategy of "auto", and the texts that a rule puts into traces. */
static sheaf_code choose_all(struct run *r, sheaf_error *err)
{
    sheaf_code rc = force_read_prompt(r, r->prompt_tokens, r->n_prompt, err);
    if (!rc)
        rc = choose_automatic(r, err);
    if (!rc)
        rc = probe_prepare(r, err);
    if (!rc)
        rc = force_prepare(r, err);
    if (!rc)
        choose_counts(r);
    return rc;
}

sheaf_code run_prepare(struct run *r, const char *question, uint64_t limit_bytes,
                       sheaf_error *err)
{
    if (!r->e)
        return open_known(r, err);
    sheaf_code rc = run_ask(r, question, err);
    if (!rc)
        rc = choose_all(r, err);
    if (!rc)
        rc = plan(r, limit_bytes, err);
    if (!rc)
        rc = allocate(r, err);
    if (!rc)
        run_event(r, SHEAF_EVENT_PLAN, NULL);
    return rc;
}

static void close_sessions(struct run *r)
{
    for (size_t i = 0; r->slots && i < r->n_slots; i++) {
        probe_drop(&r->slots[i].probe);
        sheaf_session_close(r->slots[i].session);
    }
    sheaf_session_close(r->prompt);
}

void run_close(struct run *r)
{
    close_sessions(r);
    for (size_t i = 0; r->traces && i < r->n_wanted; i++) {
        alloc_free(r->traces[i].answer);
        sheaf_free(r->traces[i].text);
    }
    alloc_free(r->traces);
    alloc_free(r->token_store);
    alloc_free(r->conf_store);
    alloc_free(r->rings);
    alloc_free(r->slots);
    alloc_free(r->views);
    alloc_free(r->values);
    alloc_free(r->entries);
    alloc_free(r->cges);
    alloc_free(r->lines);
    sheaf_free(r->prompt_tokens);
    sheaf_free(r->probe_prompt);
    force_free(&r->force);
    alloc_free(r->view_votes);
    alloc_free(r->scratch);
    alloc_free(r->prompt_logits);
}

void run_summarize(struct run *r, struct trace *t)
{
    struct conf_summary s;
    size_t window = r->window ? r->window : DISPLAY_WINDOW;
    if (t->state == TRACE_DONE && t->summed == window)
        return;
    t->summed = window;
    conf_summarize(&s, r->scratch, t->confidence, t->pub.n_tokens, window, CONF_TAIL);
    t->pub.mean = (float)s.mean;
    t->pub.tail = (float)s.tail;
    t->pub.bottom10 = (float)s.bottom10;
    t->pub.lgc = (float)s.lowest;
    t->lowest = s.lowest;
}
