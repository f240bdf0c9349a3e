/* inspect_vote.c - `sheaf inspect`: votes and stop rules over given answers, and the table of
 * all rows that need no model. Fields as in golden/sampling. */
#include <math.h>

#include "base/fail.h"
#include "src/inspect_job.h"
#include "tts/stop.h"
#include "tts/vote.h"

#define CGES_MAX 16384 /* traces: the posterior of every prefix is printed */

/* A count of traces, or null for 0: "never". */
static void put_when(struct job *j, const char *key, size_t after)
{
    jsonw_key(j->out, key);
    if (after)
        jsonw_u64(j->out, after);
    else
        jsonw_null(j->out);
}

static sheaf_code open_box(struct job *j, struct vote_box *box, const struct answers *a)
{
    struct vote_entry *entries = job_take(j, a->n_classes, sizeof *entries);
    if (!entries)
        return SHEAF_ERR_NOMEM;
    vote_box_init(box, entries, a->n_classes);
    return SHEAF_OK;
}

/* All answers with their weights (NULL: 1 each). */
static sheaf_code fill_box(struct job *j, struct vote_box *box, const struct answers *a,
                           const double *weights)
{
    sheaf_code rc = open_box(j, box, a);
    for (size_t i = 0; i < a->n && !rc; i++)
        vote_box_add(box, a->classes[i], weights ? weights[i] : 1.0);
    return rc;
}

/* The answers, and as many numbers at `key`. */
static sheaf_code answers_and(struct job *j, struct answers *a, const char *key, double **values)
{
    size_t n = 0;
    sheaf_code rc = job_answers(j, "answers", a);
    if (!rc)
        rc = job_f64s(j, j->in, key, values, &n);
    return rc ? rc : job_same_length(j, key, n, a->n);
}

/* ---- weighted votes ---- */

/* Weights by ballot, tally and winner. */
static sheaf_code put_vote(struct job *j, const struct answers *a, const double *weights)
{
    struct vote_box box;
    sheaf_code rc = fill_box(j, &box, a, weights);
    if (rc)
        return rc;
    job_put_f64s(j, "weights", weights, a->n);
    jsonw_key(j->out, "tally");
    jsonw_open(j->out, '{');
    for (size_t c = 0; c < a->n_classes; c++)
        job_put_f64(j, a->names[c], box.entries[c].weight);
    jsonw_close(j->out, '}');
    job_put_answer(j, "answer", a, box.leader);
    return SHEAF_OK;
}

static sheaf_code put_ranks(struct job *j, const struct vote_rank *order, size_t n)
{
    size_t *ranks = job_take(j, n, sizeof *ranks);
    bool ties = false;
    if (!ranks)
        return SHEAF_ERR_NOMEM;
    for (size_t r = 0; r < n; r++) {
        ranks[order[r].index] = r + 1;
        ties |= r > 0 && order[r].score == order[r - 1].score;
    }
    jsonw_key(j->out, "ranks");
    jsonw_open(j->out, '[');
    for (size_t i = 0; i < n; i++)
        jsonw_u64(j->out, ranks[i]);
    jsonw_close(j->out, ']');
    job_put_bool(j, "score_ties", ties);
    return SHEAF_OK;
}

static sheaf_code borda(struct job *j)
{
    struct answers a;
    double *scores, power = 0.5;
    sheaf_code rc = answers_and(j, &a, "scores", &scores);
    if (!rc)
        rc = job_f64(j, "p", &power, 0.0, 100.0);
    if (rc)
        return rc;
    double *weights = job_take(j, a.n, sizeof *weights);
    struct vote_rank *order = job_take(j, a.n, sizeof *order);
    if (!weights || !order)
        return SHEAF_ERR_NOMEM;
    vote_borda(weights, order, scores, a.n, power);
    rc = put_ranks(j, order, a.n);
    return rc ? rc : put_vote(j, &a, weights);
}

static sheaf_code cisc(struct job *j)
{
    struct answers a;
    double *scores, temperature = 1.0;
    sheaf_code rc = answers_and(j, &a, "confidence", &scores);
    if (!rc)
        rc = job_f64(j, "temperature", &temperature, 1e-12, 1e12);
    if (rc)
        return rc;
    double *weights = job_take(j, a.n, sizeof *weights);
    if (!weights)
        return SHEAF_ERR_NOMEM;
    vote_softmax(weights, scores, a.n, temperature);
    return put_vote(j, &a, weights);
}

/* ---- stop rules ---- */

/* Answers one by one until the lead can not be caught: every open trace adds at most `cap`. */
struct certified {
    size_t stop_after; /* traces, 0: the budget ran out first */
    int32_t at_stop, all; /* leader at the stop, and of all answers */
};

