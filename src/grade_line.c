/* grade_line.c - see grade_line.h. */
#include "src/grade_line.h"

#include <string.h>

#include "base/fail.h"

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
    text name = {NULL, 0};
    char copy[16] = "";
    sheaf_code rc = json_text(in, "task", &name, err);
    if (rc != SHEAF_OK || !name.p)
        return rc;
    if (name.n < sizeof copy)
        memcpy(copy, name.p, name.n);
    if (!sheaf_task_parse(out, copy))
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "task",
                          "'%.*s'; generic, gsm8k, aime, math and choice are known", (int)name.n,
                          name.p);
    return SHEAF_OK;
}

sheaf_code grade_question_read(struct grade_question *q, const cJSON *in, sheaf_error *err)
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

void grade_question_free(struct grade_question *q)
{
    strbuf_free(&q->gold);
    strbuf_free(&q->given);
}

/* ---- answer -----------------------------------------------------------------------------------
 */

/* Copies a bare answer; false when a filter cannot take it. */
static bool take_answer(char out[SHEAF_ANSWER_MAX + 1], text given)
{
    if (given.n == 0 || given.n > SHEAF_ANSWER_MAX || memchr(given.p, '\0', given.n))
        return false;
    memcpy(out, given.p, given.n);
    out[given.n] = '\0';
    return true;
}

/* Filters compare C strings; a gold with a NUL counts as empty. */
static void answer_by_filter(struct grade_result *r, const struct grade_question *q)
{
    const sheaf_judge *judge = &q->filter->judge;
    text given = strbuf_view(&q->given);
    const char *gold = q->gold.n && !memchr(q->gold.p, '\0', q->gold.n) ? q->gold.p : "";
    r->found = q->is_response
                   ? judge->extract(judge->ctx, r->answer, sizeof r->answer, given.p, given.n)
                   : take_answer(r->answer, given);
    r->extracted = r->found ? text_of(r->answer) : given;
    r->grade = (sheaf_grade){SHEAF_NO_ANSWER, "", q->filter_name};
    if (r->found)
        r->grade = filter_grade(q->filter, q->filter_name, gold, r->answer);
}

static void answer_by_verifier(struct grade_result *r, const struct grade_question *q,
                               const sheaf_policy *policy)
{
    text gold = strbuf_view(&q->gold), given = strbuf_view(&q->given);
    sheaf_extract found = SHEAF_FOUND;
    r->extracted = given;
    if (q->is_response) {
        size_t n = 0;
        found = sheaf_answer_extract(r->answer, &n, sizeof r->answer, given.p, given.n, q->task);
        r->extracted = (text){r->answer, n};
        sheaf_response_grade(&r->grade, gold.p, gold.n, given.p, given.n, q->task, policy);
    } else {
        sheaf_answer_grade(&r->grade, gold.p, gold.n, given.p, given.n, q->task, policy);
    }
    r->found = found == SHEAF_FOUND;
}

void grade_answer(struct grade_result *r, const struct grade_question *q,
                  const sheaf_policy *policy)
{
    if (q->filter)
        answer_by_filter(r, q);
    else
        answer_by_verifier(r, q, policy);
}

bool grade_canonical(char *out, const struct grade_question *q, text answer)
{
    const struct grader *f = q->filter;
    if (f)
        return f->canonical(f->ctx, out, CANONICAL_BYTES, answer.n ? answer.p : "");
    return sheaf_answer_canonical(out, CANONICAL_BYTES, answer.p, answer.n);
}

static void write_canonical(strbuf *out, const char *key, const struct grade_question *q,
                            bool known, text answer)
{
    char canonical[CANONICAL_BYTES];
    jsonw_key(out, key);
    if (known && grade_canonical(canonical, q, answer))
        jsonw_str(out, canonical);
    else
        jsonw_null(out);
}

void grade_write(strbuf *out, const struct grade_result *r, const struct grade_question *q,
                 bool explain)
{
    jsonw_key(out, "verdict");
    jsonw_str(out, sheaf_verdict_name(r->grade.verdict));
    jsonw_key(out, "level");
    jsonw_str(out, r->grade.level);
    jsonw_key(out, "reason");
    jsonw_str(out, r->grade.reason);
    jsonw_key(out, "extracted");
    if (r->found)
        jsonw_text(out, r->extracted);
    else
        jsonw_null(out);
    write_canonical(out, "canonical", q, r->found, r->extracted);
    if (explain)
        write_canonical(out, "gold_canonical", q, true, strbuf_view(&q->gold));
}
