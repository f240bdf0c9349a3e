/* tiny_values.c - see tiny_values.h. */
#include "tests/support/tiny_values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "tests/support/tiny_quant.h"

#define LONGEST_MEMORY 200.0 /* tokens over which the slowest SSM head forgets */
#define FASTEST_RATE 16.0    /* largest -A: Mamba's initialisation takes 1 to 16 */

/* `wanted`, or what takes its place where rows of n do not fit. */
static enum quant_type type_for(enum quant_type wanted, int64_t n)
{
    if (n % (int64_t)quant_info((int)wanted)->block == 0)
        return wanted;
    return n % 32 == 0 ? QUANT_Q8_0 : QUANT_F32;
}

static enum quant_type type_of(const struct tiny_model *m, enum tiny_fill fill, int64_t n)
{
    switch (fill) {
    case FILL_MATRIX:
    case FILL_TABLE: return type_for(m->type, n);
    case FILL_EXPERTS: return type_for(m->expert_type, n);
    default: return QUANT_F32;
    }
}

void tiny_values_init(struct tiny_values *v, const struct tiny_family *f,
                      const struct tiny_model *m, const struct tiny_tensor *t, int layer)
{
    *v = (struct tiny_values){.n = 1, .fill = t->fill, .gain = t->gain, .seed = m->seed};
    if (layer < 0)
        snprintf(v->name, sizeof v->name, "%s", t->name);
    else
        snprintf(v->name, sizeof v->name, "blk.%d.%s", layer, t->name);
    for (int i = 0; i < 3 && t->ne[i] != SIZE_NONE; i++) {
        v->ne[v->n_dims++] = tiny_family_size(f, m, t->ne[i]);
        v->n *= (uint64_t)v->ne[i];
    }
    v->type = type_of(m, t->fill, v->ne[0]);
    if (t->fill == FILL_TABLE)
        v->gain = m->logit_std * (f->head_gain > 0 ? f->head_gain : 1);
}

/* Tokens over which head h of n forgets, from 1 to LONGEST_MEMORY, evenly in the logarithm. */
static double memory_of(double h, double n)
{
    return n > 1 ? pow(LONGEST_MEMORY, h / (n - 1)) : 1;
}

/* -A of head h: heads of a short memory have the large ones. */
static double rate_of(double h, double n)
{
    return n > 1 ? FASTEST_RATE - (FASTEST_RATE - 1) * h / (n - 1) : 1;
}

/* The bias whose softplus is the time step: memory = 1 / (step x rate). */
static double step_bias(double h, double n)
{
    return log(expm1(1 / (memory_of(h, n) * rate_of(h, n))));
}

/* Standard deviation around the mean of a fill that is normal. */
static float deviation(const struct tiny_values *v)
{
    switch (v->fill) {
    case FILL_NORM: return 0.1f;
    case FILL_BIAS: return v->gain;
    default: return v->gain / sqrtf((float)v->ne[0]);
    }
}

static void make_normals(const struct tiny_values *v, float *out, size_t first, size_t n)
{
    float mean = v->fill == FILL_NORM ? 1 : 0, std = deviation(v);
    tiny_normals(out, first, n, v->seed, hash_bytes(v->name, strlen(v->name), 0));
    for (size_t i = 0; i < n; i++)
        out[i] = mean + std * out[i];
}

void tiny_values_make(const struct tiny_values *v, float *out, size_t first, size_t n)
{
    double heads = (double)v->n;
    for (size_t i = 0; i < n; i++) {
        double at = (double)(first + i);
        switch (v->fill) {
        case FILL_DECAY: out[i] = (float)-rate_of(at, heads); break;
        case FILL_DT_BIAS: out[i] = (float)step_bias(at, heads); break;
        case FILL_DIVISORS: out[i] = (float)(1 + 7 * at / heads); break;
        default: make_normals(v, out, first, n); return;
        }
    }
}
