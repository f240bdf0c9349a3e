/* value.c - see value.h. */
#include "verifiers/value.h"

#include "verifiers/canon.h"
#include "verifiers/region.h"
#include "verifiers/relate.h"
#include "verifiers/scalar.h"

math_node *value_scalar(math_node *n)
{
    if (n->kind == MATH_QUANTITY)
        return n->args[0];
    return math_is_scalar(n) ? n : NULL;
}

/* ---- signs ------------------------------------------------------------------------------------
 */

/* Copy with the upper (sign 1) or lower signs taken. */
static math_node *with_sign(math_ctx *c, const math_node *n, int sign)
{
    if (n->kind == MATH_PM) {
        math_node *x = with_sign(c, n->args[0], sign);
        return n->tag * sign > 0 ? x : math_negated(c, x);
    }
    if (n->kind == MATH_NUM || n->kind == MATH_BASE)
        return (math_node *)n;
    math_node *copy = math_new(c, n->kind, n->tag);
    copy->s = n->s;
    for (size_t i = 0; i < n->n_args && c->fault == MATH_FINE; i++)
        math_push(c, copy, with_sign(c, n->args[i], sign));
    return copy;
}

static bool splits(const math_node *n)
{
    bool item = math_is_scalar(n) || n->kind == MATH_QUANTITY || n->kind == MATH_RELATION;
    return item && math_has(n, MATH_PM, -1);
}

static void push_both(math_ctx *c, math_node *list, const math_node *n)
{
    math_push(c, list, with_sign(c, n, 1));
    math_push(c, list, with_sign(c, n, -1));
}

math_node *value_expand(math_ctx *c, math_node *n)
{
    if (splits(n)) {
        math_node *list = math_new(c, MATH_LIST, JOINT_COMMA);
        push_both(c, list, n);
        return list;
    }
    if ((n->kind != MATH_LIST && n->kind != MATH_SET) || !math_has(n, MATH_PM, -1))
        return n;
    math_node *out = math_new(c, n->kind, n->tag);
    for (size_t i = 0; i < n->n_args && c->fault == MATH_FINE; i++) {
        if (splits(n->args[i]))
            push_both(c, out, n->args[i]);
        else
            math_push(c, out, n->args[i]);
    }
    return out;
}

/* ---- votes ------------------------------------------------------------------------------------
 */

static math_node *args_for_vote(math_ctx *c, math_node *n, enum math_kind kind)
{
    math_node *out = math_new(c, kind, kind == n->kind ? n->tag : 0);
    for (size_t i = 0; i < n->n_args && c->fault == MATH_FINE; i++)
        math_push(c, out, value_for_vote(c, n->args[i]));
    return out;
}

/* Normal when it can be; a region of points alone is a set. */
static math_node *region_for_vote(math_ctx *c, math_node *region)
{
    math_node *normal = region_normal(c, region);
    if (!normal)
        return region;
    math_node *points = math_new(c, MATH_SET, 0);
    for (size_t i = 0; i < normal->n_args; i++) {
        math_node *piece = normal->args[i];
        if (math_order(piece->args[0], piece->args[1]) != 0)
            return normal;
        math_push(c, points, piece->args[0]);
    }
    return points;
}

math_node *value_for_vote(math_ctx *c, math_node *n)
{
    struct assignment a;
    text var = {NULL, 0};
    bool unordered = n->kind == MATH_RELATION || n->kind == MATH_LIST || n->kind == MATH_REGION;
    if (relate_assignment(&a, n, false) && !math_has(a.value, MATH_VAR, -1))
        return value_for_vote(c, (math_node *)a.value);
    math_node *region = unordered ? region_of(c, n, &var) : NULL;
    if (region)
        return region_for_vote(c, region);
    switch (n->kind) {
    case MATH_LIST: return args_for_vote(c, n, MATH_SET);
    case MATH_SET: case MATH_TUPLE: return args_for_vote(c, n, n->kind);
    default: return n;
    }
}

/* ---- canonical trees --------------------------------------------------------------------------
 */

static math_node *canonical_args(math_ctx *c, math_node *n, enum math_kind kind, int tag)
{
    math_node *out = math_new(c, kind, tag);
    out->s = n->s;
    for (size_t i = 0; i < n->n_args && c->fault == MATH_FINE; i++)
        math_push(c, out, value_canonical(c, n->args[i]));
    return out;
}

static math_node *canonical_set(math_ctx *c, math_node *n)
{
    math_node *out = canonical_args(c, n, MATH_SET, 0);
    if (c->fault != MATH_FINE)
        return out;
    math_sort(out->args, out->n_args);
    size_t kept = 0;
    for (size_t i = 0; i < out->n_args; i++)
        if (kept == 0 || math_order(out->args[kept - 1], out->args[i]) != 0)
            out->args[kept++] = out->args[i];
    out->n_args = kept;
    return out;
}

/* Tags that carry value; a bare currency sign does not. */
static math_node *canonical_quantity(math_ctx *c, math_node *n)
{
    math_node *x = value_canonical(c, n->args[0]);
    int tag = n->tag & (MARK_PERCENT | MARK_DEGREE | MARK_UNIT);
    if (!tag)
        return x;
    math_node *out = math_unary(c, MATH_QUANTITY, tag, x);
    out->s = n->s;
    return out;
}

static math_node *canonical_base(math_ctx *c, math_node *n)
{
    math_node *out = math_unary(c, MATH_BASE, n->tag, canon(c, n));
    if (c->fault == MATH_FINE) {
        mpq_set(out->q, n->q);
        out->s = n->s;
    }
    return out;
}

static math_node *canonical_region(math_ctx *c, math_node *n)
{
    math_node *normal = region_normal(c, n);
    return normal ? normal : canonical_set(c, n);
}

math_node *value_canonical(math_ctx *c, math_node *n)
{
    switch (n->kind) {
    case MATH_QUANTITY: return canonical_quantity(c, n);
    case MATH_BASE: return canonical_base(c, n);
    case MATH_SET: case MATH_LIST: return canonical_set(c, n);
    case MATH_REGION: return canonical_region(c, n);
    case MATH_TUPLE: case MATH_MATRIX: case MATH_RATIO: case MATH_RELATION:
        return canonical_args(c, n, n->kind, n->tag);
    case MATH_TEXT: case MATH_BROKEN: return n;
    default: return scalar_value(c, n);
    }
}
