/* entries.c - see entries.h. Reading leaves many times the memory behind that its result takes, so
 * it is done in a context of its own, from which the tree is copied: the next answer finds the
 * memory in the cache. What one may cost depends on how many there are, not on their order. */
#include "verifiers/entries.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "verifiers/judge_values.h"
#include "verifiers/value.h"

#define READ_FUEL (64 * MATH_FUEL)   /* of all answers together, as far as each has */
#define LEAST_FUEL (MATH_FUEL / 16)
#define LARGE_WEIGHT 1024.0          /* of a tree that is not copied: shared nodes would multiply */

bool entries_init(struct entries *e, size_t n)
{
    *e = (struct entries){.n_slots = 4};
    double share = READ_FUEL / (double)(n ? n : 1);
    e->fuel = share > MATH_FUEL ? MATH_FUEL : share < LEAST_FUEL ? LEAST_FUEL : share;
    while (e->n_slots < 2 * n)
        e->n_slots *= 2;
    math_init(&e->scratch);
    math_init(&e->kept);
    e->kept.mem.limit = SIZE_MAX;
    e->kept.max_nodes = SIZE_MAX;
    e->list = alloc_zero(n, sizeof *e->list);
    e->slots = alloc_zero(e->n_slots, sizeof *e->slots);
    return e->list && e->slots;
}

void entries_free(struct entries *e)
{
    for (size_t i = 0; i < e->n; i++) {
        if (e->list[i].own)
            math_free(e->list[i].own);
        alloc_free(e->list[i].own);
    }
    math_free(&e->scratch);
    math_free(&e->kept);
    alloc_free(e->list);
    alloc_free(e->slots);
}

/* Takes the tree out of the context that it was read in, or takes the context. */
static void keep(struct entries *all, struct entry *e)
{
    math_ctx *kept = &all->kept;
    kept->fuel = MATH_FUEL;
    if (e->canonical->weight <= LARGE_WEIGHT) {
        e->canonical = math_copy(kept, e->canonical);
    } else if ((e->own = alloc_zero(1, sizeof *e->own)) != NULL) {
        *e->own = all->scratch;
        math_init(&all->scratch);
    } else {
        math_fail(kept, MATH_OVER_LIMIT);
    }
    if (kept->fault != MATH_FINE)
        e->canonical = NULL;
    kept->fault = MATH_FINE;
}

static void read_entry(struct entries *all, struct entry *e)
{
    math_ctx *c = &all->scratch;
    math_reset(c);
    c->fuel = all->fuel;
    math_node *vote = value_for_vote(c, judge_parse(c, e->raw));
    e->canonical = value_canonical(c, vote);
    if (c->fault != MATH_FINE) {
        e->canonical = NULL;
        return;
    }
    e->looks = signatures_of(c, vote, e->canonical);
    keep(all, e);
}

size_t entries_find(struct entries *e, text raw)
{
    uint64_t hash = hash_bytes(raw.p, raw.n, 5);
    size_t slot = (size_t)hash & (e->n_slots - 1);
    for (; e->slots[slot]; slot = (slot + 1) & (e->n_slots - 1)) {
        const struct entry *seen = &e->list[e->slots[slot] - 1];
        if (seen->hash == hash && text_equal(seen->raw, raw))
            return e->slots[slot] - 1;
    }
    e->list[e->n] = (struct entry){.raw = raw, .hash = hash, .parent = e->n};
    read_entry(e, &e->list[e->n]);
    e->slots[slot] = ++e->n;
    return e->n - 1;
}
