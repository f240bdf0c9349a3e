/* inspect_verify.c - `sheaf inspect grade` and `group`: the answer verifier, line by line. */
#include <sheaf/verify.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "src/grade_line.h"
#include "src/inspect.h"

/* ---- grade ------------------------------------------------------------------------------------
 */

static sheaf_code inspect_grade(struct inspect_env *env, const cJSON *in, strbuf *out,
                                sheaf_error *err)
{
    (void)env;
    struct grade_question q = {.task = SHEAF_TASK_GENERIC};
    struct grade_result r;
    sheaf_code rc = grade_question_read(&q, in, err);
    if (rc == SHEAF_OK) {
        grade_answer(&r, &q, NULL);
        grade_write(out, &r, &q, false);
    }
    grade_question_free(&q);
    return rc;
}

/* ---- group ------------------------------------------------------------------------------------
 */

static sheaf_code group_array(strbuf *out, const cJSON *array, size_t n, sheaf_error *err)
{
    const char **answers = alloc_zero(n, sizeof *answers);
    size_t *lens = alloc_zero(n, sizeof *lens);
    int *classes = alloc_zero(n, sizeof *classes);
    sheaf_code rc = answers && lens && classes
                        ? SHEAF_OK
                        : SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "answers", "no memory");
    const cJSON *item = rc == SHEAF_OK ? array->child : NULL;
    for (size_t i = 0; item; item = item->next, i++) {
        answers[i] = cJSON_IsString(item) ? item->valuestring : NULL;
        lens[i] = answers[i] ? strlen(answers[i]) : 0;
        if (!answers[i] && !cJSON_IsNull(item))
            rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, "answers",
                            "entry %zu; strings and null are wanted", i);
    }
    if (rc == SHEAF_OK)
        rc = sheaf_answer_group(classes, answers, lens, n, err);
    if (rc == SHEAF_OK) {
        jsonw_key(out, "classes");
        jsonw_open(out, '[');
        for (size_t i = 0; i < n; i++) {
            if (classes[i] < 0)
                jsonw_null(out);
            else
                jsonw_i64(out, classes[i] + 1);
        }
        jsonw_close(out, ']');
    }
    alloc_free(classes);
    alloc_free(lens);
    alloc_free(answers);
    return rc;
}

static sheaf_code inspect_group(struct inspect_env *env, const cJSON *in, strbuf *out,
                                sheaf_error *err)
{
    (void)env;
    const cJSON *array = NULL;
    sheaf_code rc = json_array(in, "answers", &array, err);
    if (rc == SHEAF_OK && !array)
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, "answers", "missing; an array of strings is wanted");
    return rc == SHEAF_OK ? group_array(out, array, (size_t)cJSON_GetArraySize(array), err) : rc;
}

const struct inspect_entry inspect_verify[] = {
    {"grade", inspect_grade,
     "gold, answer | response (or *_hex), task -> verdict, level, reason, extracted, canonical"},
    {"group", inspect_group,
     "answers[] -> classes[], 1 2 .. in order of first appearance, null = no vote"},
    {NULL, NULL, NULL},
};
