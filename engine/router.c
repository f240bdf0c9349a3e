/* router.c - see router.h. NaNs in the logits give wrong weights, never a wrong index. */
#include "engine/router.h"

#include <math.h>

#define WEIGHT_SUM_MIN 0x1p-14f /* below it, normalising would blow rounding up */

/* p[n] = softmax(z[n]); p == z allowed. */
static void softmax(float *p, const float *z, uint32_t n)
{
    float top = z[0];
    double sum = 0.0;
    for (uint32_t i = 1; i < n; i++)
        top = fmaxf(top, z[i]);
    for (uint32_t i = 0; i < n; i++) {
        p[i] = expf(z[i] - top);
        sum += (double)p[i];
    }
    for (uint32_t i = 0; i < n; i++)
        p[i] = (float)((double)p[i] / sum);
}

static void probabilities(float *p, const struct router *r, const float *logits)
{
    if (r->gating == GATING_SOFTMAX) {
        softmax(p, logits, r->n_experts);
        return;
    }
    for (uint32_t i = 0; i < r->n_experts; i++)
        p[i] = r->gating == GATING_SIGMOID ? 1.0f / (1.0f + expf(-logits[i])) : logits[i];
}

/* Index of the largest of s[n] that is not taken; the first one among equals. One is left. */
static uint32_t best_free(const float *s, const bool *taken, uint32_t n)
{
    uint32_t best = n;
    for (uint32_t i = 0; i < n; i++)
        if (!taken[i] && (best == n || s[i] > s[best]))
            best = i;
    return best;
}

static float two_largest(const float *s, uint32_t n)
{
    float first = s[0], second = n > 1 ? -INFINITY : 0.0f;
    for (uint32_t i = 1; i < n; i++) {
        second = fmaxf(second, fminf(first, s[i]));
        first = fmaxf(first, s[i]);
    }
    return first + second;
}

/* Marks the experts of all groups but the best ones as taken. */
static void drop_groups(bool *taken, const struct router *r, const float *score)
{
    float group_score[MAX_EXPERTS];
    bool kept[MAX_EXPERTS] = {false};
    uint32_t size = r->n_experts / r->n_groups;
    for (uint32_t g = 0; g < r->n_groups; g++)
        group_score[g] = two_largest(score + g * size, size);
    for (uint32_t i = 0; i < r->n_groups_used; i++)
        kept[best_free(group_score, kept, r->n_groups)] = true;
    for (uint32_t e = 0; e < r->n_experts; e++)
        taken[e] = !kept[e / size];
}

static void finish_weights(struct visit *out, const struct router *r)
{
    float w[MAX_EXPERTS], sum = 0.0f;
    for (uint32_t i = 0; i < r->n_used; i++)
        w[i] = out[i].weight;
    if (r->gating == GATING_SOFTMAX_CHOSEN)
        softmax(w, w, r->n_used);
    for (uint32_t i = 0; i < r->n_used; i++)
        sum += w[i];
    float divisor = r->normalise ? fmaxf(sum, WEIGHT_SUM_MIN) : 1.0f;
    for (uint32_t i = 0; i < r->n_used; i++)
        out[i].weight = w[i] / divisor * r->scale;
}

/* Without bias and groups the logits themselves are the score: every gating keeps their order, and
 * two that differ cannot round to the same probability. */
void router_choose(struct visit *out, const struct router *r, const float *logits,
                   const float *bias)
{
    float p[MAX_EXPERTS], score[MAX_EXPERTS];
    bool taken[MAX_EXPERTS] = {false};
    bool raw = !bias && r->n_groups == 1;
    probabilities(p, r, logits);
    for (uint32_t i = 0; i < r->n_experts; i++)
        score[i] = raw ? logits[i] : p[i] + (bias ? bias[i] : 0.0f);
    if (r->n_groups > 1)
        drop_groups(taken, r, score);
    for (uint32_t i = 0; i < r->n_used; i++) {
        uint32_t e = best_free(score, taken, r->n_experts);
        taken[e] = true;
        out[i].expert = e;
        out[i].weight = p[e];
    }
    finish_weights(out, r);
}
