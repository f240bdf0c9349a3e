/* shard.h - which part of a set this process evaluates. */
#ifndef EVALS_SHARD_H
#define EVALS_SHARD_H

#include <sheaf/error.h>
#include <stddef.h>

#define SHARD_KEY "shard"  /* in the settings of a run: "2/4" */
#define SHARD_BYTES 48
#define SHARDS_MAX ((size_t)65536)

struct shard {
    size_t index, n;  /* 1 <= index <= n */
    const char *from; /* the launcher that said so, or "--shard" */
};

/* Looks a variable of the environment up; NULL: not set. */
typedef const char *shard_env(const char *name);

/* Reads "2/4", or "auto": what a launcher says in the environment, the first of Slurm's job arrays,
 * Open MPI, PMI (MPICH, Intel MPI) and Slurm's tasks that is there. Errors: USAGE (malformed; no
 * launcher; numbers of a launcher that make no sense, with their names). */
sheaf_code shard_parse(struct shard *out, const char *spec, shard_env *env, sheaf_error *err);

/* "2/4" into out; returns it. */
const char *shard_print(char out[SHARD_BYTES], size_t index, size_t n);

#endif
