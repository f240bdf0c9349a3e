/* revote_rows_test.c - rows of votes against their definitions: McNemar and the sign flip by
 * counting every outcome, Holm and the front by looking at every pair. */
#include "tests/support/check.h"

#include <math.h>

#include "base/rng.h"
#include "evals/revote_rows.h"

enum { N_STRATEGIES = 3, N_KS = 2, N_ROWS = N_STRATEGIES * N_KS, N_PROBLEMS = 11 };

static struct revote_row rows[N_ROWS];
static struct revote_cell cells[N_PROBLEMS * N_ROWS];

static struct revote make(bool graded)
{
    for (size_t i = 0; i < N_ROWS; i++)
        rows[i] = (struct revote_row){.strategy = "s", .k = 1 + i / N_STRATEGIES};
    return (struct revote){.rows = rows, .n_rows = N_ROWS, .n_strategies = N_STRATEGIES,
                           .n_problems = N_PROBLEMS, .graded = graded};
}

/* Scores of 0 and 1 at the first k, shares at the second. */
static void fill(uint64_t seed)
{
    for (size_t p = 0; p < N_PROBLEMS; p++)
        for (size_t i = 0; i < N_ROWS; i++) {
            double u = rng_uniform(seed, p, i);
            bool whole = i < N_STRATEGIES;
            double score = whole ? u < 0.4 : floor(5 * u) / 4;
            cells[p * N_ROWS + i] = (struct revote_cell){
                .used = true, .n_votes = whole ? 1 : 4, .score = score, .drawn = score,
                .tokens = 100 + floor(50 * u), .ballots = 2, .share = 0.5};
        }
}

static double diff_of(size_t problem, size_t row)
{
    size_t first = row - row % N_STRATEGIES;
    return cells[problem * N_ROWS + row].drawn - cells[problem * N_ROWS + first].drawn;
}

/* Share of all 2^n choices of signs whose sum is as far from 0. For scores of 0 and 1 that is
 * McNemar's test too. */
static double p_by_counting(size_t row)
{
    double observed = 0;
    size_t hits = 0;
    for (size_t p = 0; p < N_PROBLEMS; p++)
        observed += diff_of(p, row);
    for (unsigned signs = 0; signs < 1u << N_PROBLEMS; signs++) {
        double sum = 0;
        for (size_t p = 0; p < N_PROBLEMS; p++)
            sum += signs >> p & 1 ? diff_of(p, row) : -diff_of(p, row);
        hits += fabs(sum) >= fabs(observed) - 1e-9;
    }
    return (double)hits / (1u << N_PROBLEMS);
}

static void check_close(double got, double want)
{
    if (!(fabs(got - want) <= 1e-9))
        fail_msg("%.12g, %.12g wanted", got, want);
}

static void check_row(size_t i)
{
    double accuracy = 0, diff = 0, tokens = 0, base_tokens = 0;
    for (size_t p = 0; p < N_PROBLEMS; p++) {
        accuracy += cells[p * N_ROWS + i].score / N_PROBLEMS;
        diff += diff_of(p, i) / N_PROBLEMS;
        tokens += cells[p * N_ROWS + i].tokens / N_PROBLEMS;
        base_tokens += cells[p * N_ROWS + i - i % N_STRATEGIES].tokens / N_PROBLEMS;
    }
    check_close(rows[i].accuracy, accuracy);
    check_close(rows[i].tokens, tokens);
    check_close(rows[i].saved, 1 - tokens / base_tokens);
    if (i % N_STRATEGIES == 0) {
        assert_true(isnan(rows[i].diff) && isnan(rows[i].p) && isnan(rows[i].boot.low));
        return;
    }
    check_close(rows[i].diff, diff);
    check_close(rows[i].p, p_by_counting(i));
    assert_int_equal(rows[i].mcnemar, i < N_STRATEGIES);
    assert_true(rows[i].boot.low <= diff && diff <= rows[i].boot.high);
}

static void rows_are_what_they_say(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct revote r = make(true);
        sheaf_error err = {0};
        fill(seed);
        CHECK_OK(revote_rows_fill(&r, cells, N_PROBLEMS, NULL, &err), err);
        for (size_t i = 0; i < N_ROWS; i++)
            check_row(i);
    }
}

