/* canon_product.c - products and powers: flat, equal bases joined, sorted.
 *
 * Exponents are added only where that holds for principal values: integers, positive bases, square
 * roots, e, and whenever the sum is an integer. x^(1/6) x^(1/6) is not x^(1/3) for negative x. */
#include "verifiers/canon.h"
#include "verifiers/exact.h"

#define DISTRIBUTE_WEIGHT 2048.0 /* of the sum that multiplying out makes, at most */

struct product {
    math_ctx *c;
    math_node *coefficient; /* NUM */
    math_node **bases, **exponents;
    size_t n, cap;
    bool undefined;
};

static bool add_exponents(math_ctx *c, math_node **sum, math_node *base, math_node *a, math_node *b)
{
    if (math_is_const(base, CONST_E)) {
        math_node *both[] = {a, b};
        *sum = canon_sum(c, both, 2);
        return true;
    }
    if (a->kind != MATH_NUM || b->kind != MATH_NUM)
        return false;
    math_node *s = math_number(c);
    if (c->fault != MATH_FINE || !exact_add(c, s->q, a->q, b->q))
        return false;
    bool square = mpz_cmp_ui(mpq_denref(a->q), 2) <= 0 && mpz_cmp_ui(mpq_denref(b->q), 2) <= 0;
    *sum = s;
    return square || math_is_integer(s) || canon_is_positive(base);
}

static void put(struct product *p, math_node *base, math_node *exponent)
{
    for (size_t i = 0; i < p->n; i++) {
        math_node *sum;
        if (math_order(p->bases[i], base) == 0 &&
            add_exponents(p->c, &sum, base, p->exponents[i], exponent)) {
            p->exponents[i] = sum;
            return;
        }
    }
    if (p->n < p->cap) {
        p->bases[p->n] = base;
        p->exponents[p->n++] = exponent;
    }
}

static void scale(struct product *p, math_node *number)
{
    if (math_is_small(number, 1))
        return;
    if (math_is_small(p->coefficient, 1)) {
        p->coefficient = number;
        return;
    }
    math_node *r = math_number(p->c);
    if (p->c->fault == MATH_FINE && exact_mul(p->c, r->q, p->coefficient->q, number->q))
        p->coefficient = r;
    else
        math_fail(p->c, MATH_OVER_LIMIT);
}

static void put_factor(struct product *p, math_node *f)
{
    if (f->kind == MATH_MUL) {
        for (size_t i = 0; i < f->n_args; i++)
            put_factor(p, f->args[i]);
    } else if (f->kind == MATH_NUM) {
        scale(p, f);
    } else if (f->kind == MATH_POW) {
        put(p, f->args[0], f->args[1]);
    } else {
        p->undefined |= f->kind == MATH_UNDEF;
        put(p, f, math_one(p->c));
    }
}

/* Powers whose joined exponents make them simpler: 2^(1/2) 2^(1/2) is a number. */
static math_node *collect(struct product *p)
{
    math_node *mul = math_new(p->c, MATH_MUL, 0);
    for (size_t i = 0; i < p->n && p->c->fault == MATH_FINE; i++) {
        math_node *f = canon_power(p->c, p->bases[i], p->exponents[i]);
        bool many = f->kind == MATH_MUL;
        for (size_t k = 0; k < (many ? f->n_args : 1); k++) {
            math_node *part = many ? f->args[k] : f;
            p->undefined |= part->kind == MATH_UNDEF;
            if (part->kind == MATH_NUM)
                scale(p, part);
            else
                math_push(p->c, mul, part);
        }
    }
    math_sort(mul->args, p->c->fault == MATH_FINE ? mul->n_args : 0);
    return mul;
}

static math_node *infinite_product(math_ctx *c, const math_node *coefficient, const math_node *mul)
{
    if (mul->n_args != 1 || (!math_is_small(coefficient, 1) && !math_is_small(coefficient, -1)))
        return math_new(c, MATH_UNDEF, 0);
    bool negative = (mpq_sgn(coefficient->q) < 0) != (mul->args[0]->tag == CONST_NEG_INF);
    return math_new(c, MATH_CONST, negative ? CONST_NEG_INF : CONST_INF);
}

