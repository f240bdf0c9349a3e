/* graph_mamba.c - the Mamba-2 mixer.
 *
 * Decoding moves every session one token on: per head S = decay S + dt x B^T, y = S C + D x. A
 * prompt goes in pieces of up to SSM_CHUNK tokens; with L[t] the sum of the log decays up to t,
 *
 *     y[t] = e^L[t] C[t] S + sum over i <= t of e^(L[t] - L[i]) dt[i] (C[t] . B[i]) x[i] + D x[t]
 *     S    = e^L[last] S + sum over i of e^(L[last] - L[i]) dt[i] x[i] B[i]^T
 *
 * which are matrix products; C[t] . B[i] is shared by the heads of a group. No exponent is ever
 * positive. The state is stored, and so rounded, at the end of every piece: what a prompt leaves
 * does not depend on the steps it went in, as long as they end where pieces do.
 *
 * Legend: I inner width, H heads of P values, G groups, N states, Q rows of a piece. */
#include <math.h>
#include <string.h>

#include "engine/graph_parts.h"

struct scan {
    struct step *s;
    const struct mamba *m;
    size_t plane, inner, heads, width, groups, n_state;
    size_t stride; /* floats of a row of mix: z [I], x [I], B [G N], C [G N], dt [H] */
};

static struct scan scan_of(struct step *s, const struct layer *l)
{
    const struct hparams *h = &s->e->h;
    return (struct scan){
        .s = s, .m = &l->mamba, .plane = l->ssm_plane, .inner = h->ssm.inner,
        .heads = h->ssm.heads, .width = h->ssm.inner / h->ssm.heads, .groups = h->ssm.groups,
        .n_state = h->ssm.state, .stride = ssm_projected(h),
    };
}

static const float *x_of(const struct scan *c, size_t row, size_t head)
{
    return c->s->mix + row * c->stride + c->inner + head * c->width;
}

static const float *b_of(const struct scan *c, size_t row, size_t group)
{
    return c->s->mix + row * c->stride + 2 * c->inner + group * c->n_state;
}

static const float *c_of(const struct scan *c, size_t row, size_t group)
{
    return b_of(c, row, group) + c->groups * c->n_state;
}

static struct ssm_gates gates_of(const struct scan *c, size_t row)
{
    float *g = c->s->gates + row * 3 * c->heads;
    return (struct ssm_gates){g, g + c->heads, g + 2 * c->heads};
}

static float *products_of(const struct scan *c, size_t row, size_t group)
{
    return c->s->products + (row * c->groups + group) * SSM_CHUNK;
}

/* Rows of the piece that begins at this row of the segment. */
static size_t piece_rows(const struct step *s, const struct segment *g, size_t row)
{
    size_t whole = SSM_CHUNK - s->rows[row].position % SSM_CHUNK;
    size_t left = g->first + g->n_rows - row;
    return left < whole ? left : whole;
}

static void gates_range(void *ctx, size_t begin, size_t end, int worker)
{
    const struct scan *c = ctx;
    (void)worker;
    for (size_t r = begin; r < end; r++) {
        struct ssm_gates g = gates_of(c, r);
        const float *raw = c->s->mix + (r + 1) * c->stride - c->heads;
        c->s->e->kernels.ssm_gates(&g, raw, c->m->dt_bias, c->m->a, c->heads);
    }
}

/* ---- pieces of several rows ----------------------------------------------------------------- */

/* Scratch of a worker: the widest of what the two passes need. */
struct scratch {
    float *state;   /* [N][P] */
    float *weights; /* [Q][Q] */
    float *scaled;  /* [Q][P] */
    float *log_sum, *factor; /* [Q] */
};

size_t ssm_scratch_floats(const struct hparams *h)
{
    if (h->ssm.inner == 0)
        return 0;
    size_t width = h->ssm.inner / h->ssm.heads;
    size_t scan = h->ssm.state * width + SSM_CHUNK * (SSM_CHUNK + width + 2);
    size_t products = (size_t)h->ssm.state * SSM_CHUNK;
    return ((scan > products ? scan : products) + 15) & ~(size_t)15;
}

