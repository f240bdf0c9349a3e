/* html_histogram.h - one number of right and of wrong traces, as two histograms in one chart. */
#ifndef SRC_HTML_HISTOGRAM_H
#define SRC_HTML_HISTOGRAM_H

#include "src/html_chart.h"

/* Finite values of both groups. */
struct html_groups {
    double *right, *wrong; /* [n_right], [n_wrong] */
    size_t n_right, n_wrong;
};

/* Each group is drawn as shares of itself, so groups of different size compare. */
void html_histogram(strbuf *out, const char *id, const char *name, struct html_groups *g);

#endif
