/* force.h - budget forcing: a trace that thinks too long is told to answer, one that stops thinking
 * too early is told to wait.
 *
 * Both put given tokens in the place of drawn ones, so a forced trace is an ordinary trace: it
 * depends on nothing but itself. Confidence is that of the distribution, whatever stands in its
 * place.
 *
 *   limit  at `think_tokens` tokens the thinking is closed and "the final answer is" begun
 *   wait   the end of the thinking (of the answer, for a model without it) becomes "Wait", up to
 *          `waits` times
 *
 * Source: s1, arXiv:2501.19393. */
#ifndef TTS_FORCE_H
#define TTS_FORCE_H

#include <sheaf/tts.h>

struct run;
struct slot;

/* Tokens to put in. */
struct phrase {
    int32_t *tokens;
    size_t n;
};

/* Of a run. */
struct force_plan {
    struct phrase wait, close_thinking, close_answer;
    int32_t open, close; /* <think> and </think>; -1: not in the vocabulary */
    bool thinks;         /* the prompt leaves a thinking part open, or leaves it to the model */
    bool opened;         /* the prompt ends inside one */
    size_t limit;        /* tokens; SIZE_MAX: no room for an answer behind it */
};

/* Of a trace. */
struct force {
    const struct phrase *phrase; /* being put in; NULL: none */
    size_t at, n_waits;
    bool thinking, has_thought, told; /* inside a thinking part; it was; the limit has spoken */
};

/* What the prompt [n] says of thinking, into r->force. Errors: those of sheaf_engine_tokenize. */
sheaf_code force_read_prompt(struct run *r, const int32_t *prompt, size_t n, sheaf_error *err);

/* The phrases, for a run whose cut rule forces. Needs r->max_tokens. */
sheaf_code force_prepare(struct run *r, sheaf_error *err);
void force_free(struct force_plan *p);

void force_init(struct force *f, const struct run *r);

/* The token that the trace goes on with where `drawn` was drawn. */
int32_t force_token(const struct run *r, struct slot *s, int32_t drawn);

#endif