static float *worker_scratch(const struct step *s, int worker)
{
    return s->ssm_scratch + (size_t)worker * s->ssm_scratch_stride;
}

static struct scratch scratch_of(const struct scan *c, int worker)
{
    struct scratch m = {.state = worker_scratch(c->s, worker)};
    m.weights = m.state + c->n_state * c->width;
    m.scaled = m.weights + SSM_CHUNK * SSM_CHUNK;
    m.log_sum = m.scaled + SSM_CHUNK * c->width;
    m.factor = m.log_sum + SSM_CHUNK;
    return m;
}

/* products[t][i] = C[t] . B[i] of a piece and a group. */
static void multiply_cb(const struct scan *c, size_t first, size_t n, size_t group, float *turned)
{
    for (size_t i = 0; i < n; i++) {
        const float *b = b_of(c, first + i, group);
        for (size_t j = 0; j < c->n_state; j++)
            turned[j * SSM_CHUNK + i] = b[j];
        memset(products_of(c, first + i, group), 0, SSM_CHUNK * sizeof(float));
    }
    const struct gemm_job job = {
        .y = products_of(c, first, group), .y_stride = c->groups * SSM_CHUNK,
        .a = c_of(c, first, group), .a_row = c->stride, .a_col = 1,
        .b = turned, .b_stride = SSM_CHUNK, .m = n, .k = c->n_state, .n = n,
    };
    c->s->e->kernels.gemm_add(&job);
}

/* Items are (row, group) pairs; a row that begins a piece does all of it. */
static void products_range(void *ctx, size_t begin, size_t end, int worker)
{
    const struct scan *c = ctx;
    for (size_t i = begin; i < end; i++) {
        size_t row = i / c->groups;
        const struct segment *g = &c->s->segments[c->s->rows[row].segment];
        if (row != g->first && c->s->rows[row].position % SSM_CHUNK != 0)
            continue;
        size_t n = piece_rows(c->s, g, row);
        if (n > 1)
            multiply_cb(c, row, n, i % c->groups, worker_scratch(c->s, worker));
    }
}

/* Sums of the log decays up to and with each row. */
static void sum_decays(const struct scan *c, const struct scratch *m, size_t first, size_t n,
                       size_t head)
{
    float sum = 0.0f;
    for (size_t t = 0; t < n; t++) {
        sum += gates_of(c, first + t).log_decay[head];
        m->log_sum[t] = sum;
    }
}

/* y[t] = e^L[t] C[t] S. */
static void read_state(const struct scan *c, const struct scratch *m, size_t first, size_t n,
                       size_t head, float *y)
{
    size_t group = head / (c->heads / c->groups);
    for (size_t t = 0; t < n; t++)
        memset(y + t * c->inner, 0, c->width * sizeof *y);
    const struct gemm_job job = {
        .y = y, .y_stride = c->inner, .a = c_of(c, first, group), .a_row = c->stride, .a_col = 1,
        .b = m->state, .b_stride = c->width, .m = n, .k = c->n_state, .n = c->width,
    };
    c->s->e->kernels.gemm_add(&job);
    c->s->e->kernels.exp_all(m->factor, m->log_sum, n);
    for (size_t t = 0; t < n; t++)
        for (size_t p = 0; p < c->width; p++)
            y[t * c->inner + p] *= m->factor[t];
}

/* weights[t][i] = e^(L[t] - L[i]) dt[i] C[t] . B[i] for i <= t, else 0. */
static void weigh_pairs(const struct scan *c, const struct scratch *m, size_t first, size_t n,
                        size_t head)
{
    size_t group = head / (c->heads / c->groups);
    for (size_t t = 0; t < n; t++) {
        float *w = m->weights + t * SSM_CHUNK;
        const float *cb = products_of(c, first + t, group);
        for (size_t i = 0; i <= t; i++)
            w[i] = m->log_sum[t] - m->log_sum[i];
        c->s->e->kernels.exp_all(w, w, t + 1);
        for (size_t i = 0; i <= t; i++)
            w[i] *= gates_of(c, first + i).dt[head] * cb[i];
        memset(w + t + 1, 0, (n - t - 1) * sizeof *w);
    }
}

