/* expr_family.c - see expr_family.h. */
#include "tests/support/expr_family.h"

#include "tests/support/expr_build.h"
#include "tests/support/expr_rules.h"

#define MAX_STEPS 9
#define MAX_NODES 60

static long between(struct maker *m, long lo, long hi)
{
    return dice_between(&m->dice, lo, hi);
}

/* ---- leaves --------------------------------------------------------------------------------- */

static tree integer_leaf(struct maker *m)
{
    return whole(m, between(m, -9, dice_once_in(&m->dice, 3) ? 400 : 20));
}

static tree rational_leaf(struct maker *m)
{
    static const long denominators[] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 25, 100, 1000};
    long q = denominators[dice_roll(&m->dice, sizeof denominators / sizeof *denominators)];
    long p = between(m, -30, 99);
    return num(m, p, q);
}

static tree letter_leaf(struct maker *m)
{
    return dice_roll(&m->dice, 2) ? expr_letter(m, 0) : whole(m, between(m, -9, 12));
}

static tree letters_leaf(struct maker *m)
{
    if (dice_roll(&m->dice, 3) == 0)
        return whole(m, between(m, -5, 9));
    return expr_letter(m, between(m, 0, EXPR_LETTERS - 1));
}

static tree square_root(struct maker *m)
{
    return root(m, whole(m, between(m, 2, 60)), 2);
}

static tree surd_leaf(struct maker *m)
{
    uint64_t way = dice_roll(&m->dice, 8);
    if (way == 0)
        return root(m, whole(m, between(m, -30, 54)), 3);
    return way < 4 ? rational_leaf(m) : square_root(m);
}

static tree nested_surd_leaf(struct maker *m)
{
    long n = between(m, 1, 12);
    switch (dice_roll(&m->dice, 5)) {
    case 0:
        return root(m, add(m, whole(m, n), square_root(m)), 2);
    case 1:
        return add(m, root(m, whole(m, n), 2), square_root(m));
    case 2:
        return root(m, whole(m, n), between(m, 3, 6));
    case 3:
        return square_root(m);
    default:
        return whole(m, n);
    }
}

static tree log_leaf(struct maker *m)
{
    long n = between(m, 2, 100);
    switch (dice_roll(&m->dice, 4)) {
    case 0:
        return rational_leaf(m);
    case 1:
        return expr_with(m, EXPR_LOG, whole(m, n), between(m, 2, 10));
    case 2:
        return logn(m, num(m, n, between(m, 1, 9)));
    default:
        return logn(m, whole(m, n));
    }
}

static tree exp_leaf(struct maker *m)
{
    switch (dice_roll(&m->dice, 4)) {
    case 0:
        return rational_leaf(m);
    case 1:
        return expr_constant(m, EXPR_E);
    case 2:
        return expo(m, square_root(m));
    default: {
        long p = between(m, -5, 5), q = between(m, 1, 4);
        return expo(m, num(m, p, q));
    }
    }
}

static tree trig_leaf(struct maker *m)
{
    static const enum expr_op ops[] = {EXPR_SIN, EXPR_COS, EXPR_SIN, EXPR_COS, EXPR_TAN};
    static const long parts[] = {1, 2, 3, 4, 5, 6, 8, 10, 12};
    if (dice_once_in(&m->dice, 3))
        return rational_leaf(m);
    enum expr_op op = ops[dice_roll(&m->dice, sizeof ops / sizeof *ops)];
    long q = parts[dice_roll(&m->dice, sizeof parts / sizeof *parts)];
    return expr_unary(m, op, angle(m, between(m, 1, 2 * q), q));
}

static tree pi_leaf(struct maker *m)
{
    uint64_t way = dice_roll(&m->dice, 5);
    if (way < 2)
        return expr_constant(m, way ? EXPR_PI : EXPR_E);
    return way == 2 ? expr_unary(m, EXPR_ATAN, square_root(m)) : rational_leaf(m);
}

static tree complex_leaf(struct maker *m)
{
    switch (dice_roll(&m->dice, 6)) {
    case 0:
        return root(m, whole(m, between(m, -20, -1)), 2);
    case 1:
        return expo(m, mul(m, unit_i(m), angle(m, between(m, 1, 11), 6)));
    case 2:
    case 3:
        return add(m, rational_leaf(m), unit_i(m));
    case 4:
        return unit_i(m);
    default:
        return rational_leaf(m);
    }
}

static tree mixed_leaf(struct maker *m)
{
    static tree (*const leaves[])(struct maker *) = {
        rational_leaf, surd_leaf, log_leaf, exp_leaf, trig_leaf, pi_leaf,
    };
    return leaves[dice_roll(&m->dice, sizeof leaves / sizeof *leaves)](m);
}

/* Always positive. */
static tree square_plus(struct maker *m)
{
    long n = between(m, 1, 9);
    return add(m, power(m, expr_letter(m, 0), 2), whole(m, n));
}

static tree function_leaf(struct maker *m)
{
    tree x = expr_letter(m, 0);
    switch (dice_roll(&m->dice, 9)) {
    case 0:
        return root(m, square_plus(m), between(m, 2, 3));
    case 1:
        return logn(m, square_plus(m));
    case 2:
        return expo(m, x);
    case 3:
        return sine(m, x);
    case 4:
        return cosine(m, twice(m, x));
    case 5:
        return root(m, x, 2);
    case 6:
        return expr_unary(m, EXPR_ATAN, x);
    case 7:
        return x;
    default:
        return rational_leaf(m);
    }
}

