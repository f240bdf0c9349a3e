/* router_test.c - which experts a token visits: rules written down once more in doubles, ties,
 * groups, logits that are no numbers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/router.h"
#include "tests/support/check.h"
#include "tests/support/dice.h"

enum { MOST = 64 };

/* ---- the rules, plainly --------------------------------------------------------------------- */

struct ranked {
    double score;
    int index;
};

static int by_score(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return x->score != y->score ? (x->score < y->score ? 1 : -1) : x->index - y->index;
}

static double group_score(const struct ranked *s, int size)
{
    struct ranked sorted[MOST];
    memcpy(sorted, s, (size_t)size * sizeof *s);
    qsort(sorted, (size_t)size, sizeof *sorted, by_score);
    return sorted[0].score + (size > 1 ? sorted[1].score : 0.0);
}

static void keep_best_groups(struct ranked *s, const struct router *r)
{
    struct ranked groups[MOST];
    int n = (int)r->n_groups, size = (int)(r->n_experts / r->n_groups);
    for (int g = 0; g < n; g++)
        groups[g] = (struct ranked){group_score(s + g * size, size), g};
    qsort(groups, (size_t)n, sizeof *groups, by_score);
    for (int g = (int)r->n_groups_used; g < n; g++)
        for (int i = 0; i < size; i++)
            s[groups[g].index * size + i].score = -INFINITY;
}

static double probability(const struct router *r, const float *logits, uint32_t i)
{
    double sum = 0.0;
    if (r->gating == GATING_SIGMOID)
        return 1.0 / (1.0 + exp(-(double)logits[i]));
    if (r->gating == GATING_SOFTMAX_CHOSEN)
        return (double)logits[i];
    for (uint32_t e = 0; e < r->n_experts; e++)
        sum += exp((double)logits[e] - (double)logits[i]);
    return 1.0 / sum;
}

