/* html_report.h - a stored evaluation as one HTML page that needs nothing else: no network, no
 * script. html_page.c puts it together, html_plots.c draws, html_problems.c lists problems,
 * html_trace.c shows traces, html_style.c has the looks. */
#ifndef SRC_HTML_REPORT_H
#define SRC_HTML_REPORT_H

#include "evals/scorebook.h"
#include "src/compare_report.h"
#include "src/eval_report.h"
#include "store/run_reader.h"

struct html_report {
    const struct run_reader *run;
    const struct scorebook *book;
    const struct eval_report *tables;
    const struct compare_report *compare; /* NULL: one run */
    const char *source;  /* strategy whose traces are shown */
    size_t max_traces;   /* shown of a problem */
    size_t trace_bytes;  /* of a text; longer ones lose their middle */
    size_t page_bytes;   /* past this no more traces are added */
};

/* out->failed is set without memory. */
void html_page(strbuf *out, const struct html_report *r);

/* The run of the lineup whose traces are shown, how many it has on a problem of the book, and the
 * record of one of them: NULL when it is not there. */
size_t html_source_run(const struct html_report *r);
size_t html_trace_count(const struct html_report *r, size_t problem);
const struct trace_entry *html_trace_at(const struct html_report *r, size_t problem, size_t id);

/* html_style.c: the style sheet. */
extern const char html_style[];

/* html_plots.c: accuracy against tokens, confidences of right and wrong traces, calibration. */
void html_plots(strbuf *out, const struct html_report *r);

/* html_problems.c: the table of problems. */
void html_problems(strbuf *out, const struct html_report *r);

/* html_trace.c: one trace as a fold-out. */
void html_trace(strbuf *out, const struct html_report *r, const struct trace_entry *e);
/* Marks of what went wrong with a trace: no answer, limit hit, loop, cut. */
void html_trace_marks(strbuf *out, const struct trace_record *t);

#endif
