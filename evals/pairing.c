/* pairing.c - see pairing.h. */
#include "evals/pairing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

/* A problem by name, and where it is. */
struct place {
    const char *id;
    size_t at;
};

/* Scores of both runs under one rule, and room for the bootstrap. */
struct columns {
    double *a, *b, *diffs; /* [n] in order of run a */
    size_t *sizes;         /* [n] of 1 */
    double *means;         /* [PAIRING_RESAMPLES] */
};

static sheaf_code no_memory(size_t n, sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "comparison", "no memory for %zu problems", n);
}

/* ---- the same problems? --------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return strcmp(x->id, y->id);
}

/* Sorted by name; NULL without memory. */
static struct place *places_of(const struct scorebook *b)
{
    struct place *p = alloc_zero(b->n, sizeof *p);
    for (size_t i = 0; p && i < b->n; i++)
        p[i] = (struct place){b->problems[i].id, i};
    if (p && b->n)
        qsort(p, b->n, sizeof *p, by_id);
    return p;
}

static sheaf_code check_unique(const struct place *p, size_t n, const char *dir, sheaf_error *err)
{
    for (size_t i = 1; i < n; i++)
        if (strcmp(p[i - 1].id, p[i].id) == 0)
            return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, dir, "has the problem \"%.60s\" twice",
                              p[i].id);
    return SHEAF_OK;
}

/* Which problem has only one of the two runs? Both lists are sorted and without repeats. */
static sheaf_code check_same(const struct place *pa, const struct place *pb,
                             const struct pairing *c, sheaf_error *err)
{
    size_t i = 0, n_a = c->a->n, n_b = c->b->n;
    while (i < n_a && i < n_b && strcmp(pa[i].id, pb[i].id) == 0)
        i++;
    if (i == n_a && i == n_b)
        return SHEAF_OK;
    bool a_has = i < n_a && (i == n_b || strcmp(pa[i].id, pb[i].id) < 0);
    const char *in = a_has ? c->a->summary.pub.dir : c->b->summary.pub.dir;
    return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "problems",
                      "differ: %zu in %.60s, %zu in %.60s; \"%.60s\" is in %.60s alone", n_a,
                      c->a->summary.pub.dir, n_b, c->b->summary.pub.dir,
                      a_has ? pa[i].id : pb[i].id, in);
}

static sheaf_code match(struct pairing *c, const struct place *pa, const struct place *pb,
                        sheaf_error *err)
{
    for (size_t i = 0; i < c->n; i++) {
        const char *gold_a = c->a->problems[pa[i].at].gold, *gold_b = c->b->problems[pb[i].at].gold;
        if (strcmp(gold_a, gold_b) != 0)
            return SHEAF_FAIL(err, SHEAF_ERR_USAGE, pa[i].id,
                              "has the gold answer \"%.40s\" in one run and \"%.40s\" in the other",
                              gold_a, gold_b);
        c->b_of_a[pa[i].at] = pb[i].at;
    }
    return SHEAF_OK;
}

static sheaf_code pair(struct pairing *c, sheaf_error *err)
{
    struct place *pa = places_of(c->a), *pb = places_of(c->b);
    sheaf_code rc = pa && pb ? SHEAF_OK : no_memory(c->n, err);
    if (!rc)
        rc = check_unique(pa, c->a->n, c->a->summary.pub.dir, err);
    if (!rc)
        rc = check_unique(pb, c->b->n, c->b->summary.pub.dir, err);
    if (!rc)
        rc = check_same(pa, pb, c, err);
    if (!rc)
        rc = match(c, pa, pb, err);
    alloc_free(pa);
    alloc_free(pb);
    return rc;
}

/* ---- rules ---------------------------------------------------------------------------------- */

static double score_of(const struct scorebook *b, size_t problem, size_t rule)
{
    const struct score *s = &b->scores[problem];
    if (rule != LINEUP_NONE)
        return s->rules[rule].correct;
    return s->runs[0].n_traces ? (double)s->runs[0].n_right / (double)s->runs[0].n_traces : 0;
}

static struct stats_interval bootstrap(const struct columns *k, size_t n)
{
    const double tail = 0.5 * (1 - PAIRING_CONFIDENCE);
    struct stats_support support[STATS_BOOT_SUPPORT];
    if (n > STATS_BOOT_N)
        return stats_bootstrap(k->means, PAIRING_RESAMPLES, k->diffs, n, PAIRING_CONFIDENCE,
                               PAIRING_SEED);
    size_t n_values = stats_bootstrap_exact(support, k->diffs, n);
    return (struct stats_interval){stats_support_quantile(support, n_values, tail),
                                   stats_support_quantile(support, n_values, 1 - tail)};
}

