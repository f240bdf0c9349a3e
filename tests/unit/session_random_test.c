/* session_random_test.c - random forks, rewinds, closes and steps of many sessions.
 *
 * Three things are compared after every operation: pages and state slots in use with a model that
 * has no reference counts (timelines.h); which operations are refused with what the model says
 * must not fit; and the logits of every session that moved with what the first session of the same
 * history got. At the end some histories are fed to a session of their own, and nothing is in use
 * after the last close. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "engine/decoder.h"
#include "tests/support/dice.h"
#include "tests/support/each_variant.h"
#include "tests/support/timelines.h"

enum {
    OPERATIONS = 10000,       /* of the variants in THOROUGH */
    FEWER_OPERATIONS = 2000,  /* of the others */
    PREFIX = 60,              /* so that the first tokens after it open a page */
    MOST_TOKENS = PREFIX + 75, /* past the window of 16 and a page more */
    SPAN = 3,                 /* most tokens of a session in a step */
    KNOWN = 1 << 16,          /* places for histories */
    SAMPLES = 40,             /* histories fed again */
    FIRST_OF_SPAN = 0x80,
};

/* One for each way to keep a past: pages alone, pages beside large and small recurrent state, with
 * and without experts, pages that are given back early. */
static const char *const THOROUGH[] = {"llama",          "falcon-h1-norm", "lfm2moe",
                                       "nemotron_h_moe", "gpt-oss",        "llama4-moe"};

struct known {
    uint64_t history, logits; /* hashes; history 0: a free place */
};

struct sample {
    size_t n;
    uint8_t history[TIMELINE_TOKENS];
    uint64_t logits;
};

struct play {
    sheaf_engine *e;
    sheaf_decoder *d;
    size_t n_vocab;
    bool pieces_matter; /* Mamba-2: histories differ when their pieces do */
    sheaf_session *s[TIMELINES];
    struct timelines model;
    struct dice dice;
    struct known *known; /* [KNOWN] */
    size_t n_known, n_met, n_steps, n_refused;
    struct sample samples[SAMPLES];
};

/* ---- histories ------------------------------------------------------------------------------ */

/* Keeps each history with equal chance (reservoir sampling). */
static void sample(struct play *p, const struct timeline *t, uint64_t logits)
{
    uint64_t place = p->n_known < SAMPLES ? p->n_known : dice_roll(&p->dice, p->n_known + 1);
    if (place >= SAMPLES)
        return;
    struct sample *s = &p->samples[place];
    s->n = t->n;
    s->logits = logits;
    memcpy(s->history, t->history, t->n);
}

/* The logits of a history: as they were before, or new. */
static void compare(struct play *p, const struct timeline *t, const float *row)
{
    uint64_t logits = hash_bytes(row, p->n_vocab * sizeof *row, 0);
    uint64_t history = hash_bytes(t->history, t->n, 1) | 1;
    size_t at = history >> 20 & (KNOWN - 1);
    while (p->known[at].history && p->known[at].history != history)
        at = (at + 1) & (KNOWN - 1);
    if (p->known[at].history) {
        assert_true(p->known[at].logits == logits);
        p->n_met++;
        return;
    }
    assert_true(p->n_known < KNOWN / 2);
    p->known[at] = (struct known){history, logits};
    sample(p, t, logits);
    p->n_known++;
}

/* Bytes of a span in a history. */
static void mark(const struct play *p, uint8_t *out, const int32_t *tokens, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(tokens[i] | (i == 0 && p->pieces_matter ? FIRST_OF_SPAN : 0));
}

/* ---- bookkeeping ---------------------------------------------------------------------------- */

static const enum timeline_class CLASS_OF[KV_CLASSES] = {[KV_ALL] = SEES_ALL,
                                                         [KV_LIMITED] = SEES_WINDOW};

static void check_counts(const struct play *p)
{
    const struct sheaf_decoder *d = p->d;
    for (int k = 0; k < KV_CLASSES; k++) {
        size_t used = d->kv[k].n_pages - d->kv[k].n_free;
        assert_int_equal(used, d->kv[k].page_bytes ? timelines_pages(&p->model, CLASS_OF[k]) : 0);
    }
    size_t slots = d->states.n_slots ? timelines_slots(&p->model) : 0;
    assert_int_equal(d->states.n_slots - d->states.n_free, slots);
    for (int i = 0; i < TIMELINES; i++)
        if (p->model.t[i].live)
            assert_int_equal(sheaf_session_length(p->s[i]), p->model.t[i].n);
}

