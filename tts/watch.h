/* watch.h - the arithmetic of a running trace, line by line: the cut rule "steps".
 *
 * A step never reaches over a line end (tts/steps.h), so checking each line when it is complete
 * finds what a look at the whole text finds. Lines longer than WATCH_LINE bytes are checked in
 * pieces. */
#ifndef TTS_WATCH_H
#define TTS_WATCH_H

#include <sheaf/tts.h>

#include "engine/detokenize.h"
#include "tts/steps.h"

#define WATCH_LINE 4096

struct run;
struct slot;

struct watch {
    struct detok detok;
    const sheaf_trace *known; /* its text is read instead of the tokens; NULL: decoded */
    size_t n_seen, at;        /* tokens and bytes of it */
    struct steps steps;
    char *line; /* [WATCH_LINE], NULL when the rule is not on */
    size_t n;
};

/* Starts a trace; `line` is the slot's memory or NULL. */
void watch_init(struct watch *w, const struct run *r, char *line);

/* The trace is played back: its bytes come from `known` where that has them. Call after
 * watch_init; `known` must outlive the watch. */
void watch_play(struct watch *w, const sheaf_trace *known);

/* The trace's next token. True when a line with a wrong step is complete. */
bool watch_push(struct watch *w, int32_t token);

/* The trace ends: the same for its last line. */
bool watch_end(struct watch *w);

#endif
