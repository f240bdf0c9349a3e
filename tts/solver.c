/* solver.c - sheaf_solve: options and their checks; one question is a crew of one. */
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "engine/sample.h"
#include "tts/crew.h"
#include "tts/known.h"
#include "tts/run.h"

const char sheaf_default_instruction[] =
    "Please reason step by step, and put your final answer within \\boxed{}.";

sheaf_solve_options sheaf_solve_defaults(void)
{
    const struct vote_calibration calibration = VOTE_CALIBRATION;
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
        .esc_window = 5,
        .probe_every = 64,
        .probe_agree = 3,
        .waits = 1,
        .cges_centre = calibration.centre,
        .cges_slope = calibration.slope,
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
        {"ESC window", (double)o->esc_window, 1, 65536},
        {"probe interval", (double)o->probe_every, 1, 1 << 24},
        {"agreeing probes", (double)o->probe_agree, 1, 65536},
        {"thinking tokens", (double)o->think_tokens, 0, 1 << 24},
        {"waits", (double)o->waits, 0, 65536},
        {"CGES centre", o->cges_centre, -1e6, 1e6},
        {"CGES slope", o->cges_slope, -1e6, 1e6},
        {"seconds", o->max_seconds, 0, 1e9},
        {"trace", (double)o->only_trace, -1, 4294967295.0},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (!(ranges[i].value >= ranges[i].min && ranges[i].value <= ranges[i].max))
            return out_of_range(ranges[i].name, ranges[i].value, ranges[i].min, ranges[i].max, err);
    return check_sampling(&o->sampling, err);
}

/* "auto" waits for the prompt (run.c). */
static sheaf_code choose_rules(struct run *r, sheaf_error *err)
{
    const char *name = r->o->strategy ? r->o->strategy : "";
    if (strcmp(name, "auto") == 0)
        return SHEAF_OK;
    return rules_choose(&r->rules, name, r->o, err);
}

sheaf_code run_check(struct run *r, sheaf_error *err)
{
    const sheaf_judge *judge = r->judge;
    if (!r->job.question || !judge || !judge->extract || !judge->equal)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "solve", "a question and a judge are wanted");
    sheaf_code rc = check_ranges(r->o, err);
    if (!rc)
        rc = known_check(r, err);
    return rc ? rc : choose_rules(r, err);
}

/* ---- one question --------------------------------------------------------------------------- */

struct single {
    sheaf_job job;
    bool given;
    sheaf_result **out;
    sheaf_error fault;
};

static bool give(void *ctx, sheaf_job *out)
{
    struct single *s = ctx;
    *out = s->job;
    bool first = !s->given;
    s->given = true;
    return first;
}

static void take(void *ctx, const sheaf_job *job, sheaf_result *result, const sheaf_error *fault)
{
    struct single *s = ctx;
    (void)job;
    if (fault)
        s->fault = *fault;
    else
        *s->out = result;
}

sheaf_code sheaf_solve(sheaf_result **out, sheaf_engine *e, const char *question,
                       const sheaf_solve_options *options, const sheaf_judge *judge,
                       sheaf_error *err)
{
    struct single s = {.job = {.question = question, .options = options, .judge = judge},
                       .out = out};
    const sheaf_jobs jobs = {.ctx = &s, .next = give, .done = take};
    crew_run(e, &jobs, NULL);
    if (s.fault.code && err && !err->code)
        *err = s.fault;
    return s.fault.code;
}

sheaf_code sheaf_solve_many(sheaf_engine *e, const sheaf_jobs *jobs, sheaf_error *err)
{
    if (!jobs || !jobs->next || !jobs->done)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "solve", "a source of jobs is wanted");
    return crew_run(e, jobs, err);
}