/* A step of these spans fits into the free pages. */
static bool fits(const struct play *p, const int *who, const sheaf_span *spans, size_t n)
{
    for (int k = 0; k < KV_CLASSES; k++) {
        size_t need = 0;
        for (size_t i = 0; i < n; i++)
            need += timelines_need(&p->model, who[i], CLASS_OF[k], spans[i].n_tokens);
        if (p->d->kv[k].page_bytes && need > p->d->kv[k].n_free)
            return false;
    }
    return true;
}

/* ---- operations ----------------------------------------------------------------------------- */

/* Steps the sessions `who`; refused as a whole when the pages do not suffice. */
static void step(struct play *p, const int *who, sheaf_span *spans, size_t n)
{
    bool fit = fits(p, who, spans, n);
    sheaf_code rc = sheaf_decoder_step(p->d, spans, n, NULL);
    assert_int_equal(rc, fit ? SHEAF_OK : SHEAF_ERR_LIMIT);
    p->n_steps += fit;
    p->n_refused += !fit;
    for (size_t i = 0; i < n && fit; i++) {
        uint8_t marked[PREFIX];
        mark(p, marked, spans[i].tokens, spans[i].n_tokens);
        timelines_feed(&p->model, who[i], marked, spans[i].n_tokens);
    }
    for (size_t i = 0; i < n && fit; i++)
        compare(p, &p->model.t[who[i]], spans[i].logits);
}

/* A third to all of the live sessions move on by 1 to SPAN tokens out of two. */
static void step_some(struct play *p)
{
    sheaf_span spans[TIMELINES];
    int32_t tokens[TIMELINES][SPAN];
    int who[TIMELINES];
    size_t n = 0;
    uint64_t share = 1 + dice_roll(&p->dice, 3);
    for (int i = 0; i < TIMELINES; i++) {
        const struct timeline *t = &p->model.t[i];
        if (!t->live || t->n > MOST_TOKENS - SPAN || dice_roll(&p->dice, 3) >= share)
            continue;
        for (int k = 0; k < SPAN; k++)
            tokens[n][k] = dice_once_in(&p->dice, 2) ? 17 : 42;
        size_t n_tokens = dice_once_in(&p->dice, 3) ? 1 + dice_roll(&p->dice, SPAN) : 1;
        spans[n] = (sheaf_span){p->s[i], tokens[n], n_tokens, SHEAF_WANT_LAST, NULL};
        who[n++] = i;
    }
    if (n)
        step(p, who, spans, n);
}

/* A live timeline, or -1. */
static int any_live(struct play *p)
{
    size_t n = timelines_live(&p->model);
    size_t wanted = n ? dice_roll(&p->dice, n) : 0;
    for (int i = 0; i < TIMELINES && n; i++)
        if (p->model.t[i].live && wanted-- == 0)
            return i;
    return -1;
}

static void open_new(struct play *p)
{
    int32_t prefix[PREFIX];
    int i = timelines_free(&p->model);
    sheaf_session *s;
    sheaf_code rc = sheaf_session_open(&s, p->d, NULL);
    assert_int_equal(rc, i < 0 ? SHEAF_ERR_LIMIT : SHEAF_OK);
    if (rc)
        return;
    p->s[i] = s;
    timelines_open(&p->model, i);
    for (int t = 0; t < PREFIX; t++)
        prefix[t] = (t * 37 + 11) % 128;
    sheaf_span span = {s, prefix, PREFIX, SHEAF_WANT_LAST, NULL};
    step(p, &i, &span, 1);
}

static void fork_one(struct play *p)
{
    int from = any_live(p), i = timelines_free(&p->model);
    sheaf_session *s;
    if (from < 0)
        return;
    sheaf_code rc = sheaf_session_fork(&s, p->s[from], NULL);
    assert_int_equal(rc, i < 0 ? SHEAF_ERR_LIMIT : SHEAF_OK);
    if (rc)
        return;
    p->s[i] = s;
    timelines_copy(&p->model, i, from);
}

static void rewind_one(struct play *p)
{
    int i = any_live(p), checkpoint = any_live(p);
    if (i < 0)
        return;
    assert_int_equal(sheaf_session_rewind(p->s[i], p->s[checkpoint], NULL), SHEAF_OK);
    timelines_copy(&p->model, i, checkpoint);
}

static void close_one(struct play *p)
{
    int i = any_live(p);
    if (i < 0)
        return;
    sheaf_session_close(p->s[i]);
    timelines_close(&p->model, i);
}

