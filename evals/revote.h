/* revote.h - strategies asked of the stored traces of a run, without a model.
 *
 * A vote rule, or a strategy that neither cuts nor stops, weighs the ballots of whole traces; every
 * other strategy is replayed by the solver itself over the stored tokens and confidences
 * (sheaf_solve with known traces), so its cuts, stops and token counts are those of a real run.
 *
 * At k below the number of traces each vote is over k of them drawn without replacement, in the
 * order drawn, `resamples` times per problem; of the majority cons@k is computed exactly instead
 * (evals/metrics.h). At k equal to it the vote is over all traces in order of ids: once, the
 * answer of the run. */
#ifndef EVALS_REVOTE_H
#define EVALS_REVOTE_H

#include <sheaf/tts.h>

#include "store/run_reader.h"

struct revote_options {
    const char *const *strategies; /* [n_strategies] names of rules and strategies */
    size_t n_strategies;
    const size_t *ks; /* [n_ks] each >= 1; none: the number of traces */
    size_t n_ks;
    const char *source;  /* strategy whose traces are used; NULL: revote_source */
    const char *problem; /* the only one; NULL: all */
    size_t resamples;    /* >= 1 */
    uint64_t seed;       /* of the draws */
    sheaf_solve_options solve; /* what replays go by: revote_settings, then the caller's changes */
    const sheaf_judge *judge;  /* equality of answers */
};

/* One strategy at one k, all problems together. What does not exist is NaN. */
struct revote_row {
    const char *strategy; /* of the options */
    size_t k;
    size_t n_problems;    /* that have k traces                                         */
    size_t n_votes;       /* per problem: resamples, 1 with all traces, 0: exact        */
    double accuracy, se;  /* mean over problems and its standard error; ungraded: NaN   */
    double diff, diff_se; /* minus the first strategy at this k, problem by problem     */
    double p;             /* two-sided sign-flip test of that                           */
    double tokens;        /* mean per vote                                              */
    double ballots;       /* mean number that counted                                   */
    double share;         /* mean share of the leader                                   */
    char answer[256];     /* one problem, all traces: what was voted; else empty        */
};

struct revote {
    struct revote_row *rows; /* [n_rows] by k, then by strategy */
    size_t n_rows;
    size_t n_problems;
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

/* Errors: USAGE (unknown strategy, problem or source; a strategy that needs a model; k beyond every
 * problem), FORMAT (a stored trace that does not go far enough, damage), NOMEM. Release with
 * revote_free. */
sheaf_code revote_run(struct revote *out, const struct run_reader *run,
                      const struct revote_options *o, sheaf_error *err);
void revote_free(struct revote *r);

#endif
