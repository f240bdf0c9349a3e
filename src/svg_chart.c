/* svg_chart.c - see svg_chart.h. */
#include "src/svg_chart.h"

#include "src/html_text.h"

#define LEGEND 236.0      /* room for it at the right */
#define LEGEND_LINE 24.0
#define TEXT_LINE 19.0
#define TITLE 26.0

/* The light colours of html_style.c. */
static const char style[] =
    "text{font:14px system-ui,-apple-system,\"Segoe UI\",\"DejaVu Sans\",sans-serif;fill:#1c2026}"
    ".title{font-size:19px;font-weight:600}.about{fill:#555d68;font-size:13.5px}"
    ".tick{font-size:13px;fill:#555d68}.grid{stroke:#d4d8de;stroke-width:1}"
    ".line,.bar,.behind{fill:none}.line{stroke-width:2.2;stroke-linejoin:round}"
    ".bar{stroke-width:1.2;opacity:.55}.behind{stroke:#b9bfc8;stroke-width:1.1}"
    ".mark{stroke:#fff;stroke-width:1}"
    ".s0{stroke:#1f66b0}.s1{stroke:#b04a12}.s2{stroke:#0b6b4f}.s3{stroke:#7a3d9a}"
    ".s4{stroke:#8a6d00}.s5{stroke:#555d68}"
    ".mark.s0{fill:#1f66b0}.mark.s1{fill:#b04a12}.mark.s2{fill:#0b6b4f}.mark.s3{fill:#7a3d9a}"
    ".mark.s4{fill:#8a6d00}.mark.s5{fill:#555d68}";

static void put_text(strbuf *out, const char *class, double x, double y, text t)
{
    strbuf_printf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
    html_text(out, t);
    strbuf_str(out, "</text>\n");
}

static size_t count_lines(const char *s)
{
    size_t n = *s != '\0';
    for (; *s; s++)
        n += *s == '\n';
    return n;
}

struct html_chart svg_chart(strbuf *out, const char *title, const char *about)
{
    return (struct html_chart){.out = out, .id = "", .title = title, .about = about,
                               .width = SVG_WIDTH, .height = SVG_HEIGHT, .left = 20,
                               .right = LEGEND,
                               .top = TITLE + TEXT_LINE * (double)count_lines(about) + 14};
}

static void put_about(const struct html_chart *c)
{
    text rest = text_of(c->about);
    for (double y = TITLE + TEXT_LINE; rest.n; y += TEXT_LINE) {
        size_t end = text_find(rest, TEXT("\n"));
        put_text(c->out, "about", 18, y, text_slice(rest, 0, end));
        rest = end == SIZE_MAX ? (text){NULL, 0} : text_slice(rest, end + 1, rest.n);
    }
}

void svg_chart_begin(const struct html_chart *c)
{
    strbuf_printf(c->out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
                          "width=\"%.0f\" height=\"%.0f\" role=\"img\">\n<title>", c->width,
                  c->height, c->width, c->height);
    html_str(c->out, c->title);
    strbuf_str(c->out, "</title>\n<desc>");
    html_str(c->out, c->about);
    strbuf_printf(c->out, "</desc>\n<style>%s</style>\n", style);
    strbuf_str(c->out, "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
    put_text(c->out, "title", 18, TITLE, text_of(c->title));
    put_about(c);
    html_chart_axes(c);
}

void svg_chart_end(const struct html_chart *c)
{
    strbuf_str(c->out, "</svg>\n");
}

void svg_chart_behind(const struct html_chart *c, const struct html_curve *curve)
{
    strbuf_str(c->out, "<polyline class=\"behind\" points=\"");
    for (size_t i = 0; i < curve->n; i++)
        strbuf_printf(c->out, "%s%.1f,%.1f", i ? " " : "", html_chart_x(c, curve->points[i].x),
                      html_chart_y(c, curve->points[i].y));
    strbuf_str(c->out, "\"><title>");
    html_str(c->out, curve->name);
    strbuf_str(c->out, "</title></polyline>\n");
}

void svg_chart_legend(const struct html_chart *c, size_t i, size_t series, const char *name)
{
    double x = c->width - LEGEND, y = c->top + 22 + LEGEND_LINE * (double)i;
    bool behind = series >= HTML_SERIES;
    strbuf_printf(c->out, "<path class=\"%s s%zu\" d=\"M%.1f %.1fh26\"/>",
                  behind ? "behind" : "line", series, x, y);
    if (!behind)
        html_mark(c->out, series, x + 13, y, NULL);
    put_text(c->out, "name", x + 34, y + 5, text_of(name));
}
