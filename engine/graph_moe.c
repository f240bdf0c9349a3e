/* graph_moe.c - mixtures of experts.
 *
 * Every row visits the k experts that the router chose for it. The visits of a step are sorted by
 * expert (slots), so that the rows of an expert lie together and its weights are read once for all
 * of them: two parallel regions over (expert, panel), one for gate and up, one for down. A row's
 * output is the sum of its visits in the order of its own choice, best first: neither the products
 * nor the sum know what else is in the step. */
#include <string.h>

#include "engine/graph_parts.h"

struct mixture {
    struct step *s;
    const struct moe *m;
    float *out;       /* [R][D] */
    size_t n_visits, n_active;
};

/* ---- who visits whom ------------------------------------------------------------------------ */

static void route_rows(void *ctx, size_t begin, size_t end, int worker)
{
    const struct mixture *x = ctx;
    const struct router *r = &x->m->rules;
    (void)worker;
    for (size_t i = begin; i < end; i++)
        router_choose(x->s->visits + i * r->n_used, r, x->s->router + i * r->n_experts,
                      x->m->select_bias);
}

/* Counting sort; filled from the back, so that an expert's rows keep their order. */
static void sort_visits(struct mixture *x)
{
    struct step *s = x->s;
    uint32_t n_experts = x->m->rules.n_experts, *first = s->expert_first;
    memset(first, 0, (n_experts + 1) * sizeof *first);
    for (size_t i = 0; i < x->n_visits; i++)
        first[s->visits[i].expert]++;
    for (uint32_t e = 0, end = 0; e < n_experts; e++) {
        if (first[e])
            s->active[x->n_active++] = e;
        first[e] = end += first[e];
    }
    first[n_experts] = (uint32_t)x->n_visits;
    for (size_t i = x->n_visits; i-- > 0;) {
        s->visits[i].slot = --first[s->visits[i].expert];
        s->sorted[s->visits[i].slot] = (uint32_t)i;
    }
}

/* The rows of an expert in a buffer of all slots. */
static struct acts expert_acts(const struct mixture *x, uint32_t e, const float *buffer,
                               size_t n_in)
{
    const uint32_t *first = x->s->expert_first;
    uint8_t *codes = x->s->expert_codes;
    struct acts a = {.x = buffer + first[e] * n_in, .n_rows = first[e + 1] - first[e],
                     .n_in = n_in};
    if (n_in % 32 == 0)
        a.q = codes + acts_bytes(first[e], n_in);
    return a;
}

/* The int8 form of slots [begin, end), whatever experts they belong to. */
static void quantize_slots(const struct mixture *x, const float *buffer, size_t n_in, size_t begin,
                           size_t end)
{
    const struct step *s = x->s;
    for (size_t at = begin, stop; at < end; at = stop) {
        uint32_t e = s->visits[s->sorted[at]].expert;
        size_t first = s->expert_first[e], last = s->expert_first[e + 1];
        struct acts a = expert_acts(x, e, buffer, n_in);
        stop = last < end ? last : end;
        if (a.q)
            s->e->kernels.quantize(&a, at - first, stop - first);
    }
}

static void gather_slots(void *ctx, size_t begin, size_t end, int worker)
{
    const struct mixture *x = ctx;
    struct step *s = x->s;
    size_t width = s->e->h.width;
    (void)worker;
    for (size_t slot = begin; slot < end; slot++) {
        const float *from = s->acts.x + s->sorted[slot] / x->m->rules.n_used * width;
        float *to = s->expert_x + slot * width;
        float weight = x->m->scaled_input ? s->visits[s->sorted[slot]].weight : 1.0f;
        for (size_t i = 0; i < width; i++)
            to[i] = weight * from[i];
    }
    quantize_slots(x, s->expert_x, width, begin, end);
}

/* ---- the experts ---------------------------------------------------------------------------- */

/* One product of every active expert with its rows: up to two stacks that read the same input. */
struct expert_products {
    const struct mixture *x;
    const struct linear *stacks[2];
    float *y[2]; /* [slots][n_out] */
    size_t n;
    const float *input;
};

