/* eval_tables.c - see eval_tables.h. */
#include "src/eval_tables.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/cli_io.h"

#define CONFIDENCE 0.95

/* ---- cells ---------------------------------------------------------------------------------- */

void table_number(struct table *t, const char *format, double value)
{
    char cell[64];
    snprintf(cell, sizeof cell, format, value);
    table_str(t, isnan(value) ? "-" : cell);
}

void table_interval(struct table *t, double low, double high)
{
    if (isnan(low) || isnan(high))
        table_str(t, "-");
    else
        table_printf(t, "%.1f to %.1f", 100 * low, 100 * high);
}

void table_exact(struct table *t, double value)
{
    if (isnan(value))
        table_str(t, "");
    else
        table_printf(t, "%.9g", value);
}

void table_count(struct table *t, uint64_t n)
{
    char cell[32];
    table_str(t, cli_thousands(cell, sizeof cell, n));
}

void table_titles(struct table *t, const char *const *names)
{
    for (size_t i = 0; i < t->n_columns; i++)
        table_str(t, names[i]);
}

void table_finish(struct table *t, strbuf *out, enum table_style style)
{
    table_print(t, out, style, 0, 0);
    table_free(t);
}

/* ---- accuracy ------------------------------------------------------------------------------- */

bool eval_shows_rule(const struct eval_report *r, const char *name)
{
    for (size_t i = 0; i < r->n_only; i++)
        if (strcmp(r->only[i], name) == 0)
            return true;
    return r->n_only == 0;
}

struct eval_intervals eval_intervals(const sheaf_eval_rule *rule, size_t n_problems)
{
    struct eval_intervals i = {{NAN, NAN}, {NAN, NAN}};
    if (n_problems == 0 || strcmp(rule->name, "pass@1") == 0)
        return i;
    size_t n_right = (size_t)llround(rule->value * (double)n_problems);
    i.wilson = stats_wilson(n_right, n_problems, CONFIDENCE);
    i.exact = stats_clopper_pearson(n_right, n_problems, CONFIDENCE);
    return i;
}

/* Traces of a problem; 0: not known. */
static int traces_of(const struct eval_report *r)
{
    const cJSON *traces = json_get(r->config, "traces");
    return cJSON_IsNumber(traces) ? traces->valueint : 0;
}

static void rule_row(struct table *t, const struct eval_report *r, const sheaf_eval_rule *rule)
{
    struct eval_intervals i = eval_intervals(rule, r->summary->n_done);
    table_str(t, r->summary->data);
    table_str(t, rule->name);
    if (strcmp(rule->name, "pass@1") == 0)
        table_str(t, "pass@1");
    else
        table_printf(t, "cons@%d", traces_of(r));
    table_number(t, "%.1f", rule->ballots);
    table_number(t, "%.2f", 100 * rule->value);
    table_number(t, "%.2f", 100 * rule->se);
    table_interval(t, i.wilson.low, i.wilson.high);
    table_interval(t, i.exact.low, i.exact.high);
    table_number(t, "%+.2f", 100 * rule->diff);
    table_number(t, "%.2f", 100 * rule->diff_se);
    table_number(t, "%.3f", rule->p);
}

void eval_rule_table(strbuf *out, const struct eval_report *r, enum table_style style)
{
    static const char *const names[] = {
        "Task",     "Rule",    "Metric",         "Ballots",  "Value %", "± stderr",
        "Wilson %", "Exact %", "Minus majority", "± stderr", "p"};
    struct table t;
    table_init(&t, "lllrrrrrrrr");
    t.caption = "Accuracy by rule; 95 % intervals; stderr clustered by problem";
    table_titles(&t, names);
    for (size_t i = 0; i < r->summary->n_rules; i++)
        if (eval_shows_rule(r, r->summary->rules[i].name))
            rule_row(&t, r, &r->summary->rules[i]);
    table_finish(&t, out, style);
}

/* ---- cost ----------------------------------------------------------------------------------- */

const sheaf_eval_cost *eval_cost_of(const sheaf_eval_summary *s, const char *strategy)
{
    size_t i = 0;
    while (i + 1 < s->n_costs && strcmp(s->costs[i].strategy, strategy) != 0)
        i++;
    return &s->costs[i];
}

double eval_of_majority(const sheaf_eval_summary *s, double part, double whole)
{
    return s->has_majority && whole > 0 ? 100 * part / whole : NAN;
}

static void cost_row(struct table *t, const sheaf_eval_summary *s, const sheaf_eval_cost *c)
{
    const sheaf_eval_cost *base = &s->costs[0];
    table_str(t, c->strategy);
    table_count(t, c->tokens);
    table_number(t, "%.1f", eval_of_majority(s, (double)c->tokens, (double)base->tokens));
    table_number(t, "%.1f", c->seconds);
    table_number(t, "%.1f", eval_of_majority(s, c->seconds, base->seconds));
    table_count(t, c->n_traces);
    table_count(t, c->n_cut);
    table_count(t, c->n_unfinished);
    table_count(t, c->n_looped);
    table_count(t, c->n_length);
    table_number(t, "%.2f", 100 * c->accuracy);
}

void eval_cost_table(strbuf *out, const struct eval_report *r, enum table_style style)
{
    static const char *const names[] = {
        "Strategy", "Tokens",     "% of majority", "Seconds",  "% of majority", "Traces",
        "Cut",      "Unfinished", "Looped",        "At limit", "Accuracy %"};
    struct table t;
    table_init(&t, "lrrrrrrrrrr");
    t.caption = "Tokens and seconds by strategy";
    table_titles(&t, names);
    for (size_t i = 0; i < r->summary->n_costs; i++)
        cost_row(&t, r->summary, &r->summary->costs[i]);
    table_finish(&t, out, style);
}

/* ---- points --------------------------------------------------------------------------------- */

void eval_point_table(strbuf *out, const struct eval_report *r, enum table_style style)
{
    static const char *const names[] = {"k", "pass@k %", "± stderr", "cons@k %", "± stderr"};
    const sheaf_eval_summary *s = r->summary;
    struct table t;
    table_init(&t, "rrrrr");
    t.caption = "At least one of k traces right, and the vote of k traces right (unbiased)";
    table_titles(&t, names);
    for (size_t i = 0; i < s->n_points; i++) {
        table_printf(&t, "%zu", s->points[i].k);
        table_number(&t, "%.2f", 100 * s->points[i].pass);
        table_number(&t, "%.2f", 100 * s->points[i].pass_se);
        table_number(&t, "%.2f", 100 * s->points[i].cons);
        table_number(&t, "%.2f", 100 * s->points[i].cons_se);
    }
    table_finish(&t, out, style);
}
