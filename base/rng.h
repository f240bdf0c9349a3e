/* rng.h - counter-based random numbers: a draw is a function of (seed, stream, counter) and nothing
 * else, so a trace can be replayed alone and in any order. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

/* 64 well-mixed bits: Philox2x64-10 (Salmon et al., SC 2011) with key `seed` and counter
 * (stream, counter). */
uint64_t rng_bits(uint64_t seed, uint64_t stream, uint64_t counter);

/* Uniform in [0, 1): the upper 53 bits of rng_bits. */
double rng_uniform(uint64_t seed, uint64_t stream, uint64_t counter);

#endif
