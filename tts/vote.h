/* vote.h - ballots, tallies and the table of offline rules.
 *
 * An answer is a class index: equal answers share one, numbered 0, 1, 2 ... in order of first
 * appearance; VOTE_NONE is a trace without an answer, which never votes. Ties go to the answer that
 * voted first.
 *
 * Sources: weighted votes and filters arXiv:2508.15260; Borda on self-certainty
 * arXiv:2502.18581; CISC arXiv:2502.06233; CGES arXiv:2511.02603; the mixture filter of
 * DistriVoting arXiv:2603.03872. */
#ifndef TTS_VOTE_H
#define TTS_VOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VOTE_NONE (-1)
#define VOTE_WEIGHT_MAX 1e30 /* heavier ballots (an infinite confidence) count as this */

/* ---- a running tally ---- */

struct vote_entry {
    int32_t answer;
    size_t ballots; /* 0: the class has not voted */
    size_t order;   /* the how-manieth ballot was its first one, from 0 */
    double weight;
};

struct vote_box {
    struct vote_entry *entries; /* [n_classes] by class, the caller's memory */
    size_t n_classes;
    size_t ballots;
    double total;           /* weight of all ballots */
    int32_t leader, second; /* classes, VOTE_NONE while there is none */
};

/* Empties a box over `entries` [n_classes], which must outlive it. */
void vote_box_init(struct vote_box *box, struct vote_entry *entries, size_t n_classes);

/* One ballot in O(1). `answer` VOTE_NONE is ignored; otherwise it is below n_classes. A weight
 * outside [0, VOTE_WEIGHT_MAX] is clamped, NaN counts 0. */
void vote_box_add(struct vote_box *box, int32_t answer, double weight);

/* Weight of the leader and of the runner-up; 0 while there is none. */
double vote_box_first(const struct vote_box *box);
double vote_box_second(const struct vote_box *box);

/* Leader's share of all weight, 0 when nothing was cast. */
double vote_box_share(const struct vote_box *box);

/* Moves the entries that have ballots to the front, heaviest first, and returns their number.
 * The box takes no ballots afterwards. */
size_t vote_box_sort(struct vote_box *box);

/* ---- ballot weights ---- */

/* A ballot on its way through a ranking. */
struct vote_rank {
    double score;
    size_t index; /* of the ballot */
};

/* Borda: rank r = 1..n by falling score (ties: lower index first), weight (n - r + 1)^power.
 *
 *   weights  [n] by ballot
 *   ranks    [n] ballots in rank order; ranks[0] is rank 1
 *   scores   [n] by ballot, no NaN
 *
 * power 0 is a majority vote. */
void vote_borda(double *weights, struct vote_rank *ranks, const double *scores, size_t n,
                double power);

/* CISC: softmax of scores / temperature. weights [n]; temperature > 0. */
void vote_softmax(double *weights, const double *scores, size_t n, double temperature);

/* ---- offline rules ---- */

enum vote_stat {
    VOTE_STAT_MEAN,
    VOTE_STAT_TAIL,
    VOTE_STAT_BOTTOM10,
    VOTE_STAT_LOWEST,
    VOTE_STAT_SELF_CERTAINTY,
    VOTE_STAT_PROBABILITY, /* chance of being right: vote_probability */
    VOTE_STAT_STEPS,       /* what its arithmetic deserves: steps_weight (tts/steps.h) */
    VOTE_STATS
};

/* Logistic curve from mean trace confidence (nats) to the chance that the answer is right: 1/2 at
 * `centre`, steeper with `slope`. */
struct vote_calibration {
    double centre, slope;
};

/* Fitted by maximum likelihood on the 797 whole traces with an answer of
 * results/gsm8k-test-50-n16: the default model, Qwen2.5-Coder-1.5B-Instruct Q4_K_M. Another model
 * needs its own. */
#define VOTE_CALIBRATION {.centre = 12.5, .slope = 0.9}

double vote_probability(double mean_confidence, struct vote_calibration c);

struct vote_ballot {
    int32_t answer;
    double stat[VOTE_STATS];
};

/* Which ballots stay, judged by the rule's statistic. */
enum vote_filter {
    VOTE_ALL,
    VOTE_KEEP,      /* the best `keep` percent */
    VOTE_HIGH_MODE, /* not those of the low mode (tts/mixture.h) */
    VOTE_BEST,      /* the best one alone, the lowest index among equals */
};

enum vote_weighting {
    VOTE_WEIGHT_ONE,       /* every ballot 1 */
    VOTE_WEIGHT_STAT,      /* the statistic */
    VOTE_WEIGHT_BORDA,     /* its rank, power `param` */
    VOTE_WEIGHT_SOFTMAX,   /* its softmax, temperature `param` */
    VOTE_WEIGHT_POSTERIOR, /* an equal part of its answer's CGES posterior (tts/stop.h) */
};

struct vote_rule {
    const char *name, *about;
    enum vote_stat stat;
    enum vote_filter filter;
    double keep;
    enum vote_weighting weighting;
    double param;
};

/* Every rule, majority first; the end has a NULL name. */
extern const struct vote_rule vote_rules[];

/* The rule of that name, or NULL. */
const struct vote_rule *vote_rule_by_name(const char *name);

/* Memory that vote_weigh needs for n ballots. */
size_t vote_scratch_bytes(size_t n);

/* What every ballot weighs by a rule.
 *
 *   weights  [n]; 0 for a ballot that does not count
 *   ballots  [n]; those without an answer neither vote nor set the filter's threshold; classes are
 *            below n
 *   scratch  vote_scratch_bytes(n), 8-byte aligned
 *   min_ballots  a filter that leaves fewer is dropped
 *
 * Returns whether the filter was dropped. Cannot fail. */
bool vote_weigh(const struct vote_rule *rule, double *weights, const struct vote_ballot *ballots,
                size_t n, size_t min_ballots, void *scratch);

/* What a ballot weighs while others are still out, for the stop rules: by the rule where it looks
 * at one ballot alone, else 1. */
double vote_weight_alone(const struct vote_rule *rule, const struct vote_ballot *ballot);

/* Every ballot counts 1, none is dropped: what the certificate stop asks for. */
bool vote_rule_is_unit(const struct vote_rule *rule);

#endif
