/* canon_exp.c - logarithms and powers of e. Logs of rationals fall apart into logs of primes, e to
 * a multiple of a log is a power, e to a rational multiple of i pi a root of unity. */
#include "verifiers/canon.h"
#include "verifiers/exact.h"

static math_node *times(math_ctx *c, math_node *a, math_node *b)
{
    math_node *factors[] = {a, b};
    return canon_product(c, factors, 2);
}

/* ---- logarithms -------------------------------------------------------------------------------
 */

struct log_sum {
    math_ctx *c;
    math_node *terms; /* ADD */
    long sign;        /* of the exponents: -1 in the denominator */
};

static void add_log(void *into, mpz_srcptr prime, long k, bool cofactor)
{
    struct log_sum *s = into;
    (void)cofactor;
    math_node *p = math_number(s->c);
    if (s->c->fault != MATH_FINE)
        return;
    mpq_set_z(p->q, prime);
    math_push(s->c, s->terms, times(s->c, math_integer(s->c, s->sign * k),
                                    math_unary(s->c, MATH_FUNC, FUNC_LN, p)));
}

/* ln of a rational that is not 0; i pi for the sign. */
static math_node *log_of_rational(math_ctx *c, math_node *x)
{
    struct log_sum s = {c, math_new(c, MATH_ADD, 0), 1};
    mpz_t top;
    mpz_init(top);
    mpz_abs(top, mpq_numref(x->q));
    bool fine = canon_factor(c, top, add_log, &s);
    s.sign = -1;
    fine = fine && canon_factor(c, mpq_denref(x->q), add_log, &s);
    mpz_clear(top);
    if (!fine)
        return math_unary(c, MATH_FUNC, FUNC_LN, x);
    if (mpq_sgn(x->q) < 0)
        math_push(c, s.terms, times(c, math_new(c, MATH_CONST, CONST_I),
                                    math_new(c, MATH_CONST, CONST_PI)));
    return c->fault == MATH_FINE ? canon_sum(c, s.terms->args, s.terms->n_args) : &c->dummy;
}

/* ln(k y) = ln k + ln y for a positive number k, and the like for powers of positive numbers. */
static math_node *log_of_product(math_ctx *c, math_node *x)
{
    math_node *terms = math_new(c, MATH_ADD, 0), *rest = math_new(c, MATH_MUL, 0);
    for (size_t i = 0; i < x->n_args && c->fault == MATH_FINE; i++) {
        math_node *f = x->args[i];
        bool power = f->kind == MATH_POW && canon_is_positive(f->args[0]) &&
                     canon_is_real(f->args[1]);
        if (canon_is_positive(f) || power)
            math_push(c, terms, canon_log(c, f));
        else
            math_push(c, rest, f);
    }
    if (c->fault != MATH_FINE)
        return &c->dummy;
    if (terms->n_args == 0)
        return math_unary(c, MATH_FUNC, FUNC_LN, x);
    if (rest->n_args)
        math_push(c, terms, canon_log(c, canon_product(c, rest->args, rest->n_args)));
    return c->fault == MATH_FINE ? canon_sum(c, terms->args, terms->n_args) : &c->dummy;
}

math_node *canon_log(math_ctx *c, math_node *x)
{
    if (c->fault != MATH_FINE)
        return &c->dummy;
    if (math_is_const(x, CONST_E))
        return math_integer(c, 1);
    if (math_is_const(x, CONST_I)) {
        math_node *half = math_integer(c, 1);
        mpq_set_ui(half->q, 1, c->fault == MATH_FINE ? 2 : 1);
        math_node *factors[] = {half, x, math_new(c, MATH_CONST, CONST_PI)};
        return canon_product(c, factors, 3);
    }
    if (x->kind == MATH_NUM)
        return mpq_sgn(x->q) == 0 ? math_new(c, MATH_UNDEF, 0) : log_of_rational(c, x);
    if (x->kind == MATH_MUL)
        return log_of_product(c, x);
    bool real_power = x->kind == MATH_POW && canon_is_positive(x->args[0]) &&
                      canon_is_real(x->args[1]);
    if (real_power)
        return times(c, x->args[1], canon_log(c, x->args[0]));
    return math_unary(c, MATH_FUNC, FUNC_LN, x);
}

