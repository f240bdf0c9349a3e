/* html_plots.c - what the charts of a page show. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "evals/calibration.h"
#include "src/html_curve.h"
#include "src/html_histogram.h"
#include "src/html_report.h"
#include "store/trace_set.h"
#include "tts/confidence.h"

#define Z95 1.959963984540054

/* ---- accuracy against tokens ---------------------------------------------------------------- */

enum { PASS_K, CONS_K, STRATEGIES }; /* a series for each strategy, the last for those left */

struct spending {
    struct html_point points[STRATEGIES][SCORE_POINTS_MAX];
    struct html_point strategies[LINEUP_RUNS_MAX];
    struct html_curve curves[HTML_SERIES];
    size_t n_curves;
    double most; /* tokens of a problem */
};

/* A share with its 95 % error bar, which stays within [0, 1]; none without a standard error. */
static struct html_point point_at(double x, double share, double se)
{
    struct html_point p = {.x = x, .y = share, .low = NAN, .high = NAN};
    if (!isnan(se)) {
        p.low = fmax(share - Z95 * se, 0);
        p.high = fmin(share + Z95 * se, 1);
    }
    return p;
}

/* k traces cost k times the mean trace. */
static void add_ks(struct spending *d, const sheaf_eval_summary *s)
{
    const sheaf_eval_cost *c = &s->costs[0];
    double each = (double)c->tokens / fmax((double)c->n_traces, 1);
    for (size_t i = 0; i < s->n_points; i++) {
        const sheaf_eval_point *p = &s->points[i];
        double x = each * (double)p->k;
        d->points[PASS_K][i] = point_at(x, p->pass, NAN);
        d->points[CONS_K][i] = point_at(x, p->cons, p->cons_se);
        snprintf(d->points[PASS_K][i].name, sizeof d->points[0][i].name, "pass@%zu", p->k);
        snprintf(d->points[CONS_K][i].name, sizeof d->points[0][i].name, "cons@%zu", p->k);
        d->most = fmax(d->most, x);
    }
    d->curves[PASS_K].n = d->curves[CONS_K].n = s->n_points;
}

/* Standard error of the vote that decides for a strategy. */
static double error_of(const sheaf_eval_summary *s, const char *name)
{
    for (size_t i = 0; i < s->n_rules; i++)
        if (strcmp(s->rules[i].name, name) == 0)
            return s->rules[i].se;
    return NAN;
}

static void add_strategies(struct spending *d, const sheaf_eval_summary *s)
{
    d->n_curves = STRATEGIES;
    for (size_t i = 0; i < s->n_costs; i++) {
        const sheaf_eval_cost *c = &s->costs[i];
        struct html_point *p = &d->strategies[i];
        *p = point_at((double)c->tokens / (double)s->n_done, c->accuracy,
                      error_of(s, c->strategy));
        snprintf(p->name, sizeof p->name, "%s", c->strategy);
        d->most = fmax(d->most, p->x);
        if (d->n_curves < HTML_SERIES)
            d->curves[d->n_curves++] = (struct html_curve){.name = c->strategy, .points = p};
        else
            d->curves[HTML_SERIES - 1].name = "other strategies";
        d->curves[d->n_curves - 1].n++;
    }
}

static void plot_spending(strbuf *out, const struct html_report *r)
{
    const sheaf_eval_summary *s = &r->book->summary.pub;
    struct spending d = {
        .curves = {[PASS_K] = {.name = "pass@k: one of k traces is right", .line = true},
                   [CONS_K] = {.name = "cons@k: the vote of k traces is right", .line = true}}};
    d.curves[PASS_K].points = d.points[PASS_K];
    d.curves[CONS_K].points = d.points[CONS_K];
    if (s->has_majority)
        add_ks(&d, s);
    add_strategies(&d, s);
    const struct html_chart c = {
        .out = out, .id = "tokens", .title = "Accuracy against tokens",
        .about = "Mean tokens per problem; single marks are strategies with all their traces. "
                 "Bars: 95 %, errors clustered by problem.",
        .x = html_axis_over("tokens per problem", 0, fmax(d.most, 1)),
        .y = html_axis_percent("right")};
    html_curves(&c, d.curves, d.n_curves, false);
}

/* ---- confidence of right and wrong traces --------------------------------------------------- */

enum { MEAN, TAIL, BOTTOM10, LOWEST, N_STATISTICS };

static const struct {
    const char *id, *title;
} statistics[N_STATISTICS] = {
    [MEAN] = {"mean", "Mean confidence"},
    [TAIL] = {"tail", "Confidence of the tail"},
    [BOTTOM10] = {"bottom10", "Bottom 10 % of the groups"},
    [LOWEST] = {"lowest", "Lowest group confidence"},
};

/* Groups of every statistic, while they are filled: arrays have room for every trace. */
struct samples {
    struct html_groups groups[N_STATISTICS];
};

static bool samples_open(struct samples *s, size_t n)
{
    bool ok = true;
    for (size_t i = 0; i < N_STATISTICS; i++) {
        struct html_groups *g = &s->groups[i];
        *g = (struct html_groups){.right = alloc_zero(n, sizeof *g->right),
                                  .wrong = alloc_zero(n, sizeof *g->wrong)};
        ok = ok && g->right && g->wrong;
    }
    return ok;
}

static void samples_close(struct samples *s)
{
    for (size_t i = 0; i < N_STATISTICS; i++) {
        alloc_free(s->groups[i].right);
        alloc_free(s->groups[i].wrong);
    }
}

