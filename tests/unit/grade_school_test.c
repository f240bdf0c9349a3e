/* grade_school_test.c - checks the problem set that ships: every answer is recomputed exactly from
 * the solution that its line carries, and the number of steps is that of its operations. */
#include <sheaf/dataset.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "tests/support/arith.h"

/* From the top of the tree, where `make test` runs. */
#define SET "datasets/sheaf_grade_school.jsonl"
#define MIN_PROBLEMS 240
#define MAX_STEPS 5
#define FILE_BYTES ((size_t)16 << 20)

/* An answer as it should be written: 7, -3, 2.5; no zeros that say nothing. */
static bool is_shortest(text t)
{
    bool point = text_find(t, TEXT(".")) != SIZE_MAX;
    text digits = text_starts(t, TEXT("-")) ? text_slice(t, 1, t.n - 1) : t;
    bool leading_zero = digits.n > 1 && digits.p[0] == '0' && digits.p[1] != '.';
    return !leading_zero && !(point && (text_ends(t, TEXT("0")) || text_ends(t, TEXT("."))));
}

/* Checks one line of the file; returns its steps. */
static int check_line(const cJSON *o)
{
    mpq_t wanted, computed;
    int n_steps = 0, unused;
    const char *id = json_get(o, "id")->valuestring, *answer = json_get(o, "answer")->valuestring;
    const cJSON *steps = json_get(o, "steps"), *solution = json_get(o, "solution");
    assert_true(cJSON_IsNumber(steps) && cJSON_IsString(solution));
    mpq_inits(wanted, computed, NULL);
    if (!arith_value(computed, &n_steps, solution->valuestring))
        fail_msg("%s: solution %s is no expression", id, solution->valuestring);
    if (!arith_value(wanted, &unused, answer) || !mpq_equal(wanted, computed))
        fail_msg("%s: answer %s, but %s gives another value", id, answer, solution->valuestring);
    if (!is_shortest(text_of(answer)))
        fail_msg("%s: answer %s is not written in its shortest form", id, answer);
    if (n_steps != steps->valueint || n_steps < 1 || n_steps > MAX_STEPS)
        fail_msg("%s: %d steps stated, %d operations in %s", id, steps->valueint, n_steps,
                 solution->valuestring);
    mpq_clears(wanted, computed, NULL);
    return n_steps;
}

static void answers_follow_from_solutions(void **state)
{
    (void)state;
    strbuf b = {0};
    int with_steps[MAX_STEPS + 1] = {0};
    assert_int_equal(file_read(&b, SET, FILE_BYTES, NULL), SHEAF_OK);
    for (text rest = text_trim(strbuf_view(&b)); rest.n;) {
        size_t end = text_find(rest, TEXT("\n"));
        size_t n = end == SIZE_MAX ? rest.n : end;
        cJSON *o = NULL;
        assert_int_equal(json_parse(&o, text_slice(rest, 0, n), SET, NULL), SHEAF_OK);
        with_steps[check_line(o)]++;
        cJSON_Delete(o);
        n += end != SIZE_MAX;
        rest = text_slice(rest, n, rest.n - n);
    }
    for (int i = 1; i <= MAX_STEPS; i++) /* no length of reasoning is missing */
        assert_true(with_steps[i] >= 5);
    strbuf_free(&b);
}

static void set_is_well_formed(void **state)
{
    (void)state;
    sheaf_dataset *d = NULL;
    sheaf_error err = {0};
    if (sheaf_dataset_open(&d, SET, &err))
        fail_msg("%s: %s", err.source, err.message);
    size_t n = sheaf_dataset_count(d);
    assert_true(n >= MIN_PROBLEMS);
    for (size_t i = 0; i < n; i++) {
        const sheaf_problem *p = sheaf_dataset_problem(d, i);
        assert_string_equal(p->license, "Apache-2.0");
        assert_true(text_ends(text_of(p->question), TEXT("?")));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(p->question, sheaf_dataset_problem(d, j)->question);
    }
    sheaf_dataset_close(d);
}

/* The checker itself: a wrong answer would be seen. */
static const struct value {
    const char *expression, *value; /* NULL: refused */
    int n_steps;
} values[] = {
    {"7", "7", 0},           {"2+3*4", "14", 2},        {"(2+3)*4", "20", 2},  {"10-4-3", "3", 2},
    {"0.1+0.2", "0.3", 1},   {"7/2", "3.5", 1},         {"100%7", "2", 1},
    {"ceil(53/8)", "7", 1},
    {"floor(7/2)", "3", 1},  {"max(1,2)", "2", 1},     {"1/0", NULL, 0},
    {"min(9*2.5,15)", "15", 2},
    {"2+", NULL, 0},         {"", NULL, 0},             {"(1", NULL, 0},       {"1)", NULL, 0},
    {"7.5%2", NULL, 0},      {"min(1)", NULL, 0},       {"2**3", NULL, 0},     {"x", NULL, 0},
    {"((((((((((((((((((1))))))))))))))))))", NULL, 0},
};

static void expressions_have_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        mpq_t a, b;
        int n_steps = 0, unused;
        mpq_inits(a, b, NULL);
        bool ok = arith_value(a, &n_steps, values[i].expression);
        if (ok != (values[i].value != NULL))
            fail_msg("%s", values[i].expression);
        if (ok) {
            assert_true(arith_value(b, &unused, values[i].value));
            assert_true(mpq_equal(a, b));
            assert_int_equal(n_steps, values[i].n_steps);
        }
        mpq_clears(a, b, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_follow_from_solutions),
        cmocka_unit_test(set_is_well_formed),
        cmocka_unit_test(expressions_have_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
