/* The heap against the definition: scan for the best pair, merge it, start again. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "engine/merge.h"

enum { MAX_NODES = 40 };

/* Symbols are numbers; whether and how urgently two merge is a fixed scramble of them. */
static bool rule(const void *ctx, const struct merge_node *left, const struct merge_node *right,
                 uint32_t *priority, uint32_t *symbol)
{
    uint32_t mix = (left->symbol * 31 + right->symbol * 17 + *(const uint32_t *)ctx) * 2654435761u;
    *priority = mix >> 29; /* few values: many ties */
    *symbol = mix >> 20 & 15;
    return (mix >> 10 & 3) != 0;
}

static size_t merge_slowly(struct merge_node *nodes, size_t n, const uint32_t *seed)
{
    for (;;) {
        size_t best = n;
        uint32_t best_priority = UINT32_MAX, best_symbol = 0, priority, symbol;
        for (size_t i = 0; i + 1 < n; i++)
            if (rule(seed, &nodes[i], &nodes[i + 1], &priority, &symbol) &&
                priority < best_priority) {
                best = i;
                best_priority = priority;
                best_symbol = symbol;
            }
        if (best == n)
            return n;
        nodes[best].symbol = best_symbol;
        nodes[best].n += nodes[best + 1].n;
        memmove(&nodes[best + 1], &nodes[best + 2], (n - best - 2) * sizeof *nodes);
        n--;
    }
}

static void test_against_definition(void **state)
{
    (void)state;
    struct merge_list m = {0};
    uint32_t random = 7;
    for (uint32_t seed = 0; seed < 3000; seed++) {
        size_t n = seed % MAX_NODES;
        struct merge_node slow[MAX_NODES];
        assert_true(merge_reset(&m, n));
        for (size_t i = 0; i < n; i++) {
            random = random * 1664525 + 1013904223;
            slow[i] = (struct merge_node){.at = (uint32_t)i, .n = 1, .symbol = random >> 28};
            merge_add(&m, i, 1, slow[i].symbol);
        }
        size_t n_slow = merge_slowly(slow, n, &seed), k = 0;
        merge_run(&m, rule, &seed);
        for (uint32_t i = n ? 0 : MERGE_END; i != MERGE_END; i = m.nodes[i].next, k++) {
            assert_true(k < n_slow);
            assert_int_equal(m.nodes[i].symbol, slow[k].symbol);
            assert_int_equal(m.nodes[i].at, slow[k].at);
            assert_int_equal(m.nodes[i].n, slow[k].n);
        }
        assert_int_equal(k, n_slow);
    }
    merge_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_definition)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
