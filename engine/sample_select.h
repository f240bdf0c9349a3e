/* sample_select.h - the token at which the cumulative weight of a row, in the order of
 * sample_order.h, passes a target: wherever in the row that is.
 *
 * A token near the front is found by walking (sample_walk.h). Where the walk would be long, nothing
 * is sorted: one pass adds up the weights by buckets of the logit, the sums say which bucket holds
 * the target, and only its tokens are looked at further. Weights are whole numbers, so what is
 * found depends neither on the buckets nor on the way. */
#ifndef ENGINE_SAMPLE_SELECT_H
#define ENGINE_SAMPLE_SELECT_H

#include "engine/sample_walk.h"

#define SELECT_BUCKETS 2048

struct buckets {
    struct bucket_scale scale;
    uint64_t mass[SELECT_BUCKETS];
};

/* One row being searched. */
struct select {
    const struct row *row;
    struct walk walk;
    struct buckets *buckets; /* by weights of scale_filled, if is_filled */
    bool is_filled;
    float scale_filled;
};

struct place {
    struct candidate token;
    uint64_t before; /* weight of the tokens before it */
    uint64_t weight; /* its own */
};

size_t select_scratch_bytes(size_t n);

/* `scratch`: select_scratch_bytes(row->n), 8-byte aligned. */
void select_init(struct select *s, const struct row *row, void *scratch);

/* How a row is weighed by struct weigh_job: by probability at a temperature, or by number. */
static inline float select_scale(double temperature)
{
    return (float)(1.4426950408889634 / temperature);
}

#define SELECT_BY_NUMBER 0.0f

/* Weight of the row; `to_search`: places will be asked for at this temperature. */
uint64_t select_total(struct select *s, double temperature, bool to_search);

/* Weight of the tokens z >= from. */
uint64_t select_mass(const struct select *s, float scale, float from);

/* target < the weight of the row. */
struct place select_place(struct select *s, float scale, uint64_t target);

#endif
