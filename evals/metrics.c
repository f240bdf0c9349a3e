/* metrics.c - cons@k exactly.
 *
 * The drawn numbers of each answer are multivariate hypergeometric: independent binomials
 * Bin(c_j, q) given that they sum to k. With q = k / n the condition has probability about 1 /
 * sqrt(2 pi k), so nothing over- or underflows, and every term is positive, so nothing cancels.
 * For each number m of right votes a table of (votes of the others so far, answers tied at m so
 * far) is built up class by class, none of which may pass m. */
#include "evals/metrics.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

double metrics_pass_at_k(size_t n, size_t c, size_t k)
{
    if (n - c < k)
        return 1.0;
    if (c == 0)
        return 0.0;
    /* C(n - c, k) / C(n, k) is symmetric in c and k: prod_{i < few} (1 - many / (n - i)). */
    size_t few = c < k ? c : k, many = c < k ? k : c;
    double log_none = 0.0;
    for (size_t i = 0; i < few; i++)
        log_none += log1p(-(double)many / (double)(n - i));
    return -expm1(log_none);
}

/* Chances over the answers that are not right, [number tied for the lead][votes]; zero outside
 * n_tied, n_votes. */
struct table {
    double *p;     /* rows of `width` */
    double *pmf;   /* [k + 1] votes of the class being added */
    size_t width;  /* k + 1 */
    size_t n_tied, n_votes;
};

struct cons {
    const size_t *counts;
    size_t n_classes, right, n_silent, k;
    double q; /* k / n */
    struct table t;
};

static double log_choose(double n, double k)
{
    int sign;
    return lgamma_r(n + 1.0, &sign) - lgamma_r(k + 1.0, &sign) - lgamma_r(n - k + 1.0, &sign);
}

/* Chance of `hits` in `count` draws at q, 0 < q <= 1. */
static double binomial(size_t count, size_t hits, double q)
{
    if (hits > count)
        return 0.0;
    if (q >= 1.0)
        return hits == count;
    double n = (double)count, k = (double)hits;
    return exp(log_choose(n, k) + k * log(q) + (n - k) * log1p(-q));
}

/* How many others can tie with a right answer of `lead` votes. */
static size_t most_tied(const struct cons *c, size_t lead)
{
    size_t able = 0, room = (c->k - lead) / lead;
    for (size_t j = 0; j < c->n_classes; j++)
        able += j != c->right && c->counts[j] >= lead;
    return able < room ? able : room;
}

/* Chance of `votes` and `tied` once a class that gets at most `most` votes is added. */
static double table_cell(const struct table *t, size_t tied, size_t votes, size_t most, size_t lead)
{
    const double *row = t->p + tied * t->width;
    size_t below = most < lead ? most : lead - 1; /* the class has fewer votes than the leader */
    double sum = 0.0;
    for (size_t v = 0; v <= below && v <= votes; v++)
        sum += t->pmf[v] * row[votes - v];
    if (most == lead && tied > 0 && votes >= lead)
        sum += t->pmf[lead] * (row - t->width)[votes - lead];
    return sum;
}

/* Adds a class in place: cells are replaced from the last to the first, and each needs only
 * itself and cells before it. */
static void table_add_class(struct cons *c, size_t count, size_t lead, size_t max_tied)
{
    struct table *t = &c->t;
    size_t most = count < lead ? count : lead;
    for (size_t v = 0; v <= most; v++)
        t->pmf[v] = binomial(count, v, c->q);
    t->n_votes = t->n_votes + most < c->k ? t->n_votes + most : c->k;
    t->n_tied += most == lead && t->n_tied < max_tied;
    for (size_t tied = t->n_tied + 1; tied-- > 0;)
        for (size_t v = t->n_votes + 1; v-- > 0;)
            t->p[tied * t->width + v] = table_cell(t, tied, v, most, lead);
}

static void table_fill(struct cons *c, size_t lead)
{
    size_t max_tied = most_tied(c, lead);
    memset(c->t.p, 0, (max_tied + 1) * c->t.width * sizeof *c->t.p);
    c->t.p[0] = 1.0;
    c->t.n_votes = c->t.n_tied = 0;
    for (size_t j = 0; j < c->n_classes; j++)
        if (j != c->right)
            table_add_class(c, c->counts[j], lead, max_tied);
}

/* Score when the right answer has `lead` >= 1 votes, times the chance of that. */
static double score_at(struct cons *c, size_t lead)
{
    double score = 0.0;
    table_fill(c, lead);
    for (size_t tied = 0; tied <= c->t.n_tied; tied++) {
        const double *row = c->t.p + tied * c->t.width;
        for (size_t v = 0; v <= c->t.n_votes && v + lead <= c->k; v++)
            score += row[v] * binomial(c->n_silent, c->k - lead - v, c->q) / (double)(tied + 1);
    }
    return score * binomial(c->counts[c->right], lead, c->q);
}

static sheaf_code cons_run(struct cons *c, double *out, size_t n, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    c->t.width = c->k + 1;
    c->t.p = alloc_zero(most_tied(c, 1) + 1, c->t.width * sizeof *c->t.p);
    c->t.pmf = alloc_zero(c->t.width, sizeof *c->t.pmf);
    if (c->t.p && c->t.pmf) {
        double sum = 0.0;
        for (size_t lead = 1; lead <= c->counts[c->right] && lead <= c->k; lead++)
            sum += score_at(c, lead);
        *out = sum / binomial(n, c->k, c->q);
    } else {
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, NULL, "cons@%zu of %zu traces", c->k, n);
    }
    alloc_free(c->t.p);
    alloc_free(c->t.pmf);
    return rc;
}

sheaf_code metrics_cons_at_k(double *out, const size_t *counts, size_t n_classes, size_t right,
                             size_t n_silent, size_t k, sheaf_error *err)
{
    size_t n = n_silent;
    for (size_t j = 0; j < n_classes && n <= METRICS_CONS_MAX; j++)
        n += counts[j];
    if (n > METRICS_CONS_MAX)
        return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, NULL, "cons@k of more than %d traces",
                          METRICS_CONS_MAX);
    if (k < 1 || k > n)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, NULL, "cons@%zu of %zu traces", k, n);
    if (right == METRICS_NO_CLASS || counts[right] == 0) {
        *out = 0.0;
        return SHEAF_OK;
    }
    struct cons c = {counts, n_classes, right, n_silent, k, (double)k / (double)n, {0}};
    return cons_run(&c, out, n, err);
}
