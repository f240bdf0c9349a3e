/* compare_items.c - tuples in order, lists as multisets, sets by mutual inclusion.
 *
 * EQUAL is an equivalence of values, so matching greedily loses nothing. Names stay: "a = 4" meets
 * 4 and "a = 4", and never "b = 4". */
#include "verifiers/compare.h"
#include "verifiers/value.h"

/* What the verdicts between all items of two collections say. */
struct matching {
    bool complete;  /* every item of the first found its equal */
    bool orphan;    /* some item differs from every item of the other */
    bool decided;   /* no pair was left unknown */
    outcome last;
};

/* Items of g among those of p; with `used` each serves once. */
static struct matching match(struct comparison *x, math_node *g, math_node *p, bool *used)
{
    struct matching m = {true, false, true, outcome_equal("L0", "items")};
    for (size_t i = 0; i < g->n_args && x->c->fault == MATH_FINE; i++) {
        bool found = false, differs = true;
        for (size_t k = 0; k < p->n_args && !found; k++) {
            outcome o = compare_nodes(x, g->args[i], p->args[k]);
            differs &= o.verdict == SHEAF_DIFFERENT;
            m.decided &= o.verdict != SHEAF_UNKNOWN;
            if (o.verdict != SHEAF_EQUAL || (used && used[k]))
                continue;
            found = true;
            m.last = outcome_and(m.last, o);
            if (used)
                used[k] = true;
        }
        m.complete &= found;
        m.orphan |= differs;
    }
    return m;
}

static outcome compare_sets(struct comparison *x, math_node *g, math_node *p)
{
    struct matching there = match(x, g, p, NULL);
    if (there.orphan)
        return outcome_different("L0", "items");
    struct matching back = match(x, p, g, NULL);
    if (back.orphan)
        return outcome_different("L0", "items");
    return there.complete && back.complete ? outcome_and(there.last, back.last)
                                           : outcome_unknown("items");
}

static outcome compare_lists(struct comparison *x, math_node *g, math_node *p)
{
    bool used[MATH_MAX_ITEMS * 2] = {false};
    if (g->n_args != p->n_args)
        return outcome_different("L0", "size");
    if (p->n_args > MATH_MAX_ITEMS * 2)
        return outcome_unknown("limit");
    struct matching m = match(x, g, p, used);
    if (m.complete)
        return m.last;
    return m.orphan || m.decided ? outcome_different("L0", "items") : outcome_unknown("items");
}

static outcome compare_tuples(struct comparison *x, const math_node *g, const math_node *p)
{
    if (g->n_args != p->n_args)
        return outcome_different("L0", "size");
    if (g->kind == p->kind && value_brackets(x->c, g) != value_brackets(x->c, p))
        return outcome_different("L0", "brackets");
    outcome all = outcome_equal("L0", "entries");
    for (size_t i = 0; i < g->n_args && x->c->fault == MATH_FINE; i++)
        all = outcome_and(all, compare_nodes(x, g->args[i], p->args[i]));
    return all;
}

/* A tuple against something else: only, by policy, the list of its entries in order. */
static outcome compare_with_tuple(struct comparison *x, const math_node *g, const math_node *p)
{
    const math_node *t = g->kind == MATH_TUPLE ? g : p, *other = t == g ? p : g;
    bool round = t->tag == (OPEN_ROUND | CLOSE_ROUND);
    if (!x->policy->loose_containers || other->kind != MATH_LIST || !round)
        return outcome_different("L0", "kind");
    const math_node *named = value_named_tuple(x->c, other);
    other = named ? named : other;
    return t == g ? compare_tuples(x, g, other) : compare_tuples(x, other, p);
}

/* A set or list against a single value. */
static outcome compare_with_single(struct comparison *x, math_node *g, math_node *p)
{
    math_node *many = g->kind == MATH_SET || g->kind == MATH_LIST ? g : p;
    if (many->n_args != 1 || many->kind != MATH_SET || !x->policy->loose_containers)
        return outcome_different("L0", "size");
    return many == g ? compare_nodes(x, many->args[0], p) : compare_nodes(x, g, many->args[0]);
}

outcome compare_collections(struct comparison *x, math_node *g, math_node *p)
{
    bool tuple_g = g->kind == MATH_TUPLE, tuple_p = p->kind == MATH_TUPLE;
    if (tuple_g && tuple_p)
        return compare_tuples(x, g, p);
    if (tuple_g || tuple_p)
        return compare_with_tuple(x, g, p);
    bool many_g = g->kind == MATH_SET || g->kind == MATH_LIST;
    bool many_p = p->kind == MATH_SET || p->kind == MATH_LIST;
    if (!many_g || !many_p)
        return compare_with_single(x, g, p);
    bool sets = g->kind == MATH_SET || p->kind == MATH_SET;
    return sets ? compare_sets(x, g, p) : compare_lists(x, g, p);
}
