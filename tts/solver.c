/* solver.c - sheaf_solve: options checked, run opened, decoded, voted. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "engine/sample.h"
#include "tts/run.h"

const char sheaf_default_instruction[] =
    "Please reason step by step, and put your final answer within \\boxed{}.";

sheaf_solve_options sheaf_solve_defaults(void)
{
    return (sheaf_solve_options){
        .strategy = "deepconf-online",
        .traces = 32,
        .max_tokens = 1024,
        .sampling = {.temperature = 0.7f, .top_k = 0, .top_p = 0.95f, .min_p = 0.0f},
        .only_trace = -1,
        .instruction = sheaf_default_instruction,
        .thinking = -1,
        .warmup = 16,
        .keep = 0.9,
        .tau = 0.95,
        .min_ballots = 4,
        .certificate = true,
        .loop_guard = true,
    };
}

static sheaf_code check_sampling(const sheaf_sampling *s, sheaf_error *err)
{
    const struct sample_params p = sample_params_of(s);
    return sample_params_check(&p, err);
}

static sheaf_code out_of_range(const char *name, double seen, double min, double max,
                               sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_USAGE, name, "%g; %g to %g are possible", seen, min, max);
}

static sheaf_code check_ranges(const sheaf_solve_options *o, sheaf_error *err)
{
    const struct {
        const char *name;
        double value, min, max;
    } ranges[] = {
        {"traces", (double)o->traces, 1, 65536},
        {"parallel", (double)o->parallel, 0, 65535},
        {"max tokens", (double)o->max_tokens, 1, 1 << 24},
        {"keep", o->keep, 0.01, 1.0},
        {"tau", o->tau, 0.0, 1e9},
        {"window", (double)o->window, 0, 1 << 20},
        {"warm-up", (double)o->warmup, 1, 65536},
        {"minimum of ballots", (double)o->min_ballots, 1, 65536},
        {"seconds", o->max_seconds, 0, 1e9},
        {"trace", (double)o->only_trace, -1, 4294967295.0},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (!(ranges[i].value >= ranges[i].min && ranges[i].value <= ranges[i].max))
            return out_of_range(ranges[i].name, ranges[i].value, ranges[i].min, ranges[i].max, err);
    return check_sampling(&o->sampling, err);
}

static sheaf_code choose_rules(struct run *r, sheaf_error *err)
{
    const sheaf_solve_options *o = r->o;
    r->strategy = strategy_by_name(o->strategy ? o->strategy : "");
    if (!r->strategy)
        return SHEAF_FAIL(
            err, SHEAF_ERR_USAGE, "strategy",
            "\"%.40s\"; single, majority, deepconf-offline and deepconf-online are known",
            o->strategy ? o->strategy : "");
    r->rule = vote_rule_by_name(o->vote ? o->vote : r->strategy->vote);
    if (!r->rule)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "vote", "\"%.40s\" is no rule; see --vote list",
                          o->vote);
    return SHEAF_OK;
}

static void tell_done(const struct run *r, const sheaf_result *result)
{
    const sheaf_event event = {.kind = SHEAF_EVENT_DONE, .so_far = result, .n_wanted = r->n_wanted,
                               .seconds = result->seconds};
    if (r->o->on_event)
        r->o->on_event(r->o->on_event_ctx, &event);
}

sheaf_code sheaf_solve(sheaf_result **out, sheaf_engine *e, const char *question,
                       const sheaf_solve_options *options, const sheaf_judge *judge,
                       sheaf_error *err)
{
    sheaf_solve_options defaults = sheaf_solve_defaults();
    struct run r = {.e = e, .o = options ? options : &defaults, .judge = judge};
    if (!question || !judge || !judge->extract || !judge->equal)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "solve", "a question and a judge are wanted");
    sheaf_code rc = check_ranges(r.o, err);
    if (!rc)
        rc = choose_rules(&r, err);
    if (!rc)
        rc = run_open(&r, question, err);
    r.decode_start_s = clock_now_s();
    if (!rc)
        rc = run_decode(&r, err);
    if (!rc)
        rc = run_result(out, &r, err);
    if (!rc)
        tell_done(&r, *out);
    run_close(&r);
    return rc;
}
