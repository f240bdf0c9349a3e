/* extract_test.c - where the final answer of a response is found, and when there is none. */
#include <sheaf/verify.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/check.h"

struct row {
    sheaf_task task;
    const char *response;
    const char *answer; /* NULL: none */
    sheaf_extract miss;
};

static const struct row rows[] = {
    /* boxes */
    {SHEAF_TASK_MATH, "so $\\boxed{42}$.", "42", 0},
    {SHEAF_TASK_MATH, "first \\boxed{1}, better: \\boxed{\\frac{1}{2}}", "\\frac{1}{2}", 0},
    {SHEAF_TASK_MATH, "first \\boxed{1}, then better \\boxed{\\{3, 4\\}}", "\\{3, 4\\}", 0},
    {SHEAF_TASK_MATH, "\\boxed{7} and \\boxed{8}", "7, 8", 0},
    {SHEAF_TASK_MATH, "\\boxed{7} and \\boxed{7}", "7", 0},
    {SHEAF_TASK_MATH, "\\boxed{7} \\boxed{8}", "8", 0},
    {SHEAF_TASK_MATH, "\\boxed{\\fbox{9}}", "9", 0},
    {SHEAF_TASK_MATH, "\\framebox {a b}", "a b", 0},
    {SHEAF_TASK_MATH, "\boxed{11} (a JSON escape eaten)", "11", 0},
    {SHEAF_TASK_MATH, "\\boxed 12 units", "12", 0},
    {SHEAF_TASK_MATH, "\\boxed1{,}5", "1", 0},
    {SHEAF_TASK_MATH, "\\boxed\\pi", "\\pi", 0},
    {SHEAF_TASK_MATH, "\\boxed{3} is it; write \\boxed{your answer} next time", "3", 0},
    {SHEAF_TASK_MATH, "\\boxed{...} \\boxed{5}}", "5", 0},
    {SHEAF_TASK_MATH, "\\boxed{5", NULL, SHEAF_MISS_TRUNCATED_BOX},
    {SHEAF_TASK_MATH, "\\boxed{5} no, \\boxed{\\frac{6}{", NULL, SHEAF_MISS_TRUNCATED_BOX},
    {SHEAF_TASK_MATH, "\\boxed{ }", NULL, SHEAF_MISS_NO_MARKER},
    {SHEAF_TASK_MATH, "unboxed{5}", NULL, SHEAF_MISS_NO_MARKER},
    /* reasoning */
    {SHEAF_TASK_MATH, "<think>\\boxed{1}</think>It is \\boxed{2}", "2", 0},
    {SHEAF_TASK_MATH, "\\boxed{1} hm</think>The answer is 3.", "3", 0},
    {SHEAF_TASK_MATH, "<think>maybe \\boxed{1}", NULL, SHEAF_MISS_TRUNCATED_THINK},
    {SHEAF_TASK_MATH, "<think>a</think>\n ", NULL, SHEAF_MISS_EMPTY},
    {SHEAF_TASK_MATH, "", NULL, SHEAF_MISS_EMPTY},
    /* phrases */
    {SHEAF_TASK_MATH, "**Answer:** 8", "8", 0},
    {SHEAF_TASK_MATH, "The answer is 1. Wait, the answer is 2.5. Done.", "2.5", 0},
    {SHEAF_TASK_MATH, "The answers are 5 and 6.", "5 and 6", 0},
    {SHEAF_TASK_MATH, "The answer is \\( 5! \\). Done.", "\\( 5! \\)", 0},
    {SHEAF_TASK_MATH, "The answer is 5 (see fig. 3). Done.", "5 (see fig. 3)", 0},
    {SHEAF_TASK_MATH, "The answer is (1\nThat is all. Done.", "(1", 0},
    {SHEAF_TASK_MATH, "Final Answer: **$x=1. y$**\nbye", "$x=1. y$", 0},
    {SHEAF_TASK_MATH, "Final answer:\n\n 17\nbye", "17", 0},
    {SHEAF_TASK_MATH, "\xe7\xad\x94\xe6\xa1\x88\xef\xbc\x9a""6", "6", 0},
    {SHEAF_TASK_MATH, "My answers area is big.", NULL, SHEAF_MISS_NO_MARKER},
    {SHEAF_TASK_MATH, "There are 5 apples.", NULL, SHEAF_MISS_NO_MARKER},
    {SHEAF_TASK_MATH, "x\n#### 3/4\nbye", "3/4", 0},
    {SHEAF_TASK_MATH, "##########", NULL, SHEAF_MISS_NO_MARKER},
    /* GSM8K */
    {SHEAF_TASK_GSM8K, "\\boxed{9} then #### 1,234 dollars", "1,234", 0},
    {SHEAF_TASK_GSM8K, "#### $-5", "$-5", 0},
    {SHEAF_TASK_GSM8K, "He has 72 clips, altogether.", "72", 0},
    {SHEAF_TASK_GSM8K, "from 5-10", "10", 0},
    {SHEAF_TASK_GSM8K, "x=-2 degrees", "-2", 0},
    {SHEAF_TASK_GSM8K, "in total 8,000,12 or 1.50", "1.50", 0},
    {SHEAF_TASK_GSM8K, "12,34", "34", 0},
    {SHEAF_TASK_GSM8K, "The answer is 3 boxes of 4.", "4", 0},
    {SHEAF_TASK_GSM8K, "no numbers", NULL, SHEAF_MISS_NO_MARKER},
    {SHEAF_TASK_AIME, "So 55 + 11 = 66 and the answer is 066.", "066", 0},
    {SHEAF_TASK_AIME, "It is 66", NULL, SHEAF_MISS_NO_MARKER},
};

