/* scorebook.h - a stored evaluation as scores: what votes.jsonl says, problem by problem, and the
 * summary that the run itself printed. */
#ifndef EVALS_SCOREBOOK_H
#define EVALS_SCOREBOOK_H

#include "base/arena.h"
#include "evals/lineup.h"
#include "evals/score.h"
#include "evals/summary.h"
#include "store/run_reader.h"

struct scorebook_vote {
    const char *answer; /* NULL: none */
    double share;       /* of the leader; NaN: not recorded */
};

struct scorebook_problem {
    const char *id, *gold;
    struct scorebook_vote votes[LINEUP_RULES_MAX]; /* by rule of the lineup */
    size_t windows[LINEUP_RUNS_MAX]; /* by run: tokens of a confidence group; 0: not recorded */
};

struct scorebook {
    arena memory;
    struct lineup lineup;
    struct scorebook_problem *problems; /* [n] in order of the file */
    struct score *scores;               /* [n] beside them */
    size_t n;
    size_t n_passed; /* lines passed over: damaged, of another run, or of a problem without all
                        its votes */
    struct summary summary;
};

/* Reads the votes of `run`, which must outlive the book, in place (a book is not moved). A problem
 * counts when every rule that the file knows has a vote on it. Rules that this version does not
 * know are left out. Errors: USAGE (not an evaluation), FORMAT (settings; votes that do not fit
 * them), IO, NOMEM. Release with scorebook_close, also after an error. */
sheaf_code scorebook_open(struct scorebook *out, const struct run_reader *run, sheaf_error *err);
void scorebook_close(struct scorebook *b);

/* Are the traces of every run of a problem in the table, but for those that were stopped? */
bool scorebook_has_traces(const struct score *s, const struct lineup *l,
                          const struct trace_table *table, const char *problem);

#endif
