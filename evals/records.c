/* records.c - see records.h. Numbers are written with all their digits: what is read back has
 * the same bits, so a report made after a restart is the report of an uninterrupted run. */
#include "evals/records.h"

#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/json.h"
#include "evals/put.h"

#define COUNT_MAX 9007199254740992.0 /* 2^53 */
#define CANONICAL_BYTES 8192

static const char seal_start[] = ",\"xxh3\":\"";

/* ---- the seal ------------------------------------------------------------------------------- */

/* Ends the object that was opened at byte `from`. */
static void seal(strbuf *b, size_t from)
{
    char hash[PUT_HASH_DIGITS + 1];
    if (b->failed)
        return;
    put_hex(hash, hash_bytes(b->p + from, b->n - from, 0));
    strbuf_str(b, seal_start);
    strbuf_str(b, hash);
    strbuf_str(b, "\"}\n");
}

bool record_intact(text line)
{
    char hash[PUT_HASH_DIGITS + 1];
    const size_t start = sizeof seal_start - 1, size = start + PUT_HASH_DIGITS + 2;
    if (line.n < size)
        return false;
    text body = text_slice(line, 0, line.n - size), end = text_slice(line, body.n, size);
    put_hex(hash, hash_bytes(body.p, body.n, 0));
    return text_starts(end, TEXT(seal_start)) && text_ends(end, TEXT("\"}")) &&
           memcmp(end.p + start, hash, PUT_HASH_DIGITS) == 0;
}

/* ---- writing -------------------------------------------------------------------------------- */

static void put_answer(strbuf *b, const struct grader *g, const char *answer, bool right)
{
    char canonical[CANONICAL_BYTES];
    bool known = answer && g->canonical(g->ctx, canonical, sizeof canonical, answer);
    put_str(b, "answer", answer);
    put_str(b, "canonical", known ? canonical : NULL);
    put_bool(b, "correct", right);
}

static void put_origin(strbuf *b, const struct record_origin *o, const char *schema)
{
    put_str(b, "schema", schema);
    put_str(b, "run_id", o->run_id);
    put_str(b, "problem", o->problem);
    put_str(b, "gold", o->gold);
    put_str(b, "strategy", o->strategy);
}

static void put_confidences(strbuf *b, const sheaf_trace *t, size_t window)
{
    put_f32(b, "mean", t->mean);
    put_f32(b, "tail", t->tail);
    put_f32(b, "bottom10", t->bottom10);
    put_f32(b, "lowest", t->lgc);
    put_f32(b, "self_certainty", t->self_certainty);
    put_u64(b, "window", window);
}

void record_trace(strbuf *b, const struct record_origin *o, const struct grader *g,
                  const sheaf_trace *t, bool right)
{
    size_t from = b->n;
    jsonw_open(b, '{');
    put_origin(b, o, "sheaf.trace/1");
    put_u64(b, "trace", t->id);
    put_u64(b, "seed", o->seed);
    put_hash(b, "model_hash", o->model_hash);
    put_hash(b, "prompt_hash", o->prompt_hash);
    put_str(b, "finish", sheaf_finish_name(t->finish));
    put_u64(b, "n_tokens", t->n_tokens);
    put_answer(b, g, t->answer, right);
    put_bool(b, "votes", t->votes);
    put_f64(b, "weight", t->weight);
    put_confidences(b, t, o->window);
    put_u64(b, "overshoot", t->overshoot);
    put_f64(b, "start_s", t->start_s);
    put_f64(b, "end_s", t->end_s);
    jsonw_key(b, "text");
    jsonw_text(b, (text){t->text ? t->text : "", t->text_len});
    seal(b, from);
}

