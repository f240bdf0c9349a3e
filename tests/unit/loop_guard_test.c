/* Loops that must be found, and honest repetition that must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/rng.h"
#include "tts/loop_guard.h"

/* A phrase of `period` different tokens said again and again after `lead` others. Returns the
 * token at which the guard speaks, counted from the start of the phrase; 0: never. */
static size_t spoken_at(size_t lead, size_t period, size_t n, struct loop_guard *g)
{
    loop_guard_init(g);
    for (size_t i = 0; i < lead; i++)
        assert_false(loop_guard_push(g, (int32_t)(100000 + i)));
    for (size_t i = 0; i < n; i++)
        if (loop_guard_push(g, (int32_t)(i % period)))
            return i + 1;
    return 0;
}

static void test_found_in_time(void **state)
{
    (void)state;
    static const struct { size_t period, at; } cases[] = {
        {1, 192}, {2, 192}, {7, 192}, {8, 96}, {20, 96}, {24, 96}, {25, 100}, {64, 256}, {100, 400},
        {256, 1024}, {257, 0},
    };
    struct loop_guard g;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t lead = 0; lead < 700; lead += 233) {
            assert_int_equal(spoken_at(lead, cases[i].period, 4000, &g), cases[i].at);
            assert_int_equal(g.period, cases[i].at ? cases[i].period : 0);
        }
    }
}

/* A loop that holds a run of one token inside is still a loop of the whole. */
static void test_run_inside_a_loop(void **state)
{
    (void)state;
    struct loop_guard g;
    size_t at = 0;
    loop_guard_init(&g);
    for (size_t i = 0; i < 2000 && !at; i++)
        if (loop_guard_push(&g, i % 60 < 40 ? 7 : (int32_t)(i % 60)))
            at = i + 1;
    assert_int_equal(at, 240);
    assert_int_equal(g.period, 60);
}

static void push_quiet(struct loop_guard *g, const int32_t *tokens, size_t n, size_t times)
{
    for (size_t t = 0; t < times; t++)
        for (size_t i = 0; i < n; i++)
            assert_false(loop_guard_push(g, tokens[i]));
}

static void test_honest_text(void **state)
{
    (void)state;
    static const int32_t three[] = {3}, seventh[] = {1, 4, 2, 8, 5, 7};
    static const int32_t zero_row[] = {0, 38, 0, 38, 0, 92};
    struct loop_guard g;
    loop_guard_init(&g);
    push_quiet(&g, three, 1, 150);   /* 0.333... to 150 places */
    push_quiet(&g, zero_row, 6, 30); /* a matrix of zeros */
    push_quiet(&g, seventh, 6, 30);  /* 1/7 to 180 places */
    push_quiet(&g, three, 1, 101);   /* 10^100 */
}

/* A table: the same frame in each row, another number in it. */
static void test_table_of_numbers(void **state)
{
    (void)state;
    struct loop_guard g;
    loop_guard_init(&g);
    for (int32_t row = 0; row < 500; row++) {
        const int32_t cells[] = {900, row / 10 % 10, row % 10, 901, row * row % 10, 902, 903};
        push_quiet(&g, cells, 7, 1);
    }
}

/* Three times the same paragraph (a problem restated) is no loop. */
static void test_restatement(void **state)
{
    (void)state;
    struct loop_guard g;
    assert_int_equal(spoken_at(50, 120, 3 * 120, &g), 0);
}

static void test_random_text(void **state)
{
    (void)state;
    struct loop_guard g;
    loop_guard_init(&g);
    for (uint64_t i = 0; i < 20000; i++)
        assert_false(loop_guard_push(&g, (int32_t)(rng_uniform(1, 2, i) * 3)));
}

/* The guard speaks at every token of a loop and falls silent when it is left. */
static void test_leaving(void **state)
{
    (void)state;
    struct loop_guard g;
    assert_int_equal(spoken_at(0, 10, 96, &g), 96);
    for (int32_t i = 96; i < 70000; i++) /* longer than the counters reach */
        assert_true(loop_guard_push(&g, i % 10));
    assert_false(loop_guard_push(&g, 12345));
    assert_false(loop_guard_push(&g, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found_in_time),    cmocka_unit_test(test_run_inside_a_loop),
        cmocka_unit_test(test_honest_text),      cmocka_unit_test(test_table_of_numbers),
        cmocka_unit_test(test_restatement),      cmocka_unit_test(test_random_text),
        cmocka_unit_test(test_leaving),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
