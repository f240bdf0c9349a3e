/* report.h - a finished run as text for people or as one JSON object. */
#ifndef SRC_REPORT_H
#define SRC_REPORT_H

#include <sheaf/tts.h>
#include <stdbool.h>

#include "base/text.h"

struct report_options {
    bool answer_only; /* one line                                  */
    bool traces;      /* also the winning trace (text), all traces (JSON) */
    bool color;
};

/* Answer first, then votes, confidence, traces, tokens, time. Model text is made harmless. */
void report_text(strbuf *out, const sheaf_result *r, const struct report_options *o);

/* {"answer", "share", "confidence", "strategy", "stop", "partial", "seed", "votes": [..], "traces":
 * {..}, "tokens": {..}, "seconds", "memory": {..}, "threshold", "window"} and a line break. */
void report_json(strbuf *out, const sheaf_result *r, const struct report_options *o);

#endif
