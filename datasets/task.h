/* task.h - public problem sets that have a name: where they come from, what they hold, how their
 * answers are usually read. None of them is part of the tree; the table is their manifest. */
#ifndef DATASETS_TASK_H
#define DATASETS_TASK_H

#include <stddef.h>
#include <stdint.h>

struct task {
    const char *name;   /* "gsm8k" */
    const char *file;   /* in a mirror and once pulled, in the shape of <sheaf/dataset.h> */
    uint64_t bytes;     /* of that file */
    const char *sha256; /* of that file, 64 lower-case hex digits */
    size_t n_problems;
    const char *answer_type; /* what its answers have in common: of <sheaf/dataset.h>, or "mixed" */
    const char *filter;      /* that its published scores are read with, of evals/filter.h */
    const char *license;     /* as its publisher states it */
    const char *origin;      /* the publisher's file, in a shape of its own; NULL: not recorded */
    const char *note;        /* what to know before quoting a score, or NULL */
};

/* The i-th task in the order of `sheaf tasks`, NULL past the last. */
const struct task *task_at(size_t i);

/* By name, NULL when there is none. */
const struct task *task_find(const char *name);

#endif
