/* The sampler against its definition (sample_ref.c): the same token for the same u, for every
 * filter, kind of row and vocabulary size; confidences; rows that are no distribution. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/sample.h"
#include "engine/sample_ref.h"

#define MAX_VOCAB 12000
#define CLOSE 2e-6 /* u this near a step of the cumulative sum may fall on either side */

static float row[MAX_VOCAB];
static struct sample_survivor survivors[MAX_VOCAB];

static const struct sample_params PARAMS[] = {
    {1.0, 0, 1.0, 0.0},   {0.6, 20, 0.95, 0.0}, {0.7, 0, 0.8, 0.05}, {1.0, 0, 0.5, 0.0},
    {1.0, 40, 1.0, 0.0},  {1.5, 0, 1.0, 0.1},   {0.0, 0, 1.0, 0.0},  {1.0, 1, 1.0, 0.0},
    {2.0, 0, 0.999, 0.0}, {0.01, 0, 0.9, 0.0},  {1.0, 3, 0.7, 0.2},  {1.0, 0, 1e-6, 0.0},
    {1.0, 1000, 1.0, 0.0}, {100.0, 0, 0.9, 0.0}, {0.6, 0, 1.0, 0.0},
};

/* Six kinds of row. */
static void fill_row(size_t n, int kind, uint64_t seed)
{
    for (size_t i = 0; i < n; i++) {
        double u = rng_uniform(seed, 0, i), v = rng_uniform(seed, 1, i);
        double normal = sqrt(-2.0 * log(1.0 - u)) * cos(6.283185307179586 * v);
        switch (kind) {
        case 0: row[i] = (float)(2.0 * normal); break;
        case 1: row[i] = (float)round(normal); break;                       /* many ties */
        case 2: row[i] = u < 0.4 ? -INFINITY : (float)(3.0 * normal); break; /* masked */
        case 3: row[i] = 1e4f; break;                                        /* flat */
        case 4: row[i] = (float)(1e4 * normal); break;                   /* one token has it all */
        default: row[i] = (float)(i < n / 2 ? normal + 4.0 : normal); break; /* clustered by id */
        }
    }
    row[n / 2] = 2.0f; /* never all masked */
}

/* Cumulative probability before and after the survivor drawn. */
static void check_draw(const struct sample_result *r, size_t n_survivors, double u)
{
    double before = 0.0;
    size_t i = 0;
    for (; i < n_survivors && survivors[i].id != r->token; i++)
        before += survivors[i].prob;
    if (i == n_survivors) { /* top-p may admit one more when its cut is a rounding away */
        assert_true(u > 1.0 - CLOSE);
        return;
    }
    if (u < before - CLOSE || u > before + survivors[i].prob + CLOSE)
        fail_msg("u %.9g drew token %d, which holds [%.9g, %.9g)", u, (int)r->token, before,
                 before + survivors[i].prob);
}

static void check_confidence(const struct sample_result *r, size_t n)
{
    struct sample_log_sum z = sample_logsumexp(row, n);
    double want = sample_confidence(survivors, row, n, SAMPLE_CONF_K);
    if (isinf(want))
        assert_true(isinf(r->confidence));
    else
        assert_true(fabs((double)r->confidence - want) <= 2e-5 + 1e-6 * want);
    want = (double)row[r->token] - z.top - z.excess;
    assert_true(fabs((double)r->logprob - want) <= 2e-5 - 1e-6 * want);
    want = sample_self_certainty(row, n);
    if (isfinite(want))
        assert_true(fabs((double)r->self_certainty - want) <= 2e-5 + 1e-6 * want);
    assert_true(isfinite(r->self_certainty));
}

static void check_row(const struct sampler *s, uint64_t seed)
{
    for (size_t p = 0; p < sizeof PARAMS / sizeof *PARAMS; p++) {
        struct sample_result r, again;
        size_t n_survivors;
        assert_int_equal(sample_params_check(&PARAMS[p], NULL), SHEAF_OK);
        assert_int_equal(
            sample_filter(survivors, &n_survivors, row, s->n_vocab, &PARAMS[p], NULL), SHEAF_OK);
        for (uint64_t k = 0; k < 8; k++) {
            double u = k == 0 ? 0.0 : k == 1 ? 1.0 - 0x1p-53 : rng_uniform(seed, 9 + p, k);
            uint64_t calls = alloc_calls();
            assert_true(sample_draw(s, &r, row, &PARAMS[p], u));
            assert_int_equal(alloc_calls(), calls);
            check_draw(&r, n_survivors, u);
            assert_true(sample_draw(s, &again, row, &PARAMS[p], u));
            assert_memory_equal(&r, &again, sizeof r);
        }
        if (p == 0)
            check_confidence(&r, s->n_vocab);
    }
}

static void check_tier(enum cpu_tier tier)
{
    static const size_t sizes[] = {1, 2, 19, 20, 21, 511, 512, 513, 1025, 5000, MAX_VOCAB};
    struct kernels k;
    kernels_init(&k, tier);
    for (size_t v = 0; v < sizeof sizes / sizeof *sizes; v++) {
        struct sampler s = {&k, sizes[v], alloc_zero(1, sample_scratch_bytes(sizes[v]))};
        for (int kind = 0; kind < 6; kind++) {
            fill_row(sizes[v], kind, v * 6 + (uint64_t)kind);
            check_row(&s, v);
        }
        alloc_free(s.scratch);
    }
}

static void test_same_token_ref(void **state)
{
    (void)state;
    check_tier(CPU_REF);
}

