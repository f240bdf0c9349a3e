/* expr_value.c - see expr_value.h. */
#include "tests/support/expr_value.h"

#include <stdlib.h>

#define N_POINTS 6   /* looked at             */
#define FEW_POINTS 3 /* too few of them count */
#define MAX_BITS 2000

struct expr_point expr_random_point(struct dice *d)
{
    struct expr_point at;
    for (int i = 0; i < EXPR_LETTERS; i++) {
        at.p[i] = dice_between(d, 1, 40) * (dice_once_in(d, 2) ? -1 : 1);
        at.q[i] = dice_between(d, 2, 9);
    }
    return at;
}

static bool enclose_number(struct box *out, long p, long q)
{
    struct range divisor;
    range_set_int(&out->re, p);
    if (q == 1)
        return true;
    range_init(&divisor);
    range_set_int(&divisor, q);
    range_div(&out->re, &out->re, &divisor);
    range_clear(&divisor);
    return true;
}

static bool enclose_leaf(struct box *out, const expr *e, const struct expr_point *at)
{
    range_set_int(&out->re, e->op == EXPR_E);
    range_set_int(&out->im, e->op == EXPR_I);
    switch (e->op) {
    case EXPR_NUMBER:
        return enclose_number(out, e->p, e->q);
    case EXPR_LETTER:
        return enclose_number(out, at->p[e->p], at->q[e->p]);
    case EXPR_PI:
        range_set_pi(&out->re);
        return true;
    case EXPR_E:
        range_exp(&out->re, &out->re);
        return true;
    default:
        return true;
    }
}

static bool log_to_base(struct box *out, const struct box *a, long base)
{
    struct box b;
    box_init(&b);
    range_set_int(&b.re, base);
    bool ok = box_log(out, a) && box_log(&b, &b) && box_div(out, out, &b);
    box_clear(&b);
    return ok;
}

static bool tangent(struct box *out, const struct box *a)
{
    struct box c;
    box_init(&c);
    bool ok = box_cos(&c, a) && box_sin(out, a) && box_div(out, out, &c);
    box_clear(&c);
    return ok;
}

static bool apply(struct box *out, const expr *e, const struct box *a, const struct box *b)
{
    switch (e->op) {
    case EXPR_ADD:
        box_add(out, a, b);
        return true;
    case EXPR_NEG:
        box_neg(out, a);
        return true;
    case EXPR_MUL:
        box_mul(out, a, b);
        return true;
    case EXPR_DIV:
        return box_div(out, a, b);
    case EXPR_POWER:
        return box_power(out, a, e->p);
    case EXPR_ROOT:
        return box_root(out, a, (unsigned long)e->p);
    case EXPR_EXP:
        return box_exp(out, a);
    case EXPR_LN:
        return box_log(out, a);
    case EXPR_LOG:
        return log_to_base(out, a, e->p);
    case EXPR_SIN:
        return box_sin(out, a);
    case EXPR_COS:
        return box_cos(out, a);
    case EXPR_TAN:
        return tangent(out, a);
    case EXPR_ATAN:
        return box_atan(out, a);
    case EXPR_ABS:
        return box_abs(out, a);
    default:
        abort(); /* a leaf */
    }
}

bool expr_enclose(struct box *out, const expr *e, const struct expr_point *at)
{
    struct box a, b;
    if (!e->a)
        return enclose_leaf(out, e, at);
    box_init(&a);
    box_init(&b);
    bool ok = expr_enclose(&a, e->a, at) && (!e->b || expr_enclose(&b, e->b, at)) &&
              apply(out, e, &a, &b);
    box_clear(&b);
    box_clear(&a);
    return ok;
}

static bool rational_power(mpq_t out, long k)
{
    unsigned long n = (unsigned long)labs(k);
    if (mpz_sizeinbase(mpq_numref(out), 2) * n > MAX_BITS ||
        mpz_sizeinbase(mpq_denref(out), 2) * n > MAX_BITS || (k <= 0 && mpq_sgn(out) == 0))
        return false;
    mpz_pow_ui(mpq_numref(out), mpq_numref(out), n);
    mpz_pow_ui(mpq_denref(out), mpq_denref(out), n);
    if (k < 0)
        mpq_inv(out, out);
    return true;
}

static bool rational_apply(mpq_t out, const expr *e, const mpq_t b)
{
    switch (e->op) {
    case EXPR_ADD:
        mpq_add(out, out, b);
        return true;
    case EXPR_NEG:
        mpq_neg(out, out);
        return true;
    case EXPR_MUL:
        mpq_mul(out, out, b);
        return true;
    case EXPR_DIV:
        if (mpq_sgn(b) == 0)
            return false;
        mpq_div(out, out, b);
        return true;
    case EXPR_POWER:
        return rational_power(out, e->p);
    default:
        return false;
    }
}

bool expr_rational(mpq_t out, const expr *e)
{
    mpq_t b;
    if (e->op == EXPR_NUMBER) {
        mpq_set_si(out, e->p, (unsigned long)e->q);
        return true;
    }
    if (!e->a)
        return false;
    mpq_init(b);
    bool ok = expr_rational(out, e->a) && (!e->b || expr_rational(b, e->b)) &&
              rational_apply(out, e, b) && mpz_sizeinbase(mpq_numref(out), 2) <= MAX_BITS &&
              mpz_sizeinbase(mpq_denref(out), 2) <= MAX_BITS;
    mpq_clear(b);
    return ok;
}

enum expr_relation expr_relate(struct dice *d, const expr *a, const expr *b)
{
    bool complex = expr_contains(a, EXPR_I) || expr_contains(b, EXPR_I);
    bool letters = expr_contains(a, EXPR_LETTER) || expr_contains(b, EXPR_LETTER);
    int n_points = letters ? N_POINTS : 1, counted = 0;
    bool apart = false;
    struct box va, vb;
    box_init(&va);
    box_init(&vb);
    for (int i = 0; i < n_points && !apart; i++) {
        struct expr_point at = expr_random_point(d);
        if (!expr_enclose(&va, a, &at) || !expr_enclose(&vb, b, &at) ||
            (!complex && !(box_is_real(&va) && box_is_real(&vb))))
            continue;
        counted++;
        apart = box_apart(&va, &vb);
    }
    box_clear(&vb);
    box_clear(&va);
    if (apart)
        return EXPR_APART;
    return counted >= FEW_POINTS || (!letters && counted) ? EXPR_CONSISTENT : EXPR_UNCLEAR;
}
