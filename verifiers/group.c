/* group.c - classes of equal answers for a vote (verify.h).
 *
 * Texts are read once each, values with the same canonical tree are joined at once, and of those
 * that remain every pair whose signatures do not tell them apart (candidates.h) is compared, with
 * union-find; UNKNOWN does not merge. Pairs go by value, so the order of the answers decides
 * nothing. The soft merge of tagged classes comes after, once. */
#include "base/alloc.h"
#include "base/fail.h"
#include "verifiers/candidates.h"
#include "verifiers/entries.h"
#include "verifiers/judge_values.h"
#include "verifiers/scalar.h"
#include "verifiers/value.h"

#define MAX_ANSWERS 65536
#define TOTAL_FUEL (32 * (double)MATH_FUEL) /* of all comparisons of values that look alike */
#define BLIND_FUEL (double)MATH_FUEL        /* of all others: of which one has no bounds */

struct grouping {
    struct entries all;
    struct candidate *candidates; /* [2 answers] work space */
    size_t *entry_of; /* [answers] index into entries, SIZE_MAX for no vote */
    double fuel, blind_fuel;
};

/* ---- exact classes ----------------------------------------------------------------------------
 */

static size_t root_of(const struct grouping *g, size_t i)
{
    while (g->all.list[i].parent != i)
        i = g->all.list[i].parent;
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
    g->all.list[high].parent = low;
    g->all.list[low].weight += g->all.list[high].weight;
}

/* Runs one comparison on its own context and pays from a share of the call's fuel. Few answers are
 * ever compared: what they say is read again. */
static outcome compare_entries(double *fuel, const struct entry *a, const struct entry *b)
{
    math_ctx c;
    if (*fuel <= 0)
        return outcome_unknown("fuel");
    math_init(&c);
    c.seed = judge_seed(a->raw, b->raw);
    math_node *x = value_for_vote(&c, judge_parse(&c, a->raw));
    math_node *y = value_for_vote(&c, judge_parse(&c, b->raw));
    outcome o = judge_votes(&c, x, a->canonical, y, b->canonical);
    *fuel -= MATH_FUEL - c.fuel;
    math_free(&c);
    return o;
}

/* Numbers are settled by their canonical trees; two relations are compared as such, not as the
 * values that they assign. */
static bool worth_comparing(const struct entry *a, const struct entry *b, bool as_values)
{
    bool relations = a->looks.relation.shape && b->looks.relation.shape;
    return !(math_is_number(a->canonical) && math_is_number(b->canonical)) &&
           !(relations && as_values);
}

static void compare_pair(void *into, const struct candidate *x, const struct candidate *y)
{
    struct grouping *g = into;
    const struct entry *a = &g->all.list[x->id], *b = &g->all.list[y->id];
    double *fuel = x->signature->known && y->signature->known ? &g->fuel : &g->blind_fuel;
    if (worth_comparing(a, b, x->signature == &a->looks.value) &&
        root_of(g, x->id) != root_of(g, y->id) &&
        compare_entries(fuel, a, b).verdict == SHEAF_EQUAL)
        unite(g, x->id, y->id);
}

/* The looks at all entries that have a canonical tree; their number. */
static size_t list_candidates(struct grouping *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->all.n; i++) {
        const struct entry *e = &g->all.list[i];
        struct candidate look = {&e->looks.value, e->canonical, e->raw, i};
        if (e->canonical)
            g->candidates[n++] = look;
        look.signature = &e->looks.relation;
        if (e->canonical && e->looks.relation.shape)
            g->candidates[n++] = look;
    }
    return n;
}

/* The same tree, without a division by zero in it. */
static bool identical(const struct candidate *a, const struct candidate *b)
{
    return math_order(a->canonical, b->canonical) == 0 && !math_has(a->canonical, MATH_UNDEF, -1);
}

