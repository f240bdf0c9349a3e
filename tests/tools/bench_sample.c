/* bench_sample.c - times a draw on one thread: bench_sample [tier].
 *
 * Microseconds a row, confidence included, by kind of row, size of the vocabulary and filters; the
 * median of 9 runs, each over several rows, so that a row is not in the nearest cache. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/rng.h"
#include "engine/sample.h"

enum { RUNS = 9, ROWS = 4, DRAWS = 8 };

static const size_t SIZES[] = {49152, 65536, 151936};

static const struct row_kind {
    const char *name;
    float spread;      /* standard deviation of the logits */
    size_t n_likely;   /* tokens that stand out */
    float lead, step;  /* how far the first of them does, and how much less each next one */
} KINDS[] = {
    {"sure", 2.0f, 8, 22.0f, 1.5f},
    {"unsure", 2.0f, 400, 12.0f, 0.01f},
    {"flat", 1.0f, 0, 0.0f, 0.0f},
    {"equal", 0.0f, 0, 0.0f, 0.0f},
};

static const struct filters {
    const char *name;
    struct sample_params p;
} FILTERS[] = {
    {"T 0", {0.0, 0, 1.0, 0.0}},
    {"T 1", {1.0, 0, 1.0, 0.0}},
    {"T 0.6, top-p 0.95", {0.6, 0, 0.95, 0.0}},
    {"T 0.6, top-k 20, top-p 0.95", {0.6, 20, 0.95, 0.0}},
    {"T 1, min-p 0.05", {1.0, 0, 1.0, 0.05}},
    {"T 100, top-k 1000", {100.0, 1000, 1.0, 0.0}},
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void fill_row(float *z, size_t n, const struct row_kind *kind, uint64_t seed)
{
    for (size_t i = 0; i < n; i++) {
        double u = rng_uniform(seed, 0, i), v = rng_uniform(seed, 1, i);
        double normal = sqrt(-2.0 * log(1.0 - u)) * cos(6.283185307179586 * v);
        z[i] = kind->spread * (float)normal;
    }
    for (size_t i = 0; i < kind->n_likely; i++)
        z[rng_bits(seed, 2, i) % n] = kind->lead - kind->step * (float)i;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median seconds of a draw from rows [ROWS][n]. */
static double seconds(const struct sampler *s, const float *rows, const struct sample_params *p)
{
    double runs[RUNS];
    for (int run = 0; run < RUNS; run++) {
        struct sample_result r;
        double start = clock_now_s();
        for (size_t i = 0; i < ROWS * DRAWS; i++)
            if (!sample_draw(s, &r, rows + i % ROWS * s->n_vocab, p, rng_uniform(1, 7, i)))
                abort();
        runs[run] = (clock_now_s() - start) / (ROWS * DRAWS);
    }
    qsort(runs, RUNS, sizeof *runs, compare_doubles);
    return runs[RUNS / 2];
}

static void bench_size(const struct kernels *k, size_t n)
{
    struct sampler s = {k, n, alloc_zero(1, sample_scratch_bytes(n))};
    float *rows = alloc_zero(ROWS * n, sizeof *rows);
    if (!s.scratch || !rows)
        abort();
    for (size_t kind = 0; kind < COUNT(KINDS); kind++) {
        for (size_t i = 0; i < ROWS; i++)
            fill_row(rows + i * n, n, &KINDS[kind], i);
        for (size_t f = 0; f < COUNT(FILTERS); f++)
            printf("%7zu  %-7s %-28s %9.1f\n", n, KINDS[kind].name, FILTERS[f].name,
                   1e6 * seconds(&s, rows, &FILTERS[f].p));
    }
    alloc_free(s.scratch);
    alloc_free(rows);
}

int main(int argc, char **argv)
{
    struct kernels k;
    enum cpu_tier tier = cpu_tier_detect();
    if (argc > 1 && !cpu_tier_by_name(&tier, argv[1])) {
        fprintf(stderr, "bench_sample: no tier \"%s\"\n", argv[1]);
        return 1;
    }
    kernels_init(&k, tier);
    printf("%s: us a row\n", cpu_tier_name(k.tier));
    for (size_t i = 0; i < COUNT(SIZES); i++)
        bench_size(&k, SIZES[i]);
    return 0;
}
