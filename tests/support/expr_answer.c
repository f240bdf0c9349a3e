/* expr_answer.c - makes answers and changes them; see expr_answer.h. */
#include "tests/support/expr_answer.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/expr_build.h"
#include "tests/support/expr_print.h"
#include "tests/support/expr_value.h"

/* ---- parts ---------------------------------------------------------------------------------- */

/* Shows the trees of an identity that is wrong: a fault of the test, not of what it tests. */
static void accuse(struct maker *m, const expr *a, const expr *b)
{
    struct expr_style plain = {.spaces = true};
    strbuf out = {0};
    expr_print(&out, a, plain, &m->dice);
    strbuf_str(&out, "  <>  ");
    expr_print(&out, b, plain, &m->dice);
    fprintf(stderr, "seed %llu, round %llu: no identity: %s\n", (unsigned long long)m->dice.seed,
            (unsigned long long)m->dice.round, out.p);
    abort();
}

static const expr *disguise(struct maker *m, enum expr_family_id family, const expr *e)
{
    const expr *other = expr_disguise(m, &expr_families[family], e);
    enum expr_relation r = expr_relate(&m->dice, e, other);
    if (r == EXPR_APART)
        accuse(m, e, other);
    return r == EXPR_CONSISTENT ? other : NULL;
}

static const expr *slip(struct maker *m, enum expr_family_id family, const expr *e)
{
    const expr *wrong = expr_slip(m, e);
    if (expr_relate(&m->dice, e, wrong) != EXPR_APART)
        return NULL;
    return disguise(m, family, wrong);
}

static bool apart(struct maker *m, const expr *a, const expr *b)
{
    return expr_relate(&m->dice, a, b) == EXPR_APART;
}

/* The tree has a value. */
static bool has_value(struct maker *m, const expr *e)
{
    return expr_relate(&m->dice, e, e) == EXPR_CONSISTENT;
}

/* Every value of a real constant `a` is below every one of `b`. */
static bool below(struct maker *m, const expr *a, const expr *b)
{
    struct expr_point nowhere = expr_random_point(&m->dice);
    struct box va, vb;
    box_init(&va);
    box_init(&vb);
    bool yes = expr_enclose(&va, a, &nowhere) && expr_enclose(&vb, b, &nowhere) &&
               box_is_real(&va) && box_is_real(&vb) && mpfr_less_p(va.re.hi, vb.re.lo);
    box_clear(&vb);
    box_clear(&va);
    return yes;
}

static bool ends_in_order(struct maker *m, const struct answer *a)
{
    for (size_t i = 1; i < a->n_items; i++)
        if (a->items[i - 1] && a->items[i] && !below(m, a->items[i - 1], a->items[i]))
            return false;
    return true;
}

static bool items_apart(struct maker *m, const struct answer *a)
{
    for (size_t i = 1; i < a->n_items; i++)
        for (size_t k = 0; k < i; k++)
            if (!apart(m, a->items[i], a->items[k]))
                return false;
    return true;
}

static void swap(const expr **a, const expr **b)
{
    const expr *t = *a;
    *a = *b;
    *b = t;
}

static void shuffle(struct maker *m, struct answer *a)
{
    for (size_t i = a->n_items; i > 1; i--)
        swap(&a->items[i - 1], &a->items[dice_roll(&m->dice, i)]);
}

/* ---- new ones ------------------------------------------------------------------------------- */

static bool make_region(struct maker *m, struct answer *a)
{
    a->n_items = 2 * (size_t)dice_between(&m->dice, 1, 2);
    for (size_t i = 0; i < a->n_items; i++) {
        tree gap = num(m, (long)i * 40, 1);
        a->items[i] = add(m, expr_grow(m, &expr_families[a->family]), gap);
    }
    a->closed = (unsigned)dice_roll(&m->dice, 16);
    if (!ends_in_order(m, a))
        return false;
    if (dice_once_in(&m->dice, 4)) {
        a->items[0] = NULL;
        a->closed &= ~1U;
    } else if (dice_once_in(&m->dice, 4)) {
        a->items[a->n_items - 1] = NULL;
        a->closed &= ~(1U << (a->n_items - 1));
    }
    return true;
}

