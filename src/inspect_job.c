/* inspect_job.c - see inspect_job.h. */
#include "src/inspect_job.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/hash.h"
#include "tts/vote.h"

#define JOB_BYTES ((size_t)4 << 30) /* a line has at most 64 MiB */

sheaf_code job_run(job_fn *fn, const cJSON *in, strbuf *out, sheaf_error *err)
{
    struct job j = {.in = in, .out = out, .err = err};
    arena_init(&j.mem, JOB_BYTES);
    sheaf_code rc = fn(&j);
    arena_free(&j.mem);
    return rc;
}

void *job_take(struct job *j, size_t count, size_t size)
{
    void *p = arena_take(&j->mem, count, size);
    if (!p)
        SHEAF_FAIL(j->err, SHEAF_ERR_NOMEM, NULL, "no memory for %zu x %zu bytes", count, size);
    return p;
}

sheaf_code job_f64s(struct job *j, const cJSON *o, const char *key, double **out, size_t *n)
{
    double *values;
    sheaf_code rc = json_f64s(o, key, &values, n, j->err);
    if (rc)
        return rc;
    *out = job_take(j, *n, sizeof **out);
    if (*out && *n > 0)
        memcpy(*out, values, *n * sizeof **out);
    alloc_free(values);
    return *out ? SHEAF_OK : SHEAF_ERR_NOMEM;
}

sheaf_code job_f32s(struct job *j, const cJSON *o, const char *key, float **out, size_t *n)
{
    double *values;
    sheaf_code rc = job_f64s(j, o, key, &values, n);
    if (rc)
        return rc;
    float *floats = job_take(j, *n, sizeof *floats);
    if (!floats)
        return SHEAF_ERR_NOMEM;
    for (size_t i = 0; i < *n; i++) {
        if (!isinf(values[i]) && fabs(values[i]) > (double)FLT_MAX)
            return SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, key, "element %zu, %g, is no 32-bit float",
                              i, values[i]);
        floats[i] = (float)values[i];
    }
    *out = floats;
    return SHEAF_OK;
}

sheaf_code job_size(struct job *j, const char *key, size_t *out, size_t min, size_t max)
{
    int64_t v = (int64_t)*out;
    sheaf_code rc = json_i64(j->in, key, &v, (int64_t)min, (int64_t)max, j->err);
    *out = (size_t)v;
    return rc;
}

sheaf_code job_f64(struct job *j, const char *key, double *out, double min, double max)
{
    return json_f64(j->in, key, out, min, max, j->err);
}

sheaf_code job_same_length(struct job *j, const char *key, size_t got, size_t want)
{
    if (got == want)
        return SHEAF_OK;
    return SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, key, "%zu elements; %zu are wanted", got, want);
}

void job_put_f64s(struct job *j, const char *key, const double *v, size_t n)
{
    jsonw_key(j->out, key);
    jsonw_open(j->out, '[');
    for (size_t i = 0; i < n; i++)
        jsonw_f64(j->out, v[i]);
    jsonw_close(j->out, ']');
}

void job_put_f64(struct job *j, const char *key, double v)
{
    jsonw_key(j->out, key);
    if (isnan(v))
        jsonw_null(j->out);
    else
        jsonw_f64(j->out, v);
}

void job_put_size(struct job *j, const char *key, size_t v)
{
    jsonw_key(j->out, key);
    jsonw_u64(j->out, v);
}

void job_put_bool(struct job *j, const char *key, bool v)
{
    jsonw_key(j->out, key);
    jsonw_bool(j->out, v);
}

void job_put_str(struct job *j, const char *key, const char *v)
{
    jsonw_key(j->out, key);
    if (v)
        jsonw_str(j->out, v);
    else
        jsonw_null(j->out);
}

/* ---- answers ---- */

/* Open addressing; a slot holds class + 1. */
struct name_table {
    uint32_t *slots;
    size_t mask;
};

static sheaf_code table_start(struct job *j, struct name_table *t, size_t n)
{
    size_t size = 16;
    while (size < 2 * n)
        size *= 2;
    t->slots = job_take(j, size, sizeof *t->slots);
    t->mask = size - 1;
    return t->slots ? SHEAF_OK : SHEAF_ERR_NOMEM;
}

/* Class of a name, a new one when it is not known. */
static int32_t table_class(struct name_table *t, struct answers *a, const char *name)
{
    size_t at = (size_t)hash_bytes(name, strlen(name), 0) & t->mask;
    while (t->slots[at] && strcmp(a->names[t->slots[at] - 1], name) != 0)
        at = (at + 1) & t->mask;
    if (!t->slots[at]) {
        a->names[a->n_classes++] = name;
        t->slots[at] = (uint32_t)a->n_classes;
    }
    return (int32_t)t->slots[at] - 1;
}

sheaf_code job_classify(struct job *j, struct answers *out, const cJSON *const *values, size_t n)
{
    struct name_table table;
    struct answers a = {.n = n};
    a.classes = job_take(j, n, sizeof *a.classes);
    a.names = job_take(j, n, sizeof *a.names);
    if (!a.classes || !a.names || table_start(j, &table, n))
        return SHEAF_ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        if (!values[i] || cJSON_IsNull(values[i]))
            a.classes[i] = VOTE_NONE;
        else if (cJSON_IsString(values[i]))
            a.classes[i] = table_class(&table, &a, values[i]->valuestring);
        else
            return SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, NULL,
                              "answer %zu is neither a string nor null", i);
    }
    *out = a;
    return SHEAF_OK;
}

sheaf_code job_answers(struct job *j, const char *key, struct answers *out)
{
    const cJSON *array, *v;
    sheaf_code rc = json_array(j->in, key, &array, j->err);
    if (rc)
        return rc;
    if (!array)
        return SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, key, "absent; an array of answers is wanted");
    size_t n = (size_t)cJSON_GetArraySize(array), i = 0;
    const cJSON **values = job_take(j, n, sizeof *values);
    if (!values)
        return SHEAF_ERR_NOMEM;
    cJSON_ArrayForEach(v, array)
        values[i++] = v;
    return job_classify(j, out, values, n);
}

int32_t answers_find(const struct answers *a, const char *name)
{
    for (size_t c = 0; c < a->n_classes; c++)
        if (strcmp(a->names[c], name) == 0)
            return (int32_t)c;
    return VOTE_NONE;
}

void job_put_answer(struct job *j, const char *key, const struct answers *a, int32_t class)
{
    job_put_str(j, key, class == VOTE_NONE ? NULL : a->names[class]);
}
