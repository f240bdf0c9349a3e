/* Pages of the KV cache: what is stored can be read back where the kernels look for it, for every
 * type, and pages are shared and copied as sessions ask. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "engine/kvcache.h"
#include "tests/support/check.h"
#include "tests/support/kernel_data.h"

enum { DK = 72, DV = 40, N_HEADS = 2, N_PAGES = 3, LAYER = 1 };

static void cache_init(struct kvcache *c, enum kv_type type)
{
    static struct hparams h;
    struct kernels k;
    sheaf_error err = {0};
    h = (struct hparams){.n_layers = 2, .head_k = DK, .head_v = DV};
    h.n_kv_heads[0] = h.n_kv_heads[LAYER] = N_HEADS;
    kernels_init(&k, CPU_REF);
    struct kv_shape shape = kv_shape_of(&h, KV_ALL, type);
    CHECK_OK(kvcache_init(c, &shape, &k, N_PAGES, &err), err);
}

/* Element i of the keys or values of a head in a page, without its scale. */
static float element(const uint8_t *part, enum kv_type type, size_t i)
{
    const void *p = part;
    return type == KV_F32   ? ((const float *)p)[i]
           : type == KV_F16  ? quant_f16_to_f32(((const uint16_t *)p)[i])
           : type == KV_BF16 ? quant_bf16_to_f32(((const uint16_t *)p)[i])
                             : ((const int8_t *)p)[i];
}

static float scale_of(const uint8_t *part, enum kv_type type, size_t width, size_t i)
{
    return type == KV_Q8 ? ((const float *)(const void *)(part + width * KV_PAGE))[i] : 1.0f;
}

static float key_of(const struct kvcache *c, int32_t page, uint32_t head, size_t slot, size_t d)
{
    const uint8_t *k = kvcache_k(c, page, LAYER, head);
    if (c->type == KV_BF16)
        return element(k, c->type, (d / 2 * KV_PAGE + slot) * 2 + d % 2);
    return element(k, c->type, d * KV_PAGE + slot) *
           scale_of(k, c->type, DK, d / KV_BLOCK * KV_PAGE + slot);
}

static float value_of(const struct kvcache *c, int32_t page, uint32_t head, size_t slot, size_t d)
{
    const uint8_t *v = kvcache_v(c, page, LAYER, head);
    if (c->type == KV_BF16)
        return element(v, c->type, (slot / 2 * DV + d) * 2 + slot % 2);
    return element(v, c->type, slot * DV + d) *
           scale_of(v, c->type, DV, slot * kv_blocks(DV) + d / KV_BLOCK);
}

/* Largest error that a type may make of x in a block whose largest magnitude is amax. */
static float tolerance(enum kv_type type, float x, float amax)
{
    return type == KV_F32   ? 0.0f
           : type == KV_F16  ? fabsf(x) * 0x1p-11f + 0x1p-25f
           : type == KV_BF16 ? fabsf(x) * 0x1p-8f
                             : amax / 127.0f * 0.5001f;
}

static float amax_of(const float *x, size_t n, size_t d)
{
    float amax = 0.0f;
    for (size_t i = d / KV_BLOCK * KV_BLOCK; i < n && i / KV_BLOCK == d / KV_BLOCK; i++)
        amax = fmaxf(amax, fabsf(x[i]));
    return amax;
}

/* Every slot of both heads of a page, each with numbers of its own and of another size. */
static void test_round_trip(void **state)
{
    (void)state;
    for (int type = 0; type < KV_TYPES; type++) {
        struct kvcache c;
        float x[N_HEADS * KV_PAGE][DK + DV];
        cache_init(&c, (enum kv_type)type);
        int32_t page = kvcache_take(&c);
        for (size_t i = 0; i < N_HEADS * KV_PAGE; i++) {
            kernel_data_uniform(x[i], DK + DV, ldexpf(1.0f, (int)(i % 19) - 9), i);
            kvcache_store(&c, page, LAYER, (uint32_t)(i / KV_PAGE), i % KV_PAGE, x[i], DK,
                          x[i] + DK, DV);
        }
        for (size_t i = 0; i < N_HEADS * KV_PAGE; i++) {
            uint32_t head = (uint32_t)(i / KV_PAGE);
            const float *k = x[i], *v = x[i] + DK;
            for (size_t d = 0; d < DK; d++)
                assert_true(fabsf(key_of(&c, page, head, i % KV_PAGE, d) - k[d]) <=
                            tolerance(c.type, k[d], amax_of(k, DK, d)));
            for (size_t d = 0; d < DV; d++)
                assert_true(fabsf(value_of(&c, page, head, i % KV_PAGE, d) - v[d]) <=
                            tolerance(c.type, v[d], amax_of(v, DV, d)));
        }
        kvcache_free(&c);
    }
}

