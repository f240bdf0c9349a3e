/* expr_rules_closed.c - identities of roots, logarithms, exponentials, i and absolute values. */
#include <stdlib.h>

#include "tests/support/expr_build.h"
#include "tests/support/expr_rules.h"

#define SMALL 2000 /* of whole numbers that rules calculate with */

static bool natural(const expr *e)
{
    return expr_is_int(e) && e->p >= 1 && e->p <= SMALL;
}

static bool is_root(const expr *e, long k)
{
    return e->op == EXPR_ROOT && e->p == k;
}

/* ---- roots ---------------------------------------------------------------------------------- */

/* sqrt(k^2 r) = k sqrt r */
static tree pull_square(struct maker *m, tree e)
{
    if (!is_root(e, 2) || !natural(e->a))
        return NULL;
    for (long k = 2; k * k <= e->a->p; k++)
        if (e->a->p % (k * k) == 0)
            return mul(m, whole(m, k), root(m, whole(m, e->a->p / (k * k)), 2));
    return NULL;
}

static tree push_factor(struct maker *m, tree e)
{
    if (e->op != EXPR_MUL || !natural(e->a) || e->a->p > 40 || e->b->op != EXPR_ROOT ||
        !expr_positive(e->b->a))
        return NULL;
    return root(m, mul(m, power(m, e->a, e->b->p), e->b->a), e->b->p);
}

static tree join_roots(struct maker *m, tree e)
{
    if ((e->op != EXPR_MUL && e->op != EXPR_DIV) || e->a->op != EXPR_ROOT ||
        !is_root(e->b, e->a->p) || !expr_positive(e->a->a) || !expr_positive(e->b->a))
        return NULL;
    return root(m, expr_binary(m, e->op, e->a->a, e->b->a), e->a->p);
}

static tree split_root(struct maker *m, tree e)
{
    if (e->op != EXPR_ROOT || !expr_positive(e->a))
        return NULL;
    if (e->a->op == EXPR_NUMBER && e->a->q > 1)
        return quo(m, root(m, whole(m, e->a->p), e->p), root(m, whole(m, e->a->q), e->p));
    if (e->a->op != EXPR_MUL && e->a->op != EXPR_DIV)
        return NULL;
    return expr_binary(m, e->a->op, root(m, e->a->a, e->p), root(m, e->a->b, e->p));
}

static tree rationalise(struct maker *m, tree e)
{
    if (e->op != EXPR_DIV || !is_root(e->b, 2))
        return NULL;
    return quo(m, mul(m, e->a, e->b), e->b->a);
}

/* sqrt a + sqrt b = sqrt(a + b + 2 sqrt(a b)) */
static tree nest_roots(struct maker *m, tree e)
{
    if (e->op != EXPR_ADD || !is_root(e->a, 2) || !is_root(e->b, 2) || !natural(e->a->a) ||
        !natural(e->b->a))
        return NULL;
    long a = e->a->a->p, b = e->b->a->p;
    return root(m, add(m, whole(m, a + b), twice(m, root(m, whole(m, a * b), 2))), 2);
}

static tree higher_root(struct maker *m, tree e)
{
    if (e->op != EXPR_ROOT || e->p > 4 || !expr_positive(e->a))
        return NULL;
    bool outer = dice_once_in(&m->dice, 2);
    return outer ? root(m, power(m, e->a, 2), 2 * e->p)
                 : root(m, root(m, power(m, e->a, 3), 3), e->p);
}

static tree number_as_root(struct maker *m, tree e)
{
    if (!natural(e) || e->p > 40)
        return NULL;
    long k = dice_between(&m->dice, 2, 3);
    return root(m, whole(m, k == 2 ? e->p * e->p : e->p * e->p * e->p), k);
}

static tree power_of_root(struct maker *m, tree e)
{
    if (e->op == EXPR_POWER && e->a->op == EXPR_ROOT && e->p == e->a->p)
        return e->a->a;
    if (e->op == EXPR_ROOT && e->p % 2 == 1 && expr_is_int(e->a) && e->a->p < 0)
        return neg(m, root(m, whole(m, -e->a->p), e->p));
    return NULL;
}

