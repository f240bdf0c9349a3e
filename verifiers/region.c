/* region.c - see region.h. Real ends can be sorted and merged, so those regions have a normal form;
 * with other ends (variables, or constants whose order is not decided) pieces are matched one by
 * one. */
#include "verifiers/region.h"

#include "verifiers/canon.h"
#include "verifiers/constant.h"
#include "verifiers/scalar.h"

/* ---- pieces -----------------------------------------------------------------------------------
 */

struct piece {
    math_node *low, *high; /* forms */
    bool low_open, high_open;
};

/* Ends as forms; a point is [x, x]. False for an end that is infinite on the wrong side. */
static bool piece_of(math_ctx *c, struct piece *out, const math_node *n)
{
    bool pair = n->kind == MATH_TUPLE;
    const math_node *low = pair ? n->args[0] : n, *high = pair ? n->args[1] : n;
    *out = (struct piece){scalar_value(c, low), scalar_value(c, high),
                          pair && (n->tag & OPEN_ROUND),
                          pair && (n->tag & CLOSE_ROUND)};
    out->low_open |= math_is_infinite(out->low);
    out->high_open |= math_is_infinite(out->high);
    return !math_is_const(out->low, CONST_INF) && !math_is_const(out->high, CONST_NEG_INF) &&
           out->low->kind != MATH_UNDEF && out->high->kind != MATH_UNDEF;
}

/* -1, 0, 1 for real constants and infinities; SIGN_UNKNOWN when it is not decided. */
static int compare_ends(math_ctx *c, math_node *a, math_node *b)
{
    int x = math_is_const(a, CONST_INF) - math_is_const(a, CONST_NEG_INF);
    int y = math_is_const(b, CONST_INF) - math_is_const(b, CONST_NEG_INF);
    if (x || y)
        return (x > y) - (x < y);
    if (math_is_number(a) && math_is_number(b))
        return (mpq_cmp(a->q, b->q) > 0) - (mpq_cmp(a->q, b->q) < 0);
    if (math_order(a, b) == 0)
        return 0;
    return constant_sign(c, canon_difference(c, a, b));
}

static bool is_constant(const math_node *n)
{
    return math_is_scalar(n) && !math_has(n, MATH_VAR, -1);
}

static bool is_empty(math_ctx *c, const struct piece *p)
{
    int d = compare_ends(c, p->low, p->high);
    return d != SIGN_UNKNOWN && (d > 0 || (d == 0 && (p->low_open || p->high_open)));
}

/* ---- what is a region -------------------------------------------------------------------------
 */

static math_node *infinity(math_ctx *c, bool negative)
{
    return math_new(c, MATH_CONST, negative ? CONST_NEG_INF : CONST_INF);
}

/* x op bound, with the variable on the left. */
static math_node *half_line(math_ctx *c, int op, math_node *bound)
{
    math_node *low = infinity(c, true), *high = infinity(c, false);
    int both = OPEN_ROUND | CLOSE_ROUND;
    switch (op) {
    case REL_LT: return math_binary(c, MATH_TUPLE, both, low, bound);
    case REL_LE: return math_binary(c, MATH_TUPLE, OPEN_ROUND, low, bound);
    case REL_GT: return math_binary(c, MATH_TUPLE, both, bound, high);
    case REL_GE: return math_binary(c, MATH_TUPLE, CLOSE_ROUND, bound, high);
    default: return NULL;
    }
}

static int flipped(int op)
{
    switch (op) {
    case REL_LT: return REL_GT;
    case REL_GT: return REL_LT;
    case REL_LE: return REL_GE;
    case REL_GE: return REL_LE;
    default: return op;
    }
}

static math_node *of_two(math_ctx *c, const math_node *rel, text *var)
{
    math_node *a = rel->args[0], *b = rel->args[1];
    int op = rel->s.p[0];
    if (a->kind != MATH_VAR) {
        math_node *t = a;
        a = b;
        b = t;
        op = flipped(op);
    }
    if (a->kind != MATH_VAR || !is_constant(b))
        return NULL;
    *var = a->s;
    math_node *region = math_new(c, MATH_REGION, 0);
    if (op == REL_NE) {
        math_push(c, region, half_line(c, REL_LT, b));
        math_push(c, region, half_line(c, REL_GT, b));
        return region;
    }
    math_node *piece = half_line(c, op, b);
    if (piece)
        math_push(c, region, piece);
    return piece ? region : NULL;
}

