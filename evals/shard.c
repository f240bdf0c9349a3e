/* shard.c - see shard.h. Launchers count from 0 or from anywhere (--array=10-20:2); a shard counts
 * from 1. */
#include "evals/shard.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"

static const struct launcher {
    const char *name, *rank, *count;
    const char *first, *last, *step; /* of an array: NULL for ranks, which are 0, 1, .. */
} launchers[] = {
    {"Slurm array", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN",
     "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP"},
    {"Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", NULL, NULL, NULL},
    {"PMI", "PMI_RANK", "PMI_SIZE", NULL, NULL, NULL},
    {"Slurm tasks", "SLURM_PROCID", "SLURM_NTASKS", NULL, NULL, NULL},
};

#define N_LAUNCHERS (sizeof launchers / sizeof launchers[0])

const char *shard_print(char out[SHARD_BYTES], size_t index, size_t n)
{
    snprintf(out, SHARD_BYTES, "%zu/%zu", index, n);
    return out;
}

/* A variable's whole number; `otherwise` where it is not set and that is not negative. */
static sheaf_code read_number(int64_t *out, shard_env *env, const char *name, int64_t otherwise,
                              sheaf_error *err)
{
    const char *value = name ? env(name) : NULL;
    if (!value && otherwise >= 0) {
        *out = otherwise;
        return SHEAF_OK;
    }
    if (!value || !text_to_i64(text_of(value), out) || *out < 0 || *out > INT32_MAX)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, name, "\"%.40s\"; a whole number is wanted",
                          value ? value : "");
    return SHEAF_OK;
}

static sheaf_code read_launcher(struct shard *out, const struct launcher *l, shard_env *env,
                                sheaf_error *err)
{
    int64_t rank, n, first, step, last;
    if (read_number(&rank, env, l->rank, -1, err) || read_number(&n, env, l->count, -1, err) ||
        read_number(&first, env, l->first, 0, err) || read_number(&step, env, l->step, 1, err) ||
        read_number(&last, env, l->last, first + (n - 1) * (step ? step : 1), err))
        return SHEAF_ERR_USAGE;
    if (n < 1 || n > (int64_t)SHARDS_MAX || step < 1 || rank < first || rank > last ||
        (rank - first) % step || last != first + (n - 1) * step)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, l->rank,
                          "%" PRId64 " of %" PRId64 " (%s) in steps of %" PRId64 " from %" PRId64
                          " to %" PRId64 " is no place in an even sequence; --shard i/n is wanted",
                          rank, n, l->name, step, first, last);
    *out = (struct shard){(size_t)((rank - first) / step) + 1, (size_t)n, l->name};
    return SHEAF_OK;
}

static sheaf_code ask_launchers(struct shard *out, shard_env *env, sheaf_error *err)
{
    for (size_t i = 0; i < N_LAUNCHERS; i++)
        if (env(launchers[i].rank))
            return read_launcher(out, &launchers[i], env, err);
    return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "--shard",
                      "auto: none of %s, %s, %s and %s is set; i/n is wanted", launchers[0].rank,
                      launchers[1].rank, launchers[2].rank, launchers[3].rank);
}

sheaf_code shard_parse(struct shard *out, const char *spec, shard_env *env, sheaf_error *err)
{
    int64_t index, n;
    text t = text_of(spec);
    size_t slash = text_find(t, TEXT("/"));
    if (strcmp(spec, "auto") == 0)
        return ask_launchers(out, env, err);
    if (slash == SIZE_MAX || !text_to_i64(text_slice(t, 0, slash), &index) ||
        !text_to_i64(text_slice(t, slash + 1, t.n), &n) || index < 1 || index > n ||
        n > (int64_t)SHARDS_MAX)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "--shard",
                          "\"%.40s\"; auto or i/n with 1 <= i <= n <= %zu is wanted", spec,
                          SHARDS_MAX);
    *out = (struct shard){(size_t)index, (size_t)n, "--shard"};
    return SHEAF_OK;
}
