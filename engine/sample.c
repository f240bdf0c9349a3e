/* sample.c - one row of logits: confidences, filters, the draw.
 *
 * Each filter keeps a prefix of the order of sample_order.h, so a filter is no more than the
 * weight of what it keeps, the filters together are the least of these weights, and the token is
 * the one at which the cumulative weight passes u of that. Weights are whole numbers (kernels.h):
 * all of this is exact. */
#include "engine/sample.h"

#include <float.h>
#include <math.h>

#include "base/fail.h"
#include "engine/sample_float.h"
#include "engine/sample_select.h"

__extension__ typedef unsigned __int128 wide;

size_t sample_scratch_bytes(size_t n_vocab)
{
    return select_scratch_bytes(n_vocab) + row_chunks(n_vocab) * sizeof(float);
}

/* ---- filters ---- */

struct draw {
    const struct sample_params *p;
    struct row row;
    struct select select;
    size_t n_finite;
    float scale;    /* of the temperature */
    uint64_t raw;   /* weight of the row at temperature 1 */
};

static uint64_t total_mass(struct draw *d)
{
    if (d->p->temperature == 1.0)
        return d->raw;
    return select_total(&d->select, d->p->temperature, true);
}

/* Weight of the tokens that top-k keeps, all whose logit is at least the k-th largest. */
static uint64_t top_k_mass(struct draw *d)
{
    uint64_t before = ((uint64_t)d->p->top_k - 1) * WEIGHT_ONE;
    float last = select_place(&d->select, SELECT_BY_NUMBER, before).token.z;
    return select_mass(&d->select, d->scale, last);
}

/* ceil(p mass), at least 1: the product is not rounded. p in [0, 1). */
static uint64_t share_of(double p, uint64_t mass)
{
    int exponent;
    wide whole = (wide)(frexp(p, &exponent) * 0x1p53) * mass;
    int shift = 53 - exponent;
    if (whole == 0 || shift >= 128)
        return 1;
    wide rounded_up = (whole + (((wide)1 << shift) - 1)) >> shift;
    return (uint64_t)rounded_up;
}

/* Weight of the tokens before which less than a share p of `mass` lies. */
static uint64_t top_p_mass(struct draw *d, uint64_t mass)
{
    struct place last = select_place(&d->select, d->scale, share_of(d->p->top_p, mass) - 1);
    return last.before + last.weight;
}

struct min_p {
    double top, temperature, share;
};

static bool passes_min_p(const void *ctx, float z)
{
    const struct min_p *m = ctx;
    return exp(((double)z - m->top) / m->temperature) >= m->share;
}

/* Weight of the tokens whose probability, as the definition has it, is at least a share of the
 * largest. */
static uint64_t min_p_mass(struct draw *d)
{
    const struct min_p m = {(double)d->row.top, d->p->temperature, d->p->min_p};
    float lowest = float_first(passes_min_p, &m, -FLT_MAX, d->row.top);
    return select_mass(&d->select, d->scale, lowest);
}

/* Weight of the tokens that pass all filters. */
static uint64_t kept_mass(struct draw *d)
{
    bool top_k = d->p->top_k > 0 && (size_t)d->p->top_k <= d->n_finite, top_p = d->p->top_p < 1.0;
    bool min_p = d->p->min_p > 0.0;
    uint64_t mass = UINT64_MAX;
    if (top_k)
        mass = top_k_mass(d);
    else if (top_p || !min_p)
        mass = total_mass(d);
    if (top_p)
        mass = top_p_mass(d, mass);
    uint64_t passing = min_p ? min_p_mass(d) : mass;
    return passing < mass ? passing : mass;
}

static struct candidate draw_token(struct draw *d, double u)
{
    if (d->p->temperature < SAMPLE_TEMPERATURE_MIN)
        return *walk_to(&d->select.walk, 0);
    wide target = ((wide)(u * 0x1p53) * kept_mass(d)) >> 53;
    return select_place(&d->select, d->scale, (uint64_t)target).token;
}

/* ---- one row ---- */

