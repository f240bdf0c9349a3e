/* sample_select.c - see sample_select.h. */
#include "engine/sample_select.h"

#include <assert.h>
#include <float.h>
#include <math.h>

#include "engine/sample_float.h"

#define WEIGHTLESS 31.0 /* e^-31 WEIGHT_ONE < 1 */
#define FEW 1024        /* tokens that are put in order */

size_t select_scratch_bytes(size_t n)
{
    return sizeof(struct buckets) + walk_cap(n) * sizeof(struct candidate);
}

void select_init(struct select *s, const struct row *row, void *scratch)
{
    struct buckets *buckets = scratch;
    *s = (struct select){.row = row, .buckets = buckets};
    walk_init(&s->walk, row, (struct candidate *)(buckets + 1));
}

/* ---- weights ---- */

static uint64_t weight_of(const struct row *row, float scale, float z)
{
    const struct weigh_job job = {&z, 1, row->top, scale};
    return row->kernels->weigh(&job, -FLT_MAX);
}

static struct weigh_job chunk_job(const struct row *row, float scale, size_t begin)
{
    return (struct weigh_job){row->z + begin, row_chunk_size(row->n, begin), row->top, scale};
}

/* Chunks without a token >= from are not read. */
uint64_t select_mass(const struct select *s, float scale, float from)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < s->row->n; i += VOCAB_CHUNK) {
        if (s->row->chunk_max[i / VOCAB_CHUNK] < from)
            continue;
        const struct weigh_job job = chunk_job(s->row, scale, i);
        sum += s->row->kernels->weigh(&job, from);
    }
    return sum;
}

/* ---- buckets ---- */

/* Buckets from the largest logit down to `low` and, in the last one, of what is below. */
static void spread_row(struct select *s, float scale, double low)
{
    const struct row *row = s->row;
    double range = (double)row->top > low ? (double)row->top - low : 1.0;
    double per_logit = fmin(SELECT_BUCKETS / range, (double)FLT_MAX);
    *s->buckets = (struct buckets){.scale = {row->top, (float)per_logit, SELECT_BUCKETS}};
    for (size_t i = 0; i < row->n; i += VOCAB_CHUNK) {
        const struct weigh_job job = chunk_job(row, scale, i);
        row->kernels->spread(s->buckets->mass, &job, &s->buckets->scale);
    }
    s->is_filled = true;
    s->scale_filled = scale;
}

/* Most rows are about as far below their mean as above it; no target lies below `weightless`. */
static double lowest_of(const struct row *row, double weightless)
{
    return fmax(2.0 * row->mean - (double)row->top, weightless);
}

static uint64_t bucket_total(const struct buckets *b)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < SELECT_BUCKETS; i++)
        sum += b->mass[i];
    return sum;
}

/* The bucket at which the weight passes `more`; takes off that of those before it. */
static int bucket_at(const struct buckets *b, uint64_t *more)
{
    int i = 0;
    for (; i < SELECT_BUCKETS - 1 && *more >= b->mass[i]; i++)
        *more -= b->mass[i];
    return i;
}

struct edge {
    const struct bucket_scale *scale;
    int bucket;
};

static bool is_in_bucket_or_before(const void *ctx, float z)
{
    const struct edge *e = ctx;
    return bucket_of(e->scale, z) <= e->bucket;
}

/* The logits of a bucket. */
static void bucket_range(float *from, float *to, const struct bucket_scale *scale, int bucket)
{
    struct edge e = {scale, bucket};
    *from = float_first(is_in_bucket_or_before, &e, -FLT_MAX, scale->high);
    *to = scale->high;
    e.bucket--;
    if (bucket > 0)
        *to = nextafterf(float_first(is_in_bucket_or_before, &e, *from, scale->high), -INFINITY);
}

/* ---- the tokens of one bucket ---- */

struct part {
    float *z; /* [n]; by rising id */
    int32_t *id;
    size_t n;
    float from, to;
};

/* Keeps the tokens of the row, where the walk has those that it has not come to. */
static void part_of_row(struct part *p, struct select *s)
{
    p->z = (float *)walk_stop(&s->walk);
    p->id = (int32_t *)(p->z + s->row->n);
    p->n = 0;
    for (size_t i = 0; i < s->row->n; i += VOCAB_CHUNK) {
        if (s->row->chunk_max[i / VOCAB_CHUNK] < p->from)
            continue;
        const struct collect_job job = {s->row->z + i, NULL, (int32_t)i,
                                        row_chunk_size(s->row->n, i), p->from, p->to};
        p->n += s->row->kernels->collect(p->z + p->n, p->id + p->n, &job);
    }
}

