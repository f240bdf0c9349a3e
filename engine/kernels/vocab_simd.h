/* vocab_simd.h - passes over a row of logits, shared by the vector tiers.
 *
 * What the sampler decides by, weights and places, is the same on every tier: each weight is made
 * by the operations of weight.h in that order, and sums of whole numbers have no order. */
#ifndef ENGINE_KERNELS_VOCAB_SIMD_H
#define ENGINE_KERNELS_VOCAB_SIMD_H

#include <math.h>

#include "engine/kernels/math_simd.h"
#include "engine/kernels/weight.h"

/* Sum and maximum of n <= VOCAB_CHUNK values. */
INLINE float max_and_sum(const float *z, size_t n, double *sum)
{
    vf max[2] = {vf_set1(-INFINITY), vf_set1(-INFINITY)}, s[2] = {vf_zero(), vf_zero()};
    size_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        UNROLL for (int k = 0; k < 2; k++) {
            vf v = vf_load(z + i + k * LANES);
            max[k] = vf_max(max[k], v);
            s[k] = vf_add(s[k], v);
        }
    }
    for (; i < n; i += LANES) {
        size_t left = n - i < LANES ? n - i : LANES;
        s[0] = vf_add(s[0], load_up_to(z + i, left));
        max[0] = vf_max(max[0], left == LANES ? vf_load(z + i)
                                              : vf_load_part(z + i, left, -INFINITY));
    }
    *sum = (double)vf_hsum(vf_add(s[0], s[1]));
    return vf_hmax(vf_max(max[0], max[1]));
}

static double chunk_max(float *chunk_maxima, const float *z, size_t n)
{
    double total = 0.0;
    for (size_t i = 0; i < n; i += VOCAB_CHUNK) {
        double sum;
        chunk_maxima[i / VOCAB_CHUNK] =
            max_and_sum(z + i, n - i < VOCAB_CHUNK ? n - i : VOCAB_CHUNK, &sum);
        total += sum;
    }
    return total;
}

/* Weights in two digits. */
struct weights {
    vi high, low;
};

INLINE struct weights weigh_vector(vf z, const struct weigh_job *j)
{
    vf y = vf_mul(vf_sub(z, vf_set1(j->top)), vf_set1(j->scale));
    y = vf_max(y, vf_set1(WEIGHT_LEAST));
    vf n = vf_round(y), f = vf_sub(y, n), p = vf_set1(WEIGHT_C6);
    p = vf_fma(p, f, vf_set1(WEIGHT_C5));
    p = vf_fma(p, f, vf_set1(WEIGHT_C4));
    p = vf_fma(p, f, vf_set1(WEIGHT_C3));
    p = vf_fma(p, f, vf_set1(WEIGHT_C2));
    p = vf_fma(p, f, vf_set1(WEIGHT_C1));
    p = vf_fma(p, f, vf_set1(1.0f));
    vf scaled = vf_raise(p, vf_add(n, vf_set1(WEIGHT_HIGH_BITS)));
    vi high = vi_truncate(scaled);
    vf rest = vf_sub(scaled, vi_to_vf(high));
    return (struct weights){high, vi_truncate(vf_mul(rest, vf_set1(1 << WEIGHT_LOW_BITS)))};
}

static uint64_t weigh_chunk(const struct weigh_job *j, const float *at, size_t n, float from)
{
    struct weights sum = {vi_zero(), vi_zero()};
    for (size_t i = 0; i < n; i += LANES) {
        vf z = n - i < LANES ? vf_load_part(at + i, n - i, -INFINITY) : vf_load(at + i);
        struct weights w = weigh_vector(z, j);
        vm counts = vf_at_least(z, vf_set1(from));
        sum.high = vi_add_masked(sum.high, counts, w.high);
        sum.low = vi_add_masked(sum.low, counts, w.low);
    }
    return ((uint64_t)vi_hsum(sum.high) << WEIGHT_LOW_BITS) + (uint64_t)vi_hsum(sum.low);
}

static uint64_t weigh(const struct weigh_job *j, float from)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < j->n; i += VOCAB_CHUNK)
        sum += weigh_chunk(j, j->z + i, j->n - i < VOCAB_CHUNK ? j->n - i : VOCAB_CHUNK, from);
    return sum;
}

/* In two loops: what a vector has just written can not be read at once in smaller pieces. */
static void spread_chunk(uint64_t *mass, const struct weigh_job *j, const float *at, size_t n,
                         const struct bucket_scale *b)
{
    uint32_t high[VOCAB_CHUNK], low[VOCAB_CHUNK], bucket[VOCAB_CHUNK];
    vf last = vf_set1((float)(b->n - 1));
    for (size_t i = 0; i < n; i += LANES) {
        vf z = n - i < LANES ? vf_load_part(at + i, n - i, -INFINITY) : vf_load(at + i);
        struct weights w = weigh_vector(z, j);
        vf place = vf_mul(vf_sub(vf_set1(b->high), z), vf_set1(b->per_logit));
        vi_store(high + i, w.high);
        vi_store(low + i, w.low);
        vi_store(bucket + i, vi_truncate(vf_min(place, last)));
    }
    for (size_t i = 0; i < n; i++)
        mass[bucket[i]] += ((uint64_t)high[i] << WEIGHT_LOW_BITS) + low[i];
}

static void spread(uint64_t *mass, const struct weigh_job *j, const struct bucket_scale *b)
{
    for (size_t i = 0; i < j->n; i += VOCAB_CHUNK)
        spread_chunk(mass, j, j->z + i, j->n - i < VOCAB_CHUNK ? j->n - i : VOCAB_CHUNK, b);
}

static size_t collect(float *out_z, int32_t *out_id, const struct collect_job *j)
{
    vf lowest = vf_set1(j->from), highest = vf_set1(j->to);
    size_t n = 0, i = 0;
    for (; i + LANES <= j->n; i += LANES) {
        vf z = vf_load(j->z + i);
        vm kept = vm_and(vf_at_least(z, lowest), vf_at_least(highest, z));
        if (!vm_bits(kept))
            continue;
        vi id = j->id ? vi_load(j->id + i) : vi_counting(j->first_id + (int32_t)i);
        vf_store_kept(out_z + n, z, kept);
        vi_store_kept(out_id + n, id, kept);
        n += (size_t)__builtin_popcount(vm_bits(kept));
    }
    for (; i < j->n; i++) {
        float z = j->z[i];
        out_id[n] = j->id ? j->id[i] : j->first_id + (int32_t)i;
        out_z[n] = z;
        n += z >= j->from && z <= j->to;
    }
    return n;
}

static void fill_vocab(struct kernels *k)
{
    k->chunk_max = chunk_max;
    k->weigh = weigh;
    k->spread = spread;
    k->collect = collect;
}

#endif
