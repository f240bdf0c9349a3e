/* relate.c - see relate.h. */
#include "verifiers/relate.h"

#include "verifiers/ascii.h"
#include "verifiers/canon.h"
#include "verifiers/residue.h"
#include "verifiers/scalar.h"

bool relate_is_equation(const math_node *rel)
{
    for (size_t i = 0; i < rel->s.n; i++)
        if (rel->s.p[i] != REL_EQ)
            return false;
    return rel->kind == MATH_RELATION && rel->s.n > 0;
}

/* ---- names ------------------------------------------------------------------------------------
 */

static bool names_function(const math_node *n)
{
    bool inverse = n->kind == MATH_POW && math_is_minus_one(n->args[1]);
    return (inverse ? n->args[0] : n)->kind == MATH_VAR;
}

bool relate_function(const math_node *name, const math_node **f, const math_node **x)
{
    if (name->kind != MATH_MUL || name->n_args != 2 || !names_function(name->args[0]) ||
        name->args[1]->kind != MATH_PAREN)
        return false;
    *f = name->args[0];
    *x = name->args[1]->args[0];
    return (*x)->kind == MATH_VAR || (*x)->kind == MATH_NUM;
}

static bool is_figure(const math_node *n)
{
    return n->kind == MATH_VAR &&
           (text_equal(n->s, TEXT("angle")) || text_equal(n->s, TEXT("overline")));
}

static bool all_args(bool (*test)(const math_node *), const math_node *n)
{
    for (size_t i = 0; i < n->n_args; i++)
        if (!test(n->args[i]))
            return false;
    return n->n_args > 0;
}

/* A, AB, \angle ABC, m\angle A: letters that name one thing. */
static bool is_label(const math_node *n)
{
    if (n->kind == MATH_VAR)
        return true;
    if (n->kind == MATH_PAREN || (n->kind == MATH_FUNC && n->tag == FUNC_ABS))
        return is_label(n->args[0]);
    if (n->kind != MATH_MUL)
        return false;
    bool capitals = true, figure = false;
    for (size_t i = 0; i < n->n_args; i++) {
        const math_node *a = n->args[i];
        if (a->kind == MATH_MUL)
            return n->n_args == 2 && is_label(n->args[0]) && is_label(a);
        if (a->kind != MATH_VAR)
            return false;
        capitals &= ascii_upper(a->s.p[0]);
        figure |= is_figure(a);
    }
    return capitals || figure;
}

static bool is_name(const math_node *n)
{
    const math_node *f, *x;
    if (is_label(n) || relate_function(n, &f, &x))
        return true;
    return (n->kind == MATH_TUPLE || n->kind == MATH_RATIO) && all_args(is_label, n);
}

/* Sums, products, quotients and functions of names, without a number in them. */
static bool is_loose_name(const math_node *n)
{
    switch (n->kind) {
    case MATH_ADD: case MATH_MUL: case MATH_PAREN: case MATH_FUNC:
        return is_name(n) || all_args(is_loose_name, n);
    case MATH_POW:
        return is_loose_name(n->args[0]) && math_is_small(n->args[1], -1);
    default:
        return is_name(n);
    }
}

static bool shares_variable(const math_node *name, const math_node *value)
{
    if (name->kind == MATH_VAR) {
        if (value->kind == MATH_VAR && text_equal(name->s, value->s))
            return true;
        for (size_t i = 0; i < value->n_args; i++)
            if (shares_variable(name, value->args[i]))
                return true;
        return false;
    }
    for (size_t i = 0; i < name->n_args; i++)
        if (shares_variable(name->args[i], value))
            return true;
    return false;
}

bool relate_assignment(struct assignment *out, const math_node *rel, bool loose)
{
    if (!relate_is_equation(rel))
        return false;
    const math_node *first = rel->args[0], *last = rel->args[rel->n_args - 1];
    const math_node *f, *x;
    bool (*test)(const math_node *) = loose ? is_loose_name : is_name;
    if (test(first) && (relate_function(first, &f, &x) || !shares_variable(first, last))) {
        *out = (struct assignment){first, last};
        return true;
    }
    bool constant = !math_has(first, MATH_VAR, -1);
    if (constant && rel->n_args == 2 && test(last)) {
        *out = (struct assignment){last, first};
        return true;
    }
    *out = (struct assignment){NULL, last};
    return constant && !math_has(last, MATH_VAR, -1);
}

/* ---- comparison -------------------------------------------------------------------------------
 */

/* left - right of a relation with two scalar sides, its direction made < or <= in *op. */
static math_node *difference(math_ctx *c, const math_node *rel, int *op)
{
    math_node *l = canon(c, rel->args[0]), *r = canon(c, rel->args[1]);
    bool turn = rel->s.p[0] == REL_GT || rel->s.p[0] == REL_GE;
    *op = rel->s.p[0] == REL_GT ? REL_LT : rel->s.p[0] == REL_GE ? REL_LE : rel->s.p[0];
    return turn ? canon_difference(c, r, l) : canon_difference(c, l, r);
}

