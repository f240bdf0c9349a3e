/* kernels_ref_vocab.c - the reference of the passes over a row of logits. */
#include <math.h>

#include "engine/kernels/tiers.h"
#include "engine/kernels/weight.h"

static double ref_chunk_max(float *chunk_max, const float *z, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        float *max = &chunk_max[i / VOCAB_CHUNK];
        *max = i % VOCAB_CHUNK == 0 ? z[i] : fmaxf(*max, z[i]);
        sum += (double)z[i];
    }
    return sum;
}

static uint64_t weight(const struct weigh_job *j, float z)
{
    static const float C[] = {WEIGHT_C5, WEIGHT_C4, WEIGHT_C3, WEIGHT_C2, WEIGHT_C1, 1.0f};
    float y = fmaxf((z - j->top) * j->scale, WEIGHT_LEAST), n = nearbyintf(y), p = WEIGHT_C6;
    for (size_t i = 0; i < sizeof C / sizeof *C; i++)
        p = fmaf(p, y - n, C[i]);
    return (uint64_t)ldexpf(p, WEIGHT_BITS + (int)n);
}

static uint64_t ref_weigh(const struct weigh_job *j, float from)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < j->n; i++)
        if (j->z[i] >= from)
            sum += weight(j, j->z[i]);
    return sum;
}

static void ref_spread(uint64_t *mass, const struct weigh_job *j, const struct bucket_scale *b)
{
    for (size_t i = 0; i < j->n; i++)
        mass[bucket_of(b, j->z[i])] += weight(j, j->z[i]);
}

static size_t ref_collect(float *out_z, int32_t *out_id, const struct collect_job *j)
{
    size_t n = 0;
    for (size_t i = 0; i < j->n; i++) {
        if (!(j->z[i] >= j->from && j->z[i] <= j->to))
            continue;
        out_z[n] = j->z[i];
        out_id[n++] = j->id ? j->id[i] : j->first_id + (int32_t)i;
    }
    return n;
}

void kernels_fill_ref_vocab(struct kernels *k)
{
    k->chunk_max = ref_chunk_max;
    k->weigh = ref_weigh;
    k->spread = ref_spread;
    k->collect = ref_collect;
}
