/* Stop rules: published stopping points, and the certificate as a property. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/rng.h"
#include "tts/stop.h"

static struct vote_entry entries[16];

static struct vote_box box_of(const char *answers)
{
    struct vote_box box;
    vote_box_init(&box, entries, 4);
    for (; *answers; answers++)
        vote_box_add(&box, *answers == '-' ? VOTE_NONE : *answers - 'A', 1.0);
    return box;
}

static void test_certificate(void **state)
{
    (void)state;
    static const struct { const char *answers; double open; bool stop; } cases[] = {
        {"AA", 1, true},  {"AA", 2, false}, {"AAB", 0, true}, {"AB", 0, false},
        {"", 0, false},   {"--", 0, false}, {"AAAB-", 1, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vote_box box = box_of(cases[i].answers);
        assert_int_equal(stop_certificate(&box, cases[i].open), cases[i].stop);
    }
}

/* Lossless: whatever comes after a certificate, the answer stays. */
static void test_certificate_is_lossless(void **state)
{
    (void)state;
    size_t stopped = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        struct vote_box box;
        int32_t promised = VOTE_NONE;
        vote_box_init(&box, entries, 4);
        for (uint64_t i = 0; i < 24; i++) {
            double u = rng_uniform(seed, 0, i);
            vote_box_add(&box, (int32_t)(u * u * 5) - 1, 1.0);
            if (promised == VOTE_NONE && stop_certificate(&box, (double)(23 - i)))
                promised = box.leader;
        }
        if (promised != VOTE_NONE)
            assert_int_equal(promised, box.leader);
        stopped += promised != VOTE_NONE;
    }
    assert_true(stopped > 100);
}

static void test_consensus(void **state)
{
    (void)state;
    static const struct { const char *answers; double tau; size_t least; bool stop; } cases[] = {
        {"AAAB", 0.75, 4, true}, {"AAAB", 0.76, 4, false}, {"AA", 0.95, 4, false},
        {"AA", 0.95, 1, true},   {"AAAA", 1.0, 1, true},   {"AAAA", 2.0, 1, false},
        {"", 0.0, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vote_box box = box_of(cases[i].answers);
        assert_int_equal(stop_consensus(&box, cases[i].tau, cases[i].least), cases[i].stop);
    }
}

static void test_esc(void **state)
{
    (void)state;
    static const struct { const char *answers; size_t window, used; } cases[] = {
        {"AAA", 3, 3}, {"ABBBBB", 3, 6}, {"AABBAA", 3, 0}, {"---", 3, 0}, {"AA-AAA", 3, 6},
        {"AA", 3, 0},  {"B", 1, 1},      {"-B", 1, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stop_esc s;
        size_t used = 0;
        stop_esc_init(&s, cases[i].window);
        for (const char *a = cases[i].answers; *a && !used; a++)
            if (stop_esc_add(&s, *a == '-' ? VOTE_NONE : *a - 'A'))
                used = (size_t)(a - cases[i].answers) + 1;
        assert_int_equal(used, cases[i].used);
    }
}

/* The stopping points that the paper names. */
static void test_beta(void **state)
{
    (void)state;
    static const struct { double v1, v2; bool stop; } cases[] = {
        {4, 0, true}, {6, 1, true}, {8, 2, true}, {3, 0, false}, {5, 1, false}, {7, 2, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(stop_beta(cases[i].v1, cases[i].v2) >= 0.95, cases[i].stop);
    assert_true(fabs(stop_beta(8, 2) - 1981.0 / 2048) < 1e-13);
    struct vote_box box = box_of("AAAAAAAABB");
    assert_true(fabs(stop_beta_box(&box) - 1981.0 / 2048) < 1e-13);
    box = box_of("");
    assert_true(stop_beta_box(&box) == 0.5);
}

/* The posterior as the paper writes it: the whole product with the present K. */
static double cges_by_definition(const int32_t *answers, const double *c, size_t n, int32_t asked,
                                 double n_seen)
{
    double all = 0.0, mine = 0.0;
    for (int32_t h = 0; h <= (int32_t)n_seen; h++) { /* the last one is "another" */
        double product = 1.0;
        for (size_t t = 0; t < n; t++)
            product *= answers[t] == h ? c[t] : (1.0 - c[t]) / n_seen;
        all += product;
        if (h == asked)
            mine = product;
    }
    return mine / all;
}

static void test_cges(void **state)
{
    (void)state;
    static const int32_t answers[] = {0, 1, 0, 2, 1, 0};
    static const double c[] = {0.6, 0.9, 0.55, 0.3, 0.2, 0.8};
    struct stop_cges_answer memory[5];
    struct stop_cges s;
    double posterior[5];
    stop_cges_init(&s, memory, 5);
    for (size_t t = 0; t < 6; t++) {
        stop_cges_add(&s, answers[t], c[t]);
        stop_cges_add(&s, VOTE_NONE, 0.99);
        struct stop_cges_top top = stop_cges_posterior(&s, posterior);
        double sum = top.other;
        for (int32_t a = 0; a < 5; a++) {
            double want = a < (int32_t)s.n_seen
                              ? cges_by_definition(answers, c, t + 1, a, (double)s.n_seen) : 0.0;
            assert_true(fabs(posterior[a] - want) < 1e-12);
            assert_true(posterior[a] <= top.posterior);
            sum += posterior[a];
        }
        assert_true(fabs(sum - 1.0) < 1e-12);
    }
}

static void test_cges_edges(void **state)
{
    (void)state;
    struct stop_cges_answer memory[2];
    struct stop_cges s;
    stop_cges_init(&s, memory, 2);
    assert_int_equal(stop_cges_posterior(&s, NULL).answer, VOTE_NONE);
    assert_true(stop_cges_posterior(&s, NULL).other == 1.0);
    stop_cges_add(&s, 1, 1.0); /* certainty does not divide by zero */
    stop_cges_add(&s, 0, 0.0);
    assert_int_equal(stop_cges_posterior(&s, NULL).answer, 1);
    assert_true(stop_cges_posterior(&s, NULL).posterior > 0.999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_certificate), cmocka_unit_test(test_certificate_is_lossless),
        cmocka_unit_test(test_consensus),   cmocka_unit_test(test_esc),
        cmocka_unit_test(test_beta),        cmocka_unit_test(test_cges),
        cmocka_unit_test(test_cges_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
