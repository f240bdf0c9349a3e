/* plan.c - see plan.h. Every search is a bisection: what a plan takes rises with each count. */
#include "tts/plan.h"

#include "base/fail.h"
#include "base/memory.h"
#include "engine/model.h"

static uint64_t planned(const struct plan_request *q, size_t n_slots, struct plan_crowd c,
                        sheaf_memory_plan *plan)
{
    sheaf_decoder_options o = plan_decoder_options(q, c);
    sheaf_decoder_plan(q->engine, &o, plan);
    uint64_t store = c.n_runs * (q->store_bytes + (uint64_t)n_slots * q->slot_bytes);
    plan->scratch_bytes += store;
    plan->total_bytes += store;
    return plan->total_bytes;
}

sheaf_decoder_options plan_decoder_options(const struct plan_request *q, struct plan_crowd c)
{
    size_t n_forks = q->fork_tokens ? c.n_rows : 0;
    return (sheaf_decoder_options){
        .max_sessions = c.n_rows + c.n_runs + n_forks,
        .max_logits = c.n_rows, /* a trace waits while its fork decodes */
        .prefix_tokens = q->prompt_tokens,
        .session_tokens = q->max_tokens + 1,
        .n_forks = n_forks,
        .fork_tokens = q->fork_tokens,
        .n_prefixes = c.n_runs,
        .n_holders = c.n_runs,
    };
}

uint64_t plan_limit(const sheaf_engine *e, uint64_t mem_bytes)
{
    sheaf_model_info m;
    sheaf_engine_info(e, &m);
    uint64_t left = memory_available();
    uint64_t system = left > UINT64_MAX - m.weights_bytes ? left : left + m.weights_bytes;
    return mem_bytes && mem_bytes < system ? mem_bytes : system;
}

sheaf_code plan_parallel(size_t *parallel, sheaf_memory_plan *plan, const struct plan_request *q,
                         sheaf_error *err)
{
    size_t low = 1, high = q->wanted; /* low fits; everything above high does not */
    uint64_t one = planned(q, 1, (struct plan_crowd){1, 1}, plan);
    if (one > q->limit_bytes)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "memory",
                          "one trace of %zu tokens needs %.1f MiB; the limit is %.1f MiB",
                          q->max_tokens, (double)one / 0x1p20, (double)q->limit_bytes / 0x1p20);
    while (low < high) {
        size_t mid = low + (high - low + 1) / 2;
        if (planned(q, mid, (struct plan_crowd){mid, 1}, plan) <= q->limit_bytes)
            low = mid;
        else
            high = mid - 1;
    }
    planned(q, low, (struct plan_crowd){low, 1}, plan);
    *parallel = low;
    return SHEAF_OK;
}

/* The crowd for a batch, and as many runs as fill it while none of them has ended a trace. */
static struct plan_crowd crowd_of(size_t n_slots, size_t batch)
{
    return (struct plan_crowd){batch - 1 + n_slots, 1 + (batch - 1) / n_slots};
}

struct plan_crowd plan_crowd(const struct plan_request *q, size_t n_slots, size_t batch)
{
    sheaf_memory_plan unused;
    size_t low = 1, high = batch; /* first rows, then runs: their last traces leave rows free */
    if (planned(q, n_slots, crowd_of(n_slots, 1), &unused) > q->limit_bytes)
        return (struct plan_crowd){0};
    while (low < high) {
        size_t mid = low + (high - low + 1) / 2;
        if (planned(q, n_slots, crowd_of(n_slots, mid), &unused) <= q->limit_bytes)
            low = mid;
        else
            high = mid - 1;
    }
    struct plan_crowd c = crowd_of(n_slots, low);
    for (high = low; c.n_runs < high;) {
        size_t mid = c.n_runs + (high - c.n_runs + 1) / 2;
        if (planned(q, n_slots, (struct plan_crowd){c.n_rows, mid}, &unused) <= q->limit_bytes)
            c.n_runs = mid;
        else
            high = mid - 1;
    }
    return c;
}

/* Only the choice between two lists of divisors looks at a decoder's length (engine/decoder.c). */
static bool rotates_long(const struct plan_request *q)
{
    const struct hparams *h = &q->engine->h;
    return h->scaling == ROPE_SCALE_LONGROPE &&
           q->prompt_tokens + q->max_tokens + 1 > h->rope_orig_context;
}

bool plan_holds(const struct plan_request *shape, const struct plan_request *q)
{
    return q->prompt_tokens <= shape->prompt_tokens && q->max_tokens <= shape->max_tokens &&
           q->fork_tokens <= shape->fork_tokens && q->store_bytes <= shape->store_bytes &&
           q->slot_bytes <= shape->slot_bytes && rotates_long(q) == rotates_long(shape);
}
