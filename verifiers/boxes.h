/* boxes.h - \boxed{...} and its relatives in a response. */
#ifndef VERIFIERS_BOXES_H
#define VERIFIERS_BOXES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"

/* A box: [start, end) of the whole command, and what it holds. */
struct box {
    size_t start, end;
    text content;
};

struct box_scan {
    struct box *boxes; /* outermost closed boxes that hold something, by position; in the arena */
    size_t n_boxes;
    bool truncated;    /* an opener without its brace follows the last box */
};

/* One pass over `t`. False when the arena is at its end. */
bool box_find_all(struct box_scan *out, arena *mem, text t);

/* The content without boxes around the whole of it: "\boxed{\fbox{5}}" -> "5". What is too long for
 * an answer stays as it is. */
text box_unwrap(text t);

#endif
