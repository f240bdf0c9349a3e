/* graph.c - see graph.h. Each block is a few parallel regions: rows for element-wise work, panels
 * of 16 outputs for products, (row, KV head) pairs for attention. */
#include "engine/graph.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

void step_run(struct step *s, enum step_phase phase, size_t n, size_t grain, pool_fn *fn, void *ctx)
{
    double start = clock_now_s();
    pool_run(s->pool, n, grain, fn, ctx);
    s->phase_s[phase] += clock_now_s() - start;
}

/* ---- products ------------------------------------------------------------------------------- */

#define PROJECT_MAX 3

/* Up to three matrices that read the same input, as one parallel region. */
struct project {
    struct step *s;
    const struct linear *w[PROJECT_MAX];
    float *y[PROJECT_MAX];
    size_t n;
};

static void project_range(void *ctx, size_t begin, size_t end, int worker)
{
    const struct project *p = ctx;
    (void)worker;
    size_t first = 0; /* panel number of the matrix in the region */
    for (size_t i = 0; i < p->n; i++) {
        const struct panels *w = &p->w[i]->w;
        size_t last = first + panels_count(w);
        size_t from = begin > first ? begin : first, to = end < last ? end : last;
        if (from < to)
            p->s->e->kernels.matmul[w->layout](p->y[i], w->n_out, w, &p->s->acts, from - first,
                                               to - first);
        first = last;
    }
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

static void project(struct step *s, const struct linear *const *w, float *const *y, size_t n)
{
    assert(n <= PROJECT_MAX);
    struct project p = {.s = s, .n = n};
    size_t n_panels = 0;
    for (size_t i = 0; i < n; i++) {
        p.w[i] = w[i];
        p.y[i] = y[i];
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

static void set_input(struct step *s, const float *x, size_t n_rows, size_t n_in)
{
    s->acts = (struct acts){.x = x, .n_rows = n_rows, .n_in = n_in};
    if (n_in % 32 == 0)
        s->acts.q = s->codes;
}

static void quantize_rows(const struct step *s, size_t begin, size_t end)
{
    if (s->acts.q)
        s->e->kernels.quantize(&s->acts, begin, end);
}

static void embed_rows(void *ctx, size_t begin, size_t end, int worker)
{
    struct step *s = ctx;
    (void)worker;
    const gguf_tensor *t = s->e->embedding;
    size_t width = s->e->h.width, row_bytes = quant_row_bytes(t->type, width);
    for (size_t r = begin; r < end; r++)
        quant_dequantize(t->type, s->x + r * width, t->data + (size_t)s->rows[r].token * row_bytes,
                         width);
}

void graph_embed(struct step *s)
{
    s->delta_pending = false;
    step_run(s, PHASE_OTHER, s->n_rows, 1, embed_rows, s);
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
        float *x = s->x + r * width;
        const float *delta = s->delta + r * width;
        if (s->delta_pending)
            for (size_t j = 0; j < width; j++)
                x[j] += delta[j];
        s->e->kernels.rms_norm(s->h + i * width, x, job->weight, width, s->e->h.norm_eps);
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

/* ---- attention ------------------------------------------------------------------------------ */

struct attention {
    struct step *s;
    const struct layer *l;
    uint32_t layer;
    size_t n_heads, n_kv, dk, dv;
};

/* Norm (if the model has it) and rotation of the heads of one row. */
static void turn_heads(const struct attention *a, float *heads, size_t n, const float *weight,
                       uint32_t position)
{
    const struct sheaf_engine *e = a->s->e;
    for (size_t i = 0; i < n; i++) {
        float *head = heads + i * a->dk;
        if (weight)
            e->kernels.rms_norm(head, head, weight, a->dk, e->h.norm_eps);
        if (e->h.rope != ROPE_NONE)
            rope_rotate(a->s->rope, e->h.rope, head, position);
    }
}

static void prepare_rows(void *ctx, size_t begin, size_t end, int worker)
{
    const struct attention *a = ctx;
    struct step *s = a->s;
    (void)worker;
    for (size_t r = begin; r < end; r++) {
        const struct row *row = &s->rows[r];
        float *q = s->q + r * a->n_heads * a->dk, *k = s->k + r * a->n_kv * a->dk;
        turn_heads(a, q, a->n_heads, a->l->q_norm, row->position);
        turn_heads(a, k, a->n_kv, a->l->k_norm, row->position);
        for (size_t i = 0; i < a->n_heads * a->dk; i++)
            q[i] *= s->e->h.attn_scale;
        int32_t page = row->pages[row->position / KV_PAGE];
        for (uint32_t g = 0; g < a->n_kv; g++)
            kvcache_store(s->kv, page, a->layer, g, row->position % KV_PAGE, k + g * a->dk, a->dk,
                          s->v + (r * a->n_kv + g) * a->dv, a->dv);
    }
}

/* Items are (row, KV head) pairs. */
static void attend_range(void *ctx, size_t begin, size_t end, int worker)
{
    const struct attention *a = ctx;
    struct step *s = a->s;
    const void **views = s->page_views + (size_t)worker * 2 * s->pages_stride;
    size_t group = a->n_heads / a->n_kv;
    for (size_t i = begin; i < end; i++) {
        size_t r = i / a->n_kv, g = i % a->n_kv;
        const struct row *row = &s->rows[r];
        size_t n_pages = row->position / KV_PAGE + 1;
        for (size_t p = 0; p < n_pages; p++) {
            views[p] = kvcache_k(s->kv, row->pages[p], a->layer, (uint32_t)g);
            views[s->pages_stride + p] = kvcache_v(s->kv, row->pages[p], a->layer, (uint32_t)g);
        }
        struct attend_job job = {
            .out = s->att + (r * a->n_heads + g * group) * a->dv,
            .q = s->q + (r * a->n_heads + g * group) * a->dk,
            .n_heads = group, .dk = a->dk, .dv = a->dv,
            .out_stride = a->dv, .q_stride = a->dk,
            .k_pages = views, .v_pages = views + s->pages_stride,
            .pos_begin = 0, .pos_end = (size_t)row->position + 1,
            .scores = s->scores + (size_t)worker * s->scores_stride,
        };
        s->e->kernels.attend[s->kv->type](&job);
    }
}

static void quantize_range(void *ctx, size_t begin, size_t end, int worker)
{
    (void)worker;
    quantize_rows(ctx, begin, end);
}

void graph_attention(struct step *s, const struct layer *l, uint32_t layer)
{
    const struct hparams *h = &s->e->h;
    struct attention a = {s,         l,        layer, h->n_heads[layer], h->n_kv_heads[layer],
                          h->head_k, h->head_v};
    project(s, (const struct linear *const[]){&l->q, &l->k, &l->v},
            (float *const[]){s->q, s->k, s->v}, 3);
    step_run(s, PHASE_OTHER, s->n_rows, 1, prepare_rows, &a);
    step_run(s, PHASE_ATTENTION, s->n_rows * a.n_kv, 1, attend_range, &a);
    set_input(s, s->att, s->n_rows, a.n_heads * a.dv);
    step_run(s, PHASE_OTHER, s->n_rows, 1, quantize_range, s);
    project(s, (const struct linear *const[]){&l->o}, (float *const[]){s->delta}, 1);
    s->delta_pending = true;
}

/* ---- feed-forward and head ------------------------------------------------------------------ */

static void silu_rows(void *ctx, size_t begin, size_t end, int worker)
{
    struct step *s = ctx;
    (void)worker;
    size_t ff = s->acts.n_in;
    for (size_t r = begin; r < end; r++)
        s->e->kernels.silu_mul(s->gate + r * ff, s->gate + r * ff, s->up + r * ff, ff);
    quantize_rows(s, begin, end);
}

void graph_swiglu(struct step *s, const struct layer *l)
{
    project(s, (const struct linear *const[]){&l->gate, &l->up}, (float *const[]){s->gate, s->up},
            2);
    set_input(s, s->gate, s->n_rows, l->down.w.n_in);
    step_run(s, PHASE_OTHER, s->n_rows, 1, silu_rows, s);
    project(s, (const struct linear *const[]){&l->down}, (float *const[]){s->delta}, 1);
    s->delta_pending = true;
}

void graph_logits(struct step *s, const uint32_t *rows, size_t n, float *out)
{
    if (n == 0)
        return;
    norm(s, s->e->final_norm, rows, n);
    project(s, (const struct linear *const[]){&s->e->head}, (float *const[]){out}, 1);
}