static size_t count_items(struct maker *m, struct answer *a)
{
    switch (a->shape) {
    case ANSWER_TUPLE:
        return (size_t)dice_between(&m->dice, 2, 3);
    case ANSWER_SET:
        return (size_t)dice_between(&m->dice, 2, 4);
    case ANSWER_MATRIX:
        a->n_columns = (size_t)dice_between(&m->dice, 1, 3);
        return a->n_columns * (size_t)dice_between(&m->dice, 2, 3);
    case ANSWER_EQUATION:
    case ANSWER_RATIO:
        return 2;
    default:
        return 1;
    }
}

/* Equations that hold always, or name a solution (x = 5), have rules of their own. */
static bool says_something(struct maker *m, const struct answer *a)
{
    const expr *l = a->items[0], *r = a->items[1];
    return l->n_nodes > 1 && r->n_nodes > 1 && expr_contains(l, EXPR_LETTER) && apart(m, l, r) &&
           has_value(m, quo(m, whole(m, 1), sub(m, l, r)));
}

/* p x + q y and a number: half a plane, which tells < from <=. */
static bool make_inequality(struct maker *m, struct answer *a)
{
    long p = dice_between(&m->dice, 1, 9), q = dice_between(&m->dice, -9, 9);
    tree y = expr_letter(m, dice_between(&m->dice, 1, 2));
    a->items[0] = add(m, mul(m, whole(m, p), expr_letter(m, 0)), mul(m, whole(m, q), y));
    a->items[1] = whole(m, dice_between(&m->dice, -50, 50));
    a->closed = (unsigned)dice_roll(&m->dice, 2);
    a->n_items = 2;
    return q != 0;
}

bool answer_make(struct maker *m, struct answer *out, enum answer_shape shape,
                 enum expr_family_id family)
{
    *out = (struct answer){.shape = shape, .family = family};
    if (shape == ANSWER_REGION)
        return make_region(m, out);
    if (shape == ANSWER_INEQUALITY)
        return make_inequality(m, out);
    out->n_items = count_items(m, out);
    out->closed = (unsigned)dice_roll(&m->dice, 2);
    for (size_t i = 0; i < out->n_items; i++) {
        out->items[i] = expr_grow(m, &expr_families[family]);
        if (!has_value(m, out->items[i]))
            return false;
    }
    if (shape == ANSWER_SET)
        return items_apart(m, out);
    if (shape == ANSWER_RATIO)
        return apart(m, out->items[0], whole(m, 0)) && apart(m, out->items[1], whole(m, 0));
    return shape != ANSWER_EQUATION || says_something(m, out);
}

/* ---- the same value ------------------------------------------------------------------------- */

/* [a, c] = [a, b) and [b, c], b in the middle. */
static bool split_interval(struct maker *m, struct answer *a)
{
    size_t i = a->n_items - 2;
    const expr *lo = a->items[i], *hi = a->items[i + 1];
    if (a->n_items + 2 > ANSWER_ITEMS || !lo || !hi)
        return false;
    unsigned last = a->closed >> (i + 1) & 1, inner = 1 + (unsigned)dice_roll(&m->dice, 2);
    const expr *middle = quo(m, add(m, lo, hi), whole(m, 2));
    a->items[i + 1] = a->items[i + 2] = middle;
    a->items[i + 3] = hi;
    a->n_items += 2;
    a->closed = (a->closed & ((1U << (i + 1)) - 1)) | inner << (i + 1) | last << (i + 3);
    return true;
}

/* L < R as k L + t < k R + t, or as -R < -L. */
static void balance(struct maker *m, struct answer *a)
{
    const expr *k = whole(m, dice_between(&m->dice, 2, 7));
    const expr *t = expr_letter(m, (long)dice_roll(&m->dice, EXPR_LETTERS));
    const expr *l = a->items[0], *r = a->items[1];
    switch (dice_roll(&m->dice, 4)) {
    case 0:
        a->items[0] = mul(m, k, l);
        a->items[1] = mul(m, k, r);
        break;
    case 1:
        a->items[0] = add(m, l, t);
        a->items[1] = add(m, r, t);
        break;
    case 2:
        a->items[0] = neg(m, r);
        a->items[1] = neg(m, l);
        break;
    default:
        a->items[0] = sub(m, l, r);
        a->items[1] = whole(m, 0);
    }
}

