/* merge.h - repeated merging of neighbours, best pair first: the common core of BPE and
 * SentencePiece, in O(n log n). */
#ifndef ENGINE_MERGE_H
#define ENGINE_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MERGE_END UINT32_MAX

/* A symbol of the text being encoded: bytes [at, at + n). */
struct merge_node {
    uint32_t prev, next; /* MERGE_END at the ends; a node's left neighbour has a smaller number */
    uint32_t at, n;      /* n == 0: merged into its left neighbour */
    uint32_t symbol;
};

/* Scratch of one encoding call; zero-initialise, merge_free at the end. */
struct merge_list {
    struct merge_node *nodes; /* [n_nodes]; nodes[0] is the first of the text, always */
    size_t n_nodes, cap;
    uint64_t *heap; /* priority << 32 | left node; smallest first */
    size_t n_heap;
};

/* What merging `right` into `left` gives: false if they do not merge, else the priority (smaller is
 * sooner, leftmost first among equals) and the new symbol. A pure function of its arguments. */
typedef bool merge_rule(const void *ctx, const struct merge_node *left,
                        const struct merge_node *right, uint32_t *priority, uint32_t *symbol);

/* Empties the list and makes room for n nodes; false without memory. n < 2^31. */
bool merge_reset(struct merge_list *m, size_t n);
void merge_free(struct merge_list *m);

/* Appends a symbol; at most as many as made room for. */
void merge_add(struct merge_list *m, size_t at, size_t n, uint32_t symbol);

/* Merges until no rule applies. The result is the chain nodes[0], nodes[nodes[0].next], ... */
void merge_run(struct merge_list *m, merge_rule *rule, const void *ctx);

#endif