/* a < x <= b and its mirror image */
static math_node *of_three(math_ctx *c, const math_node *rel, text *var)
{
    math_node *low = rel->args[0], *x = rel->args[1], *high = rel->args[2];
    int left = rel->s.p[0], right = rel->s.p[1];
    if (left == REL_GT || left == REL_GE) {
        math_node *t = low;
        low = high;
        high = t;
        int op = left;
        left = flipped(right);
        right = flipped(op);
    }
    bool ordered = (left == REL_LT || left == REL_LE) && (right == REL_LT || right == REL_LE);
    if (!ordered || x->kind != MATH_VAR || !is_constant(low) || !is_constant(high))
        return NULL;
    *var = x->s;
    int tag = (left == REL_LT ? OPEN_ROUND : 0) | (right == REL_LT ? CLOSE_ROUND : 0);
    return math_unary(c, MATH_REGION, 0, math_binary(c, MATH_TUPLE, tag, low, high));
}

static bool all_scalars(const math_node *n)
{
    for (size_t i = 0; i < n->n_args; i++)
        if (!math_is_scalar(n->args[i]))
            return false;
    return true;
}

/* A pair that is an interval with something in it; (3,1) is only a pair. */
static bool is_interval(math_ctx *c, const math_node *n)
{
    struct piece p;
    if (n->n_args != 2 || !all_scalars(n) || !piece_of(c, &p, n) || c->fault != MATH_FINE)
        return false;
    return !is_constant(p.low) || !is_constant(p.high) || !is_empty(c, &p);
}

/* x < 2 or x > 3 */
static math_node *of_alternatives(math_ctx *c, const math_node *list, text *var)
{
    math_node *region = math_new(c, MATH_REGION, 0);
    for (size_t i = 0; i < list->n_args; i++) {
        text name = {NULL, 0};
        math_node *part =
            list->args[i]->kind == MATH_RELATION ? region_of(c, list->args[i], &name) : NULL;
        if (!part || (i > 0 && !text_equal(name, *var)))
            return NULL;
        *var = name;
        for (size_t k = 0; k < part->n_args; k++)
            math_push(c, region, part->args[k]);
    }
    return region;
}

math_node *region_of(math_ctx *c, const math_node *n, text *var)
{
    switch (n->kind) {
    case MATH_REGION:
        return (math_node *)n;
    case MATH_TUPLE:
        return is_interval(c, n) ? math_unary(c, MATH_REGION, 0, (math_node *)n) : NULL;
    case MATH_SET: {
        if (!all_scalars(n))
            return NULL;
        math_node *points = math_new(c, MATH_REGION, 0);
        for (size_t i = 0; i < n->n_args; i++)
            math_push(c, points, n->args[i]);
        return points;
    }
    case MATH_RELATION:
        return n->n_args == 2 ? of_two(c, n, var) : n->n_args == 3 ? of_three(c, n, var) : NULL;
    case MATH_LIST:
        return n->tag == JOINT_OR ? of_alternatives(c, n, var) : NULL;
    default:
        return NULL;
    }
}

/* ---- normal form ------------------------------------------------------------------------------
 */

/* Does a stand before b? False with *unsure set when that is not decided. */
static bool before(math_ctx *c, const struct piece *a, const struct piece *b, bool *unsure)
{
    int d = compare_ends(c, a->low, b->low);
    *unsure |= d == SIGN_UNKNOWN;
    return d == 0 ? a->low_open < b->low_open : d < 0;
}

/* By insertion: a comparison may fail, and pieces are few. */
static bool sort_pieces(math_ctx *c, struct piece *p, size_t n)
{
    bool unsure = false;
    for (size_t i = 1; i < n && !unsure; i++)
        for (size_t k = i; k > 0 && before(c, &p[k], &p[k - 1], &unsure); k--) {
            struct piece t = p[k];
            p[k] = p[k - 1];
            p[k - 1] = t;
        }
    return !unsure && c->fault == MATH_FINE;
}

/* Does b, which starts no earlier, touch or overlap a? */
static bool joins(math_ctx *c, const struct piece *a, const struct piece *b)
{
    int d = compare_ends(c, b->low, a->high);
    return d < 0 || (d == 0 && !(b->low_open && a->high_open));
}

static size_t merge(math_ctx *c, struct piece *p, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct piece *last = kept ? &p[kept - 1] : NULL;
        if (!last || !joins(c, last, &p[i])) {
            p[kept++] = p[i];
            continue;
        }
        int d = compare_ends(c, p[i].high, last->high);
        if (d > 0 || (d == 0 && !p[i].high_open)) {
            last->high = p[i].high;
            last->high_open = p[i].high_open;
        }
    }
    return kept;
}