/* Divides a sum by its first rational coefficient's magnitude: 2x + 2y - 6 and x + y - 3 meet. */
static math_node *scaled(math_ctx *c, math_node *n)
{
    const math_node *term = n->kind == MATH_ADD ? n->args[n->n_args - 1] : n;
    if (term->kind != MATH_MUL || term->args[0]->kind != MATH_NUM || mpq_sgn(term->args[0]->q) == 0)
        return n;
    math_node *k = math_copy_number(c, term->args[0]->q);
    if (c->fault != MATH_FINE)
        return k;
    mpq_inv(k->q, k->q);
    mpq_abs(k->q, k->q);
    math_node *factors[] = {k, n};
    return canon_product(c, factors, 2);
}

static const math_node *first_variable(const math_node *n)
{
    if (n->kind == MATH_VAR)
        return n;
    const math_node *found = NULL;
    for (size_t i = 0; i < n->n_args && !found; i++)
        found = first_variable(n->args[i]);
    return found;
}

/* Sign of a b at some rational point, both taken at the same one; 0 when none was found. */
static int common_sign(math_ctx *c, math_node *a, math_node *b)
{
    for (long seed = 2; seed < 6; seed++) {
        math_node *x = a, *y = b;
        const math_node *v;
        for (long k = 0; k < MATH_MAX_VARS && c->fault == MATH_FINE; k++) {
            v = first_variable(x);
            v = v ? v : first_variable(y);
            if (!v)
                break;
            math_node *value = math_integer(c, seed * seed * seed + 7 * k + k * k * seed);
            text name = v->s;
            x = canon_substitute(c, x, name, value);
            y = canon_substitute(c, y, name, value);
        }
        if (c->fault == MATH_FINE && math_is_number(x) && math_is_number(y) && mpq_sgn(x->q) &&
            mpq_sgn(y->q))
            return mpq_sgn(x->q) * mpq_sgn(y->q);
    }
    return 0;
}

/* a = k b with a nonzero constant k, positive if `directed`? */
static outcome proportional(math_ctx *c, math_node *a, math_node *b, bool directed)
{
    math_node *x = scaled(c, a), *y = scaled(c, b);
    if (c->fault != MATH_FINE)
        return outcome_unknown("limit");
    if (math_order(x, y) == 0)
        return outcome_equal("L0", "structural");
    if (!directed && math_order(x, canon_difference(c, math_integer(c, 0), y)) == 0)
        return outcome_equal("L0", "structural");
    switch (residue_proportional(c, x, y)) {
    case RESIDUE_DIFFERENT: return outcome_different("L2", "residue");
    case RESIDUE_EQUAL: break;
    default: return outcome_unknown("functions");
    }
    int sign = directed ? common_sign(c, x, y) : 1;
    if (sign == 0)
        return outcome_unknown("functions");
    return sign > 0 ? outcome_equal("L2", "residue") : outcome_different("L2", "direction");
}

static int flipped(int op)
{
    static const int other[] = {REL_EQ, REL_GT, REL_LT, REL_GE, REL_LE, REL_NE};
    return op >= 0 && (size_t)op < sizeof other / sizeof *other ? other[op] : op;
}

/* Chains member by member: a < b < c, or read from the right. */
static outcome compare_chain(math_ctx *c, const math_node *a, const math_node *b, bool mirrored)
{
    outcome all = outcome_equal("L0", "chain");
    for (size_t i = 0; i < a->s.n; i++) {
        int op = mirrored ? flipped(b->s.p[b->s.n - 1 - i]) : b->s.p[i];
        if (a->s.p[i] != op)
            return outcome_different("L0", "relation");
    }
    for (size_t i = 0; i < a->n_args; i++)
        all = outcome_and(all, scalar_compare(c, a->args[i],
                                              b->args[mirrored ? b->n_args - 1 - i : i]));
    return all;
}

static bool all_scalars(const math_node *n)
{
    return all_args(math_is_scalar, n);
}

outcome relate_compare(math_ctx *c, const math_node *a, const math_node *b)
{
    if (!all_scalars(a) || !all_scalars(b))
        return outcome_unknown("relation");
    if (a->n_args != b->n_args)
        return outcome_different("L0", "relation");
    if (a->n_args != 2) {
        outcome same = compare_chain(c, a, b, false);
        return same.verdict == SHEAF_DIFFERENT ? compare_chain(c, a, b, true) : same;
    }
    int op_a, op_b;
    math_node *x = difference(c, a, &op_a), *y = difference(c, b, &op_b);
    if (c->fault != MATH_FINE)
        return outcome_unknown("limit");
    if (op_a != op_b)
        return outcome_different("L0", "relation");
    return proportional(c, x, y, op_a != REL_EQ && op_a != REL_NE);
}
