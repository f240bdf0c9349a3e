/* filter_test.c - answers as lm-evaluation-harness and MathArena read them. The expected values of
 * the first two filters are those of their regular expressions. */
#include "evals/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

static struct grader grader_of(const char *name)
{
    struct grader g;
    const char *full;
    assert_true(filter_grader(&g, &full, name));
    return g;
}

static void names_are_known(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"strict", "strict-match"},   {"strict-match", "strict-match"},
        {"flexible", "flexible-extract"}, {"flexible-extract", "flexible-extract"},
        {"matharena", "matharena"},   {"exact", NULL},
        {"Strict", NULL},             {"", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct grader g;
        const char *full = NULL;
        assert_int_equal(filter_grader(&g, &full, rows[i][0]), rows[i][1] != NULL);
        if (rows[i][1])
            assert_string_equal(full, rows[i][1]);
    }
}

static void answers_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *filter, *response, *answer; /* NULL: none */
    } rows[] = {
        {"strict", "so 9 + 9\n#### 18", "18"},
        {"strict", "#### 1 and #### 2", "1"}, /* the first */
        {"strict", "#### -1,234.5.", "-1,234.5."},
        {"strict", "##### 7", "7"},
        {"strict", "####18", NULL},
        {"strict", "####  18", NULL},
        {"strict", "#### $18", NULL},
        {"strict", "#### x\n#### 3", "3"},
        {"strict", "#### -", NULL},
        {"strict", "The answer is 18", NULL},
        {"strict", "\\boxed{18}", NULL},
        {"strict", "", NULL},
        {"strict", "Question: more\n#### 5", NULL}, /* the harness stops there */
        {"strict", "#### 4\n\nQuestion: more\n#### 5", "4"},
        {"strict", "#### 4</s>\n#### 5", "4"}, /* or there */
        {"strict", "<|im_end|>#### 5", NULL},
        {"strict", "#### ", NULL},
        {"flexible", "first 3 then 18 apples", "18"},
        {"flexible", "It costs $1,234.50.", "$1,234.50."},
        {"flexible", "-5", "-5"},
        {"flexible", "10-5", "-5"},
        {"flexible", "x = 7", "7"},
        {"flexible", "x = 7 ...", "..."}, /* two dots are a number to it */
        {"flexible", "x = 7 .", "7"},
        {"flexible", "--8", "-8"},
        {"flexible", "$", NULL},
        {"flexible", "-", NULL},
        {"flexible", "none", NULL},
        {"flexible", "", NULL},
        {"flexible", "it is 4 Question: what of 5?", "4"},
        {"matharena", "so \\boxed{204}", "204"},
        {"matharena", "\\boxed{1} or \\boxed{2}", "2"},
        {"matharena", "\\fbox{12}", "12"},
        {"matharena", "\\boxed{x = 025}", "025"},
        {"matharena", "\\boxed{\\boxed{7}}", "7"},
        {"matharena", "\\boxed{ 33 }", "33"},
        {"matharena", "the answer is 33", NULL}, /* no box, no answer */
        {"matharena", "\\boxed{\\frac12}", NULL},
        {"matharena", "\\boxed{12", NULL},
        {"matharena", "\\boxed{-}", NULL},
        {"matharena", "\\boxed{}", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[64] = "untouched";
        struct grader g = grader_of(rows[i].filter);
        bool found = g.judge.extract(g.judge.ctx, out, sizeof out, rows[i].response,
                                     strlen(rows[i].response));
        if (found != (rows[i].answer != NULL) ||
            strcmp(out, rows[i].answer ? rows[i].answer : "untouched") != 0)
            fail_msg("row %zu, %s of \"%s\": %s", i, rows[i].filter, rows[i].response,
                     found ? out : "none");
    }
}

static void answers_are_compared_as_texts(void **state)
{
    (void)state;
    static const struct {
        const char *filter, *a, *b;
        bool same;
    } rows[] = {
        {"flexible", "1,234", "1234", true},  {"flexible", "$18", "18", true},
        {"flexible", "18.", "18", true},      {"flexible", "18.0", "18", false},
        {"flexible", "0.5", "1/2", false},    {"flexible", "so #### 18", "18", true},
        {"flexible", "18.\n", "18\n", true}, {"flexible", "so ##,##$ 18", "18", true},
        {"flexible", "#### 5\n#### 18", "18", true},
        {"strict", "18..", "18", false},      {"strict", "A", "a", true},
        {"matharena", "025", "25", true},     {"matharena", "-0", "0", true},
        {"matharena", "-7", "7", false},      {"matharena", "25.0", "25", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct grader g = grader_of(rows[i].filter);
        assert_int_equal(g.judge.equal(g.judge.ctx, rows[i].a, rows[i].b), rows[i].same);
        assert_int_equal(g.right(g.ctx, rows[i].a, rows[i].b), rows[i].same);
    }
}

/* Whatever the response, an answer fits its buffer and is part of the response. */
static void any_bytes_are_taken(void **state)
{
    (void)state;
    static const char *const names[] = {"strict", "flexible", "matharena"};
    static const char alphabet[] = "#0123$.,- \\boxed{}fQuestion:\n=\xc3\xa9";
    char response[200], out[16];
    for (uint64_t run = 0; run < 3000; run++) {
        size_t n = rng_bits(7, run, 0) % sizeof response;
        for (size_t i = 0; i < n; i++)
            response[i] = alphabet[rng_bits(7, run, i + 1) % sizeof alphabet]; /* NUL too */
        struct grader g = grader_of(names[run % 3]);
        if (!g.judge.extract(g.judge.ctx, out, sizeof out, response, n))
            continue;
        assert_true(strlen(out) < sizeof out);
        assert_non_null(memmem(response, n, out, strlen(out)));
        assert_true(g.judge.equal(g.judge.ctx, out, out));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_known),
        cmocka_unit_test(answers_are_found),
        cmocka_unit_test(answers_are_compared_as_texts),
        cmocka_unit_test(any_bytes_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
