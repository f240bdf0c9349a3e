/* html_problems.c - the table of problems: a row with the vote, and below it a fold-out with the
 * answers, the other strategies and the traces. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "src/eval_tables.h"
#include "src/html_report.h"
#include "src/html_text.h"

#define COLUMNS 7

/* Traces with one answer. */
struct answer {
    const struct trace_record *first;
    size_t n;
    double confidence; /* sum of their means */
};

/* A problem of the page. */
struct item {
    const struct html_report *r;
    size_t at; /* in the book */
    const struct scorebook_problem *problem;
    const struct score *score;
    size_t run, rule; /* whose traces are shown, and the rule that decides it */
    const struct trace_entry **traces; /* [n_traces] those that are recorded */
    size_t n_traces;
    struct answer *answers; /* [n_traces] room for as many answers */
};

/* ---- the traces of a problem ---------------------------------------------------------------- */

static void find_traces(struct item *it)
{
    it->n_traces = 0;
    for (size_t id = 0; id < html_trace_count(it->r, it->at); id++) {
        const struct trace_entry *e = html_trace_at(it->r, it->at, id);
        if (e)
            it->traces[it->n_traces++] = e;
    }
}

/* Answers that are the same value share this text. */
static const char *class_of(const struct trace_record *t)
{
    return t->canonical ? t->canonical : t->answer;
}

static bool same_class(const struct trace_record *a, const struct trace_record *b)
{
    const char *x = class_of(a), *y = class_of(b);
    return x && y && strcmp(x, y) == 0;
}

/* ---- the row -------------------------------------------------------------------------------- */

static void add_answer(strbuf *out, const char *answer)
{
    if (!answer) {
        strbuf_str(out, "<span class=\"warn\">no answer</span>");
        return;
    }
    strbuf_str(out, "<bdi>");
    html_str(out, answer);
    strbuf_str(out, "</bdi>");
}

static void add_count_mark(strbuf *out, size_t n, const char *what)
{
    if (n)
        strbuf_printf(out, " <span class=\"warn\">%zu %s</span>", n, what);
}

static void add_warnings(strbuf *out, const struct item *it)
{
    const struct score_run *run = &it->score->runs[it->run];
    size_t n_silent = 0;
    for (size_t i = 0; i < it->n_traces; i++)
        n_silent += !it->traces[i]->r.answer;
    add_count_mark(out, n_silent, "no answer");
    add_count_mark(out, run->n_length, "limit hit");
    add_count_mark(out, run->n_looped, "loop");
}

static void add_verdict(strbuf *out, bool right)
{
    strbuf_str(out, right ? "<b class=\"good\">✓ right</b>" : "<b class=\"bad\">✗ wrong</b>");
}

static void add_row(strbuf *out, const struct item *it)
{
    const struct score_run *run = &it->score->runs[it->run];
    const struct scorebook_vote *vote = &it->problem->votes[it->rule];
    strbuf_str(out, "<tr><th scope=\"row\">");
    html_str(out, it->problem->id);
    strbuf_str(out, "</th><td><bdi>");
    html_str(out, it->problem->gold);
    strbuf_str(out, "</bdi></td><td>");
    add_answer(out, vote->answer);
    strbuf_str(out, "</td><td>");
    add_verdict(out, it->score->rules[it->rule].correct);
    strbuf_printf(out, "</td><td class=\"r wide\">%.0f %%</td><td class=\"r wide\">%zu of %zu"
                       "</td><td>",
                  100 * (vote->share >= 0 ? vote->share : 0), run->n_right, run->n_traces);
    add_warnings(out, it);
    strbuf_str(out, "</td></tr>\n");
}

/* ---- the fold-out --------------------------------------------------------------------------- */

static void strategy_row(struct table *t, const struct item *it, size_t run)
{
    const struct lineup *l = &it->r->book->lineup;
    size_t rule = lineup_deciding_rule(l, run);
    const struct scorebook_vote *vote = &it->problem->votes[rule];
    const struct score_run *s = &it->score->runs[run];
    table_str(t, l->runs[run]->name);
    table_str(t, vote->answer ? vote->answer : "-");
    table_str(t, it->score->rules[rule].correct ? "right" : "wrong");
    table_number(t, "%.0f", 100 * vote->share);
    table_printf(t, "%zu of %zu", s->n_right, s->n_traces);
    table_count(t, s->n_cut);
    table_count(t, s->tokens);
    table_number(t, "%.1f", s->seconds);
}

static void add_strategies(strbuf *out, const struct item *it)
{
    static const char *const names[] = {"Strategy", "Answer", "Verdict", "Share %",
                                        "Right traces", "Cut", "Tokens", "Seconds"};
    struct table t;
    table_init(&t, "lllrrrrr");
    t.caption = "Votes of the strategies";
    table_titles(&t, names);
    for (size_t i = 0; i < it->r->book->lineup.n_runs; i++)
        strategy_row(&t, it, i);
    table_finish(&t, out, TABLE_HTML);
}

