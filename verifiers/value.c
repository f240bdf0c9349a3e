/* value.c - see value.h. */
#include "verifiers/value.h"

#include "verifiers/canon.h"
#include "verifiers/region.h"
#include "verifiers/relate.h"
#include "verifiers/scalar.h"

#define MAX_NAMED 16 /* names of one answer that are sorted */

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

/* The name that an item gives a number to: x of "x = 5". */
static const math_node *name_of(const math_node *item)
{
    struct assignment a;
    bool named = relate_assignment(&a, item, false) && a.name && a.name->kind == MATH_VAR;
    return named && !math_has(a.value, MATH_VAR, -1) ? a.name : NULL;
}

/* Does the item name something, and stand behind none with the same name? */
static bool has_own_name(const math_node *list, size_t i)
{
    const math_node *name = name_of(list->args[i]);
    for (size_t k = 0; k < i && name; k++)
        if (math_order(name, name_of(list->args[k])) == 0)
            return false;
    return name != NULL;
}

math_node *value_named_tuple(math_ctx *c, const math_node *list)
{
    bool shape = list->kind == MATH_LIST && list->n_args >= 2 && list->n_args <= MAX_NAMED;
    if (!shape || (list->tag & JOINT_OR))
        return NULL;
    math_node *sorted = math_new(c, MATH_TUPLE, OPEN_ROUND | CLOSE_ROUND);
    for (size_t i = 0; i < list->n_args; i++) {
        if (!has_own_name(list, i))
            return NULL;
        math_push(c, sorted, list->args[i]);
    }
    for (size_t i = 1; i < sorted->n_args && c->fault == MATH_FINE; i++)
        for (size_t k = i; k > 0 && math_order(name_of(sorted->args[k]),
                                               name_of(sorted->args[k - 1])) < 0; k--) {
            math_node *t = sorted->args[k];
            sorted->args[k] = sorted->args[k - 1];
            sorted->args[k - 1] = t;
        }
    return sorted;
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
    case MATH_LIST: {
        math_node *named = value_named_tuple(c, n);
        return named ? args_for_vote(c, named, MATH_TUPLE) : args_for_vote(c, n, MATH_SET);
    }
    case MATH_SET: case MATH_TUPLE: return args_for_vote(c, n, n->kind);
    default: return n;
    }
}

static bool is_infinite(math_ctx *c, const math_node *n)
{
    bool mentioned = math_has(n, MATH_CONST, CONST_INF) || math_has(n, MATH_CONST, CONST_NEG_INF);
    return math_is_scalar(n) && mentioned && math_is_infinite(scalar_value(c, n));
}

int value_brackets(math_ctx *c, const math_node *tuple)
{
    if (tuple->kind != MATH_TUPLE || tuple->n_args != 2)
        return tuple->tag;
    return tuple->tag | (is_infinite(c, tuple->args[0]) ? OPEN_ROUND : 0) |
           (is_infinite(c, tuple->args[1]) ? CLOSE_ROUND : 0);
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
    case MATH_TUPLE:
        return canonical_args(c, n, n->kind, value_brackets(c, n));
    case MATH_MATRIX: case MATH_RATIO: case MATH_RELATION:
        return canonical_args(c, n, n->kind, n->tag);
    case MATH_TEXT: case MATH_BROKEN: return n;
    default: return scalar_value(c, n);
    }
}