static double test(const struct pairing_rule *r, const struct columns *k, size_t n)
{
    if (r->of_a != LINEUP_NONE)
        return stats_mcnemar(r->only_b, r->only_a).p_exact;
    return stats_paired(k->a, k->b, n, PAIRING_CONFIDENCE, PAIRING_SEED).p_flip;
}

static void compare_scores(struct pairing_rule *r, const struct pairing *c, struct columns *k)
{
    for (size_t i = 0; i < c->n; i++) {
        k->a[i] = score_of(c->a, i, r->of_a);
        k->b[i] = score_of(c->b, c->b_of_a[i], r->of_b);
        k->diffs[i] = k->b[i] - k->a[i];
        r->only_a += k->diffs[i] < 0;
        r->only_b += k->diffs[i] > 0;
        r->a += k->a[i] / (double)c->n;
        r->b += k->b[i] / (double)c->n;
    }
    struct stats_clustered s = stats_clustered(k->diffs, k->sizes, c->n, PAIRING_CONFIDENCE);
    r->diff = s.cluster_mean;
    r->se = s.cluster_se;
    r->boot = bootstrap(k, c->n);
    r->p = test(r, k, c->n);
}

static size_t rule_of(const struct lineup *l, const char *name)
{
    for (size_t i = 0; i < l->n_rules; i++)
        if (strcmp(l->rules[i].name, name) == 0)
            return i;
    return LINEUP_NONE;
}

static void list_rules(struct pairing *c)
{
    const struct lineup *l = &c->a->lineup;
    if (lineup_has_whole(l) && lineup_has_whole(&c->b->lineup))
        c->rules[c->n_rules++] =
            (struct pairing_rule){.name = "pass@1", .of_a = LINEUP_NONE, .of_b = LINEUP_NONE};
    for (size_t i = 0; i < l->n_rules; i++) {
        size_t of_b = rule_of(&c->b->lineup, l->rules[i].name);
        if (of_b != LINEUP_NONE)
            c->rules[c->n_rules++] =
                (struct pairing_rule){.name = l->rules[i].name, .of_a = i, .of_b = of_b};
    }
}

static bool columns_open(struct columns *k, size_t n)
{
    k->a = alloc_zero(n, sizeof *k->a);
    k->b = alloc_zero(n, sizeof *k->b);
    k->diffs = alloc_zero(n, sizeof *k->diffs);
    k->sizes = alloc_zero(n, sizeof *k->sizes);
    k->means = alloc_zero(PAIRING_RESAMPLES, sizeof *k->means);
    for (size_t i = 0; k->sizes && i < n; i++)
        k->sizes[i] = 1;
    return k->a && k->b && k->diffs && k->sizes && k->means;
}

static void columns_close(struct columns *k)
{
    alloc_free(k->a);
    alloc_free(k->b);
    alloc_free(k->diffs);
    alloc_free(k->sizes);
    alloc_free(k->means);
}

static sheaf_code compare_rules(struct pairing *c, sheaf_error *err)
{
    struct columns k = {.a = NULL};
    sheaf_code rc = columns_open(&k, c->n) ? SHEAF_OK : no_memory(c->n, err);
    list_rules(c);
    if (!rc && c->n_rules == 0)
        rc = SHEAF_FAIL(err, SHEAF_ERR_USAGE, c->a->summary.pub.dir,
                        "and %.60s have no rule in common", c->b->summary.pub.dir);
    for (size_t i = 0; i < c->n_rules && !rc; i++)
        compare_scores(&c->rules[i], c, &k);
    columns_close(&k);
    return rc;
}

sheaf_code pairing_open(struct pairing *out, const struct scorebook *a, const struct scorebook *b,
                        sheaf_error *err)
{
    struct pairing c = {.a = a, .b = b, .n = a->n};
    if (a->n == 0 && b->n == 0)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, a->summary.pub.dir, "has no finished problem yet");
    c.b_of_a = alloc_zero(c.n, sizeof *c.b_of_a);
    sheaf_code rc = c.b_of_a ? pair(&c, err) : no_memory(c.n, err);
    if (!rc)
        rc = compare_rules(&c, err);
    if (rc)
        pairing_close(&c);
    else
        *out = c;
    return rc;
}

void pairing_close(struct pairing *c)
{
    alloc_free(c->b_of_a);
    *c = (struct pairing){.n = 0};
}
