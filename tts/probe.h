/* probe.h - asking a running trace for its answer: every m tokens its session is forked, a short
 * "final answer" prompt is appended to the fork, up to PROBE_TOKENS tokens are decoded greedily,
 * and the fork is thrown away. When the last k probes agree the trace ends with their answer.
 *
 * The trace waits meanwhile: its slot feeds the fork, one token a step, so a batch never has more
 * rows than slots, and when a trace is probed depends on nothing but its own length. The trace
 * itself never sees the probe: its bits are those it has without.
 *
 * Source: Dynasor, arXiv:2412.20993. */
#ifndef TTS_PROBE_H
#define TTS_PROBE_H

#include <sheaf/tts.h>

#include "engine/detokenize.h"

#define PROBE_TOKENS 20
#define PROBE_ANSWER 256 /* bytes of an answer, NUL included; a longer one is none */
#define PROBE_TEXT 512   /* bytes of a probe's text */

struct run;
struct slot;

/* State of one trace. */
struct probe {
    sheaf_session *fork; /* NULL: the trace runs */
    size_t n_fed;        /* tokens of the prompt and of the answer fed to the fork */
    size_t n_drawn;
    int32_t next;        /* drawn, to be fed */
    struct detok detok;
    char text[PROBE_TEXT]; /* "\boxed{" and what followed */
    size_t text_len, depth; /* open braces */
    size_t n_agree;      /* probes in a row with the answer below */
    char answer[PROBE_ANSWER];
};

/* The prompt's tokens, for a run whose cut rule probes. Errors: those of sheaf_engine_tokenize. */
sheaf_code probe_prepare(struct run *r, sheaf_error *err);

/* Most tokens a fork takes past its trace; 0 for a run without probes. */
size_t probe_fork_tokens(const struct run *r);

void probe_init(struct probe *p);

/* Is the trace in `s` to be probed before it goes on? */
bool probe_is_due(const struct run *r, const struct slot *s);
sheaf_code probe_begin(struct slot *s, const struct run *r, sheaf_error *err);

/* The fork's part of the next step; logits are wanted once its prompt is in. */
sheaf_span probe_span(const struct run *r, struct slot *s);

/* After that step: the draw from the fork's logits, NULL when none were wanted. Sets *agreed when
 * the trace ends with slot->probe.answer. */
void probe_step(struct run *r, struct slot *s, const sheaf_draw *draw, bool *agreed);

/* One more token of a probe is fed. */
void probe_count(struct run *r, struct slot *s);

/* Ends a probe in work. */
void probe_drop(struct probe *p);

#endif
