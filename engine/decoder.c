/* decoder.c - batch memory, and the step that moves all live traces one token on. */
#include "engine/decoder.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "engine/arch/arch.h"
#include "engine/decoder_plan.h"
#include "engine/sample.h"

/* ---- open and close ------------------------------------------------------------------------- */

static sheaf_code check_options(const sheaf_engine *e, const sheaf_decoder_options *o,
                                sheaf_error *err)
{
    const size_t most = (size_t)1 << 30;
    if (o->max_sessions < 1 || o->max_sessions > 65536 || o->n_forks >= o->max_sessions ||
        o->n_holders >= o->max_sessions - o->n_forks || o->n_prefixes > o->max_sessions)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "decoder",
                          "%zu sessions, of them %zu forks and %zu holders of %zu prefixes; 1 to "
                          "65536 and fewer are possible",
                          o->max_sessions, o->n_forks, o->n_holders, o->n_prefixes);
    if (o->session_tokens < 1 || o->session_tokens > most || o->prefix_tokens > most ||
        o->max_rows > 65536 || o->max_logits > 65536)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "decoder",
                          "%zu prefix and %zu session tokens; 1 to %zu are possible",
                          o->prefix_tokens, o->session_tokens, most);
    sheaf_memory_plan plan;
    sheaf_decoder_plan(e, o, &plan);
    if (o->mem_bytes && plan.total_bytes > o->mem_bytes)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "memory plan",
                          "%.1f MiB are needed for %zu sessions; the limit is %.1f MiB",
                          (double)plan.total_bytes / 0x1p20, o->max_sessions,
                          (double)o->mem_bytes / 0x1p20);
    return SHEAF_OK;
}

/* Points the members of the step into their one block of memory. */
static void carve_step(struct sheaf_decoder *d, const struct sizes *z)
{
    uint8_t *at = d->step_memory;
    d->step.codes = at;
    d->step.expert_codes = at + z->acts;
    at += z->acts + z->expert_acts;
    for (size_t i = 0; i < STEP_BUFFERS; i++) {
        const struct step_buffer *b = &z->buffers[i];
        float *memory = b->floats ? (float *)(void *)at : NULL;
        memcpy((char *)&d->step + b->member, &memory, sizeof memory);
        at += round_up(z->max_rows * b->floats * sizeof(float), PLAN_ALIGN);
    }
}

static bool allocate(struct sheaf_decoder *d, const struct sizes *z)
{
    const struct sheaf_engine *e = d->e;
    d->sessions = alloc_zero(d->max_sessions, sizeof *d->sessions);
    d->page_tables =
        alloc_zero(d->max_sessions * KV_CLASSES, z->max_pages * sizeof *d->page_tables);
    d->step_memory = alloc_aligned(z->step_bytes, 1, PLAN_ALIGN);
    d->step.rows = alloc_zero(z->max_rows, sizeof *d->step.rows);
    d->step.expert_first = alloc_zero(expert_lists(&e->h), sizeof *d->step.expert_first);
    d->step.segments = alloc_zero(d->max_sessions, sizeof *d->step.segments);
    d->step.attend_scratch = alloc_aligned(z->threads, z->attend * sizeof(float), PLAN_ALIGN);
    d->step.ssm_scratch = alloc_aligned(z->threads, z->ssm * sizeof(float), PLAN_ALIGN);
    d->step.pack_scratch = alloc_aligned(z->threads, z->pack, PLAN_ALIGN);
    d->picks = alloc_zero(z->max_logits, sizeof *d->picks);
    d->logits = alloc_aligned(z->max_logits, e->h.n_vocab * sizeof(float), PLAN_ALIGN);
    d->sample_scratch = alloc_aligned(z->threads, z->sample, PLAN_ALIGN);
    return d->sessions && d->page_tables && d->step_memory && d->step.rows &&
           d->step.expert_first && d->step.segments &&
           d->step.attend_scratch && d->step.ssm_scratch && d->step.pack_scratch &&
           d->picks && d->logits &&
           d->sample_scratch;
}

static void wire(struct sheaf_decoder *d, const struct sizes *z)
{
    carve_step(d, z);
    d->step.e = d->e;
    d->step.pool = d->pool;
    d->step.kv = d->kv;
    d->step.active = d->step.expert_first + d->e->h.moe.router.n_experts + 1;
    d->step.rope = &d->rope;
    d->step.attend_stride = z->attend;
    d->step.ssm_scratch_stride = z->ssm;
    d->step.pack_stride = z->pack;
    d->sample_bytes = z->sample;
    d->max_rows = z->max_rows;
    d->max_logits = z->max_logits;
    d->max_positions = z->max_positions;
    d->max_pages = z->max_pages;
    for (size_t i = 0; i < d->max_sessions; i++) {
        d->sessions[i].d = d;
        for (size_t k = 0; k < KV_CLASSES; k++)
            d->sessions[i].tables[k].pages =
                d->page_tables + (i * KV_CLASSES + k) * z->max_pages;
        d->sessions[i].state = NO_STATE;
    }
}