static bool all_equal(const struct part *p)
{
    size_t i = 1;
    while (i < p->n && p->z[i] == p->z[0])
        i++;
    return i == p->n;
}

struct above {
    const struct row *row;
    struct weigh_job part;
    uint64_t most;
};

static bool is_past(const void *ctx, float z)
{
    const struct above *a = ctx;
    return a->row->kernels->weigh(&a->part, z) <= a->most;
}

/* Keeps the tokens of one logit, that at which the weight passes `more`, and takes off what lies
 * above it. One pass for each bit in which the logits of the part differ. */
static void keep_one_logit(struct part *p, uint64_t *more, const struct row *row, float scale)
{
    const struct above a = {row, {p->z, p->n, row->top, scale}, *more};
    float past = float_first(is_past, &a, p->from, nextafterf(p->to, INFINITY));
    float z = nextafterf(past, -INFINITY);
    const struct collect_job job = {p->z, p->id, 0, p->n, z, z};
    *more -= row->kernels->weigh(&a.part, past);
    p->n = row->kernels->collect(p->z, p->id, &job);
}

/* All tokens of the part weigh the same and stand in order. */
static struct place nth_equal(const struct part *p, const struct row *row, float scale,
                              uint64_t target, uint64_t more)
{
    uint64_t weight = weight_of(row, scale, p->z[0]), n = more / weight;
    return (struct place){{p->z[n], p->id[n]}, target - more + n * weight, weight};
}

static struct place nth_of_few(const struct part *part, const struct row *row, float scale,
                               uint64_t target, uint64_t more)
{
    struct candidate items[FEW];
    struct order o = {items, FEW, 0, 0};
    struct place p = {.before = target - more};
    order_add(&o, part->z, part->id, part->n);
    order_build(&o);
    for (;; p.before += p.weight) {
        assert(o.n_left > 0);
        p.token = order_take(&o);
        p.weight = weight_of(row, scale, p.token.z);
        if (target - p.before < p.weight)
            return p;
    }
}

static struct place place_in_buckets(struct select *s, float scale, uint64_t target)
{
    struct part part;
    uint64_t more = target; /* of the weight, from the part on */
    int bucket = bucket_at(s->buckets, &more);
    bucket_range(&part.from, &part.to, &s->buckets->scale, bucket);
    part_of_row(&part, s);
    if (part.n <= FEW)
        return nth_of_few(&part, s->row, scale, target, more);
    if (!all_equal(&part))
        keep_one_logit(&part, &more, s->row, scale);
    return nth_equal(&part, s->row, scale, target, more);
}

/* ---- places ---- */

/* Does so much weight lie outside the first tokens that a walk would be long? What the chunk maxima
 * weigh says enough. */
static bool is_flat(const struct row *row, float scale)
{
    const struct weigh_job job = {row->chunk_max, row_chunks(row->n), row->top, scale};
    return row->kernels->weigh(&job, -FLT_MAX) > 8 * WEIGHT_ONE;
}

uint64_t select_total(struct select *s, double temperature, bool to_search)
{
    float scale = select_scale(temperature);
    double weightless = (double)s->row->top - WEIGHTLESS * temperature;
    if (!to_search || !is_flat(s->row, scale))
        return select_mass(s, scale, (float)fmax(weightless, -(double)FLT_MAX));
    spread_row(s, scale, lowest_of(s->row, weightless));
    return bucket_total(s->buckets);
}

struct place select_place(struct select *s, float scale, uint64_t target)
{
    struct place p = {.before = 0};
    const struct candidate *c;
    if (s->is_filled && s->scale_filled == scale)
        return place_in_buckets(s, scale, target);
    for (size_t i = 0; (c = walk_briefly(&s->walk, i)); i++, p.before += p.weight) {
        p.token = *c;
        p.weight = weight_of(s->row, scale, c->z);
        if (target - p.before < p.weight)
            return p;
    }
    spread_row(s, scale, lowest_of(s->row, -INFINITY));
    return place_in_buckets(s, scale, target);
}
