/* records.c - see records.h. Numbers are written with all their digits: what is read back has
 * the same bits, so a report made after a restart is the report of an uninterrupted run. */
#include "evals/records.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "store/put.h"
#include "store/seal.h"

#define COUNT_MAX 9007199254740992.0 /* 2^53 */
#define CANONICAL_BYTES 8192
#define VOTE_SCHEMA "sheaf.vote/2"

/* ---- writing -------------------------------------------------------------------------------- */

/* `right` NULL: there is nothing to grade by. */
static void put_answer(strbuf *b, const struct grader *g, const char *answer, const bool *right)
{
    char canonical[CANONICAL_BYTES];
    bool known = answer && g->canonical(g->ctx, canonical, sizeof canonical, answer);
    put_str(b, "answer", answer);
    put_str(b, "canonical", known ? canonical : NULL);
    jsonw_key(b, "correct");
    if (right)
        jsonw_bool(b, *right);
    else
        jsonw_null(b);
}

static void put_origin(strbuf *b, const struct record_origin *o)
{
    put_str(b, "schema", VOTE_SCHEMA);
    put_str(b, "run_id", o->run_id);
    put_str(b, "problem", o->problem);
    put_str(b, "gold", o->gold);
    put_str(b, "strategy", o->strategy);
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
    put_u64(b, "decode_rows", r->decode_rows);
    put_f64(b, "decode_steps", r->decode_steps);
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
    put_origin(b, o);
    put_str(b, "rule", v->rule);
    put_answer(b, g, v->answer, o->gold ? &v->score.correct : NULL);
    put_u64(b, "ballots", v->score.ballots);
    put_f64(b, "share", v->share);
    put_u64(b, "window", o->window);
    put_u64(b, "parallel", o->parallel);
    put_run(b, run);
    seal_close(b, from);
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

/* Records of earlier versions have none. */
static bool read_steps(struct score_run *out, const cJSON *o)
{
    size_t rows = 0;
    if (!json_get(o, "decode_rows"))
        return true;
    bool ok = read_count(o, "decode_rows", &rows) &&
              read_f64(o, "decode_steps", &out->decode_steps, COUNT_MAX);
    out->decode_rows = rows;
    return ok;
}

static bool read_run(struct score_run *out, const cJSON *o)
{
    size_t tokens = 0;
    bool ok = read_count(o, "traces", &out->n_traces) && read_count(o, "right", &out->n_right) &&
              read_count(o, "cut", &out->n_cut) && read_count(o, "looped", &out->n_looped) &&
              read_count(o, "length", &out->n_length) &&
              read_count(o, "unfinished", &out->n_unfinished) && read_count(o, "tokens", &tokens) &&
              read_f64(o, "seconds", &out->seconds, COUNT_MAX) && read_steps(out, o) &&
              read_cons(o, out->cons);
    out->tokens = tokens;
    return ok && out->n_right <= out->n_traces;
}

static bool read_scores(struct score_rule *vote, struct score_run *run, const cJSON *o,
                        const char *run_id)
{
    return is_text(o, "schema", VOTE_SCHEMA) && is_text(o, "run_id", run_id) &&
           cJSON_IsBool(json_get(o, "correct")) &&
           json_bool(o, "correct", &vote->correct, NULL) == SHEAF_OK &&
           read_count(o, "ballots", &vote->ballots) && read_run(run, json_get(o, "run"));
}

static bool read_vote(struct score_rule *vote, struct score_run *run, const cJSON *o,
                      const struct record_origin *expected, const char *rule)
{
    return is_text(o, "problem", expected->problem) && is_text(o, "strategy", expected->strategy) &&
           is_text(o, "rule", rule) && read_scores(vote, run, o, expected->run_id);
}

bool record_read_vote(struct score_rule *vote, struct score_run *run, text line,
                      const struct record_origin *expected, const char *rule)
{
    cJSON *o = NULL;
    struct score_rule v = {0};
    struct score_run r = {0};
    bool ok = seal_intact(line) && json_parse(&o, line, "record", NULL) == SHEAF_OK &&
              read_vote(&v, &r, o, expected, rule);
    cJSON_Delete(o);
    if (ok) {
        *vote = v;
        *run = r;
    }
    return ok;
}

/* A string member, copied; NULL when it is none. */
static const char *keep(arena *memory, const cJSON *o, const char *key)
{
    const cJSON *v = json_get(o, key);
    return cJSON_IsString(v) ? arena_strndup(memory, v->valuestring, strlen(v->valuestring)) : NULL;
}

static bool read_line(struct record_line *out, arena *memory, const cJSON *o, const char *run_id)
{
    *out = (struct record_line){.share = NAN};
    if (!read_scores(&out->score, &out->run, o, run_id))
        return false;
    json_f64(o, "share", &out->share, 0, 1, NULL);
    if (!read_count(o, "window", &out->window))
        out->window = 0;
    out->problem = keep(memory, o, "problem");
    out->strategy = keep(memory, o, "strategy");
    out->rule = keep(memory, o, "rule");
    out->gold = keep(memory, o, "gold");
    out->answer = keep(memory, o, "answer");
    return out->problem && out->strategy && out->rule && out->gold &&
           (out->answer || !cJSON_IsString(json_get(o, "answer")));
}

bool record_parse_vote(struct record_line *out, arena *memory, text line, const char *run_id)
{
    cJSON *o = NULL;
    struct record_line l;
    bool ok = seal_intact(line) && json_parse(&o, line, "record", NULL) == SHEAF_OK &&
              read_line(&l, memory, o, run_id);
    cJSON_Delete(o);
    if (ok)
        *out = l;
    return ok;
}
