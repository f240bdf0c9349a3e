/* html_curve.c - see html_curve.h. */
#include "src/html_curve.h"

#include <math.h>
#include <stdio.h>

#include "src/table.h"

#define CAP 3.0 /* half the width of an error bar's ends */

static void draw_bar(const struct html_chart *c, size_t series, const struct html_point *p)
{
    double x = html_chart_x(c, p->x);
    double low = html_chart_y(c, p->low), high = html_chart_y(c, p->high);
    if (isnan(p->low) || isnan(p->high))
        return;
    strbuf_printf(c->out, "<path class=\"bar s%zu\" d=\"M%.1f %.1fh%.1fM%.1f %.1fV%.1fM%.1f "
                          "%.1fh%.1f\"/>", series, x - CAP, low, 2 * CAP, x, low, high, x - CAP,
                  high, 2 * CAP);
}

static void draw_line(const struct html_chart *c, size_t series, const struct html_curve *curve)
{
    if (!curve->line || curve->n < 2)
        return;
    strbuf_printf(c->out, "<polyline class=\"line s%zu\" points=\"", series);
    for (size_t i = 0; i < curve->n; i++)
        strbuf_printf(c->out, "%s%.1f,%.1f", i ? " " : "", html_chart_x(c, curve->points[i].x),
                      html_chart_y(c, curve->points[i].y));
    strbuf_str(c->out, "\"/>");
}

static void draw_marks(const struct html_chart *c, size_t series, const struct html_curve *curve)
{
    char note[160];
    for (size_t i = 0; i < curve->n; i++) {
        const struct html_point *p = &curve->points[i];
        draw_bar(c, series, p);
        snprintf(note, sizeof note, "%s: %.1f %%", p->name, 100 * p->y);
        html_mark(c->out, series, html_chart_x(c, p->x), html_chart_y(c, p->y), note);
    }
    strbuf_char(c->out, '\n');
}

void html_curve_draw(const struct html_chart *c, size_t series, const struct html_curve *curve)
{
    draw_line(c, series, curve);
    draw_marks(c, series, curve);
}

static void draw_diagonal(const struct html_chart *c)
{
    strbuf_printf(c->out, "<line class=\"ideal\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
                  html_chart_x(c, 0), html_chart_y(c, 0), html_chart_x(c, 1), html_chart_y(c, 1));
}

static void value_row(struct table *t, const struct html_chart *c, const struct html_curve *curve,
                      const struct html_point *p)
{
    bool percent = c->x.percent;
    table_str(t, curve->name);
    table_str(t, p->name);
    table_printf(t, percent ? "%.1f %%" : "%.0f", percent ? 100 * p->x : p->x);
    table_printf(t, "%.1f %%", 100 * p->y);
    if (isnan(p->low) || isnan(p->high))
        table_str(t, "-");
    else
        table_printf(t, "%.1f to %.1f %%", 100 * p->low, 100 * p->high);
}

static void put_values(const struct html_chart *c, const struct html_curve *curves, size_t n)
{
    const char *const names[] = {"Series", "Point", c->x.title, c->y.title, "Error bar"};
    struct table t;
    table_init(&t, "llrrr");
    t.caption = c->title;
    for (size_t i = 0; i < t.n_columns; i++)
        table_str(&t, names[i]);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < curves[i].n; j++)
            value_row(&t, c, &curves[i], &curves[i].points[j]);
    strbuf_str(c->out, "<details><summary>Values</summary>");
    table_print(&t, c->out, TABLE_HTML, 0, 0);
    strbuf_str(c->out, "</details>\n");
    table_free(&t);
}

void html_curves(const struct html_chart *c, const struct html_curve *curves, size_t n,
                 bool diagonal)
{
    html_chart_begin(c);
    if (diagonal)
        draw_diagonal(c);
    for (size_t i = 0; i < n; i++)
        draw_line(c, i, &curves[i]);
    for (size_t i = 0; i < n; i++)
        draw_marks(c, i, &curves[i]);
    html_chart_drawn(c);
    html_legend_begin(c->out);
    for (size_t i = 0; i < n; i++)
        html_legend_entry(c->out, i, curves[i].name);
    html_legend_end(c->out);
    put_values(c, curves, n);
    html_chart_end(c);
}
