/* html_chart.h - axes of a chart as inline SVG: scales, ticks, titles.
 *
 * A chart is a <figure> that reads without seeing it: <title> and <desc>, and a table of the values
 * that the caller puts in before html_chart_end. Colours are classes of html_style.c: s0 .. s5. */
#ifndef SRC_HTML_CHART_H
#define SRC_HTML_CHART_H

#include <stdbool.h>

#include "base/text.h"

#define HTML_SERIES 6 /* colours and shapes of marks */

/* low < high; ticks at multiples of step, on a logarithmic axis at 1, 2, 5 times powers of ten. */
struct html_axis {
    const char *title;
    double low, high, step;
    bool percent; /* shares of 1, labelled in percent */
    bool log;     /* low > 0 */
};

/* An axis that covers [low, high] with about five ticks at round numbers. */
struct html_axis html_axis_over(const char *title, double low, double high);
/* A logarithmic one from `low` > 0 to `high`, which keeps a little room at both ends. */
struct html_axis html_axis_log(const char *title, double low, double high);
/* Shares of 1. */
struct html_axis html_axis_percent(const char *title);
/* Shares of 1 from low to high with about five ticks. */
struct html_axis html_axis_share(const char *title, double low, double high);

struct html_chart {
    strbuf *out;
    const char *id, *title, *about; /* id: unique in the page */
    struct html_axis x, y;
    double width, height; /* of the drawing; 0: as in a page */
    double top, left, right; /* room beside the axes, added to that of a page */
};

/* Opens figure and drawing, draws grid and axes. */
void html_chart_begin(const struct html_chart *c);
/* Grid and axes alone. */
void html_chart_axes(const struct html_chart *c);
/* Ends the drawing; legends and tables go between here and the end. */
void html_chart_drawn(const struct html_chart *c);
void html_chart_end(const struct html_chart *c);

/* Where a value is in the drawing; values outside the axis are moved to its end. */
double html_chart_x(const struct html_chart *c, double value);
double html_chart_y(const struct html_chart *c, double value);

/* The mark of a series (its shape as well as its colour) at a place in the drawing, with a note
 * that is shown when the pointer rests on it, not escaped yet; NULL: none. */
void html_mark(strbuf *out, size_t series, double x, double y, const char *note);

/* An entry of a legend: mark and name. */
void html_legend_begin(strbuf *out);
void html_legend_entry(strbuf *out, size_t series, const char *name);
void html_legend_end(strbuf *out);

#endif