/* Moves a fork of some session on by one token and drops it: the session itself must not notice. */
static void probe(struct play *p)
{
    int from = any_live(p), i = timelines_free(&p->model);
    int32_t token = dice_once_in(&p->dice, 2) ? 17 : 42;
    sheaf_error err = {0};
    if (from < 0 || i < 0 || p->model.t[from].n >= MOST_TOKENS)
        return;
    CHECK_OK(sheaf_session_fork(&p->s[i], p->s[from], &err), err);
    timelines_copy(&p->model, i, from);
    sheaf_span span = {p->s[i], &token, 1, SHEAF_WANT_LAST, NULL};
    step(p, &i, &span, 1);
    sheaf_session_close(p->s[i]);
    timelines_close(&p->model, i);
}

static void operate(struct play *p)
{
    uint64_t roll = dice_roll(&p->dice, 100);
    if (roll < 45)
        step_some(p);
    else if (roll < 65)
        fork_one(p);
    else if (roll < 80)
        rewind_one(p);
    else if (roll < 92)
        close_one(p);
    else
        open_new(p);
    check_counts(p);
    probe(p);
    check_counts(p);
}

/* ---- the play ------------------------------------------------------------------------------- */

/* Fewer pages than 12 unrelated sessions would fill, so that some steps are refused. */
static sheaf_decoder *open_decoder(sheaf_engine *e)
{
    sheaf_error err = {0};
    sheaf_decoder *d;
    const sheaf_decoder_options o = {.max_sessions = TIMELINES, .max_rows = PREFIX,
                                     .prefix_tokens = MOST_TOKENS - 7, .session_tokens = 7};
    CHECK_OK(sheaf_decoder_open(&d, e, &o, &err), err);
    return d;
}

/* The history in the same pieces, alone. */
static uint64_t logits_alone(const struct play *p, sheaf_decoder *d, const struct sample *h)
{
    sheaf_error err = {0};
    sheaf_session *s;
    sheaf_span span = {.want = SHEAF_WANT_LAST};
    CHECK_OK(sheaf_session_open(&s, d, &err), err);
    for (size_t at = 0; at < h->n; at += span.n_tokens) {
        int32_t tokens[PREFIX];
        size_t n = 0;
        do {
            tokens[n] = h->history[at + n] & ~FIRST_OF_SPAN;
            n++;
        } while (at + n < h->n && n < PREFIX && p->pieces_matter &&
                 !(h->history[at + n] & FIRST_OF_SPAN));
        span.session = s;
        span.tokens = tokens;
        span.n_tokens = n;
        CHECK_OK(sheaf_decoder_step(d, &span, 1, &err), err);
    }
    sheaf_session_close(s);
    return hash_bytes(span.logits, p->n_vocab * sizeof *span.logits, 0);
}

static void check_samples(const struct play *p, const struct tiny_variant *v)
{
    sheaf_engine_options o = sheaf_engine_defaults();
    o.threads = 1;
    sheaf_engine *e = each_variant_open(v, QUANT_Q8_0, &o);
    sheaf_decoder *d = open_decoder(e);
    for (size_t i = 0; i < SAMPLES && i < p->n_known; i++)
        assert_true(logits_alone(p, d, &p->samples[i]) == p->samples[i].logits);
    sheaf_decoder_close(d);
    sheaf_engine_close(e);
}

static int operations_of(const struct tiny_variant *v)
{
    for (size_t i = 0; i < sizeof THOROUGH / sizeof *THOROUGH; i++)
        if (strcmp(v->name, THOROUGH[i]) == 0)
            return OPERATIONS;
    return FEWER_OPERATIONS;
}

static void random_operations_agree(void **state)
{
    const struct tiny_variant *v = *state;
    static struct known known[KNOWN];
    struct play p = {.known = known, .dice = {.seed = 3},
                     .pieces_matter = each_variant_has_ssm(v)};
    sheaf_engine_options o = sheaf_engine_defaults();
    o.threads = 2;
    memset(known, 0, sizeof known);
    p.e = each_variant_open(v, QUANT_Q8_0, &o);
    p.d = open_decoder(p.e);
    p.n_vocab = p.e->h.n_vocab;
    p.model.window = p.e->h.n_sight ? p.e->h.n_sight : TIMELINE_TOKENS;
    for (int i = operations_of(v); i > 0; i--)
        operate(&p);
    while (timelines_live(&p.model))
        close_one(&p);
    check_counts(&p);
    assert_true(p.n_met > p.n_steps / 4); /* histories are met again, not only made */
    assert_true(p.n_refused > 0);
    check_samples(&p, v);
    print_message("%zu steps, %zu refused, %zu histories, %zu met again\n", p.n_steps,
                  p.n_refused, p.n_known, p.n_met);
    sheaf_decoder_close(p.d);
    sheaf_engine_close(p.e);
}

int main(void)
{
    const struct variant_test tests[] = {
        {"random operations agree", random_operations_agree},
    };
    return each_variant_run(tests, sizeof tests / sizeof *tests);
}
