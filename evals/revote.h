/* revote.h - strategies asked of the stored traces of a run, without a model.
 *
 * A vote rule, or a strategy that neither cuts nor stops, weighs the ballots of whole traces; every
 * other strategy is replayed by the solver itself over the stored tokens and confidences
 * (sheaf_solve with known traces), so its cuts, stops and token counts are those of a real run.
 *
 * At k below the number of traces each vote is over k of them drawn without replacement; they get
 * the ids 0 .. k - 1 in the order drawn, since warm-ups and stops go by ids. This is done
 * `resamples` times per problem, the draws being the same for every strategy; of the majority
 * cons@k is computed exactly instead (evals/metrics.h), and where it is the first strategy the
 * others' accuracies are corrected by what the draws made of it. Differences are those of the same
 * draws, so a stop that never changes an answer differs by exactly 0. At k equal to the number of
 * traces the vote is over all of them in order of ids: once, the answer of the run.
 *
 * Of a run that goes on, problems with fewer traces than usual are left out: those that are there
 * ended first and are the short ones.
 *
 * The problem is the unit of every error: the score of a problem is the mean over its votes, and
 * strategies are compared problem by problem with the first one at the same k. */
#ifndef EVALS_REVOTE_H
#define EVALS_REVOTE_H

#include <sheaf/tts.h>

#include "evals/stats.h"
#include "store/run_reader.h"

#define REVOTE_NAMES_MAX 128
#define REVOTE_LEVEL 0.05 /* p below it: not noise */

struct revote_options {
    const char *const *strategies; /* [n_strategies] names of rules and strategies */
    size_t n_strategies;
    const size_t *ks; /* [n_ks] each >= 1; none: the traces that half of the problems have */
    size_t n_ks;
    const char *source;  /* strategy whose traces are used; NULL: revote_source */
    const char *problem; /* the only one; NULL: all */
    size_t resamples;    /* >= 1 */
    uint64_t seed;       /* of the draws, and of tests that draw */
    int threads;         /* >= 1; the numbers do not depend on it */
    sheaf_solve_options solve; /* what replays go by: revote_settings, then the caller's changes */
    const sheaf_judge *judge;  /* equality of answers */
};

/* Is a difference more than chance would give? */
enum revote_noise {
    REVOTE_WITHIN, /* it may be chance */
    REVOTE_ALONE,  /* p is below REVOTE_LEVEL and the interval leaves 0 out, this comparison taken
                      alone */
    REVOTE_BEYOND, /* also after Holm's correction for all comparisons at this k */
};

/* One strategy at one k, all problems together. What does not exist is NaN. */
struct revote_row {
    const char *strategy; /* of the options */
    size_t k;
    size_t n_problems;    /* that have k traces                                          */
    size_t n_votes;       /* per problem: resamples, 1 with all traces, 0: exact         */
    double accuracy, se;  /* mean over problems and its standard error; ungraded: NaN    */
    double diff, diff_se; /* minus the first strategy at this k, problem by problem      */
    struct stats_interval boot; /* of diff: 95 %, percentile bootstrap over problems     */
    bool mcnemar;         /* p is McNemar's exact test (scores are 0 or 1), else the sign-flip
                             test                                                        */
    double p, p_holm;     /* two-sided; corrected for all comparisons at this k          */
    enum revote_noise noise;
    double tokens, tokens_se; /* mean per vote, standard error over problems             */
    double saved;         /* share of the first strategy's tokens at this k              */
    double ballots;       /* mean number that counted                                    */
    double share;         /* mean share of the leader                                    */
    bool pareto;          /* no row is as accurate with fewer tokens                     */
    char answer[256];     /* one problem, all traces: what was voted; else empty         */
};

struct revote {
    struct revote_row *rows; /* [n_rows] by k, then by strategy */
    size_t n_rows, n_strategies;
    size_t n_problems;
    size_t resamples, parallel; /* of the options; parallel 0: by the solver's own rule */
    uint64_t seed;
    const char *source; /* the reader's string */
    bool graded;
};

/* Settings of the run for replays: budget, window, warm-up and so on as run.json has them. */
sheaf_solve_options revote_settings(const struct run_reader *run);

/* The strategy whose traces are whole, as far as the records tell: the first without a cut, a
 * consensus or a probe among its ends; NULL when none is. */
const char *revote_source(const struct run_reader *run);

/* USAGE with the names that are known when `name` is neither rule nor strategy. */
sheaf_code revote_check_name(const char *name, sheaf_error *err);

/* Every name that can be voted with, majority first: all vote rules, then the strategies that cut
 * or stop and can be replayed, each once. `keep`: of revote_settings. Returns how many. */
size_t revote_all(const char *names[REVOTE_NAMES_MAX], double keep);
/* The i-th strategy that needs a model; NULL past the last. */
const char *revote_left_out(size_t i);

/* Errors: USAGE (unknown strategy, problem or source; a strategy that needs a model; k beyond every
 * problem), FORMAT (a stored trace that does not go far enough, damage), NOMEM. Release with
 * revote_free. */
sheaf_code revote_run(struct revote *out, const struct run_reader *run,
                      const struct revote_options *o, sheaf_error *err);
void revote_free(struct revote *r);

#endif
