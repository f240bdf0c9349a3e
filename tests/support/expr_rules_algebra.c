/* expr_rules_algebra.c - identities of fields: numbers, sums, products, powers, fractions. */
#include <stdlib.h>

#include "tests/support/expr_build.h"
#include "tests/support/expr_rules.h"

#define SMALL 5000 /* of numbers that rules calculate with */

static bool small(const expr *e)
{
    return e->op == EXPR_NUMBER && labs(e->p) <= SMALL && e->q <= SMALL;
}

static bool small_int(const expr *e)
{
    return expr_is_int(e) && labs(e->p) <= SMALL;
}

/* ---- numbers -------------------------------------------------------------------------------- */

static tree split_number(struct maker *m, tree e)
{
    if (!small_int(e))
        return NULL;
    long part = dice_between(&m->dice, -9, 20);
    return add(m, whole(m, part), whole(m, e->p - part));
}

static tree factor_number(struct maker *m, tree e)
{
    if (!small_int(e) || e->p < 4)
        return NULL;
    for (long d = dice_between(&m->dice, 2, 7); d * d <= e->p; d++)
        if (e->p % d == 0)
            return mul(m, whole(m, d), whole(m, e->p / d));
    return NULL;
}

static tree number_as_quotient(struct maker *m, tree e)
{
    if (!small(e))
        return NULL;
    long k = dice_between(&m->dice, 1, 12);
    return quo(m, whole(m, e->p * k), whole(m, e->q * k));
}

static tree number_minus_number(struct maker *m, tree e)
{
    if (!small(e))
        return NULL;
    long k = dice_between(&m->dice, 1, 30);
    return sub(m, num(m, e->p + k * e->q, e->q), whole(m, k));
}

static tree fold_numbers(struct maker *m, tree e)
{
    if ((e->op != EXPR_ADD && e->op != EXPR_MUL) || !small(e->a) || !small(e->b))
        return NULL;
    long q = e->a->q * e->b->q;
    if (e->op == EXPR_MUL)
        return num(m, e->a->p * e->b->p, q);
    return num(m, e->a->p * e->b->q + e->b->p * e->a->q, q);
}

static tree add_and_take(struct maker *m, tree e)
{
    long p = dice_between(&m->dice, 1, 12), q = dice_between(&m->dice, 1, 5);
    tree t = num(m, p, q);
    return dice_once_in(&m->dice, 2) ? sub(m, add(m, e, t), t) : add(m, sub(m, e, t), t);
}

static tree multiply_and_divide(struct maker *m, tree e)
{
    tree t = whole(m, dice_between(&m->dice, 2, 12));
    return dice_once_in(&m->dice, 2) ? quo(m, mul(m, e, t), t) : mul(m, quo(m, e, t), t);
}

/* ---- sums and products ---------------------------------------------------------------------- */

static tree commute(struct maker *m, tree e)
{
    bool can = e->op == EXPR_ADD || e->op == EXPR_MUL;
    return can ? expr_binary(m, e->op, e->b, e->a) : NULL;
}

static tree associate(struct maker *m, tree e)
{
    if ((e->op != EXPR_ADD && e->op != EXPR_MUL) || e->a->op != e->op)
        return NULL;
    return expr_binary(m, e->op, e->a->a, expr_binary(m, e->op, e->a->b, e->b));
}

static tree distribute(struct maker *m, tree e)
{
    if (e->op == EXPR_MUL && e->b->op == EXPR_ADD)
        return add(m, mul(m, e->a, e->b->a), mul(m, e->a, e->b->b));
    if (e->op == EXPR_DIV && e->a->op == EXPR_ADD)
        return add(m, quo(m, e->a->a, e->b), quo(m, e->a->b, e->b));
    if (e->op == EXPR_NEG && e->a->op == EXPR_ADD)
        return add(m, neg(m, e->a->a), neg(m, e->a->b));
    return NULL;
}

static tree collect(struct maker *m, tree e)
{
    if (e->op != EXPR_ADD || e->a->op != EXPR_MUL || e->b->op != EXPR_MUL ||
        !expr_same(e->a->a, e->b->a))
        return NULL;
    return mul(m, e->a->a, add(m, e->a->b, e->b->b));
}

static tree move_minus(struct maker *m, tree e)
{
    if (e->op == EXPR_NEG && e->a->op == EXPR_MUL)
        return mul(m, neg(m, e->a->a), e->a->b);
    if (e->op == EXPR_NEG && e->a->op == EXPR_DIV)
        return quo(m, e->a->a, neg(m, e->a->b));
    if (e->op == EXPR_NEG)
        return mul(m, whole(m, -1), e->a);
    if (e->op == EXPR_MUL && e->a->op == EXPR_NUMBER && e->a->p < 0)
        return neg(m, mul(m, num(m, -e->a->p, e->a->q), e->b));
    return NULL;
}

/* a - b = -(b - a) */
static tree turn_difference(struct maker *m, tree e)
{
    if (e->op != EXPR_ADD || e->b->op != EXPR_NEG)
        return NULL;
    return neg(m, sub(m, e->b->a, e->a));
}

/* ---- powers --------------------------------------------------------------------------------- */

static tree open_square(struct maker *m, tree e)
{
    if (e->op != EXPR_POWER || e->p != 2 || e->a->op != EXPR_ADD)
        return NULL;
    tree a = e->a->a, b = e->a->b;
    return add(m, add(m, power(m, a, 2), twice(m, mul(m, a, b))), power(m, b, 2));
}

static tree open_cube(struct maker *m, tree e)
{
    if (e->op != EXPR_POWER || e->p != 3 || e->a->op != EXPR_ADD)
        return NULL;
    tree a = e->a->a, b = e->a->b, three = whole(m, 3);
    tree mixed = mul(m, mul(m, three, mul(m, a, b)), add(m, a, b));
    return add(m, add(m, power(m, a, 3), mixed), power(m, b, 3));
}

