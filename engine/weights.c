/* weights.c - see weights.h. */
#include "engine/weights.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

#define VECTOR_LIMIT ((size_t)1 << 30) /* bytes of all vectors and adapters */

static const char *source_of(const gguf *g, const char *tensor, char out[160])
{
    snprintf(out, 160, "%.90s: %.63s", gguf_name(g), tensor);
    return out;
}

sheaf_code binder_init(struct binder *b, struct weights *w, const gguf *g, sheaf_error *err)
{
    *b = (struct binder){.w = w, .g = g};
    b->used = alloc_zero(gguf_n_tensors(g), sizeof *b->used);
    if (!b->used)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, gguf_name(g), "no memory for the tensor table");
    arena_init(&w->memory, VECTOR_LIMIT);
    return SHEAF_OK;
}

void binder_free(struct binder *b)
{
    alloc_free(b->used);
    *b = (struct binder){0};
}

static const gguf_tensor *use_tensor(struct binder *b, const char *name)
{
    const gguf_tensor *t = gguf_find_tensor(b->g, name);
    if (t)
        b->used[t - gguf_tensor_at(b->g, 0)] = true;
    return t;
}

/* Wanted dimensions, the fastest first. */
struct dims {
    size_t ne[3];
};

/* The tensor has this shape and a type that can be decoded. */
static sheaf_code check_tensor(const gguf *g, const gguf_tensor *t, const char *name,
                               struct dims want, sheaf_error *err)
{
    char source[160];
    if (!t)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source_of(g, name, source), "tensor is missing");
    if (t->ne[0] != (int64_t)want.ne[0] || t->ne[1] != (int64_t)want.ne[1] ||
        t->ne[2] != (int64_t)want.ne[2] || t->ne[3] != 1)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source_of(g, name, source),
                          "shape {%lld, %lld, %lld, %lld}; {%zu, %zu, %zu} is wanted",
                          (long long)t->ne[0], (long long)t->ne[1], (long long)t->ne[2],
                          (long long)t->ne[3], want.ne[0], want.ne[1], want.ne[2]);
    if (!quant_info((int)t->type)->dequantizable)
        return SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, source_of(g, name, source),
                          "tensor type %s cannot be decoded", quant_info((int)t->type)->name);
    return SHEAF_OK;
}

sheaf_code bind_grid(struct binder *b, const float **out, const char *name, size_t n_columns,
                     size_t n_rows, bool required, sheaf_error *err)
{
    *out = NULL;
    const gguf_tensor *t = use_tensor(b, name);
    if (!t && !required)
        return SHEAF_OK;
    sheaf_code rc = check_tensor(b->g, t, name, (struct dims){{n_columns, n_rows, 1}}, err);
    if (rc)
        return rc;
    size_t n = n_columns * n_rows;
    float *v = arena_take(&b->w->memory, n, sizeof *v);
    if (!v)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, gguf_name(b->g), "no memory for %s [%zu]", name, n);
    quant_dequantize(t->type, v, t->data, n);
    *out = v;
    return SHEAF_OK;
}

sheaf_code bind_vector(struct binder *b, const float **out, const char *name, size_t n,
                       bool required, sheaf_error *err)
{
    return bind_grid(b, out, name, n, 1, required, err);
}

sheaf_code bind_turned(struct binder *b, const float **out, const char *name, size_t n_columns,
                       size_t n_rows, sheaf_error *err)
{
    const float *rows;
    sheaf_code rc = bind_grid(b, &rows, name, n_columns, n_rows, true, err);
    if (rc)
        return rc;
    float *turned = arena_take(&b->w->memory, n_columns * n_rows, sizeof *turned);
    if (!turned)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, gguf_name(b->g), "no memory for %s", name);
    for (size_t r = 0; r < n_rows; r++)
        for (size_t c = 0; c < n_columns; c++)
            turned[c * n_rows + r] = rows[r * n_columns + c];
    *out = turned;
    return SHEAF_OK;
}

