/* timelines.h - what the sessions of a decoder hold, kept in the simplest way: each timeline lists
 * the pages and the state slot that it uses by number, and sharing is found by counting who else
 * lists a number. No reference counts: it is what those are tested against. */
#ifndef TESTS_SUPPORT_TIMELINES_H
#define TESTS_SUPPORT_TIMELINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TIMELINES = 12,       /* at most live at once */
    TIMELINE_TOKENS = 160,
    TIMELINE_PAGE = 64,   /* positions of a page */
    TIMELINE_PAGES = (TIMELINE_TOKENS + TIMELINE_PAGE - 1) / TIMELINE_PAGE,
};

/* Layers that see everything, and layers that see the last `window` positions. */
enum timeline_class { SEES_ALL, SEES_WINDOW, TIMELINE_CLASSES };

struct timeline {
    bool live;
    size_t n;                        /* tokens */
    uint8_t history[TIMELINE_TOKENS]; /* the caller's: what was fed */
    int pages[TIMELINE_CLASSES][TIMELINE_PAGES]; /* 0: none */
    int slot;                        /* 0: none */
};

struct timelines {
    struct timeline t[TIMELINES];
    size_t window;
    int last; /* number given out */
};

/* A free place, or -1. */
int timelines_free(const struct timelines *m);
size_t timelines_live(const struct timelines *m);

void timelines_open(struct timelines *m, int i);
/* i becomes a copy of `from`: a fork where i was free, else a rewind. */
void timelines_copy(struct timelines *m, int i, int from);
void timelines_close(struct timelines *m, int i);

/* Feeds n tokens to i; they are appended to its history. */
void timelines_feed(struct timelines *m, int i, const uint8_t *tokens, size_t n);

/* Pages of a class that i must take before it is fed n tokens: new ones, and a copy of the one it
 * goes on in when others use that too. */
size_t timelines_need(const struct timelines *m, int i, enum timeline_class c, size_t n);

/* Different pages of a class, and different slots, in use. */
size_t timelines_pages(const struct timelines *m, enum timeline_class c);
size_t timelines_slots(const struct timelines *m);

#endif
