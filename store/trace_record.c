/* trace_record.c - see trace_record.h. Numbers are written with all their digits: what is read back
 * has the same bits. */
#include "store/trace_record.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "store/frame.h"
#include "store/put.h"
#include "store/seal.h"

#define SUBSTITUTE '\x1a'
#define COUNT_MAX 9007199254740992.0 /* 2^53 */

/* ---- writing -------------------------------------------------------------------------------- */

static void put_origin(strbuf *b, const struct trace_record *r)
{
    put_str(b, "schema", TRACE_SCHEMA);
    put_str(b, "run_id", r->run_id);
    put_str(b, "task", r->task);
    put_str(b, "doc_id", r->problem);
    put_hash(b, "doc_hash", r->doc_hash);
    put_str(b, "gold", r->gold);
    put_str(b, "strategy", r->strategy);
    put_u64(b, "trace", r->id);
    put_u64(b, "seed", r->seed);
    put_hash(b, "model_hash", r->model_hash);
    put_hash(b, "prompt_hash", r->prompt_hash);
}

static void put_outcome(strbuf *b, const struct trace_record *r)
{
    put_str(b, "status", sheaf_finish_name(r->finish));
    put_u64(b, "n_tokens", r->n_tokens);
    if (r->n_probe_tokens) {
        put_u64(b, "n_probes", r->n_probes);
        put_u64(b, "n_probe_tokens", r->n_probe_tokens);
    }
    put_str(b, "answer_raw", r->answer);
    put_str(b, "answer_norm", r->canonical);
    jsonw_key(b, "correct");
    if (r->verdict == TRACE_UNGRADED)
        jsonw_null(b);
    else
        jsonw_bool(b, r->verdict == TRACE_RIGHT);
}

static void put_confidences(strbuf *b, const struct trace_record *r)
{
    jsonw_key(b, "conf");
    jsonw_open(b, '{');
    put_f32(b, "mean", r->mean);
    put_f32(b, "tail", r->tail);
    put_f32(b, "bottom10", r->window ? r->bottom10 : NAN);
    put_f32(b, "lowest", r->window ? r->lowest : NAN);
    put_f32(b, "self_certainty", r->self_certainty);
    jsonw_close(b, '}');
    put_u64(b, "window", r->window);
    put_u64(b, "topk", SHEAF_CONFIDENCE_TOPK);
}

static void put_frame(strbuf *b, const struct frame_ref *f)
{
    jsonw_key(b, "tokens");
    jsonw_open(b, '{');
    put_u64(b, "at", f->at);
    put_u64(b, "bytes", f->bytes);
    put_hash(b, "xxh3", f->hash);
    jsonw_close(b, '}');
}

/* One byte for one byte: what each token adds to the text stays true. */
static void put_body(strbuf *b, text body)
{
    strbuf clean = {0};
    strbuf_text(&clean, body);
    for (size_t i = 0; i < clean.n; i++)
        if (clean.p[i] == '\0')
            clean.p[i] = SUBSTITUTE;
    jsonw_key(b, "text");
    jsonw_text(b, strbuf_view(&clean));
    b->failed = b->failed || clean.failed;
    strbuf_free(&clean);
}

void trace_record_write(strbuf *b, const struct trace_record *r)
{
    size_t from = b->n;
    jsonw_open(b, '{');
    put_origin(b, r);
    put_outcome(b, r);
    put_confidences(b, r);
    put_f64(b, "start_s", r->start_s);
    put_f64(b, "end_s", r->end_s);
    put_frame(b, &r->frame);
    put_body(b, r->body);
    seal_close(b, from);
}

