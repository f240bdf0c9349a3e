/* rng.c - Philox2x64-10. */
#include "base/rng.h"

uint64_t rng_bits(uint64_t seed, uint64_t stream, uint64_t counter)
{
    const uint64_t multiplier = 0xD2B74407B1CE6E93u, weyl = 0x9E3779B97F4A7C15u;
    uint64_t x0 = counter, x1 = stream, key = seed;
    for (int round = 0; round < 10; round++) {
        unsigned __int128 product = (unsigned __int128)multiplier * x0;
        x0 = (uint64_t)(product >> 64) ^ key ^ x1;
        x1 = (uint64_t)product;
        key += weyl;
    }
    return x0;
}

double rng_uniform(uint64_t seed, uint64_t stream, uint64_t counter)
{
    return (double)(rng_bits(seed, stream, counter) >> 11) * 0x1p-53;
}
