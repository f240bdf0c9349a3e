/* html_chart.c - see html_chart.h. Sizes are in units of the view box; the page scales it. */
#include "src/html_chart.h"

#include <math.h>

#include "src/html_text.h"

#define WIDTH 380.0
#define HEIGHT 280.0
#define LEFT 54.0
#define RIGHT 358.0
#define TOP 12.0
#define BOTTOM 234.0
#define TICKS 5

/* ---- scales --------------------------------------------------------------------------------- */

/* The round number (1, 2, 5 times a power of ten) next above `step`. */
static double round_up(double step)
{
    double power = pow(10, floor(log10(step)));
    static const double rounds[] = {1, 2, 5};
    for (size_t i = 0; i < sizeof rounds / sizeof rounds[0]; i++)
        if (step <= rounds[i] * power * (1 + 1e-9))
            return rounds[i] * power;
    return 10 * power;
}

struct html_axis html_axis_over(const char *title, double low, double high)
{
    if (!(high > low)) {
        double room = fabs(low) > 0 ? 0.1 * fabs(low) : 1;
        low -= room;
        high = low + 2 * room;
    }
    double step = round_up((high - low) / TICKS);
    return (struct html_axis){.title = title, .low = step * floor(low / step),
                              .high = step * ceil(high / step), .step = step};
}

struct html_axis html_axis_percent(const char *title)
{
    return (struct html_axis){.title = title, .high = 1, .step = 0.2, .percent = true};
}

static double share_of(const struct html_axis *a, double value)
{
    double share = (value - a->low) / (a->high - a->low);
    return share > 0 ? fmin(share, 1) : 0; /* NaN: 0 */
}

double html_chart_x(const struct html_chart *c, double value)
{
    return LEFT + (RIGHT - LEFT) * share_of(&c->x, value);
}

double html_chart_y(const struct html_chart *c, double value)
{
    return BOTTOM - (BOTTOM - TOP) * share_of(&c->y, value);
}

/* ---- axes ----------------------------------------------------------------------------------- */

static size_t count_ticks(const struct html_axis *a)
{
    return (size_t)llround((a->high - a->low) / a->step) + 1;
}

static void put_label(strbuf *out, const struct html_axis *a, double value)
{
    int digits = a->step < 1 ? (int)ceil(-log10(a->step) - 1e-9) : 0;
    if (a->percent)
        strbuf_printf(out, "%.0f %%", 100 * value);
    else
        strbuf_printf(out, "%.*f", digits, fabs(value) < 1e-9 * a->step ? 0 : value);
}

static void draw_x(const struct html_chart *c)
{
    for (size_t i = 0; i < count_ticks(&c->x); i++) {
        double value = c->x.low + (double)i * c->x.step, x = html_chart_x(c, value);
        strbuf_printf(c->out, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
                      x, BOTTOM + 17);
        put_label(c->out, &c->x, value);
        strbuf_str(c->out, "</text>");
    }
    strbuf_printf(c->out, "<text class=\"axis\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
                  0.5 * (LEFT + RIGHT), HEIGHT - 8);
    html_str(c->out, c->x.title);
    strbuf_str(c->out, "</text>\n");
}

static void draw_y(const struct html_chart *c)
{
    for (size_t i = 0; i < count_ticks(&c->y); i++) {
        double value = c->y.low + (double)i * c->y.step, y = html_chart_y(c, value);
        strbuf_printf(c->out, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" "
                              "y2=\"%.1f\"/>", LEFT, RIGHT, y, y);
        strbuf_printf(c->out, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">",
                      LEFT - 6, y + 4);
        put_label(c->out, &c->y, value);
        strbuf_str(c->out, "</text>");
    }
    strbuf_printf(c->out, "<text class=\"axis\" transform=\"translate(12 %.1f) rotate(-90)\" "
                          "text-anchor=\"middle\">", 0.5 * (TOP + BOTTOM));
    html_str(c->out, c->y.title);
    strbuf_str(c->out, "</text>\n");
}

void html_chart_begin(const struct html_chart *c)
{
    strbuf *b = c->out;
    strbuf_printf(b, "<figure><h3>");
    html_str(b, c->title);
    strbuf_printf(b, "</h3>\n<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                     "aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">", WIDTH, HEIGHT, c->id,
                  c->id, c->id);
    html_str(b, c->title);
    strbuf_printf(b, "</title><desc id=\"%s-d\">", c->id);
    html_str(b, c->about);
    strbuf_str(b, "</desc>\n");
    draw_y(c);
    draw_x(c);
}

void html_chart_drawn(const struct html_chart *c)
{
    strbuf_str(c->out, "</svg>\n<figcaption>");
    html_str(c->out, c->about);
    strbuf_str(c->out, "</figcaption>\n");
}

void html_chart_end(const struct html_chart *c)
{
    strbuf_str(c->out, "</figure>\n");
}

/* ---- marks ---------------------------------------------------------------------------------- */

/* One shape per series, drawn about (0, 0), so that colour is not all that tells them apart. */
static const char *const shapes[HTML_SERIES] = {
    "<circle r=\"4.5\"/>",
    "<path d=\"M-4 -4h8v8h-8z\"/>",
    "<path d=\"M0 -5.5L5 4h-10z\"/>",
    "<path d=\"M0 -5.5L5.5 0L0 5.5L-5.5 0z\"/>",
    "<path d=\"M0 5.5L5 -4h-10z\"/>",
    "<path d=\"M-5 -2h3v-3h4v3h3v4h-3v3h-4v-3h-3z\"/>",
};

void html_mark(strbuf *out, size_t series, double x, double y, const char *note)
{
    size_t s = series % HTML_SERIES;
    strbuf_printf(out, "<g class=\"mark s%zu\" transform=\"translate(%.1f %.1f)\">", s, x, y);
    if (note) {
        strbuf_str(out, "<title>");
        html_str(out, note);
        strbuf_str(out, "</title>");
    }
    strbuf_str(out, shapes[s]);
    strbuf_str(out, "</g>");
}

void html_legend_begin(strbuf *out)
{
    strbuf_str(out, "<ul class=\"legend\">");
}

void html_legend_entry(strbuf *out, size_t series, const char *name)
{
    strbuf_str(out, "<li><svg viewBox=\"-8 -8 16 16\" width=\"16\" height=\"16\" "
                    "aria-hidden=\"true\">");
    html_mark(out, series, 0, 0, NULL);
    strbuf_str(out, "</svg> ");
    html_str(out, name);
    strbuf_str(out, "</li>");
}

void html_legend_end(strbuf *out)
{
    strbuf_str(out, "</ul>\n");
}
