/* entries.h - the distinct texts of a vote, each with the canonical tree of its value and its
 * signatures. */
#ifndef VERIFIERS_ENTRIES_H
#define VERIFIERS_ENTRIES_H

#include "verifiers/math_node.h"
#include "verifiers/signature.h"

struct entry {
    text raw;
    uint64_t hash;
    math_node *canonical; /* NULL: over a limit, equal to itself only */
    math_ctx *own;        /* where a large tree lives; NULL for others */
    struct signatures looks;
    size_t parent; /* union-find */
    size_t weight; /* votes of the whole class, at its root */
};

struct entries {
    struct entry *list;
    size_t n;
    double fuel;      /* for reading one */
    math_ctx kept;    /* the trees of all but the large ones */
    math_ctx scratch; /* where answers are read */
    size_t *slots;    /* [n_slots] by hash of the text: index + 1, 0 for none */
    size_t n_slots;   /* a power of 2 above twice the number of answers */
};

/* Room for `n` answers; false without memory. entries_free either way. */
bool entries_init(struct entries *e, size_t n);
void entries_free(struct entries *e);

/* Index of the entry with this text, which must outlive `e`; reads a new one. */
size_t entries_find(struct entries *e, text raw);

#endif
