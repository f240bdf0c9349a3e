/* sample_walk.h - the first tokens of a row by falling logit, without sorting the row.
 *
 * The order is produced lazily. A walk takes the tokens above a floor into a heap and from there
 * one by one; when the heap is empty, the floor drops and the next tokens are collected. Floors
 * come from the maxima of VOCAB_CHUNK tokens: at least 32 tokens lie above the 32nd largest
 * maximum, about one in a hundred above the smallest one; chunks whose maximum is lower are not
 * read. */
#ifndef ENGINE_SAMPLE_WALK_H
#define ENGINE_SAMPLE_WALK_H

#include <stdbool.h>

#include "engine/kernels/kernels.h"
#include "engine/sample_order.h"

#define WALK_MOST 256 /* tokens after which looking further is no longer cheap */

/* A row of logits, without NaN and +INFINITY. */
struct row {
    const struct kernels *kernels;
    const float *z, *chunk_max; /* [n], [row_chunks(n)] */
    size_t n;
    float top;   /* the largest */
    double mean; /* of the finite ones */
};

static inline size_t row_chunks(size_t n)
{
    return (n + VOCAB_CHUNK - 1) / VOCAB_CHUNK;
}

/* Tokens of the chunk that begins at `begin`; the last one may be shorter. */
static inline size_t row_chunk_size(size_t n, size_t begin)
{
    return n - begin < VOCAB_CHUNK ? n - begin : VOCAB_CHUNK;
}

struct walk {
    const struct row *row;
    struct order order; /* of walk_cap(row->n) */
    float floor;        /* every token >= floor has been collected */
    int n_floors;       /* used up */
};

static inline size_t walk_cap(size_t n)
{
    return n + WALK_MOST;
}

/* `items` [walk_cap(row->n)]. */
void walk_init(struct walk *w, const struct row *row, struct candidate *items);

/* The i-th token of the order, or NULL when fewer are not -INFINITY. */
const struct candidate *walk_to(struct walk *w, size_t i);

/* The same, but NULL as well where that takes more than a short walk. */
const struct candidate *walk_briefly(struct walk *w, size_t i);

/* The walk goes no further; its memory for tokens not come to, room for row->n, is the caller's. At
 * most WALK_MOST tokens may have been walked. */
struct candidate *walk_stop(struct walk *w);

#endif