static void test_same_token_best_tier(void **state)
{
    (void)state;
    check_tier(cpu_tier_detect());
}

/* Frequencies over evenly spaced u are the probabilities. */
static void test_frequencies(void **state)
{
    (void)state;
    static const float z[] = {0.0f, 1.0f, -1.0f, 0.5f};
    const struct sample_params p = {1.0, 0, 1.0, 0.0};
    enum { DRAWS = 20000 };
    struct kernels k;
    size_t count[4] = {0}, n;
    kernels_init(&k, CPU_REF);
    const struct sampler s = {&k, 4, alloc_zero(1, sample_scratch_bytes(4))};
    for (size_t i = 0; i < DRAWS; i++) {
        struct sample_result r;
        assert_true(sample_draw(&s, &r, z, &p, ((double)i + 0.5) / DRAWS));
        count[r.token]++;
    }
    sample_filter(survivors, &n, z, 4, &p, NULL);
    for (size_t i = 0; i < 4; i++)
        assert_true(fabs((double)count[survivors[i].id] - DRAWS * survivors[i].prob) <= 1.0);
    alloc_free(s.scratch);
}

static void test_no_distribution(void **state)
{
    (void)state;
    static const float bad[] = {NAN, INFINITY};
    const struct sample_params p = {1.0, 0, 1.0, 0.0};
    struct sample_result r = {.token = 77};
    struct kernels k;
    size_t n;
    kernels_init(&k, cpu_tier_detect());
    struct sampler s = {&k, 1000, alloc_zero(1, sample_scratch_bytes(1000))};
    for (size_t i = 0; i < 2; i++) {
        fill_row(1000, 0, 1);
        row[700] = bad[i];
        assert_false(sample_draw(&s, &r, row, &p, 0.5));
        assert_int_equal(sample_filter(survivors, &n, row, 1000, &p, NULL), SHEAF_ERR_FORMAT);
        row[3] = -INFINITY;
        assert_false(sample_draw(&s, &r, row, &p, 0.5));
    }
    for (size_t i = 0; i < 1000; i++)
        row[i] = -INFINITY;
    assert_false(sample_draw(&s, &r, row, &p, 0.5));
    assert_int_equal(sample_filter(survivors, &n, row, 1000, &p, NULL), SHEAF_ERR_FORMAT);
    assert_int_equal(r.token, 77);
    alloc_free(s.scratch);
}

/* Self-certainty is that of the tokens left when some are masked. */
static void test_masked_self_certainty(void **state)
{
    (void)state;
    const struct sample_params p = {0.0, 0, 1.0, 0.0};
    struct sample_result all, masked;
    struct kernels k;
    kernels_init(&k, cpu_tier_detect());
    struct sampler s = {&k, 900, alloc_zero(1, sample_scratch_bytes(1500))};
    fill_row(900, 0, 4);
    assert_true(sample_draw(&s, &all, row, &p, 0.0));
    for (size_t i = 900; i < 1500; i++)
        row[i] = -INFINITY;
    s.n_vocab = 1500;
    assert_true(sample_draw(&s, &masked, row, &p, 0.0));
    assert_true(fabsf(all.self_certainty - masked.self_certainty) < 1e-5f);
    assert_int_equal(all.token, masked.token);
    assert_true(fabsf(all.confidence - masked.confidence) < 1e-5f);
    alloc_free(s.scratch);
}

static void test_params(void **state)
{
    (void)state;
    static const struct sample_params bad[] = {
        {-0.1, 0, 1, 0}, {NAN, 0, 1, 0}, {INFINITY, 0, 1, 0}, {1, -1, 1, 0}, {1, 0, 1.1, 0},
        {1, 0, -0.1, 0}, {1, 0, NAN, 0}, {1, 0, 1, 1.5},      {1, 0, 1, NAN},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(sample_params_check(&bad[i], NULL), SHEAF_ERR_USAGE);
}

/* Where the sum before a token is exactly top_p, or a probability exactly min_p of the largest, the
 * definition and the fast path agree. */
static void test_exact_border(void **state)
{
    (void)state;
    static const struct { size_t n; double top_p, min_p; size_t kept; } cases[] = {
        {256, 1.0 / 256, 0.0, 1}, {64, 0.5, 0.0, 32}, {500, 0.9, 0.0, 451}, /* f64(0.9) > 9/10 */
        {10, 0.0, 0.0, 1},        {10, 1.0, 1.0, 10},
    };
    struct kernels k;
    kernels_init(&k, CPU_REF);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const struct sample_params p = {1.0, 0, cases[c].top_p, cases[c].min_p};
        struct sample_result r;
        size_t n;
        struct sampler s = {&k, cases[c].n, alloc_zero(1, sample_scratch_bytes(cases[c].n))};
        memset(row, 0, cases[c].n * sizeof *row);
        assert_int_equal(sample_filter(survivors, &n, row, cases[c].n, &p, NULL), SHEAF_OK);
        assert_int_equal(n, cases[c].kept);
        assert_true(sample_draw(&s, &r, row, &p, 1.0 - 0x1p-53));
        assert_int_equal(r.token, cases[c].kept - 1);
        alloc_free(s.scratch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_token_ref),       cmocka_unit_test(test_same_token_best_tier),
        cmocka_unit_test(test_frequencies),          cmocka_unit_test(test_no_distribution),
        cmocka_unit_test(test_masked_self_certainty), cmocka_unit_test(test_params),
        cmocka_unit_test(test_exact_border),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