/* The only sum among the factors, if multiplying it out stays small. */
static math_node *sum_to_distribute(const math_node *mul)
{
    math_node *sum = NULL;
    for (size_t i = 0; i < mul->n_args; i++) {
        if (mul->args[i]->kind != MATH_ADD)
            continue;
        if (sum)
            return NULL;
        sum = mul->args[i];
    }
    bool small = sum && (double)sum->n_args * mul->weight <= DISTRIBUTE_WEIGHT;
    return small ? sum : NULL;
}

static math_node *distribute(math_ctx *c, math_node *coefficient, math_node *mul, math_node *sum)
{
    math_node *terms = math_new(c, MATH_ADD, 0);
    for (size_t i = 0; i < sum->n_args && c->fault == MATH_FINE; i++) {
        math_node *factors = math_binary(c, MATH_MUL, 0, coefficient, sum->args[i]);
        for (size_t k = 0; k < mul->n_args; k++)
            if (mul->args[k] != sum)
                math_push(c, factors, mul->args[k]);
        if (c->fault == MATH_FINE)
            math_push(c, terms, canon_product(c, factors->args, factors->n_args));
    }
    return c->fault == MATH_FINE ? canon_sum(c, terms->args, terms->n_args) : &c->dummy;
}

static math_node *finish(math_ctx *c, math_node *coefficient, math_node *mul)
{
    for (size_t i = 0; i < mul->n_args; i++)
        if (math_is_infinite(mul->args[i]))
            return infinite_product(c, coefficient, mul);
    if (mul->n_args == 0)
        return coefficient;
    bool one = math_is_small(coefficient, 1);
    if (mpq_sgn(coefficient->q) == 0 && canon_is_total(mul))
        return math_integer(c, 0);
    math_node *sum = one && mul->n_args == 1 ? NULL : sum_to_distribute(mul);
    if (sum)
        return distribute(c, coefficient, mul, sum);
    if (one)
        return mul->n_args == 1 ? mul->args[0] : mul;
    math_node *out = math_unary(c, MATH_MUL, 0, coefficient);
    for (size_t i = 0; i < mul->n_args; i++)
        math_push(c, out, mul->args[i]);
    return c->fault == MATH_FINE ? out : &c->dummy;
}

static size_t count_flat(math_node **factors, size_t n)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += factors[i]->kind == MATH_MUL ? factors[i]->n_args : 1;
    return total;
}

math_node *canon_product(math_ctx *c, math_node **factors, size_t n)
{
    struct product p = {.c = c, .cap = count_flat(factors, n)};
    p.coefficient = math_one(c);
    p.bases = arena_take(&c->mem, p.cap, sizeof *p.bases);
    p.exponents = arena_take(&c->mem, p.cap, sizeof *p.exponents);
    if (!p.bases || !p.exponents)
        return math_fail(c, MATH_OVER_LIMIT);
    for (size_t i = 0; i < n && c->fault == MATH_FINE; i++)
        put_factor(&p, factors[i]);
    math_node *mul = collect(&p);
    if (c->fault != MATH_FINE)
        return &c->dummy;
    return p.undefined ? math_new(c, MATH_UNDEF, 0) : finish(c, p.coefficient, mul);
}

/* ---- powers -----------------------------------------------------------------------------------
 */

static math_node *number_power(math_ctx *c, math_node *base, math_node *e)
{
    bool zero = mpq_sgn(base->q) == 0;
    if (zero && mpq_sgn(e->q) <= 0)
        return math_new(c, MATH_UNDEF, 0);
    if (!math_is_integer(e))
        return canon_root(c, base, e);
    math_node *r = math_number(c);
    if (c->fault == MATH_FINE && exact_pow(c, r->q, base->q, mpq_numref(e->q)))
        return r;
    return math_binary(c, MATH_POW, 0, base, e);
}

