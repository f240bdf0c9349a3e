/* lineup.c - strategies by name. Several names may stand for the same run: that is how pass@1,
 * the majority and the offline rules come to share their traces. */
#include "evals/lineup.h"

#include <sheaf/eval.h>
#include <string.h>

#include "base/fail.h"

enum {
    WHOLE, MAJORITY_STOP, ONLINE, ONLINE_LOW, ONLINE_HIGH, CONSENSUS, ESC, ADAPTIVE, WEIGHTED, CGES,
    DEEPCONF_ADAPTIVE, PROBE, PROBE_ADAPTIVE, FORCING, STEPS_CUT, AUTO, N_RUNS
};

_Static_assert((int)N_RUNS <= (int)LINEUP_RUNS_MAX, "room for all at once");

static const struct lineup_run runs[N_RUNS] = {
    [WHOLE] = {.name = "majority", .strategy = "majority", .whole = true},
    [MAJORITY_STOP] = {.name = "majority-stop", .strategy = "majority"},
    [ONLINE] = {.name = "deepconf-online", .strategy = "deepconf-online"},
    [ONLINE_LOW] = {.name = "deepconf-online-low", .strategy = "deepconf-online", .keep = 0.1},
    [ONLINE_HIGH] = {.name = "deepconf-online-high", .strategy = "deepconf-online", .keep = 0.9},
    [CONSENSUS] = {.name = "majority-consensus", .strategy = "majority-consensus"},
    [ESC] = {.name = "esc", .strategy = "esc"},
    [ADAPTIVE] = {.name = "adaptive", .strategy = "adaptive"},
    [WEIGHTED] = {.name = "adaptive-weighted", .strategy = "adaptive-weighted"},
    [CGES] = {.name = "cges-stop", .strategy = "cges"},
    [DEEPCONF_ADAPTIVE] = {.name = "deepconf-adaptive", .strategy = "deepconf-adaptive"},
    [PROBE] = {.name = "probe", .strategy = "probe"},
    [PROBE_ADAPTIVE] = {.name = "probe-adaptive", .strategy = "probe-adaptive"},
    [FORCING] = {.name = "budget-forcing", .strategy = "budget-forcing"},
    [STEPS_CUT] = {.name = "steps-cut", .strategy = "steps-cut"},
    [AUTO] = {.name = "auto", .strategy = "auto"},
};

static const struct {
    const char *name, *about;
    int run;
} strategies[] = {
    {"single", "whole traces: one alone (pass@1)", WHOLE},
    {"majority", "whole traces: self-consistency and every offline rule", WHOLE},
    {"deepconf-offline", "whole traces: the same run as majority", WHOLE},
    {"self-consistency", "the same", WHOLE},
    {"best-of-n", "the same: see the rule best", WHOLE},
    {"borda", "the same", WHOLE},
    {"cisc", "the same", WHOLE},
    {"distri", "the same", WHOLE},
    {"steps", "the same", WHOLE},
    {"majority-stop", "majority that stops when its lead is safe", MAJORITY_STOP},
    {"deepconf-online", "cuts and consensus stop with the --keep given", ONLINE},
    {"deepconf-online-low", "the same with --keep 0.1", ONLINE_LOW},
    {"deepconf-online-high", "the same with --keep 0.9", ONLINE_HIGH},
    {"majority-consensus", "majority with the consensus stop", CONSENSUS},
    {"esc", "majority until a window of traces is unanimous", ESC},
    {"adaptive", "majority until the leader's Beta posterior is --tau", ADAPTIVE},
    {"adaptive-weighted", "the same on weighted votes", WEIGHTED},
    {"cges-stop", "until an answer's calibrated posterior is --tau", CGES},
    {"deepconf-adaptive", "cuts of deepconf-online, stop of adaptive-weighted", DEEPCONF_ADAPTIVE},
    {"probe", "traces end when their probes agree", PROBE},
    {"probe-adaptive", "the same with the stop of adaptive", PROBE_ADAPTIVE},
    {"budget-forcing", "thinking ended at a limit or prolonged", FORCING},
    {"steps-cut", "traces are cut at a wrong arithmetic step", STEPS_CUT},
    {"auto", "what `sheaf solve --strategy auto` chooses", AUTO},
    {NULL, NULL, 0},
};