/* y += weights x + D x. */
static void mix_rows(const struct scan *c, const struct scratch *m, size_t first, size_t n,
                     size_t head, float *y)
{
    enum { BAND = 16 }; /* rows that skip the zeros to their right together */
    weigh_pairs(c, m, first, n, head);
    for (size_t t = 0; t < n; t += BAND) {
        size_t rows = n - t < BAND ? n - t : BAND;
        const struct gemm_job job = {
            .y = y + t * c->inner, .y_stride = c->inner, .a = m->weights + t * SSM_CHUNK,
            .a_row = SSM_CHUNK, .a_col = 1, .b = x_of(c, first, head), .b_stride = c->stride,
            .m = rows, .k = t + rows, .n = c->width,
        };
        c->s->e->kernels.gemm_add(&job);
    }
    for (size_t t = 0; t < n; t++) {
        const float *x = x_of(c, first + t, head);
        for (size_t p = 0; p < c->width; p++)
            y[t * c->inner + p] += c->m->d[head] * x[p];
    }
}

/* S = e^L[last] S + sum over i of e^(L[last] - L[i]) dt[i] x[i] B[i]^T. */
static void write_state(const struct scan *c, const struct scratch *m, size_t first, size_t n,
                        size_t head)
{
    size_t group = head / (c->heads / c->groups);
    float whole = m->factor[n - 1]; /* e^L[last], of read_state */
    for (size_t i = 0; i < n; i++)
        m->log_sum[i] = m->log_sum[n - 1] - m->log_sum[i];
    c->s->e->kernels.exp_all(m->factor, m->log_sum, n);
    for (size_t i = 0; i < n; i++) {
        const float *x = x_of(c, first + i, head);
        float weight = m->factor[i] * gates_of(c, first + i).dt[head];
        for (size_t p = 0; p < c->width; p++)
            m->scaled[i * c->width + p] = weight * x[p];
    }
    for (size_t i = 0; i < c->n_state * c->width; i++)
        m->state[i] *= whole;
    const struct gemm_job job = {
        .y = m->state, .y_stride = c->width, .a = b_of(c, first, group), .a_row = 1,
        .a_col = c->stride, .b = m->scaled, .b_stride = c->width,
        .m = c->n_state, .k = n, .n = c->width,
    };
    c->s->e->kernels.gemm_add(&job);
}

/* ---- scan ----------------------------------------------------------------------------------- */

static void step_head(const struct scan *c, size_t row, size_t head, const void *from, void *to,
                      enum state_type type)
{
    size_t group = head / (c->heads / c->groups);
    struct ssm_gates g = gates_of(c, row);
    const struct ssm_step_job job = {
        .y = c->s->mixed + row * c->inner + head * c->width, .x = x_of(c, row, head),
        .b = b_of(c, row, group), .c = c_of(c, row, group), .from = from, .to = to,
        .width = c->width, .n_state = c->n_state,
        .dt = g.dt[head], .decay = g.decay[head], .d = c->m->d[head],
    };
    c->s->e->kernels.ssm_step[type](&job);
}

static void scan_piece(const struct scan *c, const struct scratch *m, size_t first, size_t n,
                       size_t head)
{
    float *y = c->s->mixed + first * c->inner + head * c->width;
    if (n == 1) {
        step_head(c, first, head, m->state, m->state, STATE_F32);
        return;
    }
    sum_decays(c, m, first, n, head);
    read_state(c, m, first, n, head, y);
    mix_rows(c, m, first, n, head, y);
    write_state(c, m, first, n, head);
}

