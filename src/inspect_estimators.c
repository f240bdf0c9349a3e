/* inspect_estimators.c - `sheaf inspect estimators`: pass@k and cons@k. Fields as in
 * golden/sampling. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"
#include "evals/metrics.h"
#include "src/inspect_job.h"
#include "tts/vote.h"

#define COUNT_MAX ((size_t)1 << 24) /* traces */

struct problem {
    struct answers answers;
    size_t *counts; /* [answers.n_classes], NULL: only n and c are known */
    size_t right;   /* class or METRICS_NO_CLASS */
    size_t n, c, n_silent;
};

static sheaf_code count_answers(struct job *j, struct problem *p)
{
    text correct = {0};
    sheaf_code rc = job_answers(j, "answers", &p->answers);
    if (!rc)
        rc = json_text(j->in, "correct", &correct, j->err);
    if (rc)
        return rc;
    p->counts = job_take(j, p->answers.n_classes, sizeof *p->counts);
    if (!p->counts)
        return SHEAF_ERR_NOMEM;
    for (size_t i = 0; i < p->answers.n; i++) {
        int32_t class = p->answers.classes[i];
        if (class == VOTE_NONE)
            p->n_silent++;
        else
            p->counts[class]++;
    }
    int32_t right = correct.p ? answers_find(&p->answers, correct.p) : VOTE_NONE;
    p->right = right == VOTE_NONE ? METRICS_NO_CLASS : (size_t)right;
    p->c = right == VOTE_NONE ? 0 : p->counts[right];
    p->n = p->answers.n;
    return SHEAF_OK;
}

static sheaf_code read_problem(struct job *j, struct problem *p)
{
    const cJSON *answers = json_get(j->in, "answers");
    *p = (struct problem){.right = METRICS_NO_CLASS};
    if (answers && !cJSON_IsNull(answers))
        return count_answers(j, p);
    sheaf_code rc = job_size(j, "n", &p->n, 1, COUNT_MAX);
    return rc ? rc : job_size(j, "c", &p->c, 0, p->n);
}

static double greatest_divisor(double a, double b)
{
    while (b > 0.0) {
        double rest = fmod(a, b);
        a = b;
        b = rest;
    }
    return a;
}

/* The value as "p/q", whose denominator divides C(n, k) times the least common multiple of the
 * possible numbers of tied answers; null when that product is too large for the value to tell. */
static void put_fraction(struct job *j, double value, size_t n, size_t k, size_t most_tied)
{
    double whole = 1.0;
    for (size_t i = 1; i <= k && whole < 1e12; i++)
        whole = whole * (double)(n - k + i) / (double)i;
    for (size_t t = 2; t <= most_tied && whole < 1e12; t++)
        whole *= (double)t;
    if (whole >= 1e12) {
        jsonw_null(j->out);
        return;
    }
    whole = round(whole);
    double part = round(value * whole), common = greatest_divisor(whole, part);
    strbuf s = {0};
    strbuf_printf(&s, "%.0f/%.0f", part / common, whole / common);
    jsonw_text(j->out, strbuf_view(&s));
    strbuf_free(&s);
}

/* "k": [fraction, value] */
static void put_estimate(struct job *j, const char *k_text, double value, const struct problem *p,
                         size_t most_tied)
{
    jsonw_key(j->out, k_text);
    jsonw_open(j->out, '[');
    if (p->counts)
        put_fraction(j, value, p->n, strtoull(k_text, NULL, 10), most_tied);
    else
        jsonw_null(j->out);
    jsonw_f64(j->out, value);
    jsonw_close(j->out, ']');
}

static sheaf_code put_pass(struct job *j, const char *k_text, const struct problem *p)
{
    size_t k = strtoull(k_text, NULL, 10);
    put_estimate(j, k_text, metrics_pass_at_k(p->n, p->c, k), p, 1);
    return SHEAF_OK;
}

static sheaf_code put_cons(struct job *j, const char *k_text, const struct problem *p)
{
    double value;
    size_t k = strtoull(k_text, NULL, 10), n_classes = p->answers.n_classes;
    if (!p->counts)
        return SHEAF_OK;
    sheaf_code rc =
        metrics_cons_at_k(&value, p->counts, n_classes, p->right, p->n_silent, k, j->err);
    if (!rc)
        put_estimate(j, k_text, value, p, n_classes < k ? n_classes : k);
    return rc;
}

typedef sheaf_code put_fn(struct job *j, const char *k_text, const struct problem *p);

/* One k, checked. */
static sheaf_code put_one(struct job *j, put_fn *put, const char *k_text, const struct problem *p)
{
    int64_t k;
    if (!text_to_i64(text_of(k_text), &k) || k < 1 || (size_t)k > p->n)
        return SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, "k", "%.20s; 1 to %zu are possible", k_text,
                          p->n);
    return put(j, k_text, p);
}

/* Every k asked for: the numbers of the array `k`; or the keys of the object `key`, as the
 * vectors have it; or 1, 2, 4 ... up to n. */
static sheaf_code put_all(struct job *j, const char *key, put_fn *put, const struct problem *p)
{
    const cJSON *list = json_get(j->in, "k"), *keys = json_get(j->in, key), *v;
    sheaf_code rc = SHEAF_OK;
    char k_text[32];
    jsonw_key(j->out, key);
    jsonw_open(j->out, '{');
    if (cJSON_IsArray(list)) {
        for (v = list->child; v && !rc; v = v->next) {
            snprintf(k_text, sizeof k_text, "%.0f", cJSON_IsNumber(v) ? v->valuedouble : 0.0);
            for (const cJSON *u = list->child; u != v; u = u->next)
                if (u->valuedouble == v->valuedouble)
                    return SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, "k", "%.20s twice", k_text);
            rc = put_one(j, put, k_text, p);
        }
    } else if (cJSON_IsObject(keys)) {
        for (v = keys->child; v && !rc; v = v->next)
            rc = put_one(j, put, v->string, p);
    } else {
        for (size_t k = 1; k <= p->n && !rc; k *= 2) {
            snprintf(k_text, sizeof k_text, "%zu", k);
            rc = put_one(j, put, k_text, p);
        }
    }
    jsonw_close(j->out, '}');
    return rc;
}

static sheaf_code estimators(struct job *j)
{
    struct problem p;
    sheaf_code rc = read_problem(j, &p);
    if (rc)
        return rc;
    job_put_size(j, "n", p.n);
    job_put_size(j, "c", p.c);
    rc = put_all(j, "pass_at", put_pass, &p);
    return rc ? rc : put_all(j, "cons_at", put_cons, &p);
}

INSPECT_JOB(estimators)
