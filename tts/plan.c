/* plan.c - how many traces run at once: as many as asked for, or as fit the memory. */
#include "tts/plan.h"

#include "base/fail.h"
#include "base/memory.h"

static uint64_t planned(const struct plan_request *q, size_t parallel, sheaf_memory_plan *plan)
{
    sheaf_decoder_options o = plan_decoder_options(q, parallel);
    sheaf_decoder_plan(q->engine, &o, plan);
    uint64_t store = q->store_bytes + (uint64_t)parallel * q->slot_bytes;
    plan->scratch_bytes += store;
    plan->total_bytes += store;
    return plan->total_bytes;
}

sheaf_decoder_options plan_decoder_options(const struct plan_request *q, size_t parallel)
{
    size_t n_forks = q->fork_tokens ? parallel : 0;
    return (sheaf_decoder_options){
        .max_sessions = parallel + 1 + n_forks, /* the prompt's own */
        .max_logits = parallel + 1,             /* a trace waits while its fork decodes */
        .prefix_tokens = q->prompt_tokens,
        .session_tokens = q->max_tokens + 1,
        .n_forks = n_forks,
        .fork_tokens = q->fork_tokens,
    };
}

/* The weights are in memory already, so they count on top of what the system still has. */
static uint64_t limit_of(const struct plan_request *q, const sheaf_memory_plan *plan)
{
    uint64_t left = memory_available();
    uint64_t system = left > UINT64_MAX - plan->weights_bytes ? left : left + plan->weights_bytes;
    return q->mem_bytes && q->mem_bytes < system ? q->mem_bytes : system;
}

sheaf_code plan_parallel(size_t *parallel, sheaf_memory_plan *plan, const struct plan_request *q,
                         sheaf_error *err)
{
    size_t low = 1, high = q->wanted; /* low fits; everything above high does not */
    uint64_t one = planned(q, 1, plan), limit = limit_of(q, plan);
    if (one > limit)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "memory",
                          "one trace of %zu tokens needs %.1f MiB; the limit is %.1f MiB",
                          q->max_tokens, (double)one / 0x1p20, (double)limit / 0x1p20);
    while (low < high) {
        size_t mid = low + (high - low + 1) / 2;
        if (planned(q, mid, plan) <= limit)
            low = mid;
        else
            high = mid - 1;
    }
    planned(q, low, plan);
    *parallel = low;
    return SHEAF_OK;
}
