/* sample_float.h - floats as whole numbers in the same order, to search among all of them. */
#ifndef ENGINE_SAMPLE_FLOAT_H
#define ENGINE_SAMPLE_FLOAT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Its own inverse. */
static inline int32_t float_rank_bits(int32_t bits)
{
    return bits >= 0 ? bits : bits ^ INT32_MAX;
}

static inline int32_t float_rank(float z)
{
    int32_t bits;
    memcpy(&bits, &z, sizeof bits);
    return float_rank_bits(bits);
}

static inline float float_of_rank(int32_t rank)
{
    float z;
    rank = float_rank_bits(rank);
    memcpy(&z, &rank, sizeof z);
    return z;
}

/* The smallest float from `low` on for which `holds`, which does for `high` and, once it does, for
 * every larger one. */
static inline float float_first(bool (*holds)(const void *ctx, float z), const void *ctx,
                                float low, float high)
{
    int64_t below = float_rank(low), at = float_rank(high);
    while (below < at) {
        int64_t middle = below + (at - below) / 2;
        if (holds(ctx, float_of_rank((int32_t)middle)))
            at = middle;
        else
            below = middle + 1;
    }
    return float_of_rank((int32_t)at);
}

#endif
