/* sample_walk.c - see sample_walk.h. */
#include "engine/sample_walk.h"

#include <assert.h>
#include <float.h>
#include <math.h>

#define FIRST_FLOOR 32 /* >= SAMPLE_CONF_K */
#define FLOORS 3
#define FEW 4096 /* tokens of a row that is cheap to order as a whole */

void walk_init(struct walk *w, const struct row *row, struct candidate *items)
{
    *w = (struct walk){row, {items, walk_cap(row->n), 0, 0}, INFINITY, 0};
}

/* The FIRST_FLOOR-th largest chunk maximum (the smallest when there are fewer chunks). Runs before
 * anything is collected, so the order is free to hold the maxima. */
static float first_floor(struct walk *w)
{
    struct order *o = &w->order;
    float floor = INFINITY;
    for (int32_t c = 0; c < (int32_t)row_chunks(w->row->n); c++)
        order_add(o, &w->row->chunk_max[c], &c, 1);
    order_build(o);
    for (size_t i = 0; i < FIRST_FLOOR && o->n_left > 0; i++)
        floor = order_take(o).z;
    o->n_left = o->n_taken = 0;
    return floor;
}

static float second_floor(const struct walk *w)
{
    float floor = INFINITY;
    for (size_t c = 0; c < row_chunks(w->row->n); c++)
        floor = fminf(floor, w->row->chunk_max[c]);
    return floor;
}

static void collect_chunk(struct walk *w, size_t chunk, float ceiling)
{
    float z[VOCAB_CHUNK];
    int32_t id[VOCAB_CHUNK];
    size_t begin = chunk * VOCAB_CHUNK;
    const struct collect_job job = {
        .z = w->row->z + begin,
        .first_id = (int32_t)begin,
        .n = row_chunk_size(w->row->n, begin),
        .from = fmaxf(w->floor, -FLT_MAX),
        .to = nextafterf(ceiling, -INFINITY),
    };
    order_add(&w->order, z, id, w->row->kernels->collect(z, id, &job));
}

/* Lowers the floor and collects what lies between the old one and the new; false when there is no
 * lower one. */
static bool lower_floor(struct walk *w)
{
    float ceiling = w->floor;
    if (w->n_floors == FLOORS)
        return false;
    switch (w->n_floors++) {
    case 0: w->floor = first_floor(w); break;
    case 1: w->floor = second_floor(w); break;
    default: w->floor = -INFINITY; break;
    }
    for (size_t c = 0; c < row_chunks(w->row->n); c++)
        if (w->row->chunk_max[c] >= w->floor)
            collect_chunk(w, c, ceiling);
    order_build(&w->order);
    return true;
}

const struct candidate *walk_to(struct walk *w, size_t i)
{
    while (i >= w->order.n_taken) {
        while (w->order.n_left == 0)
            if (!lower_floor(w))
                return NULL;
        order_take(&w->order);
    }
    return &w->order.items[i];
}

const struct candidate *walk_briefly(struct walk *w, size_t i)
{
    bool long_way = i >= w->order.n_taken && w->order.n_left == 0 && w->n_floors == FLOORS - 1;
    if (i >= WALK_MOST || (long_way && w->row->n > FEW))
        return NULL;
    return walk_to(w, i);
}

struct candidate *walk_stop(struct walk *w)
{
    assert(w->order.n_taken <= WALK_MOST);
    w->order.n_left = 0;
    w->n_floors = FLOORS;
    return w->order.items + WALK_MOST;
}