/* Pairs are taken in the order of their values, as the fuel of the call may end among them. */
static void unite_equal(struct grouping *g)
{
    size_t n = list_candidates(g);
    candidates_sort(g->candidates, n);
    for (size_t i = 1; i < n; i++)
        if (identical(&g->candidates[i - 1], &g->candidates[i]))
            unite(g, g->candidates[i - 1].id, g->candidates[i].id);
    candidates_pair(g->candidates, n, compare_pair, g);
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

/* What a tagged value would be without its tag: its magnitude, and for percent a hundredth. */
struct bare_forms {
    math_ctx c;
    math_node *magnitude, *share; /* NULL: none */
    struct signature looks[2];
};

static void bare_forms_of(struct bare_forms *f, const math_node *tagged)
{
    math_init(&f->c);
    f->share = NULL;
    f->magnitude = magnitude(&f->c, tagged);
    if (f->magnitude && tagged->kind == MATH_QUANTITY && (tagged->tag & MARK_PERCENT))
        f->share = scalar_value(&f->c, math_quotient(&f->c, f->magnitude,
                                                     math_integer(&f->c, 100)));
    if (f->magnitude)
        f->looks[0] = signature_of(&f->c, f->magnitude);
    if (f->share)
        f->looks[1] = signature_of(&f->c, f->share);
}

static bool same_scalar(struct grouping *g, const math_node *a, const math_node *b)
{
    math_ctx c;
    if (g->fuel <= 0)
        return false;
    math_init(&c);
    bool same = scalar_compare(&c, a, b).verdict == SHEAF_EQUAL;
    g->fuel -= MATH_FUEL - c.fuel;
    math_free(&c);
    return same;
}

/* 2: same magnitude, 1: a percentage of the same value, 0: neither. */
static int affinity(struct grouping *g, const struct bare_forms *f, const struct entry *bare)
{
    const struct signature *look = &bare->looks.value;
    if (f->magnitude && !signatures_disjoint(&f->looks[0], look) &&
        same_scalar(g, f->magnitude, bare->canonical))
        return 2;
    return f->share && !signatures_disjoint(&f->looks[1], look) &&
           same_scalar(g, f->share, bare->canonical);
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
    struct bare_forms f;
    bare_forms_of(&f, g->all.list[tagged].canonical);
    for (size_t i = 0; i < g->all.n && f.c.fault == MATH_FINE; i++) {
        const struct entry *e = &g->all.list[i];
        if (e->parent != i || !e->canonical || !is_bare(e->canonical))
            continue;
        int a = affinity(g, &f, e);
        if (a == 0)
            continue;
        bool tie = best != SIZE_MAX && e->weight == g->all.list[best].weight;
        if (best == SIZE_MAX || (tie ? a > best_affinity : e->weight > g->all.list[best].weight)) {
            best = i;
            best_affinity = a;
        }
    }
    math_free(&f.c);
    return best;
}

/* Each bare class takes the heaviest of the tagged classes that want it. */
static void merge_tagged(struct grouping *g, size_t *wish)
{
    for (size_t i = 0; i < g->all.n; i++) {
        const struct entry *e = &g->all.list[i];
        bool tagged = e->parent == i && e->canonical && is_tagged(e->canonical);
        wish[i] = tagged ? favourite(g, i) : SIZE_MAX;
    }
    for (size_t i = 0; i < g->all.n; i++) {
        if (wish[i] == SIZE_MAX)
            continue;
        for (size_t k = 0; k < g->all.n; k++)
            if (k != i && wish[k] == wish[i] && is_heavier(&g->all.list[k], &g->all.list[i]))
                wish[i] = SIZE_MAX - 1; /* it stays apart, and still counts as a rival of none */
    }
    for (size_t i = 0; i < g->all.n; i++)
        if (wish[i] < g->all.n)
            unite(g, i, wish[i]);
}

/* ---- the call ---------------------------------------------------------------------------------
 */

static void number_classes(const struct grouping *g, int *classes, size_t n, int *number)
{
    int next = 0;
    for (size_t i = 0; i < g->all.n; i++)
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
        g->entry_of[i] = t.n ? entries_find(&g->all, t) : SIZE_MAX;
        if (t.n)
            g->all.list[g->entry_of[i]].weight++;
    }
}

sheaf_code sheaf_answer_group(int *classes, const char *const *answers, const size_t *lens,
                              size_t n, sheaf_error *err)
{
    if (n > MAX_ANSWERS)
        return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, NULL, "%zu answers; at most %d are grouped", n,
                          MAX_ANSWERS);
    struct grouping g = {.fuel = TOTAL_FUEL, .blind_fuel = BLIND_FUEL};
    bool room = entries_init(&g.all, n);
    g.entry_of = alloc_zero(n, sizeof *g.entry_of);
    g.candidates = alloc_zero(n, 2 * sizeof *g.candidates);
    size_t *wish = alloc_zero(n, sizeof *wish);
    int *number = alloc_zero(n, sizeof *number);
    sheaf_code rc = SHEAF_OK;
    if (!room || !g.entry_of || !g.candidates || !wish || !number) {
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, NULL, "no memory for %zu answers", n);
        goto out;
    }
    read_all(&g, answers, lens, n);
    unite_equal(&g);
    merge_tagged(&g, wish);
    number_classes(&g, classes, n, number);
out:
    alloc_free(number);
    alloc_free(wish);
    alloc_free(g.candidates);
    alloc_free(g.entry_of);
    entries_free(&g.all);
    return rc;
}
