/* bench_run.c - see bench_run.h. */
#include "src/bench_run.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fail.h"

#define BENCH_SEED 1

/* What the traces go on from, repeated to the length asked for. Random tokens would leave the model
 * with no idea what comes next, and a draw from such a row costs many times what it costs in
 * use. */
static const char prompt_text[] =
    "A school orders 36 boxes of pencils. Every box holds 12 packets, and there are 8 pencils in a "
    "packet. The "
    "pencils are shared out evenly among 24 classes, and each class keeps a quarter of its share "
    "for the exams. "
    "First we find the number of pencils: 36 times 12 is 432 packets, and 432 times 8 is 3456 "
    "pencils. Then we "
    "divide by the number of classes: 3456 divided by 24 is 144. A quarter of 144 is 36, so each "
    "class has 108 "
    "pencils left for every day. Now suppose that the school finds 5 more boxes in the cellar. ";

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

static sheaf_code write_prompt(struct bench *b, const sheaf_engine *e, sheaf_error *err)
{
    int32_t *tokens;
    size_t n;
    sheaf_code rc = sheaf_engine_tokenize(e, &tokens, &n, prompt_text, sizeof prompt_text - 1,
                                          false, false, err);
    if (rc)
        return rc;
    if (n == 0)
        rc = SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, "bench",
                        "the vocabulary has no token for English text");
    for (size_t i = 0; i < b->shape->prompt && !rc; i++)
        b->prompt[i] = tokens[i % n];
    sheaf_free(tokens);
    return rc;
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
    b->prompt = alloc_zero(s->prompt, sizeof *b->prompt);
    b->spans = alloc_zero(s->traces, sizeof *b->spans);
    b->draws = alloc_zero(s->traces, sizeof *b->draws);
    if (!b->prompt || !b->spans || !b->draws)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "bench", "no memory for %zu traces", s->traces);
    sheaf_decoder_plan(e, &o, &plan);
    out->memory_bytes = plan.total_bytes;
    sheaf_code rc = write_prompt(b, e, err);
    if (!rc)
        rc = sheaf_decoder_open(&b->decoder, e, &o, err);
    return rc ? rc : sheaf_session_open(&b->prefix, b->decoder, err);
}

/* Forks the prompt and draws every trace's first token from its one row of logits. */
static sheaf_code fork_all(struct bench *b, float *logits, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; i < b->shape->traces && !rc; i++) {
        sheaf_draw *d = &b->draws[i];
        *d = (sheaf_draw){.logits = logits, .seed = BENCH_SEED, .trace = i,
                          .sampling = {.temperature = 0.7f, .top_p = 0.95f}};
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
    return (sheaf_profile){
        .matmul_s = p.matmul_s - before->matmul_s,
        .attention_s = p.attention_s - before->attention_s,
        .mixer_s = p.mixer_s - before->mixer_s,
        .sampling_s = p.sampling_s - before->sampling_s,
        .other_s = p.other_s - before->other_s,
        .steps = p.steps - before->steps,
        .rows = p.rows - before->rows,
    };
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
