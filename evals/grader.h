/* grader.h - how an evaluation reads, compares and grades answers: a table, so that tests can
 * fake it. */
#ifndef EVALS_GRADER_H
#define EVALS_GRADER_H

#include <sheaf/tts.h>
#include <sheaf/verify.h>

#include "evals/answer_kind.h"

struct grader {
    sheaf_judge judge; /* extraction and equality for the votes */
    void *ctx;         /* of the two below                      */
    bool (*right)(void *ctx, const char *gold, const char *answer);
    /* Text that equal answers share, into out [cap bytes]; false: none that fits. */
    bool (*canonical)(void *ctx, char *out, size_t cap, const char *answer);
};

/* <sheaf/verify.h> for one kind of problem. Votes and grades read answers with the same
 * extraction; only answers of the kind vote. */
struct grader grader_for(sheaf_task task, enum answer_kind kind);

/* Name of a task: "gsm8k". */
const char *grader_task_name(sheaf_task task);

#endif
