/* Slots of recurrent state: who reads what and writes where in a step. */
#include <string.h>

#include "engine/state.h"
#include "tests/support/check.h"

#define SLOT 64

static struct state_pool pool_of(size_t n)
{
    struct state_pool p;
    sheaf_error err = {0};
    CHECK_OK(state_pool_init(&p, SLOT, n, &err), err);
    return p;
}

/* One step of n sessions: each adds its own number to what it read. */
static void step(struct state_pool *p, int32_t *const *slots, const uint8_t *add, size_t n)
{
    const uint8_t *from[8];
    uint8_t *to[8];
    for (size_t i = 0; i < n; i++)
        state_will_step(p, *slots[i]);
    for (size_t i = 0; i < n; i++)
        state_advance(p, slots[i], &from[i], &to[i]);
    for (size_t i = n; i-- > 0;) /* any order must do */
        for (size_t k = 0; k < SLOT; k++)
            to[i][k] = (uint8_t)(from[i][k] + add[i]);
}

static int value(const struct state_pool *p, int32_t slot)
{
    return p->slots[(size_t)slot * SLOT];
}

static void test_starts_from_zeros(void **state)
{
    (void)state;
    struct state_pool p = pool_of(2);
    int32_t a = NO_STATE;
    memset(p.slots, 0xee, 2 * SLOT);
    step(&p, (int32_t *[]){&a}, (uint8_t[]){5}, 1);
    assert_int_equal(value(&p, a), 5);
    step(&p, (int32_t *[]){&a}, (uint8_t[]){5}, 1);
    assert_int_equal(value(&p, a), 10);
    assert_int_equal(p.n_free, 1);
    state_unref(&p, a);
    assert_int_equal(p.n_free, 2);
    state_pool_free(&p);
}

/* A parent that does not step is read by its children and stays as it was. */
static void test_fork_of_a_resting_parent(void **state)
{
    (void)state;
    struct state_pool p = pool_of(3);
    int32_t parent = NO_STATE, a, b;
    step(&p, (int32_t *[]){&parent}, (uint8_t[]){100}, 1);
    a = b = parent;
    state_ref(&p, parent);
    state_ref(&p, parent);
    assert_int_equal(p.n_free, 2); /* sharing takes nothing */
    step(&p, (int32_t *[]){&a, &b}, (uint8_t[]){1, 2}, 2);
    assert_int_equal(value(&p, parent), 100);
    assert_int_equal(value(&p, a), 101);
    assert_int_equal(value(&p, b), 102);
    assert_int_equal(p.n_free, 0);
    state_pool_free(&p);
}

/* All holders step together: as many slots as sessions are enough. */
static void test_all_holders_step(void **state)
{
    (void)state;
    struct state_pool p = pool_of(3);
    int32_t a = NO_STATE, b, c;
    step(&p, (int32_t *[]){&a}, (uint8_t[]){10}, 1);
    b = c = a;
    state_ref(&p, a);
    state_ref(&p, a);
    step(&p, (int32_t *[]){&a, &b, &c}, (uint8_t[]){1, 2, 3}, 3);
    assert_int_equal(value(&p, a), 11);
    assert_int_equal(value(&p, b), 12);
    assert_int_equal(value(&p, c), 13);
    assert_true(a != b && b != c && a != c);
    state_unref(&p, a);
    state_unref(&p, b);
    state_unref(&p, c);
    assert_int_equal(p.n_free, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(p.stepping[i], 0);
    state_pool_free(&p);
}

static void test_model_without_state(void **state)
{
    (void)state;
    struct state_pool p;
    sheaf_error err = {0};
    int32_t slot = NO_STATE;
    const uint8_t *from;
    uint8_t *to;
    CHECK_OK(state_pool_init(&p, 0, 5, &err), err);
    state_ref(&p, slot);
    state_will_step(&p, slot);
    state_advance(&p, &slot, &from, &to);
    assert_true(!from && !to && slot == NO_STATE);
    state_unref(&p, slot);
    state_pool_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starts_from_zeros),
        cmocka_unit_test(test_fork_of_a_resting_parent),
        cmocka_unit_test(test_all_holders_step),
        cmocka_unit_test(test_model_without_state),
    };
    return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
