/* html_curve.h - series of points with error bars, joined by lines or not. */
#ifndef SRC_HTML_CURVE_H
#define SRC_HTML_CURVE_H

#include <stdbool.h>

#include "src/html_chart.h"

/* A point; low and high are NaN where there is no error bar. */
struct html_point {
    double x, y, low, high;
    char name[64]; /* in tables and notes, not escaped yet */
};

struct html_curve {
    const char *name;
    struct html_point *points; /* [n] by x */
    size_t n;
    bool line;
};

/* One curve: its line, error bars and marks in the looks of `series`. */
void html_curve_draw(const struct html_chart *c, size_t series, const struct html_curve *curve);

/* A chart with its legend and a fold-out table. At most HTML_SERIES curves. `diagonal`: the line
 * of equal x and y is drawn as well. */
void html_curves(const struct html_chart *c, const struct html_curve *curves, size_t n,
                 bool diagonal);

#endif
