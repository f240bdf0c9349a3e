/* vote_report.c - see vote_report.h. */
#include "src/vote_report.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
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

/* Beside a p: what it is worth. */
static const char *const noise_marks[] = {
    [REVOTE_WITHIN] = "", [REVOTE_ALONE] = "*", [REVOTE_BEYOND] = "**"};

static void graded_row(struct table *t, const struct revote_row *row)
{
    table_str(t, row->strategy);
    table_printf(t, "%zu", row->k);
    table_printf(t, "%zu", row->n_problems);
    put_votes(t, row);
    percent(t, row->accuracy);
    percent(t, row->se);
    signed_percent(t, row->diff);
    signed_percent(t, row->boot.low);
    signed_percent(t, row->boot.high);
    real(t, "%.3f", row->p);
    table_str(t, noise_marks[row->noise]);
    table_printf(t, "%.0f", row->tokens);
    percent(t, row->saved);
    table_printf(t, "%.1f", row->ballots);
    percent(t, row->share);
}

static void graded_rows(struct table *t, const struct revote *r)
{
    static const char *const header[] = {
        "strategy", "k",  "problems", "votes", "accuracy %", "stderr", "diff", "low",
        "high",     "p",  "noise",    "tokens", "saved %",   "ballots", "share %"};
    for (size_t i = 0; i < sizeof header / sizeof header[0]; i++)
        table_str(t, header[i]);
    for (const struct revote_row *row = r->rows; row < r->rows + r->n_rows; row++)
        graded_row(t, row);
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

/* ---- which of them did best ------------------------------------------------------------------ */

static int by_tokens(const void *a, const void *b)
{
    const struct revote_row *const *x = a, *const *y = b;
    return ((*x)->tokens > (*y)->tokens) - ((*x)->tokens < (*y)->tokens);
}

size_t vote_report_front(const struct revote_row **front, const struct revote *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_rows; i++)
        if (r->rows[i].pareto)
            front[n++] = &r->rows[i];
    if (n)
        qsort(front, n, sizeof *front, by_tokens);
    return n;
}

static void front_rows(struct table *t, const struct revote_row *const *front, size_t n)
{
    static const char *const header[] = {"tokens", "strategy", "k",    "accuracy %",
                                         "stderr", "diff",     "p",    "noise"};
    for (size_t i = 0; i < sizeof header / sizeof header[0]; i++)
        table_str(t, header[i]);
    for (size_t i = 0; i < n; i++) {
        table_printf(t, "%.0f", front[i]->tokens);
        table_str(t, front[i]->strategy);
        table_printf(t, "%zu", front[i]->k);
        percent(t, front[i]->accuracy);
        percent(t, front[i]->se);
        signed_percent(t, front[i]->diff);
        real(t, "%.3f", front[i]->p);
        table_str(t, noise_marks[front[i]->noise]);
    }
}

/* The most accurate row of rows [n], and the one of fewest tokens that is as accurate as the
 * first. */
static void best_of(const struct revote_row **accurate, const struct revote_row **cheap,
                    const struct revote_row *rows, size_t n)
{
    *accurate = *cheap = rows;
    for (size_t i = 1; i < n; i++) {
        if (rows[i].accuracy > (*accurate)->accuracy)
            *accurate = &rows[i];
        if (rows[i].accuracy >= rows->accuracy && rows[i].tokens < (*cheap)->tokens)
            *cheap = &rows[i];
    }
}

static void best_rows(struct table *t, const struct revote *r)
{
    static const char *const header[] = {"k",    "most accurate", "accuracy %",
                                         "diff", "p",             "noise",
                                         "fewest tokens",         "accuracy %",
                                         "saved %"};
    const struct revote_row *accurate, *cheap;
    for (size_t i = 0; i < sizeof header / sizeof header[0]; i++)
        table_str(t, header[i]);
    for (size_t i = 0; i < r->n_rows; i += r->n_strategies) {
        best_of(&accurate, &cheap, &r->rows[i], r->n_strategies);
        table_printf(t, "%zu", r->rows[i].k);
        table_str(t, accurate->strategy);
        percent(t, accurate->accuracy);
        signed_percent(t, accurate->diff);
        real(t, "%.3f", accurate->p);
        table_str(t, noise_marks[accurate->noise]);
        table_str(t, cheap->strategy);
        percent(t, cheap->accuracy);
        percent(t, cheap->saved);
    }
}

static void print(struct table *t, strbuf *out, enum table_style style)
{
    table_print(t, out, style, 0, 0);
    out->failed = out->failed || t->failed;
    table_free(t);
}