static const char *const default_names[] = {"majority", "deepconf-online-low",
                                            "deepconf-online-high"};

static size_t clamp_index(size_t i)
{
    size_t last = sizeof strategies / sizeof strategies[0] - 1; /* the end mark, without a name */
    return i < last ? i : last;
}

const char *sheaf_eval_strategy_name(size_t i)
{
    return strategies[clamp_index(i)].name;
}

const char *sheaf_eval_strategy_about(size_t i)
{
    return strategies[clamp_index(i)].about;
}

const struct lineup_run *lineup_run_of(text name)
{
    for (size_t i = 0; strategies[i].name; i++)
        if (text_equal(name, text_of(strategies[i].name)))
            return &runs[strategies[i].run];
    return NULL;
}

static sheaf_code want_strategy(bool *wanted, text name, sheaf_error *err)
{
    const struct lineup_run *run = lineup_run_of(name);
    if (run) {
        wanted[run - runs] = true;
        return SHEAF_OK;
    }
    return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "--strategy",
                      "'%.*s' given; majority, adaptive, deepconf-online-low or another of "
                      "--strategy list wanted",
                      (int)(name.n < 40 ? name.n : 40), name.p);
}

static sheaf_code want_list(bool *wanted, text list, sheaf_error *err)
{
    for (;;) {
        size_t comma = text_find(list, TEXT(","));
        sheaf_code rc = want_strategy(wanted, text_slice(list, 0, comma), err);
        if (rc || comma == SIZE_MAX)
            return rc;
        list = text_slice(list, comma + 1, list.n);
    }
}

static void add_rules(struct lineup *l, size_t run)
{
    if (!l->runs[run]->whole) {
        l->rules[l->n_rules++] = (struct lineup_rule){l->runs[run]->name, NULL, run};
        return;
    }
    const char *vote;
    const size_t cap = LINEUP_RULES_MAX - N_RUNS; /* the other runs have one rule each */
    for (size_t i = 0; (vote = sheaf_vote_rule_name(i)) && l->n_rules < cap; i++)
        l->rules[l->n_rules++] = (struct lineup_rule){vote, vote, run};
}

sheaf_code lineup_make(struct lineup *out, const char *const *names, size_t n, sheaf_error *err)
{
    bool wanted[N_RUNS] = {false};
    struct lineup l = {.n_runs = 0};
    if (n == 0) {
        names = default_names;
        n = sizeof default_names / sizeof default_names[0];
    }
    for (size_t i = 0; i < n; i++) {
        sheaf_code rc = want_list(wanted, text_of(names[i]), err);
        if (rc)
            return rc;
    }
    for (size_t i = 0; i < N_RUNS; i++) {
        if (!wanted[i])
            continue;
        l.runs[l.n_runs] = &runs[i];
        add_rules(&l, l.n_runs++);
    }
    *out = l;
    return SHEAF_OK;
}

bool lineup_has_whole(const struct lineup *l)
{
    return l->n_runs > 0 && l->runs[0]->whole;
}

size_t lineup_deciding_rule(const struct lineup *l, size_t run)
{
    size_t i = 0;
    while (l->rules[i].run != run)
        i++;
    return i;
}

sheaf_solve_options lineup_options(const struct lineup_run *run, const sheaf_solve_options *o)
{
    sheaf_solve_options out = *o;
    out.strategy = run->strategy;
    out.vote = NULL;
    out.only_trace = -1;
    out.certificate = !run->whole;
    if (run->keep > 0)
        out.keep = run->keep;
    return out;
}
