/* compare.c - see compare.h. A relation is looked at first, then the structures from the loosest to
 * the strictest, then scalars. */
#include "verifiers/compare.h"

#include "verifiers/canon.h"
#include "verifiers/region.h"
#include "verifiers/relate.h"
#include "verifiers/scalar.h"
#include "verifiers/value.h"

static bool either(const math_node *a, const math_node *b, enum math_kind kind)
{
    return a->kind == kind || b->kind == kind;
}

static outcome compare_words(const math_node *g, const math_node *p)
{
    if (g->kind != p->kind)
        return outcome_different("L0", "kind");
    if (text_equal(g->s, p->s))
        return outcome_equal("L0", "text");
    return g->kind == MATH_TEXT ? outcome_different("L0", "text") : outcome_unknown("unparsed");
}

/* ---- relations --------------------------------------------------------------------------------
 */

/* f(n) = n^2 against f(x) = x^2: the second value with the first's variable. */
static outcome compare_functions(struct comparison *x, const struct assignment *g,
                                 const struct assignment *p)
{
    const math_node *fg, *xg, *fp, *xp;
    bool both = relate_function(g->name, &fg, &xg) && relate_function(p->name, &fp, &xp);
    if (!both || math_order(fg, fp) != 0)
        return both ? outcome_different("L0", "name") : outcome_unknown("relation");
    bool scalars = math_is_scalar(g->value) && math_is_scalar(p->value);
    if (!scalars || xg->kind != MATH_VAR || xp->kind != MATH_VAR)
        return math_order(xg, xp) == 0
                   ? compare_nodes(x, (math_node *)g->value, (math_node *)p->value)
                   : outcome_unknown("relation");
    math_node *value = canon(x->c, p->value);
    if (!text_equal(xg->s, xp->s) && x->c->fault == MATH_FINE)
        value = canon_substitute(x->c, value, xp->s, math_named(x->c, MATH_VAR, xg->s));
    return scalar_compare(x->c, g->value, value);
}

static outcome compare_equations(struct comparison *x, const math_node *g, const math_node *p)
{
    struct assignment a, b;
    bool named =
        relate_assignment(&a, g, false) && relate_assignment(&b, p, false) && a.name && b.name;
    if (named && math_order(a.name, b.name) == 0)
        return compare_nodes(x, (math_node *)a.value, (math_node *)b.value);
    if (named) {
        outcome o = compare_functions(x, &a, &b);
        if (o.verdict != SHEAF_UNKNOWN)
            return o;
    }
    bool values = relate_assignment(&a, g, true) && relate_assignment(&b, p, true);
    if (values && !a.name && !b.name)
        return compare_nodes(x, (math_node *)a.value, (math_node *)b.value);
    return relate_compare(x->c, g, p);
}

/* One side is a relation: "x = 5" is 5 and "x > 2" an interval, an unsolved equation is nothing
 * else. */
static outcome compare_with_relation(struct comparison *x, math_node *g, math_node *p)
{
    bool gold = g->kind == MATH_RELATION;
    math_node *rel = gold ? g : p, *other = gold ? p : g;
    struct assignment a;
    if (relate_is_equation(rel)) {
        if (!relate_assignment(&a, rel, !gold && !compare_is_strict(x->policy)))
            return outcome_different("L0", "equation");
        return gold ? compare_nodes(x, (math_node *)a.value, p)
                    : compare_nodes(x, g, (math_node *)a.value);
    }
    text var = {NULL, 0};
    math_node *r = region_of(x->c, rel, &var);
    math_node *s = other->kind == MATH_SET ? NULL : region_of(x->c, other, &var);
    return r && s ? region_compare(x->c, r, s) : outcome_different("L0", "relation");
}

static outcome compare_relations(struct comparison *x, math_node *g, math_node *p)
{
    if (g->kind != p->kind)
        return compare_with_relation(x, g, p);
    bool eg = relate_is_equation(g), ep = relate_is_equation(p);
    if (eg != ep)
        return outcome_different("L0", "relation");
    if (eg)
        return compare_equations(x, g, p);
    text vg = {NULL, 0}, vp = {NULL, 0};
    math_node *rg = region_of(x->c, g, &vg), *rp = region_of(x->c, p, &vp);
    if (rg && rp)
        return text_equal(vg, vp) ? region_compare(x->c, rg, rp) : outcome_different("L0", "name");
    return relate_compare(x->c, g, p);
}

/* ---- structures -------------------------------------------------------------------------------
 */

