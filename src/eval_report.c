/* eval_report.c - see eval_report.h. Values are percent and differences points, as papers give
 * them; a value that does not exist is a dash. */
#include "src/eval_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "evals/grader.h"
#include "src/cli_io.h"
#include "src/table.h"

/* ---- cells ---------------------------------------------------------------------------------- */

static void number_cell(struct table *t, const char *format, double value)
{
    char cell[64];
    snprintf(cell, sizeof cell, format, value);
    table_str(t, isnan(value) ? "-" : cell);
}

static void count_cell(struct table *t, uint64_t n)
{
    char cell[32];
    table_str(t, cli_thousands(cell, sizeof cell, n));
}

static void titles(struct table *t, const char *const *names)
{
    for (size_t i = 0; i < t->n_columns; i++)
        table_str(t, names[i]);
}

static void finish(struct table *t, strbuf *out, enum table_style style)
{
    table_print(t, out, style, 0, 0);
    table_free(t);
}

/* NaN without a majority. */
static double of_majority(double part, double whole, const sheaf_eval_summary *s)
{
    return s->has_majority && whole > 0 ? 100 * part / whole : NAN;
}

static const sheaf_eval_cost *cost_of(const sheaf_eval_summary *s, const char *strategy)
{
    size_t i = 0;
    while (i + 1 < s->n_costs && strcmp(s->costs[i].strategy, strategy) != 0)
        i++;
    return &s->costs[i];
}

/* ---- how it was run ------------------------------------------------------------------------- */

static void describe_problems(strbuf *out, const sheaf_eval_summary *s, const sheaf_eval_options *o)
{
    strbuf_printf(out, "- Problems: %s, %zu of %zu%s", s->data, s->n_done, s->n_total,
                  s->partial ? " (partial)" : "");
    if (!s->complete)
        strbuf_printf(out, ", interrupted: %zu were selected", s->n_selected);
    strbuf_printf(out, "; task %s; run %s\n", grader_task_name(o->task), s->run_id);
}

static void describe_model(strbuf *out, const sheaf_model_info *m)
{
    strbuf_printf(out, "- Model: %s, %s, hash %016" PRIx64 "; sheaf %s, %s, %d %s\n", m->name,
                  m->quantization, m->hash, SHEAF_VERSION, m->cpu, m->threads,
                  m->threads == 1 ? "thread" : "threads");
}

static void describe_sampling(strbuf *out, const sheaf_solve_options *o)
{
    strbuf_printf(out, "- Budget: %zu traces of at most %zu tokens; temperature %.3g, top-p %.3g",
                  o->traces, o->max_tokens, (double)o->sampling.temperature,
                  (double)o->sampling.top_p);
    if (o->sampling.top_k)
        strbuf_printf(out, ", top-k %d", o->sampling.top_k);
    if (o->sampling.min_p > 0)
        strbuf_printf(out, ", min-p %.3g", (double)o->sampling.min_p);
    strbuf_printf(out, "; seed %" PRIu64 "\n", o->seed);
}

/* ---- accuracy ------------------------------------------------------------------------------- */

static void rule_row(struct table *t, const struct eval_report *r, const sheaf_eval_rule *rule)
{
    bool single = strcmp(rule->name, "pass@1") == 0;
    table_str(t, r->summary->data);
    table_str(t, rule->name);
    if (single)
        table_str(t, "pass@1");
    else
        table_printf(t, "cons@%zu", r->options->solve.traces);
    number_cell(t, "%.1f", rule->ballots);
    number_cell(t, "%.2f", 100 * rule->value);
    number_cell(t, "%.2f", 100 * rule->se);
    number_cell(t, "%+.2f", 100 * rule->diff);
    number_cell(t, "%.2f", 100 * rule->diff_se);
    number_cell(t, "%.3f", rule->p);
}

static void rule_table(strbuf *out, const struct eval_report *r)
{
    static const char *const names[] = {"Task", "Rule", "Metric", "Ballots", "Value %", "± stderr",
                                        "Minus majority", "± stderr", "p"};
    struct table t;
    table_init(&t, "lllrrrrrr");
    titles(&t, names);
    for (size_t i = 0; i < r->summary->n_rules; i++)
        rule_row(&t, r, &r->summary->rules[i]);
    finish(&t, out, TABLE_MARKDOWN);
}

/* ---- cost ----------------------------------------------------------------------------------- */

