/* group.c - classes of equal answers for a vote (verify.h).
 *
 * Texts are read once each, values with the same canonical tree are joined at once, and of those
 * that remain every pair whose signatures do not tell them apart is compared, with union-find;
 * UNKNOWN does not merge. Pairs go by value, so the order of the answers decides nothing. The
 * soft merge of tagged classes comes after, once. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/hash.h"
#include "verifiers/judge_values.h"
#include "verifiers/scalar.h"
#include "verifiers/signature.h"
#include "verifiers/value.h"

#define MAX_ANSWERS 65536
#define TOTAL_FUEL (32 * (double)MATH_FUEL) /* of all comparisons of one call */

/* One distinct text. */
struct entry {
    text raw;
    uint64_t hash;
    math_ctx ctx;
    math_node *vote, *canonical; /* NULL: over a limit, equal to itself only */
    struct signature signature;
    size_t parent;               /* union-find */
    size_t weight;               /* votes of the whole class, at its root */
};

struct grouping {
    struct entry *entries;
    size_t n;
    struct entry **sorted; /* [n] work space */
    size_t *entry_of; /* [answers] index into entries, SIZE_MAX for no vote */
    double fuel;
};

/* ---- exact classes ----------------------------------------------------------------------------
 */

static size_t root_of(const struct grouping *g, size_t i)
{
    while (g->entries[i].parent != i)
        i = g->entries[i].parent;
    return i;
}

/* The earlier entry stays root. */
static void unite(struct grouping *g, size_t a, size_t b)
{
    a = root_of(g, a);
    b = root_of(g, b);
    if (a == b)
        return;
    size_t low = a < b ? a : b, high = a < b ? b : a;
    g->entries[high].parent = low;
    g->entries[low].weight += g->entries[high].weight;
}

static void read_entry(struct entry *e, text raw, uint64_t hash, size_t self)
{
    *e = (struct entry){.raw = raw, .hash = hash, .parent = self};
    math_init(&e->ctx);
    math_node *n = judge_parse(&e->ctx, raw);
    e->vote = value_for_vote(&e->ctx, n);
    e->canonical = value_canonical(&e->ctx, e->vote);
    if (e->ctx.fault != MATH_FINE)
        e->vote = e->canonical = NULL;
    else
        e->signature = signature_of(&e->ctx, e->canonical);
}

static size_t find_entry(struct grouping *g, text raw)
{
    uint64_t hash = hash_bytes(raw.p, raw.n, 5);
    for (size_t i = 0; i < g->n; i++)
        if (g->entries[i].hash == hash && text_equal(g->entries[i].raw, raw))
            return i;
    read_entry(&g->entries[g->n], raw, hash, g->n);
    return g->n++;
}

/* Runs one comparison on its own context and pays from the call's fuel. */
static outcome compare_entries(struct grouping *g, const struct entry *a, const struct entry *b)
{
    math_ctx c;
    if (g->fuel <= 0)
        return outcome_unknown("fuel");
    math_init(&c);
    c.seed = judge_seed(a->raw, b->raw);
    outcome o = judge_votes(&c, a->vote, a->canonical, b->vote, b->canonical);
    g->fuel -= MATH_FUEL - c.fuel;
    math_free(&c);
    return o;
}

/* Can the pair be equal at all? Numbers are settled by their canonical trees. */
static bool worth_comparing(const struct entry *a, const struct entry *b)
{
    if (signatures_apart(&a->signature, &b->signature))
        return false;
    return !(math_is_number(a->canonical) && math_is_number(b->canonical));
}

/* By value, then by text: no order of the answers changes it. */
static int by_canonical(const void *a, const void *b)
{
    const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;
    int order = math_order(x->canonical, y->canonical);
    if (order)
        return order;
    size_t n = x->raw.n < y->raw.n ? x->raw.n : y->raw.n;
    order = memcmp(x->raw.p, y->raw.p, n);
    return order ? order : (x->raw.n > y->raw.n) - (x->raw.n < y->raw.n);
}

/* Entries with a canonical tree into g->sorted; their number. */
static size_t sort_entries(struct grouping *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n; i++)
        if (g->entries[i].canonical)
            g->sorted[n++] = &g->entries[i];
    if (n > 1)
        qsort(g->sorted, n, sizeof *g->sorted, by_canonical);
    return n;
}

static size_t index_of(const struct grouping *g, size_t sorted)
{
    return (size_t)(g->sorted[sorted] - g->entries);
}

/* The same tree, without a division by zero in it. */
static bool identical(const struct entry *a, const struct entry *b)
{
    return math_order(a->canonical, b->canonical) == 0 && !math_has(a->canonical, MATH_UNDEF, -1);
}

/* Pairs are taken in the order of their values, as the fuel of the call may end among them. */
static void unite_equal(struct grouping *g)
{
    size_t n = sort_entries(g);
    for (size_t i = 1; i < n; i++)
        if (identical(g->sorted[i - 1], g->sorted[i]))
            unite(g, index_of(g, i - 1), index_of(g, i));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (worth_comparing(g->sorted[k], g->sorted[i]) &&
                root_of(g, index_of(g, k)) != root_of(g, index_of(g, i)) &&
                compare_entries(g, g->sorted[k], g->sorted[i]).verdict == SHEAF_EQUAL)
                unite(g, index_of(g, k), index_of(g, i));
}

/* ---- soft merge -------------------------------------------------------------------------------
 */

static bool is_tagged(const math_node *n)
{
    return n->kind == MATH_QUANTITY || n->kind == MATH_BASE;
}

static bool is_bare(const math_node *n)
{
    return math_is_scalar(n) && n->kind != MATH_BASE;
}

