/* stop_rules.h - when may a run end before its budget: the rules as a table, and one machine that
 * holds what a rule has seen.
 *
 * Each rule is asked after every trace that has ended. The certificate loses nothing in whatever
 * order traces end, and the consensus of Algorithm 2 is asked at every vote as it comes. ESC, Beta
 * and CGES are tests on a sequence: they take the traces in order of ids, so that their decision is
 * that of a serial run. In order of arrival they would see the short traces first. */
#ifndef TTS_STOP_RULES_H
#define TTS_STOP_RULES_H

#include <sheaf/error.h>
#include <sheaf/tts.h>

#include "tts/stop.h"

enum stop_kind {
    STOP_NONE,
    STOP_CERTIFICATE,
    STOP_CONSENSUS,
    STOP_ESC,
    STOP_BETA,
    STOP_CGES,
};

struct stop_rule {
    const char *name, *about;
    enum stop_kind kind;
    bool in_order;       /* traces are taken by id */
    enum sheaf_stop why; /* what a result says when the rule ended the run */
};

/* Every rule, none first; the end has a NULL name. */
extern const struct stop_rule stop_rules[];

/* The rule of that name, or NULL. */
const struct stop_rule *stop_rule_by_name(const char *name);
const struct stop_rule *stop_rule_of(enum stop_kind kind);

struct stop_params {
    double level;       /* consensus: leader's share; Beta, CGES: posterior; above 1: never */
    size_t min_ballots; /* before a consensus counts */
    size_t window;      /* ESC: traces of a window, >= 1 */
};

struct stopper {
    const struct stop_rule *rule;
    struct stop_params params;
    struct vote_box box;
    struct stop_esc esc;
    struct stop_cges cges;
};

/* Starts a rule. `entries` and `answers` [n_classes] are the caller's memory and outlive it. */
void stopper_init(struct stopper *s, const struct stop_rule *rule, struct stop_params params,
                  struct vote_entry *entries, struct stop_cges_answer *answers, size_t n_classes);

/* What one ended trace brings. */
struct stop_ballot {
    int32_t answer;     /* class below n_classes; VOTE_NONE: it does not vote */
    double weight;      /* of its vote */
    double probability; /* that it is right, for CGES */
};

/* One ended trace; true when the run may end now. n_open: traces of the budget that are not in
 * yet. */
bool stopper_add(struct stopper *s, struct stop_ballot ballot, size_t n_open);

#endif
