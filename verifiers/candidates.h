/* candidates.h - the pairs of answers of a vote that may be equal, without looking at every pair.
 */
#ifndef VERIFIERS_CANDIDATES_H
#define VERIFIERS_CANDIDATES_H

#include "base/text.h"
#include "verifiers/signature.h"

/* One look at an answer: an equation has two, among relations and as the value it assigns. */
struct candidate {
    const struct signature *signature;
    const math_node *canonical;
    text raw;
    size_t id; /* the caller's */
};

/* Sorts the looks by value, then by text: in an order that the order of the answers does not
 * change. */
void candidates_sort(struct candidate *list, size_t n);

/* Calls `visit` for every pair of sorted looks whose signatures are not apart, first where both
 * have bounds, then where neither has, then the mixed ones; each part in the order of the looks. */
typedef void candidates_visit(void *into, const struct candidate *a, const struct candidate *b);
void candidates_pair(const struct candidate *list, size_t n, candidates_visit *visit, void *into);

#endif
