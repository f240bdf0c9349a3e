/* router.h - which experts of a mixture a token visits, and with what weights.
 *
 * From the router's logits: probabilities p by the gating, a selection score (p plus a learned bias
 * where the model has one), the best k, and their weights out of p, never out of the score. Ties go
 * to the lower index. Shazeer et al. arXiv:1701.06538; selection bias and groups: DeepSeek-V3,
 * arXiv:2412.19437. */
#ifndef ENGINE_ROUTER_H
#define ENGINE_ROUTER_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_EXPERTS 1024

/* Values of expert_gating_func. */
enum router_gating {
    GATING_SOFTMAX = 1,        /* over all experts */
    GATING_SIGMOID = 2,
    GATING_SOFTMAX_CHOSEN = 3, /* over the chosen ones */
};

struct router {
    uint32_t n_experts, n_used;       /* 1 <= n_used <= n_experts <= MAX_EXPERTS */
    uint32_t n_groups, n_groups_used; /* of equal size; n_groups 1: no choice of groups */
    enum router_gating gating;
    bool normalise;                   /* weights sum to 1 */
    float scale;                      /* of the weights, after that */
};

/* One token's visit to one expert. */
struct visit {
    uint32_t expert;
    uint32_t slot; /* its place among all visits of the step, sorted by expert */
    float weight;
};

/* Fills expert and weight of out[n_used], the best score first. logits [n_experts], any values;
 * bias [n_experts] or NULL. */
void router_choose(struct visit *out, const struct router *r, const float *logits,
                   const float *bias);

#endif
