/* bench_kernels.c - times the kernels on one thread: bench_kernels [tier].
 *
 * Products: 3072 x 576 weights in cache in GOP/s (2 operations per multiply-add), and a set of
 * weights too large for any cache in GB/s. The rest in microseconds. Median of 7 runs. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "tests/support/kernel_data.h"

enum { RUNS = 7, N_OUT = 3072, N_IN = 768, MAX_ROWS = 64, N_VOCAB = 151936, N_COPIES = 64 };

static const size_t ROWS[] = {1, 2, 4, 8, 16, 64};
#define N_ROWS (sizeof ROWS / sizeof *ROWS)

typedef void bench_fn(const struct kernels *k, void *ctx);

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median seconds of one call; short calls are repeated within a run. */
static double seconds(bench_fn *fn, const struct kernels *k, void *ctx)
{
    double runs[RUNS], start = clock_now_s();
    int repeats = 1;
    fn(k, ctx);
    double once = clock_now_s() - start;
    if (once < 2e-3)
        repeats = (int)(2e-3 / (once + 1e-8)) + 1;
    for (int r = 0; r < RUNS; r++) {
        start = clock_now_s();
        for (int i = 0; i < repeats; i++)
            fn(k, ctx);
        runs[r] = (clock_now_s() - start) / repeats;
    }
    qsort(runs, RUNS, sizeof *runs, compare_doubles);
    return runs[RUNS / 2];
}

struct product {
    struct kernel_tensor t;
    struct acts a;
    float *y;
    uint8_t *copies; /* [N_COPIES] of the packed weights */
    size_t bytes;
};

static void run_cached(const struct kernels *k, void *ctx)
{
    struct product *p = ctx;
    k->matmul[p->t.w.layout](p->y, N_OUT, &p->t.w, &p->a, 0, panels_count(&p->t.w));
}

static void run_cold(const struct kernels *k, void *ctx)
{
    struct product *p = ctx;
    struct panels w = p->t.w;
    for (size_t i = 0; i < N_COPIES; i++) {
        w.data = p->copies + i * p->bytes;
        k->matmul[w.layout](p->y, N_OUT, &w, &p->a, 0, panels_count(&w));
    }
}

static void bench_product(const struct kernels *k, enum quant_type type, const float *x)
{
    struct product p;
    kernel_tensor_init(&p.t, type, N_OUT, N_IN, 1);
    p.bytes = panels_count(&p.t.w) * p.t.w.panel_bytes;
    p.y = alloc_zero(MAX_ROWS, N_OUT * sizeof *p.y);
    p.copies = alloc_aligned(N_COPIES, p.bytes, 64);
    if (!p.y || !p.copies)
        abort();
    for (size_t i = 0; i < N_COPIES; i++)
        panels_pack(&p.t.w, p.copies + i * p.bytes, type, p.t.rows, 0, panels_count(&p.t.w));
    printf("%-8s", quant_info((int)type)->name);
    for (size_t i = 0; i < N_ROWS; i++) {
        kernel_acts_init(&p.a, k, x, ROWS[i], N_IN);
        double s = seconds(run_cached, k, &p);
        printf(" %6.0f", 2e-9 * N_OUT * N_IN * (double)ROWS[i] / s);
        kernel_acts_free(&p.a);
    }
    for (size_t i = 0; i < N_ROWS - 1; i++) {
        kernel_acts_init(&p.a, k, x, ROWS[i], N_IN);
        printf(" %6.1f", 1e-9 * (double)(N_COPIES * p.bytes) / seconds(run_cold, k, &p));
        kernel_acts_free(&p.a);
    }
    printf("\n");
    kernel_tensor_free(&p.t);
    alloc_free(p.copies);
    alloc_free(p.y);
}

static void bench_products(const struct kernels *k, const float *x)
{
    static const enum quant_type TYPES[] = {QUANT_Q8_0, QUANT_Q4_0, QUANT_Q4_1, QUANT_Q5_1,
                                            QUANT_MXFP4, QUANT_IQ4_NL, QUANT_Q4_K, QUANT_Q5_K,
                                            QUANT_Q6_K, QUANT_Q2_K, QUANT_F16,  QUANT_BF16,
                                            QUANT_F32};
    printf("%s: %d x %d in cache, GOP/s at 1 2 4 8 16 64 rows; cold, GB/s at 1 2 4 8 16 rows\n",
           cpu_tier_name(k->tier), N_OUT, N_IN);
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
        bench_product(k, TYPES[i], x);
}

static void run_quantize(const struct kernels *k, void *ctx)
{
    const struct acts *a = ctx;
    k->quantize(a, 0, a->n_rows);
}

static void run_rms_norm(const struct kernels *k, void *ctx)
{
    float *x = ctx;
    for (size_t r = 0; r < MAX_ROWS; r++)
        k->rms_norm(x + N_IN * MAX_ROWS, x + r * N_IN, NULL, N_IN, 1e-5f);
}

static void run_silu_mul(const struct kernels *k, void *ctx)
{
    float *x = ctx;
    k->silu_mul(x + N_IN * MAX_ROWS, x, x, N_IN * MAX_ROWS);
}

struct vocab {
    float z[N_VOCAB], maxima[N_VOCAB / VOCAB_CHUNK + 1];
    double sink;
};

