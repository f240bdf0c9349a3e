/* inspect_generate.c - one trace, alone or among batch-mates: the same bits are expected either
 * way. */
#include "src/inspect_generate.h"

#include <sheaf/tts.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "src/inspect_env.h"

#define MATES_MAX 1023
#define PREDICT_MAX ((int64_t)1 << 20)
#define MESSAGES_MAX 1024

struct question {
    int32_t *tokens;
    size_t n;
    int64_t seed, trace, n_predict, mates;
    sheaf_sampling sampling;
};

struct run {
    sheaf_engine *engine;
    sheaf_decoder *decoder;
    size_t n;          /* live traces; ours is the first */
    sheaf_span *spans; /* [n] */
    sheaf_draw *draws; /* [n] */
    int32_t *ids;      /* [n_predict] of our trace */
    float *confidence; /* [n_predict] */
    size_t n_ids;
    bool stopped;
};

static sheaf_code read_f32(const cJSON *in, const char *key, float *out, double max,
                           sheaf_error *err)
{
    double v = (double)*out;
    sheaf_code rc = json_f64(in, key, &v, 0, max, err);
    *out = (float)v;
    return rc;
}

static sheaf_code read_sampling(sheaf_sampling *s, const cJSON *in, sheaf_error *err)
{
    int64_t top_k = s->top_k;
    sheaf_code rc = read_f32(in, "temperature", &s->temperature, 100, err);
    if (!rc)
        rc = json_i64(in, "top_k", &top_k, 0, INT32_MAX, err);
    if (!rc)
        rc = read_f32(in, "top_p", &s->top_p, 1, err);
    if (!rc)
        rc = read_f32(in, "min_p", &s->min_p, 1, err);
    s->top_k = (int)top_k;
    return rc;
}

static sheaf_code read_message(sheaf_message *m, const cJSON *item, sheaf_error *err)
{
    text role = {0}, content = {0};
    sheaf_code rc = json_text(item, "role", &role, err);
    if (!rc)
        rc = json_text(item, "content", &content, err);
    if (!rc && (!role.p || !content.p))
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, NULL, "a message has \"role\" and \"content\"");
    *m = (sheaf_message){role.p, content.p};
    return rc;
}

static sheaf_code read_messages(struct question *q, const cJSON *in, const sheaf_engine *engine,
                                sheaf_error *err)
{
    const cJSON *list = NULL, *item;
    size_t n = 0;
    bool thinking = false, given = json_get(in, "thinking") != NULL;
    sheaf_code rc = json_array(in, "messages", &list, err);
    if (!rc)
        rc = json_bool(in, "thinking", &thinking, err);
    if (rc)
        return rc;
    if (!list || cJSON_GetArraySize(list) > MESSAGES_MAX)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, NULL, "\"tokens\" or up to %d \"messages\" wanted",
                          MESSAGES_MAX);
    sheaf_message *messages = alloc_zero((size_t)cJSON_GetArraySize(list), sizeof *messages);
    if (!messages)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, NULL, "no memory");
    cJSON_ArrayForEach(item, list)
        if (!rc)
            rc = read_message(&messages[n++], item, err);
    if (!rc)
        rc =
            sheaf_engine_prompt(engine, &q->tokens, &q->n, messages, n, given ? thinking : -1, err);
    alloc_free(messages);
    return rc;
}

static sheaf_code read_question(struct question *q, const cJSON *in, const sheaf_engine *engine,
                                sheaf_error *err)
{
    sheaf_code rc = json_get(in, "tokens") ? json_i32s(in, "tokens", &q->tokens, &q->n, err)
                                           : read_messages(q, in, engine, err);
    if (!rc && q->n == 0)
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, NULL, "no tokens; at least one wanted");
    if (!rc)
        rc = json_i64(in, "seed", &q->seed, 0, INT64_MAX, err);
    if (!rc)
        rc = json_i64(in, "trace", &q->trace, 0, UINT32_MAX, err);
    if (!rc)
        rc = json_i64(in, "n_predict", &q->n_predict, 1, PREDICT_MAX, err);
    if (!rc)
        rc = json_i64(in, "batch_mates", &q->mates, 0, MATES_MAX, err);
    return rc ? rc : read_sampling(&q->sampling, in, err);
}

static sheaf_code open_run(struct run *r, const struct question *q, sheaf_error *err)
{
    sheaf_decoder_options o = {.max_sessions = (size_t)q->mates + 2, .prefix_tokens = q->n,
                               .session_tokens = (size_t)q->n_predict};
    r->n = (size_t)q->mates + 1;
    r->spans = alloc_zero(r->n, sizeof *r->spans);
    r->draws = alloc_zero(r->n, sizeof *r->draws);
    r->ids = alloc_zero((size_t)q->n_predict, sizeof *r->ids);
    r->confidence = alloc_zero((size_t)q->n_predict, sizeof *r->confidence);
    if (!r->spans || !r->draws || !r->ids || !r->confidence)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, NULL, "no memory for %lld tokens",
                          (long long)q->n_predict);
    return sheaf_decoder_open(&r->decoder, r->engine, &o, err);
}

