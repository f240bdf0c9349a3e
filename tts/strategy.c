/* strategy.c - the tables of strategy.h, the choice from them, and the public look-ups of names. */
#include "tts/strategy.h"

#include <string.h>

#include "base/fail.h"

const struct cut_rule cut_rules[] = {
    {"none", "traces end by themselves", CUT_NONE, false},
    {"confidence", "below the threshold that the warm-up sets (arXiv:2508.15260)", CUT_CONFIDENCE,
     false},
    {"probe", "asked for its answer every --probe-every tokens; ends when --probe-agree agree "
              "(arXiv:2412.20993)",
     CUT_PROBE, true},
    {"force", "thinking is ended at --think-tokens, an early end of it becomes \"Wait\" "
              "(arXiv:2501.19393)",
     CUT_FORCE, true},
    {"steps", "a written arithmetic step is wrong (a op b = c, checked exactly)", CUT_STEPS, false},
    {.name = NULL},
};

#define ROW(name, about, cut, vote, stop) {name, about, cut, vote, stop, 0, false}

const struct strategy strategies[] = {
    {"single", "one trace, no vote: the base line", "none", "majority", "none", 0, true},
    ROW("best-of-n", "the trace of highest self-certainty (arXiv:2502.18581)", "none", "best",
        "none"),
    ROW("self-consistency", "every trace in full, one vote each (arXiv:2203.11171)", "none",
        "majority", "none"),
    ROW("majority", "the same, stopped when the lead is safe: the same answer", "none", "majority",
        "certificate"),
    ROW("majority-consensus", "the same, stopped at the leader's share --tau", "none", "majority",
        "consensus"),
    ROW("esc", "until a window of --esc-window traces is unanimous (arXiv:2401.10480)", "none",
        "majority", "esc"),
    ROW("adaptive", "until the leader's Beta posterior is --tau (arXiv:2305.11860)", "none",
        "majority", "beta"),
    ROW("adaptive-weighted", "the same on votes weighted by mean confidence", "none", "mean",
        "beta"),
    ROW("borda", "votes by rank in self-certainty (arXiv:2502.18581)", "none", "borda", "none"),
    ROW("cisc", "votes by softmax of mean confidence (arXiv:2502.06233)", "none", "cisc", "none"),
    ROW("cges", "until an answer's calibrated posterior is --tau (arXiv:2511.02603)", "none",
        "cges", "cges"),
    ROW("distri", "the low mode of confidence does not vote (arXiv:2603.03872)", "none", "distri",
        "none"),
    ROW("deepconf-offline", "full traces, votes weighted by confidence (arXiv:2508.15260)", "none",
        "lowest", "none"),
    ROW("deepconf-online",
        "warm-up sets a threshold, weak traces are cut, consensus stops (arXiv:2508.15260)",
        "confidence", "lowest", "consensus"),
    {"deepconf-online-low", "the same with --keep 0.1", "confidence", "lowest", "consensus", 0.1,
     false},
    {"deepconf-online-high", "the same with --keep 0.9", "confidence", "lowest", "consensus", 0.9,
     false},
    ROW("deepconf-adaptive", "the cuts of deepconf-online, the stop of adaptive-weighted",
        "confidence", "lowest", "beta"),
    ROW("probe", "a trace ends when its probes agree, one vote each (arXiv:2412.20993)", "probe",
        "majority", "certificate"),
    ROW("probe-adaptive", "the same with the stop of adaptive", "probe", "majority", "beta"),
    ROW("budget-forcing", "thinking ended at a limit or prolonged, one vote (arXiv:2501.19393)",
        "force", "majority", "certificate"),
    ROW("steps", "traces with a wrong arithmetic step count less", "none", "steps", "none"),
    ROW("steps-cut", "traces are cut at a wrong arithmetic step, one vote each", "steps",
        "majority", "certificate"),
    {.name = NULL},
};

const struct cut_rule *cut_rule_by_name(const char *name)
{
    for (const struct cut_rule *r = cut_rules; r->name; r++)
        if (strcmp(r->name, name) == 0)
            return r;
    return NULL;
}

const struct strategy *strategy_by_name(const char *name)
{
    for (const struct strategy *s = strategies; s->name; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

/* ---- a row with overrides ------------------------------------------------------------------- */

static sheaf_code unknown(const char *what, const char *name, sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_USAGE, what, "\"%.40s\"; a name shown by --%s list wanted",
                      name, what);
}

/* The certificate counts one vote per trace. A row's own gives way to a weighted vote; one that was
 * asked for does not. */
static sheaf_code settle_certificate(struct rules *r, const sheaf_solve_options *o,
                                     sheaf_error *err)
{
    if (r->stop->kind != STOP_CERTIFICATE)
        return SHEAF_OK;
    if (o->stop && !vote_rule_is_unit(r->vote))
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "stop",
                          "certificate with the vote %s; it needs one vote per trace: majority",
                          r->vote->name);
    if (!vote_rule_is_unit(r->vote) || (!o->stop && !o->certificate))
        r->stop = stop_rule_of(STOP_NONE);
    return SHEAF_OK;
}

