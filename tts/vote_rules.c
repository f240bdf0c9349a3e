/* vote_rules.c - the offline rules as a table: which ballots stay, and what each weighs. All
 * rules side by side are one loop over it. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "tts/mixture.h"
#include "tts/stop.h"
#include "tts/threshold.h"
#include "tts/vote.h"

#define PLAIN(name, about, stat, filter, weighting) {name, about, stat, filter, 100, weighting, 0}
#define WEIGHTED(name, about, stat) PLAIN(name, about, stat, VOTE_ALL, VOTE_WEIGHT_STAT)
#define KEPT(name, about, stat, keep) {name, about, stat, VOTE_KEEP, keep, VOTE_WEIGHT_STAT, 0}

const struct vote_rule vote_rules[] = {
    PLAIN("majority", "one trace, one vote (arXiv:2203.11171)", VOTE_STAT_MEAN, VOTE_ALL,
          VOTE_WEIGHT_ONE),
    WEIGHTED("mean", "weighted by mean confidence (arXiv:2508.15260)", VOTE_STAT_MEAN),
    WEIGHTED("tail", "by the confidence of the last 2048 tokens", VOTE_STAT_TAIL),
    WEIGHTED("bottom10", "by the mean of the lowest tenth of the groups", VOTE_STAT_BOTTOM10),
    WEIGHTED("lowest", "by the lowest group confidence", VOTE_STAT_LOWEST),
    WEIGHTED("self-certainty", "by self-certainty (arXiv:2502.18581)", VOTE_STAT_SELF_CERTAINTY),
    KEPT("mean-keep10", "the best tenth by mean confidence, weighted by it", VOTE_STAT_MEAN, 10),
    KEPT("tail-keep10", "the same by tail confidence", VOTE_STAT_TAIL, 10),
    KEPT("bottom10-keep10", "the same by the lowest tenth of the groups", VOTE_STAT_BOTTOM10, 10),
    KEPT("lowest-keep10", "the same by the lowest group", VOTE_STAT_LOWEST, 10),
    KEPT("mean-keep90", "all but the worst tenth by mean confidence", VOTE_STAT_MEAN, 90),
    KEPT("tail-keep90", "the same by tail confidence", VOTE_STAT_TAIL, 90),
    KEPT("bottom10-keep90", "the same by the lowest tenth of the groups", VOTE_STAT_BOTTOM10, 90),
    KEPT("lowest-keep90", "the same by the lowest group", VOTE_STAT_LOWEST, 90),
    {"borda", "by rank in self-certainty, power 0.5 (arXiv:2502.18581)", VOTE_STAT_SELF_CERTAINTY,
     VOTE_ALL, 100, VOTE_WEIGHT_BORDA, 0.5},
    {"cisc", "by the softmax of mean confidence (arXiv:2502.06233)", VOTE_STAT_MEAN, VOTE_ALL, 100,
     VOTE_WEIGHT_SOFTMAX, 1.0},
    PLAIN("cges", "by the posterior of the answer (arXiv:2511.02603)", VOTE_STAT_PROBABILITY,
          VOTE_ALL, VOTE_WEIGHT_POSTERIOR),
    PLAIN("distri", "one vote each without the low mode of confidence (arXiv:2603.03872)",
          VOTE_STAT_MEAN, VOTE_HIGH_MODE, VOTE_WEIGHT_ONE),
    PLAIN("best", "the trace of highest self-certainty decides alone (arXiv:2502.18581)",
          VOTE_STAT_SELF_CERTAINTY, VOTE_BEST, VOTE_WEIGHT_ONE),
    WEIGHTED("steps", "halved by the first wrong arithmetic step, and so on: 1 / (1 + wrong)",
             VOTE_STAT_STEPS),
    {.name = NULL},
};

const struct vote_rule *vote_rule_by_name(const char *name)
{
    for (const struct vote_rule *r = vote_rules; r->name; r++)
        if (strcmp(r->name, name) == 0)
            return r;
    return NULL;
}

double vote_probability(double mean_confidence, struct vote_calibration c)
{
    return 1.0 / (1.0 + exp(-c.slope * (mean_confidence - c.centre)));
}

double vote_weight_alone(const struct vote_rule *rule, const struct vote_ballot *ballot)
{
    return rule->weighting == VOTE_WEIGHT_STAT ? ballot->stat[rule->stat] : 1.0;
}

bool vote_rule_is_unit(const struct vote_rule *rule)
{
    return rule->weighting == VOTE_WEIGHT_ONE && rule->filter == VOTE_ALL;
}

/* ---- the ballots in play: those with an answer, then those that pass the filter -------------- */

