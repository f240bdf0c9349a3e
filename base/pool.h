/* pool.h - worker threads and one parallel_for: a static split with stealing.
 *
 * Every worker starts on its own part, in small chunks, and takes chunks of the others when its
 * part is done: a worker that the system has put aside does not hold up a step. Results must not
 * depend on who does what; in this tree each output has one order of operations whatever the split.
 * The caller works too. Workers spin briefly for the next job, then sleep. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

#include <sheaf/error.h>

typedef struct pool pool;

/* One part of a job: items [begin, end), run by `worker` (0 = the caller). */
typedef void pool_fn(void *ctx, size_t begin, size_t end, int worker);

/* n_threads >= 1 counts the caller; 1 creates no thread. Errors: NOMEM. */
sheaf_code pool_create(pool **out, int n_threads, sheaf_error *err);
void pool_free(pool *p);
int pool_threads(const pool *p);

/* Runs fn over [0, n_items) in chunks, boundaries at multiples of `grain` items; returns when all
 * are done. One caller at a time. `p` may be NULL: everything runs in the caller. */
void pool_run(pool *p, size_t n_items, size_t grain, pool_fn *fn, void *ctx);

/* CPUs this process may use: affinity mask and cgroup quota, at least 1. */
int pool_cpus(void);

#endif
