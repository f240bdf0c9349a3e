/* rope.c - see rope.h. Angles are computed from the exact exponent per pair, never by repeated
 * multiplication, so that they stay right past 10^5 positions. */
#include "engine/rope.h"

#include <math.h>

#include "base/alloc.h"
#include "base/fail.h"

/* Angle per position of pair i, and the magnitude both cos and sin carry. */
struct frequencies {
    double low, high;  /* YaRN ramp bounds, in pairs */
    double magnitude;
};

/* Pair at which a wavelength fits `turns` times into the original context. */
static double yarn_bound(const struct hparams *h, double turns)
{
    return h->n_rot * log(h->rope_orig_context / (2.0 * M_PI * turns)) /
           (2.0 * log((double)h->rope_base));
}

static struct frequencies frequencies_of(const struct hparams *h)
{
    struct frequencies f = {.magnitude = 1.0};
    if (h->scaling == ROPE_SCALE_YARN) {
        double low = yarn_bound(h, 32.0), high = yarn_bound(h, 1.0);
        f.low = fmax(0.0, h->yarn_unrounded ? low : floor(low));
        f.high = fmin(h->n_rot - 1.0, h->yarn_unrounded ? high : ceil(high));
        f.magnitude = (1.0 + 0.1 * log((double)h->rope_factor)) * (double)h->rope_attn_factor;
    } else if (h->scaling == ROPE_SCALE_LONGROPE) {
        f.magnitude = (double)h->rope_attn_factor;
    }
    return f;
}

static double pair_frequency(const struct hparams *h, const struct frequencies *f,
                             const float *divisors, size_t i)
{
    double base = pow((double)h->rope_base, -2.0 * (double)i / h->n_rot);
    if (divisors)
        base /= (double)divisors[i];
    if (h->scaling == ROPE_SCALE_LINEAR)
        return base / (double)h->rope_factor;
    if (h->scaling != ROPE_SCALE_YARN)
        return base;
    double at = ((double)i - f->low) / fmax(0.001, f->high - f->low);
    double keep = 1.0 - fmin(1.0, fmax(0.0, at)); /* 1: high frequency, keeps its angle */
    return base / (double)h->rope_factor * (1.0 - keep) + base * keep;
}

size_t rope_bytes(const struct hparams *h, size_t n_positions)
{
    return n_positions * h->n_rot * sizeof(float);
}

sheaf_code rope_init(struct rope_table *t, const struct hparams *h, const float *divisors,
                     size_t n_positions, sheaf_error *err)
{
    *t = (struct rope_table){.n_positions = n_positions, .n_pairs = h->n_rot / 2};
    t->cos_sin = alloc_zero(n_positions, h->n_rot * sizeof(float));
    if (!t->cos_sin)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "rope", "no memory for %zu positions", n_positions);
    struct frequencies f = frequencies_of(h);
    for (size_t i = 0; i < t->n_pairs; i++) {
        double frequency = pair_frequency(h, &f, divisors, i);
        for (size_t p = 0; p < n_positions; p++) {
            float *cs = t->cos_sin + p * 2 * t->n_pairs + i;
            cs[0] = (float)(cos((double)p * frequency) * f.magnitude);
            cs[t->n_pairs] = (float)(sin((double)p * frequency) * f.magnitude);
        }
    }
    return SHEAF_OK;
}

void rope_free(struct rope_table *t)
{
    alloc_free(t->cos_sin);
    *t = (struct rope_table){0};
}

/* Two plain loops over arrays that do not overlap: the compiler makes vectors of them. */

static void rotate_halves(float *restrict a, float *restrict b, const float *restrict cos,
                          const float *restrict sin, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float x = a[i], y = b[i];
        a[i] = x * cos[i] - y * sin[i];
        b[i] = x * sin[i] + y * cos[i];
    }
}

static void rotate_neighbours(float *restrict a, const float *restrict cos,
                              const float *restrict sin, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float x = a[2 * i], y = a[2 * i + 1];
        a[2 * i] = x * cos[i] - y * sin[i];
        a[2 * i + 1] = x * sin[i] + y * cos[i];
    }
}

void rope_rotate(const struct rope_table *t, enum rope_kind kind, float *head, size_t position)
{
    const float *cos = t->cos_sin + position * 2 * t->n_pairs, *sin = cos + t->n_pairs;
    if (kind == ROPE_NEOX)
        rotate_halves(head, head + t->n_pairs, cos, sin, t->n_pairs);
    else
        rotate_neighbours(head, cos, sin, t->n_pairs);
}
