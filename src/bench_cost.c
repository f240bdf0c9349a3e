/* bench_cost.c - see bench_cost.h. */
#include "src/bench_cost.h"

#include <math.h>

#include "engine/kvcache.h"
#include "engine/model.h"

/* Of reading a matrix once, and of multiplying one row by it. */
struct matrix_cost {
    double bytes, operations;
};

static void add_matrix(struct matrix_cost *sum, const struct panels *w, double bytes)
{
    sum->bytes += bytes;
    sum->operations += 2.0 * (double)w->n_out * (double)w->n_in;
}

static void add_panels(struct matrix_cost *sum, const struct panels *w)
{
    add_matrix(sum, w, (double)panels_count(w) * (double)w->panel_bytes);
}

/* A mapped matrix is read as the file has it. */
static void add_linear(struct matrix_cost *sum, const struct linear *l)
{
    if (l->w.data)
        add_panels(sum, &l->w);
    else
        add_matrix(sum, &l->w, (double)l->w.n_out * (double)l->row_bytes);
    for (const struct lora_part *part = l->lora; part; part = part->next) {
        add_panels(sum, &part->a);
        add_panels(sum, &part->b);
    }
}

/* Experts of n that at least one of `rows` visits, each row k of them; an expectation. */
static double experts_visited(double n, double k, double rows)
{
    return n * (1.0 - pow(1.0 - k / n, rows));
}

/* What of the experts of a layer is not touched: all are alike. */
static struct matrix_cost idle_experts(const struct moe *m, double rows)
{
    const struct linear *parts[] = {m->gate, m->up, m->down};
    double n = m->rules.n_experts, k = m->rules.n_used;
    struct matrix_cost one = {0};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i])
            add_linear(&one, parts[i]);
    return (struct matrix_cost){.bytes = (n - experts_visited(n, k, rows)) * one.bytes,
                                .operations = (n - k) * one.operations};
}

static struct matrix_cost matrices_of(const sheaf_engine *e, double rows)
{
    struct matrix_cost sum = {0};
    for (size_t i = 0; i < e->weights.n_linears; i++)
        add_linear(&sum, e->weights.linears[i]);
    for (uint32_t i = 0; i < e->h.n_layers; i++) {
        const struct moe *m = &e->layers[i].moe;
        if (!m->up)
            continue;
        struct matrix_cost idle = idle_experts(m, rows);
        sum.bytes -= idle.bytes;
        sum.operations -= idle.operations;
    }
    return sum;
}

/* Positions read in one step in which every trace stands at `prompt` + `step`. */
static double positions_read(const struct hparams *h, enum kv_class kind,
                             const struct bench_shape *shape, size_t step)
{
    size_t at = shape->prompt + step;
    size_t first = kind == KV_LIMITED ? hparams_first_seen(h, at) : 0;
    size_t shared = first < shape->prompt ? shape->prompt - first : 0;
    size_t own = at + 1 - (first > shape->prompt ? first : shape->prompt);
    return (double)shared + (double)shape->traces * (double)own;
}

static double kv_bytes_of(const sheaf_engine *e, const struct bench_shape *shape)
{
    double sum = 0;
    for (enum kv_class kind = 0; kind < KV_CLASSES; kind++) {
        struct kv_shape kv = kv_shape_of(&e->h, kind, e->kv);
        double position_bytes = (double)kvcache_page_bytes(&kv) / KV_PAGE;
        for (size_t step = 0; position_bytes > 0 && step < shape->gen; step++)
            sum += position_bytes * positions_read(&e->h, kind, shape, step);
    }
    return sum / (double)shape->gen;
}

struct bench_cost bench_cost_of(const sheaf_engine *e, const struct bench_shape *shape)
{
    double rows = (double)shape->traces;
    struct matrix_cost m = matrices_of(e, rows);
    return (struct bench_cost){
        .weight_bytes = m.bytes,
        .kv_bytes = kv_bytes_of(e, shape),
        .state_bytes = 2.0 * (double)e->state_bytes * rows,
        .operations = m.operations * rows,
    };
}
