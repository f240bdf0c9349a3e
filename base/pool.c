/* pool.c - see pool.h.
 *
 * A job is published by raising `job_number`; each worker does its part and counts itself in `done`.
 * Both sides spin for a short while (a step has several hundred jobs, a sleep costs more than most of
 * them) and then sleep on a futex-backed condition variable. */
#include "base/pool.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"

#define SPIN_ROUNDS 20000
#define CACHE_LINE 64

struct worker {
    pool *owner;
    pthread_t thread;
    int index;
    _Alignas(CACHE_LINE) atomic_uint done; /* last job finished; pairs with the acquire in wait_for */
};

struct pool {
    int n_threads;
    int n_started;
    struct worker *workers; /* [n_threads - 1]; the caller is worker 0 */

    pool_fn *fn;
    void *ctx;
    size_t n_items, grain;
    bool stop;

    _Alignas(CACHE_LINE) atomic_uint job_number; /* release in publish, acquire in next_job */
    atomic_int sleepers;
    pthread_mutex_t lock;
    pthread_cond_t wake;
};

static inline void cpu_relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#else
    sched_yield();
#endif
}

static size_t part_begin(const pool *p, int worker)
{
    size_t n_grains = (p->n_items + p->grain - 1) / p->grain;
    size_t at = n_grains * (size_t)worker / (size_t)p->n_threads * p->grain;
    return at < p->n_items ? at : p->n_items;
}

static void run_part(const pool *p, int worker)
{
    size_t begin = part_begin(p, worker);
    size_t end = worker + 1 == p->n_threads ? p->n_items : part_begin(p, worker + 1);
    if (begin < end)
        p->fn(p->ctx, begin, end, worker);
}

/* Returns the next job's number after `last`. */
static unsigned next_job(pool *p, unsigned last)
{
    for (int i = 0; i < SPIN_ROUNDS; i++) {
        unsigned job = atomic_load_explicit(&p->job_number, memory_order_acquire);
        if (job != last)
            return job;
        cpu_relax();
    }
    pthread_mutex_lock(&p->lock);
    atomic_fetch_add(&p->sleepers, 1);
    unsigned job;
    while ((job = atomic_load(&p->job_number)) == last)
        pthread_cond_wait(&p->wake, &p->lock);
    atomic_fetch_sub(&p->sleepers, 1);
    pthread_mutex_unlock(&p->lock);
    return job;
}

static void *worker_main(void *arg)
{
    struct worker *w = arg;
    pool *p = w->owner;
    unsigned job = 0;
    for (;;) {
        job = next_job(p, job);
        if (p->stop)
            return NULL;
        run_part(p, w->index);
        atomic_store_explicit(&w->done, job, memory_order_release);
    }
}

static unsigned publish(pool *p)
{
    unsigned job = atomic_fetch_add(&p->job_number, 1) + 1; /* seq_cst: ordered before sleepers */
    if (atomic_load(&p->sleepers) > 0) {
        pthread_mutex_lock(&p->lock);
        pthread_cond_broadcast(&p->wake);
        pthread_mutex_unlock(&p->lock);
    }
    return job;
}

static void wait_for(const struct worker *w, unsigned job)
{
    for (int i = 0; atomic_load_explicit(&w->done, memory_order_acquire) != job; i++) {
        if (i < SPIN_ROUNDS)
            cpu_relax();
        else
            sched_yield(); /* the worker was descheduled: leave it the core */
    }
}

void pool_run(pool *p, size_t n_items, size_t grain, pool_fn *fn, void *ctx)
{
    assert(grain >= 1);
    if (!p || p->n_threads == 1 || n_items <= grain) {
        if (n_items)
            fn(ctx, 0, n_items, 0);
        return;
    }
    p->fn = fn;
    p->ctx = ctx;
    p->n_items = n_items;
    p->grain = grain;
    unsigned job = publish(p);
    run_part(p, 0);
    for (int i = 0; i < p->n_threads - 1; i++)
        wait_for(&p->workers[i], job);
}

sheaf_code pool_create(pool **out, int n_threads, sheaf_error *err)
{
    if (n_threads < 1 || n_threads > 1024)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "threads", "%d; 1 to 1024 are possible", n_threads);
    pool *p = alloc_aligned(1, sizeof *p, CACHE_LINE);
    struct worker *workers = alloc_aligned((size_t)n_threads, sizeof *workers, CACHE_LINE);
    if (!p || !workers) {
        alloc_free(p);
        alloc_free(workers);
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "threads", "no memory for %d workers", n_threads);
    }
    p->n_threads = n_threads;
    p->workers = workers;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    for (int i = 0; i < n_threads - 1; i++) {
        struct worker *w = &workers[i];
        w->owner = p;
        w->index = i + 1;
        int rc = pthread_create(&w->thread, NULL, worker_main, w);
        if (rc) {
            pool_free(p);
            return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "threads", "thread %d of %d: %s", i + 2,
                              n_threads, strerror(rc));
        }
        p->n_started++;
    }
    *out = p;
    return SHEAF_OK;
}

void pool_free(pool *p)
{
    if (!p)
        return;
    p->stop = true;
    publish(p);
    for (int i = 0; i < p->n_started; i++)
        pthread_join(p->workers[i].thread, NULL);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    alloc_free(p->workers);
    alloc_free(p);
}

int pool_threads(const pool *p)
{
    return p ? p->n_threads : 1;
}

/* CPUs granted by the cgroup v2 quota, rounded up; 0 when there is no limit. */
static int quota_cpus(void)
{
    FILE *f = fopen("/sys/fs/cgroup/cpu.max", "re");
    if (!f)
        return 0;
    long long quota, period;
    int n = fscanf(f, "%lld %lld", &quota, &period);
    fclose(f);
    return n == 2 && quota > 0 && period > 0 ? (int)((quota + period - 1) / period) : 0;
}

int pool_cpus(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set)
                                                        : (int)sysconf(_SC_NPROCESSORS_ONLN);
    int quota = quota_cpus();
    if (quota > 0 && quota < n)
        n = quota;
    return n < 1 ? 1 : n;
}
