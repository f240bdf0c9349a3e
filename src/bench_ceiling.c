/* bench_ceiling.c - see bench_ceiling.h.
 *
 * Bandwidth: xor over a buffer in huge pages (alloc_aligned asks for them), every thread its own
 * part from front to back, in plain C that compilers turn into vector loads. Arithmetic: panels of
 * the model itself, as many as fit the second-level cache, times 64 rows. */
#include "src/bench_ceiling.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fail.h"
#include "base/memory.h"
#include "base/pool.h"
#include "engine/model.h"

#define MIB ((size_t)1 << 20)
#define READ_MIN (128 * MIB)
#define READ_MAX (512 * MIB)
#define READ_BLOCK (MIB / 4) /* bytes that a thread reads in one go */
#define PASSES 8             /* the best counts */
#define PASS_S 0.02          /* shortest pass of products */
#define PRODUCT_ROWS 64
#define PANELS_BYTES (MIB / 4)
#define LANES 16
#define SUMS_STRIDE 8 /* words between the threads' results: a cache line */

static void raise_to(double *best, double reached)
{
    *best = reached > *best ? reached : *best;
}

/* ---- memory read ---------------------------------------------------------------------------- */

struct reading {
    const uint64_t *words;
    uint64_t *sums; /* [threads] SUMS_STRIDE apart: keeps the loads from being dropped */
};

static uint64_t fold_words(const uint64_t *p, size_t n)
{
    uint64_t lanes[LANES] = {0}, sum = 0;
    for (size_t i = 0; i < n; i += LANES)
        for (size_t k = 0; k < LANES; k++)
            lanes[k] ^= p[i + k];
    for (size_t k = 0; k < LANES; k++)
        sum ^= lanes[k];
    return sum;
}

static void read_blocks(void *ctx, size_t begin, size_t end, int worker)
{
    const struct reading *r = ctx;
    const size_t words = READ_BLOCK / sizeof *r->words;
    r->sums[(size_t)worker * SUMS_STRIDE] ^= fold_words(r->words + begin * words,
                                                       (end - begin) * words);
}

/* Twice the last cache, within bounds: read in order, nothing of the pass before is left in it. */
static size_t read_buffer_bytes(void)
{
    long cache = sysconf(_SC_LEVEL3_CACHE_SIZE);
    uint64_t free_bytes = memory_available() / 8;
    size_t bytes = cache > 0 ? 2 * (size_t)cache : READ_MIN;
    bytes = bytes < READ_MIN ? READ_MIN : bytes > READ_MAX ? READ_MAX : bytes;
    bytes = bytes > free_bytes ? (size_t)free_bytes : bytes;
    return bytes < READ_BLOCK ? READ_BLOCK : bytes - bytes % READ_BLOCK;
}

static sheaf_code measure_read(struct bench_ceilings *c, pool *p, sheaf_error *err)
{
    size_t bytes = read_buffer_bytes();
    uint64_t *buffer = alloc_aligned(bytes, 1, 64);
    uint64_t *sums = alloc_aligned((size_t)pool_threads(p) * SUMS_STRIDE, sizeof *sums, 64);
    sheaf_code rc = SHEAF_OK;
    if (!buffer || !sums)
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "bench",
                        "no memory for %zu bytes to read; --ceilings skip does without", bytes);
    struct reading r = {buffer, sums};
    for (int pass = 0; pass < PASSES && !rc; pass++) {
        double start = clock_now_s();
        pool_run(p, bytes / READ_BLOCK, 1, read_blocks, &r);
        raise_to(&c->read_bytes_s, (double)bytes / (clock_now_s() - start));
    }
    alloc_free(buffer);
    alloc_free(sums);
    return rc;
}

/* ---- products ------------------------------------------------------------------------------- */

struct products {
    const struct kernels *k;
    struct panels w;
    uint8_t *packed; /* w.data when the engine keeps no panels */
    struct acts a;
    float *x, *y; /* [PRODUCT_ROWS][n_in], [threads][PRODUCT_ROWS][n_out] */
};

/* The layout that most bytes of the weights are in, of it the matrix with the shortest rows: its
 * input fits the caches best. */