static void cost_row(struct table *t, const sheaf_eval_summary *s, const sheaf_eval_cost *c)
{
    const sheaf_eval_cost *base = &s->costs[0];
    table_str(t, c->strategy);
    count_cell(t, c->tokens);
    number_cell(t, "%.1f", of_majority((double)c->tokens, (double)base->tokens, s));
    number_cell(t, "%.1f", c->seconds);
    number_cell(t, "%.1f", of_majority(c->seconds, base->seconds, s));
    count_cell(t, c->n_traces);
    count_cell(t, c->n_cut);
    count_cell(t, c->n_unfinished);
    count_cell(t, c->n_looped);
    count_cell(t, c->n_length);
    number_cell(t, "%.2f", 100 * c->accuracy);
}

static void cost_table(strbuf *out, const sheaf_eval_summary *s)
{
    static const char *const names[] = {
        "Strategy", "Tokens",     "% of majority", "Seconds",  "% of majority", "Traces",
        "Cut",      "Unfinished", "Looped",        "At limit", "Accuracy %"};
    struct table t;
    table_init(&t, "lrrrrrrrrrr");
    titles(&t, names);
    for (size_t i = 0; i < s->n_costs; i++)
        cost_row(&t, s, &s->costs[i]);
    finish(&t, out, TABLE_MARKDOWN);
}

/* One line per strategy that is not the majority: what it saved and what it cost. */
static void verdict_lines(strbuf *out, const sheaf_eval_summary *s)
{
    for (size_t i = 0; s->has_majority && i < s->n_rules; i++) {
        const sheaf_eval_rule *r = &s->rules[i];
        const sheaf_eval_cost *c = cost_of(s, r->strategy), *base = &s->costs[0];
        if (c == base || isnan(r->diff) || !base->tokens)
            continue;
        strbuf_printf(out, "- %s against majority: tokens %+.1f %%, seconds %+.1f %%, ", r->name,
                      of_majority((double)c->tokens, (double)base->tokens, s) - 100,
                      of_majority(c->seconds, base->seconds, s) - 100);
        strbuf_printf(out, "accuracy %+.2f points", 100 * r->diff);
        if (!isnan(r->diff_se))
            strbuf_printf(out, " (± %.2f, p = %.3f, McNemar exact)", 100 * r->diff_se, r->p);
        strbuf_char(out, '\n');
    }
}

/* ---- points --------------------------------------------------------------------------------- */

static void point_table(strbuf *out, const sheaf_eval_summary *s)
{
    static const char *const names[] = {"k", "pass@k %", "cons@k %"};
    struct table t;
    table_init(&t, "rrr");
    titles(&t, names);
    for (size_t i = 0; i < s->n_points; i++) {
        table_printf(&t, "%zu", s->points[i].k);
        number_cell(&t, "%.2f", 100 * s->points[i].pass);
        number_cell(&t, "%.2f", 100 * s->points[i].cons);
    }
    finish(&t, out, TABLE_MARKDOWN);
}

void eval_report_markdown(strbuf *out, const struct eval_report *r)
{
    const sheaf_eval_summary *s = r->summary;
    describe_problems(out, s, r->options);
    describe_model(out, &r->model);
    describe_sampling(out, &r->options->solve);
    strbuf_char(out, '\n');
    rule_table(out, r);
    strbuf_char(out, '\n');
    cost_table(out, s);
    strbuf_char(out, '\n');
    verdict_lines(out, s);
    if (s->n_points == 0)
        return;
    strbuf_char(out, '\n');
    point_table(out, s);
}

/* ---- CSV ------------------------------------------------------------------------------------ */

static void csv_row(struct table *t, const sheaf_eval_summary *s, const sheaf_eval_rule *r)
{
    const sheaf_eval_cost *c = cost_of(s, r->strategy);
    const double numbers[] = {r->ballots, r->value, r->se, r->diff, r->diff_se, r->p};
    table_str(t, s->data);
    table_printf(t, "%zu", s->n_done);
    table_str(t, r->name);
    table_str(t, r->strategy);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (isnan(numbers[i]))
            table_str(t, "");
        else
            table_printf(t, "%.9g", numbers[i]);
    table_printf(t, "%" PRIu64, c->tokens);
    table_printf(t, "%.3f", c->seconds);
    table_printf(t, "%zu", c->n_traces);
    table_printf(t, "%zu", c->n_cut);
    table_printf(t, "%zu", c->n_looped);
    table_str(t, s->partial ? "yes" : "no");
}

void eval_report_csv(strbuf *out, const struct eval_report *r)
{
    static const char *const names[] = {
        "task",   "problems",       "rule",                  "strategy", "ballots", "value",
        "stderr", "minus_majority", "minus_majority_stderr", "p",        "tokens",  "seconds",
        "traces", "cut",            "looped",                "partial"};
    struct table t;
    table_init(&t, "lrllrrrrrrrrrrrl");
    titles(&t, names);
    for (size_t i = 0; i < r->summary->n_rules; i++)
        csv_row(&t, r->summary, &r->summary->rules[i]);
    finish(&t, out, TABLE_CSV);
}
