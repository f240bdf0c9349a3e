/* inspect_conf.c - `sheaf inspect`: logits, filters, confidence statistics, threshold and the
 * serial DeepConf rule. Fields as in golden/sampling. */
#include <math.h>

#include "base/fail.h"
#include "engine/sample_ref.h"
#include "src/inspect_job.h"
#include "tts/confidence.h"
#include "tts/replay.h"
#include "tts/threshold.h"

#define COUNT_MAX ((size_t)1 << 40)

/* ---- logits ---- */

static sheaf_code read_logits(struct job *j, float **logits, struct sample_survivor **scratch,
                              size_t *n)
{
    sheaf_code rc = job_f32s(j, j->in, "logits", logits, n);
    if (rc)
        return rc;
    if (*n == 0)
        return SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, "logits", "empty");
    *scratch = job_take(j, *n, sizeof **scratch);
    return *scratch ? SHEAF_OK : SHEAF_ERR_NOMEM;
}

static void put_confidences(struct job *j, const float *logits, struct sample_survivor *scratch,
                            size_t n)
{
    static const struct {
        const char *key;
        size_t k;
    } sizes[] = {{"conf_k5", 5}, {"conf_k20", 20}, {"conf_k1", 1}, {"conf_kV", SIZE_MAX},
                 {"conf_k2000", 2000}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        job_put_f64(j, sizes[i].key, sample_confidence(scratch, logits, n, sizes[i].k));
}

static sheaf_code logits_stats(struct job *j)
{
    struct sample_survivor *scratch = NULL;
    float *logits = NULL;
    size_t n;
    sheaf_code rc = read_logits(j, &logits, &scratch, &n);
    if (rc)
        return rc;
    struct sample_log_sum z = sample_logsumexp(logits, n);
    if (!isfinite(z.top) || !isfinite(z.excess))
        return SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, "logits", "not a distribution");
    jsonw_key(j->out, "log_softmax");
    jsonw_open(j->out, '[');
    for (size_t i = 0; i < n; i++)
        jsonw_f64(j->out, (double)logits[i] - z.top - z.excess);
    jsonw_close(j->out, ']');
    job_put_f64(j, "logsumexp", z.top + z.excess);
    job_put_size(j, "argmax", (size_t)sample_argmax(logits, n));
    job_put_f64(j, "entropy", sample_entropy(logits, n));
    put_confidences(j, logits, scratch, n);
    job_put_f64(j, "self_certainty", sample_self_certainty(logits, n));
    return SHEAF_OK;
}

static sheaf_code read_params(struct job *j, struct sample_params *p)
{
    const cJSON *o = json_get(j->in, "params");
    int64_t top_k = 0;
    *p = (struct sample_params){.temperature = 1.0, .top_p = 1.0};
    sheaf_code rc =
        json_f64(o, "temperature", &p->temperature, 0.0, SAMPLE_TEMPERATURE_MAX, j->err);
    if (!rc)
        rc = json_i64(o, "top_k", &top_k, 0, INT32_MAX, j->err);
    if (!rc)
        rc = json_f64(o, "top_p", &p->top_p, 0.0, 1.0, j->err);
    if (!rc)
        rc = json_f64(o, "min_p", &p->min_p, 0.0, 1.0, j->err);
    p->top_k = (int)top_k;
    return rc;
}

/* Survivors come by falling probability; ids are printed ascending, so they are put in their
 * places. */
static sheaf_code put_survivors(struct job *j, const struct sample_survivor *s, size_t n_survivors,
                                size_t n)
{
    double *probs = job_take(j, n, sizeof *probs);
    if (!probs)
        return SHEAF_ERR_NOMEM;
    for (size_t i = 0; i < n_survivors; i++)
        probs[s[i].id] = s[i].prob;
    jsonw_key(j->out, "survivors");
    jsonw_open(j->out, '[');
    for (size_t i = 0; i < n; i++)
        if (probs[i] > 0.0)
            jsonw_u64(j->out, i);
    jsonw_close(j->out, ']');
    jsonw_key(j->out, "probs");
    jsonw_open(j->out, '[');
    for (size_t i = 0; i < n; i++)
        if (probs[i] > 0.0)
            jsonw_f64(j->out, probs[i]);
    jsonw_close(j->out, ']');
    return SHEAF_OK;
}