static const struct linear *main_matrix(const struct weights *w)
{
    double bytes[PANEL_LAYOUTS] = {0};
    enum panel_layout most = 0;
    const struct linear *found = NULL;
    for (size_t i = 0; i < w->n_linears; i++) {
        const struct panels *p = &w->linears[i]->w;
        bytes[p->layout] += (double)panels_count(p) * (double)p->panel_bytes;
        most = bytes[p->layout] > bytes[most] ? p->layout : most;
    }
    for (size_t i = 0; i < w->n_linears; i++) {
        const struct linear *l = w->linears[i];
        if (l->w.layout == most && (!found || l->w.n_in < found->w.n_in))
            found = l;
    }
    return found;
}

/* The first panels of the matrix, no more than a cache holds. */
static struct panels cached_panels(const struct panels *w)
{
    struct panels few = *w;
    size_t n = PANELS_BYTES / w->panel_bytes;
    if (n < panels_count(w))
        few.n_out = (n ? n : 1) * PANEL_OUT;
    return few;
}

static void multiply_times(void *ctx, size_t begin, size_t end, int worker)
{
    const struct products *p = ctx;
    float *y = p->y + (size_t)worker * PRODUCT_ROWS * p->w.n_out;
    for (size_t i = begin; i < end; i++)
        p->k->matmul[p->w.layout](y, p->w.n_out, &p->w, &p->a, 0, panels_count(&p->w));
}

/* An engine that keeps its weights in the file has no panels to multiply. */
static bool pack_products(struct products *p, const struct linear *l)
{
    if (p->w.data)
        return true;
    p->packed = alloc_aligned(panels_count(&p->w), p->w.panel_bytes, 64);
    if (p->packed)
        panels_pack(&p->w, p->packed, l->type, l->rows, 0, panels_count(&p->w));
    p->w.data = p->packed;
    return p->packed != NULL;
}

static sheaf_code open_products(struct products *p, const sheaf_engine *e, const struct linear *l,
                                size_t threads, sheaf_error *err)
{
    size_t n_in = p->w.n_in;
    p->k = &e->kernels;
    p->x = alloc_aligned(PRODUCT_ROWS * n_in, sizeof *p->x, 64);
    p->y = alloc_aligned(threads * PRODUCT_ROWS, p->w.n_out * sizeof *p->y, 64);
    p->a = (struct acts){.x = p->x, .n_rows = PRODUCT_ROWS, .n_in = n_in};
    if (n_in % 32 == 0)
        p->a.q = alloc_aligned(acts_bytes(PRODUCT_ROWS, n_in), 1, 64);
    if (!p->x || !p->y || (n_in % 32 == 0 && !p->a.q) || !pack_products(p, l))
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "bench", "no memory for products of %zu columns",
                          n_in);
    for (size_t i = 0; i < PRODUCT_ROWS * n_in; i++)
        p->x[i] = (float)(i * 37 % 255) / 127.0f - 1.0f;
    if (p->a.q)
        p->k->quantize(&p->a, 0, PRODUCT_ROWS);
    return SHEAF_OK;
}

/* As the file has it, unless the engine decodes such rows to f32. */
static const char *type_name(const struct linear *l)
{
    return l->w.layout == PANEL_F32 ? "F32" : quant_info((int)l->type)->name;
}

static double seconds_of(struct products *p, pool *workers, size_t n)
{
    double start = clock_now_s();
    pool_run(workers, n, 1, multiply_times, p);
    return clock_now_s() - start;
}

static sheaf_code measure_products(struct bench_ceilings *c, const sheaf_engine *e, pool *workers,
                                   sheaf_error *err)
{
    const struct linear *l = main_matrix(&e->weights);
    struct products p = {.w = cached_panels(&l->w)};
    size_t n = 4 * (size_t)pool_threads(workers);
    double once = 2.0 * PRODUCT_ROWS * (double)p.w.n_out * (double)p.w.n_in;
    sheaf_code rc = open_products(&p, e, l, (size_t)pool_threads(workers), err);
    while (!rc && seconds_of(&p, workers, n) < PASS_S)
        n *= 2;
    for (int pass = 0; pass < PASSES && !rc; pass++)
        raise_to(&c->product_ops_s, (double)n * once / seconds_of(&p, workers, n));
    c->type = type_name(l);
    alloc_free(p.x);
    alloc_free(p.y);
    alloc_free(p.a.q);
    alloc_free(p.packed);
    return rc;
}

sheaf_code bench_ceilings_raise(struct bench_ceilings *c, const sheaf_engine *e, sheaf_error *err)
{
    pool *p = NULL;
    sheaf_code rc = pool_create(&p, e->threads, err);
    if (!rc)
        rc = measure_read(c, p, err);
    if (!rc)
        rc = measure_products(c, e, p, err);
    pool_free(p);
    return rc;
}
