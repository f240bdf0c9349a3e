/* id_set.h - which row has this id? A hash table of row numbers over ids that the caller keeps. */
#ifndef DATASETS_ID_SET_H
#define DATASETS_ID_SET_H

#include <sheaf/dataset.h>

typedef struct id_set {
    uint32_t *slots; /* row + 1, 0: free */
    size_t cap;      /* a power of two, at most half full */
    size_t n;
} id_set;

#define ID_SET_NOMEM SIZE_MAX

/* Adds rows[i]; every row before i is in the set. Returns i, or the row that has the same id, or
 * ID_SET_NOMEM. */
size_t id_set_add(id_set *s, const sheaf_problem *rows, size_t i);
void id_set_free(id_set *s);

#endif