static math_node *imaginary_power(math_ctx *c, const math_node *e)
{
    unsigned long k = mpz_fdiv_ui(mpq_numref(e->q), 4);
    math_node *i = math_new(c, MATH_CONST, CONST_I);
    math_node *sign = math_integer(c, k < 2 ? 1 : -1);
    if (k % 2 == 0)
        return sign;
    return k == 1 ? i : math_binary(c, MATH_MUL, 0, sign, i);
}

/* (b^e2)^e for numbers e: b^(e2 e) where that is true. NULL where it may not be. */
static math_node *nested_power(math_ctx *c, math_node *inner, math_node *e)
{
    math_node *b = inner->args[0], *e2 = inner->args[1];
    bool integer = math_is_integer(e);
    if (math_is_const(b, CONST_E) && integer) {
        math_node *factors[] = {e2, e};
        return canon_power(c, b, canon_product(c, factors, 2));
    }
    math_node *r = math_number(c);
    if (e2->kind != MATH_NUM || c->fault != MATH_FINE || !exact_mul(c, r->q, e2->q, e->q))
        return NULL;
    bool same_root = mpz_cmp(mpq_denref(r->q), mpq_denref(e2->q)) == 0;
    if (canon_is_positive(b) || (integer && (same_root || math_is_integer(r))))
        return canon_power(c, b, r);
    return NULL;
}

static math_node *power_of_product(math_ctx *c, math_node *mul, math_node *e)
{
    math_node *parts = math_new(c, MATH_MUL, 0);
    for (size_t i = 0; i < mul->n_args && c->fault == MATH_FINE; i++)
        math_push(c, parts, canon_power(c, mul->args[i], e));
    return c->fault == MATH_FINE ? canon_product(c, parts->args, parts->n_args) : &c->dummy;
}

/* (4 x)^(1/2) is 2 x^(1/2): a positive factor leaves any root. NULL when there is none. */
static math_node *root_of_product(math_ctx *c, math_node *mul, math_node *e)
{
    math_node *k = mul->args[0];
    if (k->kind != MATH_NUM || mpq_sgn(k->q) == 0 || math_is_small(k, -1))
        return NULL;
    math_node *magnitude = math_copy_number(c, k->q), *unit = math_integer(c, mpq_sgn(k->q));
    mpq_abs(magnitude->q, magnitude->q);
    math_node *rest = math_unary(c, MATH_MUL, 0, unit);
    for (size_t i = 1; i < mul->n_args; i++)
        math_push(c, rest, mul->args[i]);
    if (c->fault != MATH_FINE)
        return &c->dummy;
    rest = canon_product(c, rest->args, rest->n_args);
    math_node *parts[] = {canon_power(c, magnitude, e), canon_power(c, rest, e)};
    return canon_product(c, parts, 2);
}

math_node *canon_power(math_ctx *c, math_node *base, math_node *e)
{
    if (c->fault != MATH_FINE)
        return &c->dummy;
    if (base->kind == MATH_UNDEF || e->kind == MATH_UNDEF || math_is_infinite(e))
        return math_new(c, MATH_UNDEF, 0);
    math_node *simple = NULL;
    if (e->kind == MATH_NUM && math_is_small(e, 1))
        return base;
    if (math_is_infinite(base))
        return math_new(c, MATH_UNDEF, 0);
    if (e->kind == MATH_NUM) {
        if (base->kind == MATH_NUM)
            return number_power(c, base, e);
        if (math_is_small(e, 0) && canon_is_nonzero(base))
            return math_integer(c, 1);
        if (math_is_const(base, CONST_I) && math_is_integer(e))
            return imaginary_power(c, e);
        if (base->kind == MATH_POW)
            simple = nested_power(c, base, e);
        else if (base->kind == MATH_MUL && math_is_integer(e))
            simple = power_of_product(c, base, e);
        else if (base->kind == MATH_MUL)
            simple = root_of_product(c, base, e);
    }
    if (math_is_const(base, CONST_E) && e->kind != MATH_NUM)
        return canon_exp(c, e);
    return simple ? simple : math_binary(c, MATH_POW, 0, base, e);
}