/* Counts trace `at` for its answer, one of the n there are or another; returns the new n. */
static size_t count_answer(struct answer *answers, size_t n, const struct trace_record *t)
{
    size_t i = 0;
    if (!t->answer)
        return n;
    while (i < n && !same_class(answers[i].first, t))
        i++;
    if (i == n)
        answers[n++] = (struct answer){.first = t};
    answers[i].n++;
    answers[i].confidence += (double)t->mean;
    return n;
}

/* Most traces first, then by trace. */
static int by_votes(const void *a, const void *b)
{
    const struct answer *x = a, *y = b;
    if (x->n != y->n)
        return x->n < y->n ? 1 : -1;
    return (x->first->id > y->first->id) - (x->first->id < y->first->id);
}

static void add_answers(strbuf *out, const struct item *it)
{
    static const char *const names[] = {"Answer", "Verdict", "Traces", "Mean confidence"};
    struct table t;
    size_t n = 0;
    for (size_t i = 0; i < it->n_traces; i++)
        n = count_answer(it->answers, n, &it->traces[i]->r);
    if (n)
        qsort(it->answers, n, sizeof *it->answers, by_votes);
    table_init(&t, "llrr");
    t.caption = "Answers of the traces";
    table_titles(&t, names);
    for (size_t i = 0; i < n; i++) {
        const struct answer *a = &it->answers[i];
        table_str(&t, a->first->answer);
        table_str(&t, a->first->verdict == TRACE_RIGHT ? "right" : "wrong");
        table_count(&t, a->n);
        table_number(&t, "%.2f", a->confidence / (double)a->n);
    }
    table_finish(&t, out, TABLE_HTML);
}

static void add_traces(strbuf *out, const struct item *it)
{
    size_t n = it->n_traces < it->r->max_traces ? it->n_traces : it->r->max_traces, i = 0;
    for (; i < n && out->n < it->r->page_bytes; i++)
        html_trace(out, it->r, it->traces[i]);
    if (i < it->n_traces)
        strbuf_printf(out, "<p class=\"note\">%zu of %zu traces are shown: --traces and --max-size "
                           "set how many.</p>\n", i, it->n_traces);
}

static void add_problem(strbuf *out, const struct item *it)
{
    bool right = it->score->rules[it->rule].correct;
    strbuf_printf(out, "<tbody class=\"%s\" id=\"p%zu\">", right ? "hit" : "miss", it->at + 1);
    add_row(out, it);
    strbuf_printf(out, "<tr class=\"more\"><td colspan=\"%d\"><details><summary>votes and traces"
                       "<span class=\"hidden\"> of ", COLUMNS);
    html_str(out, it->problem->id);
    strbuf_str(out, "</span></summary>\n");
    add_strategies(out, it);
    add_answers(out, it);
    add_traces(out, it);
    strbuf_str(out, "</details></td></tr></tbody>\n");
}

static size_t most_traces(const struct html_report *r)
{
    size_t most = 0;
    for (size_t i = 0; i < r->book->n; i++)
        most = html_trace_count(r, i) > most ? html_trace_count(r, i) : most;
    return most;
}

static void add_header(strbuf *out, const struct item *it)
{
    const struct lineup *l = &it->r->book->lineup;
    strbuf_str(out, "<section><h2>Problems</h2>\n<p>Vote of ");
    html_str(out, l->rules[it->rule].name);
    strbuf_str(out, ", traces of ");
    html_str(out, l->runs[it->run]->name);
    strbuf_str(out, ". <label class=\"filter\"><input type=\"checkbox\" id=\"misses\"> wrong votes "
                    "only</label></p>\n<table class=\"problems\"><thead><tr>"
                    "<th scope=\"col\">Problem</th><th scope=\"col\">Gold</th>"
                    "<th scope=\"col\">Answer</th><th scope=\"col\">Verdict</th>"
                    "<th scope=\"col\" class=\"r wide\">Share</th>"
                    "<th scope=\"col\" class=\"r wide\">Right traces</th>"
                    "<th scope=\"col\">Warnings</th></tr></thead>\n");
}

void html_problems(strbuf *out, const struct html_report *r)
{
    const struct scorebook *b = r->book;
    struct item it = {.r = r, .run = html_source_run(r)};
    it.rule = lineup_deciding_rule(&b->lineup, it.run);
    it.traces = alloc_zero(most_traces(r), sizeof *it.traces);
    it.answers = alloc_zero(most_traces(r), sizeof *it.answers);
    out->failed = out->failed || !it.traces || !it.answers;
    add_header(out, &it);
    for (size_t i = 0; i < b->n && !out->failed; i++) {
        it.at = i;
        it.problem = &b->problems[i];
        it.score = &b->scores[i];
        find_traces(&it);
        add_problem(out, &it);
    }
    strbuf_str(out, "</table></section>\n");
    alloc_free(it.traces);
    alloc_free(it.answers);
}
