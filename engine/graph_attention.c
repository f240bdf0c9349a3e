/* graph_attention.c - softmax attention over the pages of each row's session.
 *
 * Neighbouring rows whose sessions begin alike (forks of one prompt, tokens of one prompt) go to
 * the kernel as one job, which reads the pages that they share once for all of them. What differs
 * between families is a set of flags per layer (struct hparams): the range of positions, rotation,
 * a second kind of head norm, the temperature of queries. */
#include <math.h>

#include "engine/graph_parts.h"

#define TEMPERATURE_GAIN 0.1f

/* A block of rows has up to ATTEND_QUERIES queries of a KV head: enough to read a page from memory
 * seldom. Its scores may take ATTEND_BUDGET floats, half of a common L2. */
#define ATTEND_QUERIES 24
#define ATTEND_BUDGET ((size_t)128 << 10)
#define ATTEND_TILE 6 /* fewer queries leave the kernels idle */
#define ITEMS_PER_WORKER 4

struct attention {
    struct step *s;
    const struct layer *l;
    uint32_t layer;
    unsigned flags; /* attention_flag */
    struct kvcache *kv;
    enum kv_class kind;
    size_t n_heads, n_kv, dk, dv;
    size_t n_blocks; /* of rows, that are attended together */
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

/* ---- jobs of rows that share pages ----------------------------------------------------------- */

/* Rows of a block where `group` query heads share a KV head. */
static size_t most_rows(size_t group)
{
    return group < ATTEND_QUERIES ? ATTEND_QUERIES / group : 1;
}

static size_t layer_scratch(const struct hparams *h, uint32_t layer, size_t n_positions)
{
    if (h->n_kv_heads[layer] == 0)
        return 0;
    size_t group = h->n_heads[layer] / h->n_kv_heads[layer];
    size_t least = attend_scratch_floats(group, h->head_k + h->head_v, n_positions);
    size_t most = most_rows(group) * least;
    return most < ATTEND_BUDGET ? most : least < ATTEND_BUDGET ? ATTEND_BUDGET : least;
}

size_t attention_scratch_floats(const struct hparams *h, size_t n_positions)
{
    size_t most = 0;
    for (uint32_t i = 0; i < h->n_layers; i++) {
        size_t floats = layer_scratch(h, i, n_positions);
        most = floats > most ? floats : most;
    }
    return (most + 15) / 16 * 16; /* whole cache lines: those of workers stand side by side */
}

static struct attend_row row_of(const struct attention *a, size_t r, size_t head)
{
    const struct step *s = a->s;
    const struct row *row = &s->rows[r];
    return (struct attend_row){
        .out = s->mixed + (r * a->n_heads + head) * a->dv,
        .q = s->q + (r * a->n_heads + head) * a->dk,
        .pages = row->pages[a->kind],
        .begin = a->kind == KV_LIMITED ? hparams_first_seen(&s->e->h, row->position) : 0,
        .end = (size_t)row->position + 1,
    };
}

/* Narrows the common positions of a job to those that one more row sees in the same pages. False:
 * there are none. Pages before the first position seen may be gone. */
static bool narrow(struct attend_job *j, const struct attend_row *row)
{
    size_t begin = row->begin > j->begin ? row->begin : j->begin;
    size_t end = row->end < j->end ? row->end : j->end;
    const int32_t *pages = j->rows->pages;
    for (size_t p = begin / KV_PAGE; p * KV_PAGE < end && pages != row->pages; p++)
        if (pages[p] != row->pages[p])
            end = p * KV_PAGE;
    if (end <= begin)
        return false;
    j->begin = begin;
    j->end = end;
    return true;
}

/* KV head g at rows [begin, end), as few jobs as they have pages in common. */
static void attend_rows(const struct attention *a, size_t begin, size_t end, size_t g, int worker)
{
    struct step *s = a->s;
    size_t group = a->n_heads / a->n_kv;
    struct attend_row rows[ATTEND_QUERIES];
    struct attend_job job = {
        .rows = rows, .n_heads = group, .dk = a->dk, .dv = a->dv,
        .k = kvcache_k(a->kv, 0, a->layer, (uint32_t)g),
        .v = kvcache_v(a->kv, 0, a->layer, (uint32_t)g),
        .page_bytes = a->kv->page_bytes,
        .sinks = a->l->sinks ? a->l->sinks + g * group : NULL,
        .scratch = s->attend_scratch + (size_t)worker * s->attend_stride,
    };
    while (begin < end) {
        rows[0] = row_of(a, begin++, g * group);
        job.begin = rows[0].begin;
        job.end = rows[0].end;
        for (job.n_rows = 1; begin < end; begin++) {
            rows[job.n_rows] = row_of(a, begin, g * group);
            if (!narrow(&job, &rows[job.n_rows]))
                break;
            job.n_rows++;
        }
        s->e->kernels.attend[a->kv->type](&job);
    }
}

/* Items are (KV head, block of rows): a worker keeps to one head while it can, whose pages stay in
 * its cache. */
static void attend_range(void *ctx, size_t begin, size_t end, int worker)
{
    const struct attention *a = ctx;
    size_t n = a->s->n_rows;
    for (size_t i = begin; i < end; i++) {
        size_t block = i % a->n_blocks;
        attend_rows(a, n * block / a->n_blocks, n * (block + 1) / a->n_blocks, i / a->n_blocks,
                    worker);
    }
}

/* Blocks as large as the scratch allows, but enough items for all workers. */
static size_t count_blocks(const struct attention *a)
{
    const struct step *s = a->s;
    size_t group = a->n_heads / a->n_kv, positions = 0;
    for (size_t r = 0; r < s->n_rows; r++)
        if (s->rows[r].position >= positions)
            positions = (size_t)s->rows[r].position + 1;
    size_t fit = s->attend_stride / attend_scratch_floats(group, a->dk + a->dv, positions);
    size_t fair = s->n_rows * a->n_kv / (ITEMS_PER_WORKER * (size_t)pool_threads(s->pool));
    size_t filled = (ATTEND_TILE + group - 1) / group, rows = most_rows(group);
    rows = rows < fit ? rows : fit;
    fair = fair < filled ? filled : fair;
    rows = rows < fair ? rows : fair;
    return (s->n_rows + rows - 1) / rows;
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
    a.n_blocks = count_blocks(&a);
    step_run(s, PHASE_ATTENTION, a.n_blocks * a.n_kv, 1, attend_range, &a);
    set_input(s, s->mixed, s->n_rows, a.n_heads * a.dv);
    quantize_input(s);
    delta_project(s, &l->o);
}
