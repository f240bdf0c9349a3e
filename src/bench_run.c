/* bench_run.c - see bench_run.h. */
#include "src/bench_run.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fail.h"
#include "base/rng.h"

#define BENCH_SEED 1

struct bench {
    const struct bench_shape *shape;
    sheaf_decoder *decoder;
    sheaf_session *prefix;
    int32_t *prompt;   /* [shape->prompt] */
    sheaf_span *spans; /* [shape->traces] */
    sheaf_draw *draws; /* [shape->traces] */
};

static void release(struct bench *b)
{
    sheaf_decoder_close(b->decoder);
    alloc_free(b->prompt);
    alloc_free(b->spans);
    alloc_free(b->draws);
}

static sheaf_code open_bench(struct bench *b, struct bench_sample *out, sheaf_engine *e,
                             sheaf_error *err)
{
    const struct bench_shape *s = b->shape;
    sheaf_decoder_options o = {.max_sessions = s->traces + 1,
                               .prefix_tokens = s->prompt,
                               .session_tokens = s->gen,
                               .mem_bytes = s->mem_bytes};
    sheaf_memory_plan plan = {0};
    sheaf_model_info info;
    b->prompt = alloc_zero(s->prompt, sizeof *b->prompt);
    b->spans = alloc_zero(s->traces, sizeof *b->spans);
    b->draws = alloc_zero(s->traces, sizeof *b->draws);
    if (!b->prompt || !b->spans || !b->draws)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "bench", "no memory for %zu traces", s->traces);
    sheaf_engine_info(e, &info);
    for (size_t i = 0; i < s->prompt; i++)
        b->prompt[i] = (int32_t)(rng_bits(BENCH_SEED, 0, i) % (uint64_t)info.n_vocab);
    sheaf_decoder_plan(e, &o, &plan);
    out->memory_bytes = plan.total_bytes;
    sheaf_code rc = sheaf_decoder_open(&b->decoder, e, &o, err);
    return rc ? rc : sheaf_session_open(&b->prefix, b->decoder, err);
}

/* Forks the prompt and draws every trace's first token from its one row of logits. */
static sheaf_code fork_all(struct bench *b, float *logits, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; i < b->shape->traces && !rc; i++) {
        sheaf_draw *d = &b->draws[i];
        *d = (sheaf_draw){.logits = logits, .seed = BENCH_SEED, .trace = i,
                          .sampling = {.temperature = 1, .top_p = 1}};
        b->spans[i] = (sheaf_span){.tokens = &d->token, .n_tokens = 1, .want = SHEAF_WANT_LAST};
        rc = sheaf_decoder_draw(b->decoder, d, 1, err);
        if (!rc)
            rc = sheaf_session_fork(&b->spans[i].session, b->prefix, err);
    }
    return rc;
}

static sheaf_code decode(struct bench *b, sheaf_error *err)
{
    size_t n = b->shape->traces;
    for (size_t step = 0; step < b->shape->gen; step++) {
        sheaf_code rc = sheaf_decoder_step(b->decoder, b->spans, n, err);
        if (rc)
            return rc;
        for (size_t i = 0; i < n; i++) {
            b->draws[i].logits = b->spans[i].logits;
            b->draws[i].position = step + 1;
        }
        rc = sheaf_decoder_draw(b->decoder, b->draws, n, err);
        if (rc)
            return rc;
    }
    return SHEAF_OK;
}

static sheaf_profile since(const sheaf_decoder *d, const sheaf_profile *before)
{
    sheaf_profile p;
    sheaf_decoder_profile(d, &p);
    return (sheaf_profile){p.matmul_s - before->matmul_s,     p.attention_s - before->attention_s,
                           p.sampling_s - before->sampling_s, p.other_s - before->other_s,
                           p.steps - before->steps,           p.rows - before->rows};
}

sheaf_code bench_run(struct bench_sample *out, sheaf_engine *e, const struct bench_shape *shape,
                     sheaf_error *err)
{
    struct bench b = {.shape = shape};
    sheaf_profile before = {0};
    float *logits = NULL;
    sheaf_code rc = open_bench(&b, out, e, err);
    double start = clock_now_s();
    if (!rc)
        rc = sheaf_session_prefill(b.prefix, b.prompt, shape->prompt, &logits, err);
    out->prompt_s = clock_now_s() - start;
    if (!rc)
        rc = fork_all(&b, logits, err);
    if (!rc) {
        sheaf_decoder_profile(b.decoder, &before);
        start = clock_now_s();
        rc = decode(&b, err);
        out->decode_s = clock_now_s() - start;
        out->profile = since(b.decoder, &before);
    }
    release(&b);
    return rc;
}
