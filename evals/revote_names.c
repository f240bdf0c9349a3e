/* revote_names.c - what a vote on stored traces goes by: the settings of the run, whose traces, and
 * what a name stands for. */
#include <string.h>

#include "base/fail.h"
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
        if (strcmp(r->strategy, strategy) == 0 && r->finish != SHEAF_FINISH_STOP &&
            r->finish != SHEAF_FINISH_LENGTH && r->finish != SHEAF_FINISH_LOOP)
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

const struct vote_rule *revote_offline_rule(const char *name)
{
    const struct vote_rule *rule = vote_rule_by_name(name);
    const struct strategy *s = strategy_by_name(name);
    if (rule || !s || s->single || strcmp(s->cut, "none") != 0 || strcmp(s->stop, "none") != 0)
        return rule;
    return vote_rule_by_name(s->vote);
}

sheaf_code revote_check_name(const char *name, sheaf_error *err)
{
    if (vote_rule_by_name(name) || strategy_by_name(name) || strcmp(name, "auto") == 0)
        return SHEAF_OK;
    return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "strategy",
                      "\"%.40s\" is neither a strategy nor a vote rule; --strategy list shows both",
                      name);
}
