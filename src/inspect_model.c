/* inspect_model.c - logits and generated text of a model, for the vectors of golden/models: the
 * same numbers must come out however the tokens are cut into steps, forked or batched. */
#include <math.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "src/inspect.h"
#include "src/inspect_env.h"
#include "src/inspect_generate.h"

#define TOKENS_MAX ((int64_t)1 << 20)
#define CHUNK_DEFAULT 128
#define BRANCHES_MAX 256
#define TOP_K 20

static void add_row(strbuf *out, const float *logits, int n_vocab)
{
    jsonw_open(out, '[');
    for (int i = 0; i < n_vocab; i++)
        jsonw_f32(out, logits[i]);
    jsonw_close(out, ']');
}

/* The k largest in falling order by insertion: k is 20. Returns k = min(20, n). */
static int largest(double *top, const float *z, int n)
{
    int k = 0;
    for (int i = 0; i < n; i++) {
        int at = k < TOP_K ? k++ : TOP_K;
        for (; at > 0 && top[at - 1] < (double)z[i]; at--)
            if (at < TOP_K)
                top[at] = top[at - 1];
        if (at < TOP_K)
            top[at] = (double)z[i];
    }
    return k;
}

/* logsumexp(z) - mean of the k largest, in f64. */
static double confidence(const float *z, int n)
{
    double top[TOP_K] = {0}, sum = 0, mean = 0;
    int k = largest(top, z, n);
    for (int i = 0; i < n; i++)
        sum += exp((double)z[i] - top[0]);
    for (int i = 0; i < k; i++)
        mean += top[i] / k;
    return top[0] + log(sum) - mean;
}

/* ---- logits --------------------------------------------------------------------------------- */

struct logits_question {
    int32_t *tokens;
    size_t n;
    double factor; /* of the logits, over what the engine applies */
    int64_t prefill, chunk, from;
};

static sheaf_code read_logits(struct logits_question *q, const cJSON *in, float applied,
                              sheaf_error *err)
{
    sheaf_code rc = json_i32s(in, "tokens", &q->tokens, &q->n, err);
    if (rc)
        return rc;
    if (q->n == 0 || q->n > TOKENS_MAX)
        return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, NULL, "%zu tokens; 1 to %lld wanted", q->n,
                          (long long)TOKENS_MAX);
    q->prefill = (int64_t)q->n;
    q->chunk = q->prefill < CHUNK_DEFAULT ? q->prefill : CHUNK_DEFAULT;
    q->factor = (double)applied;
    rc = json_i64(in, "prefill", &q->prefill, 0, (int64_t)q->n, err);
    if (!rc)
        rc = json_i64(in, "chunk", &q->chunk, 1, TOKENS_MAX, err);
    if (!rc)
        rc = json_i64(in, "logits_start", &q->from, 0, (int64_t)q->n - 1, err);
    if (!rc)
        rc = json_i64(in, "from", &q->from, 0, (int64_t)q->n - 1, err);
    if (!rc)
        rc = json_f64(in, "logit_factor", &q->factor, 1e-6, 1e6, err);
    q->factor /= (double)applied;
    return rc;
}

/* Where the rows go: text of "logits" and, beside it, of "top20_confidence". */
struct rows_out {
    strbuf *logits, confidence;
    int n_vocab;
};

static void add_rows(struct rows_out *o, float *logits, double factor, size_t skip, size_t n)
{
    for (size_t i = skip; i < n; i++) {
        float *row = logits + i * (size_t)o->n_vocab;
        for (int k = 0; k < o->n_vocab; k++)
            row[k] = (float)((double)row[k] * factor);
        add_row(o->logits, row, o->n_vocab);
        jsonw_f64(&o->confidence, confidence(row, o->n_vocab));
    }
}

