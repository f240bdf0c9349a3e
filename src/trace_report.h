/* trace_report.h - one stored trace as coloured text or as one JSON object. */
#ifndef SRC_TRACE_REPORT_H
#define SRC_TRACE_REPORT_H

#include "store/trace_set.h"

/* What is shown of a stored trace; all borrowed. */
struct trace_report {
    const struct trace_record *record;
    const sheaf_trace *trace;   /* tokens, confidences, text */
    const uint32_t *text_bytes; /* [n_tokens] what each token adds to the text; NULL: not known */
    size_t window;              /* of the group statistics */
};

/* Facts first, then the text, each token coloured by its confidence against the others of the
 * trace, then the legend. Without colour, or where it is not known which token wrote what: plain
 * text. Model text is made harmless. */
void trace_report_text(strbuf *out, const struct trace_report *r, bool color);

/* The record, "tokens", "confidence" and "text_bytes" arrays, and a line break. */
void trace_report_json(strbuf *out, const struct trace_report *r);

#endif