static sheaf_code filters(struct job *j)
{
    struct sample_survivor *s = NULL;
    struct sample_params p;
    float *logits;
    size_t n, n_survivors;
    sheaf_code rc = read_logits(j, &logits, &s, &n);
    if (!rc)
        rc = read_params(j, &p);
    if (!rc)
        rc = sample_filter(s, &n_survivors, logits, n, &p, j->err);
    return rc ? rc : put_survivors(j, s, n_survivors, n);
}

/* ---- confidence of one trace ---- */

static sheaf_code conf_stats(struct job *j)
{
    struct conf_summary s;
    float *conf;
    size_t n, window = THRESHOLD_WINDOW_MAX, tail = CONF_TAIL;
    sheaf_code rc = job_f32s(j, j->in, "conf", &conf, &n);
    if (!rc)
        rc = job_size(j, "window", &window, 1, COUNT_MAX);
    if (!rc)
        rc = job_size(j, "tail", &tail, 1, COUNT_MAX);
    if (rc)
        return rc;
    size_t n_groups = conf_group_count(n, window);
    double *groups = job_take(j, n_groups, sizeof *groups);
    if (!groups)
        return SHEAF_ERR_NOMEM;
    conf_groups(groups, conf, n, window);
    job_put_f64s(j, "groups", groups, n_groups);
    conf_summarize(&s, groups, conf, n, window, tail);
    job_put_size(j, "n_groups", s.n_groups);
    job_put_f64(j, "mean", s.mean);
    job_put_f64(j, "lgc", s.lowest);
    job_put_size(j, "lgc_at", s.lowest_at);
    job_put_f64(j, "bottom10", s.bottom10);
    job_put_f64(j, "tail_conf", s.tail);
    return SHEAF_OK;
}

/* ---- threshold ---- */

static sheaf_code put_window(struct job *j)
{
    double *lengths;
    size_t n;
    if (!json_get(j->in, "lengths"))
        return SHEAF_OK;
    sheaf_code rc = job_f64s(j, j->in, "lengths", &lengths, &n);
    if (!rc && n == 0)
        rc = SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, "lengths", "empty");
    if (rc)
        return rc;
    job_put_f64(j, "median_length", threshold_median(lengths, n));
    job_put_size(j, "effective_window", threshold_window(lengths, n));
    return SHEAF_OK;
}

static sheaf_code threshold(struct job *j)
{
    double *lowest, eta = 10.0;
    size_t n;
    sheaf_code rc = job_f64s(j, j->in, "lgc", &lowest, &n);
    if (!rc)
        rc = job_f64(j, "eta", &eta, 0.0, 100.0);
    if (!rc && n == 0)
        rc = SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, "lgc", "empty");
    if (rc)
        return rc;
    double *scratch = job_take(j, n, sizeof *scratch);
    if (!scratch)
        return SHEAF_ERR_NOMEM;
    double s = threshold_keep(scratch, lowest, n, eta);
    job_put_f64(j, "percentile", 100.0 - eta);
    job_put_f64(j, "threshold", s);
    jsonw_key(j->out, "kept");
    jsonw_open(j->out, '[');
    for (size_t i = 0; i < n; i++)
        if (lowest[i] >= s)
            jsonw_u64(j->out, i);
    jsonw_close(j->out, ']');
    return put_window(j);
}

/* ---- DeepConf online, serial ---- */

static sheaf_code read_traces(struct job *j, struct replay_trace **out, struct answers *answers)
{
    const cJSON *array, *v;
    sheaf_code rc = json_array(j->in, "traces", &array, j->err);
    if (rc)
        return rc;
    size_t n = array ? (size_t)cJSON_GetArraySize(array) : 0, i = 0;
    struct replay_trace *traces = job_take(j, n, sizeof *traces);
    const cJSON **names = job_take(j, n, sizeof *names);
    if (!traces || !names)
        return SHEAF_ERR_NOMEM;
    for (v = array ? array->child : NULL; v && !rc; v = v->next, i++) {
        float *conf;
        rc = job_f32s(j, v, "conf", &conf, &traces[i].n_tokens);
        traces[i].conf = rc ? NULL : conf;
        names[i] = json_get(v, "answer");
    }
    if (!rc)
        rc = job_classify(j, answers, names, n);
    for (i = 0; i < n && !rc; i++)
        traces[i].answer = answers->classes[i];
    *out = traces;
    return rc;
}