static void load_head(const struct scan *c, const struct scratch *m, const uint8_t *from)
{
    const struct sheaf_engine *e = c->s->e;
    size_t floats = c->n_state * c->width;
    if (e->state_type == STATE_F32)
        memcpy(m->state, from, floats * sizeof(float));
    else
        e->kernels.from_f16(m->state, (const uint16_t *)(const void *)from, floats);
}

static void store_head(const struct scan *c, const struct scratch *m, uint8_t *to)
{
    const struct sheaf_engine *e = c->s->e;
    size_t floats = c->n_state * c->width;
    if (e->state_type == STATE_F32) {
        memcpy(to, m->state, floats * sizeof(float));
        return;
    }
    for (size_t i = 0; i < floats; i++)
        m->state[i] = fmaxf(-STATE_F16_MAX, fminf(STATE_F16_MAX, m->state[i]));
    e->kernels.to_f16((uint16_t *)(void *)to, m->state, floats);
}

static void scan_pieces(const struct scan *c, const struct scratch *m, const struct segment *g,
                        size_t head, const uint8_t *from, uint8_t *to)
{
    for (size_t row = g->first, n; row < g->first + g->n_rows; row += n, from = to) {
        n = piece_rows(c->s, g, row);
        load_head(c, m, from);
        scan_piece(c, m, row, n, head);
        store_head(c, m, to);
    }
}

/* Items are (segment, head) pairs. */
static void scan_range(void *ctx, size_t begin, size_t end, int worker)
{
    const struct scan *c = ctx;
    enum state_type type = c->s->e->state_type;
    size_t head_bytes = c->n_state * c->width * state_type_bytes(type);
    for (size_t i = begin; i < end; i++) {
        const struct segment *g = &c->s->segments[i / c->heads];
        size_t head = i % c->heads, at = c->plane + head * head_bytes;
        if (g->n_rows == 1) {
            step_head(c, g->first, head, g->from + at, g->to + at, type);
        } else {
            struct scratch m = scratch_of(c, worker);
            scan_pieces(c, &m, g, head, g->from + at, g->to + at);
        }
    }
}

/* y = RMS(y silu(z)) per group, the norm where the model has one. */
static void finish_rows(void *ctx, size_t begin, size_t end, int worker)
{
    const struct scan *c = ctx;
    const struct sheaf_engine *e = c->s->e;
    size_t width = c->inner / c->groups;
    (void)worker;
    for (size_t r = begin; r < end; r++) {
        float *y = c->s->mixed + r * c->inner;
        e->kernels.silu_mul(y, c->s->mix + r * c->stride, y, c->inner);
        for (size_t g = 0; g < c->groups && c->m->norm; g++)
            e->kernels.rms_norm(y + g * width, y + g * width, c->m->norm + g * width, width,
                                e->h.norm_eps);
    }
    quantize_rows(c->s, begin, end);
}

/* ---- block ---------------------------------------------------------------------------------- */

void graph_mamba_in(struct step *s, const struct layer *l)
{
    project(s, (const struct linear *const[]){&l->mamba.in}, (float *const[]){s->mix}, 1);
}

void graph_mamba(struct step *s, const struct layer *l)
{
    struct scan c = scan_of(s, l);
    const struct convolution conv = {
        .u = s->mix + c.inner, .stride = c.stride, .channels = ssm_channels(&s->e->h),
        .weight = l->mamba.conv, .bias = l->mamba.conv_bias, .n_taps = s->e->h.ssm.conv_kernel,
        .plane = l->conv_plane, .silu = true,
    };
    convolve(s, &conv);
    step_run(s, PHASE_MIXER, s->n_rows, 1, gates_range, &c);
    if (s->n_rows > s->n_segments)
        step_run(s, PHASE_MIXER, s->n_rows * c.groups, 1, products_range, &c);
    step_run(s, PHASE_MIXER, s->n_segments * c.heads, 1, scan_range, &c);
    set_input(s, s->mixed, s->n_rows, c.inner);
    step_run(s, PHASE_MIXER, s->n_rows, 1, finish_rows, &c);
    delta_project(s, &l->mamba.out);
}