/* ---- logarithms and exponentials ------------------------------------------------------------ */

static tree split_log(struct maker *m, tree e)
{
    if (e->op != EXPR_LN || e->a->op != EXPR_NUMBER || e->a->p <= 0)
        return NULL;
    if (e->a->q > 1)
        return sub(m, logn(m, whole(m, e->a->p)), logn(m, whole(m, e->a->q)));
    for (long d = 2; d * d <= e->a->p; d++)
        if (e->a->p % d == 0)
            return add(m, logn(m, whole(m, d)), logn(m, whole(m, e->a->p / d)));
    return NULL;
}

static tree join_logs(struct maker *m, tree e)
{
    if (e->op != EXPR_ADD || e->a->op != EXPR_LN || !expr_positive(e->a->a))
        return NULL;
    bool minus = e->b->op == EXPR_NEG;
    tree other = minus ? e->b->a : e->b;
    if (other->op != EXPR_LN || !expr_positive(other->a))
        return NULL;
    return logn(m, expr_binary(m, minus ? EXPR_DIV : EXPR_MUL, e->a->a, other->a));
}

static tree log_of_power(struct maker *m, tree e)
{
    if (e->op == EXPR_LN && e->a->op == EXPR_POWER && expr_positive(e->a->a))
        return mul(m, whole(m, e->a->p), logn(m, e->a->a));
    if (e->op == EXPR_LN && e->a->op == EXPR_ROOT && expr_positive(e->a->a))
        return quo(m, logn(m, e->a->a), whole(m, e->a->p));
    if (e->op == EXPR_MUL && natural(e->a) && e->a->p <= 6 && e->b->op == EXPR_LN)
        return logn(m, power(m, e->b->a, e->a->p));
    return NULL;
}

static tree change_base(struct maker *m, tree e)
{
    if (e->op == EXPR_LOG && dice_once_in(&m->dice, 2) && e->p <= 10)
        return expr_with(m, EXPR_LOG, power(m, e->a, 2), e->p * e->p);
    if (e->op == EXPR_LOG)
        return quo(m, logn(m, e->a), logn(m, whole(m, e->p)));
    if (e->op == EXPR_DIV && e->a->op == EXPR_LN && e->b->op == EXPR_LN && natural(e->b->a) &&
        e->b->a->p > 1)
        return expr_with(m, EXPR_LOG, e->a->a, e->b->a->p);
    return NULL;
}

/* n = log_b(b^n) */
static tree number_as_log(struct maker *m, tree e)
{
    if (!natural(e) || e->p > 8)
        return NULL;
    long base = dice_between(&m->dice, 2, 7);
    return expr_with(m, EXPR_LOG, power(m, whole(m, base), e->p), base);
}

/* a = ln(e^a) for real a, b = e^(ln b) for positive b. */
static tree log_and_exp(struct maker *m, tree e)
{
    if (expr_positive(e) && dice_once_in(&m->dice, 2))
        return expo(m, logn(m, e));
    return expr_real(e) ? logn(m, expo(m, e)) : NULL;
}

static tree split_exp(struct maker *m, tree e)
{
    if (e->op != EXPR_EXP)
        return NULL;
    if (e->a->op == EXPR_ADD)
        return mul(m, expo(m, e->a->a), expo(m, e->a->b));
    if (e->a->op == EXPR_NEG)
        return quo(m, whole(m, 1), expo(m, e->a->a));
    if (e->a->op == EXPR_MUL && natural(e->a->a) && e->a->a->p <= 9)
        return power(m, expo(m, e->a->b), e->a->a->p);
    return NULL;
}

static tree join_exp(struct maker *m, tree e)
{
    if (e->op == EXPR_MUL && e->a->op == EXPR_EXP && e->b->op == EXPR_EXP)
        return expo(m, add(m, e->a->a, e->b->a));
    if (e->op == EXPR_POWER && e->a->op == EXPR_EXP)
        return expo(m, mul(m, whole(m, e->p), e->a->a));
    if (e->op == EXPR_POWER && e->a->op == EXPR_E)
        return expo(m, whole(m, e->p));
    return NULL;
}

/* ---- i -------------------------------------------------------------------------------------- */