static sheaf_code certify(struct job *j, struct certified *out, const struct answers *a,
                          const double *weights, double cap)
{
    struct vote_box box;
    sheaf_code rc = open_box(j, &box, a);
    *out = (struct certified){0, VOTE_NONE, VOTE_NONE};
    for (size_t i = 0; i < a->n && !rc; i++) {
        vote_box_add(&box, a->classes[i], weights ? weights[i] : 1.0);
        if (!out->stop_after && stop_certificate(&box, cap * (double)(a->n - i - 1))) {
            out->stop_after = i + 1;
            out->at_stop = box.leader;
        }
    }
    out->all = rc ? VOTE_NONE : box.leader;
    return rc;
}

static sheaf_code certificate_weighted(struct job *j, const struct answers *a, double cap)
{
    struct certified c;
    double *weights;
    size_t n;
    sheaf_code rc = job_f64s(j, j->in, "weights", &weights, &n);
    if (!rc)
        rc = job_same_length(j, "weights", n, a->n);
    if (!rc)
        rc = certify(j, &c, a, weights, cap);
    if (rc)
        return rc;
    put_when(j, "stop_after_weighted", c.stop_after);
    job_put_answer(j, "answer_weighted", a, c.all);
    return SHEAF_OK;
}

static sheaf_code certificate(struct job *j)
{
    struct answers a;
    struct certified c;
    double cap = NAN;
    sheaf_code rc = job_answers(j, "answers", &a);
    if (!rc)
        rc = job_f64(j, "cap", &cap, 0.0, VOTE_WEIGHT_MAX);
    if (!rc)
        rc = certify(j, &c, &a, NULL, 1.0);
    if (rc)
        return rc;
    put_when(j, "stop_after", c.stop_after);
    job_put_answer(j, "answer", &a, c.all);
    job_put_answer(j, "answer_at_stop", &a, c.at_stop);
    return isnan(cap) ? SHEAF_OK : certificate_weighted(j, &a, cap);
}

static sheaf_code esc(struct job *j)
{
    struct answers a;
    struct vote_box box;
    struct stop_esc rule;
    size_t window = 5, budget = SIZE_MAX >> 12, used = 0;
    sheaf_code rc = job_answers(j, "answers", &a);
    if (!rc)
        rc = job_size(j, "window", &window, 1, SIZE_MAX >> 12);
    if (!rc)
        rc = job_size(j, "budget", &budget, 0, SIZE_MAX >> 12);
    if (!rc)
        rc = open_box(j, &box, &a);
    if (rc)
        return rc;
    bool stop = false;
    stop_esc_init(&rule, window);
    while (!stop && used < a.n && used < budget) {
        vote_box_add(&box, a.classes[used], 1.0);
        stop = stop_esc_add(&rule, a.classes[used++]);
    }
    job_put_size(j, "traces_used", used);
    job_put_str(j, "reason", stop ? "unanimous_window" : "budget");
    job_put_answer(j, "answer", &a, box.leader);
    return SHEAF_OK;
}

static sheaf_code beta_counts(struct job *j, double threshold)
{
    double v1 = 0.0, v2 = 0.0;
    sheaf_code rc = job_f64(j, "v1", &v1, 0.0, 1e6);
    if (!rc)
        rc = job_f64(j, "v2", &v2, 0.0, 1e6);
    if (rc)
        return rc;
    double p = stop_beta(v1, v2);
    job_put_f64(j, "p", p);
    job_put_bool(j, "stop", p >= threshold);
    return SHEAF_OK;
}

static sheaf_code beta_sequence(struct job *j, double threshold)
{
    struct answers a;
    struct vote_box box;
    size_t stop_after = 0;
    sheaf_code rc = job_answers(j, "answers", &a);
    if (!rc)
        rc = open_box(j, &box, &a);
    if (rc)
        return rc;
    jsonw_key(j->out, "p");
    jsonw_open(j->out, '[');
    for (size_t i = 0; i < a.n; i++) {
        vote_box_add(&box, a.classes[i], 1.0);
        double p = stop_beta_box(&box);
        jsonw_f64(j->out, p);
        if (!stop_after && p >= threshold)
            stop_after = i + 1;
    }
    jsonw_close(j->out, ']');
    put_when(j, "stop_after", stop_after);
    return SHEAF_OK;
}

static sheaf_code beta_weighted(struct job *j, double threshold)
{
    struct answers a;
    struct vote_box box;
    double *weights;
    sheaf_code rc = answers_and(j, &a, "weights", &weights);
    if (!rc)
        rc = fill_box(j, &box, &a, weights);
    if (rc)
        return rc;
    double scale = box.total > 0.0 ? (double)box.ballots / box.total : 0.0;
    double p = stop_beta_box(&box);
    job_put_f64(j, "v1", vote_box_first(&box) * scale);
    job_put_f64(j, "v2", vote_box_second(&box) * scale);
    job_put_f64(j, "p", p);
    job_put_bool(j, "stop", p >= threshold);
    return SHEAF_OK;
}

