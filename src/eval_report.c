/* eval_report.c - see eval_report.h. What a run was made with comes from its settings, which
 * `sheaf eval` and a stored run have alike, so both print the same. */
#include "src/eval_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/cli_io.h"
#include "src/eval_tables.h"

/* ---- how it was run ------------------------------------------------------------------------- */

static const char *word(const struct eval_report *r, const char *key)
{
    const cJSON *v = json_get(r->config, key);
    return cJSON_IsString(v) ? v->valuestring : "?";
}

/* Settings that are written only where they are not the usual ones. */
static const char *text_or(const struct eval_report *r, const char *key, const char *usual)
{
    return json_get(r->config, key) ? word(r, key) : usual;
}

static double number(const struct eval_report *r, const char *key)
{
    const cJSON *v = json_get(r->config, key);
    return cJSON_IsNumber(v) ? v->valuedouble : NAN;
}

/* The seed is stored in hex, for readers that know doubles only. */
static uint64_t seed_of(const struct eval_report *r)
{
    uint64_t seed = 0;
    sscanf(word(r, "seed"), "%16" SCNx64, &seed);
    return seed;
}

static void describe_problems(char *out, size_t cap, const struct eval_report *r)
{
    const sheaf_eval_summary *s = r->summary;
    char interrupted[64] = "", shots[32] = "";
    const char *filter = text_or(r, "filter", "exact"), *layout = text_or(r, "layout", "plain");
    if (number(r, "shots") > 0)
        snprintf(shots, sizeof shots, ", %.0f shots", fmin(number(r, "shots"), 1e6));
    if (!s->complete)
        snprintf(interrupted, sizeof interrupted, ", interrupted: %zu were selected",
                 s->n_selected);
    snprintf(out, cap,
             "%.300s, %zu of %zu%s%s; task %.40s, filter %.40s, prompt %.40s%s; run %.40s",
             s->data, s->n_done, s->n_total, s->partial ? " (partial)" : "", interrupted,
             word(r, "task"), filter, layout, shots, s->run_id);
}

static void describe_model(char *out, size_t cap, const struct eval_report *r)
{
    snprintf(out, cap, "%.300s, %.40s, hash %.40s; sheaf %.40s, %.40s", word(r, "model"),
             word(r, "quantization"), word(r, "model_hash"), word(r, "sheaf"), word(r, "cpu"));
}

/* Of the whole run, prompts included; what is not known is left out. */
static void describe_speed(char *out, size_t cap, const struct eval_report *r)
{
    const sheaf_eval_summary *s = r->summary;
    double threads = r->threads ? r->threads : number(r, "threads");
    char rows[48] = "", on[48] = "";
    if (!isnan(s->rows_per_step))
        snprintf(rows, sizeof rows, ", %.1f rows per decode step", s->rows_per_step);
    if (threads > 0)
        snprintf(on, sizeof on, " on %.0f %s", fmin(threads, 1e6),
                 threads > 1 ? "threads" : "thread");
    snprintf(out, cap, "%.1f tokens/s%s%s", isnan(s->tokens_per_s) ? 0.0 : s->tokens_per_s, rows,
             on);
}

static void describe_budget(char *out, size_t cap, const struct eval_report *r)
{
    char top_k[40] = "", min_p[40] = "";
    if (number(r, "top_k") > 0)
        snprintf(top_k, sizeof top_k, ", top-k %.0f", fmin(number(r, "top_k"), 1e9));
    if (number(r, "min_p") > 0)
        snprintf(min_p, sizeof min_p, ", min-p %.3g", number(r, "min_p"));
    snprintf(out, cap,
             "%.0f traces of at most %.0f tokens; temperature %.3g, top-p %.3g%s%s; seed %" PRIu64,
             number(r, "traces"), number(r, "max_tokens"), number(r, "temperature"),
             number(r, "top_p"), top_k, min_p, seed_of(r));
}

void eval_report_facts(struct eval_fact facts[EVAL_FACTS], const struct eval_report *r)
{
    facts[0].label = "Problems";
    describe_problems(facts[0].value, sizeof facts[0].value, r);
    facts[1].label = "Model";
    describe_model(facts[1].value, sizeof facts[1].value, r);
    facts[2].label = "Budget";
    describe_budget(facts[2].value, sizeof facts[2].value, r);
    facts[3].label = "Speed";
    describe_speed(facts[3].value, sizeof facts[3].value, r);
}