/* Divisors of the rotation's frequencies for sequences of at most n positions (longrope chooses by
 * the allocated length). */
static const float *divisors_for(const struct sheaf_engine *e, size_t n_positions)
{
    if (e->h.scaling != ROPE_SCALE_LONGROPE)
        return e->rope_divisors;
    return n_positions > e->h.rope_orig_context ? e->rope_long : e->rope_short;
}

sheaf_code sheaf_decoder_open(sheaf_decoder **out, sheaf_engine *e,
                              const sheaf_decoder_options *options, sheaf_error *err)
{
    sheaf_code rc = check_options(e, options, err);
    if (rc)
        return rc;
    struct sizes z = sizes_of(e, options);
    struct sheaf_decoder *d = alloc_zero(1, sizeof *d);
    if (!d)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "decoder", "no memory");
    d->e = e;
    d->max_sessions = options->max_sessions;
    if (!allocate(d, &z))
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "decoder", "no memory for %zu bytes of scratch",
                        z.scratch_bytes);
    for (int k = 0; k < KV_CLASSES && !rc; k++) {
        struct kv_shape shape = kv_shape_of(&e->h, (enum kv_class)k, e->kv);
        rc = kvcache_init(&d->kv[k], &shape, &e->kernels, z.n_kv_pages[k], err);
    }
    if (!rc)
        rc = state_pool_init(&d->states, e->state_bytes, d->max_sessions, err);
    if (!rc)
        rc = rope_init(&d->rope, &e->h,
                       divisors_for(e, options->prefix_tokens + options->session_tokens),
                       z.max_positions, err);
    if (!rc)
        rc = pool_create(&d->pool, e->threads, err);
    if (rc) {
        sheaf_decoder_close(d);
        return rc;
    }
    wire(d, &z);
    *out = d;
    return SHEAF_OK;
}

void sheaf_decoder_close(sheaf_decoder *d)
{
    if (!d)
        return;
    pool_free(d->pool);
    rope_free(&d->rope);
    for (int k = 0; k < KV_CLASSES; k++)
        kvcache_free(&d->kv[k]);
    state_pool_free(&d->states);
    alloc_free(d->sessions);
    alloc_free(d->page_tables);
    alloc_free(d->step_memory);
    alloc_free(d->step.rows);
    alloc_free(d->step.segments);
    alloc_free(d->step.expert_first);
    alloc_free(d->step.ssm_scratch);
    alloc_free(d->step.pack_scratch);
    alloc_free(d->step.attend_scratch);
    alloc_free(d->picks);
    alloc_free(d->logits);
    alloc_free(d->sample_scratch);
    alloc_free(d);
}

/* ---- step ----------------------------------------------------------------------------------- */

static sheaf_code check_room(const struct sheaf_session *s, size_t n, sheaf_error *err)
{
    size_t room = s->d->max_positions - s->n_tokens;
    if (n <= room)
        return SHEAF_OK;
    return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, "decoder",
                      "%zu tokens after %zu; there is room for %zu", n, s->n_tokens, room);
}

static size_t n_wanted(const sheaf_span *span)
{
    return span->want == SHEAF_WANT_ALL ? span->n_tokens : span->want == SHEAF_WANT_LAST;
}

static sheaf_code check_span(const struct sheaf_decoder *d, const sheaf_span *span,
                             sheaf_error *err)
{
    const struct sheaf_session *s = span->session;
    if (!s || s->d != d || !s->live || span->n_tokens == 0)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "decoder",
                          "a span of %zu tokens of no live session", span->n_tokens);
    sheaf_code rc = check_room(s, span->n_tokens, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < span->n_tokens; i++)
        if (span->tokens[i] < 0 || (uint32_t)span->tokens[i] >= d->e->h.n_vocab)
            return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "decoder", "token %d; 0 to %u are possible",
                              span->tokens[i], d->e->h.n_vocab - 1);
    return SHEAF_OK;
}