/* Tokens up to `prefill` go in chunks, the rest one by one. */
static sheaf_code feed(struct rows_out *o, const struct logits_question *q, sheaf_decoder *d,
                       sheaf_session *s, sheaf_error *err)
{
    size_t prefill = (size_t)q->prefill, chunk = (size_t)q->chunk, from = (size_t)q->from;
    for (size_t at = 0; at < q->n;) {
        size_t n = at >= prefill ? 1 : prefill - at < chunk ? prefill - at : chunk;
        bool wanted = at + n > from;
        sheaf_span span = {.session = s, .tokens = q->tokens + at, .n_tokens = n,
                           .want = wanted ? SHEAF_WANT_ALL : SHEAF_WANT_NONE};
        sheaf_code rc = sheaf_decoder_step(d, &span, 1, err);
        if (rc)
            return rc;
        if (wanted)
            add_rows(o, span.logits, q->factor, from > at ? from - at : 0, n);
        at += n;
    }
    return SHEAF_OK;
}

static sheaf_code answer_logits(struct rows_out *o, const struct logits_question *q,
                                sheaf_engine *engine, sheaf_error *err)
{
    sheaf_decoder *d = NULL;
    sheaf_session *s = NULL;
    size_t rows = q->chunk < q->prefill ? (size_t)q->chunk : (size_t)q->prefill;
    rows = rows ? rows : 1;
    sheaf_decoder_options options = {.max_sessions = 1, .max_rows = rows, .max_logits = rows,
                                     .prefix_tokens = q->n, .session_tokens = 1};
    sheaf_code rc = sheaf_decoder_open(&d, engine, &options, err);
    if (!rc)
        rc = sheaf_session_open(&s, d, err);
    if (!rc)
        rc = feed(o, q, d, s, err);
    sheaf_decoder_close(d);
    return rc;
}

static sheaf_model_info info_of(const sheaf_engine *engine)
{
    sheaf_model_info info;
    sheaf_engine_info(engine, &info);
    return info;
}

static sheaf_code inspect_logits(struct inspect_env *env, const cJSON *in, strbuf *out,
                                 sheaf_error *err)
{
    struct logits_question q = {0};
    struct rows_out o = {.logits = out};
    sheaf_engine *engine = NULL;
    sheaf_code rc = inspect_env_engine(env, &engine, err);
    if (!rc)
        rc = read_logits(&q, in, info_of(engine).logit_factor, err);
    if (!rc) {
        o.n_vocab = info_of(engine).n_vocab;
        jsonw_key(out, "logits");
        jsonw_open(out, '[');
        jsonw_open(&o.confidence, '[');
        rc = answer_logits(&o, &q, engine, err);
        jsonw_close(out, ']');
        jsonw_close(&o.confidence, ']');
        jsonw_key(out, "top20_confidence");
        strbuf_text(out, strbuf_view(&o.confidence));
    }
    strbuf_free(&o.confidence);
    alloc_free(q.tokens);
    return rc;
}

/* ---- branch --------------------------------------------------------------------------------- */

struct branch {
    int32_t *tokens;
    size_t n;
    sheaf_session *session;
    strbuf rows;
};

struct branch_question {
    int32_t *prefix;
    size_t n_prefix, n, longest;
    struct branch branches[BRANCHES_MAX];
};

static sheaf_code read_branches(struct branch_question *q, const cJSON *in, sheaf_error *err)
{
    const cJSON *list = NULL, *item;
    sheaf_code rc = json_i32s(in, "prefix", &q->prefix, &q->n_prefix, err);
    if (!rc)
        rc = json_array(in, "branches", &list, err);
    if (rc)
        return rc;
    if (!list || q->n_prefix == 0 || cJSON_GetArraySize(list) > BRANCHES_MAX)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, NULL,
                          "a prefix and up to %d \"branches\" wanted", BRANCHES_MAX);
    cJSON_ArrayForEach(item, list)
    {
        struct branch *b = &q->branches[q->n++];
        rc = json_i32s(item, "tokens", &b->tokens, &b->n, err);
        if (rc)
            return rc;
        q->longest = b->n > q->longest ? b->n : q->longest;
    }
    return SHEAF_OK;
}