static tree squares_difference(struct maker *m, tree e)
{
    if (e->op == EXPR_ADD && e->b->op == EXPR_NEG && e->a->op == EXPR_POWER && e->a->p == 2 &&
        e->b->a->op == EXPR_POWER && e->b->a->p == 2)
        return mul(m, add(m, e->a->a, e->b->a->a), sub(m, e->a->a, e->b->a->a));
    if (e->op == EXPR_MUL && e->a->op == EXPR_ADD && e->b->op == EXPR_ADD &&
        e->b->b->op == EXPR_NEG && expr_same(e->a->a, e->b->a) &&
        expr_same(e->a->b, e->b->b->a))
        return sub(m, power(m, e->a->a, 2), power(m, e->a->b, 2));
    return NULL;
}

static tree split_power(struct maker *m, tree e)
{
    if (e->op != EXPR_POWER)
        return NULL;
    if (e->p < 0)
        return quo(m, whole(m, 1), power(m, e->a, -e->p));
    return e->p < 2 ? NULL : mul(m, e->a, power(m, e->a, e->p - 1));
}

static tree join_power(struct maker *m, tree e)
{
    if (e->op != EXPR_MUL)
        return NULL;
    if (expr_same(e->a, e->b))
        return power(m, e->a, 2);
    bool grows = e->b->op == EXPR_POWER && e->b->p > 0 && expr_same(e->a, e->b->a);
    return grows ? power(m, e->a, e->b->p + 1) : NULL;
}

/* ---- fractions ------------------------------------------------------------------------------ */

static tree common_denominator(struct maker *m, tree e)
{
    if (e->op != EXPR_ADD || e->a->op != EXPR_DIV)
        return NULL;
    tree a = e->a->a, b = e->a->b;
    if (e->b->op != EXPR_DIV)
        return quo(m, add(m, a, mul(m, e->b, b)), b);
    tree c = e->b->a, d = e->b->b;
    return quo(m, add(m, mul(m, a, d), mul(m, c, b)), mul(m, b, d));
}

static tree quotient_as_product(struct maker *m, tree e)
{
    if (e->op != EXPR_DIV)
        return NULL;
    bool inverse = dice_once_in(&m->dice, 2);
    return mul(m, e->a, inverse ? power(m, e->b, -1) : quo(m, whole(m, 1), e->b));
}

static tree product_in_numerator(struct maker *m, tree e)
{
    if (e->op != EXPR_MUL || e->a->op != EXPR_DIV)
        return NULL;
    return quo(m, mul(m, e->a->a, e->b), e->a->b);
}

/* a/(b/c) = ac/b, a/b = 1/(b/a) */
static tree turn_quotient(struct maker *m, tree e)
{
    if (e->op != EXPR_DIV)
        return NULL;
    if (e->b->op == EXPR_DIV)
        return quo(m, mul(m, e->a, e->b->b), e->b->a);
    return expr_is(e->a, 0) ? NULL : quo(m, whole(m, 1), quo(m, e->b, e->a));
}

/* a/(b + c) = a (b - c)/(b^2 - c^2), where a root or i makes that the usual thing to do. */
static tree conjugate(struct maker *m, tree e)
{
    if (e->op != EXPR_DIV || e->b->op != EXPR_ADD ||
        !(expr_contains(e->b, EXPR_ROOT) || expr_contains(e->b, EXPR_I)))
        return NULL;
    tree b = e->b->a, c = e->b->b;
    return quo(m, mul(m, e->a, sub(m, b, c)), sub(m, power(m, b, 2), power(m, c, 2)));
}

/* ---- letters -------------------------------------------------------------------------------- */

static tree letter_term(struct maker *m)
{
    tree x = expr_letter(m, (long)dice_roll(&m->dice, EXPR_LETTERS));
    return add(m, x, whole(m, dice_between(&m->dice, 1, 9)));
}

static tree add_and_take_letter(struct maker *m, tree e)
{
    tree t = letter_term(m);
    return sub(m, add(m, e, t), t);
}

static tree multiply_and_divide_letter(struct maker *m, tree e)
{
    tree t = letter_term(m);
    return quo(m, mul(m, e, t), t);
}

const struct expr_rule expr_rules_algebra[] = {
    {RULES_NUMBERS, split_number},
    {RULES_NUMBERS, factor_number},
    {RULES_NUMBERS, number_as_quotient},
    {RULES_NUMBERS, number_minus_number},
    {RULES_NUMBERS, fold_numbers},
    {RULES_NUMBERS, add_and_take},
    {RULES_NUMBERS, multiply_and_divide},
    {RULES_ALGEBRA, commute},
    {RULES_ALGEBRA, associate},
    {RULES_ALGEBRA, distribute},
    {RULES_ALGEBRA, collect},
    {RULES_ALGEBRA, move_minus},
    {RULES_ALGEBRA, turn_difference},
    {RULES_ALGEBRA, open_square},
    {RULES_ALGEBRA, open_cube},
    {RULES_ALGEBRA, squares_difference},
    {RULES_ALGEBRA, split_power},
    {RULES_ALGEBRA, join_power},
    {RULES_ALGEBRA, common_denominator},
    {RULES_ALGEBRA, quotient_as_product},
    {RULES_ALGEBRA, product_in_numerator},
    {RULES_ALGEBRA, turn_quotient},
    {RULES_ALGEBRA, conjugate},
    {RULES_LETTERS, add_and_take_letter},
    {RULES_LETTERS, multiply_and_divide_letter},
    {0, NULL},
};