static bool is_alternatives(struct comparison *x, const math_node *n)
{
    text var = {NULL, 0};
    return n->kind == MATH_LIST && n->n_args && n->args[0]->kind == MATH_RELATION &&
           region_of(x->c, n, &var) != NULL;
}

static outcome compare_regions(struct comparison *x, math_node *g, math_node *p)
{
    text var = {NULL, 0};
    math_node *a = region_of(x->c, g, &var), *b = region_of(x->c, p, &var);
    return a && b ? region_compare(x->c, a, b) : outcome_different("L0", "kind");
}

static outcome compare_in_order(struct comparison *x, const math_node *g, const math_node *p)
{
    outcome all = outcome_equal("L0", "entries");
    if (g->n_args != p->n_args)
        return outcome_different("L0", "size");
    for (size_t i = 0; i < g->n_args && x->c->fault == MATH_FINE; i++)
        all = outcome_and(all, compare_nodes(x, g->args[i], p->args[i]));
    return all;
}

/* A column vector as the tuple of its entries; NULL when the matrix is none. */
static math_node *column(math_ctx *c, const math_node *m)
{
    math_node *t = math_new(c, MATH_TUPLE, OPEN_ROUND | CLOSE_ROUND);
    for (size_t i = 0; i < m->n_args; i++) {
        if (m->args[i]->n_args != 1)
            return NULL;
        math_push(c, t, m->args[i]->args[0]);
    }
    return t;
}

static outcome compare_matrices(struct comparison *x, math_node *g, math_node *p)
{
    if (g->kind == p->kind)
        return compare_in_order(x, g, p);
    const math_node *m = g->kind == MATH_MATRIX ? g : p, *t = m == g ? p : g;
    math_node *entries =
        x->policy->loose_containers && t->kind == MATH_TUPLE ? column(x->c, m) : NULL;
    if (!entries)
        return outcome_different("L0", "kind");
    return m == g ? compare_in_order(x, entries, p) : compare_in_order(x, g, entries);
}

/* a : b : c = d : e : f exactly when a e = b d, a f = c d, ... */
static outcome compare_ratios(struct comparison *x, math_node *g, math_node *p)
{
    math_ctx *c = x->c;
    if (g->kind != p->kind) {
        math_node *r = g->kind == MATH_RATIO ? g : p, *n = value_scalar(r == g ? p : g);
        if (!x->policy->loose_containers || r->n_args != 2 || !n)
            return outcome_different("L0", "kind");
        return scalar_compare(c, math_quotient(c, r->args[0], r->args[1]), n);
    }
    if (g->n_args != p->n_args)
        return outcome_different("L0", "size");
    outcome all = outcome_equal("L0", "ratio");
    for (size_t i = 1; i < g->n_args && c->fault == MATH_FINE; i++) {
        math_node *left = math_quotient(c, g->args[i], g->args[0]);
        math_node *right = math_quotient(c, p->args[i], p->args[0]);
        all = outcome_and(all, scalar_compare(c, left, right));
    }
    return all;
}

static bool is_collection(const math_node *n)
{
    return n->kind == MATH_TUPLE || n->kind == MATH_SET || n->kind == MATH_LIST;
}

outcome compare_nodes(struct comparison *x, math_node *g, math_node *p)
{
    if (either(g, p, MATH_TEXT) || either(g, p, MATH_BROKEN))
        return compare_words(g, p);
    if (is_alternatives(x, g) || is_alternatives(x, p))
        return compare_regions(x, g, p);
    if (either(g, p, MATH_RELATION))
        return compare_relations(x, g, p);
    if (either(g, p, MATH_REGION))
        return compare_regions(x, g, p);
    if (either(g, p, MATH_MATRIX))
        return compare_matrices(x, g, p);
    if (either(g, p, MATH_RATIO))
        return compare_ratios(x, g, p);
    if (is_collection(g) || is_collection(p))
        return compare_collections(x, g, p);
    return compare_quantities(x, g, p);
}

outcome compare_values(math_ctx *c, const sheaf_policy *policy, math_node *gold, math_node *answer)
{
    struct comparison x = {c, policy};
    outcome o = c->fault == MATH_FINE ? compare_nodes(&x, gold, answer) : outcome_unknown("limit");
    if (c->fault == MATH_OUT_OF_FUEL)
        return outcome_unknown("fuel");
    return c->fault == MATH_FINE ? o : outcome_unknown("limit");
}