static void finds_the_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *r = &rows[i];
        char out[SHEAF_ANSWER_MAX + 1] = "untouched";
        size_t n = 99;
        sheaf_extract got =
            sheaf_answer_extract(out, &n, sizeof out, r->response, strlen(r->response), r->task);
        if (r->answer && (got != SHEAF_FOUND || strcmp(out, r->answer) != 0))
            fail_msg("row %zu: %s: got %s '%s'", i, r->response, sheaf_extract_name(got), out);
        if (!r->answer && (got != r->miss || n != 99))
            fail_msg("row %zu: %s: got %s", i, r->response, sheaf_extract_name(got));
    }
}

static void keeps_nul_bytes(void **state)
{
    (void)state;
    char out[16];
    size_t n = 0;
    static const char response[] = "\\boxed{4\0002}";
    assert_int_equal(sheaf_answer_extract(out, &n, sizeof out, response, sizeof response - 1,
                                          SHEAF_TASK_MATH),
                     SHEAF_FOUND);
    assert_int_equal(n, 3);
    assert_memory_equal(out, "4\0002", 4);
}

static void respects_the_buffer(void **state)
{
    (void)state;
    char out[4] = "abc";
    size_t n = 7;
    assert_int_equal(
        sheaf_answer_extract(out, &n, sizeof out, "\\boxed{1234}", 12, SHEAF_TASK_MATH),
        SHEAF_MISS_OVER_LIMIT);
    assert_string_equal(out, "abc");
    assert_int_equal(sheaf_answer_extract(out, &n, sizeof out, "\\boxed{123}", 11, SHEAF_TASK_MATH),
                     SHEAF_FOUND);
    assert_string_equal(out, "123");
}

/* A megabyte of openers, braces or hashes must stay linear; the last megabyte of a response counts.
 */
static void survives_floods(void **state)
{
    (void)state;
    static const char *const units[] = {"\\boxed{", "{", "}", "#", "\\", "answer is ", "1,", "$"};
    size_t len = (size_t)3 << 20;
    char *response = malloc(len);
    char out[SHEAF_ANSWER_MAX + 1];
    size_t n;
    assert_non_null(response);
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        for (size_t i = 0; i < len; i++)
            response[i] = units[u][i % strlen(units[u])];
        sheaf_answer_extract(out, &n, sizeof out, response, len, SHEAF_TASK_GSM8K);
    }
    memset(response, 'x', len);
    memcpy(response + len - 11, "\\boxed{123}", 11);
    assert_int_equal(sheaf_answer_extract(out, &n, sizeof out, response, len, SHEAF_TASK_MATH),
                     SHEAF_FOUND);
    assert_string_equal(out, "123");
    free(response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_answer),
        cmocka_unit_test(keeps_nul_bytes),
        cmocka_unit_test(respects_the_buffer),
        cmocka_unit_test(survives_floods),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
