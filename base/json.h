/* json.h - strict JSON: cJSON for reading with the guards it lacks, a small writer for output.
 *
 * Guards: nothing may follow the value, numbers are finite, strings are valid UTF-8 and hold no
 * NUL, object keys are unique and compared with case, nesting at most JSON_MAX_DEPTH. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <cjson/cJSON.h>
#include <sheaf/error.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define JSON_MAX_DEPTH 64

/* Parses one JSON value. Errors: FORMAT with the reason, NOMEM. Release with cJSON_Delete. */
sheaf_code json_parse(cJSON **out, text t, const char *source, sheaf_error *err);

/* The value of a number, or of an infinity written as "inf" or "-inf"; false for anything else. */
bool json_number(const cJSON *v, double *out);

/* Member of an object (case-sensitive), or NULL when absent or `o` is no object. */
const cJSON *json_get(const cJSON *o, const char *key);

/* Typed members. Absent: `*out` keeps its value (the caller's default) and SHEAF_OK. Present with
 * another type or out of range: FORMAT, naming key, value seen and value wanted. Null counts as
 * absent. */
sheaf_code json_i64(const cJSON *o, const char *key, int64_t *out, int64_t min, int64_t max,
                    sheaf_error *err);
sheaf_code json_f64(const cJSON *o, const char *key, double *out, double min, double max,
                    sheaf_error *err);
sheaf_code json_bool(const cJSON *o, const char *key, bool *out, sheaf_error *err);
/* A borrowed string, valid while `o` lives. */
sheaf_code json_text(const cJSON *o, const char *key, text *out, sheaf_error *err);
/* An array member; absent gives NULL and SHEAF_OK. */
sheaf_code json_array(const cJSON *o, const char *key, const cJSON **out, sheaf_error *err);

/* Copies an array of numbers ("inf", "-inf" accepted as strings) into a new array [*n]; release
 * with alloc_free. Absent: FORMAT. */
sheaf_code json_f64s(const cJSON *o, const char *key, double **out, size_t *n, sheaf_error *err);
sheaf_code json_i32s(const cJSON *o, const char *key, int32_t **out, size_t *n, sheaf_error *err);

/* Writer. Values append to a strbuf; commas are placed by looking at the last byte, so that calls
 * simply follow each other:
 *     jsonw_open(b, '{'); jsonw_key(b, "n"); jsonw_i64(b, 3); jsonw_close(b, '}'); */
void jsonw_open(strbuf *b, char bracket); /* '{' or '[' */
void jsonw_close(strbuf *b, char bracket); /* '}' or ']' */
void jsonw_key(strbuf *b, const char *key);
void jsonw_text(strbuf *b, text t); /* escapes; invalid UTF-8 becomes U+FFFD */
void jsonw_str(strbuf *b, const char *s);
void jsonw_i64(strbuf *b, int64_t v);
void jsonw_u64(strbuf *b, uint64_t v);
void jsonw_f64(strbuf *b, double v); /* %.17g; not finite: "inf", "-inf", "nan" as strings */
void jsonw_f32(strbuf *b, float v);  /* %.9g, likewise */
void jsonw_bool(strbuf *b, bool v);
void jsonw_null(strbuf *b);
void jsonw_i32s(strbuf *b, const int32_t *v, size_t n); /* as an array */

#endif
