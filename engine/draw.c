/* draw.c - the draws of a step, one per row of logits, in parallel over rows. */
#include <math.h>

#include "base/fail.h"
#include "base/rng.h"
#include "engine/decoder.h"
#include "engine/sample.h"

struct draw_job {
    struct sheaf_decoder *d;
    sheaf_draw *draws;
};

static void draw_one(const struct sampler *s, const struct sheaf_engine *e, sheaf_draw *draw)
{
    const struct sample_params params = sample_params_of(&draw->sampling);
    struct sample_result r = {.token = -1};
    for (size_t i = 0; i < e->n_masked; i++)
        draw->logits[e->masked[i]] = -INFINITY;
    sample_draw(s, &r, draw->logits, &params, rng_uniform(draw->seed, draw->trace, draw->position));
    draw->token = r.token;
    draw->confidence = r.confidence;
    draw->self_certainty = r.self_certainty;
    draw->logprob = r.logprob;
}

static void draw_range(void *ctx, size_t begin, size_t end, int worker)
{
    const struct draw_job *job = ctx;
    struct sheaf_decoder *d = job->d;
    const struct sampler s = {
        .kernels = &d->e->kernels,
        .n_vocab = d->e->n_sampled,
        .scratch = d->sample_scratch + (size_t)worker * d->sample_bytes,
    };
    for (size_t i = begin; i < end; i++)
        draw_one(&s, d->e, &job->draws[i]);
}

sheaf_code sheaf_decoder_draw(sheaf_decoder *d, sheaf_draw *draws, size_t n, sheaf_error *err)
{
    struct draw_job job = {d, draws};
    step_run(&d->step, PHASE_SAMPLING, n, 1, draw_range, &job);
    for (size_t i = 0; i < n; i++)
        if (draws[i].token < 0)
            return SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, d->e->path,
                              "its logits are not finite at position %llu; the weights are damaged",
                              (unsigned long long)draws[i].position);
    return SHEAF_OK;
}