/* Items are (active expert, panel of the stacks) pairs. */
static void multiply_experts(void *ctx, size_t begin, size_t end, int worker)
{
    const struct expert_products *p = ctx;
    const struct step *s = p->x->s;
    size_t per_expert = p->n * panels_count(&p->stacks[0]->w);
    for (size_t at = begin, stop; at < end; at = stop) {
        uint32_t e = s->active[at / per_expert];
        size_t base = at - at % per_expert;
        struct acts a = expert_acts(p->x, e, p->input, p->stacks[0]->w.n_in);
        const struct work work = {s, &a, worker};
        struct product parts[2];
        for (size_t i = 0; i < p->n; i++) {
            const struct linear *l = &p->stacks[i][e];
            parts[i] = (struct product){l, p->y[i] + s->expert_first[e] * l->w.n_out};
        }
        stop = base + per_expert < end ? base + per_expert : end;
        multiply_panels(&work, parts, p->n, at - base, stop - base);
    }
}

static void run_products(const struct mixture *x, struct expert_products *p)
{
    p->x = x;
    step_run(x->s, PHASE_MATMUL, x->n_active * p->n * panels_count(&p->stacks[0]->w), 1,
             multiply_experts, p);
}

static void add_bias(float *y, const float *bias, size_t n)
{
    for (size_t i = 0; bias && i < n; i++)
        y[i] += bias[i];
}

static void activate_slots(void *ctx, size_t begin, size_t end, int worker)
{
    const struct mixture *x = ctx;
    struct step *s = x->s;
    size_t ff = x->m->up->w.n_out;
    (void)worker;
    for (size_t slot = begin; slot < end; slot++) {
        uint32_t e = s->visits[s->sorted[slot]].expert;
        float *gate = s->expert_gate + slot * ff, *up = s->expert_up + slot * ff;
        if (x->m->gate)
            add_bias(gate, x->m->gate[e].bias, ff);
        add_bias(up, x->m->up[e].bias, ff);
        activate(s->e, gate, up, ff);
    }
    quantize_slots(x, s->expert_gate, ff, begin, end);
}

static void combine_rows(void *ctx, size_t begin, size_t end, int worker)
{
    const struct mixture *x = ctx;
    const struct step *s = x->s;
    size_t width = s->e->h.width, k = x->m->rules.n_used;
    (void)worker;
    for (size_t r = begin; r < end; r++) {
        float *out = x->out + r * width;
        memset(out, 0, width * sizeof *out);
        for (const struct visit *v = s->visits + r * k; v < s->visits + (r + 1) * k; v++) {
            float *y = s->expert_x + v->slot * width;
            float weight = x->m->scaled_input ? 1.0f : v->weight;
            add_bias(y, x->m->down[v->expert].bias, width);
            for (size_t i = 0; i < width; i++)
                out[i] += weight * y[i];
        }
    }
}

void graph_moe(struct step *s, const struct layer *l)
{
    const struct moe *m = &l->moe;
    struct mixture x = {.s = s, .m = m, .n_visits = s->n_rows * m->rules.n_used};
    struct expert_products inner = {.stacks = {m->up, m->gate}, .y = {s->expert_up, s->expert_gate},
                                    .n = m->gate ? 2 : 1, .input = s->expert_x};
    struct expert_products outer = {.stacks = {m->down}, .y = {s->expert_x}, .n = 1,
                                    .input = s->expert_gate};
    project(s, (const struct linear *const[]){&m->router}, (float *const[]){s->router}, 1);
    step_run(s, PHASE_OTHER, s->n_rows, 1, route_rows, &x);
    sort_visits(&x);
    step_run(s, PHASE_OTHER, x.n_visits, 1, gather_slots, &x);
    run_products(&x, &inner);
    step_run(s, PHASE_OTHER, x.n_visits, 1, activate_slots, &x);
    run_products(&x, &outer); /* over the inputs, which nobody needs any more */
    x.out = delta_open(s);
    step_run(s, PHASE_OTHER, s->n_rows, 1, combine_rows, &x);
}
