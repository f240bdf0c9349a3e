/* force.c - see force.h. */
#include "tts/force.h"

#include <string.h>

#include "tts/run.h"

#define ANSWER_ROOM 16 /* tokens left behind the limit's phrase, at least */

static const char wait_text[] = "Wait";
static const char close_thinking_text[] = "\n</think>\n\nThe final answer is \\boxed{";
static const char close_answer_text[] = "\n\nThe final answer is \\boxed{";

static sheaf_code phrase_make(struct phrase *p, const struct run *r, const char *s,
                              sheaf_error *err)
{
    return sheaf_engine_tokenize(r->e, &p->tokens, &p->n, s, strlen(s), false, true, err);
}

/* Id of a control token by name, -1 when the vocabulary has none. */
static sheaf_code find_control(int32_t *id, const struct run *r, const char *name, sheaf_error *err)
{
    struct phrase p = {0};
    sheaf_code rc = phrase_make(&p, r, name, err);
    *id = !rc && p.n == 1 ? p.tokens[0] : -1;
    sheaf_free(p.tokens);
    return rc;
}

sheaf_code force_read_prompt(struct run *r, const int32_t *prompt, size_t n, sheaf_error *err)
{
    struct force_plan *f = &r->force;
    bool closed = false;
    sheaf_code rc = find_control(&f->open, r, "<think>", err);
    if (!rc)
        rc = find_control(&f->close, r, "</think>", err);
    for (size_t i = 0; i < n && !rc && f->close >= 0; i++) {
        if (prompt[i] == f->open || prompt[i] == f->close) {
            closed = prompt[i] == f->close;
            f->opened = !closed;
        }
    }
    f->thinks = !rc && f->close >= 0 && !closed && r->o->thinking != 0;
    return rc;
}

/* Where the thinking ends, so that phrase and answer still fit. */
static size_t limit_for(const struct run *r, size_t phrase)
{
    size_t most = r->max_tokens, room = phrase + ANSWER_ROOM;
    size_t wanted = r->o->think_tokens ? r->o->think_tokens : most - most / 8;
    if (most <= room)
        return SIZE_MAX;
    return wanted < most - room ? wanted : most - room;
}

sheaf_code force_prepare(struct run *r, sheaf_error *err)
{
    struct force_plan *f = &r->force;
    if (r->rules.cut != CUT_FORCE)
        return SHEAF_OK;
    sheaf_code rc = phrase_make(&f->wait, r, wait_text, err);
    if (!rc)
        rc = phrase_make(&f->close_thinking, r, close_thinking_text, err);
    if (!rc)
        rc = phrase_make(&f->close_answer, r, close_answer_text, err);
    f->limit = limit_for(r, f->close_thinking.n > f->close_answer.n ? f->close_thinking.n
                                                                    : f->close_answer.n);
    return rc;
}

void force_free(struct force_plan *p)
{
    sheaf_free(p->wait.tokens);
    sheaf_free(p->close_thinking.tokens);
    sheaf_free(p->close_answer.tokens);
}

void force_init(struct force *f, const struct run *r)
{
    *f = (struct force){.thinking = r->force.opened, .has_thought = r->force.opened};
}

/* Would `drawn` end what may be prolonged? */
static bool ends_early(const struct run *r, const struct force *f, int32_t drawn)
{
    if (f->thinking)
        return drawn == r->force.close || sheaf_engine_is_end(r->e, drawn);
    return !f->has_thought && sheaf_engine_is_end(r->e, drawn);
}

/* The phrase that takes the place of `drawn`, NULL for none. */
static const struct phrase *choose_phrase(const struct run *r, struct slot *s, int32_t drawn)
{
    const struct force_plan *p = &r->force;
    struct force *f = &s->force;
    size_t n = s->trace->pub.n_tokens;
    if (!f->told && n >= p->limit) {
        f->told = true;
        return f->thinking ? &p->close_thinking : &p->close_answer;
    }
    bool may_wait = !f->told && f->n_waits < r->o->waits && n + p->wait.n < p->limit;
    if (may_wait && ends_early(r, f, drawn)) {
        f->n_waits++;
        return &p->wait;
    }
    return NULL;
}

/* Follows the thinking part through what the trace has. */
static int32_t note_thinking(const struct run *r, struct force *f, int32_t token)
{
    if (token == r->force.open && token >= 0)
        f->thinking = f->has_thought = true;
    if (token == r->force.close)
        f->thinking = false;
    return token;
}

int32_t force_token(const struct run *r, struct slot *s, int32_t drawn)
{
    struct force *f = &s->force;
    if (r->rules.cut != CUT_FORCE || s->known)
        return drawn;
    if (!f->phrase) {
        f->phrase = choose_phrase(r, s, drawn);
        f->at = 0;
    }
    if (!f->phrase || f->phrase->n == 0) {
        f->phrase = NULL;
        return note_thinking(r, f, drawn);
    }
    int32_t token = f->phrase->tokens[f->at++];
    if (f->at == f->phrase->n)
        f->phrase = NULL;
    s->trace->pub.n_forced++;
    return note_thinking(r, f, token);
}
