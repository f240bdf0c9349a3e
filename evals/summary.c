/* summary.c - means over problems, their standard errors, and every rule against the majority.
 *
 * The problem is the unit of every row: pass@1 enters as one mean per problem, which makes its
 * standard error the clustered one. Scores of 0 and 1 are compared by McNemar's exact test,
 * which is what the sign-flip test comes to for them, without its 100,000 draws. */
#include "evals/summary.h"

#include <math.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "evals/metrics.h"
#include "evals/stats.h"

#define CONFIDENCE 0.95

/* Scores of all problems by one rule, and by the majority. */
struct columns {
    double *values, *base, *diffs; /* [n] */
    size_t *sizes;                 /* [n] of 1: each problem is its own cluster */
    size_t n;
    bool has_base;
};

static bool columns_open(struct columns *c, size_t n)
{
    c->n = n;
    c->values = alloc_zero(n, sizeof *c->values);
    c->base = alloc_zero(n, sizeof *c->base);
    c->diffs = alloc_zero(n, sizeof *c->diffs);
    c->sizes = alloc_zero(n, sizeof *c->sizes);
    for (size_t i = 0; c->sizes && i < n; i++)
        c->sizes[i] = 1;
    return c->values && c->base && c->diffs && c->sizes;
}

static void columns_close(struct columns *c)
{
    alloc_free(c->values);
    alloc_free(c->base);
    alloc_free(c->diffs);
    alloc_free(c->sizes);
}

static double share_right(const struct score_run *r)
{
    return r->n_traces ? (double)r->n_right / (double)r->n_traces : 0;
}

/* ---- rules ---------------------------------------------------------------------------------- */

static void describe_mean(double *mean, double *se, const struct columns *c, const double *values)
{
    if (c->n == 0) {
        *mean = *se = NAN;
        return;
    }
    struct stats_clustered s = stats_clustered(values, c->sizes, c->n, CONFIDENCE);
    *mean = s.cluster_mean;
    *se = s.cluster_se;
}

/* `all_or_nothing`: every score is 0 or 1. */
static void describe_rule(sheaf_eval_rule *out, struct columns *c, bool all_or_nothing,
                          uint64_t seed)
{
    describe_mean(&out->value, &out->se, c, c->values);
    out->diff = out->diff_se = out->p = NAN;
    if (!c->has_base || c->n == 0)
        return;
    for (size_t i = 0; i < c->n; i++)
        c->diffs[i] = c->values[i] - c->base[i];
    describe_mean(&out->diff, &out->diff_se, c, c->diffs);
    out->p = all_or_nothing ? stats_mcnemar_p(c->diffs, c->n)
                            : stats_paired(c->base, c->values, c->n, CONFIDENCE, seed).p_flip;
}

static void make_pass_at_1(sheaf_eval_rule *out, struct columns *c, const struct lineup *l,
                           const struct score *scores, uint64_t seed)
{
    *out = (sheaf_eval_rule){.name = "pass@1", .strategy = l->runs[0]->name, .ballots = 1};
    for (size_t i = 0; i < c->n; i++)
        c->values[i] = share_right(&scores[i].runs[0]);
    describe_rule(out, c, false, seed);
}

static void make_rule(sheaf_eval_rule *out, struct columns *c, const struct lineup *l, size_t rule,
                      const struct score *scores)
{
    const struct lineup_rule *r = &l->rules[rule];
    double ballots = 0;
    for (size_t i = 0; i < c->n; i++) {
        c->values[i] = scores[i].rules[rule].correct;
        ballots += (double)scores[i].rules[rule].ballots;
    }
    *out = (sheaf_eval_rule){.name = r->name,
                             .strategy = l->runs[r->run]->name,
                             .ballots = c->n ? ballots / (double)c->n : NAN};
    describe_rule(out, c, true, 0);
}