static tree abs_leaf(struct maker *m)
{
    tree x = expr_letter(m, 0);
    long n = between(m, -9, 9);
    if (dice_once_in(&m->dice, 3))
        return dice_roll(&m->dice, 2) ? x : whole(m, n);
    return expr_unary(m, EXPR_ABS, dice_roll(&m->dice, 2) ? x : add(m, x, whole(m, n)));
}

#define FIELD (RULES_NUMBERS | RULES_ALGEBRA)

const struct expr_family expr_families[N_FAMILIES] = {
    [FAMILY_INTEGER] = {"integer", integer_leaf, 2, false, FIELD},
    [FAMILY_RATIONAL] = {"rational", rational_leaf, 3, true, FIELD},
    [FAMILY_POLYNOMIAL] = {"polynomial", letter_leaf, 3, false, FIELD},
    [FAMILY_POLYNOMIAL_3] = {"polynomial, 3 letters", letters_leaf, 3, false, FIELD},
    [FAMILY_RATIONAL_FUNCTION] = {"rational function", letters_leaf, 3, true,
                                  FIELD | RULES_LETTERS},
    [FAMILY_SURD] = {"surd", surd_leaf, 2, true, FIELD | RULES_ROOTS},
    [FAMILY_NESTED_SURD] = {"nested surd", nested_surd_leaf, 2, true, FIELD | RULES_ROOTS},
    [FAMILY_LOG] = {"logarithm", log_leaf, 2, true, FIELD | RULES_LOGS},
    [FAMILY_EXP] = {"exponential", exp_leaf, 2, true, FIELD | RULES_LOGS},
    [FAMILY_TRIG] = {"trigonometry", trig_leaf, 2, true, FIELD | RULES_TRIG | RULES_ROOTS},
    [FAMILY_PI] = {"pi and e", pi_leaf, 2, true, FIELD | RULES_TRIG},
    [FAMILY_COMPLEX] = {"complex", complex_leaf, 2, true, FIELD | RULES_COMPLEX},
    [FAMILY_MIXED] = {"mixed constant", mixed_leaf, 2, true,
                      FIELD | RULES_ROOTS | RULES_LOGS | RULES_TRIG},
    [FAMILY_FUNCTION] = {"function", function_leaf, 2, true,
                         FIELD | RULES_ROOTS | RULES_LOGS | RULES_TRIG},
    [FAMILY_ABS] = {"absolute value", abs_leaf, 2, false, FIELD | RULES_ABS},
};

/* ---- trees ---------------------------------------------------------------------------------- */

static tree grow(struct maker *m, const struct expr_family *f, int depth)
{
    uint64_t way = dice_roll(&m->dice, f->quotients ? 11 : 9);
    if (depth == 0 || way == 0)
        return f->leaf(m);
    tree a = grow(m, f, depth - 1);
    if (way == 1)
        return neg(m, a);
    if (way == 2)
        return power(m, a, between(m, 2, 3));
    tree b = grow(m, f, depth - 1);
    if (way < 6)
        return way == 3 ? sub(m, a, b) : add(m, a, b);
    return way < 9 ? mul(m, a, b) : quo(m, a, b);
}

const expr *expr_grow(struct maker *m, const struct expr_family *f)
{
    int depth = (int)between(m, 1, f->depth);
    return grow(m, f, depth);
}

const expr *expr_disguise(struct maker *m, const struct expr_family *f, const expr *e)
{
    int n_steps = (int)between(m, 1, MAX_STEPS);
    return expr_rewrite(m, e, f->rules, n_steps, MAX_NODES);
}

/* ---- slips ---------------------------------------------------------------------------------- */

static tree slip_number(struct maker *m, tree e)
{
    long by = dice_roll(&m->dice, 2) ? 1 : -1;
    return dice_once_in(&m->dice, 4) ? num(m, e->p, e->q + 1) : num(m, e->p + by, e->q);
}

static tree slip_sum(struct maker *m, tree e)
{
    if (e->b->op == EXPR_NEG)
        return add(m, e->a, e->b->a);
    return dice_roll(&m->dice, 2) ? sub(m, e->a, e->b) : e->a;
}

static tree slip_at(struct maker *m, tree e)
{
    switch (e->op) {
    case EXPR_NUMBER:
        return slip_number(m, e);
    case EXPR_LETTER:
        return expr_letter(m, (e->p + 1) % EXPR_LETTERS);
    case EXPR_ADD:
        return slip_sum(m, e);
    case EXPR_MUL:
        return dice_roll(&m->dice, 2) ? add(m, e->a, e->b) : quo(m, e->a, e->b);
    case EXPR_DIV:
        return quo(m, e->b, e->a);
    case EXPR_POWER:
        return power(m, e->a, e->p + 1);
    case EXPR_ROOT:
        return root(m, e->a, e->p == 2 ? 3 : 2);
    case EXPR_SIN:
        return cosine(m, e->a);
    case EXPR_COS:
        return sine(m, e->a);
    case EXPR_NEG:
    case EXPR_ABS:
        return e->a;
    default:
        return neg(m, e);
    }
}

const expr *expr_slip(struct maker *m, const expr *e)
{
    if (dice_once_in(&m->dice, 5)) {
        long tiny = 1000000;
        for (long k = between(m, 0, 9); k > 0; k--)
            tiny *= 10;
        return add(m, e, num(m, 1, tiny));
    }
    size_t at = dice_roll(&m->dice, e->n_nodes);
    return expr_replace(m, e, at, slip_at(m, expr_nth(e, at)));
}
