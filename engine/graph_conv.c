/* graph_conv.c - depthwise causal convolutions over the rows of each session, and the gated short
 * convolution that is a mixer by itself. The last inputs of a session are part of its state. */
#include <assert.h>
#include <string.h>

#include "engine/graph_parts.h"

#define BLOCK 256 /* channels of one item */
#define MAX_TAPS 16

struct conv_work {
    struct step *s;
    const struct convolution *c;
    size_t n_blocks;
};

/* Input of the channels from `at` on at row t of a segment; t < 0: from before it. */
static const float *input_at(const struct convolution *c, const struct segment *g, ptrdiff_t t,
                             size_t at)
{
    if (t >= 0)
        return c->u + (g->first + (size_t)t) * c->stride + at;
    const float *plane = (const float *)(const void *)(g->from + c->plane);
    return plane + (size_t)(t + (ptrdiff_t)c->n_taps - 1) * c->channels + at;
}

/* Rows from the last to the first, so that each still finds the inputs before it. */
static void convolve_block(const struct conv_work *w, const struct segment *g, size_t at, size_t n)
{
    const struct convolution *c = w->c;
    float last[(MAX_TAPS - 1) * BLOCK];
    const float *taps[MAX_TAPS];
    const ptrdiff_t rows = (ptrdiff_t)g->n_rows, past = (ptrdiff_t)c->n_taps - 1;
    struct conv_job job = {
        .taps = taps, .weight = c->weight + at, .bias = c->bias ? c->bias + at : NULL,
        .weight_stride = c->channels, .n_taps = c->n_taps, .n = n, .silu = c->silu,
    };
    for (ptrdiff_t i = 0; i < past; i++)
        memcpy(last + i * BLOCK, input_at(c, g, rows - past + i, at), n * sizeof *last);
    for (ptrdiff_t t = rows - 1; t >= 0; t--) {
        for (ptrdiff_t k = 0; k <= past; k++)
            taps[k] = input_at(c, g, t - past + k, at);
        w->s->e->kernels.conv(c->u + (g->first + (size_t)t) * c->stride + at, &job);
    }
    float *plane = (float *)(void *)(g->to + c->plane) + at;
    for (ptrdiff_t i = 0; i < past; i++)
        memcpy(plane + (size_t)i * c->channels, last + i * BLOCK, n * sizeof *last);
}

/* Items are (segment, block of channels) pairs. */
static void convolve_range(void *ctx, size_t begin, size_t end, int worker)
{
    const struct conv_work *w = ctx;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        size_t at = i % w->n_blocks * BLOCK, left = w->c->channels - at;
        convolve_block(w, &w->s->segments[i / w->n_blocks], at, left < BLOCK ? left : BLOCK);
    }
}

void convolve(struct step *s, const struct convolution *c)
{
    assert(c->n_taps >= 1 && c->n_taps <= MAX_TAPS);
    struct conv_work w = {s, c, (c->channels + BLOCK - 1) / BLOCK};
    step_run(s, PHASE_MIXER, s->n_segments * w.n_blocks, 1, convolve_range, &w);
}

/* ---- gated short convolution ---------------------------------------------------------------- */

static void gate_inputs(void *ctx, size_t begin, size_t end, int worker)
{
    struct step *s = ctx;
    (void)worker;
    size_t width = s->e->h.width;
    for (size_t r = begin; r < end; r++) {
        const float *b = s->mix + r * 3 * width;
        float *x = s->mix + r * 3 * width + 2 * width;
        for (size_t i = 0; i < width; i++)
            x[i] *= b[i];
    }
}

static void gate_outputs(void *ctx, size_t begin, size_t end, int worker)
{
    struct step *s = ctx;
    (void)worker;
    size_t width = s->e->h.width;
    for (size_t r = begin; r < end; r++) {
        const float *c = s->mix + r * 3 * width + width, *y = c + width;
        float *out = s->mixed + r * width;
        for (size_t i = 0; i < width; i++)
            out[i] = c[i] * y[i];
    }
    quantize_rows(s, begin, end);
}

void graph_shortconv(struct step *s, const struct layer *l)
{
    size_t width = s->e->h.width;
    const struct convolution c = {
        .u = s->mix + 2 * width, .stride = 3 * width, .channels = width,
        .weight = l->shortconv.conv, .n_taps = s->e->h.short_kernel, .plane = l->conv_plane,
    };
    project(s, (const struct linear *const[]){&l->shortconv.in}, (float *const[]){s->mix}, 1);
    step_run(s, PHASE_MIXER, s->n_rows, 1, gate_inputs, s);
    convolve(s, &c);
    set_input(s, s->mixed, s->n_rows, width);
    step_run(s, PHASE_MIXER, s->n_rows, 1, gate_outputs, s);
    delta_project(s, &l->shortconv.out);
}
