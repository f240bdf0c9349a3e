/* html_chart.c - see html_chart.h. Sizes are in units of the view box; the page scales it. */
#include "src/html_chart.h"

#include <math.h>

#include "src/html_text.h"

#define WIDTH 380.0
#define HEIGHT 280.0
#define LEFT 54.0 /* room for titles and labels */
#define RIGHT 22.0
#define TOP 12.0
#define BOTTOM 46.0
#define TICKS 5
#define LOG_ROOM 1.08 /* factor at both ends of a logarithmic axis */

static double width_of(const struct html_chart *c)
{
    return c->width > 0 ? c->width : WIDTH;
}

static double height_of(const struct html_chart *c)
{
    return c->height > 0 ? c->height : HEIGHT;
}

static double left_of(const struct html_chart *c)
{
    return LEFT + c->left;
}

static double right_of(const struct html_chart *c)
{
    return width_of(c) - RIGHT - c->right;
}

static double top_of(const struct html_chart *c)
{
    return TOP + c->top;
}

static double bottom_of(const struct html_chart *c)
{
    return height_of(c) - BOTTOM;
}

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

struct html_axis html_axis_share(const char *title, double low, double high)
{
    struct html_axis a = html_axis_over(title, low, high);
    a.low = fmax(a.low, 0);
    a.high = fmin(a.high, a.step * ceil(1 / a.step - 1e-9));
    a.percent = true;
    return a;
}

struct html_axis html_axis_log(const char *title, double low, double high)
{
    return (struct html_axis){.title = title, .low = low / LOG_ROOM, .high = high * LOG_ROOM,
                              .log = true};
}

static double share_of(const struct html_axis *a, double value)
{
    double share = a->log ? log(value / a->low) / log(a->high / a->low)
                          : (value - a->low) / (a->high - a->low);
    return share > 0 ? fmin(share, 1) : 0; /* NaN: 0 */
}

double html_chart_x(const struct html_chart *c, double value)
{
    return left_of(c) + (right_of(c) - left_of(c)) * share_of(&c->x, value);
}

double html_chart_y(const struct html_chart *c, double value)
{
    return bottom_of(c) - (bottom_of(c) - top_of(c)) * share_of(&c->y, value);
}

/* ---- axes ----------------------------------------------------------------------------------- */

/* The i-th tick, from 0; NaN past the last. */
static double tick_at(const struct html_axis *a, size_t i)
{
    if (!a->log) {
        size_t n = (size_t)llround((a->high - a->low) / a->step) + 1;
        return i < n ? a->low + (double)i * a->step : NAN;
    }
    double value = round_up(a->low);
    for (; i > 0 && value <= a->high; i--)
        value = round_up(1.5 * value);
    return value <= a->high ? value : NAN;
}

static void put_label(strbuf *out, const struct html_axis *a, double value)
{
    int digits = !a->log && a->step < 1 ? (int)ceil(-log10(a->step) - 1e-9) : 0;
    if (a->percent)
        strbuf_printf(out, "%.0f %%", 100 * value);
    else
        strbuf_printf(out, "%.*f", digits, fabs(value) < 1e-9 * a->step ? 0 : value);
}

static void draw_x(const struct html_chart *c)
{
    double value, base = bottom_of(c);
    for (size_t i = 0; !isnan(value = tick_at(&c->x, i)); i++) {
        if (c->x.log)
            strbuf_printf(c->out, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" "
                                  "y2=\"%.1f\"/>", html_chart_x(c, value), html_chart_x(c, value),
                          top_of(c), base);
        strbuf_printf(c->out, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
                      html_chart_x(c, value), base + 17);
        put_label(c->out, &c->x, value);
        strbuf_str(c->out, "</text>");
    }
    strbuf_printf(c->out, "<text class=\"axis\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
                  0.5 * (left_of(c) + right_of(c)), height_of(c) - 8);
    html_str(c->out, c->x.title);
    strbuf_str(c->out, "</text>\n");
}

static void draw_y(const struct html_chart *c)
{
    double value;
    for (size_t i = 0; !isnan(value = tick_at(&c->y, i)); i++) {
        double y = html_chart_y(c, value);
        strbuf_printf(c->out, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" "
                              "y2=\"%.1f\"/>", left_of(c), right_of(c), y, y);
        strbuf_printf(c->out, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">",
                      left_of(c) - 6, y + 4);
        put_label(c->out, &c->y, value);
        strbuf_str(c->out, "</text>");
    }
    strbuf_printf(c->out, "<text class=\"axis\" transform=\"translate(12 %.1f) rotate(-90)\" "
                          "text-anchor=\"middle\">", 0.5 * (top_of(c) + bottom_of(c)));
    html_str(c->out, c->y.title);
    strbuf_str(c->out, "</text>\n");
}

void html_chart_axes(const struct html_chart *c)
{
    draw_y(c);
    draw_x(c);
}

void html_chart_begin(const struct html_chart *c)
{
    strbuf *b = c->out;
    strbuf_printf(b, "<figure><h3>");
    html_str(b, c->title);
    strbuf_printf(b, "</h3>\n<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                     "aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">", width_of(c),
                  height_of(c), c->id, c->id, c->id);
    html_str(b, c->title);
    strbuf_printf(b, "</title><desc id=\"%s-d\">", c->id);
    html_str(b, c->about);
    strbuf_str(b, "</desc>\n");
    html_chart_axes(c);
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
