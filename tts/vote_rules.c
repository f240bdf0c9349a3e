/* vote_rules.c - the offline rules as a table: which ballots stay, and what each weighs. All
 * rules side by side are one loop over it. */
#include <string.h>

#include "tts/threshold.h"
#include "tts/vote.h"

#define MAJORITY(name) {name, VOTE_STAT_MEAN, 100, VOTE_WEIGHT_ONE, 0}
#define WEIGHTED(name, stat, keep) {name, stat, keep, VOTE_WEIGHT_STAT, 0}

const struct vote_rule vote_rules[] = {
    MAJORITY("majority"),
    WEIGHTED("mean", VOTE_STAT_MEAN, 100),
    WEIGHTED("tail", VOTE_STAT_TAIL, 100),
    WEIGHTED("bottom10", VOTE_STAT_BOTTOM10, 100),
    WEIGHTED("lowest", VOTE_STAT_LOWEST, 100),
    WEIGHTED("self-certainty", VOTE_STAT_SELF_CERTAINTY, 100),
    WEIGHTED("mean-keep10", VOTE_STAT_MEAN, 10),
    WEIGHTED("tail-keep10", VOTE_STAT_TAIL, 10),
    WEIGHTED("bottom10-keep10", VOTE_STAT_BOTTOM10, 10),
    WEIGHTED("lowest-keep10", VOTE_STAT_LOWEST, 10),
    WEIGHTED("mean-keep90", VOTE_STAT_MEAN, 90),
    WEIGHTED("tail-keep90", VOTE_STAT_TAIL, 90),
    WEIGHTED("bottom10-keep90", VOTE_STAT_BOTTOM10, 90),
    WEIGHTED("lowest-keep90", VOTE_STAT_LOWEST, 90),
    {"borda", VOTE_STAT_SELF_CERTAINTY, 100, VOTE_WEIGHT_BORDA, 0.5},
    {"cisc", VOTE_STAT_MEAN, 100, VOTE_WEIGHT_SOFTMAX, 1.0},
    {NULL, VOTE_STAT_MEAN, 100, VOTE_WEIGHT_ONE, 0},
};

const struct vote_rule *vote_rule_by_name(const char *name)
{
    for (const struct vote_rule *r = vote_rules; r->name; r++)
        if (strcmp(r->name, name) == 0)
            return r;
    return NULL;
}

/* The ballots in play: those with an answer, then those that pass the filter. */
struct pile {
    int32_t *ballots;         /* their indices */
    double *scores, *weights; /* the rule's statistic; what the ballot counts */
    struct vote_rank *ranks;
    size_t n;
};

size_t vote_scratch_bytes(size_t n)
{
    return n * (2 * sizeof(double) + sizeof(struct vote_rank) + sizeof(int32_t));
}

static struct pile pile_of(const struct vote_ballot *ballots, size_t n, enum vote_stat stat,
                           void *scratch)
{
    struct pile p = {.scores = scratch};
    p.weights = p.scores + n;
    p.ranks = (struct vote_rank *)(p.weights + n);
    p.ballots = (int32_t *)(p.ranks + n);
    for (size_t i = 0; i < n; i++) {
        if (ballots[i].answer == VOTE_NONE)
            continue;
        p.ballots[p.n] = (int32_t)i;
        p.scores[p.n++] = ballots[i].stat[stat];
    }
    return p;
}

/* Keeps the best `keep` percent unless fewer than min_ballots would stay; returns whether it
 * did. */
static bool pile_filter(struct pile *p, double keep, size_t min_ballots)
{
    double s = threshold_keep(p->weights, p->scores, p->n, keep);
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        n += p->scores[i] >= s;
    if (n < min_ballots)
        return false;
    n = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (p->scores[i] >= s) {
            p->ballots[n] = p->ballots[i];
            p->scores[n++] = p->scores[i];
        }
    }
    p->n = n;
    return true;
}

static void pile_weigh(struct pile *p, const struct vote_rule *rule)
{
    switch (rule->weighting) {
    case VOTE_WEIGHT_ONE:
        for (size_t i = 0; i < p->n; i++)
            p->weights[i] = 1.0;
        break;
    case VOTE_WEIGHT_STAT:
        for (size_t i = 0; i < p->n; i++)
            p->weights[i] = p->scores[i];
        break;
    case VOTE_WEIGHT_BORDA:
        vote_borda(p->weights, p->ranks, p->scores, p->n, rule->param);
        break;
    case VOTE_WEIGHT_SOFTMAX:
        vote_softmax(p->weights, p->scores, p->n, rule->param);
        break;
    }
}

bool vote_weigh(const struct vote_rule *rule, double *weights, const struct vote_ballot *ballots,
                size_t n, size_t min_ballots, void *scratch)
{
    struct pile p = pile_of(ballots, n, rule->stat, scratch);
    bool filter = rule->keep < 100.0 && p.n > 0;
    bool fell_back = filter && !pile_filter(&p, rule->keep, min_ballots);
    pile_weigh(&p, rule);
    for (size_t i = 0; i < n; i++)
        weights[i] = 0.0;
    for (size_t i = 0; i < p.n; i++)
        weights[p.ballots[i]] = p.weights[i];
    return fell_back;
}
