/* enclose_sum.c - the value of a sum as a rectangle. Canonical logarithms of rationals have fallen
 * apart into logarithms of primes, dear ones: of the multiples of logarithms with the same other
 * factors, 2 ln 3 + ln 5 or ln 3 / ln 2 + ln 5 / ln 2, one logarithm of the product is computed. */
#include "verifiers/enclose.h"

#define MAX_LOG_MULTIPLE 64

/* k factors.. ln p, as a term of a sum. */
struct log_term {
    mpz_srcptr k; /* NULL: 1 */
    math_node *const *factors;
    size_t n_factors;
    const math_node *p; /* a positive number */
};

static bool is_log_of_number(const math_node *n)
{
    return n->kind == MATH_FUNC && n->tag == FUNC_LN && n->args[0]->kind == MATH_NUM &&
           mpq_sgn(n->args[0]->q) > 0;
}

/* False for terms of another kind, and for a large k. */
static bool split_log(struct log_term *t, const math_node *n)
{
    bool product = n->kind == MATH_MUL, scaled = product && math_is_integer(n->args[0]);
    const math_node *log = product ? n->args[n->n_args - 1] : n;
    if (!is_log_of_number(log))
        return false;
    *t = (struct log_term){.p = log->args[0]};
    t->k = scaled ? mpq_numref(n->args[0]->q) : NULL;
    t->factors = product ? n->args + scaled : NULL;
    t->n_factors = product ? n->n_args - 1 - scaled : 0;
    return !t->k || mpz_cmpabs_ui(t->k, MAX_LOG_MULTIPLE) <= 0;
}

static bool same_factors(const struct log_term *a, const struct log_term *b)
{
    bool same = a->n_factors == b->n_factors;
    for (size_t i = 0; i < a->n_factors && same; i++)
        same = math_order(a->factors[i], b->factors[i]) == 0;
    return same;
}

/* Multiplies *product by p^k. */
static bool join_log(const struct evaluation *e, interval *product, const struct log_term *t)
{
    interval x;
    interval_init(&x, e->bits);
    interval_set_q(&x, t->p->q);
    bool joined = enclose_charge(e, 2 * NODE_FUEL) && (!t->k || interval_pow(&x, &x, t->k));
    if (joined)
        interval_mul(product, product, &x);
    interval_clear(&x);
    return joined;
}

/* Adds ln(product) times the factors of t. */
static enum enclosure add_log(const struct evaluation *e, rect *r, interval *product,
                              const struct log_term *t)
{
    rect x, factor;
    rect_init(&x, e->bits);
    rect_init(&factor, e->bits);
    bool fine = enclose_charge(e, FUNCTION_FUEL) && interval_log(product, product);
    enum enclosure s = fine ? ENCLOSED : ENCLOSE_COARSE;
    rect_set_real(&x, product);
    for (size_t i = 0; i < t->n_factors && s == ENCLOSED; i++) {
        rect_set_zero(&factor);
        s = enclose(e, &factor, t->factors[i]);
        if (s == ENCLOSED)
            rect_mul(&x, &x, &factor);
    }
    rect_add(r, r, &x);
    rect_clear(&x);
    rect_clear(&factor);
    return s;
}

enum enclosure enclose_sum(const struct evaluation *e, rect *r, const math_node *n)
{
    rect x;
    interval product;
    struct log_term first = {.p = NULL}, t;
    enum enclosure s = ENCLOSED;
    rect_init(&x, e->bits);
    interval_init(&product, e->bits);
    interval_set_si(&product, 1);
    rect_set_zero(r);
    for (size_t i = 0; i < n->n_args && s == ENCLOSED; i++) {
        bool log = split_log(&t, n->args[i]) && (!first.p || same_factors(&first, &t));
        if (log && join_log(e, &product, &t)) {
            first = t;
            continue;
        }
        rect_set_zero(&x);
        s = enclose(e, &x, n->args[i]);
        if (s == ENCLOSED)
            rect_add(r, r, &x);
    }
    if (first.p && s == ENCLOSED)
        s = add_log(e, r, &product, &first);
    interval_clear(&product);
    rect_clear(&x);
    return s;
}
