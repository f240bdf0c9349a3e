/* Arithmetic steps found in texts: right, wrong, and what is left alone. */
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "tests/support/check.h"
#include "tts/steps.h"

static const struct {
    const char *text;
    size_t right, wrong;
} cases[] = {
    {"3 + 4 = 7", 1, 0},
    {"3 + 4 = 8", 0, 1},
    {"3+4=7, then 7*2=14 and 14 - 20 = -6.", 3, 0},
    {"\\[ 16 - 3 - 4 = 9 \\]", 1, 0},
    {"\\[ 9 \\times 2 = 18 \\]", 1, 0},
    {"9 \\cdot 2 = 19", 0, 1},
    {"12 \xc3\xb7 4 = 3, 5 \xc3\x97 5 = 25, 9 \xe2\x88\x92 2 = 8", 2, 1},
    {"9 x 2 = 18", 1, 0},
    /* products bind tighter */
    {"2 + 3 * 4 = 14", 1, 0},
    {"2 + 3 * 4 = 20", 0, 1},
    {"100 / 10 / 2 = 5", 1, 0},
    /* words, units, money, lists */
    {"Total eggs eaten = 3 + 4 = 7 eggs", 1, 0},
    {"\\text{Earnings} = 9 * $2 = $18 per day", 1, 0},
    {"1. 16 - 3 = 13\n2. 13 - 4 = 10", 1, 1},
    {"- 3 + 4 = 7\n* 3 + 4 = 7", 2, 0},
    {"Step 1: 3 + 4 = 7", 1, 0},
    {"1,200 + 34 = 1,234", 1, 0},
    {"\\$1,200 - \\$200 = \\$1,100", 0, 1},
    {"3 + 4 &= 7", 1, 0},
    {"**3 apples** and 2 + 2 = 4**", 1, 0},
    /* chains of equalities, pair by pair */
    {"2 * 6 = 12 = 3 * 4", 2, 0},
    {"2 + 2 = 4 + 1 = 5", 1, 1},
    /* rounding to the decimals that are written */
    {"10 / 3 = 3.33", 1, 0},
    {"2 / 3 = 0.667 and 2 / 3 = 0.66", 2, 0},
    {"10 / 3 = 3.4", 1, 0},
    {"10 / 3 = 3.5", 0, 1},
    {"12.5 * 1.07 = 13.38", 1, 0},
    {"2.5 + 2.5 = 5.01", 0, 1},
    {"0.1 + 0.2 = 0.3", 1, 0},
    /* cannot be told */
    {"7 / 2 = 3", 0, 0},
    {"7 / 2 = 5", 0, 1},
    {"5 / 0 = 7", 0, 0},
    {"0 / 0 = 0", 0, 0},
    /* not a step: variables, powers, brackets, percent, words between, comparisons, dates */
    {"2x + 3 = 7", 0, 0},
    {"x + 3 = 7", 0, 0},
    {"x^2 + 3 = 7", 0, 0},
    {"2^3 + 1 = 9", 0, 0},
    {"2**3 = 9", 0, 0},
    {"(3 + 4) * 2 = 14", 0, 0},
    {"2 * (3 + 4) = 14", 0, 0},
    {"3 + 4 = 7x", 0, 0},
    {"3 + 4 = (7)", 0, 0},
    {"20% + 5 = 25", 0, 0},
    {"10 * 2 = 20%", 0, 0},
    {"2 * 2 = 4 million", 0, 0},
    {"3 apples + 4 apples = 8 apples", 0, 0},
    {"if 2 + 2 == 5:", 0, 0},
    {"2 + 2 >= 5", 0, 0},
    {"\\frac{1}{2} + 3 = 4", 0, 0},
    {"17 mod 5 = 3", 0, 0},
    {"20\\% \\times 20 = 5", 0, 0},
    {"20\\% \\times 20 = 0.20 \\times 20 = 4", 1, 0},
    {"5 + \\frac{2}{5} \\times 5 = 5 + 2 = 7", 1, 0},
    {"80 - x + 220 \\times 220 - 23 = 0", 0, 0},
    {"3! + 1 = 8", 0, 0},
    {"a_1 + 2 = 9", 0, 0},
    {"f(2) + 1 = 9", 0, 0},
    {"version 1.2.3 + 4 = 9", 0, 0},
    {"7 = 7", 0, 0},
    {"3 +\n4 = 8", 0, 0},
    {"3 + = 7", 0, 0},
    {"", 0, 0},
    /* numbers beyond any machine word, and beyond the limit */
    {"99999999999999999999 + 1 = 100000000000000000000", 1, 0},
    {"9999999999999999999999999999999999999 + 1 = 2", 0, 0},
};

static void counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct steps s = {0, 0};
        steps_count(&s, text_of(cases[i].text));
        if (s.right != cases[i].right || s.wrong != cases[i].wrong)
            fail_msg("\"%s\": %zu right, %zu wrong; %zu and %zu wanted", cases[i].text, s.right,
                     s.wrong, cases[i].right, cases[i].wrong);
    }
}

static void weights(void **state)
{
    (void)state;
    assert_true(steps_weight(&(struct steps){5, 0}) == 1.0);
    assert_true(steps_weight(&(struct steps){0, 1}) == 0.5);
    assert_true(steps_weight(&(struct steps){9, 3}) == 0.25);
}

/* A text is the sum of its lines: that is what the cut rule "steps" stands on. */
static void line_by_line(void **state)
{
    (void)state;
    char all[8192];
    size_t n = 0;
    struct steps whole = {0, 0}, lines = {0, 0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        text t = text_of(cases[i].text);
        memcpy(all + n, t.p, t.n);
        n += t.n;
        all[n++] = '\n';
    }
    steps_count(&whole, (text){all, n});
    for (size_t from = 0; from < n;) {
        size_t end = text_find((text){all + from, n - from}, TEXT("\n")) + 1;
        steps_count(&lines, (text){all + from, end});
        from += end;
    }
    assert_int_equal(whole.right, lines.right);
    assert_int_equal(whole.wrong, lines.wrong);
    assert_true(whole.right > 20 && whole.wrong > 8);
}

/* Any bytes, dense in what the reader looks for, without a terminator behind them. */
static void hostile_bytes(void **state)
{
    (void)state;
    static const char letters[] = "0123456789+-*/=.,$\\ x\n&(){}^%\xc3\x97\xb7\xe2\x88\x92\0t";
    char *t = malloc(256);
    struct steps s = {0, 0};
    assert_non_null(t);
    for (uint64_t round = 0; round < 20000; round++) {
        size_t n = (size_t)(rng_uniform(3, round, 0) * 256);
        char *end = t + 256 - n;
        for (size_t i = 0; i < n; i++)
            end[i] = letters[(size_t)(rng_uniform(4, round, i) * (sizeof letters - 1))];
        steps_count(&s, (text){end, n});
    }
    free(t);
    assert_true(s.wrong + s.right > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts),
        cmocka_unit_test(weights),
        cmocka_unit_test(line_by_line),
        cmocka_unit_test(hostile_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
