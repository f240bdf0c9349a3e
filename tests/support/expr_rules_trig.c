/* expr_rules_trig.c - identities of trigonometry, and numbers that are values of it. */
#include "tests/support/expr_build.h"
#include "tests/support/expr_rules.h"

static bool is_pi_multiple(const expr *e)
{
    return e->op == EXPR_MUL && e->a->op == EXPR_NUMBER && e->b->op == EXPR_PI;
}

static tree half(struct maker *m, tree a)
{
    return is_pi_multiple(a) ? angle(m, a->a->p, 2 * a->a->q) : quo(m, a, whole(m, 2));
}

static tree pi_over(struct maker *m, tree e)
{
    if (!is_pi_multiple(e) || e->a->q == 1)
        return NULL;
    tree above = e->a->p == 1 ? e->b : mul(m, whole(m, e->a->p), e->b);
    return quo(m, above, whole(m, e->a->q));
}

/* ---- one function for another --------------------------------------------------------------- */

static tree complement(struct maker *m, tree e)
{
    if (e->op != EXPR_SIN && e->op != EXPR_COS)
        return NULL;
    tree rest = sub(m, angle(m, 1, 2), e->a);
    return expr_unary(m, e->op == EXPR_SIN ? EXPR_COS : EXPR_SIN, rest);
}

static tree supplement(struct maker *m, tree e)
{
    if (e->op != EXPR_SIN && e->op != EXPR_COS)
        return NULL;
    tree other = expr_unary(m, e->op, sub(m, expr_constant(m, EXPR_PI), e->a));
    return e->op == EXPR_SIN ? other : neg(m, other);
}

static tree mirror(struct maker *m, tree e)
{
    if (e->op == EXPR_COS)
        return cosine(m, neg(m, e->a));
    if (e->op == EXPR_SIN || e->op == EXPR_TAN || e->op == EXPR_ATAN)
        return neg(m, expr_unary(m, e->op, neg(m, e->a)));
    return NULL;
}

static tree turn_round(struct maker *m, tree e)
{
    if (e->op != EXPR_SIN && e->op != EXPR_COS && e->op != EXPR_TAN)
        return NULL;
    return expr_unary(m, e->op, add(m, e->a, angle(m, 2 * dice_between(&m->dice, 1, 3), 1)));
}

static tree tangent_as_quotient(struct maker *m, tree e)
{
    return e->op == EXPR_TAN ? quo(m, sine(m, e->a), cosine(m, e->a)) : NULL;
}

/* ---- sums and doubles ----------------------------------------------------------------------- */

static tree open_sum(struct maker *m, tree e)
{
    if ((e->op != EXPR_SIN && e->op != EXPR_COS) || e->a->op != EXPR_ADD)
        return NULL;
    tree a = e->a->a, b = e->a->b;
    if (e->op == EXPR_SIN)
        return add(m, mul(m, sine(m, a), cosine(m, b)), mul(m, cosine(m, a), sine(m, b)));
    return sub(m, mul(m, cosine(m, a), cosine(m, b)), mul(m, sine(m, a), sine(m, b)));
}

static tree open_double(struct maker *m, tree e)
{
    if (e->op != EXPR_SIN && e->op != EXPR_COS)
        return NULL;
    tree a = half(m, e->a);
    if (e->op == EXPR_SIN)
        return twice(m, mul(m, sine(m, a), cosine(m, a)));
    if (dice_once_in(&m->dice, 2))
        return sub(m, whole(m, 1), twice(m, power(m, sine(m, a), 2)));
    return sub(m, twice(m, power(m, cosine(m, a), 2)), whole(m, 1));
}

static tree square_from_other(struct maker *m, tree e)
{
    if (e->op != EXPR_POWER || e->p != 2 || (e->a->op != EXPR_SIN && e->a->op != EXPR_COS))
        return NULL;
    enum expr_op other = e->a->op == EXPR_SIN ? EXPR_COS : EXPR_SIN;
    return sub(m, whole(m, 1), power(m, expr_unary(m, other, e->a->a), 2));
}

/* sin a cos b = (sin(a + b) + sin(a - b))/2 */
static tree product_to_sum(struct maker *m, tree e)
{
    if (e->op != EXPR_MUL || e->a->op != EXPR_SIN || e->b->op != EXPR_COS)
        return NULL;
    tree a = e->a->a, b = e->b->a;
    return quo(m, add(m, sine(m, add(m, a, b)), sine(m, sub(m, a, b))), whole(m, 2));
}

/* ---- values --------------------------------------------------------------------------------- */

static tree one_as_squares(struct maker *m, tree e)
{
    if (!expr_is(e, 1))
        return NULL;
    long p = dice_between(&m->dice, 1, 6), q = dice_between(&m->dice, 3, 9);
    tree a = angle(m, p, q);
    return add(m, power(m, sine(m, a), 2), power(m, cosine(m, a), 2));
}

static tree number_as_value(struct maker *m, tree e)
{
    if (e->op == EXPR_NUMBER && e->p == 1 && e->q == 2)
        return dice_once_in(&m->dice, 2) ? sine(m, angle(m, 1, 6)) : cosine(m, angle(m, 5, 3));
    if (expr_is(e, 1))
        return expr_unary(m, EXPR_TAN, angle(m, 1, 4));
    if (expr_is(e, -1))
        return cosine(m, expr_constant(m, EXPR_PI));
    return NULL;
}

static tree root_as_value(struct maker *m, tree e)
{
    if (e->op != EXPR_ROOT || e->p != 2)
        return NULL;
    if (expr_is(e->a, 2))
        return twice(m, sine(m, angle(m, 3, 4)));
    if (expr_is(e->a, 3))
        return expr_unary(m, EXPR_TAN, angle(m, 1, 3));
    if (expr_is(e->a, 5))
        return sub(m, mul(m, whole(m, 4), cosine(m, angle(m, 1, 5))), whole(m, 1));
    return NULL;
}

/* pi = 4 arctan 1 = 16 arctan(1/5) - 4 arctan(1/239) */
static tree pi_as_value(struct maker *m, tree e)
{
    if (e->op != EXPR_PI)
        return NULL;
    if (dice_roll(&m->dice, 4))
        return mul(m, whole(m, 4), expr_unary(m, EXPR_ATAN, whole(m, 1)));
    return sub(m, mul(m, whole(m, 16), expr_unary(m, EXPR_ATAN, num(m, 1, 5))),
               mul(m, whole(m, 4), expr_unary(m, EXPR_ATAN, num(m, 1, 239))));
}

const struct expr_rule expr_rules_trig[] = {
    {RULES_TRIG, pi_over},
    {RULES_TRIG, complement},
    {RULES_TRIG, supplement},
    {RULES_TRIG, mirror},
    {RULES_TRIG, turn_round},
    {RULES_TRIG, tangent_as_quotient},
    {RULES_TRIG, open_sum},
    {RULES_TRIG, open_double},
    {RULES_TRIG, square_from_other},
    {RULES_TRIG, product_to_sum},
    {RULES_TRIG, one_as_squares},
    {RULES_TRIG, number_as_value},
    {RULES_TRIG, root_as_value},
    {RULES_TRIG, pi_as_value},
    {0, NULL},
};