/* Forks the prompt; all first tokens are drawn from its one row of logits. */
static sheaf_code begin(struct run *r, const struct question *q, sheaf_error *err)
{
    sheaf_session *prefix = NULL;
    float *logits = NULL;
    sheaf_code rc = sheaf_session_open(&prefix, r->decoder, err);
    if (!rc)
        rc = sheaf_session_prefill(prefix, q->tokens, q->n, &logits, err);
    for (size_t i = 0; i < r->n && !rc; i++) {
        r->draws[i] = (sheaf_draw){.logits = logits, .seed = (uint64_t)q->seed,
                                   .trace = (uint64_t)q->trace + i, .sampling = q->sampling};
        rc = sheaf_decoder_draw(r->decoder, &r->draws[i], 1, err);
        if (!rc)
            rc = sheaf_session_fork(&r->spans[i].session, prefix, err);
    }
    return rc;
}

/* Mates that ended leave the batch: the place of each goes to the last. */
static void drop_ended(struct run *r)
{
    for (size_t i = 1; i < r->n;) {
        if (!sheaf_engine_is_end(r->engine, r->draws[i].token)) {
            i++;
            continue;
        }
        sheaf_session_close(r->spans[i].session);
        r->n--;
        r->spans[i] = r->spans[r->n];
        r->draws[i] = r->draws[r->n];
    }
}

static sheaf_code step(struct run *r, sheaf_error *err)
{
    for (size_t i = 0; i < r->n; i++) {
        r->spans[i].tokens = &r->draws[i].token;
        r->spans[i].n_tokens = 1;
        r->spans[i].want = SHEAF_WANT_LAST;
    }
    sheaf_code rc = sheaf_decoder_step(r->decoder, r->spans, r->n, err);
    for (size_t i = 0; i < r->n && !rc; i++) {
        r->draws[i].logits = r->spans[i].logits;
        r->draws[i].position++;
    }
    return rc ? rc : sheaf_decoder_draw(r->decoder, r->draws, r->n, err);
}

static sheaf_code generate(struct run *r, const struct question *q, sheaf_error *err)
{
    sheaf_code rc = begin(r, q, err);
    while (!rc) {
        r->stopped = sheaf_engine_is_end(r->engine, r->draws[0].token);
        if (r->stopped)
            break;
        r->ids[r->n_ids] = r->draws[0].token;
        r->confidence[r->n_ids++] = r->draws[0].confidence;
        if (r->n_ids == (size_t)q->n_predict)
            break;
        drop_ended(r);
        rc = step(r, err);
    }
    return rc;
}

static sheaf_code add_answer(strbuf *out, const struct run *r, sheaf_error *err)
{
    char *s = NULL;
    size_t len = 0;
    sheaf_code rc = sheaf_engine_detokenize(r->engine, &s, &len, r->ids, r->n_ids, err);
    if (rc)
        return rc;
    jsonw_key(out, "ids");
    jsonw_i32s(out, r->ids, r->n_ids);
    jsonw_key(out, "text");
    jsonw_text(out, (text){s, len});
    jsonw_key(out, "confidence");
    jsonw_open(out, '[');
    for (size_t i = 0; i < r->n_ids; i++)
        jsonw_f32(out, r->confidence[i]);
    jsonw_close(out, ']');
    jsonw_key(out, "finish");
    jsonw_str(out, sheaf_finish_name(r->stopped ? SHEAF_FINISH_STOP : SHEAF_FINISH_LENGTH));
    sheaf_free(s);
    return SHEAF_OK;
}

sheaf_code inspect_generate(struct inspect_env *env, const cJSON *in, strbuf *out, sheaf_error *err)
{
    struct question q = {.n_predict = 64, .sampling = sheaf_solve_defaults().sampling};
    struct run r = {0};
    sheaf_code rc = inspect_env_engine(env, &r.engine, err);
    if (!rc)
        rc = read_question(&q, in, r.engine, err);
    if (!rc)
        rc = open_run(&r, &q, err);
    if (!rc)
        rc = generate(&r, &q, err);
    if (!rc)
        rc = add_answer(out, &r, err);
    sheaf_decoder_close(r.decoder);
    alloc_free(r.spans);
    alloc_free(r.draws);
    alloc_free(r.ids);
    alloc_free(r.confidence);
    sheaf_free(q.tokens);
    return rc;
}
