/* modular.h - arithmetic modulo primes of 62 bits. */
#ifndef VERIFIERS_MODULAR_H
#define VERIFIERS_MODULAR_H

#include <gmp.h>
#include <stdbool.h>
#include <stdint.h>

/* a, b < p < 2^62 */
static inline uint64_t mod_add(uint64_t a, uint64_t b, uint64_t p)
{
    uint64_t s = a + b;
    return s >= p ? s - p : s;
}

uint64_t mod_mul(uint64_t a, uint64_t b, uint64_t p);
uint64_t mod_pow(uint64_t a, uint64_t e, uint64_t p); /* p odd */
uint64_t mod_inverse(uint64_t a, uint64_t p); /* a != 0, p prime */

/* Deterministic for numbers below 2^62 (Miller-Rabin with Sinclair's seven bases). */
bool mod_is_prime(uint64_t n);

/* The `index`-th random prime of the seed in [2^61, 2^62), congruent to 1 modulo 4, and a square
 * root of -1 modulo it. */
uint64_t mod_random_prime(uint64_t seed, uint64_t index, uint64_t *sqrt_minus_one);

/* z mod p, a rational mod p; false when its denominator vanishes. */
bool mod_of_rational(uint64_t *out, mpq_srcptr q, uint64_t p);

#endif
