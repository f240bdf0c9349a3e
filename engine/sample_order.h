/* sample_order.h - tokens by falling logit, equal logits by rising id, one at a time: a heap. */
#ifndef ENGINE_SAMPLE_ORDER_H
#define ENGINE_SAMPLE_ORDER_H

#include <stddef.h>
#include <stdint.h>

struct candidate {
    float z;
    int32_t id;
};

/* Tokens that were taken stand in order at the front of the array, the heap of the others grows
 * from its end, its root last. */
struct order {
    struct candidate *items; /* [cap]: n_taken, ..., n_left */
    size_t cap, n_taken, n_left;
};

/* Adds n tokens to those that are left. n <= cap - n_taken - n_left. */
void order_add(struct order *o, const float *z, const int32_t *id, size_t n);

/* After all were added: takes the first of those that are left. n_left > 0. */
struct candidate order_take(struct order *o);

/* Between order_add and order_take. */
void order_build(struct order *o);

#endif