static bool is_beaten(size_t i)
{
    for (size_t j = 0; j < N_ROWS; j++)
        if ((rows[j].accuracy > rows[i].accuracy && rows[j].tokens <= rows[i].tokens) ||
            (rows[j].accuracy >= rows[i].accuracy && rows[j].tokens < rows[i].tokens) ||
            (rows[j].accuracy == rows[i].accuracy && rows[j].tokens == rows[i].tokens && j < i))
            return true;
    return false;
}

static void the_front_is_what_nothing_beats(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct revote r = make(true);
        sheaf_error err = {0};
        fill(seed);
        CHECK_OK(revote_rows_fill(&r, cells, N_PROBLEMS, NULL, &err), err);
        for (size_t i = 0; i < N_ROWS; i++)
            assert_int_equal(rows[i].pareto, !is_beaten(i));
    }
    struct revote r = make(true); /* of equals the first alone */
    sheaf_error err = {0};
    for (size_t i = 0; i < N_PROBLEMS * N_ROWS; i++)
        cells[i] = (struct revote_cell){.used = true, .n_votes = 1, .score = 1, .drawn = 1,
                                        .tokens = 7};
    CHECK_OK(revote_rows_fill(&r, cells, N_PROBLEMS, NULL, &err), err);
    for (size_t i = 0; i < N_ROWS; i++)
        assert_int_equal(rows[i].pareto, i == 0);
}

/* Which differences are marked: 11 problems all one way, none, and few. */
static void noise_is_marked(void **state)
{
    (void)state;
    static const size_t gained[N_STRATEGIES] = {0, 11, 6};
    struct revote r = make(true);
    sheaf_error err = {0};
    for (size_t p = 0; p < N_PROBLEMS; p++)
        for (size_t i = 0; i < N_ROWS; i++) {
            double score = p < gained[i % N_STRATEGIES];
            cells[p * N_ROWS + i] = (struct revote_cell){
                .used = true, .n_votes = 1, .score = score, .drawn = score, .tokens = 1};
        }
    CHECK_OK(revote_rows_fill(&r, cells, N_PROBLEMS, NULL, &err), err);
    check_close(rows[1].p, 2.0 / 2048);
    check_close(rows[1].p_holm, 4.0 / 2048);
    assert_int_equal(rows[1].noise, REVOTE_BEYOND);
    check_close(rows[2].p, 2.0 / 64);
    check_close(rows[2].p_holm, 2.0 / 64);
    assert_int_equal(rows[2].noise, REVOTE_BEYOND);
    assert_int_equal(rows[0].noise, REVOTE_WITHIN);
}

/* p_(j) times what is left, never falling, at most 1. */
static void holm_by_definition(void **state)
{
    (void)state;
    enum { N = 9 };
    for (uint64_t seed = 0; seed < 200; seed++) {
        double p[N], adjusted[N];
        size_t order[N];
        for (size_t i = 0; i < N; i++)
            p[i] = rng_uniform(seed, 1, i) < 0.2 ? NAN
                                                 : floor(20 * rng_uniform(seed, 0, i)) / 200;
        revote_holm(adjusted, order, p, N);
        for (size_t i = 0; i < N; i++) {
            double want = 0;
            for (size_t j = 0; j < N; j++) {
                size_t n_left = 0;
                for (size_t l = 0; l < N; l++)
                    n_left += p[l] >= p[j];
                if (p[j] <= p[i]) /* of equal p the first in order counts most */
                    want = fmax(want, fmin(1, (double)n_left * p[j]));
            }
            if (isnan(p[i]))
                assert_true(isnan(adjusted[i]));
            else
                check_close(adjusted[i], want);
        }
    }
}

static void what_is_missing_is_said(void **state)
{
    (void)state;
    struct revote r = make(false);
    sheaf_error err = {0};
    fill(1);
    CHECK_OK(revote_rows_fill(&r, cells, N_PROBLEMS, NULL, &err), err);
    assert_true(isnan(rows[1].accuracy) && isnan(rows[1].p) && rows[1].tokens > 0);
    assert_false(rows[1].pareto);
    for (size_t p = 0; p < N_PROBLEMS; p++)
        for (size_t i = N_STRATEGIES; i < N_ROWS; i++)
            cells[p * N_ROWS + i].used = false;
    assert_int_equal(revote_rows_fill(&r, cells, N_PROBLEMS, NULL, &err), SHEAF_ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_what_they_say),
        cmocka_unit_test(the_front_is_what_nothing_beats),
        cmocka_unit_test(noise_is_marked),
        cmocka_unit_test(holm_by_definition),
        cmocka_unit_test(what_is_missing_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