/* Are all ends in one order? Then every comparison while merging is decided. */
static bool all_ordered(math_ctx *c, const struct piece *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            if (compare_ends(c, p[i].low, p[k].high) == SIGN_UNKNOWN ||
                compare_ends(c, p[i].high, p[k].high) == SIGN_UNKNOWN)
                return false;
    return c->fault == MATH_FINE;
}

static math_node *region_of_pieces(math_ctx *c, const struct piece *p, size_t n)
{
    math_node *out = math_new(c, MATH_REGION, 0);
    for (size_t i = 0; i < n; i++) {
        int tag = (p[i].low_open ? OPEN_ROUND : 0) | (p[i].high_open ? CLOSE_ROUND : 0);
        math_push(c, out, math_binary(c, MATH_TUPLE, tag, p[i].low, p[i].high));
    }
    return out;
}

math_node *region_normal(math_ctx *c, const math_node *region)
{
    struct piece *p = arena_take(&c->mem, region->n_args, sizeof *p);
    size_t n = 0;
    for (size_t i = 0; p && i < region->n_args; i++) {
        if (!piece_of(c, &p[n], region->args[i]) || c->fault != MATH_FINE ||
            !is_constant(p[n].low) || !is_constant(p[n].high))
            return NULL;
        n += !is_empty(c, &p[n]);
    }
    if (!p)
        return math_fail(c, MATH_OVER_LIMIT);
    if (!all_ordered(c, p, n) || !sort_pieces(c, p, n))
        return NULL;
    return region_of_pieces(c, p, merge(c, p, n));
}

/* ---- comparison -------------------------------------------------------------------------------
 */

static outcome compare_pieces(math_ctx *c, const struct piece *a, const struct piece *b)
{
    if (a->low_open != b->low_open || a->high_open != b->high_open)
        return outcome_different("L0", "ends");
    return outcome_and(scalar_compare(c, a->low, b->low), scalar_compare(c, a->high, b->high));
}

/* An interval that reaches infinity is not empty, whatever its other end. */
static bool reaches_infinity(const struct piece *p)
{
    return math_is_infinite(p->low) || math_is_infinite(p->high);
}

/* Every piece of a has its equal among those of b not used before. */
static outcome match_pieces(math_ctx *c, const math_node *a, const math_node *b)
{
    outcome all = outcome_equal("", "pieces");
    bool used[MATH_MAX_ITEMS] = {false};
    if (a->n_args != b->n_args || a->n_args > MATH_MAX_ITEMS)
        return outcome_unknown("ends");
    for (size_t i = 0; i < a->n_args; i++) {
        outcome best = outcome_unknown("ends");
        struct piece x, y;
        for (size_t k = 0; k < b->n_args && best.verdict != SHEAF_EQUAL; k++) {
            if (used[k] || !piece_of(c, &x, a->args[i]) || !piece_of(c, &y, b->args[k]))
                continue;
            outcome o = compare_pieces(c, &x, &y);
            used[k] = o.verdict == SHEAF_EQUAL;
            bool sure = a->n_args == 1 && reaches_infinity(&x) && reaches_infinity(&y);
            if (o.verdict == SHEAF_EQUAL || (sure && o.verdict == SHEAF_DIFFERENT))
                best = o;
        }
        all = outcome_and(all, best);
    }
    return all;
}

/* Normal regions are equal when their pieces are, one by one. */
static outcome compare_normal(math_ctx *c, const math_node *a, const math_node *b)
{
    if (math_order(a, b) == 0)
        return outcome_equal("L1", "region");
    if (a->n_args != b->n_args)
        return outcome_different("L1", "region");
    outcome all = outcome_equal("L1", "region");
    for (size_t i = 0; i < a->n_args; i++) {
        struct piece x, y;
        bool fine = piece_of(c, &x, a->args[i]) && piece_of(c, &y, b->args[i]);
        all = outcome_and(all, fine ? compare_pieces(c, &x, &y) : outcome_unknown("ends"));
    }
    return all;
}

outcome region_compare(math_ctx *c, const math_node *a, const math_node *b)
{
    math_node *x = region_normal(c, a), *y = region_normal(c, b);
    return x && y ? compare_normal(c, x, y) : match_pieces(c, a, b);
}
