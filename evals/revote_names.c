/* revote_names.c - what a vote on stored traces goes by: the settings of the run, whose traces, and
 * what a name stands for. */
#include <sheaf/eval.h>
#include <string.h>

#include "base/fail.h"
#include "evals/lineup.h"
#include "evals/revote.h"
#include "evals/revote_desk.h"
#include "tts/strategy.h"

static void read_size(const cJSON *config, const char *key, size_t *out, double max)
{
    double value = (double)*out;
    if (json_f64(config, key, &value, 0, max, NULL) == SHEAF_OK)
        *out = (size_t)value;
}

static void read_real(const cJSON *config, const char *key, double *out, double max)
{
    double value = *out;
    if (json_f64(config, key, &value, 0, max, NULL) == SHEAF_OK)
        *out = value;
}

sheaf_solve_options revote_settings(const struct run_reader *run)
{
    sheaf_solve_options o = sheaf_solve_defaults();
    read_size(run->config, "parallel", &o.parallel, 65535);
    read_size(run->config, "max_tokens", &o.max_tokens, 1 << 24);
    read_size(run->config, "warmup", &o.warmup, 65536);
    read_size(run->config, "window", &o.window, 1 << 20);
    read_size(run->config, "min_ballots", &o.min_ballots, 65536);
    read_real(run->config, "keep", &o.keep, 1);
    read_real(run->config, "tau", &o.tau, 1e9);
    read_size(run->config, "esc_window", &o.esc_window, 65536);
    read_real(run->config, "cges_centre", &o.cges_centre, 1e9);
    read_real(run->config, "cges_slope", &o.cges_slope, 1e9);
    json_bool(run->config, "loop_guard", &o.loop_guard, NULL);
    return o;
}

/* Did every trace of the strategy end by itself? */
static bool is_whole(const struct run_reader *run, const char *strategy)
{
    for (size_t i = 0; i < run->table.n; i++) {
        const struct trace_record *r = &run->table.items[i].r;
        if (strcmp(r->strategy, strategy) == 0 && !trace_finish_whole(r->finish))
            return false;
    }
    return true;
}

const char *revote_source(const struct run_reader *run)
{
    const char *name;
    for (size_t i = 0; (name = run_reader_strategy(run, i)); i++)
        if (is_whole(run, name))
            return name;
    return NULL;
}

/* ---- names ---------------------------------------------------------------------------------- */

/* The rule that a name stands for: a vote rule, or that of a strategy whose traces all end by
 * themselves; NULL: the strategy must be replayed. */
static const struct vote_rule *offline_rule(const char *name)
{
    const struct vote_rule *rule = vote_rule_by_name(name);
    const struct strategy *s = strategy_by_name(name);
    if (rule || !s || s->single || strcmp(s->cut, "none") != 0 || strcmp(s->stop, "none") != 0)
        return rule;
    return vote_rule_by_name(s->vote);
}

/* The steps of arithmetic are read from the text, nothing else is. */
static bool reads_text(const sheaf_solve_options *o)
{
    struct rules r;
    return rules_choose(&r, o->strategy, o, NULL) != SHEAF_OK || r.cut == CUT_STEPS ||
           r.vote->stat == VOTE_STAT_STEPS;
}

struct desk_rule revote_rule(const char *name, const sheaf_solve_options *o)
{
    struct desk_rule rule = {.name = name, .offline = offline_rule(name), .options = *o};
    const struct lineup_run *run = lineup_run_of(text_of(name));
    rule.options.strategy = name;
    if (!rule.offline && run && !run->whole)
        rule.options = lineup_options(run, o);
    rule.reads_text = !rule.offline && reads_text(&rule.options);
    return rule;
}

sheaf_code revote_check_name(const char *name, sheaf_error *err)
{
    if (vote_rule_by_name(name) || strategy_by_name(name) || lineup_run_of(text_of(name)))
        return SHEAF_OK;
    return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "strategy",
                      "\"%.40s\" is neither a strategy nor a vote rule; --strategy list shows both",
                      name);
}

/* ---- all of them ---------------------------------------------------------------------------- */

static bool asks_model(const struct lineup_run *run)
{
    const struct strategy *s = strategy_by_name(run->strategy);
    return s && cut_rule_by_name(s->cut)->needs_model;
}

/* The strategies of an evaluation that are replayed, each run once: "auto" is one of the others,
 * and "deepconf-online" is its own low or high variant where the share kept is theirs. */
static bool is_replayed(const struct lineup_run *run, const char *name, double keep)
{
    bool known_keep = keep == 0.1 || keep == 0.9;
    return !run->whole && !asks_model(run) && strcmp(name, run->name) == 0 &&
           strcmp(name, "auto") != 0 && !(known_keep && strcmp(name, "deepconf-online") == 0);
}

size_t revote_all(const char *names[REVOTE_NAMES_MAX], double keep)
{
    const char *name;
    size_t n = 0;
    for (size_t i = 0; (name = sheaf_vote_rule_name(i)) && n < REVOTE_NAMES_MAX; i++)
        names[n++] = name;
    for (size_t i = 0; (name = sheaf_eval_strategy_name(i)) && n < REVOTE_NAMES_MAX; i++)
        if (is_replayed(lineup_run_of(text_of(name)), name, keep))
            names[n++] = name;
    return n;
}

const char *revote_left_out(size_t i)
{
    const char *name;
    for (size_t at = 0; (name = sheaf_eval_strategy_name(at)); at++)
        if (asks_model(lineup_run_of(text_of(name))) && i-- == 0)
            return name;
    return NULL;
}