static tree square_of_i(struct maker *m, tree e)
{
    if (expr_is_int(e) && e->p < 0)
        return mul(m, whole(m, -e->p), power(m, unit_i(m), 2));
    if (e->op == EXPR_POWER && e->p == 2 && e->a->op == EXPR_I)
        return whole(m, -1);
    return NULL;
}

static tree turn_i(struct maker *m, tree e)
{
    if (e->op != EXPR_I)
        return NULL;
    tree over = neg(m, quo(m, whole(m, 1), e));
    return dice_once_in(&m->dice, 2) ? over : power(m, e, 5);
}

static tree root_of_negative(struct maker *m, tree e)
{
    if (is_root(e, 2) && expr_is_int(e->a) && e->a->p < 0)
        return mul(m, unit_i(m), root(m, whole(m, -e->a->p), 2));
    if (e->op == EXPR_MUL && e->a->op == EXPR_I && is_root(e->b, 2) && natural(e->b->a))
        return root(m, whole(m, -e->b->a->p), 2);
    return NULL;
}

/* cos t + i sin t = e^(it), both ways */
static tree euler(struct maker *m, tree e)
{
    if (e->op == EXPR_EXP && e->a->op == EXPR_MUL && e->a->a->op == EXPR_I)
        return add(m, cosine(m, e->a->b), mul(m, unit_i(m), sine(m, e->a->b)));
    if (e->op == EXPR_ADD && e->a->op == EXPR_COS && e->b->op == EXPR_MUL &&
        e->b->a->op == EXPR_I && e->b->b->op == EXPR_SIN && expr_same(e->a->a, e->b->b->a))
        return expo(m, mul(m, unit_i(m), e->a->a));
    return NULL;
}

/* ---- absolute values ------------------------------------------------------------------------ */

static tree abs_as_root(struct maker *m, tree e)
{
    if (e->op == EXPR_ABS && expr_real(e->a))
        return root(m, power(m, e->a, 2), 2);
    if (is_root(e, 2) && e->a->op == EXPR_POWER && e->a->p == 2 && expr_real(e->a->a))
        return expr_unary(m, EXPR_ABS, e->a->a);
    return NULL;
}

static tree abs_of_product(struct maker *m, tree e)
{
    if (e->op != EXPR_ABS)
        return NULL;
    if (e->a->op == EXPR_MUL || e->a->op == EXPR_DIV)
        return expr_binary(m, e->a->op, expr_unary(m, EXPR_ABS, e->a->a),
                           expr_unary(m, EXPR_ABS, e->a->b));
    return expr_positive(e->a) ? e->a : expr_unary(m, EXPR_ABS, neg(m, e->a));
}

static tree square_of_abs(struct maker *m, tree e)
{
    if (e->op != EXPR_POWER || e->p != 2 || !expr_real(e->a))
        return NULL;
    bool bars = e->a->op == EXPR_ABS;
    return power(m, bars ? e->a->a : expr_unary(m, EXPR_ABS, e->a), 2);
}

const struct expr_rule expr_rules_closed[] = {
    {RULES_ROOTS, pull_square},      {RULES_ROOTS, push_factor},
    {RULES_ROOTS, join_roots},       {RULES_ROOTS, split_root},
    {RULES_ROOTS, rationalise},      {RULES_ROOTS, nest_roots},
    {RULES_ROOTS, higher_root},      {RULES_ROOTS, number_as_root},
    {RULES_ROOTS, power_of_root},    {RULES_LOGS, split_log},
    {RULES_LOGS, join_logs},         {RULES_LOGS, log_of_power},
    {RULES_LOGS, change_base},       {RULES_LOGS, number_as_log},
    {RULES_LOGS, log_and_exp},       {RULES_LOGS, split_exp},
    {RULES_LOGS, join_exp},          {RULES_COMPLEX, square_of_i},
    {RULES_COMPLEX, turn_i},         {RULES_COMPLEX, root_of_negative},
    {RULES_COMPLEX, euler},          {RULES_ABS, abs_as_root},
    {RULES_ABS, abs_of_product},     {RULES_ABS, square_of_abs},
    {0, NULL},
};
