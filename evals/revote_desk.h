/* revote_desk.h - the stored traces of one problem on the desk: loaded, classed, and voted on in
 * any selection. */
#ifndef EVALS_REVOTE_DESK_H
#define EVALS_REVOTE_DESK_H

#include <sheaf/tts.h>

#include "store/run_reader.h"
#include "store/trace_set.h"
#include "tts/vote.h"

/* An answer as the traces of a problem spell it. */
struct desk_spelling {
    const char *answer;
    int32_t class; /* among all traces */
    bool fits;
};

struct desk {
    const char *problem;
    struct trace_set set;
    size_t n; /* traces */
    /* All of them replayed by the solver as self-consistency: classes and statistics. */
    sheaf_result *whole;
    struct vote_ballot *ballots; /* [n] */
    bool *right;                 /* [n] by class */
    bool graded;
    struct desk_spelling *spellings; /* [n_spellings] all there are */
    size_t n_spellings;
    /* of a vote over k of them */
    size_t *picks;                     /* [n] indices, the first k drawn */
    struct vote_ballot *drawn;         /* [n] */
    double *weights;                   /* [n] */
    struct vote_entry *entries;        /* [n] */
    int32_t *classes;                  /* [n] of those drawn: the class among all */
    sheaf_trace *known;                /* [n] */
    void *scratch;
};

struct desk_outcome {
    int32_t answer; /* class, VOTE_NONE */
    bool right;
    double share, ballots, tokens;
};

/* How a name votes. */
struct desk_rule {
    const char *name;
    const struct vote_rule *offline; /* NULL: replayed by options */
    sheaf_solve_options options;
    bool reads_text; /* a replay looks at the text of traces */
};

/* What a name that revote_check_name knows stands for, with the settings `o` (revote_names.c). */
struct desk_rule revote_rule(const char *name, const sheaf_solve_options *o);

/* `o`: settings of the run; `o->known` and the like are not looked at. Errors: FORMAT, NOMEM. */
sheaf_code desk_open(struct desk *out, const struct run_reader *run, const char *problem,
                     const char *source, const sheaf_solve_options *o, const sheaf_judge *judge,
                     sheaf_error *err);
void desk_close(struct desk *d);

/* Picks k <= n traces: all in order of ids when k is n, else the draw of that number. */
void desk_pick(struct desk *d, size_t k, uint64_t seed, uint64_t draw);

/* A vote over the k picked. Errors: those of sheaf_solve. */
sheaf_code desk_vote(struct desk_outcome *out, struct desk *d, size_t k,
                     const struct desk_rule *rule, sheaf_error *err);

/* A spelling of a class. */
const char *desk_answer(const struct desk *d, int32_t class);

#endif