static void print_facts(strbuf *out, const struct eval_report *r, enum table_style style)
{
    struct eval_fact facts[EVAL_FACTS];
    eval_report_facts(facts, r);
    for (size_t i = 0; i < EVAL_FACTS; i++) {
        strbuf_printf(out, "%s %s: ", style == TABLE_LATEX ? "%" : "-", facts[i].label);
        cli_add_printable(out, text_of(facts[i].value), false);
        strbuf_char(out, '\n');
    }
    strbuf_char(out, '\n');
}

/* ---- tables --------------------------------------------------------------------------------- */

/* One line per strategy that is not the majority: what it saved and what it cost. */
static void verdict_lines(strbuf *out, const sheaf_eval_summary *s)
{
    for (size_t i = 0; s->has_majority && i < s->n_rules; i++) {
        const sheaf_eval_rule *r = &s->rules[i];
        const sheaf_eval_cost *c = eval_cost_of(s, r->strategy), *base = &s->costs[0];
        if (c == base || isnan(r->diff) || !base->tokens)
            continue;
        strbuf_printf(out, "- %s against majority: tokens %+.1f %%, seconds %+.1f %%, ", r->name,
                      eval_of_majority(s, (double)c->tokens, (double)base->tokens) - 100,
                      eval_of_majority(s, c->seconds, base->seconds) - 100);
        strbuf_printf(out, "accuracy %+.2f points", 100 * r->diff);
        if (!isnan(r->diff_se))
            strbuf_printf(out, " (± %.2f, p = %.3f, McNemar exact)", 100 * r->diff_se, r->p);
        strbuf_char(out, '\n');
    }
}

void eval_report_print(strbuf *out, const struct eval_report *r, enum table_style style)
{
    print_facts(out, r, style);
    eval_rule_table(out, r, style);
    strbuf_char(out, '\n');
    eval_cost_table(out, r, style);
    strbuf_char(out, '\n');
    if (style != TABLE_LATEX)
        verdict_lines(out, r->summary);
    if (r->summary->n_points == 0)
        return;
    if (style != TABLE_LATEX)
        strbuf_char(out, '\n');
    eval_point_table(out, r, style);
}

/* ---- CSV ------------------------------------------------------------------------------------ */

static void csv_numbers(struct table *t, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        table_exact(t, values[i]);
}

static void csv_row(struct table *t, const sheaf_eval_summary *s, const sheaf_eval_rule *r)
{
    const sheaf_eval_cost *c = eval_cost_of(s, r->strategy);
    struct eval_intervals i = eval_intervals(r, s->n_done);
    const double numbers[] = {r->ballots, r->value, r->se, r->diff, r->diff_se, r->p};
    const double ends[] = {i.wilson.low, i.wilson.high, i.exact.low, i.exact.high};
    table_str(t, s->data);
    table_printf(t, "%zu", s->n_done);
    table_str(t, r->name);
    table_str(t, r->strategy);
    csv_numbers(t, numbers, sizeof numbers / sizeof numbers[0]);
    table_printf(t, "%" PRIu64, c->tokens);
    table_printf(t, "%.3f", c->seconds);
    table_printf(t, "%zu", c->n_traces);
    table_printf(t, "%zu", c->n_cut);
    table_printf(t, "%zu", c->n_looped);
    table_str(t, s->partial ? "yes" : "no");
    csv_numbers(t, ends, sizeof ends / sizeof ends[0]);
}

void eval_report_csv(strbuf *out, const struct eval_report *r)
{
    static const char *const names[] = {
        "task",   "problems",       "rule",                  "strategy", "ballots", "value",
        "stderr", "minus_majority", "minus_majority_stderr", "p",        "tokens",  "seconds",
        "traces", "cut",            "looped",                "partial",  "wilson_low",
        "wilson_high", "exact_low", "exact_high"};
    struct table t;
    table_init(&t, "lrllrrrrrrrrrrrlrrrr");
    table_titles(&t, names);
    for (size_t i = 0; i < r->summary->n_rules; i++)
        if (eval_shows_rule(r, r->summary->rules[i].name))
            csv_row(&t, r->summary, &r->summary->rules[i]);
    table_finish(&t, out, TABLE_CSV);
}
