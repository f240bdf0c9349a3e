/* canon_root.c - rational powers of rationals: prime factors below 2^16 are pulled apart, so that
 * sqrt(12) = 2 * 3^(1/2) and 1/sqrt(3) = 1/3 * 3^(1/2). A cofactor without small factors stays
 * whole: that loses a match now and then and never makes one.
 *
 * Odd roots of negative numbers are real (the convention of school and of the answers seen); square
 * roots are i times a real; other even roots of negatives are left alone. */
#include "verifiers/canon.h"
#include "verifiers/exact.h"

#define TRIAL_LIMIT 65536
#define LARGE_BITS 64        /* numbers beyond are tried up to */
#define LARGE_TRIAL_LIMIT 8192
#define MAX_INDEX 4096       /* of numerator and denominator of the exponent: products fit a long */
#define MAX_RADICAND_BITS 4096.0

struct roots {
    math_ctx *c;
    math_node *coefficient; /* NUM */
    math_node *powers;      /* MUL of POW(NUM, fraction) */
    const math_node *e;
    long sign; /* of the exponents: -1 in the denominator */
    bool failed;
};

/* Multiplies the coefficient by base^k. */
static void put_whole(struct roots *r, mpz_srcptr base, long k)
{
    math_node *part = math_number(r->c);
    mpz_t whole;
    if (r->c->fault != MATH_FINE)
        return;
    mpz_init_set_si(whole, k);
    mpq_set_z(part->q, base);
    r->failed |= !exact_pow(r->c, part->q, part->q, whole) ||
                 (!math_is_small(r->coefficient, 1) &&
                  !exact_mul(r->c, part->q, part->q, r->coefficient->q));
    mpz_clear(whole);
    r->coefficient = part;
}

/* top / low, which often is the exponent itself. */
static math_node *fraction(const struct roots *r, long top, long low)
{
    if (mpq_cmp_si(r->e->q, top, (unsigned long)low) == 0)
        return (math_node *)r->e;
    math_node *n = math_number(r->c);
    mpq_set_si(n->q, top, (unsigned long)low);
    mpq_canonicalize(n->q);
    return n;
}

/* Multiplies by base^(k e), its integer part into the coefficient. */
static void put_power(struct roots *r, mpz_srcptr base, long k)
{
    long top = k * mpz_get_si(mpq_numref(r->e->q)), low = mpz_get_si(mpq_denref(r->e->q));
    long rest = (top % low + low) % low, whole = (top - rest) / low;
    if (whole != 0 && !r->failed)
        put_whole(r, base, whole);
    if (rest == 0 || r->failed)
        return;
    math_node *b = math_number(r->c);
    mpz_set(mpq_numref(b->q), base);
    math_push(r->c, r->powers, math_binary(r->c, MATH_POW, 0, b, fraction(r, rest, low)));
}

/* A cofactor that is an exact power of the root's index leaves the root. */
static void put_factor(void *into, mpz_srcptr p, long k, bool cofactor)
{
    struct roots *r = into;
    unsigned long index = mpz_get_ui(mpq_denref(r->e->q));
    mpz_t root;
    mpz_init(root);
    if (cofactor && mpz_root(root, p, index))
        put_power(r, root, r->sign * k * (long)index);
    else
        put_power(r, p, r->sign * k);
    mpz_clear(root);
}

static void factor_small(unsigned long m, canon_factor_visit *visit, void *into)
{
    bool prime = false;
    mpz_t p;
    mpz_init(p);
    for (unsigned long d = 2; d < TRIAL_LIMIT && m > 1 && !prime; d += d == 2 ? 1 : 2) {
        long k = 0;
        for (; m % d == 0; m /= d)
            k++;
        if (k) {
            mpz_set_ui(p, d);
            visit(into, p, k, false);
        }
        prime = m < (d + 1) * (d + 1);
    }
    mpz_set_ui(p, m);
    if (m > 1)
        visit(into, p, 1, !prime);
    mpz_clear(p);
}