static void choose_plainly(struct visit *out, const struct router *r, const float *logits,
                           const float *bias)
{
    struct ranked s[MOST];
    double weight[MOST], sum = 0.0;
    for (uint32_t i = 0; i < r->n_experts; i++)
        s[i] = (struct ranked){probability(r, logits, i) + (bias ? (double)bias[i] : 0.0), (int)i};
    if (r->n_groups > 1)
        keep_best_groups(s, r);
    qsort(s, r->n_experts, sizeof *s, by_score);
    for (uint32_t i = 0; i < r->n_used; i++) {
        weight[i] = probability(r, logits, (uint32_t)s[i].index);
        if (r->gating == GATING_SOFTMAX_CHOSEN)
            weight[i] = exp(weight[i]);
        sum += weight[i];
    }
    bool divide = r->normalise || r->gating == GATING_SOFTMAX_CHOSEN;
    for (uint32_t i = 0; i < r->n_used; i++) {
        out[i].expert = (uint32_t)s[i].index;
        out[i].weight = (float)(weight[i] / (divide ? sum : 1.0) * (double)r->scale);
    }
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void fill(struct dice *d, float *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        v[i] = (float)((double)dice_roll(d, 20001) - 10000.0) / 2500.0f;
}

static void agrees_with_the_rules(void **state)
{
    static const struct router routers[] = {
        {8, 2, 1, 1, GATING_SOFTMAX, true, 1.0f},
        {8, 8, 1, 1, GATING_SOFTMAX, false, 1.0f},
        {1, 1, 1, 1, GATING_SOFTMAX, true, 1.0f},
        {64, 6, 1, 1, GATING_SIGMOID, true, 2.5f},
        {16, 1, 1, 1, GATING_SIGMOID, false, 1.0f},
        {32, 4, 1, 1, GATING_SOFTMAX_CHOSEN, false, 1.0f},
        {64, 8, 8, 3, GATING_SIGMOID, true, 1.5f},
        {12, 3, 12, 3, GATING_SIGMOID, false, 1.0f},
        {12, 4, 2, 1, GATING_SOFTMAX, true, 1.0f},
    };
    struct dice d = {.seed = 3};
    (void)state;
    for (size_t c = 0; c < 400 * (sizeof routers / sizeof *routers); c++) {
        const struct router *r = &routers[c / 400];
        float logits[MOST], bias[MOST];
        struct visit want[MOST], got[MOST];
        fill(&d, logits, r->n_experts);
        fill(&d, bias, r->n_experts);
        const float *b = c % 2 ? bias : NULL;
        choose_plainly(want, r, logits, b);
        router_choose(got, r, logits, b);
        for (uint32_t i = 0; i < r->n_used; i++) {
            assert_int_equal(got[i].expert, want[i].expert);
            assert_true(fabsf(got[i].weight - want[i].weight) <= 2e-6f * fabsf(want[i].weight));
        }
    }
}

static void ties_go_to_the_lower_index(void **state)
{
    const struct router r = {6, 3, 1, 1, GATING_SOFTMAX, true, 1.0f};
    const float logits[6] = {1.0f, 2.0f, 1.0f, 2.0f, 2.0f, 1.0f}, flat[6] = {0};
    const float bias[6] = {1.0f, 0.0f, 1.0f, 0.0f, 0.0f, 1.0f};
    struct visit v[3];
    (void)state;
    router_choose(v, &r, logits, NULL);
    assert_true(v[0].expert == 1 && v[1].expert == 3 && v[2].expert == 4);
    router_choose(v, &r, flat, bias);
    assert_true(v[0].expert == 0 && v[1].expert == 2 && v[2].expert == 5);
    for (int i = 0; i < 3; i++)
        assert_true(fabsf(v[i].weight - 1.0f / 3.0f) < 1e-6f); /* not the biased score */
}

/* Sigmoids of these logits are equal in f32, the logits are not. */
static void saturated_gates_keep_their_order(void **state)
{
    const struct router r = {3, 1, 1, 1, GATING_SIGMOID, false, 1.0f};
    struct visit v;
    (void)state;
    router_choose(&v, &r, (const float[]){30.0f, 40.0f, 35.0f}, NULL);
    assert_int_equal(v.expert, 1);
    assert_true(v.weight == 1.0f);
}

/* Weights whose sum is next to nothing are not blown up. */
static void tiny_weights_stay_small(void **state)
{
    const struct router r = {4, 2, 1, 1, GATING_SIGMOID, true, 1.0f};
    struct visit v[2];
    (void)state;
    router_choose(v, &r, (const float[]){-40.0f, -30.0f, -50.0f, -60.0f}, NULL);
    assert_int_equal(v[0].expert, 1);
    assert_true(v[0].weight < 1e-8f);
}

static void wild_logits_choose_different_experts(void **state)
{
    static const struct router routers[] = {
        {6, 6, 1, 1, GATING_SOFTMAX, true, 1.0f},
        {6, 4, 3, 2, GATING_SIGMOID, true, 1.0f},
        {6, 3, 1, 1, GATING_SOFTMAX_CHOSEN, false, 1.0f},
    };
    static const float wild[][6] = {
        {NAN, NAN, NAN, NAN, NAN, NAN},
        {INFINITY, INFINITY, 0, -INFINITY, NAN, 1},
        {-INFINITY, -INFINITY, -INFINITY, -INFINITY, -INFINITY, -INFINITY},
        {NAN, 1, 2, INFINITY, -INFINITY, 3e38f},
    };
    (void)state;
    for (size_t i = 0; i < sizeof routers / sizeof *routers; i++)
        for (size_t k = 0; k < sizeof wild / sizeof *wild; k++)
            for (int with_bias = 0; with_bias < 2; with_bias++) {
                struct visit v[6];
                unsigned seen = 0;
                router_choose(v, &routers[i], wild[k], with_bias ? wild[3] : NULL);
                for (uint32_t j = 0; j < routers[i].n_used; j++) {
                    assert_in_range(v[j].expert, 0, 5);
                    assert_false(seen >> v[j].expert & 1);
                    seen |= 1u << v[j].expert;
                }
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_rules),
        cmocka_unit_test(ties_go_to_the_lower_index),
        cmocka_unit_test(saturated_gates_keep_their_order),
        cmocka_unit_test(tiny_weights_stay_small),
        cmocka_unit_test(wild_logits_choose_different_experts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