static void make_rules(struct summary *out, struct columns *c, const struct lineup *l,
                       const struct score *scores, uint64_t seed)
{
    size_t n = 0;
    c->has_base = lineup_has_whole(l);
    for (size_t i = 0; c->has_base && i < c->n; i++)
        c->base[i] = scores[i].rules[0].correct;
    if (c->has_base)
        make_pass_at_1(&out->rules[n++], c, l, scores, seed);
    for (size_t i = 0; i < l->n_rules; i++)
        make_rule(&out->rules[n++], c, l, i, scores);
    if (c->has_base) /* the majority against itself */
        out->rules[1].diff = out->rules[1].diff_se = out->rules[1].p = NAN;
    out->pub.rules = out->rules;
    out->pub.n_rules = n;
}

/* ---- costs and points ----------------------------------------------------------------------- */

static sheaf_eval_cost cost_of(const struct lineup *l, size_t run, const struct score *scores,
                               size_t n)
{
    sheaf_eval_cost c = {.strategy = l->runs[run]->name, .accuracy = NAN};
    size_t rule = lineup_deciding_rule(l, run), n_right = 0;
    for (size_t i = 0; i < n; i++) {
        const struct score_run *r = &scores[i].runs[run];
        c.tokens += r->tokens;
        c.seconds += r->seconds;
        c.decode_rows += r->decode_rows;
        c.decode_steps += r->decode_steps;
        c.n_traces += r->n_traces;
        c.n_cut += r->n_cut;
        c.n_looped += r->n_looped;
        c.n_length += r->n_length;
        c.n_unfinished += r->n_unfinished;
        n_right += scores[i].rules[rule].correct;
    }
    if (n)
        c.accuracy = (double)n_right / (double)n;
    return c;
}

/* pass@k and cons@k of every problem, in place of the scores of a rule. */
static sheaf_eval_point point_of(struct columns *c, const struct score *scores, size_t k_wanted,
                                 size_t at)
{
    sheaf_eval_point p = {.k = k_wanted};
    for (size_t i = 0; i < c->n; i++) {
        const struct score_run *r = &scores[i].runs[0];
        size_t k = k_wanted < r->n_traces ? k_wanted : r->n_traces;
        c->values[i] = k ? metrics_pass_at_k(r->n_traces, r->n_right, k) : 0;
        c->base[i] = r->cons[at];
    }
    describe_mean(&p.pass, &p.pass_se, c, c->values);
    describe_mean(&p.cons, &p.cons_se, c, c->base);
    return p;
}

static void make_points(struct summary *out, struct columns *c, const struct score *scores,
                        size_t n_traces)
{
    size_t ks[SCORE_POINTS_MAX], n_points = score_points(ks, n_traces);
    for (size_t j = 0; j < n_points; j++)
        out->points[j] = point_of(c, scores, ks[j], j);
    out->pub.points = out->points;
    out->pub.n_points = n_points;
}

static void sum_speed(sheaf_eval_summary *s)
{
    double tokens = 0, seconds = 0, rows = 0, steps = 0;
    for (size_t i = 0; i < s->n_costs; i++) {
        tokens += (double)s->costs[i].tokens;
        seconds += s->costs[i].seconds;
        rows += (double)s->costs[i].decode_rows;
        steps += s->costs[i].decode_steps;
    }
    s->tokens_per_s = seconds > 0 ? tokens / seconds : NAN;
    s->rows_per_step = steps > 0 ? rows / steps : NAN;
}

sheaf_code summary_make(struct summary *out, const struct lineup *l, const struct score *scores,
                        size_t n, size_t n_traces, uint64_t seed, sheaf_error *err)
{
    struct columns c;
    sheaf_code rc = SHEAF_OK;
    if (columns_open(&c, n)) {
        make_rules(out, &c, l, scores, seed);
        for (size_t i = 0; i < l->n_runs; i++)
            out->costs[i] = cost_of(l, i, scores, n);
        out->pub.costs = out->costs;
        out->pub.n_costs = l->n_runs;
        sum_speed(&out->pub);
        out->pub.has_majority = lineup_has_whole(l);
        if (lineup_has_whole(l))
            make_points(out, &c, scores, n_traces);
    } else {
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "summary", "no memory for %zu problems", n);
    }
    columns_close(&c);
    return rc;
}
