/* stop_rules.c - see stop_rules.h; the tests themselves are in stop.c. */
#include "tts/stop_rules.h"

#include <string.h>

const struct stop_rule stop_rules[] = {
    {"none", "every trace of the budget runs", STOP_NONE, false, SHEAF_STOP_BUDGET},
    {"certificate", "the lead is larger than what is still out; never changes the answer",
     STOP_CERTIFICATE, false, SHEAF_STOP_CERTIFICATE},
    {"consensus", "the leader has the share --tau of the weight (arXiv:2508.15260)",
     STOP_CONSENSUS, false, SHEAF_STOP_CONSENSUS},
    {"esc", "a window of consecutive traces is unanimous (arXiv:2401.10480)", STOP_ESC, true,
     SHEAF_STOP_ESC},
    {"beta", "the leader beats the second with the posterior --tau (arXiv:2305.11860)", STOP_BETA,
     true, SHEAF_STOP_BETA},
    {"cges", "an answer has the posterior --tau, calibrated (arXiv:2511.02603)", STOP_CGES, true,
     SHEAF_STOP_CGES},
    {.name = NULL},
};

const struct stop_rule *stop_rule_by_name(const char *name)
{
    for (const struct stop_rule *r = stop_rules; r->name; r++)
        if (strcmp(r->name, name) == 0)
            return r;
    return NULL;
}

const struct stop_rule *stop_rule_of(enum stop_kind kind)
{
    const struct stop_rule *r = stop_rules;
    while (r->kind != kind)
        r++;
    return r;
}

void stopper_init(struct stopper *s, const struct stop_rule *rule, struct stop_params params,
                  struct vote_entry *entries, struct stop_cges_answer *answers, size_t n_classes)
{
    *s = (struct stopper){.rule = rule, .params = params};
    vote_box_init(&s->box, entries, n_classes);
    stop_esc_init(&s->esc, params.window);
    stop_cges_init(&s->cges, answers, n_classes);
}

static bool decided(struct stopper *s, struct stop_ballot ballot, size_t n_open)
{
    switch (s->rule->kind) {
    case STOP_NONE:
        break;
    case STOP_CERTIFICATE:
        return stop_certificate(&s->box, (double)n_open);
    case STOP_CONSENSUS:
        return stop_consensus(&s->box, s->params.level, s->params.min_ballots);
    case STOP_ESC:
        return stop_esc_add(&s->esc, ballot.answer);
    case STOP_BETA:
        return stop_beta_box(&s->box) >= s->params.level;
    case STOP_CGES:
        stop_cges_add(&s->cges, ballot.answer, ballot.probability);
        return stop_cges_posterior(&s->cges, NULL).posterior >= s->params.level;
    }
    return false;
}

bool stopper_add(struct stopper *s, struct stop_ballot ballot, size_t n_open)
{
    vote_box_add(&s->box, ballot.answer, ballot.weight);
    return decided(s, ballot, n_open);
}
