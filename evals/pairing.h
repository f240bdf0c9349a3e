/* pairing.h - two runs over the same problems, paired problem by problem.
 *
 * The unit is the problem: a rule's score is 0 or 1 there, pass@1 the share of right traces.
 * Votes are compared by McNemar's exact test, pass@1 by the sign-flip test; the interval of the
 * difference is a percentile bootstrap over problems, enumerated for up to STATS_BOOT_N of them,
 * else of PAIRING_RESAMPLES resamples from a fixed seed. */
#ifndef EVALS_PAIRING_H
#define EVALS_PAIRING_H

#include "evals/scorebook.h"
#include "evals/stats.h"

#define PAIRING_RESAMPLES 10000
#define PAIRING_SEED 0
#define PAIRING_CONFIDENCE 0.95

/* A rule that both runs have. What does not exist is NaN. */
struct pairing_rule {
    const char *name;
    size_t of_a, of_b;           /* in the lineups; LINEUP_NONE: pass@1 */
    double a, b;                 /* accuracy */
    size_t only_a, only_b;       /* problems that one run alone solved; pass@1: that it did
                                    better on */
    double diff, se;             /* b - a and its standard error */
    struct stats_interval boot;  /* of diff */
    double p;                    /* two-sided */
};

struct pairing {
    const struct scorebook *a, *b;
    size_t n;            /* problems */
    size_t *b_of_a;      /* [n] index in b of the problem that a has at i */
    struct pairing_rule rules[LINEUP_RULES_MAX + 1];
    size_t n_rules;
};

/* The books must outlive it. Errors: USAGE (no problems; problems or gold answers that differ,
 * naming the first; no rule in common), FORMAT (a problem twice), NOMEM. Release with
 * pairing_close. */
sheaf_code pairing_open(struct pairing *out, const struct scorebook *a, const struct scorebook *b,
                        sheaf_error *err);
void pairing_close(struct pairing *c);

#endif
