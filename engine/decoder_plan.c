/* decoder_plan.c - see decoder_plan.h. */
#include "engine/decoder_plan.h"

#include "engine/decoder.h"
#include "engine/lora.h"
#include "engine/sample.h"

size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

static size_t max_of(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Floats of a row in the buffers that layers share, the widest layer's. */
struct row_widths {
    size_t q, k, v, mixed, ff, mix, widest;
    size_t experts, visits, expert_ff; /* experts, those a row visits, the width of one */
};

static struct row_widths row_widths(const struct hparams *h)
{
    struct row_widths w = {0};
    for (uint32_t i = 0; i < h->n_layers; i++) {
        w.q = max_of(w.q, (size_t)h->n_heads[i] * h->head_k);
        w.k = max_of(w.k, (size_t)h->n_kv_heads[i] * h->head_k);
        w.v = max_of(w.v, (size_t)h->n_kv_heads[i] * h->head_v);
        w.mixed = max_of(w.mixed, (size_t)h->n_heads[i] * h->head_v);
        w.ff = max_of(w.ff, h->n_ff[i]);
        w.expert_ff = max_of(w.expert_ff, h->moe.n_ff[i]);
    }
    w.experts = h->moe.router.n_experts;
    w.visits = h->moe.router.n_used;
    w.mixed = max_of(w.mixed, max_of(h->ssm.inner, h->short_kernel ? h->width : 0));
    w.mix = h->ssm.inner ? ssm_projected(h) : 0;
    w.mix = max_of(w.mix, h->short_kernel ? 3 * (size_t)h->width : 0);
    w.widest = max_of(max_of(h->width, w.mixed), w.ff);
    return w;
}

#define BUFFER(MEMBER, FLOATS) {offsetof(struct step, MEMBER), FLOATS}

static void list_buffers(struct sizes *z, const struct sheaf_engine *e)
{
    const struct hparams *h = &e->h;
    struct row_widths w = row_widths(h);
    size_t rank, lora_out;
    lora_sizes(e, &rank, &lora_out);
    const struct step_buffer all[STEP_BUFFERS] = {
        BUFFER(x, h->width),  BUFFER(h, h->width), BUFFER(delta, h->width),
        BUFFER(q, w.q),       BUFFER(k, w.k),      BUFFER(v, w.v),
        BUFFER(mixed, w.mixed), BUFFER(gate, w.ff),  BUFFER(up, w.ff),
        BUFFER(low_rank, rank), BUFFER(update, lora_out), BUFFER(mix, w.mix),
        BUFFER(gates, 3 * (size_t)h->ssm.heads),
        BUFFER(products, (size_t)h->ssm.groups * SSM_CHUNK),
        BUFFER(router, w.experts),
        BUFFER(visits, w.visits * (sizeof(struct visit) / sizeof(float))),
        BUFFER(sorted, w.visits),
        BUFFER(expert_x, w.visits * h->width),
        BUFFER(expert_gate, w.visits * w.expert_ff),
        BUFFER(expert_up, w.visits * w.expert_ff),
    };
    for (size_t i = 0; i < STEP_BUFFERS; i++) {
        z->buffers[i] = all[i];
        z->step_bytes += round_up(z->max_rows * all[i].floats * sizeof(float), PLAN_ALIGN);
    }
    z->acts = round_up(acts_bytes(z->max_rows, round_up(w.widest, 32)), PLAN_ALIGN);
    z->expert_acts = round_up(acts_bytes(z->max_rows * w.visits,
                                         round_up(max_of(h->width, w.expert_ff), 32)), PLAN_ALIGN);
    z->step_bytes += z->acts + z->expert_acts;
}

/* Most pages that n consecutive positions touch. */
static size_t pages_touched(size_t n)
{
    return (n + 2 * KV_PAGE - 2) / KV_PAGE;
}

static size_t min_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Most pages of limited layers that the sessions hold at the end of any step, whatever they share
 * and however its rows are spread: each what one token sees, and more where it has more rows. */
static size_t most_limited_pages(size_t sight, size_t n_sessions, size_t n_rows)
{
    size_t each = pages_touched(sight);
    size_t rows = (each + 1) * KV_PAGE - (2 * KV_PAGE - 2) - (sight - 1); /* that touch one more */
    size_t n_more = min_of(n_sessions, n_rows / rows);
    return n_sessions * each + n_more + (n_rows - n_more * rows) / KV_PAGE;
}

/* A prefix may end anywhere in a page when there are several: a session then has the page's rest
 * and copies the page, as one that only holds the prefix does not. */
static void count_pages(struct sizes *z, const struct hparams *h, const sheaf_decoder_options *o)
{
    z->max_positions = o->prefix_tokens + o->session_tokens + o->fork_tokens;
    z->max_pages = round_up(z->max_positions, KV_PAGE) / KV_PAGE;
    size_t n_prefixes = max_of(o->n_prefixes, 1);
    size_t rest = n_prefixes > 1 ? KV_PAGE - 1 : o->prefix_tokens % KV_PAGE;
    size_t shared = o->prefix_tokens / KV_PAGE;
    size_t own = round_up(rest + o->session_tokens, KV_PAGE) / KV_PAGE;
    size_t forked = o->n_forks * (1 + round_up(o->fork_tokens, KV_PAGE) / KV_PAGE); /* 1: a copy */
    size_t n_whole = o->max_sessions - o->n_forks - o->n_holders;
    size_t owned = n_whole * own + o->n_holders * (rest > 0) + forked;
    z->n_kv_pages[KV_ALL] = n_prefixes * shared + owned;
    if (h->n_sight)
        z->n_kv_pages[KV_LIMITED] = min_of(
            n_prefixes * min_of(shared, pages_touched(h->n_sight - 1 + z->max_rows)) + owned,
            most_limited_pages(h->n_sight, o->max_sessions, z->max_rows));
}

static uint64_t page_bytes(const struct sheaf_engine *e, enum kv_class kind)
{
    struct kv_shape shape = kv_shape_of(&e->h, kind, e->kv);
    return kvcache_page_bytes(&shape);
}

void plan_kv_info(const struct sheaf_engine *e, sheaf_model_info *out)
{
    out->kv_bytes_per_token = page_bytes(e, KV_ALL) / KV_PAGE;
    out->kv_limited_bytes = page_bytes(e, KV_LIMITED) * pages_touched(e->h.n_sight);
    out->n_window = (int)e->h.n_sight;
}

size_t expert_lists(const struct hparams *h)
{
    return 2 * (size_t)h->moe.router.n_experts + 1;
}

struct sizes sizes_of(const struct sheaf_engine *e, const sheaf_decoder_options *o)
{
    const struct hparams *h = &e->h;
    struct sizes z = {.threads = (size_t)e->threads};
    z.max_rows = o->max_rows ? o->max_rows : max_of(o->max_sessions, PREFILL_CHUNK);
    z.max_logits = o->max_logits ? o->max_logits : o->max_sessions;
    count_pages(&z, h, o);
    list_buffers(&z, e);
    z.attend = attention_scratch_floats(h, z.max_positions);
    z.ssm = ssm_scratch_floats(h);
    z.pack = weights_scratch_bytes(&e->weights);
    z.sample = round_up(sample_scratch_bytes(h->n_vocab), PLAN_ALIGN);
    size_t worker = (z.attend + z.ssm) * sizeof(float) + z.sample + z.pack;
    z.scratch_bytes =
        z.step_bytes + z.threads * worker + z.max_logits * h->n_vocab * sizeof(float) +
        rope_bytes(h, z.max_positions) + z.max_rows * sizeof(struct row) +
        expert_lists(h) * sizeof(uint32_t) +
        o->max_sessions *
            (sizeof(sheaf_session) + sizeof(struct segment) +
             KV_CLASSES * z.max_pages * sizeof(int32_t));
    for (int k = 0; k < KV_CLASSES; k++)
        z.kv_bytes += z.n_kv_pages[k] * page_bytes(e, (enum kv_class)k);
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
