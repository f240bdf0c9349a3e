/* vote_report.c - see vote_report.h. */
#include "src/vote_report.h"

#include <math.h>

#include "base/json.h"
#include "store/put.h"

/* ---- a table -------------------------------------------------------------------------------- */

static void percent(struct table *t, double share)
{
    if (isnan(share))
        table_str(t, "");
    else
        table_printf(t, "%.1f", 100 * share);
}

static void signed_percent(struct table *t, double share)
{
    if (isnan(share))
        table_str(t, "");
    else
        table_printf(t, "%+.1f", 100 * share);
}

static void real(struct table *t, const char *format, double value)
{
    if (isnan(value))
        table_str(t, "");
    else
        table_printf(t, format, value);
}

static void put_votes(struct table *t, const struct revote_row *row)
{
    if (row->n_votes == 0)
        table_str(t, "exact");
    else
        table_printf(t, "%zu", row->n_votes);
}

static void graded_rows(struct table *t, const struct revote *r)
{
    static const char *const header[] = {"strategy", "k",    "problems",    "votes", "accuracy %",
                                         "stderr",   "diff", "diff stderr", "p",     "tokens",
                                         "ballots",  "share %"};
    for (size_t i = 0; i < sizeof header / sizeof header[0]; i++)
        table_str(t, header[i]);
    for (const struct revote_row *row = r->rows; row < r->rows + r->n_rows; row++) {
        table_str(t, row->strategy);
        table_printf(t, "%zu", row->k);
        table_printf(t, "%zu", row->n_problems);
        put_votes(t, row);
        percent(t, row->accuracy);
        percent(t, row->se);
        signed_percent(t, row->diff);
        percent(t, row->diff_se);
        real(t, "%.3f", row->p);
        table_printf(t, "%.0f", row->tokens);
        table_printf(t, "%.1f", row->ballots);
        percent(t, row->share);
    }
}

static void answer_rows(struct table *t, const struct revote *r)
{
    static const char *const header[] = {"strategy", "k",      "votes",   "answer",
                                         "share %",  "tokens", "ballots"};
    for (size_t i = 0; i < sizeof header / sizeof header[0]; i++)
        table_str(t, header[i]);
    for (const struct revote_row *row = r->rows; row < r->rows + r->n_rows; row++) {
        table_str(t, row->strategy);
        table_printf(t, "%zu", row->k);
        put_votes(t, row);
        table_str(t, row->answer);
        percent(t, row->share);
        table_printf(t, "%.0f", row->tokens);
        table_printf(t, "%.1f", row->ballots);
    }
}

void vote_report_table(strbuf *out, const struct revote *r, const char *dir,
                       enum table_style style)
{
    struct table t;
    table_init(&t, r->graded ? "lrrrrrrrrrrr" : "lrrlrrr");
    if (style != TABLE_CSV)
        strbuf_printf(out, "%s: %zu problem%s, traces of %s\n\n", dir, r->n_problems,
                      r->n_problems == 1 ? "" : "s", r->source);
    if (r->graded)
        graded_rows(&t, r);
    else
        answer_rows(&t, r);
    table_print(&t, out, style, 0, 0);
    out->failed = out->failed || t.failed;
    table_free(&t);
    if (style != TABLE_CSV && r->graded)
        strbuf_str(out, "\nAccuracy and its standard error over problems; diff and p (sign-flip "
                        "test): against the first strategy.\n");
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void put_row(strbuf *b, const struct revote_row *row)
{
    jsonw_open(b, '{');
    put_str(b, "strategy", row->strategy);
    put_u64(b, "k", row->k);
    put_u64(b, "problems", row->n_problems);
    put_bool(b, "exact", row->n_votes == 0);
    put_u64(b, "votes", row->n_votes);
    put_f64(b, "accuracy", row->accuracy);
    put_f64(b, "accuracy_stderr", row->se);
    put_f64(b, "diff", row->diff);
    put_f64(b, "diff_stderr", row->diff_se);
    put_f64(b, "p", row->p);
    put_f64(b, "tokens", row->tokens);
    put_f64(b, "ballots", row->ballots);
    put_f64(b, "share", row->share);
    put_str(b, "answer", row->answer[0] ? row->answer : NULL);
    jsonw_close(b, '}');
}

void vote_report_json(strbuf *b, const struct revote *r, const char *dir)
{
    jsonw_open(b, '{');
    put_str(b, "run", dir);
    put_str(b, "source", r->source);
    put_u64(b, "problems", r->n_problems);
    put_bool(b, "graded", r->graded);
    jsonw_key(b, "rows");
    jsonw_open(b, '[');
    for (size_t i = 0; i < r->n_rows; i++)
        put_row(b, &r->rows[i]);
    jsonw_close(b, ']');
    jsonw_close(b, '}');
    strbuf_char(b, '\n');
}
