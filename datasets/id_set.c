/* id_set.c - open addressing with linear probing; see id_set.h. */
#include "datasets/id_set.h"

#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"

#define FIRST_CAP 256

/* The slot that holds `id`, or the free one where it belongs. */
static size_t find_slot(const id_set *s, const sheaf_problem *rows, const char *id)
{
    size_t at = (size_t)hash_bytes(id, strlen(id), 0) & (s->cap - 1);
    while (s->slots[at] && strcmp(rows[s->slots[at] - 1].id, id) != 0)
        at = (at + 1) & (s->cap - 1);
    return at;
}

static bool grow(id_set *s, const sheaf_problem *rows)
{
    id_set wider = {.cap = s->cap ? s->cap * 2 : FIRST_CAP, .n = s->n};
    wider.slots = alloc_zero(wider.cap, sizeof *wider.slots);
    if (!wider.slots)
        return false;
    for (size_t i = 0; i < s->cap; i++)
        if (s->slots[i])
            wider.slots[find_slot(&wider, rows, rows[s->slots[i] - 1].id)] = s->slots[i];
    id_set_free(s);
    *s = wider;
    return true;
}

size_t id_set_add(id_set *s, const sheaf_problem *rows, size_t i)
{
    if (s->n >= s->cap / 2 && !grow(s, rows))
        return ID_SET_NOMEM;
    size_t at = find_slot(s, rows, rows[i].id);
    if (s->slots[at])
        return s->slots[at] - 1;
    s->slots[at] = (uint32_t)(i + 1);
    s->n++;
    return i;
}

void id_set_free(id_set *s)
{
    alloc_free(s->slots);
    *s = (id_set){0};
}
