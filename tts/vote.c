/* vote.c - the tally and the ballot weights; the rules that combine them are in vote_rules.c. */
#include "tts/vote.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void vote_box_init(struct vote_box *box, struct vote_entry *entries, size_t n_classes)
{
    if (n_classes > 0)
        memset(entries, 0, n_classes * sizeof *entries);
    *box = (struct vote_box){.entries = entries, .n_classes = n_classes,
                             .leader = VOTE_NONE, .second = VOTE_NONE};
}

static double clamp_weight(double w)
{
    if (!(w > 0.0))
        return 0.0;
    return w < VOTE_WEIGHT_MAX ? w : VOTE_WEIGHT_MAX;
}

/* Heavier, or as heavy and earlier. */
static bool ahead(const struct vote_entry *a, const struct vote_entry *b)
{
    return a->weight > b->weight || (a->weight == b->weight && a->order < b->order);
}

/* Only the answer that was just added to can have moved up, since no weight is negative. */
static void update_leaders(struct vote_box *box, int32_t added)
{
    const struct vote_entry *e = box->entries;
    if (added == box->leader)
        return;
    if (box->leader == VOTE_NONE || ahead(&e[added], &e[box->leader])) {
        box->second = box->leader;
        box->leader = added;
    } else if (box->second == VOTE_NONE || ahead(&e[added], &e[box->second])) {
        box->second = added;
    }
}

void vote_box_add(struct vote_box *box, int32_t answer, double weight)
{
    if (answer == VOTE_NONE)
        return;
    assert(answer >= 0 && (size_t)answer < box->n_classes);
    struct vote_entry *e = &box->entries[answer];
    if (e->ballots++ == 0) {
        e->answer = answer;
        e->order = box->ballots;
    }
    weight = clamp_weight(weight);
    e->weight += weight;
    box->total += weight;
    box->ballots++;
    update_leaders(box, answer);
}

double vote_box_first(const struct vote_box *box)
{
    return box->leader == VOTE_NONE ? 0.0 : box->entries[box->leader].weight;
}

double vote_box_second(const struct vote_box *box)
{
    return box->second == VOTE_NONE ? 0.0 : box->entries[box->second].weight;
}

double vote_box_share(const struct vote_box *box)
{
    return box->total > 0.0 ? vote_box_first(box) / box->total : 0.0;
}

static int by_rank(const void *a, const void *b)
{
    const struct vote_entry *x = a, *y = b;
    if (!x->ballots || !y->ballots)
        return (x->ballots == 0) - (y->ballots == 0);
    return ahead(x, y) ? -1 : ahead(y, x);
}

size_t vote_box_sort(struct vote_box *box)
{
    size_t n = 0;
    if (box->n_classes > 0)
        qsort(box->entries, box->n_classes, sizeof *box->entries, by_rank);
    while (n < box->n_classes && box->entries[n].ballots > 0)
        n++;
    return n;
}

static int by_score(const void *a, const void *b)
{
    const struct vote_rank *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

void vote_borda(double *weights, struct vote_rank *ranks, const double *scores, size_t n,
                double power)
{
    for (size_t i = 0; i < n; i++)
        ranks[i] = (struct vote_rank){scores[i], i};
    if (n > 0)
        qsort(ranks, n, sizeof *ranks, by_score);
    for (size_t i = 0; i < n; i++)
        weights[ranks[i].index] = pow((double)(n - i), power);
}

void vote_softmax(double *weights, const double *scores, size_t n, double temperature)
{
    double top = -VOTE_WEIGHT_MAX, total = 0.0;
    for (size_t i = 0; i < n; i++) {
        weights[i] = fmax(-VOTE_WEIGHT_MAX, fmin(scores[i], VOTE_WEIGHT_MAX));
        top = fmax(top, weights[i]);
    }
    for (size_t i = 0; i < n; i++)
        total += weights[i] = exp((weights[i] - top) / temperature);
    for (size_t i = 0; i < n; i++)
        weights[i] /= total;
}