sheaf_code rules_choose(struct rules *out, const char *name, const sheaf_solve_options *o,
                        sheaf_error *err)
{
    const struct strategy *s = strategy_by_name(name);
    if (!s)
        return unknown("strategy", name, err);
    struct rules r = {.strategy = s, .single = s->single, .keep = s->keep > 0 ? s->keep : o->keep};
    r.cut_rule = cut_rule_by_name(o->cut ? o->cut : s->cut);
    r.vote = vote_rule_by_name(o->vote ? o->vote : s->vote);
    r.stop = stop_rule_by_name(o->stop ? o->stop : s->stop);
    if (!r.cut_rule)
        return unknown("cut", o->cut, err);
    if (!r.vote)
        return unknown("vote", o->vote, err);
    if (!r.stop)
        return unknown("stop", o->stop, err);
    r.cut = r.cut_rule->kind;
    sheaf_code rc = settle_certificate(&r, o, err);
    if (!rc)
        *out = r;
    return rc;
}

/* ---- names ---------------------------------------------------------------------------------- */

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Tables end with an entry without a name. */
#define AT_OR_END(table, i) (&(table)[(i) < COUNT(table) ? (i) : COUNT(table) - 1])

static const struct {
    const char *name, *about;
} automatic = {"auto", "chooses one of these from the budget and the model, and says why"};

const char *sheaf_strategy_name(size_t i)
{
    return i == COUNT(strategies) - 1 ? automatic.name : AT_OR_END(strategies, i)->name;
}

const char *sheaf_strategy_about(size_t i)
{
    return i == COUNT(strategies) - 1 ? automatic.about : AT_OR_END(strategies, i)->about;
}

const char *sheaf_cut_rule_name(size_t i)
{
    return AT_OR_END(cut_rules, i)->name;
}

const char *sheaf_cut_rule_about(size_t i)
{
    return AT_OR_END(cut_rules, i)->about;
}

static const struct vote_rule *vote_rule_at(size_t i)
{
    size_t n = 0;
    while (vote_rules[n].name)
        n++;
    return &vote_rules[i < n ? i : n];
}

const char *sheaf_vote_rule_name(size_t i)
{
    return vote_rule_at(i)->name;
}

const char *sheaf_vote_rule_about(size_t i)
{
    return vote_rule_at(i)->about;
}

static const struct stop_rule *stop_rule_at(size_t i)
{
    size_t n = 0;
    while (stop_rules[n].name)
        n++;
    return &stop_rules[i < n ? i : n];
}

const char *sheaf_stop_rule_name(size_t i)
{
    return stop_rule_at(i)->name;
}

const char *sheaf_stop_rule_about(size_t i)
{
    return stop_rule_at(i)->about;
}

const char *sheaf_finish_name(enum sheaf_finish f)
{
    static const char *const names[] = {
        [SHEAF_FINISH_STOP] = "stop",           [SHEAF_FINISH_LENGTH] = "length",
        [SHEAF_FINISH_CUT] = "cut",             [SHEAF_FINISH_LOOP] = "loop",
        [SHEAF_FINISH_CONSENSUS] = "consensus", [SHEAF_FINISH_CANCELLED] = "cancelled",
        [SHEAF_FINISH_PROBE] = "probe",
    };
    return names[f];
}

bool sheaf_finish_answers(enum sheaf_finish f)
{
    return f == SHEAF_FINISH_STOP || f == SHEAF_FINISH_LENGTH;
}

const char *sheaf_stop_name(enum sheaf_stop s)
{
    static const char *const names[] = {
        [SHEAF_STOP_BUDGET] = "budget",           [SHEAF_STOP_CONSENSUS] = "consensus",
        [SHEAF_STOP_CERTIFICATE] = "certificate", [SHEAF_STOP_TOKENS] = "tokens",
        [SHEAF_STOP_DEADLINE] = "deadline",       [SHEAF_STOP_CANCELLED] = "cancelled",
        [SHEAF_STOP_ESC] = "esc",                 [SHEAF_STOP_BETA] = "beta",
        [SHEAF_STOP_CGES] = "cges",
    };
    return names[s];
}
