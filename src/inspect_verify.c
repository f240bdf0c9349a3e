/* inspect_verify.c - `sheaf inspect grade` and `group`: the answer verifier, line by line. Answers
 * may be given as raw bytes in hex (gold_hex, answer_hex, response_hex), since JSON cannot hold
 * every byte. */
#include <sheaf/verify.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "src/inspect.h"

/* ---- input ------------------------------------------------------------------------------------
 */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static sheaf_code decode_hex(strbuf *out, text hex, const char *key, sheaf_error *err)
{
    if (hex.n % 2)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, key, "%zu hex digits; an even number is wanted",
                          hex.n);
    for (size_t i = 0; i < hex.n; i += 2) {
        int high = hex_digit(hex.p[i]), low = hex_digit(hex.p[i + 1]);
        if (high < 0 || low < 0)
            return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, key, "no hex digit at offset %zu", i);
        strbuf_char(out, (char)(high * 16 + low));
    }
    return out->failed ? SHEAF_FAIL(err, SHEAF_ERR_NOMEM, key, "no memory") : SHEAF_OK;
}

/* Bytes of member `key`, or of `key`_hex; *found says whether either is there. */
static sheaf_code read_bytes(strbuf *out, bool *found, const cJSON *in, const char *key,
                             sheaf_error *err)
{
    char hex_key[32];
    size_t n = strlen(key);
    memcpy(hex_key, key, n);
    memcpy(hex_key + n, "_hex", 5);
    text plain = {NULL, 0}, hex = {NULL, 0};
    sheaf_code rc = json_text(in, key, &plain, err);
    if (rc == SHEAF_OK)
        rc = json_text(in, hex_key, &hex, err);
    if (rc != SHEAF_OK)
        return rc;
    *found = plain.p || hex.p;
    if (hex.p)
        return decode_hex(out, hex, hex_key, err);
    strbuf_text(out, plain);
    return out->failed ? SHEAF_FAIL(err, SHEAF_ERR_NOMEM, key, "no memory") : SHEAF_OK;
}

static sheaf_code read_task(sheaf_task *out, const cJSON *in, sheaf_error *err)
{
    text name = TEXT("generic");
    char copy[16] = "";
    sheaf_code rc = json_text(in, "task", &name, err);
    if (rc != SHEAF_OK)
        return rc;
    if (name.n < sizeof copy)
        memcpy(copy, name.p, name.n);
    if (!sheaf_task_parse(out, copy))
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "task",
                          "'%.*s'; generic, gsm8k, aime, math and choice are known", (int)name.n,
                          name.p);
    return SHEAF_OK;
}

/* ---- grade ------------------------------------------------------------------------------------
 */

struct question {
    strbuf gold, given; /* given: a bare answer, or a response to extract it from */
    bool is_response;
    sheaf_task task;
};

static sheaf_code read_question(struct question *q, const cJSON *in, sheaf_error *err)
{
    bool gold = false, answer = false;
    sheaf_code rc = read_bytes(&q->gold, &gold, in, "gold", err);
    if (rc == SHEAF_OK)
        rc = read_task(&q->task, in, err);
    if (rc == SHEAF_OK)
        rc = read_bytes(&q->given, &answer, in, "answer", err);
    if (rc == SHEAF_OK && !answer)
        rc = read_bytes(&q->given, &q->is_response, in, "response", err);
    if (rc == SHEAF_OK && (!gold || !(answer || q->is_response)))
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, NULL, "wanted: gold, and answer or response");
    return rc;
}

static void write_grade(strbuf *out, const sheaf_grade *g, const char *answer, const size_t *n)
{
    jsonw_key(out, "verdict");
    jsonw_str(out, sheaf_verdict_name(g->verdict));
    jsonw_key(out, "level");
    jsonw_str(out, g->level);
    jsonw_key(out, "reason");
    jsonw_str(out, g->reason);
    jsonw_key(out, "extracted");
    if (n)
        jsonw_text(out, (text){answer, *n});
    else
        jsonw_null(out);
}

static void write_canonical(strbuf *out, const char *answer, const size_t *n)
{
    char canonical[4 * SHEAF_ANSWER_MAX];
    jsonw_key(out, "canonical");
    if (n && sheaf_answer_canonical(canonical, sizeof canonical, answer, *n))
        jsonw_str(out, canonical);
    else
        jsonw_null(out);
}

static void answer_question(strbuf *out, const struct question *q)
{
    char extracted[SHEAF_ANSWER_MAX + 1];
    const char *answer = q->given.p ? q->given.p : "";
    const char *gold = q->gold.p ? q->gold.p : "";
    size_t n = q->given.n;
    sheaf_extract found = SHEAF_FOUND;
    sheaf_grade grade;
    if (q->is_response) {
        found = sheaf_answer_extract(extracted, &n, sizeof extracted, answer, n, q->task);
        sheaf_response_grade(&grade, gold, q->gold.n, answer, q->given.n, q->task, NULL);
        answer = extracted;
    } else {
        sheaf_answer_grade(&grade, gold, q->gold.n, answer, n, q->task, NULL);
    }
    const size_t *known = found == SHEAF_FOUND ? &n : NULL;
    write_grade(out, &grade, answer, known);
    write_canonical(out, answer, known);
}

static sheaf_code inspect_grade(struct inspect_env *env, const cJSON *in, strbuf *out,
                                sheaf_error *err)
{
    (void)env;
    struct question q = {.task = SHEAF_TASK_GENERIC};
    sheaf_code rc = read_question(&q, in, err);
    if (rc == SHEAF_OK)
        answer_question(out, &q);
    strbuf_free(&q.gold);
    strbuf_free(&q.given);
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
