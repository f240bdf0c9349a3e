/* inspect_stats.c - `sheaf inspect stats`: intervals, tests and special functions. Fields as in
 * golden/stats. */
#include <math.h>

#include "base/beta.h"
#include "base/fail.h"
#include "evals/dist.h"
#include "evals/stats.h"
#include "src/inspect_job.h"

#define COUNT_MAX ((size_t)1 << 24) /* problems or traces */
#define CONFIDENCE 0.95

static void put_interval(struct job *j, const char *key, struct stats_interval i)
{
    double ends[2] = {i.low, i.high};
    if (isnan(i.low))
        job_put_f64(j, key, NAN);
    else
        job_put_f64s(j, key, ends, 2);
}

static sheaf_code stat_proportion(struct job *j)
{
    size_t k = 0, n = 1;
    double confidence = CONFIDENCE;
    sheaf_code rc = job_size(j, "n", &n, 1, COUNT_MAX);
    if (!rc)
        rc = job_size(j, "k", &k, 0, n);
    if (!rc)
        rc = job_f64(j, "confidence", &confidence, 1e-9, 1.0 - 1e-9);
    if (rc)
        return rc;
    put_interval(j, "wilson", stats_wilson(k, n, confidence));
    put_interval(j, "clopper_pearson", stats_clopper_pearson(k, n, confidence));
    return SHEAF_OK;
}

/* An array of arrays at `scores`, flattened. */
static sheaf_code read_clusters(struct job *j, double **scores, size_t **sizes, size_t *n_clusters)
{
    const cJSON *outer, *inner, *v;
    size_t n = 0, g = 0;
    sheaf_code rc = json_array(j->in, "scores", &outer, j->err);
    if (rc)
        return rc;
    *n_clusters = outer ? (size_t)cJSON_GetArraySize(outer) : 0;
    cJSON_ArrayForEach(inner, outer)
        n += (size_t)cJSON_GetArraySize(inner);
    *scores = job_take(j, n, sizeof **scores);
    *sizes = job_take(j, *n_clusters, sizeof **sizes);
    if (!*scores || !*sizes)
        return SHEAF_ERR_NOMEM;
    n = 0;
    cJSON_ArrayForEach(inner, outer) {
        cJSON_ArrayForEach(v, inner) {
            if (!cJSON_IsNumber(v))
                return SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, "scores", "problem %zu: no number", g);
            (*scores)[n++] = v->valuedouble;
            (*sizes)[g]++;
        }
        if ((*sizes)[g++] == 0)
            return SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, "scores", "problem %zu has none", g - 1);
    }
    if (*n_clusters == 0)
        return SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, "scores", "absent or empty");
    return SHEAF_OK;
}

static sheaf_code stat_clustered(struct job *j)
{
    double *scores;
    size_t *sizes, n_clusters;
    sheaf_code rc = read_clusters(j, &scores, &sizes, &n_clusters);
    if (rc)
        return rc;
    struct stats_clustered c = stats_clustered(scores, sizes, n_clusters, CONFIDENCE);
    job_put_size(j, "n_clusters", c.n_clusters);
    job_put_size(j, "n", c.n);
    job_put_f64(j, "mean", c.mean);
    job_put_f64(j, "se_naive", c.se_naive);
    job_put_f64(j, "se_cluster_cr0", c.se_cr0);
    job_put_f64(j, "se_cluster_cr1", c.se_cr1);
    job_put_f64(j, "mean_of_problem_means", c.cluster_mean);
    job_put_f64(j, "se_of_problem_means", c.cluster_se);
    put_interval(j, "t_interval_95", c.t_interval);
    job_put_bool(j, "balanced", c.balanced);
    return SHEAF_OK;
}

/* `a` and `b` of one length >= 1. */
static sheaf_code read_pairs(struct job *j, double **a, double **b, size_t *n)
{
    size_t n_b;
    sheaf_code rc = job_f64s(j, j->in, "a", a, n);
    if (!rc)
        rc = job_f64s(j, j->in, "b", b, &n_b);
    if (!rc)
        rc = job_same_length(j, "b", n_b, *n);
    if (!rc && *n == 0)
        rc = SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, "a", "empty");
    return rc;
}

static sheaf_code stat_paired(struct job *j)
{
    double *a, *b;
    size_t n;
    sheaf_code rc = read_pairs(j, &a, &b, &n);
    if (rc)
        return rc;
    struct stats_paired p = stats_paired(a, b, n, CONFIDENCE, 0);
    job_put_f64(j, "mean_diff", p.mean);
    job_put_f64(j, "se", p.se);
    job_put_f64(j, "p_sign_flip", p.p_flip);
    job_put_f64(j, "n_assignments", p.n_assignments);
    job_put_f64(j, "t", p.t);
    job_put_size(j, "df", n - 1);
    job_put_f64(j, "p_t", p.p_t);
    put_interval(j, "t_interval_95", p.t_interval);
    return SHEAF_OK;
}

static sheaf_code stat_mcnemar(struct job *j)
{
    size_t b = 0, c = 0;
    sheaf_code rc = job_size(j, "b", &b, 0, COUNT_MAX);
    if (!rc)
        rc = job_size(j, "c", &c, 0, COUNT_MAX);
    if (rc)
        return rc;
    struct stats_mcnemar m = stats_mcnemar(b, c);
    job_put_f64(j, "p_exact", m.p_exact);
    job_put_f64(j, "p_mid", m.p_mid);
    job_put_f64(j, "chi2_cc", m.chi2);
    return SHEAF_OK;
}

