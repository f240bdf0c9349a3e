/* json.c - reading: cJSON plus the guards it lacks (conventions: trailing bytes, infinities,
 * duplicate keys, invalid UTF-8, depth). */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

/* Depth of brackets outside strings; also refuses "\u0000", which would cut a C string short. */
static sheaf_code scan_source(text t, const char *source, sheaf_error *err)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < t.n; i++) {
        char c = t.p[i];
        if (in_string) {
            if (c == '\\' && text_starts(text_slice(t, i, 6), TEXT("\\u0000")))
                return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "\\u0000 at byte %zu", i);
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_MAX_DEPTH)
                return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "nested deeper than %d",
                                  JSON_MAX_DEPTH);
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return SHEAF_OK;
}

static int by_name(const void *a, const void *b)
{
    const cJSON *const *x = a, *const *y = b;
    return strcmp((*x)->string, (*y)->string);
}

/* No key twice: the members sorted by name, equal ones side by side. */
static sheaf_code check_keys(const cJSON *object, const char *source, sheaf_error *err)
{
    size_t n = 0;
    for (const cJSON *m = object->child; m; m = m->next)
        n++;
    const cJSON **members = alloc_zero(n, sizeof *members);
    if (!members)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, source, "no memory for %zu members", n);
    n = 0;
    for (const cJSON *m = object->child; m; m = m->next)
        members[n++] = m;
    qsort(members, n, sizeof *members, by_name);
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 1; i < n && !rc; i++)
        if (strcmp(members[i - 1]->string, members[i]->string) == 0)
            rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "key \"%.60s\" twice",
                            members[i]->string);
    alloc_free(members);
    return rc;
}

/* Recursion is bounded by JSON_MAX_DEPTH, checked by scan_source. */
static sheaf_code check_tree(const cJSON *v, const char *source, sheaf_error *err)
{
    if (cJSON_IsNumber(v) && !isfinite(v->valuedouble))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "a number is not finite");
    sheaf_code rc = cJSON_IsObject(v) ? check_keys(v, source, err) : SHEAF_OK;
    for (const cJSON *m = v->child; m && !rc; m = m->next)
        rc = check_tree(m, source, err);
    return rc;
}

sheaf_code json_parse(cJSON **out, text t, const char *source, sheaf_error *err)
{
    t = text_trim(t);
    if (t.n == 0)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "empty; a JSON value is wanted");
    if (memchr(t.p, 0, t.n))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "a NUL byte in the JSON text");
    if (!utf8_valid(t))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "invalid UTF-8");
    sheaf_code rc = scan_source(t, source, err);
    if (rc)
        return rc;
    const char *end = NULL;
    cJSON *v = cJSON_ParseWithLengthOpts(t.p, t.n, &end, false);
    if (!v)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "no valid JSON at byte %zu",
                          end ? (size_t)(end - t.p) : 0);
    if ((size_t)(end - t.p) != t.n)
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source, "bytes after the JSON value at byte %zu",
                        (size_t)(end - t.p));
    if (!rc)
        rc = check_tree(v, source, err);
    if (rc)
        cJSON_Delete(v);
    else
        *out = v;
    return rc;
}

const cJSON *json_get(const cJSON *o, const char *key)
{
    return cJSON_IsObject(o) ? cJSON_GetObjectItemCaseSensitive(o, key) : NULL;
}

/* The member, NULL when absent or null. */
static const cJSON *present(const cJSON *o, const char *key)
{
    const cJSON *v = json_get(o, key);
    return v && !cJSON_IsNull(v) ? v : NULL;
}

static const char *kind_of(const cJSON *v)
{
    return cJSON_IsString(v)   ? "a string"
           : cJSON_IsNumber(v) ? "a number"
           : cJSON_IsBool(v)   ? "a boolean"
           : cJSON_IsArray(v)  ? "an array"
           : cJSON_IsObject(v) ? "an object"
                               : "null";
}

static sheaf_code wrong_kind(const cJSON *v, const char *key, const char *wanted, sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, key, "%s; %s is wanted", kind_of(v), wanted);
}

sheaf_code json_f64(const cJSON *o, const char *key, double *out, double min, double max,
                    sheaf_error *err)
{
    const cJSON *v = present(o, key);
    if (!v)
        return SHEAF_OK;
    if (!cJSON_IsNumber(v))
        return wrong_kind(v, key, "a number", err);
    if (!(v->valuedouble >= min && v->valuedouble <= max))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, key, "%g; %g to %g are possible", v->valuedouble,
                          min, max);
    *out = v->valuedouble;
    return SHEAF_OK;
}

