/* base_test.c - memory, random numbers, files, threads. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/rng.h"
#include "tests/support/check.h"

static void sizes_never_wrap(void **state)
{
    (void)state;
    size_t huge = SIZE_MAX / 2 + 1;
    assert_null(alloc_zero(huge, 2));
    assert_null(alloc_aligned(SIZE_MAX, 2, 64));
    assert_null(alloc_resize(NULL, SIZE_MAX, SIZE_MAX));
    arena a;
    arena_init(&a, 1 << 20);
    assert_null(arena_take(&a, huge, 2));
    assert_null(arena_take(&a, SIZE_MAX, 1));
    arena_free(&a);
}

static void arena_keeps_its_limit(void **state)
{
    (void)state;
    arena a;
    arena_init(&a, 10000);
    size_t taken = 0;
    for (char *p; (p = arena_take(&a, 1, 100)) != NULL; taken += 112) {
        assert_int_equal((uintptr_t)p % 16, 0);
        for (int i = 0; i < 100; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xAB, 100);
    }
    assert_in_range(taken, 4000, 10000);
    assert_in_range(a.total, 1, 10000);
    arena_free(&a);
    assert_non_null(arena_take(&a, 1, 100));
    arena_free(&a);
}

static void first_fault_wins(void **state)
{
    (void)state;
    sheaf_error err = {0};
    assert_int_equal(SHEAF_FAIL(&err, SHEAF_ERR_IO, "a", "first %d", 1), SHEAF_ERR_IO);
    assert_int_equal(SHEAF_FAIL(&err, SHEAF_ERR_FORMAT, "b", "second"), SHEAF_ERR_FORMAT);
    assert_int_equal(err.code, SHEAF_ERR_IO);
    assert_string_equal(err.message, "first 1");
    assert_string_equal(err.source, "a");
    assert_int_equal(SHEAF_FAIL(NULL, SHEAF_ERR_IO, "a", "x"), SHEAF_ERR_IO);
}

/* Known answers of Philox2x64-10 published with Random123 (kat_vectors). */
static void rng_known_answers(void **state)
{
    (void)state;
    assert_true(rng_bits(0, 0, 0) == 0xca00a0459843d731u);
    assert_true(rng_bits(UINT64_MAX, UINT64_MAX, UINT64_MAX) == 0x65b021d60cd8310fu);
    assert_true(rng_bits(0xa4093822299f31d0u, 0x13198a2e03707344u, 0x243f6a8885a308d3u) ==
                0x0a5e742c2997341cu);
}

static void rng_is_uniform(void **state)
{
    (void)state;
    unsigned bins[64] = {0};
    double sum = 0;
    const unsigned n = 64000;
    for (unsigned i = 0; i < n; i++) {
        double u = rng_uniform(1, i % 7, i);
        assert_true(u >= 0 && u < 1);
        bins[(int)(u * 64)]++;
        sum += u;
    }
    double chi2 = 0;
    for (int i = 0; i < 64; i++)
        chi2 += (bins[i] - 1000.0) * (bins[i] - 1000.0) / 1000.0;
    assert_true(chi2 < 120.0); /* 63 degrees of freedom: p about 2e-5 */
    assert_true(sum / n > 0.49 && sum / n < 0.51);
}

static void files_are_whole_or_absent(void **state)
{
    (void)state;
    char dir[] = "/tmp/sheaf-base-XXXXXX", path[64], missing[64];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/f", dir);
    snprintf(missing, sizeof missing, "%s/no/f", dir);
    sheaf_error err = {0};
    CHECK_OK(file_write(path, TEXT("hello"), &err), err);
    CHECK_OK(file_write(path, TEXT("bye"), &err), err);
    file_view v;
    CHECK_OK(file_map(&v, path, &err), err);
    assert_int_equal(v.size, 3);
    assert_memory_equal(v.data, "bye", 3);
    file_unmap(&v);
    assert_int_equal(file_write(missing, TEXT("x"), NULL), SHEAF_ERR_IO);
    assert_int_equal(file_map(&v, missing, NULL), SHEAF_ERR_IO);
    assert_int_equal(file_map(&v, dir, NULL), SHEAF_ERR_FORMAT);
    assert_int_equal(file_map(&v, "/dev/zero", NULL), SHEAF_ERR_FORMAT);
    strbuf b = {0};
    assert_int_equal(file_read(&b, path, 2, NULL), SHEAF_ERR_LIMIT);
    strbuf_free(&b);
    unlink(path);
    assert_int_equal(rmdir(dir), 0); /* no temporary file was left */
}

enum { N_ITEMS = 1003 };

struct cover {
    atomic_int hits[N_ITEMS];
    atomic_int bad_grain;
};

static void cover_range(void *ctx, size_t begin, size_t end, int worker)
{
    struct cover *c = ctx;
    (void)worker;
    if (begin % 4 != 0 || (end % 4 != 0 && end != N_ITEMS))
        c->bad_grain++;
    for (size_t i = begin; i < end; i++)
        c->hits[i]++;
}

static void pool_covers_every_item_once(void **state)
{
    (void)state;
    static struct cover c;
    for (int threads = 1; threads <= 5; threads++) {
        pool *p;
        sheaf_error err = {0};
        CHECK_OK(pool_create(&p, threads, &err), err);
        for (int round = 0; round < 200; round++) {
            memset(&c, 0, sizeof c);
            pool_run(p, N_ITEMS, 4, cover_range, &c);
            assert_int_equal(c.bad_grain, 0);
            for (int i = 0; i < N_ITEMS; i++)
                assert_int_equal(c.hits[i], 1);
            if (round == 100)
                usleep(20000); /* let the workers fall asleep once */
        }
        pool_free(p);
    }
    assert_int_equal(pool_create(&(pool *){NULL}, 0, NULL), SHEAF_ERR_USAGE);
    assert_true(pool_cpus() >= 1);
    assert_true(memory_available() > 1 << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_never_wrap),
        cmocka_unit_test(arena_keeps_its_limit),
        cmocka_unit_test(first_fault_wins),
        cmocka_unit_test(rng_known_answers),
        cmocka_unit_test(rng_is_uniform),
        cmocka_unit_test(files_are_whole_or_absent),
        cmocka_unit_test(pool_covers_every_item_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
