/* lineup.h - which runs and which rules an evaluation has, from the names of strategies. */
#ifndef EVALS_LINEUP_H
#define EVALS_LINEUP_H

#include <sheaf/tts.h>

#include "base/text.h"

#define LINEUP_RUNS_MAX 16
#define LINEUP_RULES_MAX 48
#define LINEUP_NONE ((size_t)-1)

/* A way to run a problem. */
struct lineup_run {
    const char *name;     /* in records and tables                  */
    const char *strategy; /* of sheaf_solve                         */
    bool whole;           /* every trace to its end: offline rules vote on it */
    double keep;          /* 0: the caller's                        */
};

/* A vote on the traces of a run. */
struct lineup_rule {
    const char *name;
    const char *vote; /* an offline rule, or NULL: the run's own vote */
    size_t run;       /* index in runs                                */
};

struct lineup {
    const struct lineup_run *runs[LINEUP_RUNS_MAX]; /* the run of whole traces first */
    size_t n_runs;
    struct lineup_rule rules[LINEUP_RULES_MAX]; /* in order of runs; majority first */
    size_t n_rules;
};

/* The run that the name of a strategy stands for; NULL: unknown. */
const struct lineup_run *lineup_run_of(text name);

/* names [n], each one strategy or several joined by commas. Errors: USAGE (unknown name, with
 * those that are known). */
sheaf_code lineup_make(struct lineup *out, const char *const *names, size_t n, sheaf_error *err);

/* True when run 0 has whole traces: rule 0 is then the majority. */
bool lineup_has_whole(const struct lineup *l);

/* The rule that decides for a run: majority of whole traces, else the run's own vote. */
size_t lineup_deciding_rule(const struct lineup *l, size_t run);

/* The caller's options as one run needs them. */
sheaf_solve_options lineup_options(const struct lineup_run *run, const sheaf_solve_options *o);

#endif