/* a : b = k a : k b */
static void scale(struct maker *m, struct answer *a)
{
    long p = dice_between(&m->dice, 2, 9), q = dice_between(&m->dice, 1, 3);
    for (size_t i = 0; i < a->n_items; i++)
        a->items[i] = mul(m, num(m, p, q), a->items[i]);
}

static bool disguise_items(struct maker *m, struct answer *a)
{
    for (size_t i = 0; i < a->n_items; i++)
        if (a->items[i] && !(a->items[i] = disguise(m, a->family, a->items[i])))
            return false;
    return true;
}

bool answer_disguise(struct maker *m, struct answer *out, const struct answer *a)
{
    *out = *a;
    if (a->shape == ANSWER_REGION && dice_once_in(&m->dice, 4))
        split_interval(m, out);
    if (a->shape == ANSWER_EQUATION || a->shape == ANSWER_INEQUALITY)
        balance(m, out);
    if (a->shape == ANSWER_RATIO)
        scale(m, out);
    if (!disguise_items(m, out))
        return false;
    if (a->shape == ANSWER_SET)
        shuffle(m, out);
    return true;
}

/* ---- another value -------------------------------------------------------------------------- */

/* A slip of one item that leaves it apart from all items of the old answer. */
static bool slip_item(struct maker *m, struct answer *a)
{
    size_t at = dice_roll(&m->dice, a->n_items);
    const expr *old = a->items[at];
    const expr *wrong = old ? slip(m, a->family, old) : NULL;
    for (size_t i = 0; wrong && i < a->n_items; i++)
        if (a->shape == ANSWER_SET && !apart(m, wrong, a->items[i]))
            return false;
    a->items[at] = wrong;
    return wrong != NULL;
}

static bool slip_order(struct maker *m, struct answer *a)
{
    size_t i = dice_roll(&m->dice, a->n_items), k = dice_roll(&m->dice, a->n_items);
    swap(&a->items[i], &a->items[k]);
    return apart(m, a->items[i], a->items[k]);
}

/* An end that does or does not belong any more, or one that has moved. */
static bool slip_region(struct maker *m, struct answer *a)
{
    size_t at = dice_roll(&m->dice, a->n_items);
    if (!a->items[at])
        return false;
    if (dice_once_in(&m->dice, 2))
        return slip_item(m, a) && ends_in_order(m, a);
    a->closed ^= 1U << at;
    return true;
}

/* L = R and L' = R' have other solutions unless L - R and L' - R' are proportional. */
static bool slip_relation(struct maker *m, struct answer *a)
{
    const expr *old = sub(m, a->items[0], a->items[1]);
    bool order = a->shape == ANSWER_INEQUALITY && dice_once_in(&m->dice, 3);
    if (order && dice_once_in(&m->dice, 2)) {
        a->closed ^= 1;
        return true;
    }
    if (order) {
        swap(&a->items[0], &a->items[1]);
        return true;
    }
    if (!slip_item(m, a))
        return false;
    const expr *ratio = quo(m, sub(m, a->items[0], a->items[1]), old);
    struct expr_point at = expr_random_point(&m->dice), to = expr_random_point(&m->dice);
    struct box here, there;
    box_init(&here);
    box_init(&there);
    bool changed = expr_enclose(&here, ratio, &at) && expr_enclose(&there, ratio, &to) &&
                   box_apart(&here, &there);
    box_clear(&there);
    box_clear(&here);
    return changed;
}

bool answer_slip(struct maker *m, struct answer *out, const struct answer *a)
{
    *out = *a;
    switch (a->shape) {
    case ANSWER_TUPLE:
    case ANSWER_MATRIX:
        return dice_once_in(&m->dice, 4) ? slip_order(m, out) : slip_item(m, out);
    case ANSWER_SET:
        out->n_items -= dice_once_in(&m->dice, 4);
        return out->n_items < a->n_items || slip_item(m, out);
    case ANSWER_REGION:
        return slip_region(m, out);
    case ANSWER_EQUATION:
    case ANSWER_INEQUALITY:
        return slip_relation(m, out);
    default:
        return slip_item(m, out);
    }
}
