/* compare_report.c - see compare_report.h. */
#include "src/compare_report.h"

#include <math.h>
#include <string.h>

#include "src/cli_io.h"
#include "src/eval_tables.h"

static bool is_shown(const struct compare_report *r, size_t i)
{
    return eval_shows_rule(r->a, r->c->rules[i].name);
}

/* ---- accuracy ------------------------------------------------------------------------------- */

static void rule_row(struct table *t, const struct pairing_rule *r)
{
    table_str(t, r->name);
    table_number(t, "%.2f", 100 * r->a);
    table_number(t, "%.2f", 100 * r->b);
    table_number(t, "%+.2f", 100 * r->diff);
    table_number(t, "%.2f", 100 * r->se);
    table_interval(t, r->boot.low, r->boot.high);
    table_count(t, r->only_a);
    table_count(t, r->only_b);
    table_number(t, "%.3f", r->p);
}

void compare_rule_table(strbuf *out, const struct compare_report *r, enum table_style style)
{
    static const char *const names[] = {"Rule",     "A %",         "B %",      "B minus A",
                                        "± stderr", "Bootstrap %", "A better", "B better",
                                        "p"};
    struct table t;
    table_init(&t, "lrrrrrrrr");
    t.caption = "Paired by problem; 95 % bootstrap interval of the difference in points";
    table_titles(&t, names);
    for (size_t i = 0; i < r->c->n_rules; i++)
        if (is_shown(r, i))
            rule_row(&t, &r->c->rules[i]);
    table_finish(&t, out, style);
}

/* ---- cost ----------------------------------------------------------------------------------- */

static double percent_of(double part, double whole)
{
    return whole > 0 ? 100 * part / whole : NAN;
}

static void cost_row(struct table *t, const sheaf_eval_cost *a, const sheaf_eval_cost *b)
{
    table_str(t, a->strategy);
    table_count(t, a->tokens);
    table_count(t, b->tokens);
    table_number(t, "%.1f", percent_of((double)b->tokens, (double)a->tokens));
    table_number(t, "%.1f", a->seconds);
    table_number(t, "%.1f", b->seconds);
    table_number(t, "%.1f", percent_of(b->seconds, a->seconds));
}

void compare_cost_table(strbuf *out, const struct compare_report *r, enum table_style style)
{
    static const char *const names[] = {"Strategy",  "Tokens A",  "Tokens B", "B in % of A",
                                        "Seconds A", "Seconds B", "B in % of A"};
    const sheaf_eval_summary *a = &r->c->a->summary.pub, *b = &r->c->b->summary.pub;
    struct table t;
    table_init(&t, "lrrrrrr");
    t.caption = "Tokens and seconds of both runs";
    table_titles(&t, names);
    for (size_t i = 0; i < a->n_costs; i++)
        for (size_t j = 0; j < b->n_costs; j++)
            if (strcmp(a->costs[i].strategy, b->costs[j].strategy) == 0)
                cost_row(&t, &a->costs[i], &b->costs[j]);
    table_finish(&t, out, style);
}

/* ---- whole ---------------------------------------------------------------------------------- */

static void name_runs(strbuf *out, const struct pairing *c, const char *mark)
{
    const struct scorebook *const books[] = {c->a, c->b};
    for (size_t i = 0; i < 2; i++) {
        const sheaf_eval_summary *s = &books[i]->summary.pub;
        strbuf_printf(out, "%s %c: ", mark, (char)('A' + i));
        cli_add_printable(out, text_of(s->dir), false);
        strbuf_printf(out, ", run %.40s, %zu problems%s\n", s->run_id, s->n_done,
                      s->partial ? " (partial)" : "");
    }
    strbuf_char(out, '\n');
}

void compare_report_print(strbuf *out, const struct compare_report *r, enum table_style style)
{
    const char *mark = style == TABLE_LATEX ? "%" : "-";
    name_runs(out, r->c, mark);
    compare_rule_table(out, r, style);
    strbuf_char(out, '\n');
    compare_cost_table(out, r, style);
    strbuf_printf(out,
                  "\n%s Differences are points, paired by problem. p: McNemar's exact test, of "
                  "pass@1 the sign-flip test.\n",
                  mark);
}

static void csv_row(struct table *t, const struct pairing *c, const struct pairing_rule *r)
{
    const double numbers[] = {r->a, r->b, r->diff, r->se, r->boot.low, r->boot.high, r->p};
    table_str(t, r->name);
    table_printf(t, "%zu", c->n);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        table_exact(t, numbers[i]);
    table_printf(t, "%zu", r->only_a);
    table_printf(t, "%zu", r->only_b);
}

void compare_report_csv(strbuf *out, const struct compare_report *r)
{
    static const char *const names[] = {
        "rule", "problems", "a", "b", "b_minus_a", "stderr", "bootstrap_low", "bootstrap_high", "p",
        "a_better", "b_better"};
    struct table t;
    table_init(&t, "lrrrrrrrrrr");
    table_titles(&t, names);
    for (size_t i = 0; i < r->c->n_rules; i++)
        if (is_shown(r, i))
            csv_row(&t, r->c, &r->c->rules[i]);
    table_finish(&t, out, TABLE_CSV);
}
