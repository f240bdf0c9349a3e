/* live.h - a run while it runs, on standard error: a block redrawn in place on a terminal, a line
 * every few seconds elsewhere. */
#ifndef SRC_LIVE_H
#define SRC_LIVE_H

#include <sheaf/tts.h>
#include <stdbool.h>

#include "base/text.h"

enum live_mode { LIVE_OFF, LIVE_LINES, LIVE_BLOCK };

struct live {
    enum live_mode mode;
    bool color;
    strbuf frame;       /* reused: nothing is allocated once it has grown */
    size_t n_lines;     /* of the block on the screen                     */
    double drawn_s;     /* when, in seconds of the run                    */
    char *marks;        /* [n_marks] one per trace, see mark_of           */
    size_t n_marks;
    uint64_t ended_tokens; /* of traces that ended by themselves          */
    size_t n_ended;
    float top;          /* largest confidence seen: the full bar          */
};

/* Block on a terminal, lines elsewhere, nothing when quiet. */
void live_init(struct live *l, bool quiet, bool color);
/* on_event of sheaf_solve; ctx is the struct live. */
void live_event(void *ctx, const sheaf_event *event);
/* Takes the block off the screen and releases memory. Also after a failure. */
void live_end(struct live *l);

/* Seconds until the run ends if the remaining traces are as long as the ended ones; < 0:
 * unknown. */
double live_eta(const struct live *l, const sheaf_event *e);

/* The block as it would be drawn on `columns` x `rows` cells, without cursor movement (for
 * tests). */
void live_draw(struct live *l, const sheaf_event *e, size_t columns, size_t rows);

#endif