/* What is not known of a trace when it ends, the window of its problem gives. A trace that cannot
 * be read, or a window that is not recorded, leaves NaN. */
static void summarize_groups(double values[N_STATISTICS], const struct html_report *r,
                             const struct trace_entry *e, size_t window)
{
    struct trace_set set;
    struct conf_summary sums;
    if (window == 0 || trace_set_load_one(&set, e, &r->run->files, NULL))
        return;
    const sheaf_trace *t = &set.traces[0];
    double *scratch = alloc_zero(t->n_tokens, sizeof *scratch);
    if (scratch && t->n_tokens) {
        conf_summarize(&sums, scratch, t->confidence, t->n_tokens, window, CONF_TAIL);
        values[BOTTOM10] = sums.bottom10;
        values[LOWEST] = sums.lowest;
    }
    alloc_free(scratch);
    trace_set_free(&set);
}

static void add_sample(struct samples *s, const struct html_report *r, const struct trace_entry *e,
                       size_t window)
{
    const struct trace_record *t = &e->r;
    double values[N_STATISTICS] = {(double)t->mean, (double)t->tail, (double)t->bottom10,
                                   (double)t->lowest};
    if (isnan(values[LOWEST]))
        summarize_groups(values, r, e, window);
    for (size_t i = 0; i < N_STATISTICS; i++) {
        struct html_groups *g = &s->groups[i];
        if (!isfinite(values[i]) || t->verdict == TRACE_UNGRADED)
            continue;
        if (t->verdict == TRACE_RIGHT)
            g->right[g->n_right++] = values[i];
        else
            g->wrong[g->n_wrong++] = values[i];
    }
}

/* Adds the recorded traces of a problem; with `s` NULL only their number is returned. */
static size_t sample_problem(struct samples *s, const struct html_report *r, size_t problem)
{
    const size_t window = r->book->problems[problem].windows[html_source_run(r)];
    size_t n = 0;
    for (size_t id = 0; id < html_trace_count(r, problem); id++) {
        const struct trace_entry *e = html_trace_at(r, problem, id);
        n += e != NULL;
        if (e && s)
            add_sample(s, r, e, window);
    }
    return n;
}

static size_t count_traces(const struct html_report *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->book->n; i++)
        n += sample_problem(NULL, r, i);
    return n;
}

static void plot_confidences(strbuf *out, const struct html_report *r)
{
    struct samples s;
    out->failed = !samples_open(&s, count_traces(r)) || out->failed;
    for (size_t i = 0; i < r->book->n && !out->failed; i++)
        sample_problem(&s, r, i);
    for (size_t i = 0; i < N_STATISTICS && !out->failed; i++)
        html_histogram(out, statistics[i].id, statistics[i].title, &s.groups[i]);
    samples_close(&s);
}

/* ---- calibration ---------------------------------------------------------------------------- */

/* Is a vote with a share of 80 % right in 80 % of the problems? */
static bool calibrate(struct calibration *out, const struct html_report *r, size_t rule)
{
    const struct scorebook *b = r->book;
    double *shares = alloc_zero(b->n, sizeof *shares);
    bool *right = alloc_zero(b->n, sizeof *right), ok = shares && right;
    for (size_t i = 0; i < b->n && ok; i++) {
        shares[i] = b->problems[i].votes[rule].answer ? b->problems[i].votes[rule].share : NAN;
        right[i] = b->scores[i].rules[rule].correct;
    }
    if (ok)
        calibration_make(out, shares, right, b->n);
    alloc_free(shares);
    alloc_free(right);
    return ok;
}

static size_t curve_points(struct html_point *points, const struct calibration *c)
{
    size_t n = 0;
    for (size_t i = 0; i < CALIBRATION_BINS; i++) {
        const struct calibration_bin *bin = &c->bins[i];
        if (bin->n == 0)
            continue;
        points[n] = (struct html_point){.x = bin->claimed, .y = bin->came_true,
                                        .low = bin->interval.low, .high = bin->interval.high};
        snprintf(points[n].name, sizeof points[n].name, "%zu of %zu right", bin->n_right, bin->n);
        n++;
    }
    return n;
}

static void plot_calibration(strbuf *out, const struct html_report *r)
{
    const size_t rule = lineup_deciding_rule(&r->book->lineup, html_source_run(r));
    struct calibration k = {.n = 0};
    struct html_point points[CALIBRATION_BINS];
    char about[256];
    out->failed = !calibrate(&k, r, rule) || out->failed;
    if (k.n == 0)
        return;
    snprintf(about, sizeof about,
             "Share of the leading answer against how often it is right, in tenths. Expected "
             "calibration error %.3f, Brier score %.3f. Bars: Wilson, 95 %%.",
             k.error, k.brier);
    const struct html_curve curve = {.name = r->book->lineup.rules[rule].name, .points = points,
                                     .n = curve_points(points, &k), .line = true};
    const struct html_chart c = {
        .out = out, .id = "calibration", .title = "Calibration of the vote", .about = about,
        .x = html_axis_percent("share of the vote"), .y = html_axis_percent("right")};
    html_curves(&c, &curve, 1, true);
}

void html_plots(strbuf *out, const struct html_report *r)
{
    if (r->book->n == 0)
        return;
    strbuf_str(out, "<section><h2>Charts</h2>\n<div class=\"charts\">\n");
    plot_spending(out, r);
    plot_calibration(out, r);
    plot_confidences(out, r);
    strbuf_str(out, "</div></section>\n");
}