struct pile {
    int32_t *ballots;         /* their indices */
    double *scores, *weights; /* the rule's statistic; what the ballot counts */
    struct vote_rank *ranks;
    size_t n;
};

/* The posterior puts its sums, one per class, where the ranking has its ranks. */
_Static_assert(sizeof(struct stop_cges_answer) <= sizeof(struct vote_rank), "room for the sums");

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

/* ---- filters -------------------------------------------------------------------------------- */

/* What a ballot must be to stay. */
struct sieve {
    enum vote_filter filter;
    double threshold;
    struct mixture modes;
};

/* False: there is nothing to filter by. */
static bool sieve_make(struct sieve *s, const struct pile *p, const struct vote_rule *rule)
{
    *s = (struct sieve){.filter = rule->filter};
    if (p->n == 0 || rule->filter == VOTE_ALL)
        return false;
    double percent = rule->filter == VOTE_BEST ? 0.0 : rule->keep;
    s->threshold = threshold_keep(p->weights, p->scores, p->n, percent);
    return rule->filter != VOTE_HIGH_MODE || mixture_fit(&s->modes, p->weights, p->n);
}

static bool sieve_keeps(const struct sieve *s, double score)
{
    return s->filter == VOTE_HIGH_MODE ? !mixture_is_low(&s->modes, score) : score >= s->threshold;
}

/* Drops what the rule does not keep, unless fewer than min_ballots would stay; returns whether they
 * would not. */
static bool pile_filter(struct pile *p, const struct vote_rule *rule, size_t min_ballots)
{
    struct sieve s;
    size_t n = 0;
    if (!sieve_make(&s, p, rule))
        return false;
    for (size_t i = 0; i < p->n; i++)
        n += sieve_keeps(&s, p->scores[i]);
    if (n < min_ballots && rule->filter != VOTE_BEST)
        return true;
    n = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (!sieve_keeps(&s, p->scores[i]))
            continue;
        p->ballots[n] = p->ballots[i];
        p->scores[n++] = p->scores[i];
    }
    p->n = rule->filter == VOTE_BEST ? 1 : n;
    return false;
}

/* ---- weights -------------------------------------------------------------------------------- */

static size_t count_classes(const struct pile *p, const struct vote_ballot *ballots)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        if ((size_t)ballots[p->ballots[i]].answer >= n)
            n = (size_t)ballots[p->ballots[i]].answer + 1;
    return n;
}

/* Scores are probabilities here; they give way to the posterior. */
static void weigh_posterior(struct pile *p, const struct vote_ballot *ballots, size_t n_all)
{
    struct stop_cges s;
    size_t n_classes = count_classes(p, ballots);
    assert(n_classes <= n_all);
    stop_cges_init(&s, (struct stop_cges_answer *)(void *)p->ranks, n_classes);
    for (size_t i = 0; i < p->n; i++)
        stop_cges_add(&s, ballots[p->ballots[i]].answer, p->scores[i]);
    stop_cges_posterior(&s, p->scores);
    for (size_t i = 0; i < p->n; i++) {
        size_t class = (size_t)ballots[p->ballots[i]].answer;
        p->weights[i] = p->scores[class] / (double)s.answers[class].n;
    }
}

static void pile_weigh(struct pile *p, const struct vote_rule *rule,
                       const struct vote_ballot *ballots, size_t n_all)
{
    switch (rule->weighting) {
    case VOTE_WEIGHT_ONE:
        for (size_t i = 0; i < p->n; i++)
            p->weights[i] = 1.0;
        break;
    case VOTE_WEIGHT_STAT:
        memcpy(p->weights, p->scores, p->n * sizeof *p->weights);
        break;
    case VOTE_WEIGHT_BORDA:
        vote_borda(p->weights, p->ranks, p->scores, p->n, rule->param);
        break;
    case VOTE_WEIGHT_SOFTMAX:
        vote_softmax(p->weights, p->scores, p->n, rule->param);
        break;
    case VOTE_WEIGHT_POSTERIOR:
        weigh_posterior(p, ballots, n_all);
        break;
    }
}

bool vote_weigh(const struct vote_rule *rule, double *weights, const struct vote_ballot *ballots,
                size_t n, size_t min_ballots, void *scratch)
{
    struct pile p = pile_of(ballots, n, rule->stat, scratch);
    bool fell_back = pile_filter(&p, rule, min_ballots);
    pile_weigh(&p, rule, ballots, n);
    for (size_t i = 0; i < n; i++)
        weights[i] = 0.0;
    for (size_t i = 0; i < p.n; i++)
        weights[p.ballots[i]] = p.weights[i];
    return fell_back;
}
