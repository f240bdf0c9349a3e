/* shard_part.h - one shard as it is read for a merge. */
#ifndef EVALS_SHARD_PART_H
#define EVALS_SHARD_PART_H

#include "evals/scorebook.h"
#include "evals/shard.h"
#include "store/run_reader.h"

/* A problem's place in the records. */
struct shard_problem {
    text votes;         /* its lines of votes.jsonl */
    size_t first, last; /* its traces: part.order[first .. last) */
};

struct shard_part {
    const char *dir; /* the caller's */
    struct run_reader run;
    struct scorebook book;
    struct shard shard;
    strbuf config;   /* settings without the shard, byte for byte those of the unsharded run */
    file_view votes;
    struct shard_problem *problems; /* [book.n] */
    size_t *order;   /* [run.table.n] entries of the table, problem by problem, else as recorded */
};

/* Reads and checks a directory in place (a part is not moved). Errors: USAGE (no shard), FORMAT
 * (damaged), IO, NOMEM. Release with shard_part_close, also after an error. */
sheaf_code shard_part_open(struct shard_part *p, const char *dir, sheaf_error *err);
void shard_part_close(struct shard_part *p); /* a zeroed one is fine */

#endif
