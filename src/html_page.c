/* html_page.c - see html_report.h. */
#include <math.h>
#include <string.h>

#include "src/eval_tables.h"
#include "src/html_report.h"
#include "src/html_text.h"

size_t html_source_run(const struct html_report *r)
{
    const struct lineup *l = &r->book->lineup;
    size_t i = 0;
    while (i + 1 < l->n_runs && strcmp(l->runs[i]->name, r->source) != 0)
        i++;
    return i;
}

size_t html_trace_count(const struct html_report *r, size_t problem)
{
    return r->book->scores[problem].runs[html_source_run(r)].n_traces;
}

const struct trace_entry *html_trace_at(const struct html_report *r, size_t problem, size_t id)
{
    return trace_table_find(&r->run->table, r->book->problems[problem].id, r->source, (uint32_t)id);
}

/* ---- head ----------------------------------------------------------------------------------- */

/* No address may be fetched and no script run, whatever an answer says. */
static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" "
    "content=\"sheaf " SHEAF_VERSION "\">\n<title>";

static void add_head(strbuf *out, const struct html_report *r)
{
    strbuf_str(out, head);
    html_str(out, r->tables->summary->data);
    strbuf_str(out, ": report of a run</title>\n<style>");
    strbuf_str(out, html_style);
    strbuf_str(out, "</style></head>\n<body><main>\n");
}

static void add_facts(strbuf *out, const struct html_report *r)
{
    struct eval_fact facts[EVAL_FACTS];
    eval_report_facts(facts, r->tables);
    strbuf_str(out, "<header><h1>");
    html_str(out, r->tables->summary->data);
    strbuf_str(out, "</h1>\n<dl>");
    for (size_t i = 0; i < EVAL_FACTS; i++) {
        strbuf_printf(out, "<dt>%s</dt><dd>", facts[i].label);
        html_str(out, facts[i].value);
        strbuf_str(out, "</dd>");
    }
    strbuf_str(out, "</dl></header>\n");
}

/* ---- warnings ------------------------------------------------------------------------------- */

struct warnings {
    size_t n_traces, n_silent, n_length, n_looped;
    size_t n_votes_silent; /* problems whose vote has no answer */
};

static void count_problem(struct warnings *w, const struct html_report *r, size_t problem)
{
    for (size_t id = 0; id < html_trace_count(r, problem); id++) {
        const struct trace_entry *e = html_trace_at(r, problem, id);
        if (!e)
            continue;
        w->n_traces++;
        w->n_silent += !e->r.answer;
        w->n_length += e->r.finish == SHEAF_FINISH_LENGTH;
        w->n_looped += e->r.finish == SHEAF_FINISH_LOOP;
    }
}

static struct warnings count_warnings(const struct html_report *r)
{
    struct warnings w = {0};
    const size_t rule = lineup_deciding_rule(&r->book->lineup, html_source_run(r));
    for (size_t i = 0; i < r->book->n; i++) {
        count_problem(&w, r, i);
        w.n_votes_silent += !r->book->problems[i].votes[rule].answer;
    }
    return w;
}

static void add_warning(strbuf *out, size_t n, size_t of, const char *what)
{
    if (n)
        strbuf_printf(out, "<li>%zu of %zu %s</li>\n", n, of, what);
}

static void add_warnings(strbuf *out, const struct html_report *r)
{
    const sheaf_eval_summary *s = r->tables->summary;
    struct warnings w = count_warnings(r);
    strbuf_str(out, "<ul class=\"warnings\" aria-label=\"Warnings\">");
    if (!s->complete)
        strbuf_printf(out, "<li>%zu of %zu problems are done: the run is not over</li>\n",
                      s->n_done, s->n_selected);
    add_warning(out, r->book->n_passed, r->book->n_passed + r->book->n * r->book->lineup.n_rules,
                "records of votes were passed over: damaged, incomplete or of another run");
    add_warning(out, w.n_votes_silent, r->book->n, "problems got no answer");
    add_warning(out, w.n_silent, w.n_traces, "traces gave no answer");
    add_warning(out, w.n_length, w.n_traces, "traces hit the limit of tokens");
    add_warning(out, w.n_looped, w.n_traces, "traces ended in a loop");
    strbuf_str(out, "</ul>\n");
}

/* ---- numbers -------------------------------------------------------------------------------- */

static void add_tile(strbuf *out, const char *name, double share, double se)
{
    if (isnan(share))
        return;
    strbuf_str(out, "<div class=\"tile\"><span>");
    html_str(out, name);
    strbuf_printf(out, "</span><b>%.1f %%</b><span>", 100 * share);
    if (!isnan(se))
        strbuf_printf(out, "± %.1f", 100 * se);
    strbuf_str(out, "</span></div>\n");
}