static float largest(const float *v, size_t n)
{
    float m = v[0];
    for (size_t i = 1; i < n; i++)
        m = fmaxf(m, v[i]);
    return m;
}

/* Mean of the k = min(20, V) largest logits, -INFINITY when fewer are finite. */
static double top_mean(struct walk *w)
{
    size_t n = w->row->n, k = n < SAMPLE_CONF_K ? n : SAMPLE_CONF_K;
    double sum = 0.0;
    for (size_t i = 0; i < k; i++) {
        const struct candidate *c = walk_to(w, i);
        if (!c)
            return -INFINITY;
        sum += (double)c->z;
    }
    return sum / (double)k;
}

/* Sum and number of the finite logits. A chunk is added up one by one only where a token is
 * masked. */
static double finite_sum(const struct kernels *k, const float *z, size_t n, size_t *n_finite)
{
    double sum = 0.0;
    float max;
    *n_finite = n;
    for (size_t i = 0; i < n; i += VOCAB_CHUNK) {
        size_t size = row_chunk_size(n, i);
        double part = k->chunk_max(&max, z + i, size);
        if (part > -INFINITY) {
            sum += part;
            continue;
        }
        for (size_t j = i; j < i + size; j++) {
            sum += z[j] > -INFINITY ? (double)z[j] : 0.0;
            *n_finite -= z[j] == -INFINITY;
        }
    }
    return sum;
}

/* False when the logits are no distribution. */
static bool read_row(struct draw *d, const struct sampler *s, const float *logits)
{
    struct row *row = &d->row;
    float *chunk_max = (float *)((char *)s->scratch + select_scratch_bytes(s->n_vocab));
    double sum = s->kernels->chunk_max(chunk_max, logits, s->n_vocab);
    *row = (struct row){.kernels = s->kernels, .z = logits, .chunk_max = chunk_max,
                        .n = s->n_vocab, .top = largest(chunk_max, row_chunks(s->n_vocab))};
    if (!(sum < INFINITY) || row->top == -INFINITY)
        return false;
    d->n_finite = s->n_vocab;
    if (sum == -INFINITY)
        sum = finite_sum(s->kernels, logits, s->n_vocab, &d->n_finite);
    row->mean = sum / (double)d->n_finite;
    select_init(&d->select, row, s->scratch);
    return true;
}

bool sample_draw(const struct sampler *s, struct sample_result *out, const float *logits,
                 const struct sample_params *p, double u)
{
    struct draw d = {.p = p, .scale = select_scale(p->temperature)};
    if (!read_row(&d, s, logits))
        return false;
    d.raw = select_total(&d.select, 1.0, p->temperature == 1.0);
    double log_sum = (double)d.row.top + log((double)d.raw / (double)WEIGHT_ONE);
    out->confidence = (float)(log_sum - top_mean(&d.select.walk));
    struct candidate drawn = draw_token(&d, u);
    out->token = drawn.id;
    out->logprob = (float)((double)drawn.z - log_sum);
    out->self_certainty = (float)(log_sum - d.row.mean - log((double)d.n_finite));
    return true;
}

struct sample_params sample_params_of(const sheaf_sampling *s)
{
    return (struct sample_params){
        .temperature = (double)s->temperature,
        .top_k = s->top_k,
        .top_p = (double)s->top_p,
        .min_p = (double)s->min_p,
    };
}

sheaf_code sample_params_check(const struct sample_params *p, sheaf_error *err)
{
    if (!(p->temperature >= 0.0 && p->temperature <= SAMPLE_TEMPERATURE_MAX))
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "temperature", "%g; 0 to %g are possible",
                          p->temperature, SAMPLE_TEMPERATURE_MAX);
    if (p->top_k < 0)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "top_k", "%d; 0 (off) or more is wanted", p->top_k);
    if (!(p->top_p >= 0.0 && p->top_p <= 1.0))
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "top_p", "%g; 0 to 1 are possible", p->top_p);
    if (!(p->min_p >= 0.0 && p->min_p <= 1.0))
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "min_p", "%g; 0 to 1 are possible", p->min_p);
    return SHEAF_OK;
}
