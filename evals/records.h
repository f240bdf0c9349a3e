/* records.h - lines of votes.jsonl: one sealed JSON object (store/seal.h) per problem and rule.
 * Those of samples.jsonl are store/trace_record.h's. */
#ifndef EVALS_RECORDS_H
#define EVALS_RECORDS_H

#include <sheaf/tts.h>

#include "base/arena.h"
#include "base/text.h"
#include "evals/score.h"

/* What all records of one run of one problem have in common. */
struct record_origin {
    const char *run_id, *problem, *strategy;
    const char *gold; /* NULL: not known */
    size_t window;   /* tokens of a confidence group */
    size_t parallel; /* traces decoded at once */
};

/* A vote as it is written. */
struct record_vote {
    const char *rule;
    const char *answer; /* NULL: none */
    double share;
    struct score_rule score;
};

/* Appends one sealed line to `b`. `g` gives the canonical answer. */
void record_vote(strbuf *b, const struct record_origin *o, const struct grader *g,
                 const struct record_vote *v, const struct score_run *run);

/* A vote read back. The line must be intact and hold the vote of `run_id`, `problem`, `rule` and
 * `strategy`; false, with nothing written, when it is anything else. */
bool record_read_vote(struct score_rule *vote, struct score_run *run, text line,
                      const struct record_origin *expected, const char *rule);

/* A vote read back whatever problem and rule it is of. */
struct record_line {
    const char *problem, *strategy, *rule, *gold;
    const char *answer; /* NULL: none */
    double share;       /* NaN: not recorded */
    size_t window;      /* tokens of a confidence group; 0: not recorded */
    struct score_rule score;
    struct score_run run;
};

/* The strings live in `memory`. False, with nothing written, when the line is no whole, graded
 * vote of `run_id` or `memory` is at its end. */
bool record_parse_vote(struct record_line *out, arena *memory, text line, const char *run_id);

#endif
