/* decoder.c - memory plan, batch memory, and the step that moves all live traces one token on. */
#include "engine/decoder.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "engine/arch/arch.h"
#include "engine/lora.h"
#include "engine/sample.h"

#define PREFILL_CHUNK 256
#define ALIGN 64

/* ---- plan ----------------------------------------------------------------------------------- */

/* Every size of a decoder, computed once from the options. */
struct sizes {
    size_t max_rows, max_logits, max_positions, max_pages, n_kv_pages, threads;
    size_t scores, acts,
        sample; /* per worker: floats of scores; bytes of int8 codes; of sampling */
    size_t rank, lora_out;
    size_t step_bytes, scratch_bytes;
    uint64_t kv_bytes, state_bytes;
};

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

/* Widest input and the buffers of one row, over all layers. */
struct row_widths {
    size_t q, k, v, att, ff, widest;
};

static size_t max_of(size_t a, size_t b)
{
    return a > b ? a : b;
}

static struct row_widths row_widths(const struct hparams *h)
{
    struct row_widths w = {0};
    for (uint32_t i = 0; i < h->n_layers; i++) {
        w.q = max_of(w.q, (size_t)h->n_heads[i] * h->head_k);
        w.k = max_of(w.k, (size_t)h->n_kv_heads[i] * h->head_k);
        w.v = max_of(w.v, (size_t)h->n_kv_heads[i] * h->head_v);
        w.att = max_of(w.att, (size_t)h->n_heads[i] * h->head_v);
        w.ff = max_of(w.ff, h->n_ff[i]);
    }
    w.widest = max_of(max_of(h->width, w.att), w.ff);
    return w;
}

static size_t most_heads_per_kv(const struct hparams *h)
{
    size_t most = 1;
    for (uint32_t i = 0; i < h->n_layers; i++)
        if (h->n_kv_heads[i])
            most = max_of(most, h->n_heads[i] / h->n_kv_heads[i]);
    return most;
}

static struct sizes sizes_of(const struct sheaf_engine *e, const sheaf_decoder_options *o)
{
    const struct hparams *h = &e->h;
    struct row_widths w = row_widths(h);
    struct sizes z = {.threads = (size_t)e->threads};
    z.max_rows = o->max_rows ? o->max_rows : max_of(o->max_sessions, PREFILL_CHUNK);
    z.max_logits = o->max_logits ? o->max_logits : o->max_sessions;
    z.max_positions = o->prefix_tokens + o->session_tokens;
    z.max_pages = round_up(z.max_positions, KV_PAGE) / KV_PAGE;
    size_t private_pages =
        round_up(o->prefix_tokens % KV_PAGE + o->session_tokens, KV_PAGE) / KV_PAGE;
    z.n_kv_pages = o->prefix_tokens / KV_PAGE + o->max_sessions * private_pages;
    lora_sizes(e, &z.rank, &z.lora_out);

    size_t row_floats = 3 * h->width + w.q + w.k + w.v + w.att + 2 * w.ff + z.rank + z.lora_out;
    z.acts = round_up(acts_bytes(z.max_rows, round_up(w.widest, 32)), ALIGN);
    z.step_bytes = z.max_rows * row_floats * sizeof(float) + 11 * ALIGN + z.acts;
    z.scores = most_heads_per_kv(h) * round_up(z.max_positions, KV_PAGE);
    z.sample = round_up(sample_scratch_bytes(h->n_vocab), ALIGN);
    z.scratch_bytes = z.step_bytes + z.threads * (z.scores * sizeof(float) + z.sample +
                                                  2 * z.max_pages * sizeof(void *)) +
                      z.max_logits * h->n_vocab * sizeof(float) + rope_bytes(h, z.max_positions) +
                      z.max_rows * sizeof(struct row) +
                      o->max_sessions * (sizeof(sheaf_session) + z.max_pages * sizeof(int32_t));
    z.kv_bytes = (uint64_t)z.n_kv_pages * kvcache_page_bytes(h, e->kv);
    z.state_bytes = (uint64_t)o->max_sessions * e->state_bytes;
    return z;
}

void sheaf_decoder_plan(const sheaf_engine *e, const sheaf_decoder_options *options,
                        sheaf_memory_plan *out)
{
    struct sizes z = sizes_of(e, options);
    *out = (sheaf_memory_plan){
        .weights_bytes = e->weights.panels_bytes,
        .kv_bytes = z.kv_bytes,
        .state_bytes = z.state_bytes,
        .scratch_bytes = z.scratch_bytes,
    };
    out->total_bytes = out->weights_bytes + out->kv_bytes + out->state_bytes + out->scratch_bytes;
}

/* ---- open and close ------------------------------------------------------------------------- */

static sheaf_code check_options(const sheaf_engine *e, const sheaf_decoder_options *o,
                                sheaf_error *err)
{
    const size_t most = (size_t)1 << 30;
    if (o->max_sessions < 1 || o->max_sessions > 65536)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "decoder", "%zu sessions; 1 to 65536 are possible",
                          o->max_sessions);
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

static float *carve(uint8_t **at, size_t n_floats)
{
    float *p = (float *)(void *)*at;
    *at += round_up(n_floats * sizeof(float), ALIGN);
    return p;
}