static sheaf_code adaptive_beta(struct job *j)
{
    static const struct {
        const char *type;
        sheaf_code (*fn)(struct job *j, double threshold);
    } types[] = {
        {"counts", beta_counts}, {"sequence", beta_sequence}, {"weighted", beta_weighted}};
    text type = TEXT("sequence");
    double threshold = 0.95;
    sheaf_code rc = json_text(j->in, "type", &type, j->err);
    if (!rc)
        rc = job_f64(j, "threshold", &threshold, 0.0, 2.0);
    for (size_t i = 0; i < sizeof types / sizeof *types && !rc; i++)
        if (text_equal(type, text_of(types[i].type)))
            return types[i].fn(j, threshold);
    return rc ? rc
              : SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, "type",
                           "%.*s; counts, sequence or weighted is wanted", (int)type.n, type.p);
}

/* Feeds all traces and prints the leader's posterior after each. */
static size_t cges_feed(struct job *j, struct stop_cges *s, const struct answers *a,
                        const double *confidence)
{
    size_t stop_after = 0;
    jsonw_key(j->out, "top_after");
    jsonw_open(j->out, '[');
    for (size_t i = 0; i < a->n; i++) {
        stop_cges_add(s, a->classes[i], confidence[i]);
        double top = stop_cges_posterior(s, NULL).posterior;
        jsonw_f64(j->out, top);
        if (!stop_after && top >= 0.95)
            stop_after = i + 1;
    }
    jsonw_close(j->out, ']');
    return stop_after;
}

static void put_posterior(struct job *j, const char *key, const struct answers *a, const double *p,
                          double total)
{
    jsonw_key(j->out, key);
    jsonw_open(j->out, '{');
    for (size_t c = 0; c < a->n_classes; c++)
        job_put_f64(j, a->names[c], p[c] / total);
    jsonw_close(j->out, '}');
}

static sheaf_code cges(struct job *j)
{
    struct answers a;
    double *confidence, observed = 0.0;
    sheaf_code rc = answers_and(j, &a, "confidence", &confidence);
    if (!rc && a.n > CGES_MAX)
        rc = SHEAF_FAIL(j->err, SHEAF_ERR_LIMIT, "answers", "%zu; at most %d", a.n, CGES_MAX);
    if (rc)
        return rc;
    struct stop_cges s;
    struct stop_cges_answer *memory = job_take(j, a.n_classes, sizeof *memory);
    double *posterior = job_take(j, a.n_classes, sizeof *posterior);
    if (!memory || !posterior)
        return SHEAF_ERR_NOMEM;
    stop_cges_init(&s, memory, a.n_classes);
    put_when(j, "stop_after", cges_feed(j, &s, &a, confidence));
    struct stop_cges_top top = stop_cges_posterior(&s, posterior);
    for (size_t c = 0; c < a.n_classes; c++)
        observed += posterior[c];
    jsonw_key(j->out, "distinct");
    jsonw_open(j->out, '[');
    for (size_t c = 0; c < a.n_classes; c++)
        jsonw_str(j->out, a.names[c]);
    jsonw_close(j->out, ']');
    job_put_size(j, "K", a.n_classes + 1);
    put_posterior(j, "posterior", &a, posterior, 1.0);
    job_put_f64(j, "posterior_other", top.other);
    put_posterior(j, "posterior_observed_only", &a, posterior, observed);
    job_put_answer(j, "answer", &a, top.answer);
    return SHEAF_OK;
}

INSPECT_JOB(borda)
INSPECT_JOB(cisc)
INSPECT_JOB(certificate)
INSPECT_JOB(esc)
INSPECT_JOB(adaptive_beta)
INSPECT_JOB(cges)

const struct inspect_entry inspect_vote[] = {
    {"adaptive_beta", inspect_adaptive_beta,
     "type counts|sequence|weighted, v1, v2 | answers [weights], threshold -> p, stop[_after]"},
    {"borda", inspect_borda, "answers, scores, p -> ranks, weights, tally, answer"},
    {"certificate", inspect_certificate,
     "answers [weights, cap] -> stop_after, answer, answer_at_stop"},
    {"cges", inspect_cges, "answers, confidence -> posterior, top_after, stop_after, answer"},
    {"cisc", inspect_cisc, "answers, confidence, temperature -> weights, tally, answer"},
    {"conf_stats", inspect_conf_stats,
     "conf, window, tail -> groups, mean, lgc, lgc_at, bottom10, tail_conf"},
    {"esc", inspect_esc, "answers, window, budget -> traces_used, reason, answer"},
    {"estimators", inspect_estimators,
     "answers, correct | n, c; k [..] -> pass_at, cons_at {k: [fraction, value]}"},
    {"filters", inspect_filters,
     "logits, params {temperature, top_k, top_p, min_p} -> survivors, probs"},
    {"logits_stats", inspect_logits_stats,
     "logits -> log_softmax, logsumexp, argmax, entropy, conf_k*, self_certainty"},
    {"online", inspect_online,
     "n_init, eta, window, tau, budget, traces [{conf, answer}] -> threshold, decisions, answer"},
    {"threshold", inspect_threshold,
     "lgc, eta [lengths] -> threshold, kept [median_length, effective_window]"},
    {"stats", inspect_stats, "stat NAME and the fields of golden/stats/NAME.json -> as there"},
    {NULL, NULL, NULL},
};