static void compare_tables(strbuf *out, const struct revote *r, enum table_style style)
{
    const struct revote_row **front = alloc_zero(r->n_rows, sizeof *front);
    struct table t;
    if (!front) {
        out->failed = true;
        return;
    }
    strbuf_printf(out, "\nBest at each k: the most accurate, and the one of fewest tokens that is "
                       "as accurate as %s.\n\n", r->rows[0].strategy);
    table_init(&t, "rlrrrllrr");
    best_rows(&t, r);
    print(&t, out, style);
    strbuf_str(out, "\nThe front: nothing is as accurate with fewer tokens. The best of many noisy "
                    "numbers looks\nbetter than it is: go by p.\n\n");
    table_init(&t, "rlrrrrrl");
    front_rows(&t, front, vote_report_front(front, r));
    print(&t, out, style);
    alloc_free(front);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void add_notes(strbuf *out, const struct revote *r, enum table_style style)
{
    const char *item = style == TABLE_MARKDOWN ? "- " : "";
    strbuf_printf(out, "\n%sAccuracy: mean and standard error over problems. diff, low, high: "
                       "minus %s at the same k,\n  problem by problem, with a 95 %% bootstrap "
                       "interval over problems.\n", item, r->rows[0].strategy);
    strbuf_printf(out, "%sp: McNemar's exact test where every vote is a single one, else the "
                       "sign-flip test. noise: *\n  p < %.2f and the interval leaves 0 out; ** "
                       "also after Holm's correction for all rows of that k.\n", item,
                  REVOTE_LEVEL);
    strbuf_printf(out, "%sBelow the number of traces: %zu draws of k traces a problem, seed %llu, "
                       "the same for all\n  strategies; ids are the order drawn. \"exact\": all "
                       "draws there are, by formula; what the draws\n  made of it corrects the "
                       "others.\n", item, r->resamples,
                  (unsigned long long)r->seed);
    if (r->parallel)
        strbuf_printf(out, "%sReplays run %zu trace%s at a time.\n", item, r->parallel,
                      r->parallel == 1 ? "" : "s");
    else
        strbuf_printf(out, "%sReplays run as many traces side by side as the solver would; with "
                           "--parallel 1 they spend what\n  they would one after the other.\n",
                      item);
}

static void add_left_out(strbuf *out, enum table_style style)
{
    const char *name;
    strbuf_printf(out, "%sNot here, since they ask the model: ",
                  style == TABLE_MARKDOWN ? "- " : "");
    for (size_t i = 0; (name = revote_left_out(i)); i++)
        strbuf_printf(out, "%s%s", i ? ", " : "", name);
    strbuf_str(out, ".\n");
}

void vote_report_table(strbuf *out, const struct revote *r, const char *dir,
                       enum table_style style)
{
    struct table t;
    table_init(&t, r->graded ? "lrrrrrrrrrlrrrr" : "lrrlrrr");
    if (style != TABLE_CSV)
        strbuf_printf(out, "%s: %zu problem%s, traces of %s\n\n", dir, r->n_problems,
                      r->n_problems == 1 ? "" : "s", r->source);
    if (r->graded)
        graded_rows(&t, r);
    else
        answer_rows(&t, r);
    print(&t, out, style);
    if (style == TABLE_CSV || !r->graded)
        return;
    if (r->n_strategies > 1)
        compare_tables(out, r, style);
    add_notes(out, r, style);
    add_left_out(out, style);
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static const char *const noise_names[] = {
    [REVOTE_WITHIN] = "within", [REVOTE_ALONE] = "alone", [REVOTE_BEYOND] = "beyond"};

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
    put_f64(b, "diff_low", row->boot.low);
    put_f64(b, "diff_high", row->boot.high);
    put_str(b, "test", isnan(row->p) ? NULL : row->mcnemar ? "mcnemar" : "sign-flip");
    put_f64(b, "p", row->p);
    put_f64(b, "p_holm", row->p_holm);
    put_str(b, "noise", isnan(row->p) ? NULL : noise_names[row->noise]);
    put_f64(b, "tokens", row->tokens);
    put_f64(b, "tokens_stderr", row->tokens_se);
    put_f64(b, "saved", row->saved);
    put_bool(b, "front", row->pareto);
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
    put_u64(b, "resamples", r->resamples);
    put_u64(b, "seed", r->seed);
    put_u64(b, "parallel", r->parallel);
    jsonw_key(b, "rows");
    jsonw_open(b, '[');
    for (size_t i = 0; i < r->n_rows; i++)
        put_row(b, &r->rows[i]);
    jsonw_close(b, ']');
    jsonw_close(b, '}');
    strbuf_char(b, '\n');
}
