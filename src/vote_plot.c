/* vote_plot.c - see vote_plot.h. */
#include "src/vote_plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "src/svg_chart.h"

struct plot {
    const struct revote *r;
    struct html_point *points; /* [n_strategies][n_ks] */
    struct html_curve *curves; /* [n_strategies] */
    size_t *series;            /* [n_strategies] HTML_SERIES: behind */
    size_t n_ks;
};

/* ---- curves --------------------------------------------------------------------------------- */

static int by_x(const void *a, const void *b)
{
    const struct html_point *p = a, *q = b;
    return (p->x > q->x) - (p->x < q->x);
}

static struct html_point point_of(const struct revote_row *row)
{
    struct html_point p = {.x = fmax(row->tokens, 1), .y = row->accuracy, .low = NAN, .high = NAN};
    if (!isnan(row->se)) {
        p.low = fmax(row->accuracy - row->se, 0);
        p.high = fmin(row->accuracy + row->se, 1);
    }
    snprintf(p.name, sizeof p.name, "%.40s, k = %zu", row->strategy, row->k);
    return p;
}

static void make_curves(struct plot *p)
{
    const size_t n = p->r->n_strategies;
    for (size_t s = 0; s < n; s++) {
        struct html_point *points = &p->points[s * p->n_ks];
        for (size_t i = 0; i < p->n_ks; i++)
            points[i] = point_of(&p->r->rows[i * n + s]);
        qsort(points, p->n_ks, sizeof *points, by_x);
        p->curves[s] = (struct html_curve){.name = p->r->rows[s].strategy, .points = points,
                                           .n = p->n_ks, .line = true};
        p->series[s] = HTML_SERIES;
    }
}

static size_t front_points(const struct revote *r, size_t strategy)
{
    size_t n = 0;
    for (size_t i = strategy; i < r->n_rows; i += r->n_strategies)
        n += r->rows[i].pareto;
    return n;
}

/* Colours go to the first strategy, then to those with most points on the front. */
static void choose_series(struct plot *p)
{
    p->series[0] = 0;
    for (size_t colour = 1; colour < HTML_SERIES; colour++) {
        size_t best = 0, most = 0;
        for (size_t s = 1; s < p->r->n_strategies; s++) {
            size_t n = p->series[s] == HTML_SERIES ? front_points(p->r, s) : 0;
            if (n > most) {
                most = n;
                best = s;
            }
        }
        if (most)
            p->series[best] = colour;
    }
}

/* ---- drawing -------------------------------------------------------------------------------- */

static void choose_axes(struct html_chart *c, const struct plot *p)
{
    double left = INFINITY, right = 1, low = 1, high = 0;
    for (size_t i = 0; i < p->r->n_strategies * p->n_ks; i++) {
        const struct html_point *at = &p->points[i];
        left = fmin(left, at->x);
        right = fmax(right, at->x);
        low = fmin(low, fmin(at->y, at->low)); /* fmin leaves NaN out */
        high = fmax(high, fmax(at->y, at->high));
    }
    c->x = html_axis_log("tokens per problem", left, fmax(right, 2 * left));
    c->y = html_axis_share("problems solved", low, high);
}

static void draw_legend(const struct html_chart *c, const struct plot *p)
{
    char others[32];
    size_t n_behind = 0, line = 0;
    for (size_t colour = 0; colour < HTML_SERIES; colour++)
        for (size_t s = 0; s < p->r->n_strategies; s++)
            if (p->series[s] == colour)
                svg_chart_legend(c, line++, colour, p->curves[s].name);
    for (size_t s = 0; s < p->r->n_strategies; s++)
        n_behind += p->series[s] == HTML_SERIES;
    snprintf(others, sizeof others, "%zu other%s", n_behind, n_behind == 1 ? "" : "s");
    if (n_behind)
        svg_chart_legend(c, line, HTML_SERIES, others);
}

static void draw(const struct html_chart *c, const struct plot *p)
{
    const size_t n = p->r->n_strategies;
    svg_chart_begin(c);
    for (size_t s = 0; s < n; s++)
        if (p->series[s] == HTML_SERIES)
            svg_chart_behind(c, &p->curves[s]);
    for (size_t s = n; s-- > 0;) /* the first on top */
        if (p->series[s] != HTML_SERIES)
            html_curve_draw(c, p->series[s], &p->curves[s]);
    draw_legend(c, p);
    svg_chart_end(c);
}

static void list_ks(char *out, size_t cap, const struct revote *r)
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < r->n_rows && n < cap; i += r->n_strategies)
        n += (size_t)snprintf(out + n, cap - n, "%s%zu", i ? ", " : "", r->rows[i].k);
}

static void draw_all(strbuf *out, const struct plot *p, const char *data)
{
    char title[160], about[512], ks[200], replays[64] = "";
    const struct revote *r = p->r;
    list_ks(ks, sizeof ks, r);
    snprintf(title, sizeof title, "%.80s: accuracy against tokens", data);
    if (r->parallel)
        snprintf(replays, sizeof replays, ", replayed %zu at a time", r->parallel);
    snprintf(about, sizeof about,
             "%zu problems, budgets of %s traces%s; bars: one standard error over problems\n"
             "In colour: %s, and the strategies with most points on the front", r->n_problems, ks,
             replays, r->rows[0].strategy);
    struct html_chart c = svg_chart(out, title, about);
    choose_axes(&c, p);
    draw(&c, p);
}

void vote_plot(strbuf *out, const struct revote *r, const char *data)
{
    struct plot p = {.r = r, .n_ks = r->n_rows / r->n_strategies};
    p.points = alloc_zero(r->n_rows, sizeof *p.points);
    p.curves = alloc_zero(r->n_strategies, sizeof *p.curves);
    p.series = alloc_zero(r->n_strategies, sizeof *p.series);
    if (p.points && p.curves && p.series) {
        make_curves(&p);
        choose_series(&p);
        draw_all(out, &p, data);
    } else {
        out->failed = true;
    }
    alloc_free(p.points);
    alloc_free(p.curves);
    alloc_free(p.series);
}
