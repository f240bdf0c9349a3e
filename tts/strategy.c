/* strategy.c - the table of strategy.h and the public look-ups of names. */
#include "tts/strategy.h"

#include <sheaf/tts.h>
#include <string.h>

#include "tts/vote.h"

const struct strategy strategies[] = {
    {.name = "single",
     .about = "one trace, no vote: the base line",
     .vote = "majority",
     .single = true},
    {.name = "majority",
     .about =
         "self-consistency: every trace one vote, stopped when the lead is safe (arXiv:2203.11171)",
     .vote = "majority",
     .certificate = true},
    {.name = "deepconf-offline",
     .about = "full traces, votes weighted and filtered by confidence (arXiv:2508.15260)",
     .vote = "lowest"},
    {.name = "deepconf-online",
     .about = "warm-up sets a threshold, weak traces are cut while decoding, consensus stops "
              "(arXiv:2508.15260)",
     .vote = "lowest",
     .online = true},
    {.name = NULL},
};

const struct strategy *strategy_by_name(const char *name)
{
    for (const struct strategy *s = strategies; s->name; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

static const struct strategy *strategy_at(size_t i)
{
    size_t last = sizeof strategies / sizeof strategies[0] - 1; /* the end mark, without a name */
    return &strategies[i < last ? i : last];
}

const char *sheaf_strategy_name(size_t i)
{
    return strategy_at(i)->name;
}

const char *sheaf_strategy_about(size_t i)
{
    return strategy_at(i)->about;
}

const char *sheaf_vote_rule_name(size_t i)
{
    size_t n = 0;
    while (vote_rules[n].name)
        n++;
    return vote_rules[i < n ? i : n].name;
}

const char *sheaf_finish_name(enum sheaf_finish f)
{
    static const char *const names[] = {
        [SHEAF_FINISH_STOP] = "stop",           [SHEAF_FINISH_LENGTH] = "length",
        [SHEAF_FINISH_CUT] = "cut",             [SHEAF_FINISH_LOOP] = "loop",
        [SHEAF_FINISH_CONSENSUS] = "consensus", [SHEAF_FINISH_CANCELLED] = "cancelled",
    };
    return names[f];
}

const char *sheaf_stop_name(enum sheaf_stop s)
{
    static const char *const names[] = {
        [SHEAF_STOP_BUDGET] = "budget",           [SHEAF_STOP_CONSENSUS] = "consensus",
        [SHEAF_STOP_CERTIFICATE] = "certificate", [SHEAF_STOP_TOKENS] = "tokens",
        [SHEAF_STOP_DEADLINE] = "deadline",       [SHEAF_STOP_CANCELLED] = "cancelled",
    };
    return names[s];
}
