/* graph_ffn.c - feed-forward blocks: the activations, and the dense block. */
#include <math.h>

#include "engine/graph_parts.h"

/* gate[n] = activation; one without a gate writes it there. */
typedef void activation_fn(const struct kernels *k, float *gate, float *up, size_t n);

static void swiglu(const struct kernels *k, float *gate, float *up, size_t n)
{
    k->silu_mul(gate, gate, up, n);
}

static void relu2(const struct kernels *k, float *gate, float *up, size_t n)
{
    (void)k;
    for (size_t i = 0; i < n; i++) {
        float x = up[i] > 0.0f ? up[i] : 0.0f;
        gate[i] = x * x;
    }
}

/* g sigmoid(a g) (u + 1) = silu(a g) ((u + 1) / a). */
static void swiglu_clamped(const struct kernels *k, float *gate, float *up, size_t n)
{
    const float limit = 7.0f, a = 1.702f;
    for (size_t i = 0; i < n; i++) {
        gate[i] = a * fminf(gate[i], limit);
        up[i] = (fmaxf(-limit, fminf(up[i], limit)) + 1.0f) / a;
    }
    k->silu_mul(gate, gate, up, n);
}

void activate(const struct sheaf_engine *e, float *gate, float *up, size_t n)
{
    static activation_fn *const functions[] = {
        [ACT_SWIGLU] = swiglu, [ACT_RELU2] = relu2, [ACT_SWIGLU_CLAMPED] = swiglu_clamped};
    functions[e->h.activation](&e->kernels, gate, up, n);
}

static void activate_rows(void *ctx, size_t begin, size_t end, int worker)
{
    struct step *s = ctx;
    (void)worker;
    size_t ff = s->acts.n_in;
    activate(s->e, s->gate + begin * ff, s->up + begin * ff, (end - begin) * ff);
    quantize_rows(s, begin, end);
}

static void dense_block(struct step *s, const struct layer *l)
{
    const struct linear *const w[] = {&l->gate, &l->up};
    float *const y[] = {s->gate, s->up};
    size_t from = l->gate.w.n_out ? 0 : 1; /* no gate */
    project(s, w + from, y + from, 2 - from);
    set_input(s, s->gate, s->n_rows, l->down.w.n_in);
    step_run(s, PHASE_OTHER, s->n_rows, 1, activate_rows, s);
    delta_project(s, &l->down);
}

void graph_ffn(struct step *s, const struct layer *l)
{
    if (l->moe.up)
        graph_moe(s, l);
    if (l->up.w.n_out)
        dense_block(s, l);
}
