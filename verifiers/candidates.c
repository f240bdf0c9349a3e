/* candidates.c - see candidates.h. Looks are sorted by shape, those without bounds first, then by
 * the lower bound; so the partners of one are those without bounds and the neighbours that begin
 * before it ends. */
#include "verifiers/candidates.h"

#include <stdlib.h>
#include <string.h>

static int by_text(text a, text b)
{
    int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

static int by_value(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    const struct signature *s = x->signature, *t = y->signature;
    if (s->shape != t->shape)
        return s->shape < t->shape ? -1 : 1;
    if (s->known != t->known)
        return s->known ? 1 : -1;
    for (int i = 0; i < 2; i++)
        if (s->known && s->lo[i] != t->lo[i])
            return s->lo[i] < t->lo[i] ? -1 : 1;
    int order = math_order(x->canonical, y->canonical);
    return order ? order : by_text(x->raw, y->raw);
}

void candidates_sort(struct candidate *list, size_t n)
{
    if (n > 1)
        qsort(list, n, sizeof *list, by_value);
}

/* Looks from `first` on with the same shape. */
static size_t same_shape(const struct candidate *list, size_t n, size_t first)
{
    size_t last = first;
    while (last < n && list[last].signature->shape == list[first].signature->shape)
        last++;
    return last;
}

static size_t count_blind(const struct candidate *list, size_t n)
{
    size_t blind = 0;
    while (blind < n && !list[blind].signature->known)
        blind++;
    return blind;
}

static void pair_shape(const struct candidate *list, size_t n, candidates_visit *visit, void *into)
{
    size_t blind = count_blind(list, n);
    for (size_t i = blind; i < n; i++) {
        const struct signature *s = list[i].signature;
        for (size_t k = i + 1; k < n && list[k].signature->lo[0] <= s->hi[0]; k++)
            if (!signatures_apart(s, list[k].signature))
                visit(into, &list[i], &list[k]);
    }
    for (size_t i = 0; i < blind; i++)
        for (size_t k = i + 1; k < blind; k++)
            visit(into, &list[i], &list[k]);
    for (size_t i = 0; i < blind; i++)
        for (size_t k = blind; k < n; k++)
            visit(into, &list[i], &list[k]);
}

void candidates_pair(const struct candidate *list, size_t n, candidates_visit *visit, void *into)
{
    for (size_t first = 0; first < n;) {
        size_t last = same_shape(list, n, first);
        if (list[first].signature->shape)
            pair_shape(list + first, last - first, visit, into);
        first = last;
    }
}
