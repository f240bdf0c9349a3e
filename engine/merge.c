/* merge.c - a linked list of symbols and a heap of candidate pairs with lazy deletion.
 *
 * A heap entry says only "the pair that starts at this node had this priority". When it is
 * popped the rule is asked again: if the pair there now has that priority, it is the right one
 * to merge, even if the entry was meant for an earlier pair, since the current pair is in the
 * heap under the same key. */
#include "engine/merge.h"

#include <assert.h>

#include "base/alloc.h"

bool merge_reset(struct merge_list *m, size_t n)
{
    assert(n < (size_t)1 << 31);
    m->n_nodes = m->n_heap = 0;
    if (n <= m->cap)
        return true;
    if (n < 2 * m->cap)
        n = 2 * m->cap;
    merge_free(m);
    m->nodes = alloc_zero(n, sizeof *m->nodes);
    /* n - 1 pairs at first; each merge takes one entry and adds up to two. */
    m->heap = alloc_zero(n, 2 * sizeof *m->heap);
    if (!m->nodes || !m->heap)
        return false;
    m->cap = n;
    return true;
}

void merge_free(struct merge_list *m)
{
    alloc_free(m->nodes);
    alloc_free(m->heap);
    *m = (struct merge_list){0};
}

void merge_add(struct merge_list *m, size_t at, size_t n, uint32_t symbol)
{
    assert(m->n_nodes < m->cap && n > 0);
    uint32_t i = (uint32_t)m->n_nodes++;
    m->nodes[i] = (struct merge_node){i ? i - 1 : MERGE_END, MERGE_END, (uint32_t)at, (uint32_t)n,
                                      symbol};
    if (i)
        m->nodes[i - 1].next = i;
}

static void heap_push(struct merge_list *m, uint64_t key)
{
    assert(m->n_heap < 2 * m->cap);
    size_t i = m->n_heap++;
    while (i > 0 && m->heap[(i - 1) / 2] > key) {
        m->heap[i] = m->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    m->heap[i] = key;
}

static uint64_t heap_pop(struct merge_list *m)
{
    uint64_t top = m->heap[0], last = m->heap[--m->n_heap];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= m->n_heap)
            break;
        if (child + 1 < m->n_heap && m->heap[child + 1] < m->heap[child])
            child++;
        if (m->heap[child] >= last)
            break;
        m->heap[i] = m->heap[child];
        i = child;
    }
    m->heap[i] = last;
    return top;
}

/* Asks the rule about the pair that starts at `left`. */
static bool ask(const struct merge_list *m, uint32_t left, merge_rule *rule, const void *ctx,
                struct merge_node *merged, uint32_t *priority)
{
    const struct merge_node *a = &m->nodes[left];
    if (a->n == 0 || a->next == MERGE_END)
        return false;
    const struct merge_node *b = &m->nodes[a->next];
    *merged = (struct merge_node){a->prev, b->next, a->at, a->n + b->n, 0};
    return rule(ctx, a, b, priority, &merged->symbol);
}

static void propose(struct merge_list *m, uint32_t left, merge_rule *rule, const void *ctx)
{
    struct merge_node merged;
    uint32_t priority;
    if (left != MERGE_END && ask(m, left, rule, ctx, &merged, &priority))
        heap_push(m, (uint64_t)priority << 32 | left);
}

void merge_run(struct merge_list *m, merge_rule *rule, const void *ctx)
{
    for (size_t i = 0; i + 1 < m->n_nodes; i++)
        propose(m, (uint32_t)i, rule, ctx);
    while (m->n_heap > 0) {
        uint64_t key = heap_pop(m);
        uint32_t left = (uint32_t)key, priority;
        struct merge_node merged;
        if (!ask(m, left, rule, ctx, &merged, &priority) || priority != key >> 32)
            continue;
        m->nodes[m->nodes[left].next].n = 0;
        m->nodes[left] = merged;
        if (merged.next != MERGE_END)
            m->nodes[merged.next].prev = left;
        propose(m, merged.prev, rule, ctx);
        propose(m, left, rule, ctx);
    }
}