static void run_chunk_max(const struct kernels *k, void *ctx)
{
    struct vocab *v = ctx;
    v->sink += k->chunk_max(v->maxima, v->z, N_VOCAB);
}

static void run_weigh(const struct kernels *k, void *ctx)
{
    struct vocab *v = ctx;
    const struct weigh_job job = {v->z, N_VOCAB, 30.0f, 1.0f};
    v->sink += (double)k->weigh(&job, -30.0f);
}

static void bench_rows(const struct kernels *k, float *x)
{
    struct acts a;
    struct vocab *v = alloc_zero(1, sizeof *v);
    if (!v)
        abort();
    kernel_data_uniform(v->z, N_VOCAB, 30.0f, 3);
    kernel_acts_init(&a, k, x, MAX_ROWS, N_IN);
    printf("us: quantize %d x %d %.1f, rms_norm %.1f, silu_mul %.1f", MAX_ROWS, N_IN,
           1e6 * seconds(run_quantize, k, &a), 1e6 * seconds(run_rms_norm, k, x),
           1e6 * seconds(run_silu_mul, k, x));
    printf("; vocabulary of %d: chunk_max %.1f, weigh %.1f\n", N_VOCAB,
           1e6 * seconds(run_chunk_max, k, v), 1e6 * seconds(run_weigh, k, v));
    kernel_acts_free(&a);
    alloc_free(v);
}

enum { HEAD_DIM = 64, GROUP = 3, POSITIONS = 512, N_PAGES = POSITIONS / KV_PAGE, MOST_ROWS = 8 };

struct attend_bench {
    struct attend_job job;
    enum kv_type type;
};

static void run_attend(const struct kernels *k, void *ctx)
{
    const struct attend_bench *b = ctx;
    k->attend[b->type](&b->job);
}

/* n_rows rows over positions [0, n) of the same pages: G multiply-adds/s. */
static double attend_rate(const struct kernels *k, struct attend_bench b, float *out,
                          const float *q, size_t n_rows, size_t n)
{
    static const int32_t PAGES[N_PAGES] = {0, 1, 2, 3, 4, 5, 6, 7};
    struct attend_row rows[MOST_ROWS];
    for (size_t r = 0; r < n_rows; r++)
        rows[r] = (struct attend_row){out + r * GROUP * HEAD_DIM, q, PAGES, 0, n};
    b.job.rows = rows;
    b.job.n_rows = n_rows;
    b.job.end = n;
    return 1e-9 * (double)(n_rows * GROUP * n * 2 * HEAD_DIM) / seconds(run_attend, k, &b);
}

/* One KV head of GROUP query heads, pages of 16 bits in cache, by rows that share them. */
static void bench_attend(const struct kernels *k, enum kv_type type, float *x)
{
    enum { PAGE = 2 * HEAD_DIM * KV_PAGE };
    size_t n_scratch = attend_scratch_floats(MOST_ROWS * GROUP, 2 * HEAD_DIM, POSITIONS);
    uint16_t *kv = alloc_aligned(N_PAGES, PAGE * sizeof *kv, 64);
    float *scratch = alloc_aligned(n_scratch, sizeof *scratch, 64);
    float *out = alloc_zero(MOST_ROWS * GROUP * HEAD_DIM, sizeof *out);
    if (!kv || !scratch || !out)
        abort();
    for (size_t i = 0; i < N_PAGES * PAGE; i++)
        kv[i] = type == KV_F16 ? quant_f32_to_f16(x[i % (MAX_ROWS * N_IN)])
                               : quant_f32_to_bf16(x[i % (MAX_ROWS * N_IN)]);
    struct attend_bench b = {.job = {.n_heads = GROUP, .dk = HEAD_DIM, .dv = HEAD_DIM,
                                     .k = (uint8_t *)kv, .v = (uint8_t *)(kv + PAGE / 2),
                                     .page_bytes = PAGE * sizeof *kv, .scratch = scratch},
                             .type = type};
    printf("attend, %d heads of %d, %s, rows x positions: G/s", GROUP, HEAD_DIM,
           type == KV_F16 ? "f16" : "bf16");
    for (size_t n_rows = 1; n_rows <= MOST_ROWS; n_rows *= 2)
        for (size_t n = 192; n <= POSITIONS; n += 320)
            printf("  %zu x %zu %.0f", n_rows, n, attend_rate(k, b, out, x, n_rows, n));
    printf("\n");
    alloc_free(kv);
    alloc_free(scratch);
    alloc_free(out);
}

int main(int argc, char **argv)
{
    struct kernels k;
    enum cpu_tier tier = cpu_tier_detect();
    float *x = alloc_zero((MAX_ROWS * 2 + 1) * N_IN, sizeof *x);
    if (!x || (argc > 1 && !cpu_tier_by_name(&tier, argv[1]))) {
        fprintf(stderr, "bench_kernels: no tier \"%s\"\n", argc > 1 ? argv[1] : "");
        return 1;
    }
    kernels_init(&k, tier);
    kernel_data_uniform(x, (MAX_ROWS * 2 + 1) * N_IN, 1.0f, 2);
    bench_products(&k, x);
    bench_rows(&k, x);
    bench_attend(&k, KV_F16, x);
    bench_attend(&k, KV_BF16, x);
    alloc_free(x);
    return 0;
}