static void put_run(strbuf *b, const struct score_run *r)
{
    jsonw_key(b, "run");
    jsonw_open(b, '{');
    put_u64(b, "traces", r->n_traces);
    put_u64(b, "right", r->n_right);
    put_u64(b, "cut", r->n_cut);
    put_u64(b, "looped", r->n_looped);
    put_u64(b, "length", r->n_length);
    put_u64(b, "unfinished", r->n_unfinished);
    put_u64(b, "tokens", r->tokens);
    put_f64(b, "seconds", r->seconds);
    jsonw_key(b, "cons");
    jsonw_open(b, '[');
    for (size_t i = 0; i < SCORE_POINTS_MAX; i++)
        jsonw_f64(b, r->cons[i]);
    jsonw_close(b, ']');
    jsonw_close(b, '}');
}

void record_vote(strbuf *b, const struct record_origin *o, const struct grader *g,
                 const struct record_vote *v, const struct score_run *run)
{
    size_t from = b->n;
    jsonw_open(b, '{');
    put_origin(b, o, "sheaf.vote/1");
    put_str(b, "rule", v->rule);
    put_answer(b, g, v->answer, v->score.correct);
    put_u64(b, "ballots", v->score.ballots);
    put_f64(b, "share", v->share);
    put_run(b, run);
    seal(b, from);
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool is_text(const cJSON *o, const char *key, const char *wanted)
{
    const cJSON *v = json_get(o, key);
    return cJSON_IsString(v) && strcmp(v->valuestring, wanted) == 0;
}

static bool read_f64(const cJSON *o, const char *key, double *out, double max)
{
    return json_get(o, key) && json_f64(o, key, out, 0, max, NULL) == SHEAF_OK;
}

static bool read_count(const cJSON *o, const char *key, size_t *out)
{
    double value = 0;
    bool ok = read_f64(o, key, &value, COUNT_MAX);
    *out = (size_t)value;
    return ok;
}

static bool read_cons(const cJSON *o, double *cons)
{
    double *values = NULL;
    size_t n = 0;
    bool ok = json_f64s(o, "cons", &values, &n, NULL) == SHEAF_OK && n == SCORE_POINTS_MAX;
    if (ok)
        memcpy(cons, values, n * sizeof *cons);
    alloc_free(values);
    return ok;
}

static bool read_run(struct score_run *out, const cJSON *o)
{
    size_t tokens = 0;
    bool ok = read_count(o, "traces", &out->n_traces) && read_count(o, "right", &out->n_right) &&
              read_count(o, "cut", &out->n_cut) && read_count(o, "looped", &out->n_looped) &&
              read_count(o, "length", &out->n_length) &&
              read_count(o, "unfinished", &out->n_unfinished) && read_count(o, "tokens", &tokens) &&
              read_f64(o, "seconds", &out->seconds, COUNT_MAX) && read_cons(o, out->cons);
    out->tokens = tokens;
    return ok && out->n_right <= out->n_traces;
}

static bool read_vote(struct score_rule *vote, struct score_run *run, const cJSON *o,
                      const struct record_origin *expected, const char *rule)
{
    return is_text(o, "schema", "sheaf.vote/1") && is_text(o, "run_id", expected->run_id) &&
           is_text(o, "problem", expected->problem) && is_text(o, "strategy", expected->strategy) &&
           is_text(o, "rule", rule) && cJSON_IsBool(json_get(o, "correct")) &&
           json_bool(o, "correct", &vote->correct, NULL) == SHEAF_OK &&
           read_count(o, "ballots", &vote->ballots) && read_run(run, json_get(o, "run"));
}

bool record_read_vote(struct score_rule *vote, struct score_run *run, text line,
                      const struct record_origin *expected, const char *rule)
{
    cJSON *o = NULL;
    struct score_rule v = {0};
    struct score_run r = {0};
    bool ok = record_intact(line) && json_parse(&o, line, "record", NULL) == SHEAF_OK &&
              read_vote(&v, &r, o, expected, rule);
    cJSON_Delete(o);
    if (ok) {
        *vote = v;
        *run = r;
    }
    return ok;
}
