/* strategy_auto.c - what "auto" chooses: the first row below whose condition holds.
 *
 * Grounds. Greedy traces are all alike, so more than one is wasted. A thinking model that runs into
 * its token limit inside its thoughts gives no answer at all; ending the thoughts gives one. The
 * certificate costs nothing and changes nothing, so a small budget takes it: its few traces do
 * not carry a posterior or a threshold. Cutting pays on long traces, where a lost one is seen early
 * and much is saved (2048-token windows in arXiv:2508.15260), with 0.9 kept: 0.1 lost accuracy on
 * some of the published settings. Short traces end before a cut can save much; there it is whole
 * traces that can be saved, by a posterior of 0.95 (arXiv:2305.11860). */
#include "tts/strategy.h"

#define FEW_TRACES 8           /* below: no posterior */
#define WARM_TRACES 32         /* two warm-ups of 16 */
#define LONG_TRACE 2048        /* tokens: windows of confidence fill */
#define THINKING_NEEDS 4096    /* tokens that thoughts often take */

static bool is_single(const struct auto_facts *f)
{
    return f->traces < 2 || f->temperature <= 0.0f;
}

static bool is_short_of_thought(const struct auto_facts *f)
{
    return f->thinks && f->max_tokens < THINKING_NEEDS;
}

static bool is_small(const struct auto_facts *f)
{
    return f->traces < FEW_TRACES;
}

static bool is_long(const struct auto_facts *f)
{
    return f->traces >= WARM_TRACES && f->max_tokens >= LONG_TRACE;
}

static bool is_any(const struct auto_facts *f)
{
    (void)f;
    return true;
}

static const struct {
    bool (*holds)(const struct auto_facts *f);
    const char *strategy, *why;
} choices[] = {
    {is_single, "single", "one trace, or greedy ones that are all alike"},
    {is_short_of_thought, "budget-forcing",
     "the model thinks, and fewer than 4096 tokens may not be enough to finish the thought"},
    {is_small, "majority", "fewer than 8 traces: too few for a posterior or a threshold"},
    {is_long, "deepconf-online-high", "32 traces or more, 2048 tokens or more: cuts pay"},
    {is_any, "adaptive", "short traces: whole ones are saved, by a posterior"},
};

const char *strategy_auto(const struct auto_facts *f, const char **why)
{
    size_t i = 0;
    while (!choices[i].holds(f))
        i++;
    *why = choices[i].why;
    return choices[i].strategy;
}