/* Eight bits: zeros stay zeros, numbers too small for a scale become 0, the extremes are exact, and
 * what is no number stays none. */
static void test_q8_extremes(void **state)
{
    static const struct {
        float x, want;
    } CASES[] = {{0.0f, 0.0f}, {FLT_MIN, 0.0f}, {-FLT_TRUE_MIN, 0.0f}, {1.5f, 1.5f},
                 {-1e38f, -1e38f}, {INFINITY, NAN}, {NAN, NAN}};
    struct kvcache c;
    (void)state;
    cache_init(&c, KV_Q8);
    int32_t page = kvcache_take(&c);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        float k[DK] = {[40] = CASES[i].x}, v[DV] = {[39] = CASES[i].x}, want = CASES[i].want;
        kvcache_store(&c, page, LAYER, 0, 5, k, DK, v, DV);
        float got[] = {key_of(&c, page, 0, 5, 40), value_of(&c, page, 0, 5, 39)};
        for (int part = 0; part < 2; part++)
            assert_true(isnan(want) ? isnan(got[part]) != 0
                                    : fabsf(got[part] - want) <= fabsf(want) * 1e-6f);
        assert_true(key_of(&c, page, 0, 5, 0) == 0.0f); /* another block */
    }
    kvcache_free(&c);
}

/* bf16: infinities and NaN stay what they are, an odd dimension has a zero beside it, and a slot
 * leaves its neighbours alone. */
static void test_bf16_pairs(void **state)
{
    enum { WIDE = DK - 1 };
    struct kvcache c;
    float x[WIDE] = {[0] = INFINITY, [1] = -INFINITY, [2] = NAN, [WIDE - 1] = 1.5f};
    (void)state;
    cache_init(&c, KV_BF16);
    int32_t page = kvcache_take(&c);
    memset(c.pages, 7, c.page_bytes * N_PAGES);
    kvcache_store(&c, page, LAYER, 0, 5, x, WIDE, x, DV);
    assert_true(isinf(key_of(&c, page, 0, 5, 0)) && key_of(&c, page, 0, 5, 0) > 0);
    assert_true(isinf(key_of(&c, page, 0, 5, 1)) && key_of(&c, page, 0, 5, 1) < 0);
    assert_true(isnan(key_of(&c, page, 0, 5, 2)) && isnan(value_of(&c, page, 0, 5, 2)));
    assert_true(key_of(&c, page, 0, 5, WIDE - 1) == 1.5f && key_of(&c, page, 0, 5, WIDE) == 0.0f);
    for (size_t slot = 4; slot < 7; slot += 2) /* untouched: 0x0707 */
        for (size_t d = 0; d < DV; d++)
            assert_true(value_of(&c, page, 0, slot, d) == quant_bf16_to_f32(0x0707) &&
                        key_of(&c, page, 0, slot, d) == quant_bf16_to_f32(0x0707));
    kvcache_free(&c);
}

static void test_page_bytes(void **state)
{
    static const size_t PER_POSITION[KV_TYPES] = {
        [KV_F32] = 4 * (DK + DV), [KV_F16] = 2 * (DK + DV), [KV_Q8] = DK + DV + 4 * (3 + 2),
        [KV_BF16] = 2 * (DK + DV)};
    (void)state;
    for (int type = 0; type < KV_TYPES; type++) {
        struct kvcache c;
        cache_init(&c, (enum kv_type)type);
        assert_int_equal(c.page_bytes, 2 * N_HEADS * KV_PAGE * PER_POSITION[type]);
        assert_int_equal(kvcache_v(&c, 1, LAYER, 1) + c.head_v_bytes - c.pages, 2 * c.page_bytes);
        kvcache_free(&c);
    }
}

static void test_sharing(void **state)
{
    struct kvcache c;
    (void)state;
    cache_init(&c, KV_Q8);
    int32_t first = kvcache_take(&c);
    memset(c.pages + (size_t)first * c.page_bytes, 7, c.page_bytes);
    assert_int_equal(kvcache_own(&c, first), first);
    kvcache_ref(&c, first);
    int32_t copy = kvcache_own(&c, first);
    assert_true(copy >= 0 && copy != first && c.refs[first] == 1 && c.refs[copy] == 1);
    assert_memory_equal(c.pages + (size_t)first * c.page_bytes,
                        c.pages + (size_t)copy * c.page_bytes, c.page_bytes);
    assert_true(kvcache_take(&c) >= 0);
    assert_int_equal(kvcache_take(&c), -1);
    kvcache_ref(&c, first);
    assert_int_equal(kvcache_own(&c, first), -1);
    kvcache_unref(&c, copy);
    assert_int_equal(kvcache_take(&c), copy);
    kvcache_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_q8_extremes),
        cmocka_unit_test(test_bf16_pairs),
        cmocka_unit_test(test_page_bytes),
        cmocka_unit_test(test_sharing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
