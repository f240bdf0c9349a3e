/* sample_order.c - see sample_order.h. */
#include "engine/sample_order.h"

#include <stdbool.h>

static bool before(struct candidate a, struct candidate b)
{
    return a.z > b.z || (a.z == b.z && a.id < b.id);
}

static struct candidate *heap_at(const struct order *o, size_t i)
{
    return &o->items[o->cap - 1 - i];
}

static void heap_sift(struct order *o, size_t i)
{
    struct candidate moved = *heap_at(o, i);
    for (size_t child; (child = 2 * i + 1) < o->n_left; i = child) {
        if (child + 1 < o->n_left && before(*heap_at(o, child + 1), *heap_at(o, child)))
            child++;
        if (!before(*heap_at(o, child), moved))
            break;
        *heap_at(o, i) = *heap_at(o, child);
    }
    *heap_at(o, i) = moved;
}

void order_add(struct order *o, const float *z, const int32_t *id, size_t n)
{
    for (size_t i = 0; i < n; i++)
        *heap_at(o, o->n_left++) = (struct candidate){z[i], id[i]};
}

void order_build(struct order *o)
{
    for (size_t i = o->n_left / 2; i-- > 0;)
        heap_sift(o, i);
}

struct candidate order_take(struct order *o)
{
    struct candidate first = *heap_at(o, 0);
    *heap_at(o, 0) = *heap_at(o, --o->n_left);
    heap_sift(o, 0);
    o->items[o->n_taken++] = first;
    return first;
}
