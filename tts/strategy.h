/* strategy.h - strategies as rows of a table: what cuts a trace x what its vote weighs x what ends
 * the run early. A new strategy is a row; a new rule is an entry in one of the three tables
 * (cut_rules here, vote_rules in tts/vote.h, stop_rules in tts/stop_rules.h). */
#ifndef TTS_STRATEGY_H
#define TTS_STRATEGY_H

#include <sheaf/tts.h>
#include <stdbool.h>

#include "tts/stop_rules.h"
#include "tts/vote.h"

enum cut_kind {
    CUT_NONE,
    CUT_CONFIDENCE, /* warm-up, threshold, cuts while decoding (online.c) */
    CUT_PROBE,      /* asked for its answer now and then (probe.c) */
    CUT_FORCE,      /* not a cut but its opposite too: budget forcing (force.c) */
    CUT_STEPS,      /* a wrong arithmetic step (watch.c) */
};

struct cut_rule {
    const char *name, *about;
    enum cut_kind kind;
    bool needs_model; /* stored traces cannot tell what it would have done */
};

extern const struct cut_rule cut_rules[]; /* none first; name NULL at the end */
const struct cut_rule *cut_rule_by_name(const char *name); /* NULL: unknown */

struct strategy {
    const char *name, *about;
    const char *cut, *vote, *stop; /* names in the three tables */
    double keep; /* of the confidence cut; 0: the caller's */
    bool single; /* one trace whatever the budget */
};

extern const struct strategy strategies[]; /* name NULL at the end */

/* NULL when unknown; "auto" is no row. */
const struct strategy *strategy_by_name(const char *name);

/* A row with the caller's overrides. */
struct rules {
    const struct strategy *strategy;
    enum cut_kind cut;
    const struct cut_rule *cut_rule;
    const struct vote_rule *vote;
    const struct stop_rule *stop;
    double keep;
    bool single;
    const char *why; /* of a choice by "auto", else NULL */
};

/* The row `name` with the overrides of `o`, whose own strategy is not looked at. Errors: USAGE (a
 * name that is not in its table; a certificate asked for with votes that are not one per trace). */
sheaf_code rules_choose(struct rules *out, const char *name, const sheaf_solve_options *o,
                        sheaf_error *err);

/* What "auto" goes by. */
struct auto_facts {
    size_t traces, max_tokens;
    float temperature;
    bool thinks; /* the template opens a thinking part that the model must close */
};

/* The row that suits, and the reason in *why. Rule and grounds: strategy_auto.c. */
const char *strategy_auto(const struct auto_facts *f, const char **why);

#endif
