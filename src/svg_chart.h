/* svg_chart.h - a chart of the report as a file of its own: an SVG with its looks, its title and
 * its legend in it, light, and legible on any page. */
#ifndef SRC_SVG_CHART_H
#define SRC_SVG_CHART_H

#include "src/html_curve.h"

#define SVG_WIDTH 1080.0
#define SVG_HEIGHT 640.0

/* A chart of these sizes; id is not used. `about` becomes lines under the title where it has line
 * breaks. */
struct html_chart svg_chart(strbuf *out, const char *title, const char *about);

/* Opens the file and draws ground, texts, grid and axes; closes it. */
void svg_chart_begin(const struct html_chart *c);
void svg_chart_end(const struct html_chart *c);

/* A curve that stands behind the others: a thin grey line. */
void svg_chart_behind(const struct html_chart *c, const struct html_curve *curve);

/* The i-th line of the legend at the right: a series, or with HTML_SERIES the curves behind. */
void svg_chart_legend(const struct html_chart *c, size_t i, size_t series, const char *name);

#endif