/* Step i feeds token i of every branch that has one, all in one batch. */
static sheaf_code step_branches(struct branch_question *q, size_t i, sheaf_decoder *d, int n_vocab,
                                sheaf_error *err)
{
    sheaf_span spans[BRANCHES_MAX];
    struct branch *owners[BRANCHES_MAX];
    size_t n = 0;
    for (size_t k = 0; k < q->n; k++) {
        struct branch *b = &q->branches[k];
        if (i >= b->n)
            continue;
        owners[n] = b;
        spans[n++] = (sheaf_span){.session = b->session, .tokens = b->tokens + i, .n_tokens = 1,
                                  .want = SHEAF_WANT_LAST};
    }
    sheaf_code rc = sheaf_decoder_step(d, spans, n, err);
    for (size_t k = 0; k < n && !rc; k++)
        add_row(&owners[k]->rows, spans[k].logits, n_vocab);
    return rc;
}

static sheaf_code run_branches(struct branch_question *q, strbuf *out, sheaf_engine *engine,
                               sheaf_error *err)
{
    int n_vocab = info_of(engine).n_vocab;
    float *logits = NULL;
    sheaf_decoder *d = NULL;
    sheaf_session *prefix = NULL;
    sheaf_decoder_options options = {.max_sessions = q->n + 1, .prefix_tokens = q->n_prefix,
                                     .session_tokens = q->longest + 1};
    sheaf_code rc = sheaf_decoder_open(&d, engine, &options, err);
    if (!rc)
        rc = sheaf_session_open(&prefix, d, err);
    if (!rc)
        rc = sheaf_session_prefill(prefix, q->prefix, q->n_prefix, &logits, err);
    if (!rc) {
        jsonw_key(out, "prefix_last_logits");
        add_row(out, logits, n_vocab);
    }
    for (size_t k = 0; k < q->n && !rc; k++)
        rc = sheaf_session_fork(&q->branches[k].session, prefix, err);
    for (size_t i = 0; i < q->longest && !rc; i++)
        rc = step_branches(q, i, d, n_vocab, err);
    sheaf_decoder_close(d);
    return rc;
}

static void add_branches(strbuf *out, const struct branch_question *q)
{
    jsonw_key(out, "branches");
    jsonw_open(out, '[');
    for (size_t k = 0; k < q->n; k++) {
        jsonw_open(out, '{');
        jsonw_key(out, "logits");
        jsonw_open(out, '[');
        strbuf_text(out, strbuf_view(&q->branches[k].rows));
        jsonw_close(out, ']');
        jsonw_close(out, '}');
    }
    jsonw_close(out, ']');
}

static sheaf_code inspect_branch(struct inspect_env *env, const cJSON *in, strbuf *out,
                                 sheaf_error *err)
{
    struct branch_question *q = alloc_zero(1, sizeof *q);
    sheaf_engine *engine = NULL;
    if (!q)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, NULL, "no memory");
    sheaf_code rc = inspect_env_engine(env, &engine, err);
    if (!rc)
        rc = read_branches(q, in, err);
    if (!rc)
        rc = run_branches(q, out, engine, err);
    if (!rc)
        add_branches(out, q);
    for (size_t k = 0; k < q->n; k++) {
        alloc_free(q->branches[k].tokens);
        strbuf_free(&q->branches[k].rows);
    }
    alloc_free(q->prefix);
    alloc_free(q);
    return rc;
}

const struct inspect_entry inspect_model[] = {
    {"logits", inspect_logits,
     "tokens, prefill, chunk, from, logit_factor -> logits, top20_confidence"},
    {"branch", inspect_branch,
     "prefix, branches[{tokens}] -> prefix_last_logits, branches[{logits}]"},
    {"generate", inspect_generate,
     "tokens or messages, seed, trace, n_predict, temperature, top_k, top_p, min_p, batch_mates -> "
     "ids, text, confidence, finish"},
    {NULL, NULL, NULL}};
