/* The draw against its definition in whole numbers, on random rows: every token sorted, every
 * filter one loop. The same token on every tier. SHEAF_ROWS rows, 10,000 by default. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/sample.h"

#define MAX_VOCAB 9000
#define COUNT(a) (sizeof(a) / sizeof *(a))

__extension__ typedef unsigned __int128 wide;

struct token {
    float z;
    int32_t id;
    uint64_t weight;
};

static struct kernels tiers[CPU_TIERS];
static int n_tiers;
static float row[MAX_VOCAB];
static struct token sorted[MAX_VOCAB];

static int setup(void **state)
{
    (void)state;
    n_tiers = (int)cpu_tier_detect() + 1;
    for (int t = 0; t < n_tiers; t++)
        kernels_init(&tiers[t], (enum cpu_tier)t);
    return 0;
}

/* ---- the definition ---- */

static int by_logit(const void *a, const void *b)
{
    const struct token *x = a, *y = b;
    if (x->z != y->z)
        return x->z > y->z ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static void sort_row(size_t n, double temperature)
{
    const float scale = (float)(1.4426950408889634 / temperature);
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct token){row[i], (int32_t)i, 0};
    qsort(sorted, n, sizeof *sorted, by_logit);
    for (size_t i = 0; i < n; i++) {
        const struct weigh_job job = {&sorted[i].z, 1, sorted[0].z, scale};
        sorted[i].weight = tiers[CPU_REF].weigh(&job, -FLT_MAX);
    }
}

static uint64_t mass_of(size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += sorted[i].weight;
    return sum;
}

/* before < p total, not rounded: p total is right / 2^shift. */
static bool is_below_share(uint64_t before, double p, uint64_t total)
{
    int exponent;
    wide right = (wide)(frexp(p, &exponent) * 0x1p53) * total;
    int shift = 53 - exponent;
    return right > 0 && before <= (shift < 128 ? (right - 1) >> shift : 0);
}

static size_t kept(size_t n, const struct sample_params *p)
{
    size_t k = (size_t)p->top_k;
    if (p->top_k > 0 && k < n) {
        while (k < n && sorted[k].z == sorted[p->top_k - 1].z)
            k++;
        n = k;
    }
    if (p->top_p < 1.0) {
        uint64_t total = mass_of(n), before = 0;
        for (k = 0; k < n && (k == 0 || is_below_share(before, p->top_p, total)); k++)
            before += sorted[k].weight;
        n = k;
    }
    for (k = 0; k < n; k++)
        if (exp(((double)sorted[k].z - (double)sorted[0].z) / p->temperature) < p->min_p)
            break;
    return k;
}

static int32_t defined_draw(size_t n, const struct sample_params *p, double u)
{
    sort_row(n, p->temperature);
    if (p->temperature < SAMPLE_TEMPERATURE_MIN)
        return sorted[0].id;
    wide target = ((wide)(u * 0x1p53) * mass_of(kept(n, p))) >> 53;
    uint64_t sum = 0;
    for (size_t i = 0;; i++) {
        assert_true(i < n);
        sum += sorted[i].weight;
        if (sum > target)
            return sorted[i].id;
    }
}

/* ---- random rows ---- */

struct dice {
    uint64_t seed, n;
};

static double roll(struct dice *d)
{
    return rng_uniform(5, d->seed, d->n++);
}

static size_t pick(struct dice *d, size_t n)
{
    return (size_t)(roll(d) * (double)n);
}

static float normal(struct dice *d)
{
    double u = roll(d), v = roll(d);
    return (float)(sqrt(-2.0 * log(1.0 - u)) * cos(6.283185307179586 * v));
}

/* Mostly small, since the definition is slow; now and then many chunks. */
static size_t roll_size(struct dice *d)
{
    static const size_t LIMITS[] = {40, 40, 300, 300, 300, 1200, 1200, MAX_VOCAB};
    size_t limit = LIMITS[pick(d, COUNT(LIMITS))];
    if (limit == MAX_VOCAB && pick(d, 4) > 0)
        limit = 300;
    return 1 + pick(d, limit);
}

static void roll_row(struct dice *d, size_t n)
{
    static const float SPREADS[] = {0.0f, 1e-6f, 0.3f, 2.0f, 2.0f, 30.0f, 1e30f, 1e-42f};
    static const float SHIFTS[] = {0.0f, 0.0f, 20.0f, -300.0f, 1e7f};
    float spread = SPREADS[pick(d, COUNT(SPREADS))], shift = SHIFTS[pick(d, COUNT(SHIFTS))];
    size_t form = pick(d, 9);
    for (size_t i = 0; i < n; i++) {
        row[i] = shift + spread * normal(d);
        switch (form) {
        case 0: row[i] = roundf(row[i]); break; /* ties */
        case 1: row[i] = roundf(row[i] * 64.0f) / 64.0f; break;
        case 2: row[i] = roll(d) < 0.3 ? -INFINITY : row[i]; break; /* masked */
        case 3: row[i] = roll(d) < 0.5 ? -1e30f : row[i]; break;
        case 4: row[i] = i > n / 4 ? -INFINITY : row[i]; break;      /* whole chunks masked */
        case 5: row[i] = shift - spread * (float)i / (float)n; break; /* falling with the id */
        default: break;
        }
    }
    if (form == 6)
        row[pick(d, n)] += 25.0f; /* one that nearly has it all */
    if (row[0] == -INFINITY)
        row[0] = shift;
}