static void factor_large(mpz_srcptr n, unsigned long limit, canon_factor_visit *visit, void *into)
{
    bool prime = false;
    mpz_t m, p;
    mpz_init_set(m, n);
    mpz_init(p);
    for (unsigned long d = 2; d < limit && mpz_cmp_ui(m, 1) > 0; d += d == 2 ? 1 : 2) {
        prime = mpz_cmp_ui(m, d * d) < 0;
        if (prime)
            break;
        if (!mpz_divisible_ui_p(m, d))
            continue;
        mpz_set_ui(p, d);
        visit(into, p, (long)mpz_remove(m, m, p), false);
    }
    if (mpz_cmp_ui(m, 1) > 0)
        visit(into, m, 1, !prime);
    mpz_clear(m);
    mpz_clear(p);
}

bool canon_factor(math_ctx *c, mpz_srcptr n, canon_factor_visit *visit, void *into)
{
    double bits = (double)mpz_sizeinbase(n, 2);
    unsigned long limit = bits > LARGE_BITS ? LARGE_TRIAL_LIMIT : TRIAL_LIMIT;
    double trials = bits > 32 ? (double)limit / 2 : 1024;
    if (bits > MAX_RADICAND_BITS || !math_spend(c, trials * (8 + bits / 64)))
        return false;
    if (mpz_fits_ulong_p(n))
        factor_small(mpz_get_ui(n), visit, into);
    else
        factor_large(n, limit, visit, into);
    return true;
}

/* Sign of the base, into the coefficient that is 1 yet: real for odd roots, a power of i for square
 * roots. */
static bool put_sign(struct roots *r)
{
    mpz_srcptr top = mpq_numref(r->e->q), index = mpq_denref(r->e->q);
    if (mpz_odd_p(index)) {
        if (mpz_odd_p(top))
            r->coefficient = math_integer(r->c, -1);
        return true;
    }
    if (mpz_cmp_ui(index, 2) != 0)
        return false;
    if (mpz_fdiv_ui(top, 4) == 3)
        r->coefficient = math_integer(r->c, -1);
    math_push(r->c, r->powers, math_new(r->c, MATH_CONST, CONST_I));
    return true;
}

static math_node *plain_root(math_ctx *c, const math_node *base, const math_node *e)
{
    return math_binary(c, MATH_POW, 0, math_copy_number(c, base->q), math_copy_number(c, e->q));
}

math_node *canon_root(math_ctx *c, const math_node *base, const math_node *e)
{
    if (mpq_sgn(base->q) == 0)
        return math_integer(c, 0); /* the exponent is positive: canon_power saw to it */
    if (mpz_cmpabs_ui(mpq_numref(e->q), MAX_INDEX) > 0 ||
        mpz_cmp_ui(mpq_denref(e->q), MAX_INDEX) > 0)
        return plain_root(c, base, e);
    struct roots r = {c, math_one(c), math_new(c, MATH_MUL, 0), e, 1, false};
    mpz_t top;
    mpz_init(top);
    mpz_abs(top, mpq_numref(base->q));
    bool known = c->fault == MATH_FINE && (mpq_sgn(base->q) > 0 || put_sign(&r));
    known = known && canon_factor(c, top, put_factor, &r);
    r.sign = -1;
    known = known && canon_factor(c, mpq_denref(base->q), put_factor, &r);
    mpz_clear(top);
    if (!known || r.failed || c->fault != MATH_FINE)
        return plain_root(c, base, e);
    math_sort(r.powers->args, r.powers->n_args);
    if (r.powers->n_args == 0)
        return r.coefficient;
    if (r.powers->n_args == 1 && math_is_small(r.coefficient, 1))
        return r.powers->args[0];
    math_node *out = math_new(c, MATH_MUL, 0);
    if (!math_is_small(r.coefficient, 1))
        math_push(c, out, r.coefficient);
    for (size_t i = 0; i < r.powers->n_args; i++)
        math_push(c, out, r.powers->args[i]);
    return c->fault == MATH_FINE ? out : &c->dummy;
}
