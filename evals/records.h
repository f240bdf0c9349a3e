/* records.h - lines of traces.jsonl and votes.jsonl: one JSON object each, sealed by a checksum.
 *
 *     {"schema":"sheaf.trace/1", ... ,"xxh3":"0123456789abcdef"}\n
 *
 * The checksum is the XXH3-64 of the line's bytes up to the comma before "xxh3", in 16 hex
 * digits: a torn or altered line is recognised without parsing it. */
#ifndef EVALS_RECORDS_H
#define EVALS_RECORDS_H

#include <sheaf/tts.h>

#include "base/text.h"
#include "evals/score.h"

/* What all records of one run of one problem have in common. */
struct record_origin {
    const char *run_id, *problem, *gold, *strategy;
    uint64_t seed; /* below 2^53 */
    uint64_t model_hash, prompt_hash;
    size_t window; /* tokens of a confidence group */
};

/* A vote as it is written. */
struct record_vote {
    const char *rule;
    const char *answer; /* NULL: none */
    double share;
    struct score_rule score;
};

/* Each appends one sealed line to `b`. `g` gives the canonical answers. */
void record_trace(strbuf *b, const struct record_origin *o, const struct grader *g,
                  const sheaf_trace *t, bool right);
void record_vote(strbuf *b, const struct record_origin *o, const struct grader *g,
                 const struct record_vote *v, const struct score_run *run);

/* Is `line`, without its line break, sealed and unaltered? */
bool record_intact(text line);

/* A vote read back. The line must be intact and hold the vote of `run_id`, `problem`, `rule` and
 * `strategy`; false, with nothing written, when it is anything else. */
bool record_read_vote(struct score_rule *vote, struct score_run *run, text line,
                      const struct record_origin *expected, const char *rule);

#endif