/* `,"tokens":{"at":` is in no string, where quotes have a backslash. */
bool trace_record_move(strbuf *b, text line, uint64_t frame_at)
{
    static const char mark[] = ",\"tokens\":{\"at\":";
    size_t from = b->n, start = text_find(line, TEXT(mark));
    size_t seal = text_rfind(line, TEXT(",\"xxh3\":\""));
    if (start == SIZE_MAX || seal == SIZE_MAX || seal < start)
        return false;
    start += sizeof mark - 1;
    size_t end = start;
    while (end < seal && line.p[end] >= '0' && line.p[end] <= '9')
        end++;
    strbuf_text(b, text_slice(line, 0, start));
    strbuf_printf(b, "%" PRIu64, frame_at);
    strbuf_text(b, text_slice(line, end, seal - end));
    seal_close(b, from);
    return true;
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool read_count(const cJSON *o, const char *key, uint64_t *out, double max)
{
    double value = 0;
    bool ok = json_get(o, key) && json_f64(o, key, &value, 0, max, NULL) == SHEAF_OK;
    *out = (uint64_t)value;
    return ok;
}

/* Null and absent: `none`. */
static bool read_real(const cJSON *o, const char *key, double *out, double none)
{
    const cJSON *v = json_get(o, key);
    *out = none;
    return !v || cJSON_IsNull(v) || json_number(v, out);
}

static bool read_float(const cJSON *o, const char *key, float *out)
{
    double value;
    bool ok = read_real(o, key, &value, (double)NAN);
    *out = (float)value;
    return ok;
}

static bool read_hash(const cJSON *o, const char *key, uint64_t *out)
{
    const cJSON *v = json_get(o, key);
    *out = 0;
    if (!cJSON_IsString(v) || strlen(v->valuestring) != PUT_HASH_DIGITS)
        return false;
    for (const char *c = v->valuestring; *c; c++) {
        const char *digit = strchr("0123456789abcdef", *c);
        if (!digit)
            return false;
        *out = *out << 4 | (uint64_t)(digit - "0123456789abcdef");
    }
    return true;
}

/* A string, copied; `optional` ones may be null. */
static bool read_str(const cJSON *o, const char *key, const char **out, arena *memory,
                     bool optional)
{
    const cJSON *v = json_get(o, key);
    *out = NULL;
    if (optional && (!v || cJSON_IsNull(v)))
        return true;
    if (!cJSON_IsString(v))
        return false;
    *out = arena_strndup(memory, v->valuestring, strlen(v->valuestring));
    return *out != NULL;
}

bool trace_finish_parse(enum sheaf_finish *out, const char *name)
{
    for (int f = SHEAF_FINISH_STOP; f <= SHEAF_FINISH_PROBE; f++)
        if (strcmp(name, sheaf_finish_name((enum sheaf_finish)f)) == 0) {
            *out = (enum sheaf_finish)f;
            return true;
        }
    return false;
}

bool trace_finish_whole(enum sheaf_finish f)
{
    return sheaf_finish_answers(f) || f == SHEAF_FINISH_LOOP;
}

static bool read_finish(const cJSON *o, enum sheaf_finish *out)
{
    const cJSON *v = json_get(o, "status");
    return cJSON_IsString(v) && trace_finish_parse(out, v->valuestring);
}

static bool read_verdict(const cJSON *o, enum trace_verdict *out)
{
    const cJSON *v = json_get(o, "correct");
    *out = cJSON_IsTrue(v) ? TRACE_RIGHT : cJSON_IsFalse(v) ? TRACE_WRONG : TRACE_UNGRADED;
    return !v || cJSON_IsBool(v) || cJSON_IsNull(v);
}

static bool read_origin(struct trace_record *r, const cJSON *o, arena *memory)
{
    uint64_t id = 0;
    bool ok = read_str(o, "run_id", &r->run_id, memory, false) &&
              read_str(o, "doc_id", &r->problem, memory, false) &&
              read_str(o, "strategy", &r->strategy, memory, false) &&
              read_str(o, "gold", &r->gold, memory, true) &&
              read_count(o, "trace", &id, UINT32_MAX);
    r->id = (uint32_t)id;
    return ok;
}

static bool read_probes(struct trace_record *r, const cJSON *o)
{
    uint64_t n = 0, n_tokens = 0;
    if (!json_get(o, "n_probe_tokens"))
        return true;
    bool ok = read_count(o, "n_probes", &n, (double)FRAME_TOKENS_MAX) &&
              read_count(o, "n_probe_tokens", &n_tokens, COUNT_MAX);
    r->n_probes = (size_t)n;
    r->n_probe_tokens = (size_t)n_tokens;
    return ok;
}

static bool read_confidences(struct trace_record *r, const cJSON *o)
{
    return cJSON_IsObject(o) && read_float(o, "mean", &r->mean) &&
           read_float(o, "tail", &r->tail) && read_float(o, "bottom10", &r->bottom10) &&
           read_float(o, "lowest", &r->lowest) &&
           read_float(o, "self_certainty", &r->self_certainty);
}

static bool read_outcome(struct trace_record *r, const cJSON *o, arena *memory)
{
    uint64_t n = 0, window = 0;
    bool ok = read_finish(o, &r->finish) &&
              read_count(o, "n_tokens", &n, (double)FRAME_TOKENS_MAX) && read_probes(r, o) &&
              read_str(o, "answer_raw", &r->answer, memory, true) &&
              read_str(o, "answer_norm", &r->canonical, memory, true) &&
              read_verdict(o, &r->verdict) && read_confidences(r, json_get(o, "conf")) &&
              read_count(o, "window", &window, (double)FRAME_TOKENS_MAX) &&
              read_real(o, "start_s", &r->start_s, 0) && read_real(o, "end_s", &r->end_s, 0);
    r->n_tokens = (size_t)n;
    r->window = (size_t)window;
    return ok;
}

static bool read_frame(struct frame_ref *f, const cJSON *o)
{
    const cJSON *tokens = json_get(o, "tokens");
    return read_count(tokens, "at", &f->at, COUNT_MAX) &&
           read_count(tokens, "bytes", &f->bytes, COUNT_MAX) && read_hash(tokens, "xxh3", &f->hash);
}

static bool read_all(struct trace_record *r, const cJSON *o, arena *memory, bool with_body)
{
    const cJSON *schema = json_get(o, "schema");
    const char *body = NULL;
    bool ok = cJSON_IsString(schema) && strcmp(schema->valuestring, TRACE_SCHEMA) == 0 &&
              read_origin(r, o, memory) && read_outcome(r, o, memory) &&
              read_frame(&r->frame, o) &&
              (!with_body || read_str(o, "text", &body, memory, false));
    if (ok && body)
        r->body = text_of(body);
    return ok;
}

bool trace_record_read(struct trace_record *out, arena *memory, text line, bool with_body)
{
    cJSON *o = NULL;
    struct trace_record r = {0};
    bool ok = seal_intact(line) && json_parse(&o, line, "record", NULL) == SHEAF_OK &&
              read_all(&r, o, memory, with_body);
    cJSON_Delete(o);
    if (ok)
        *out = r;
    return ok;
}
