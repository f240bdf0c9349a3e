/* Which answers fit a type, by value and not by spelling; the type of a set. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "evals/answer_kind.h"
#include "evals/grader.h"
#include "tests/support/check.h"

static void fits(void **state)
{
    (void)state;
    static const struct {
        enum answer_kind kind;
        const char *answer;
        bool want;
    } cases[] = {
        {ANSWER_ANY, "a blue horse", true},
        {ANSWER_INTEGER, "42", true},
        {ANSWER_INTEGER, "-7", true},
        {ANSWER_INTEGER, "1,234", true},
        {ANSWER_INTEGER, "42.0", true},
        {ANSWER_INTEGER, "84/2", true},
        {ANSWER_INTEGER, "\\$18", true},
        {ANSWER_INTEGER, "18 \\text{ dollars}", true},
        {ANSWER_INTEGER, "2.5", false},
        {ANSWER_INTEGER, "1/3", false},
        {ANSWER_INTEGER, "x + 1", false},
        {ANSWER_INTEGER, "\\sqrt{2}", false},
        {ANSWER_INTEGER, "(1, 2)", false},
        {ANSWER_INTEGER, "", false},
        {ANSWER_AIME, "0", true},
        {ANSWER_AIME, "042", true},
        {ANSWER_AIME, "999", true},
        {ANSWER_AIME, "1000", false},
        {ANSWER_AIME, "-1", false},
        {ANSWER_AIME, "204.5", false},
        {ANSWER_AIME, "99999999999999999999999999", false},
        {ANSWER_NUMBER, "2.5", true},
        {ANSWER_NUMBER, "\\frac{1}{3}", true},
        {ANSWER_NUMBER, "-4", true},
        {ANSWER_NUMBER, "\\pi", false},
        {ANSWER_NUMBER, "3x", false},
        {ANSWER_CHOICE, "B", true},
        {ANSWER_CHOICE, "(C)", true},
        {ANSWER_CHOICE, "\\text{(D)}", true},
        {ANSWER_CHOICE, "42", false},
        {ANSWER_CHOICE, "K", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (answer_kind_fits(cases[i].kind, cases[i].answer) != cases[i].want)
            fail_msg("%s: \"%s\"", answer_kind_name(cases[i].kind), cases[i].answer);
}

static void names(void **state)
{
    (void)state;
    enum answer_kind kind = ANSWER_ANY;
    for (size_t i = 0; i < ANSWER_KINDS; i++) {
        assert_true(answer_kind_parse(&kind, answer_kind_name(i)));
        assert_int_equal(kind, i);
    }
    assert_null(answer_kind_name(ANSWER_KINDS));
    assert_false(answer_kind_parse(&kind, "colour"));
    assert_int_equal(kind, ANSWER_KINDS - 1);
}

static enum answer_kind kind_of_set(const char *name, const char *types[2])
{
    char dir[] = "/tmp/sheaf-kind-XXXXXX", path[80];
    strbuf b = {0};
    sheaf_error err = {0};
    sheaf_dataset *d = NULL;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/%s.jsonl", dir, name);
    for (int i = 0; i < 2; i++)
        strbuf_printf(&b,
                      "{\"id\":\"%d\",\"question\":\"?\",\"answer\":\"%s\","
                      "\"answer_type\":\"%s\"}\n",
                      i, strcmp(types[i], "choice") == 0 ? "A" : "7", types[i]);
    CHECK_OK(file_write(path, strbuf_view(&b), &err), err);
    CHECK_OK(sheaf_dataset_open(&d, path, &err), err);
    enum answer_kind kind = answer_kind_of(d);
    sheaf_dataset_close(d);
    strbuf_free(&b);
    unlink(path);
    rmdir(dir);
    return kind;
}

static void the_type_of_a_set(void **state)
{
    (void)state;
    static const struct {
        const char *name, *types[2];
        enum answer_kind want;
    } cases[] = {
        {"aime_2024", {"integer", "integer"}, ANSWER_AIME},
        {"gsm8k_test", {"integer", "integer"}, ANSWER_INTEGER},
        {"quiz", {"choice", "choice"}, ANSWER_CHOICE},
        {"mixed", {"integer", "decimal"}, ANSWER_ANY},
        {"words", {"none", "none"}, ANSWER_ANY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *types[2] = {cases[i].types[0], cases[i].types[1]};
        assert_int_equal(kind_of_set(cases[i].name, types), cases[i].want);
    }
}

/* The grader's judge carries task and type. */
static void a_judge_of_a_kind(void **state)
{
    (void)state;
    for (size_t task = 0; task <= SHEAF_TASK_CHOICE; task++) {
        sheaf_judge j = grader_for((sheaf_task)task, ANSWER_AIME).judge;
        assert_true(j.fits(j.ctx, "12") && !j.fits(j.ctx, "1200"));
        sheaf_judge any = grader_for((sheaf_task)task, ANSWER_ANY).judge;
        assert_true(any.fits(any.ctx, "1200"));
        char out[64];
        assert_true(any.extract(any.ctx, out, sizeof out, "\\boxed{5}", 9));
        assert_string_equal(out, "5");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fits),
        cmocka_unit_test(names),
        cmocka_unit_test(the_type_of_a_set),
        cmocka_unit_test(a_judge_of_a_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