/* Values of a bootstrap: `a`, or the differences b - a. */
static sheaf_code read_boot_values(struct job *j, double **values, size_t *n)
{
    const cJSON *b_in = json_get(j->in, "b");
    double *b;
    bool paired = b_in && !cJSON_IsNull(b_in);
    sheaf_code rc = paired ? read_pairs(j, values, &b, n) : job_f64s(j, j->in, "a", values, n);
    if (!rc && (*n == 0 || *n > STATS_BOOT_N))
        rc = SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, "a", "%zu values; 1 to %d are enumerated", *n,
                        STATS_BOOT_N);
    for (size_t i = 0; paired && !rc && i < *n; i++)
        (*values)[i] = b[i] - (*values)[i];
    return rc;
}

static void put_support(struct job *j, const struct stats_support *s, size_t n)
{
    jsonw_key(j->out, "support");
    jsonw_open(j->out, '[');
    for (size_t i = 0; i < n; i++) {
        jsonw_open(j->out, '[');
        jsonw_f64(j->out, s[i].value);
        jsonw_f64(j->out, s[i].count);
        jsonw_close(j->out, ']');
    }
    jsonw_close(j->out, ']');
}

static void put_quantiles(struct job *j, const struct stats_support *s, size_t n)
{
    static const struct {
        const char *key;
        double q;
    } asked[] = {{"0.025", 0.025}, {"0.05", 0.05}, {"0.5", 0.5}, {"0.95", 0.95}, {"0.975", 0.975}};
    jsonw_key(j->out, "quantiles");
    jsonw_open(j->out, '{');
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        job_put_f64(j, asked[i].key, stats_support_quantile(s, n, asked[i].q));
    jsonw_close(j->out, '}');
    put_interval(j, "interval_95",
                 (struct stats_interval){stats_support_quantile(s, n, 0.025),
                                         stats_support_quantile(s, n, 0.975)});
}

static sheaf_code stat_bootstrap_exact(struct job *j)
{
    struct stats_support s[STATS_BOOT_SUPPORT];
    double *values, mean = 0.0, low = 0.0, high = 0.0;
    size_t n;
    sheaf_code rc = read_boot_values(j, &values, &n);
    if (rc)
        return rc;
    double all = pow((double)n, (double)n);
    size_t n_support = stats_bootstrap_exact(s, values, n);
    for (size_t i = 0; i < n_support; i++) {
        mean += s[i].value * s[i].count / all;
        low += s[i].value <= 0.0 ? s[i].count : 0.0;
        high += s[i].value >= 0.0 ? s[i].count : 0.0;
    }
    job_put_f64(j, "n_resamples", all);
    job_put_f64(j, "mean", mean);
    job_put_f64(j, "boot_se", stats_bootstrap_se(values, n));
    put_support(j, s, n_support);
    put_quantiles(j, s, n_support);
    job_put_f64(j, "p_le_0", low / all);
    job_put_f64(j, "p_ge_0", high / all);
    return SHEAF_OK;
}

/* ---- special functions ---- */

static double call_norm_ppf(const double *v) { return dist_norm_ppf(v[0]); }
static double call_norm_cdf(const double *v) { return dist_norm_cdf(v[0]); }
static double call_t_ppf(const double *v) { return dist_t_ppf(v[0], v[1]); }
static double call_t_cdf(const double *v) { return dist_t_cdf(v[0], v[1]); }
static double call_betainc(const double *v) { return beta_inc(v[0], v[1], v[2]); }
static double call_beta_ppf(const double *v) { return dist_beta_ppf(v[0], v[1], v[2]); }

static sheaf_code stat_special(struct job *j)
{
    static const struct {
        const char *name;
        size_t n_args;
        double (*fn)(const double *args);
    } functions[] = {
        {"norm_ppf", 1, call_norm_ppf}, {"norm_cdf", 1, call_norm_cdf},
        {"t_ppf", 2, call_t_ppf},       {"t_cdf", 2, call_t_cdf},
        {"betainc", 3, call_betainc},   {"beta_ppf", 3, call_beta_ppf},
    };
    double *args;
    size_t n;
    text f = {0};
    sheaf_code rc = json_text(j->in, "f", &f, j->err);
    if (!rc)
        rc = job_f64s(j, j->in, "args", &args, &n);
    if (rc)
        return rc;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (!text_equal(f, text_of(functions[i].name)))
            continue;
        rc = job_same_length(j, "args", n, functions[i].n_args);
        if (!rc)
            job_put_f64(j, "value", functions[i].fn(args));
        return rc;
    }
    return SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, "f", "no function %.*s", (int)f.n, f.n ? f.p : "");
}

static sheaf_code stats(struct job *j)
{
    static const struct {
        const char *name;
        job_fn *fn;
    } kinds[] = {
        {"proportion", stat_proportion}, {"clustered", stat_clustered},
        {"paired", stat_paired},         {"mcnemar", stat_mcnemar},
        {"special", stat_special},       {"bootstrap_exact", stat_bootstrap_exact},
    };
    text stat = {0};
    sheaf_code rc = json_text(j->in, "stat", &stat, j->err);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !rc; i++)
        if (text_equal(stat, text_of(kinds[i].name)))
            return kinds[i].fn(j);
    return rc ? rc : SHEAF_FAIL(j->err, SHEAF_ERR_FORMAT, "stat", "no statistic \"%.*s\"",
                                (int)stat.n, stat.n ? stat.p : "");
}

INSPECT_JOB(stats)