void binder_ignore(struct binder *b, const char *prefix)
{
    for (size_t i = 0; i < gguf_n_tensors(b->g); i++)
        if (text_starts(gguf_tensor_at(b->g, i)->name, text_of(prefix)))
            b->used[i] = true;
}

static sheaf_code remember(struct weights *w, struct linear *l, sheaf_error *err)
{
    struct linear **grown = alloc_grow(w->linears, w->n_linears, &w->cap_linears, sizeof *grown);
    if (!grown)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, l->name, "no memory for the list of matrices");
    w->linears = grown;
    w->linears[w->n_linears++] = l;
    return SHEAF_OK;
}

/* The matrix begins at a row of the tensor. */
static void take_rows(struct linear *l, const gguf_tensor *t, size_t row_begin)
{
    l->type = t->type;
    l->row_bytes = quant_row_bytes(t->type, l->w.n_in);
    l->rows = t->data + row_begin * l->row_bytes;
}

sheaf_code bind_linear_rows(struct binder *b, struct linear *out, const char *name, size_t n_rows,
                            size_t row_begin, size_t n_out, size_t n_in, sheaf_error *err)
{
    char full[80];
    *out = (struct linear){.w = {.n_out = n_out, .n_in = n_in}};
    snprintf(out->name, sizeof out->name, "%s", name);
    snprintf(full, sizeof full, "%s.weight", name);
    const gguf_tensor *t = use_tensor(b, full);
    sheaf_code rc = check_tensor(b->g, t, full, (struct dims){{n_in, n_rows, 1}}, err);
    if (rc)
        return rc;
    take_rows(out, t, row_begin);
    snprintf(full, sizeof full, "%s.bias", name);
    rc = bind_vector(b, &out->bias, full, n_rows, false, err);
    if (rc)
        return rc;
    if (out->bias)
        out->bias += row_begin;
    return remember(b->w, out, err);
}

sheaf_code bind_linear(struct binder *b, struct linear *out, const char *name, size_t n_out,
                       size_t n_in, sheaf_error *err)
{
    return bind_linear_rows(b, out, name, n_out, 0, n_out, n_in, err);
}

/* The name of a member stands for nothing in the file, so that no adapter takes it for a matrix. */
sheaf_code bind_stack(struct binder *b, struct linear **out, const char *name, size_t n,
                      size_t n_out, size_t n_in, sheaf_error *err)
{
    char full[80];
    const float *bias;
    snprintf(full, sizeof full, "%s.weight", name);
    const gguf_tensor *t = use_tensor(b, full);
    sheaf_code rc = check_tensor(b->g, t, full, (struct dims){{n_in, n_out, n}}, err);
    snprintf(full, sizeof full, "%s.bias", name);
    if (!rc)
        rc = bind_grid(b, &bias, full, n_out, n, false, err);
    if (rc)
        return rc;
    struct linear *all = arena_take(&b->w->memory, n, sizeof *all);
    if (!all)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, gguf_name(b->g), "no memory for %zu experts", n);
    for (size_t i = 0; i < n && !rc; i++) {
        all[i] = (struct linear){.w = {.n_out = n_out, .n_in = n_in}};
        snprintf(all[i].name, sizeof all[i].name, "%.40s[%zu]", name, i);
        take_rows(&all[i], t, i * n_out);
        all[i].bias = bias ? bias + i * n_out : NULL;
        rc = remember(b->w, &all[i], err);
    }
    *out = all;
    return rc;
}

sheaf_code binder_finish(const struct binder *b, sheaf_error *err)
{
    char source[160], name[64];
    for (size_t i = 0; i < gguf_n_tensors(b->g); i++) {
        if (b->used[i])
            continue;
        const gguf_tensor *t = gguf_tensor_at(b->g, i);
        snprintf(name, sizeof name, "%.*s", (int)t->name.n, t->name.p);
        return SHEAF_FAIL(
            err, SHEAF_ERR_UNSUPPORTED, source_of(b->g, name, source),
            "this architecture has no use for the tensor; the model would be run wrong");
    }
    return SHEAF_OK;
}

