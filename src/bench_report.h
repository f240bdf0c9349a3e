/* bench_report.h - the rows of `sheaf bench` as text, Markdown, CSV or JSON. */
#ifndef SRC_BENCH_REPORT_H
#define SRC_BENCH_REPORT_H

#include "src/bench_row.h"
#include "src/table.h"

struct bench_report {
    const struct bench_row *rows;
    size_t n_rows;
    const struct bench_ceilings *ceilings;
    const sheaf_model_info *info;
    bool details, profile; /* further tables, text and Markdown alone */
};

/* TABLE_PLAIN, _MARKDOWN or _CSV for "text", "md" or "csv". */
enum table_style bench_style(const char *format);

/* Appends the report. `format`: "text", "md", "csv" or "json"; the last two hold every field of
 * every row under its name and the model, the tier and the type of the products: JSON as an array
 * of objects, a number that was not measured as null, an empty cell in CSV. */
void bench_report(strbuf *out, const struct bench_report *r, const char *format);

#endif