/* pass@1 and the vote that decides for each strategy. */
static bool is_main_rule(const struct html_report *r, const sheaf_eval_rule *rule)
{
    return strcmp(rule->name, "pass@1") == 0 || strcmp(rule->name, rule->strategy) == 0 ||
           !r->book->summary.pub.has_majority;
}

static void add_tiles(strbuf *out, const struct html_report *r)
{
    const sheaf_eval_summary *s = r->tables->summary;
    strbuf_str(out, "<div class=\"tiles\">");
    for (size_t i = 0; i < s->n_rules; i++)
        if (is_main_rule(r, &s->rules[i]))
            add_tile(out, s->rules[i].name, s->rules[i].value, s->rules[i].se);
    strbuf_str(out, "</div>\n");
}

/* The rules that decide, and all the others in a fold-out; what was asked for by name is shown as
 * it is. */
static void add_rules(strbuf *out, const struct html_report *r)
{
    const sheaf_eval_summary *s = r->tables->summary;
    const char *names[LINEUP_RULES_MAX + 1];
    struct eval_report few = *r->tables;
    if (few.n_only == 0) {
        for (size_t i = 0; i < s->n_rules; i++)
            if (is_main_rule(r, &s->rules[i]))
                names[few.n_only++] = s->rules[i].name;
        few.only = names;
    }
    eval_rule_table(out, &few, TABLE_HTML);
    if (r->tables->n_only || few.n_only == s->n_rules)
        return;
    strbuf_printf(out, "<details><summary>All %zu rules</summary>\n", s->n_rules);
    eval_rule_table(out, r->tables, TABLE_HTML);
    strbuf_str(out, "</details>\n");
}

static void add_tables(strbuf *out, const struct html_report *r)
{
    strbuf_str(out, "<section><h2>Accuracy</h2>\n");
    add_tiles(out, r);
    add_rules(out, r);
    strbuf_str(out, "</section>\n<section><h2>Cost</h2>\n");
    eval_cost_table(out, r->tables, TABLE_HTML);
    if (r->tables->summary->n_points)
        eval_point_table(out, r->tables, TABLE_HTML);
    strbuf_str(out, "</section>\n");
}

/* ---- two runs ------------------------------------------------------------------------------- */

/* Problems that the first common vote decides differently. */
static void add_changes(strbuf *out, const struct pairing *c)
{
    static const char *const names[] = {"Problem", "Gold", "A", "B", "Right"};
    const struct pairing_rule *rule = &c->rules[0];
    if (rule->of_a == LINEUP_NONE && c->n_rules > 1)
        rule++;
    struct table t;
    table_init(&t, "lllll");
    t.caption = "Problems that only one of the runs solved";
    table_titles(&t, names);
    for (size_t i = 0; i < c->n && rule->of_a != LINEUP_NONE; i++) {
        size_t j = c->b_of_a[i];
        const struct scorebook_problem *a = &c->a->problems[i], *b = &c->b->problems[j];
        const char *answer_a = a->votes[rule->of_a].answer, *answer_b = b->votes[rule->of_b].answer;
        bool right_a = c->a->scores[i].rules[rule->of_a].correct;
        if (right_a == c->b->scores[j].rules[rule->of_b].correct)
            continue;
        table_str(&t, a->id);
        table_str(&t, a->gold);
        table_str(&t, answer_a ? answer_a : "-");
        table_str(&t, answer_b ? answer_b : "-");
        table_str(&t, right_a ? "A" : "B");
    }
    table_finish(&t, out, TABLE_HTML);
}

static void add_comparison(strbuf *out, const struct html_report *r)
{
    if (!r->compare)
        return;
    strbuf_str(out, "<section><h2>Comparison</h2>\n<p>A: ");
    html_str(out, r->compare->c->a->summary.pub.dir);
    strbuf_str(out, "; B: ");
    html_str(out, r->compare->c->b->summary.pub.dir);
    strbuf_str(out, ". Everything else on this page is about A. p: McNemar's exact test, of pass@1 "
                    "the sign-flip test.</p>\n");
    compare_rule_table(out, r->compare, TABLE_HTML);
    compare_cost_table(out, r->compare, TABLE_HTML);
    add_changes(out, r->compare->c);
    strbuf_str(out, "</section>\n");
}

void html_page(strbuf *out, const struct html_report *r)
{
    add_head(out, r);
    add_facts(out, r);
    add_warnings(out, r);
    add_tables(out, r);
    add_comparison(out, r);
    html_plots(out, r);
    html_problems(out, r);
    strbuf_str(out, "<footer><p>Standard errors are clustered by problem; intervals are 95 %. "
                    "Written by sheaf " SHEAF_VERSION " from run ");
    html_str(out, r->run->run_id);
    strbuf_str(out, ".</p></footer>\n</main></body></html>\n");
}
