/* html_histogram.c - see html_histogram.h. */
#include "src/html_histogram.h"

#include <math.h>
#include <stdio.h>

#include "evals/calibration.h"
#include "src/table.h"

#define BINS 16

/* Shares of a group by bin. */
struct bars {
    const char *name, *class;
    size_t n;
    double share[BINS];
};

struct drawing {
    struct html_chart chart;
    struct bars groups[2]; /* right, wrong */
    double low, width;     /* of the bins */
};

/* ---- counting ------------------------------------------------------------------------------- */

static void widen(double *low, double *high, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        *low = fmin(*low, values[i]);
        *high = fmax(*high, values[i]);
    }
}

static void count(struct bars *b, const struct drawing *d, const double *values, size_t n)
{
    b->n = n;
    for (size_t i = 0; i < n; i++) {
        double at = (values[i] - d->low) / d->width;
        b->share[at < BINS - 1 ? (size_t)fmax(at, 0) : BINS - 1] += 1.0 / (double)n;
    }
}

static double highest(const struct drawing *d)
{
    double most = 0;
    for (size_t g = 0; g < 2; g++)
        for (size_t i = 0; i < BINS; i++)
            most = fmax(most, d->groups[g].share[i]);
    return most;
}

/* ---- drawing -------------------------------------------------------------------------------- */

static void draw_steps(const struct drawing *d, const struct bars *b)
{
    const struct html_chart *c = &d->chart;
    strbuf_printf(c->out, "<path class=\"steps %s\" d=\"M%.1f %.1f", b->class,
                  html_chart_x(c, d->low), html_chart_y(c, 0));
    for (size_t i = 0; i < BINS && b->n; i++)
        strbuf_printf(c->out, "V%.1fH%.1f", html_chart_y(c, 100 * b->share[i]),
                      html_chart_x(c, d->low + (double)(i + 1) * d->width));
    strbuf_printf(c->out, "V%.1fZ\"/>", html_chart_y(c, 0));
}

static void put_legend(const struct drawing *d)
{
    strbuf *out = d->chart.out;
    html_legend_begin(out);
    for (size_t g = 0; g < 2; g++)
        strbuf_printf(out, "<li><svg viewBox=\"0 0 24 12\" width=\"24\" height=\"12\" "
                           "aria-hidden=\"true\"><path class=\"steps %s\" d=\"M1 11V2H23V11Z\"/>"
                           "</svg> %s (%zu traces)</li>",
                      d->groups[g].class, d->groups[g].name, d->groups[g].n);
    html_legend_end(out);
}

static void put_values(const struct drawing *d)
{
    struct table t;
    table_init(&t, "lrr");
    t.caption = d->chart.title;
    table_str(&t, d->chart.x.title);
    table_str(&t, "Right, %");
    table_str(&t, "Wrong, %");
    for (size_t i = 0; i < BINS; i++) {
        table_printf(&t, "%.3g to %.3g", d->low + (double)i * d->width,
                     d->low + (double)(i + 1) * d->width);
        for (size_t g = 0; g < 2; g++)
            table_printf(&t, "%.1f", 100 * d->groups[g].share[i]);
    }
    strbuf_str(d->chart.out, "<details><summary>Values</summary>");
    table_print(&t, d->chart.out, TABLE_HTML, 0, 0);
    strbuf_str(d->chart.out, "</details>\n");
    table_free(&t);
}

static void draw(const struct drawing *d)
{
    html_chart_begin(&d->chart);
    for (size_t g = 0; g < 2; g++)
        draw_steps(d, &d->groups[g]);
    html_chart_drawn(&d->chart);
    put_legend(d);
    put_values(d);
    html_chart_end(&d->chart);
}

void html_histogram(strbuf *out, const char *id, const char *name, struct html_groups *g)
{
    struct drawing d = {.groups = {{.name = "right", .class = "good"},
                                   {.name = "wrong", .class = "bad"}}};
    char about[200];
    double low = INFINITY, high = -INFINITY;
    double auroc = calibration_auroc(g->right, g->n_right, g->wrong, g->n_wrong);
    widen(&low, &high, g->right, g->n_right);
    widen(&low, &high, g->wrong, g->n_wrong);
    if (!(low <= high))
        return;
    d.low = low;
    d.width = high > low ? (high - low) / BINS : 1.0 / BINS;
    count(&d.groups[0], &d, g->right, g->n_right);
    count(&d.groups[1], &d, g->wrong, g->n_wrong);
    int n = snprintf(about, sizeof about, "Share of the right and of the wrong traces.");
    if (!isnan(auroc))
        snprintf(about + n, sizeof about - (size_t)n,
                 " A right trace is above a wrong one with chance %.2f (0.5: no use).", auroc);
    d.chart = (struct html_chart){
        .out = out, .id = id, .title = name, .about = about,
        .x = html_axis_over("nats", low, low + BINS * d.width),
        .y = html_axis_over("traces, %", 0, fmax(100 * highest(&d), 1))};
    draw(&d);
}
