/* sample_ref.c - see sample_ref.h. Sorts everything, so that each definition is one short loop. */
#include "engine/sample_ref.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/fail.h"

int32_t sample_argmax(const float *logits, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (logits[i] > logits[best])
            best = i;
    return (int32_t)best;
}

struct sample_log_sum sample_logsumexp(const float *logits, size_t n)
{
    size_t best = (size_t)sample_argmax(logits, n);
    double top = (double)logits[best], others = 0.0;
    for (size_t i = 0; i < n; i++)
        if (i != best)
            others += exp((double)logits[i] - top);
    return (struct sample_log_sum){top, log1p(others)};
}

/* Mean of expm1(d) - d over d = z - mean z, which is the mean of exp(d) less 1, without the
 * terms that cancel in a nearly flat row. */
static double flat_excess(const float *logits, size_t n, double mean)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double d = (double)logits[i] - mean;
        sum += expm1(d) - d;
    }
    return sum / (double)n;
}

double sample_self_certainty(const float *logits, size_t n)
{
    struct sample_log_sum z = sample_logsumexp(logits, n);
    double below = 0.0; /* mean of top - z */
    for (size_t i = 0; i < n; i++)
        below += (z.top - (double)logits[i]) / (double)n;
    if (below < 1.0)
        return log1p(flat_excess(logits, n, z.top - below));
    return z.excess + below - log((double)n);
}

double sample_entropy(const float *logits, size_t n)
{
    struct sample_log_sum z = sample_logsumexp(logits, n);
    double entropy = 0.0;
    for (size_t i = 0; i < n; i++) {
        double log_p = (double)logits[i] - z.top - z.excess, p = exp(log_p);
        if (p > 0.0)
            entropy -= p * log_p;
    }
    return entropy;
}

static int by_logit(const void *a, const void *b)
{
    const struct sample_survivor *x = a, *y = b;
    if (x->logit != y->logit)
        return x->logit > y->logit ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static void sort_row(struct sample_survivor *out, const float *logits, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (struct sample_survivor){.id = (int32_t)i, .logit = logits[i]};
    qsort(out, n, sizeof *out, by_logit);
}

double sample_confidence(struct sample_survivor *scratch, const float *logits, size_t n, size_t k)
{
    struct sample_log_sum z = sample_logsumexp(logits, n);
    double below = 0.0;
    k = k < n ? k : n;
    sort_row(scratch, logits, n);
    for (size_t i = 0; i < k; i++)
        below += z.top - (double)scratch[i].logit;
    return z.excess + below / (double)k;
}

static size_t keep_top_k(const struct sample_survivor *s, size_t n, int top_k)
{
    if (top_k <= 0 || (size_t)top_k >= n)
        return n;
    size_t kept = (size_t)top_k;
    while (kept < n && s[kept].logit == s[top_k - 1].logit)
        kept++;
    return kept;
}

/* The product is not rounded (fma), so that a share which falls exactly on top_p is judged
 * exactly. */
static size_t keep_top_p(const struct sample_survivor *s, size_t n, double top_p)
{
    double total = 0.0, before = 0.0;
    if (top_p >= 1.0)
        return n;
    for (size_t i = 0; i < n; i++)
        total += s[i].prob;
    size_t kept = 0;
    while (kept < n && (kept == 0 || fma(top_p, total, -before) > 0.0))
        before += s[kept++].prob;
    return kept;
}

static size_t keep_min_p(const struct sample_survivor *s, size_t n, double min_p)
{
    size_t kept = 0;
    while (kept < n && s[kept].prob > 0.0 && s[kept].prob >= min_p * s[0].prob)
        kept++;
    return kept;
}

static void normalize(struct sample_survivor *s, size_t n)
{
    double total = 0.0;
    for (size_t i = 0; i < n; i++)
        total += s[i].prob;
    for (size_t i = 0; i < n; i++)
        s[i].prob /= total;
}

static sheaf_code check_row(const float *logits, size_t n, sheaf_error *err)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (!(logits[i] < INFINITY))
            return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, "logits", "element %zu is %g", i,
                              (double)logits[i]);
        any |= logits[i] > -INFINITY;
    }
    if (!any)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, "logits", "no finite element in %zu", n);
    return SHEAF_OK;
}

sheaf_code sample_filter(struct sample_survivor *out, size_t *n_out, const float *logits, size_t n,
                         const struct sample_params *p, sheaf_error *err)
{
    sheaf_code rc = check_row(logits, n, err);
    if (rc)
        return rc;
    sort_row(out, logits, n);
    if (p->temperature < SAMPLE_TEMPERATURE_MIN) {
        out[0].prob = 1.0;
        *n_out = 1;
        return SHEAF_OK;
    }
    for (size_t i = 0; i < n; i++)
        out[i].prob = exp(((double)out[i].logit - (double)out[0].logit) / p->temperature);
    n = keep_top_k(out, n, p->top_k);
    n = keep_top_p(out, n, p->top_p);
    n = keep_min_p(out, n, p->min_p);
    normalize(out, n);
    *n_out = n;
    return SHEAF_OK;
}
