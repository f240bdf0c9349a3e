/* moe_test.c - the block of experts of each family: against the sum written down plainly, and the
 * same bits for a row whatever rows stand beside it. */
#include <math.h>
#include <string.h>

#include "engine/decoder.h"
#include "engine/graph_parts.h"
#include "tests/support/dice.h"
#include "tests/support/each_variant.h"

enum { ROWS = 37, WIDTH_MOST = 256 };

/* ---- the sum, plainly ----------------------------------------------------------------------- */

static double product(const struct linear *l, size_t out, const double *x)
{
    static float row[4096];
    double sum = l->bias ? (double)l->bias[out] : 0.0;
    assert_true(l->w.n_in <= sizeof row / sizeof *row);
    panels_row(&l->w, out, row);
    for (size_t i = 0; i < l->w.n_in; i++)
        sum += (double)row[i] * x[i];
    return sum;
}

static double activation(enum activation a, double gate, double up)
{
    double u = fmax(-7.0, fmin(7.0, up)), g = fmin(7.0, gate);
    switch (a) {
    case ACT_SWIGLU:
        return gate / (1.0 + exp(-gate)) * up;
    case ACT_RELU2:
        return up > 0.0 ? up * up : 0.0;
    default:
        return g / (1.0 + exp(-1.702 * g)) * (u + 1.0);
    }
}

/* out += weight x block(x). */
static void add_block(double *out, enum activation a, const struct linear *const w[3],
                      const double *x, double weight)
{
    double inner[4096];
    size_t n = w[1]->w.n_out;
    for (size_t i = 0; i < n; i++)
        inner[i] = activation(a, w[0] ? product(w[0], i, x) : 0.0, product(w[1], i, x));
    for (size_t i = 0; i < w[2]->w.n_out; i++)
        out[i] += weight * product(w[2], i, inner);
}

static void plain_ffn(double *out, const sheaf_engine *e, const struct layer *l, const float *h)
{
    const struct moe *m = &l->moe;
    size_t width = e->h.width;
    double x[WIDTH_MOST], scaled[WIDTH_MOST];
    float logits[MAX_EXPERTS];
    struct visit visits[MAX_EXPERTS];
    for (size_t i = 0; i < width; i++) {
        x[i] = (double)h[i];
        out[i] = 0.0;
    }
    for (uint32_t i = 0; i < m->rules.n_experts; i++)
        logits[i] = (float)product(&m->router, i, x);
    router_choose(visits, &m->rules, logits, m->select_bias);
    for (uint32_t v = 0; v < m->rules.n_used; v++) {
        uint32_t at = visits[v].expert;
        double weight = (double)visits[v].weight;
        const struct linear *const w[3] = {m->gate ? &m->gate[at] : NULL, &m->up[at],
                                           &m->down[at]};
        for (size_t i = 0; i < width; i++)
            scaled[i] = m->scaled_input ? weight * x[i] : x[i];
        add_block(out, e->h.activation, w, scaled, m->scaled_input ? 1.0 : weight);
    }
}

/* ---- the block ------------------------------------------------------------------------------ */

static const struct layer *first_mixture(const sheaf_engine *e)
{
    for (uint32_t i = 0; i < e->h.n_layers; i++)
        if (e->layers[i].moe.up)
            return &e->layers[i];
    return NULL;
}

static sheaf_engine *open_mixture(const struct tiny_variant *v, enum quant_type type, bool exact,
                                  int threads)
{
    sheaf_engine_options o = sheaf_engine_defaults();
    o.exact = exact;
    o.threads = threads;
    return each_variant_open(v, type, &o);
}

static sheaf_decoder *open_decoder(sheaf_engine *e)
{
    sheaf_error err = {0};
    sheaf_decoder *d;
    const sheaf_decoder_options o = {.max_sessions = 1, .max_rows = ROWS, .session_tokens = 8};
    CHECK_OK(sheaf_decoder_open(&d, e, &o, &err), err);
    return d;
}

/* delta [n][D] = experts of n rows of x. */
static void run_block(sheaf_decoder *d, const struct layer *l, const float *x, size_t n)
{
    size_t width = d->e->h.width;
    memcpy(d->step.x, x, n * width * sizeof *x);
    d->step.n_rows = n;
    d->step.delta_pending = false;
    graph_norm(&d->step, NULL);
    graph_moe(&d->step, l);
}

static void fill(float *x, size_t n)
{
    struct dice dice = {.seed = 11};
    for (size_t i = 0; i < n; i++)
        x[i] = (float)((double)dice_roll(&dice, 2001) - 1000.0) / 500.0f;
}

static void is_the_sum_of_the_chosen_experts(void **state)
{
    sheaf_engine *e = open_mixture(*state, QUANT_F32, true, 1);
    const struct layer *l = first_mixture(e);
    if (l) {
        sheaf_decoder *d = open_decoder(e);
        size_t width = e->h.width;
        float x[ROWS * WIDTH_MOST];
        double want[WIDTH_MOST];
        assert_true(width <= WIDTH_MOST);
        fill(x, ROWS * width);
        run_block(d, l, x, ROWS);
        for (size_t r = 0; r < ROWS; r++) {
            plain_ffn(want, e, l, d->step.h + r * width);
            for (size_t i = 0; i < width; i++)
                assert_true(fabs(want[i] - (double)d->step.delta[r * width + i]) <
                            1e-4 * (1.0 + fabs(want[i])));
        }
        sheaf_decoder_close(d);
    }
    sheaf_engine_close(e);
}

/* Alone, among others, in another order, with other threads. */
static void rows_do_not_see_each_other(void **state)
{
    static float x[ROWS * WIDTH_MOST], all[ROWS * WIDTH_MOST], turned[ROWS * WIDTH_MOST];
    for (int threads = 1; threads <= 3; threads += 2) {
        sheaf_engine *e = open_mixture(*state, QUANT_Q8_0, false, threads);
        const struct layer *l = first_mixture(e);
        sheaf_decoder *d = l ? open_decoder(e) : NULL;
        size_t width = e->h.width, bytes = width * sizeof *x;
        fill(x, ROWS * width);
        if (l && threads == 1) {
            run_block(d, l, x, ROWS);
            memcpy(all, d->step.delta, ROWS * bytes);
        }
        for (size_t r = 0; l && r < ROWS; r++)
            memcpy(turned + (ROWS - 1 - r) * width, x + r * width, bytes);
        if (l)
            run_block(d, l, turned, ROWS);
        for (size_t r = 0; l && r < ROWS; r++)
            assert_memory_equal(all + r * width, d->step.delta + (ROWS - 1 - r) * width, bytes);
        for (size_t r = 0; l && r < ROWS; r++) {
            run_block(d, l, x + r * width, 1);
            assert_memory_equal(all + r * width, d->step.delta, bytes);
        }
        sheaf_decoder_close(d);
        sheaf_engine_close(e);
    }
}

int main(void)
{
    static const struct variant_test tests[] = {
        {"the block is the sum of the chosen experts", is_the_sum_of_the_chosen_experts},
        {"rows do not see each other", rows_do_not_see_each_other},
    };
    return each_variant_run(tests, sizeof tests / sizeof *tests);
}
