/* pool.c - see pool.h.
 *
 * A job is published by raising `job_number`. Each worker's part is a counter {job, next chunk,
 * chunks} in one atomic word; a chunk belongs to who advances the counter, and the tag keeps a late
 * worker from touching another job. Whoever holds a chunk may read the job's fields: the caller
 * cannot return, and so not publish the next job, before that chunk is counted in `finished`.
 * Waiting spins for a short while (a step has several hundred jobs, a sleep costs more than most of
 * them), then sleeps on a condition variable (workers) or yields (the caller). */
#include "base/pool.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"

#define SPIN_ROUNDS 4000
#define CHUNKS_PER_PART 4
#define CACHE_LINE 64

/* The counter of a part: job number in the upper half, then next chunk and number of chunks. */
#define PART_WORD(job, next, n) ((uint64_t)(job) << 32 | (uint64_t)(next) << 16 | (uint64_t)(n))
#define PART_JOB(word) ((uint32_t)((word) >> 32))
#define PART_NEXT(word) ((uint32_t)((word) >> 16) & 0xFFFF)
#define PART_CHUNKS(word) ((uint32_t)(word)&0xFFFF)

struct worker {
    _Alignas(CACHE_LINE) atomic_uint_fast64_t part; /* PART_WORD */
    pool *owner;
    pthread_t thread;
    int index;
};

struct pool {
    int n_threads;
    int n_started;
    struct worker *workers; /* [n_threads]; 0 is the caller */

    pool_fn *fn;
    void *ctx;
    size_t n_items, grain;
    atomic_bool stop;

    _Alignas(CACHE_LINE) atomic_uint job_number; /* pairs with the loads in next_job */
    atomic_int sleepers;
    _Alignas(CACHE_LINE) atomic_uint finished;   /* chunks of the job that are done */
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

/* ---- parts and chunks ----------------------------------------------------------------------- */

static size_t n_grains(const pool *p)
{
    return (p->n_items + p->grain - 1) / p->grain;
}

/* First grain of a part. */
static size_t part_begin(const pool *p, int part)
{
    return n_grains(p) * (size_t)part / (size_t)p->n_threads;
}

static uint32_t part_chunks(const pool *p, int part)
{
    size_t grains = part_begin(p, part + 1) - part_begin(p, part);
    return grains < CHUNKS_PER_PART ? (uint32_t)grains : CHUNKS_PER_PART;
}

/* Takes the next chunk of a part of this job; false when none is left. */
static bool claim(struct worker *w, uint32_t job, uint32_t *chunk, uint32_t *n_chunks)
{
    uint64_t word = atomic_load_explicit(&w->part, memory_order_acquire);
    while (PART_JOB(word) == job && PART_NEXT(word) < PART_CHUNKS(word)) {
        uint64_t taken = PART_WORD(job, PART_NEXT(word) + 1, PART_CHUNKS(word));
        if (!atomic_compare_exchange_weak_explicit(&w->part, &word, taken, memory_order_acq_rel,
                                                   memory_order_acquire))
            continue;
        *chunk = PART_NEXT(word);
        *n_chunks = PART_CHUNKS(word);
        return true;
    }
    return false;
}

static void run_chunk(const pool *p, int part, uint32_t chunk, uint32_t n_chunks, int worker)
{
    size_t first = part_begin(p, part), grains = part_begin(p, part + 1) - first;
    size_t begin = (first + grains * chunk / n_chunks) * p->grain;
    size_t end = (first + grains * (chunk + 1) / n_chunks) * p->grain;
    p->fn(p->ctx, begin, end < p->n_items ? end : p->n_items, worker);
}

/* Own part first, then what the others have not begun. */
static void work(pool *p, uint32_t job, int worker)
{
    uint32_t chunk, n_chunks;
    for (int k = 0; k < p->n_threads; k++) {
        int part = (worker + k) % p->n_threads;
        while (claim(&p->workers[part], job, &chunk, &n_chunks)) {
            run_chunk(p, part, chunk, n_chunks, worker);
            atomic_fetch_add_explicit(&p->finished, 1, memory_order_release);
        }
    }
}

/* ---- jobs ----------------------------------------------------------------------------------- */

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
        if (atomic_load(&p->stop))
            return NULL;
        work(p, job, w->index);
    }
}

/* Only the caller writes job_number. Sequentially consistent: ordered before the look at
 * sleepers. */
static void publish(pool *p, uint32_t job)
{
    atomic_store(&p->job_number, job);
    if (atomic_load(&p->sleepers) > 0) {
        pthread_mutex_lock(&p->lock);
        pthread_cond_broadcast(&p->wake);
        pthread_mutex_unlock(&p->lock);
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
    atomic_store_explicit(&p->finished, 0, memory_order_relaxed);
    uint32_t job = atomic_load_explicit(&p->job_number, memory_order_relaxed) + 1, total = 0;
    for (int i = 0; i < p->n_threads; i++) {
        uint32_t n = part_chunks(p, i);
        total += n;
        atomic_store_explicit(&p->workers[i].part, PART_WORD(job, 0, n), memory_order_release);
    }
    publish(p, job);
    work(p, job, 0);
    for (int i = 0; atomic_load_explicit(&p->finished, memory_order_acquire) != total; i++) {
        if (i < SPIN_ROUNDS)
            cpu_relax();
        else
            sched_yield(); /* a worker was put aside in the middle of a chunk: leave it the core */
    }
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
    for (int i = 1; i < n_threads; i++) {
        struct worker *w = &workers[i];
        w->owner = p;
        w->index = i;
        int rc = pthread_create(&w->thread, NULL, worker_main, w);
        if (rc) {
            pool_free(p);
            return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "threads", "thread %d of %d: %s", i + 1,
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
    atomic_store(&p->stop, true);
    publish(p, atomic_load(&p->job_number) + 1);
    for (int i = 1; i <= p->n_started; i++)
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
