/* loop_guard.c - see loop_guard.h.
 *
 * For every period p the guard counts for how long each token has equalled the one p places
 * before. A block repeated r times shows as a run of (r - 1) p matches. A hash of the last
 * n-gram would touch one period per token instead of 256, but needs a table of positions per
 * trace and can miss; 256 integer comparisons are nothing beside a decode step. */
#include "tts/loop_guard.h"

#include <string.h>

void loop_guard_init(struct loop_guard *g)
{
    memset(g, 0, sizeof *g);
}

static void count_match(uint16_t *match, bool same)
{
    if (!same)
        *match = 0;
    else if (*match < UINT16_MAX)
        ++*match;
}

/* Is the tail, `covered` tokens of period p, repetition at all? */
static bool repeats(size_t covered, size_t p)
{
    return covered >= LOOP_MIN_TOKENS && covered >= LOOP_MIN_REPEATS * p;
}

/* Too long for honest text? */
static bool too_long(size_t covered, size_t p)
{
    return p >= LOOP_SHORT_PERIOD || covered >= LOOP_MIN_TOKENS_SHORT;
}

bool loop_guard_push(struct loop_guard *g, int32_t token)
{
    size_t reach = g->n < LOOP_MAX_PERIOD ? g->n : LOOP_MAX_PERIOD;
    size_t period = 0, covered = 0;
    for (size_t p = 1; p <= reach; p++) {
        uint16_t *match = &g->match[p - 1];
        count_match(match, g->last[(g->n - p) % LOOP_MAX_PERIOD] == token);
        /* A tail of period p has the periods 2p, 3p ... as well; it is judged by the smallest. */
        if (!period && repeats(*match + p, p)) {
            period = p;
            covered = *match + p;
        }
    }
    g->last[g->n % LOOP_MAX_PERIOD] = token;
    g->n++;
    g->period = period && too_long(covered, period) ? period : 0;
    return g->period != 0;
}