static struct sample_params roll_params(struct dice *d, size_t n)
{
    static const double TEMPERATURES[] = {0.0, 1e-6, 0.01, 0.6, 0.6, 1.0, 1.0, 1.5, 100.0, 1e6};
    static const double TOP_P[] = {1.0, 1.0, 0.0, 1e-300, 1e-9, 0.1, 0.5, 0.95, 0.999999,
                                   1.0 - 0x1p-53};
    static const double MIN_P[] = {0.0, 0.0, 0.0, 1e-300, 0.01, 0.05, 0.5, 1.0};
    const int top_k[] = {0, 0, 0, 1, 3, 20, 300, (int)n, (int)n + 5, 1 + (int)pick(d, n)};
    return (struct sample_params){
        .temperature = TEMPERATURES[pick(d, COUNT(TEMPERATURES))],
        .top_k = top_k[pick(d, COUNT(top_k))],
        .top_p = TOP_P[pick(d, COUNT(TOP_P))],
        .min_p = MIN_P[pick(d, COUNT(MIN_P))],
    };
}

static double roll_u(struct dice *d)
{
    static const double ENDS[] = {0.0, 0x1p-53, 1.0 - 0x1p-53, 0.5};
    return pick(d, 2) ? roll(d) : ENDS[pick(d, COUNT(ENDS))];
}

/* ---- both ---- */

static void check_row(uint64_t seed, void *scratch)
{
    struct dice d = {seed, 0};
    size_t n = roll_size(&d);
    roll_row(&d, n);
    for (int i = 0; i < 3; i++) {
        const struct sample_params p = roll_params(&d, n);
        double u = roll_u(&d);
        int32_t want = defined_draw(n, &p, u);
        float confidence = 0.0f;
        for (int t = 0; t < n_tiers; t++) {
            const struct sampler s = {&tiers[t], n, scratch};
            struct sample_result r;
            assert_true(sample_draw(&s, &r, row, &p, u));
            if (r.token != want)
                fail_msg("row %llu: T %g, top-k %d, top-p %.17g, min-p %g, u %.17g, tier %d of %zu "
                         "tokens: %d, not %d", (unsigned long long)seed, p.temperature, p.top_k,
                         p.top_p, p.min_p, u, t, n, (int)r.token, (int)want);
            if (t == 0)
                confidence = r.confidence;
            assert_true(r.confidence == confidence);
        }
    }
}

static void test_defined_draw(void **state)
{
    (void)state;
    const char *wanted = getenv("SHEAF_ROWS");
    unsigned long n = wanted ? strtoul(wanted, NULL, 10) : 10000;
    void *scratch = alloc_zero(1, sample_scratch_bytes(MAX_VOCAB));
    assert_non_null(scratch);
    for (uint64_t seed = 0; seed < n; seed++)
        check_row(seed, scratch);
    alloc_free(scratch);
}

/* Rows of the size of a real vocabulary, flat enough for every way of searching. */
static void test_large_rows(void **state)
{
    enum { N = 70001 };
    static const float SPREADS[] = {0.0f, 1e-40f, 1e-38f, 0.5f, 1.0f, 3.0f};
    static const struct sample_params PARAMS[] = {
        {1.0, 0, 1.0, 0.0}, {0.6, 0, 0.95, 0.0}, {1.0, 5000, 0.9, 0.0}, {100.0, 0, 0.9, 0.95},
    };
    (void)state;
    float *z = alloc_zero(N, sizeof *z);
    void *scratch = alloc_zero(1, sample_scratch_bytes(N));
    assert_true(z && scratch);
    for (size_t r = 0; r < COUNT(SPREADS); r++) {
        struct dice d = {r, 0};
        for (size_t i = 0; i < N; i++)
            z[i] = SPREADS[r] * normal(&d);
        for (size_t i = 0; i < COUNT(PARAMS); i++) {
            double u = roll(&d);
            int32_t first = 0;
            for (int t = 0; t < n_tiers; t++) {
                const struct sampler s = {&tiers[t], N, scratch};
                struct sample_result result;
                uint64_t calls = alloc_calls();
                assert_true(sample_draw(&s, &result, z, &PARAMS[i], u));
                assert_int_equal(alloc_calls(), calls);
                first = t == 0 ? result.token : first;
                assert_int_equal(result.token, first);
            }
        }
    }
    alloc_free(z);
    alloc_free(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defined_draw),
        cmocka_unit_test(test_large_rows),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
