/* results.c - results.json: the layout of lm-evaluation-harness ("metric,filter" and its
 * standard error per task), and what that has no place for in a member of its own. Times are in
 * members whose names begin with "seconds": everything else is the same in every run with the
 * same settings. */
#include <math.h>
#include <stdio.h>

#include "base/fail.h"
#include "base/json.h"
#include "evals/results.h"
#include "store/put.h"

static void put_score(strbuf *b, const char *metric, const char *rule, double value)
{
    char key[96];
    snprintf(key, sizeof key, "%s,%s", metric, rule);
    jsonw_key(b, key);
    if (isnan(value))
        jsonw_str(b, "N/A");
    else
        jsonw_f64(b, value);
}

/* {"TASK": CONTENT: the caller closes both braces. */
static void open_task(strbuf *b, const char *key, const char *task)
{
    jsonw_key(b, key);
    jsonw_open(b, '{');
    jsonw_key(b, task);
}

static void put_scores(strbuf *b, const sheaf_eval_summary *s, size_t n_shots)
{
    open_task(b, "results", s->data);
    jsonw_open(b, '{');
    put_str(b, "name", s->data);
    put_str(b, "alias", s->data);
    put_u64(b, "sample_len", s->n_done);
    for (size_t i = 0; i < s->n_rules; i++) {
        put_score(b, "exact_match", s->rules[i].name, s->rules[i].value);
        put_score(b, "exact_match_stderr", s->rules[i].name, s->rules[i].se);
    }
    jsonw_close(b, '}');
    jsonw_close(b, '}');
    open_task(b, "group_subtasks", s->data);
    strbuf_str(b, "[]");
    jsonw_close(b, '}');
    open_task(b, "higher_is_better", s->data);
    jsonw_open(b, '{');
    put_bool(b, "exact_match", true);
    jsonw_close(b, '}');
    jsonw_close(b, '}');
    open_task(b, "versions", s->data);
    jsonw_i64(b, 1);
    jsonw_close(b, '}');
    open_task(b, "n-shot", s->data);
    jsonw_u64(b, n_shots);
    jsonw_close(b, '}');
    open_task(b, "n-samples", s->data);
    jsonw_open(b, '{');
    put_u64(b, "original", s->n_total);
    put_u64(b, "effective", s->n_done);
    jsonw_close(b, '}');
    jsonw_close(b, '}');
}

static void put_rule(strbuf *b, const sheaf_eval_rule *r)
{
    jsonw_open(b, '{');
    put_str(b, "rule", r->name);
    put_str(b, "strategy", r->strategy);
    put_f64(b, "value", r->value);
    put_f64(b, "stderr", r->se);
    put_f64(b, "ballots", r->ballots);
    put_f64(b, "minus_majority", r->diff);
    put_f64(b, "minus_majority_stderr", r->diff_se);
    put_f64(b, "p", r->p);
    jsonw_close(b, '}');
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : NAN;
}

/* `base`: the majority, or NULL. */
static void put_cost(strbuf *b, const sheaf_eval_cost *c, const sheaf_eval_cost *base)
{
    jsonw_open(b, '{');
    put_str(b, "strategy", c->strategy);
    put_u64(b, "tokens", c->tokens);
    put_f64(b, "tokens_of_majority", base ? share((double)c->tokens, (double)base->tokens) : NAN);
    put_u64(b, "traces", c->n_traces);
    put_u64(b, "cut", c->n_cut);
    put_u64(b, "looped", c->n_looped);
    put_u64(b, "length", c->n_length);
    put_u64(b, "unfinished", c->n_unfinished);
    put_f64(b, "accuracy", c->accuracy);
    put_f64(b, "seconds", c->seconds);
    put_f64(b, "seconds_of_majority", base ? share(c->seconds, base->seconds) : NAN);
    jsonw_close(b, '}');
}

static void put_lists(strbuf *b, const sheaf_eval_summary *s)
{
    jsonw_key(b, "rules");
    jsonw_open(b, '[');
    for (size_t i = 0; i < s->n_rules; i++)
        put_rule(b, &s->rules[i]);
    jsonw_close(b, ']');
    jsonw_key(b, "costs");
    jsonw_open(b, '[');
    for (size_t i = 0; i < s->n_costs; i++)
        put_cost(b, &s->costs[i], s->has_majority ? &s->costs[0] : NULL);
    jsonw_close(b, ']');
    jsonw_key(b, "points");
    jsonw_open(b, '[');
    for (size_t i = 0; i < s->n_points; i++) {
        jsonw_open(b, '{');
        put_u64(b, "k", s->points[i].k);
        put_f64(b, "pass", s->points[i].pass);
        put_f64(b, "cons", s->points[i].cons);
        put_f64(b, "pass_stderr", s->points[i].pass_se);
        put_f64(b, "cons_stderr", s->points[i].cons_se);
        jsonw_close(b, '}');
    }
    jsonw_close(b, ']');
}

sheaf_code results_write(strbuf *b, const sheaf_eval_summary *s, text config, size_t n_shots,
                         sheaf_error *err)
{
    strbuf_reset(b);
    jsonw_open(b, '{');
    put_scores(b, s, n_shots);
    jsonw_key(b, "config");
    strbuf_text(b, config);
    jsonw_key(b, "sheaf");
    jsonw_open(b, '{');
    put_str(b, "version", SHEAF_VERSION);
    put_str(b, "run_id", s->run_id);
    put_bool(b, "complete", s->complete);
    put_bool(b, "partial", s->partial);
    put_u64(b, "selected", s->n_selected);
    put_f64(b, "tokens_per_s", s->tokens_per_s);
    put_f64(b, "rows_per_step", s->rows_per_step);
    put_lists(b, s);
    jsonw_close(b, '}');
    jsonw_close(b, '}');
    strbuf_char(b, '\n');
    return b->failed ? SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "results", "no memory") : SHEAF_OK;
}