static sheaf_code check_spans(const struct sheaf_decoder *d, const sheaf_span *spans, size_t n,
                              sheaf_error *err)
{
    size_t rows = 0, logits = 0, pages[KV_CLASSES] = {0};
    for (size_t i = 0; i < n; i++) {
        sheaf_code rc = check_span(d, &spans[i], err);
        if (rc)
            return rc;
        rows += spans[i].n_tokens;
        logits += n_wanted(&spans[i]);
        for (int k = 0; k < KV_CLASSES; k++)
            pages[k] +=
                session_pages_needed(spans[i].session, (enum kv_class)k, spans[i].n_tokens);
    }
    if (rows > d->max_rows || logits > d->max_logits)
        return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, "decoder",
                          "%zu rows and %zu rows of logits in a step; at most %zu and %zu", rows,
                          logits, d->max_rows, d->max_logits);
    for (int k = 0; k < KV_CLASSES; k++)
        if (pages[k] > d->kv[k].n_free)
            return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, "KV cache",
                              "%zu pages are needed, %zu are free", pages[k], d->kv[k].n_free);
    return SHEAF_OK;
}

static void lay_segment(struct sheaf_decoder *d, const sheaf_span *span, size_t first)
{
    struct segment *g = &d->step.segments[d->step.n_segments++];
    *g = (struct segment){.first = first, .n_rows = span->n_tokens};
    state_advance(&d->states, &span->session->state, &g->from, &g->to);
    for (size_t t = 0; t < span->n_tokens; t++)
        d->step.rows[first + t] = (struct row){
            .token = span->tokens[t],
            .position = (uint32_t)(span->session->n_tokens + t),
            .segment = (uint32_t)(d->step.n_segments - 1),
            .pages = {span->session->tables[KV_ALL].pages,
                      span->session->tables[KV_LIMITED].pages},
        };
}

/* Rows of the step, and which of them want logits. Returns the latter's number. */
static size_t lay_rows(struct sheaf_decoder *d, sheaf_span *spans, size_t n)
{
    size_t row = 0, n_logits = 0;
    d->step.n_segments = 0;
    for (size_t i = 0; i < n; i++)
        state_will_step(&d->states, spans[i].session->state);
    for (size_t i = 0; i < n; i++) {
        sheaf_span *span = &spans[i];
        session_extend(span->session, span->n_tokens);
        lay_segment(d, span, row);
        row += span->n_tokens;
        size_t wanted = n_wanted(span);
        span->logits = wanted ? d->logits + n_logits * d->e->h.n_vocab : NULL;
        for (size_t t = row - wanted; t < row; t++)
            d->picks[n_logits++] = (uint32_t)t;
    }
    d->step.n_rows = row;
    return n_logits;
}

sheaf_code sheaf_decoder_step(sheaf_decoder *d, sheaf_span *spans, size_t n_spans, sheaf_error *err)
{
    sheaf_code rc = check_spans(d, spans, n_spans, err);
    if (rc || n_spans == 0)
        return rc;
    size_t n_logits = lay_rows(d, spans, n_spans);
    graph_embed(&d->step);
    for (uint32_t i = 0; i < d->e->h.n_layers; i++)
        d->e->arch->layer(&d->step, &d->e->layers[i], i);
    graph_logits(&d->step, d->picks, n_logits, d->logits);
    for (size_t i = 0; i < n_spans; i++)
        session_advance(spans[i].session, spans[i].n_tokens);
    d->n_steps++;
    d->n_step_rows += d->step.n_rows;
    return SHEAF_OK;
}

sheaf_code sheaf_session_prefill(sheaf_session *s, const int32_t *tokens, size_t n, float **logits,
                                 sheaf_error *err)
{
    size_t chunk = s->d->max_rows < PREFILL_CHUNK ? s->d->max_rows : PREFILL_CHUNK;
    if (chunk > SSM_CHUNK) /* the recurrence is cut at the same places everywhere */
        chunk -= chunk % SSM_CHUNK + s->n_tokens % SSM_CHUNK;
    sheaf_span span = {.session = s};
    if (n == 0)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "decoder",
                          "a prompt of 0 tokens; it has no logits");
    sheaf_code rc = check_room(s, n, err);
    if (rc)
        return rc;
    for (size_t at = 0; at < n; at += span.n_tokens) {
        span.tokens = tokens + at;
        span.n_tokens = n - at < chunk ? n - at : chunk;
        bool last = logits && at + span.n_tokens == n;
        span.want = last ? SHEAF_WANT_LAST : SHEAF_WANT_NONE;
        rc = sheaf_decoder_step(s->d, &span, 1, err);
        if (rc)
            return rc;
    }
    if (logits)
        *logits = span.logits;
    return SHEAF_OK;
}

void sheaf_decoder_profile(const sheaf_decoder *d, sheaf_profile *out)
{
    const double *t = d->step.phase_s;
    *out = (sheaf_profile){
        .matmul_s = t[PHASE_MATMUL],
        .attention_s = t[PHASE_ATTENTION],
        .mixer_s = t[PHASE_MIXER],
        .sampling_s = t[PHASE_SAMPLING],
        .other_s = t[PHASE_OTHER],
        .steps = d->n_steps,
        .rows = d->n_step_rows,
    };
}
