/* modular.c - see modular.h. */
#include "verifiers/modular.h"

#include "base/rng.h"

__extension__ typedef unsigned __int128 wide;

uint64_t mod_mul(uint64_t a, uint64_t b, uint64_t p)
{
    return (uint64_t)((wide)a * b % p);
}

/* a b / 2^64 modulo odd p, for -inverse = p^-1 modulo 2^64 (Montgomery). */
static uint64_t reduce(uint64_t a, uint64_t b, uint64_t p, uint64_t inverse)
{
    wide t = (wide)a * b;
    uint64_t m = (uint64_t)t * inverse;
    uint64_t r = (uint64_t)((t + (wide)m * p) >> 64);
    return r >= p ? r - p : r;
}

uint64_t mod_pow(uint64_t a, uint64_t e, uint64_t p)
{
    uint64_t inverse = p; /* Newton: each step doubles the correct low bits, 3 at the start */
    for (int i = 0; i < 5; i++)
        inverse *= 2 - p * inverse;
    inverse = -inverse;
    uint64_t one = (uint64_t)(((wide)1 << 64) % p);
    uint64_t r = one, x = (uint64_t)(((wide)(a % p) << 64) % p);
    for (; e; e >>= 1) {
        if (e & 1)
            r = reduce(r, x, p, inverse);
        x = reduce(x, x, p, inverse);
    }
    return reduce(r, 1, p, inverse);
}

uint64_t mod_inverse(uint64_t a, uint64_t p)
{
    return mod_pow(a, p - 2, p);
}

/* Does `a` fail to witness that n = d 2^s + 1 is composite? */
static bool passes(uint64_t n, uint64_t a, uint64_t d, int s)
{
    uint64_t x = mod_pow(a, d, n);
    if (a % n == 0 || x == 1 || x == n - 1)
        return true;
    for (int i = 1; i < s; i++) {
        x = mod_mul(x, x, n);
        if (x == n - 1)
            return true;
    }
    return false;
}

bool mod_is_prime(uint64_t n)
{
    static const uint64_t small[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47};
    static const uint64_t bases[] = {2, 325, 9375, 28178, 450775, 9780504, 1795265022};
    if (n < 2)
        return false;
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        if (n % small[i] == 0)
            return n == small[i];
    int s = __builtin_ctzll(n - 1);
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++)
        if (!passes(n, bases[i], (n - 1) >> s, s))
            return false;
    return true;
}

uint64_t mod_random_prime(uint64_t seed, uint64_t index, uint64_t *sqrt_minus_one)
{
    uint64_t p = 0, draw = 0;
    do
        p = (UINT64_C(1) << 61) | (rng_bits(seed, index, draw++) >> 3) | 1;
    while (p % 4 != 1 || !mod_is_prime(p));
    uint64_t root, g = 2;
    do
        root = mod_pow(g++, (p - 1) / 4, p);
    while (mod_mul(root, root, p) != p - 1);
    *sqrt_minus_one = root;
    return p;
}

bool mod_of_rational(uint64_t *out, mpq_srcptr q, uint64_t p)
{
    uint64_t top = mpz_fdiv_ui(mpq_numref(q), p);
    if (mpz_cmp_ui(mpq_denref(q), 1) == 0) {
        *out = top;
        return true;
    }
    uint64_t low = mpz_fdiv_ui(mpq_denref(q), p);
    if (low == 0)
        return false;
    *out = mod_mul(top, mod_inverse(low, p), p);
    return true;
}
