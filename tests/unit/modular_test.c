/* modular_test.c - arithmetic modulo 62-bit primes against GMP. */
#include "verifiers/modular.h"

#include "base/rng.h"
#include "tests/support/check.h"

static void powers_match_gmp(void **state)
{
    (void)state;
    mpz_t a, e, p, r;
    mpz_inits(a, e, p, r, NULL);
    for (uint64_t i = 0; i < 200; i++) {
        uint64_t root, prime = mod_random_prime(1, i, &root);
        uint64_t x = rng_bits(2, i, 0) % prime, k = rng_bits(2, i, 1);
        mpz_set_ui(a, x);
        mpz_set_ui(e, k);
        mpz_set_ui(p, prime);
        mpz_powm(r, a, e, p);
        assert_int_equal(mod_pow(x, k, prime), mpz_get_ui(r));
        assert_true(mpz_probab_prime_p(p, 30));
        assert_int_equal(mod_mul(root, root, prime), prime - 1);
        assert_int_equal(prime % 4, 1);
        assert_true(prime >> 61 == 1);
        if (x)
            assert_int_equal(mod_mul(x, mod_inverse(x, prime), prime), 1);
    }
    mpz_clears(a, e, p, r, NULL);
}

static void knows_primes(void **state)
{
    (void)state;
    static const uint64_t primes[] = {2, 3, 47, 53, 65537, UINT64_C(2305843009213693951)};
    static const uint64_t others[] = {0, 1, 4, 2209, 3215031751, UINT64_C(3825123056546413051),
                                      UINT64_C(2305843009213693953)};
    for (size_t i = 0; i < sizeof primes / sizeof *primes; i++)
        assert_true(mod_is_prime(primes[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(mod_is_prime(others[i]));
}

static void reduces_rationals(void **state)
{
    (void)state;
    uint64_t root, p = mod_random_prime(5, 0, &root), v;
    mpq_t q;
    mpq_init(q);
    mpq_set_si(q, -7, 3);
    assert_true(mod_of_rational(&v, q, p));
    assert_int_equal(mod_mul(v, 3, p), p - 7);
    mpz_set_ui(mpq_numref(q), 1);
    mpz_set_ui(mpq_denref(q), p);
    assert_false(mod_of_rational(&v, q, p));
    mpq_clear(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(powers_match_gmp),
        cmocka_unit_test(knows_primes),
        cmocka_unit_test(reduces_rationals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
