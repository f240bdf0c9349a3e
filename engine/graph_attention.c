/* graph_attention.c - softmax attention over the pages of each row's session.
 *
 * What differs between families is a set of flags per layer (struct hparams): the range of
 * positions, rotation, a second kind of head norm, the temperature of queries. */
#include <math.h>

#include "engine/graph_parts.h"

#define TEMPERATURE_GAIN 0.1f

struct attention {
    struct step *s;
    const struct layer *l;
    uint32_t layer;
    unsigned flags; /* attention_flag */
    struct kvcache *kv;
    enum kv_class kind;
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
        if (e->h.rope != ROPE_NONE && !(a->flags & ATTN_UNROTATED))
            rope_rotate(a->s->rope, e->h.rope, head, position);
        if (a->flags & ATTN_UNIT_NORM)
            e->kernels.rms_norm(head, head, NULL, a->dk, e->h.norm_eps);
    }
}

static float query_scale(const struct attention *a, uint32_t position)
{
    const struct hparams *h = &a->s->e->h;
    if (!(a->flags & ATTN_TEMPERATURE))
        return h->attn_scale;
    float steps = (float)((position + 1) / h->temperature_step);
    return h->attn_scale * (1.0f + TEMPERATURE_GAIN * logf(steps + 1.0f));
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
        float scale = query_scale(a, row->position);
        for (size_t i = 0; i < a->n_heads * a->dk; i++)
            q[i] *= scale;
        int32_t page = row->pages[a->kind][row->position / KV_PAGE];
        for (uint32_t g = 0; g < a->n_kv; g++)
            kvcache_store(a->kv, page, a->layer, g, row->position % KV_PAGE, k + g * a->dk, a->dk,
                          s->v + (r * a->n_kv + g) * a->dv, a->dv);
    }
}

/* The query heads of KV head g at one row. Pages before the first position seen may be gone. */
static void attend_group(const struct attention *a, size_t r, uint32_t g, int worker)
{
    struct step *s = a->s;
    const struct row *row = &s->rows[r];
    const void **views = s->page_views + (size_t)worker * 2 * s->pages_stride;
    size_t group = a->n_heads / a->n_kv, end = (size_t)row->position + 1;
    size_t begin = a->kind == KV_LIMITED ? hparams_first_seen(&s->e->h, row->position) : 0;
    for (size_t p = begin / KV_PAGE; p * KV_PAGE < end; p++) {
        views[p] = kvcache_k(a->kv, row->pages[a->kind][p], a->layer, g);
        views[s->pages_stride + p] = kvcache_v(a->kv, row->pages[a->kind][p], a->layer, g);
    }
    struct attend_job job = {
        .out = s->mixed + (r * a->n_heads + g * group) * a->dv,
        .q = s->q + (r * a->n_heads + g * group) * a->dk,
        .n_heads = group, .dk = a->dk, .dv = a->dv,
        .out_stride = a->dv, .q_stride = a->dk,
        .k_pages = views, .v_pages = views + s->pages_stride,
        .pos_begin = begin, .pos_end = end,
        .sinks = a->l->sinks ? a->l->sinks + g * group : NULL,
        .scores = s->scores + (size_t)worker * s->scores_stride,
    };
    s->e->kernels.attend[a->kv->type](&job);
}

/* Items are (row, KV head) pairs. */
static void attend_range(void *ctx, size_t begin, size_t end, int worker)
{
    const struct attention *a = ctx;
    for (size_t i = begin; i < end; i++)
        attend_group(a, i / a->n_kv, (uint32_t)(i % a->n_kv), worker);
}

void graph_attention(struct step *s, const struct layer *l, uint32_t layer)
{
    const struct hparams *h = &s->e->h;
    enum kv_class kind = kv_class_of(h, layer);
    struct attention a = {
        .s = s, .l = l, .layer = layer, .flags = h->attention[layer],
        .kv = &s->kv[kind], .kind = kind,
        .n_heads = h->n_heads[layer], .n_kv = h->n_kv_heads[layer],
        .dk = h->head_k, .dv = h->head_v,
    };
    project(s, (const struct linear *const[]){&l->q, &l->k, &l->v},
            (float *const[]){s->q, s->k, s->v}, 3);
    step_run(s, PHASE_OTHER, s->n_rows, 1, prepare_rows, &a);
    step_run(s, PHASE_ATTENTION, s->n_rows * a.n_kv, 1, attend_range, &a);
    set_input(s, s->mixed, s->n_rows, a.n_heads * a.dv);
    quantize_input(s);
    delta_project(s, &l->o);
}
