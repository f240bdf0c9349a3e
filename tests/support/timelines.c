/* timelines.c - see timelines.h. */
#include "tests/support/timelines.h"

#include <assert.h>
#include <string.h>

enum { MOST_NUMBERS = TIMELINES * TIMELINE_PAGES };

int timelines_free(const struct timelines *m)
{
    for (int i = 0; i < TIMELINES; i++)
        if (!m->t[i].live)
            return i;
    return -1;
}

size_t timelines_live(const struct timelines *m)
{
    size_t n = 0;
    for (int i = 0; i < TIMELINES; i++)
        n += m->t[i].live;
    return n;
}

void timelines_open(struct timelines *m, int i)
{
    assert(!m->t[i].live);
    m->t[i] = (struct timeline){.live = true};
}

void timelines_copy(struct timelines *m, int i, int from)
{
    assert(m->t[from].live);
    m->t[i] = m->t[from];
}

void timelines_close(struct timelines *m, int i)
{
    assert(m->t[i].live);
    m->t[i] = (struct timeline){0};
}

static size_t users_of_page(const struct timelines *m, enum timeline_class c, size_t page,
                            int number)
{
    size_t n = 0;
    for (int i = 0; i < TIMELINES; i++)
        n += m->t[i].live && m->t[i].pages[c][page] == number;
    return n;
}

static size_t users_of_slot(const struct timelines *m, int number)
{
    size_t n = 0;
    for (int i = 0; i < TIMELINES; i++)
        n += m->t[i].live && m->t[i].slot == number;
    return n;
}

static size_t pages_for(size_t n)
{
    return (n + TIMELINE_PAGE - 1) / TIMELINE_PAGE;
}

/* The page that the next token of t goes into is there already and has other users. */
static bool shares_open_page(const struct timelines *m, const struct timeline *t,
                             enum timeline_class c)
{
    size_t page = t->n / TIMELINE_PAGE;
    return t->n % TIMELINE_PAGE && users_of_page(m, c, page, t->pages[c][page]) > 1;
}

size_t timelines_need(const struct timelines *m, int i, enum timeline_class c, size_t n)
{
    const struct timeline *t = &m->t[i];
    return pages_for(t->n + n) - pages_for(t->n) + shares_open_page(m, t, c);
}

static void take_pages(struct timelines *m, struct timeline *t, enum timeline_class c, size_t n)
{
    if (shares_open_page(m, t, c))
        t->pages[c][t->n / TIMELINE_PAGE] = ++m->last;
    for (size_t page = pages_for(t->n); page < pages_for(t->n + n); page++)
        t->pages[c][page] = ++m->last;
}

/* Pages that lie before the first position which the next token sees. */
static void drop_pages(struct timeline *t, size_t window)
{
    size_t first = t->n + 1 > window ? t->n + 1 - window : 0;
    for (size_t page = 0; page < first / TIMELINE_PAGE; page++)
        t->pages[SEES_WINDOW][page] = 0;
}

void timelines_feed(struct timelines *m, int i, const uint8_t *tokens, size_t n)
{
    struct timeline *t = &m->t[i];
    assert(t->live && n <= TIMELINE_TOKENS - t->n);
    for (int c = 0; c < TIMELINE_CLASSES; c++)
        take_pages(m, t, (enum timeline_class)c, n);
    if (t->slot == 0 || users_of_slot(m, t->slot) > 1)
        t->slot = ++m->last;
    memcpy(t->history + t->n, tokens, n);
    t->n += n;
    drop_pages(t, m->window);
}

/* Adds a number to those seen unless it is 0 or there. */
static void note(int *seen, size_t *n, int number)
{
    for (size_t i = 0; i < *n; i++)
        if (seen[i] == number)
            return;
    if (number)
        seen[(*n)++] = number;
}

size_t timelines_pages(const struct timelines *m, enum timeline_class c)
{
    int seen[MOST_NUMBERS];
    size_t n = 0;
    for (int i = 0; i < TIMELINES; i++)
        for (int page = 0; m->t[i].live && page < TIMELINE_PAGES; page++)
            note(seen, &n, m->t[i].pages[c][page]);
    return n;
}

size_t timelines_slots(const struct timelines *m)
{
    int seen[TIMELINES];
    size_t n = 0;
    for (int i = 0; i < TIMELINES; i++)
        if (m->t[i].live)
            note(seen, &n, m->t[i].slot);
    return n;
}