static void carve_step(struct sheaf_decoder *d, const struct sizes *z)
{
    const struct hparams *h = &d->e->h;
    struct row_widths w = row_widths(h);
    struct step *s = &d->step;
    uint8_t *at = d->step_memory;
    size_t rows = z->max_rows;
    s->codes = at;
    at += z->acts;
    s->x = carve(&at, rows * h->width);
    s->h = carve(&at, rows * h->width);
    s->delta = carve(&at, rows * h->width);
    s->q = carve(&at, rows * w.q);
    s->k = carve(&at, rows * w.k);
    s->v = carve(&at, rows * w.v);
    s->att = carve(&at, rows * w.att);
    s->gate = carve(&at, rows * w.ff);
    s->up = carve(&at, rows * w.ff);
    s->low_rank = z->rank ? carve(&at, rows * z->rank) : NULL;
    s->update = z->rank ? carve(&at, rows * z->lora_out) : NULL;
}

static bool allocate(struct sheaf_decoder *d, const struct sizes *z)
{
    const struct sheaf_engine *e = d->e;
    d->sessions = alloc_zero(d->max_sessions, sizeof *d->sessions);
    d->page_tables = alloc_zero(d->max_sessions, z->max_pages * sizeof *d->page_tables);
    d->states = e->state_bytes ? alloc_aligned(d->max_sessions, e->state_bytes, ALIGN) : NULL;
    d->step_memory = alloc_aligned(z->step_bytes, 1, ALIGN);
    d->step.rows = alloc_zero(z->max_rows, sizeof *d->step.rows);
    d->step.scores = alloc_aligned(z->threads, z->scores * sizeof(float), ALIGN);
    d->step.page_views = alloc_zero(z->threads, 2 * z->max_pages * sizeof(void *));
    d->picks = alloc_zero(z->max_logits, sizeof *d->picks);
    d->logits = alloc_aligned(z->max_logits, e->h.n_vocab * sizeof(float), ALIGN);
    d->sample_scratch = alloc_aligned(z->threads, z->sample, ALIGN);
    return d->sessions && d->page_tables && (d->states || !e->state_bytes) && d->step_memory &&
           d->step.rows && d->step.scores && d->step.page_views && d->picks && d->logits &&
           d->sample_scratch;
}

static void wire(struct sheaf_decoder *d, const struct sizes *z)
{
    carve_step(d, z);
    d->step.e = d->e;
    d->step.pool = d->pool;
    d->step.kv = &d->kv;
    d->step.rope = &d->rope;
    d->step.scores_stride = z->scores;
    d->step.pages_stride = z->max_pages;
    d->sample_bytes = z->sample;
    d->max_rows = z->max_rows;
    d->max_logits = z->max_logits;
    d->max_positions = z->max_positions;
    d->max_pages = z->max_pages;
    for (size_t i = 0; i < d->max_sessions; i++) {
        d->sessions[i].d = d;
        d->sessions[i].pages = d->page_tables + i * z->max_pages;
        d->sessions[i].state = d->states ? d->states + i * d->e->state_bytes : NULL;
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
    if (!rc)
        rc = kvcache_init(&d->kv, &e->h, e->kv, &e->kernels, z.n_kv_pages, err);
    if (!rc)
        rc = rope_init(&d->rope, &e->h, divisors_for(e, z.max_positions), z.max_positions, err);
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
    kvcache_free(&d->kv);
    alloc_free(d->sessions);
    alloc_free(d->page_tables);
    alloc_free(d->states);
    alloc_free(d->step_memory);
    alloc_free(d->step.rows);
    alloc_free(d->step.scores);
    alloc_free(d->step.page_views);
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
    size_t rows = 0, logits = 0, pages = 0;
    for (size_t i = 0; i < n; i++) {
        sheaf_code rc = check_span(d, &spans[i], err);
        if (rc)
            return rc;
        rows += spans[i].n_tokens;
        logits += n_wanted(&spans[i]);
        pages += session_pages_needed(spans[i].session, spans[i].n_tokens);
    }
    if (rows > d->max_rows || logits > d->max_logits)
        return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, "decoder",
                          "%zu rows and %zu rows of logits in a step; at most %zu and %zu", rows,
                          logits, d->max_rows, d->max_logits);
    if (pages > d->kv.n_free)
        return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, "KV cache", "%zu pages are needed, %zu are free",
                          pages, d->kv.n_free);
    return SHEAF_OK;
}

/* Rows of the step, and which of them want logits. Returns the latter's number. */
static size_t lay_rows(struct sheaf_decoder *d, sheaf_span *spans, size_t n)
{
    size_t row = 0, n_logits = 0;
    for (size_t i = 0; i < n; i++) {
        sheaf_span *span = &spans[i];
        session_extend(span->session, span->n_tokens);
        size_t skip = span->n_tokens - n_wanted(span);
        span->logits = n_wanted(span) ? d->logits + n_logits * d->e->h.n_vocab : NULL;
        for (size_t t = 0; t < span->n_tokens; t++, row++) {
            d->step.rows[row] = (struct row){
                .token = span->tokens[t],
                .position = (uint32_t)(span->session->n_tokens + t),
                .pages = span->session->pages,
            };
            if (t >= skip)
                d->picks[n_logits++] = (uint32_t)row;
        }
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
        spans[i].session->n_tokens += spans[i].n_tokens;
    d->n_steps++;
    d->n_step_rows += d->step.n_rows;
    return SHEAF_OK;
}

sheaf_code sheaf_session_prefill(sheaf_session *s, const int32_t *tokens, size_t n, float **logits,
                                 sheaf_error *err)
{
    size_t chunk = s->d->max_rows < PREFILL_CHUNK ? s->d->max_rows : PREFILL_CHUNK;
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
        span.want = at + span.n_tokens == n ? SHEAF_WANT_LAST : SHEAF_WANT_NONE;
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
    *out = (sheaf_profile){t[PHASE_MATMUL], t[PHASE_ATTENTION], t[PHASE_SAMPLING], t[PHASE_OTHER],
                           d->n_steps, d->n_step_rows};
}
