/* graph.c - what every block of a layer needs: timed parallel regions, products, the residual
 * stream with its norms, embedding and head. */
#include <assert.h>

#include "base/clock.h"
#include "engine/graph_parts.h"

void step_run(struct step *s, enum step_phase phase, size_t n, size_t grain, pool_fn *fn, void *ctx)
{
    double start = clock_now_s();
    pool_run(s->pool, n, grain, fn, ctx);
    s->phase_s[phase] += clock_now_s() - start;
}

/* ---- products ------------------------------------------------------------------------------- */

/* Matrices that read the same input, as one parallel region. */
struct project {
    const struct step *s;
    struct product parts[PROJECT_MAX];
    size_t n;
};

/* Panels [begin, end) of one matrix; those of a mapped one are packed as they come, each once for
 * all rows. */
static void multiply_linear(const struct work *work, const struct product *p, size_t begin,
                            size_t end)
{
    const struct panels *w = &p->l->w;
    const struct step *s = work->s;
    if (w->data) {
        s->e->kernels.matmul[w->layout](p->y, w->n_out, w, work->a, begin, end);
        return;
    }
    uint8_t *scratch = s->pack_scratch + (size_t)work->worker * s->pack_stride;
    for (size_t panel = begin; panel < end; panel++) {
        struct panels one;
        linear_pack_panel(&one, p->l, panel, scratch);
        s->e->kernels.matmul[w->layout](p->y + panel * PANEL_OUT, w->n_out, &one, work->a, 0, 1);
    }
}

void multiply_panels(const struct work *work, const struct product *p, size_t n, size_t begin,
                     size_t end)
{
    size_t first = 0; /* number of the matrix's first panel */
    for (size_t i = 0; i < n; i++) {
        size_t last = first + panels_count(&p[i].l->w);
        size_t from = begin > first ? begin : first, to = end < last ? end : last;
        if (from < to)
            multiply_linear(work, &p[i], from - first, to - first);
        first = last;
    }
}

static void project_range(void *ctx, size_t begin, size_t end, int worker)
{
    const struct project *p = ctx;
    const struct work work = {p->s, &p->s->acts, worker};
    multiply_panels(&work, p->parts, p->n, begin, end);
}

struct bias_job {
    float *y;
    const float *bias;
    size_t n;
};

static void bias_rows(void *ctx, size_t begin, size_t end, int worker)
{
    const struct bias_job *job = ctx;
    (void)worker;
    for (size_t r = begin; r < end; r++)
        for (size_t i = 0; i < job->n; i++)
            job->y[r * job->n + i] += job->bias[i];
}

/* One adapter: low_rank = A x, then y += scale B low_rank, panel by panel. */
struct lora_job {
    struct step *s;
    const struct lora_part *part;
    struct acts low;
    float *y;
};

static void lora_down(void *ctx, size_t begin, size_t end, int worker)
{
    const struct lora_job *job = ctx;
    (void)worker;
    const struct panels *a = &job->part->a;
    job->s->e->kernels.matmul[a->layout](job->s->low_rank, a->n_out, a, &job->s->acts, begin, end);
}

static void lora_up(void *ctx, size_t begin, size_t end, int worker)
{
    const struct lora_job *job = ctx;
    (void)worker;
    const struct panels *b = &job->part->b;
    job->s->e->kernels.matmul[b->layout](job->s->update, b->n_out, b, &job->low, begin, end);
    size_t from = begin * PANEL_OUT, to = end * PANEL_OUT < b->n_out ? end * PANEL_OUT : b->n_out;
    for (size_t r = 0; r < job->low.n_rows; r++)
        for (size_t i = from; i < to; i++)
            job->y[r * b->n_out + i] += job->part->scale * job->s->update[r * b->n_out + i];
}

static void add_lora(struct step *s, const struct lora_part *part, float *y)
{
    struct lora_job job = {.s = s, .part = part, .y = y};
    job.low = (struct acts){.x = s->low_rank, .n_rows = s->acts.n_rows, .n_in = part->a.n_out};
    step_run(s, PHASE_MATMUL, panels_count(&part->a), 1, lora_down, &job);
    step_run(s, PHASE_MATMUL, panels_count(&part->b), 1, lora_up, &job);
}

