/* probe.c - see probe.h. */
#include "tts/probe.h"

#include <string.h>

#include "engine/model.h"
#include "tts/run.h"

static const char prompt_text[] = "\n\nSo the final answer is \\boxed{";
static const char box[] = "\\boxed{";

sheaf_code probe_prepare(struct run *r, sheaf_error *err)
{
    if (r->rules.cut != CUT_PROBE)
        return SHEAF_OK;
    return sheaf_engine_tokenize(r->e, &r->probe_prompt, &r->n_probe_prompt, prompt_text,
                                 sizeof prompt_text - 1, false, false, err);
}

/* The token that the trace drew last is in no session yet, so the fork begins with it. */
size_t probe_fork_tokens(const struct run *r)
{
    return r->rules.cut == CUT_PROBE ? 1 + r->n_probe_prompt + PROBE_TOKENS : 0;
}

void probe_init(struct probe *p)
{
    *p = (struct probe){.fork = NULL};
}

bool probe_is_due(const struct run *r, const struct slot *s)
{
    size_t n = s->trace->pub.n_tokens;
    return r->rules.cut == CUT_PROBE && !s->known && n % r->o->probe_every == 0 &&
           probe_fork_tokens(r) <= r->n_context - r->n_prompt - n;
}

sheaf_code probe_begin(struct slot *s, const struct run *r, sheaf_error *err)
{
    struct probe *p = &s->probe;
    p->n_fed = p->n_drawn = 0;
    p->text_len = sizeof box - 1;
    memcpy(p->text, box, p->text_len);
    p->depth = 1;
    detok_init(&p->detok, r->e->tokens, false);
    return sheaf_session_fork(&p->fork, s->session, err);
}

sheaf_span probe_span(const struct run *r, struct slot *s)
{
    struct probe *p = &s->probe;
    if (p->n_fed == 0)
        p->next = s->next;
    else if (p->n_fed <= r->n_probe_prompt)
        p->next = r->probe_prompt[p->n_fed - 1];
    enum sheaf_want want = p->n_fed < r->n_probe_prompt ? SHEAF_WANT_NONE : SHEAF_WANT_LAST;
    return (sheaf_span){p->fork, &p->next, 1, want, NULL};
}

/* Appends up to the brace that closes the box. False when the box is closed or the text is full. */
static bool add_text(struct probe *p, text bytes)
{
    for (size_t i = 0; i < bytes.n && p->text_len < PROBE_TEXT; i++) {
        char c = bytes.p[i];
        p->text[p->text_len++] = c;
        p->depth += c == '{';
        p->depth -= c == '}';
        if (p->depth == 0)
            return false;
    }
    return p->text_len < PROBE_TEXT;
}

/* Counts the answer of a probe that is over. */
static void count_answer(const struct run *r, struct probe *p)
{
    char answer[PROBE_ANSWER];
    const sheaf_judge *j = r->judge;
    if (p->depth > 0 || !j->extract(j->ctx, answer, sizeof answer, p->text, p->text_len) ||
        (j->fits && !j->fits(j->ctx, answer))) {
        p->n_agree = 0;
        return;
    }
    bool same = p->n_agree > 0 && j->equal(j->ctx, p->answer, answer);
    p->n_agree = same ? p->n_agree + 1 : 1;
    memcpy(p->answer, answer, sizeof answer);
}

void probe_drop(struct probe *p)
{
    sheaf_session_close(p->fork);
    p->fork = NULL;
}

void probe_count(struct run *r, struct slot *s)
{
    r->tokens++;
    r->probe_tokens++;
    s->trace->pub.n_probe_tokens++;
}

void probe_step(struct run *r, struct slot *s, const sheaf_draw *draw, bool *agreed)
{
    struct probe *p = &s->probe;
    *agreed = false;
    p->n_fed++;
    probe_count(r, s);
    if (!draw)
        return;
    p->next = draw->token;
    bool more = !sheaf_engine_is_end(r->e, draw->token) &&
                add_text(p, detok_bytes(&p->detok, draw->token));
    if (more && ++p->n_drawn < PROBE_TOKENS)
        return;
    probe_drop(p);
    s->trace->pub.n_probes++;
    count_answer(r, p);
    *agreed = p->n_agree >= r->o->probe_agree;
}