/* The scalar a tagged value would be without its tag: for a base its digits read in base ten. */
static math_node *magnitude(math_ctx *c, const math_node *tagged)
{
    if (tagged->kind == MATH_QUANTITY)
        return tagged->args[0];
    math_node *n = math_number(c);
    for (size_t i = 0; i < tagged->s.n; i++)
        if (tagged->s.p[i] < '0' || tagged->s.p[i] > '9')
            return NULL;
    char *digits = arena_strndup(&c->mem, tagged->s.p, tagged->s.n);
    if (!digits || c->fault != MATH_FINE)
        return NULL;
    mpz_set_str(mpq_numref(n->q), digits, 10);
    return n;
}

/* 2: same magnitude, 1: a percentage of the same value, 0: neither. */
static int affinity(struct grouping *g, const math_node *tagged, const math_node *bare)
{
    math_ctx c;
    if (g->fuel <= 0)
        return 0;
    math_init(&c);
    math_node *m = magnitude(&c, tagged);
    int found = m && scalar_compare(&c, m, bare).verdict == SHEAF_EQUAL ? 2 : 0;
    bool percent = tagged->kind == MATH_QUANTITY && (tagged->tag & MARK_PERCENT);
    if (!found && m && percent) {
        math_node *share = math_quotient(&c, m, math_integer(&c, 100));
        found = scalar_compare(&c, share, bare).verdict == SHEAF_EQUAL ? 1 : 0;
    }
    g->fuel -= MATH_FUEL - c.fuel;
    math_free(&c);
    return found;
}

/* Heavier first; ties by value, which no order of answers changes. */
static bool is_heavier(const struct entry *a, const struct entry *b)
{
    return a->weight != b->weight ? a->weight > b->weight
                                  : math_order(a->canonical, b->canonical) < 0;
}

/* The bare class a tagged class would join, or SIZE_MAX. */
static size_t favourite(struct grouping *g, size_t tagged)
{
    size_t best = SIZE_MAX;
    int best_affinity = 0;
    for (size_t i = 0; i < g->n; i++) {
        const struct entry *e = &g->entries[i];
        if (e->parent != i || !e->canonical || !is_bare(e->canonical))
            continue;
        int a = affinity(g, g->entries[tagged].canonical, e->canonical);
        if (a == 0)
            continue;
        bool tie = best != SIZE_MAX && e->weight == g->entries[best].weight;
        if (best == SIZE_MAX || (tie ? a > best_affinity : e->weight > g->entries[best].weight)) {
            best = i;
            best_affinity = a;
        }
    }
    return best;
}

/* Each bare class takes the heaviest of the tagged classes that want it. */
static void merge_tagged(struct grouping *g, size_t *wish)
{
    for (size_t i = 0; i < g->n; i++) {
        const struct entry *e = &g->entries[i];
        bool tagged = e->parent == i && e->canonical && is_tagged(e->canonical);
        wish[i] = tagged ? favourite(g, i) : SIZE_MAX;
    }
    for (size_t i = 0; i < g->n; i++) {
        if (wish[i] == SIZE_MAX)
            continue;
        for (size_t k = 0; k < g->n; k++)
            if (k != i && wish[k] == wish[i] && is_heavier(&g->entries[k], &g->entries[i]))
                wish[i] = SIZE_MAX - 1; /* it stays apart, and still counts as a rival of none */
    }
    for (size_t i = 0; i < g->n; i++)
        if (wish[i] < g->n)
            unite(g, i, wish[i]);
}

/* ---- the call ---------------------------------------------------------------------------------
 */

static void number_classes(const struct grouping *g, int *classes, size_t n, int *number)
{
    int next = 0;
    for (size_t i = 0; i < g->n; i++)
        number[i] = -1;
    for (size_t i = 0; i < n; i++) {
        if (g->entry_of[i] == SIZE_MAX) {
            classes[i] = -1;
            continue;
        }
        size_t root = root_of(g, g->entry_of[i]);
        if (number[root] < 0)
            number[root] = next++;
        classes[i] = number[root];
    }
}

static void read_all(struct grouping *g, const char *const *answers, const size_t *lens, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        text t = text_trim((text){answers[i], answers[i] ? lens[i] : 0});
        g->entry_of[i] = t.n ? find_entry(g, t) : SIZE_MAX;
        if (t.n)
            g->entries[g->entry_of[i]].weight++;
    }
}

sheaf_code sheaf_answer_group(int *classes, const char *const *answers, const size_t *lens,
                              size_t n, sheaf_error *err)
{
    if (n > MAX_ANSWERS)
        return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, NULL, "%zu answers; at most %d are grouped", n,
                          MAX_ANSWERS);
    struct grouping g = {.fuel = TOTAL_FUEL};
    g.entries = alloc_zero(n, sizeof *g.entries);
    g.entry_of = alloc_zero(n, sizeof *g.entry_of);
    g.sorted = alloc_zero(n, sizeof *g.sorted);
    size_t *wish = alloc_zero(n, sizeof *wish);
    int *number = alloc_zero(n, sizeof *number);
    sheaf_code rc = SHEAF_OK;
    if (!g.entries || !g.entry_of || !g.sorted || !wish || !number) {
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, NULL, "no memory for %zu answers", n);
        goto out;
    }
    read_all(&g, answers, lens, n);
    unite_equal(&g);
    merge_tagged(&g, wish);
    number_classes(&g, classes, n, number);
out:
    for (size_t i = 0; i < g.n; i++)
        math_free(&g.entries[i].ctx);
    alloc_free(number);
    alloc_free(wish);
    alloc_free(g.sorted);
    alloc_free(g.entry_of);
    alloc_free(g.entries);
    return rc;
}
