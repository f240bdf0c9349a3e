/* results_test.c - results.json has what readers of lm-evaluation-harness files look for
 * (lm_eval/result_schema.py and make_table of lm_eval/utils.py, version 0.4.13). */
#include "tests/support/check.h"

#include <string.h>

#include "base/json.h"
#include "tests/support/fake_eval.h"
#include "tests/support/scratch_dir.h"

static char dir[SCRATCH_PATH];

static int make_dir(void **state)
{
    int rc = scratch_make(state);
    scratch_path(dir, "run");
    return rc;
}

static cJSON *results_of(const struct fake_problem *problems, size_t n)
{
    strbuf b = {0};
    cJSON *o = NULL;
    sheaf_error err = {0};
    fake_eval(&(struct fake_eval){.dir = dir, .problems = problems, .n = n}, NULL, NULL);
    scratch_read(&b, dir, "results.json");
    CHECK_OK(json_parse(&o, strbuf_view(&b), "results.json", &err), err);
    strbuf_free(&b);
    return o;
}

/* The value that a member has for the task; tasks are the keys of each. */
static const cJSON *of_task(const cJSON *o, const char *member)
{
    const cJSON *v = json_get(json_get(o, member), "run");
    if (!v)
        fail_msg("no \"%s\" of the task", member);
    return v;
}

/* Every "exact_match,FILTER" is a number with a number or "N/A" as its error. */
static size_t check_metrics(const cJSON *metrics)
{
    static const char metric[] = "exact_match,";
    size_t n = 0;
    const cJSON *v;
    cJSON_ArrayForEach(v, metrics) {
        char key[128] = "exact_match_stderr,";
        if (strncmp(v->string, metric, strlen(metric)) != 0)
            continue;
        strncat(key, v->string + strlen(metric), 64);
        const cJSON *error = json_get(metrics, key);
        assert_true(cJSON_IsNumber(v) && v->valuedouble >= 0 && v->valuedouble <= 1);
        assert_true(cJSON_IsNumber(error) ||
                    (cJSON_IsString(error) && strcmp(error->valuestring, "N/A") == 0));
        n++;
    }
    return n;
}

static void test_shape(void **state)
{
    (void)state;
    static const struct fake_problem problems[] = {{"7 7 8 -", NULL}, {"8 8 8 8", NULL}};
    for (size_t n = 1; n <= 2; n++) {
        cJSON *o = results_of(problems, n);
        const cJSON *metrics = of_task(o, "results"), *samples = of_task(o, "n-samples");
        assert_true(check_metrics(metrics) > 10);
        assert_string_equal(json_get(metrics, "alias")->valuestring, "run");
        assert_int_equal(json_get(metrics, "sample_len")->valueint, n);
        assert_true(cJSON_IsNumber(of_task(o, "versions")) && cJSON_IsNumber(of_task(o, "n-shot")));
        assert_true(cJSON_IsTrue(json_get(of_task(o, "higher_is_better"), "exact_match")));
        assert_true(cJSON_IsArray(of_task(o, "group_subtasks")));
        assert_int_equal(json_get(samples, "original")->valueint, n);
        assert_int_equal(json_get(samples, "effective")->valueint, n);
        assert_true(cJSON_IsObject(json_get(o, "config")));
        cJSON_Delete(o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shape)};
    return cmocka_run_group_tests(tests, make_dir, scratch_remove);
}