void project(struct step *s, const struct linear *const *w, float *const *y, size_t n)
{
    assert(n <= PROJECT_MAX);
    struct project p = {.s = s, .n = n};
    size_t n_panels = 0;
    for (size_t i = 0; i < n; i++) {
        p.parts[i] = (struct product){w[i], y[i]};
        n_panels += panels_count(&w[i]->w);
    }
    step_run(s, PHASE_MATMUL, n_panels, 1, project_range, &p);
    for (size_t i = 0; i < n; i++) {
        for (const struct lora_part *part = w[i]->lora; part; part = part->next)
            add_lora(s, part, y[i]);
        struct bias_job bias = {y[i], w[i]->bias, w[i]->w.n_out};
        if (bias.bias)
            step_run(s, PHASE_OTHER, s->acts.n_rows, 1, bias_rows, &bias);
    }
}

/* ---- inputs --------------------------------------------------------------------------------- */

void set_input(struct step *s, const float *x, size_t n_rows, size_t n_in)
{
    s->acts = (struct acts){.x = x, .n_rows = n_rows, .n_in = n_in};
    if (n_in % 32 == 0)
        s->acts.q = s->codes;
}

void quantize_rows(const struct step *s, size_t begin, size_t end)
{
    if (s->acts.q)
        s->e->kernels.quantize(&s->acts, begin, end);
}

static void quantize_range(void *ctx, size_t begin, size_t end, int worker)
{
    (void)worker;
    quantize_rows(ctx, begin, end);
}

void quantize_input(struct step *s)
{
    step_run(s, PHASE_OTHER, s->acts.n_rows, 1, quantize_range, s);
}

/* ---- residual stream ------------------------------------------------------------------------ */

static void embed_rows(void *ctx, size_t begin, size_t end, int worker)
{
    struct step *s = ctx;
    (void)worker;
    const gguf_tensor *t = s->e->embedding;
    size_t width = s->e->h.width, row_bytes = quant_row_bytes(t->type, width);
    for (size_t r = begin; r < end; r++) {
        float *x = s->x + r * width;
        quant_dequantize(t->type, x, t->data + (size_t)s->rows[r].token * row_bytes, width);
        for (size_t i = 0; i < width && s->e->h.embedding_scale != 1.0f; i++)
            x[i] *= s->e->h.embedding_scale;
    }
}

void graph_embed(struct step *s)
{
    s->delta_pending = false;
    step_run(s, PHASE_OTHER, s->n_rows, 1, embed_rows, s);
}

/* x += residual_scale x delta. */
static void add_delta(const struct step *s, size_t row)
{
    size_t width = s->e->h.width;
    float *x = s->x + row * width, scale = s->e->h.residual_scale;
    const float *delta = s->delta + row * width;
    for (size_t i = 0; i < width; i++)
        x[i] += scale * delta[i];
}

static void add_delta_range(void *ctx, size_t begin, size_t end, int worker)
{
    (void)worker;
    for (size_t r = begin; r < end; r++)
        add_delta(ctx, r);
}

float *delta_open(struct step *s)
{
    if (s->delta_pending)
        step_run(s, PHASE_OTHER, s->n_rows, 1, add_delta_range, s);
    s->delta_pending = true;
    return s->delta;
}

void delta_project(struct step *s, const struct linear *w)
{
    float *delta = delta_open(s);
    project(s, &w, &delta, 1);
}

struct norm_job {
    struct step *s;
    const float *weight;
    const uint32_t *pick; /* rows to norm, NULL: all */
};

static void norm_rows(void *ctx, size_t begin, size_t end, int worker)
{
    const struct norm_job *job = ctx;
    struct step *s = job->s;
    (void)worker;
    size_t width = s->e->h.width;
    for (size_t i = begin; i < end; i++) {
        size_t r = job->pick ? job->pick[i] : i;
        if (s->delta_pending)
            add_delta(s, r);
        s->e->kernels.rms_norm(s->h + i * width, s->x + r * width, job->weight, width,
                               s->e->h.norm_eps);
    }
    quantize_rows(s, begin, end);
}

static void norm(struct step *s, const float *weight, const uint32_t *pick, size_t n)
{
    struct norm_job job = {s, weight, pick};
    set_input(s, s->h, n, s->e->h.width);
    step_run(s, PHASE_OTHER, n, 1, norm_rows, &job);
    s->delta_pending = false;
}

void graph_norm(struct step *s, const float *weight)
{
    norm(s, weight, NULL, s->n_rows);
}

/* ---- head ----------------------------------------------------------------------------------- */

void graph_logits(struct step *s, const uint32_t *rows, size_t n, float *out)
{
    if (n == 0)
        return;
    norm(s, s->e->final_norm, rows, n);
    project(s, (const struct linear *const[]){&s->e->head}, (float *const[]){out}, 1);
}