sheaf_code json_i64(const cJSON *o, const char *key, int64_t *out, int64_t min, int64_t max,
                    sheaf_error *err)
{
    const cJSON *v = present(o, key);
    if (!v)
        return SHEAF_OK;
    int64_t i;
    if (cJSON_IsString(v)) { /* integers past 2^53 travel as strings */
        if (!text_to_i64(text_of(v->valuestring), &i))
            return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, key, "\"%.40s\"; an integer is wanted",
                              v->valuestring);
    } else {
        if (!cJSON_IsNumber(v))
            return wrong_kind(v, key, "an integer", err);
        double d = v->valuedouble;
        if (d != floor(d) || fabs(d) > 9007199254740992.0)
            return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, key, "%g; an integer is wanted", d);
        i = (int64_t)d;
    }
    if (i < min || i > max)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, key, "%lld; %lld to %lld are possible",
                          (long long)i, (long long)min, (long long)max);
    *out = i;
    return SHEAF_OK;
}

sheaf_code json_bool(const cJSON *o, const char *key, bool *out, sheaf_error *err)
{
    const cJSON *v = present(o, key);
    if (!v)
        return SHEAF_OK;
    if (!cJSON_IsBool(v))
        return wrong_kind(v, key, "a boolean", err);
    *out = cJSON_IsTrue(v);
    return SHEAF_OK;
}

sheaf_code json_text(const cJSON *o, const char *key, text *out, sheaf_error *err)
{
    const cJSON *v = present(o, key);
    if (!v)
        return SHEAF_OK;
    if (!cJSON_IsString(v))
        return wrong_kind(v, key, "a string", err);
    *out = text_of(v->valuestring);
    return SHEAF_OK;
}

sheaf_code json_array(const cJSON *o, const char *key, const cJSON **out, sheaf_error *err)
{
    const cJSON *v = present(o, key);
    *out = NULL;
    if (v && !cJSON_IsArray(v))
        return wrong_kind(v, key, "an array", err);
    *out = v;
    return SHEAF_OK;
}

bool json_number(const cJSON *v, double *out)
{
    if (cJSON_IsNumber(v))
        *out = v->valuedouble;
    else if (cJSON_IsString(v) && strcmp(v->valuestring, "inf") == 0)
        *out = INFINITY;
    else if (cJSON_IsString(v) && strcmp(v->valuestring, "-inf") == 0)
        *out = -INFINITY;
    else
        return false;
    return true;
}

static sheaf_code required_array(const cJSON *o, const char *key, const cJSON **out,
                                 sheaf_error *err)
{
    sheaf_code rc = json_array(o, key, out, err);
    if (!rc && !*out)
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, key, "absent; an array of numbers is wanted");
    return rc;
}

sheaf_code json_f64s(const cJSON *o, const char *key, double **out, size_t *n, sheaf_error *err)
{
    const cJSON *array;
    sheaf_code rc = required_array(o, key, &array, err);
    if (rc)
        return rc;
    size_t count = (size_t)cJSON_GetArraySize(array), i = 0;
    double *values = alloc_zero(count, sizeof *values);
    if (!values)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, key, "%zu numbers", count);
    for (const cJSON *v = array->child; v; v = v->next, i++) {
        if (!json_number(v, &values[i])) {
            alloc_free(values);
            return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, key, "element %zu is %s; a number is wanted",
                              i, kind_of(v));
        }
    }
    *out = values;
    *n = count;
    return SHEAF_OK;
}

sheaf_code json_i32s(const cJSON *o, const char *key, int32_t **out, size_t *n, sheaf_error *err)
{
    const cJSON *array;
    sheaf_code rc = required_array(o, key, &array, err);
    if (rc)
        return rc;
    size_t count = (size_t)cJSON_GetArraySize(array), i = 0;
    int32_t *values = alloc_zero(count, sizeof *values);
    if (!values)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, key, "%zu numbers", count);
    for (const cJSON *v = array->child; v; v = v->next, i++) {
        double d = cJSON_IsNumber(v) ? v->valuedouble : NAN;
        if (!(d >= INT32_MIN && d <= INT32_MAX && d == floor(d))) {
            alloc_free(values);
            return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, key, "element %zu is no 32-bit integer", i);
        }
        values[i] = (int32_t)d;
    }
    *out = values;
    *n = count;
    return SHEAF_OK;
}