/* ---- packing -------------------------------------------------------------------------------- */

static void choose_layout(const struct weights *w, struct linear *l)
{
    if (w->exact || l->exact || !panels_layout(&l->w.layout, l->type, l->w.n_in))
        l->w.layout = PANEL_F32;
    l->w.panel_bytes = panels_panel_bytes(l->w.layout, l->w.n_in);
}

static size_t packed_bytes(const struct linear *l)
{
    return (panels_count(&l->w) * l->w.panel_bytes + 63) & ~(size_t)63;
}

size_t weights_planned_bytes(const struct weights *w)
{
    size_t total = 0;
    for (size_t i = 0; i < w->n_linears; i++) {
        choose_layout(w, w->linears[i]);
        total += w->mapped ? 0 : packed_bytes(w->linears[i]);
    }
    return total;
}

struct pack_job {
    const struct linear *l;
    uint8_t *dst;
};

static void pack_range(void *ctx, size_t begin, size_t end, int worker)
{
    const struct pack_job *job = ctx;
    (void)worker;
    panels_pack(&job->l->w, job->dst, job->l->type, job->l->rows, begin, end);
}

static void pack_linear(struct linear *l, uint8_t *dst, pool *p)
{
    struct pack_job job = {l, dst};
    pool_run(p, panels_count(&l->w), 1, pack_range, &job);
    l->w.data = dst;
}

void linear_pack_panel(struct panels *one, const struct linear *l, size_t panel, uint8_t *to)
{
    size_t first = panel * PANEL_OUT, left = l->w.n_out - first;
    *one = l->w;
    one->n_out = left < PANEL_OUT ? left : PANEL_OUT;
    one->data = to;
    panels_pack(one, to, l->type, l->rows + first * l->row_bytes, 0, 1);
}

sheaf_code weights_pack(struct weights *w, pool *p, sheaf_error *err)
{
    size_t total = weights_planned_bytes(w);
    if (w->mapped)
        return SHEAF_OK;
    w->panels = alloc_aligned(total, 1, 64);
    if (!w->panels)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "weights", "no memory for %zu bytes of panels",
                          total);
    w->panels_bytes = total;
    size_t at = 0;
    for (size_t i = 0; i < w->n_linears; i++) {
        pack_linear(w->linears[i], w->panels + at, p);
        at += packed_bytes(w->linears[i]);
    }
    return SHEAF_OK;
}

size_t weights_scratch_bytes(const struct weights *w)
{
    size_t most = 0;
    for (size_t i = 0; i < w->n_linears && w->mapped; i++)
        most = w->linears[i]->w.panel_bytes > most ? w->linears[i]->w.panel_bytes : most;
    return (most + 63) & ~(size_t)63;
}

sheaf_code weights_pack_small(struct weights *w, struct panels *out, const gguf_tensor *t,
                              sheaf_error *err)
{
    struct linear l = {.type = t->type, .rows = t->data};
    l.w = (struct panels){.layout = PANEL_F32, .n_out = (size_t)t->ne[1], .n_in = (size_t)t->ne[0]};
    l.w.panel_bytes = panels_panel_bytes(PANEL_F32, l.w.n_in);
    l.row_bytes = quant_row_bytes(t->type, l.w.n_in);
    size_t bytes = panels_count(&l.w) * l.w.panel_bytes;
    uint8_t *raw = arena_take(&w->memory, bytes + 64, 1);
    if (!raw)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "adapter", "no memory for %zu bytes", bytes);
    uint8_t *dst = raw + (-(uintptr_t)raw & 63);
    pack_linear(&l, dst, NULL);
    *out = l.w;
    return SHEAF_OK;
}

void weights_free(struct weights *w)
{
    arena_free(&w->memory);
    alloc_free(w->linears);
    alloc_free(w->panels);
    *w = (struct weights){0};
}