static sheaf_code read_replay(struct job *j, struct replay_params *p)
{
    *p = (struct replay_params){
        .n_init = 16, .eta = 10.0, .tau = 0.95, .budget = 512, .min_ballots = 1};
    sheaf_code rc = job_size(j, "n_init", &p->n_init, 1, COUNT_MAX);
    if (!rc)
        rc = job_f64(j, "eta", &p->eta, 0.0, 100.0);
    if (!rc)
        rc = job_size(j, "window", &p->window, 0, COUNT_MAX);
    if (!rc)
        rc = job_f64(j, "tau", &p->tau, 0.0, 1e9);
    if (!rc)
        rc = job_size(j, "budget", &p->budget, 1, COUNT_MAX);
    if (!rc)
        rc = job_size(j, "min_ballots", &p->min_ballots, 0, COUNT_MAX);
    return rc;
}

static void put_decisions(struct job *j, const struct replay_result *r)
{
    jsonw_key(j->out, "decisions");
    jsonw_open(j->out, '[');
    for (size_t i = 0; i < r->n_used; i++) {
        const struct replay_decision *d = &r->decisions[i];
        jsonw_open(j->out, '{');
        job_put_size(j, "trace", i);
        job_put_f64(j, "lgc", d->lowest);
        job_put_f64(j, "cut_at", d->cut_at ? (double)d->cut_at : NAN);
        job_put_size(j, "tokens", d->n_tokens);
        job_put_bool(j, "votes", d->votes);
        jsonw_close(j->out, '}');
    }
    jsonw_close(j->out, ']');
}

static void put_votes(struct job *j, const struct replay_result *r, const struct answers *a)
{
    jsonw_key(j->out, "votes");
    jsonw_open(j->out, '[');
    for (size_t i = 0; i < r->n_answers; i++) {
        jsonw_open(j->out, '[');
        jsonw_str(j->out, a->names[r->tally[i].answer]);
        jsonw_f64(j->out, r->tally[i].weight);
        jsonw_close(j->out, ']');
    }
    jsonw_close(j->out, ']');
}

static void put_replay(struct job *j, const struct replay_result *r, const struct answers *a)
{
    job_put_f64(j, "threshold", r->threshold);
    put_decisions(j, r);
    job_put_f64s(j, "betas", r->shares, r->n_shares);
    put_votes(j, r, a);
    job_put_str(j, "stop_reason", r->consensus ? "consensus" : "budget");
    job_put_size(j, "traces_used", r->n_used);
    job_put_size(j, "tokens_used", r->tokens_used);
    job_put_size(j, "tokens_full_budget", r->tokens_full);
    job_put_answer(j, "answer", a, r->answer);
}

static sheaf_code online(struct job *j)
{
    struct replay_trace *traces;
    struct replay_params p;
    struct replay_result r;
    struct answers a;
    sheaf_code rc = read_traces(j, &traces, &a);
    if (!rc)
        rc = read_replay(j, &p);
    if (!rc)
        rc = replay_run(&r, traces, a.n, a.n_classes, &p, j->err);
    if (rc)
        return rc;
    put_replay(j, &r, &a);
    jsonw_key(j->out, "expect"); /* where the vectors have it, so that files compare as they are */
    jsonw_open(j->out, '{');
    put_replay(j, &r, &a);
    jsonw_close(j->out, '}');
    replay_free(&r);
    return SHEAF_OK;
}

INSPECT_JOB(logits_stats)
INSPECT_JOB(filters)
INSPECT_JOB(conf_stats)
INSPECT_JOB(threshold)
INSPECT_JOB(online)