/* Coefficient of the first term that is no number. */
static math_node *leading(math_ctx *c, math_node *n)
{
    math_node *rest, *term = n;
    if (n->kind == MATH_ADD)
        term = n->args[n->args[0]->kind == MATH_NUM ? 1 : 0];
    return canon_split(c, term, &rest);
}

static size_t n_terms(const math_node *n)
{
    return n->kind == MATH_ADD ? n->n_args : 1;
}

/* ln x / ln base, a rational when the logarithms are proportional: log_8 32 = 5/3. */
math_node *canon_log_to_base(math_ctx *c, math_node *base, math_node *x)
{
    math_node *top = canon_log(c, x), *low = canon_log(c, base);
    math_node *inverse = canon_power(c, low, math_integer(c, -1));
    if (c->fault != MATH_FINE || inverse->kind == MATH_UNDEF || top->kind == MATH_UNDEF)
        return inverse->kind == MATH_UNDEF ? inverse : top;
    if (n_terms(top) != n_terms(low))
        return times(c, top, inverse);
    math_node *k = leading(c, top), *d = leading(c, low), *ratio = math_number(c);
    if (c->fault == MATH_FINE && mpq_sgn(d->q) != 0) {
        mpq_div(ratio->q, k->q, d->q);
        if (math_is_small(canon_difference(c, top, times(c, ratio, low)), 0))
            return ratio;
    }
    return times(c, top, inverse);
}

/* ---- powers of e ------------------------------------------------------------------------------
 */

math_node *canon_unit_root(math_ctx *c, math_node *share)
{
    math_node *angle = times(c, share, math_new(c, MATH_CONST, CONST_PI));
    math_node *terms[] = {canon_angle(c, FUNC_COS, angle),
                          times(c, math_new(c, MATH_CONST, CONST_I),
                                canon_angle(c, FUNC_SIN, angle))};
    return canon_sum(c, terms, 2);
}

static bool is_i_pi(const math_node *n)
{
    return n->kind == MATH_MUL && n->n_args == 2 && math_is_const(n->args[0], CONST_I) &&
           math_is_const(n->args[1], CONST_PI);
}

/* e^term when that is no power of e; NULL otherwise. */
static math_node *plain_factor(math_ctx *c, math_node *term)
{
    math_node *rest, *k = canon_split(c, term, &rest);
    if (!rest || c->fault != MATH_FINE)
        return NULL;
    if (is_i_pi(rest))
        return canon_unit_root(c, k);
    if (rest->kind == MATH_FUNC && rest->tag == FUNC_LN && rest->n_args == 1)
        return canon_power(c, rest->args[0], k);
    return NULL;
}

math_node *canon_exp(math_ctx *c, math_node *x)
{
    math_node *factors = math_new(c, MATH_MUL, 0), *rest = math_new(c, MATH_ADD, 0);
    bool sum = x->kind == MATH_ADD;
    for (size_t i = 0; i < (sum ? x->n_args : 1) && c->fault == MATH_FINE; i++) {
        math_node *term = sum ? x->args[i] : x, *f = plain_factor(c, term);
        math_push(c, f ? factors : rest, f ? f : term);
    }
    if (c->fault != MATH_FINE)
        return factors;
    math_node *e = math_new(c, MATH_CONST, CONST_E);
    if (factors->n_args == 0)
        return math_binary(c, MATH_POW, 0, e, x);
    if (rest->n_args)
        math_push(c, factors, canon_power(c, e, canon_sum(c, rest->args, rest->n_args)));
    return c->fault == MATH_FINE ? canon_product(c, factors->args, factors->n_args) : factors;
}
