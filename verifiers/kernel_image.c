/* kernel_image.c - see kernel_image.h. The tree is rewritten twice: exponents of one kernel need a
 * common denominator, which only the first pass makes known. */
#include "verifiers/kernel_image.h"

#include <math.h>

#include "verifiers/canon.h"
#include "verifiers/constant.h"
#include "verifiers/separation.h"

#define MAX_KERNELS 64
#define MAX_DENOMINATOR 1024 /* of exponents of one kernel */
#define MAX_LOG_RATIO 12     /* denominators of ln a / ln b that are recognised */
#define RATIO_BITS 128
#define MAX_SHIFT 32         /* (n + k)! is written with n! up to this k */

enum family { KERNEL_EXP, KERNEL_ROOT, KERNEL_FACTORIAL, KERNEL_WHOLE };

struct kernel {
    enum family family;
    math_node *key;      /* a form */
    unsigned long index; /* ROOT: which; EXP: common denominator of the exponents */
    math_node *unknown;
};

struct kernels {
    math_ctx *c;
    struct kernel list[MAX_KERNELS];
    size_t n;
};

static math_node *rewrite(struct kernels *k, math_node *n);

/* ---- helpers ----------------------------------------------------------------------------------
 */

static math_node *times(math_ctx *c, math_node *a, math_node *b)
{
    math_node *factors[] = {a, b};
    return canon_product(c, factors, 2);
}

static math_node *plus(math_ctx *c, math_node *a, math_node *b)
{
    math_node *terms[] = {a, b};
    return canon_sum(c, terms, 2);
}

static math_node *power(math_ctx *c, math_node *base, long e)
{
    return canon_power(c, base, math_integer(c, e));
}

static math_node *imaginary(math_ctx *c)
{
    return math_new(c, MATH_CONST, CONST_I);
}

static text unknown_name(math_ctx *c, size_t i)
{
    char name[2] = {'\x01', (char)('A' + i)};
    char *copy = arena_strndup(&c->mem, name, sizeof name);
    if (!copy)
        math_fail(c, MATH_OVER_LIMIT);
    return (text){copy, copy ? sizeof name : 0};
}

static struct kernel *kernel_of(struct kernels *k, enum family family, math_node *key,
                                unsigned long index)
{
    for (size_t i = 0; i < k->n; i++) {
        struct kernel *x = &k->list[i];
        if (x->family == family && math_order(x->key, key) == 0 &&
            (family != KERNEL_ROOT || x->index == index))
            return x;
    }
    if (k->n == MAX_KERNELS) {
        math_fail(k->c, MATH_OVER_LIMIT);
        return &k->list[0];
    }
    math_node *unknown = math_named(k->c, MATH_VAR, unknown_name(k->c, k->n));
    k->list[k->n] = (struct kernel){family, key, index, unknown};
    return &k->list[k->n++];
}

/* ---- exponentials -----------------------------------------------------------------------------
 */

/* e^(coefficient key) as a power of the kernel e^(key / d). */
static math_node *exp_kernel(struct kernels *k, math_node *key, const math_node *coefficient)
{
    math_ctx *c = k->c;
    struct kernel *x = kernel_of(k, KERNEL_EXP, key, 1);
    mpz_t d;
    mpz_init_set_ui(d, x->index);
    mpz_lcm(d, d, mpq_denref(coefficient->q));
    if (mpz_cmp_ui(d, MAX_DENOMINATOR) <= 0)
        x->index = mpz_get_ui(d);
    else
        math_fail(c, MATH_OVER_LIMIT);
    mpz_clear(d);
    math_node *e = times(c, math_integer(c, (long)x->index), math_copy_number(c, coefficient->q));
    return canon_power(c, x->unknown, e);
}

/* x of a term i f(x). */
static math_node *arc_of(const math_node *term, enum math_func f)
{
    bool product = term->kind == MATH_MUL && term->n_args == 2 &&
                   math_is_const(term->args[0], CONST_I) && term->args[1]->kind == MATH_FUNC;
    return product && term->args[1]->tag == (int)f ? term->args[1]->args[0] : NULL;
}

/* e^(i asin x) = sqrt(1 - x^2) + i x; e^(i atan x) = (1 + i x) / sqrt(1 + x^2). NULL for others. */
static math_node *exp_of_arc(math_ctx *c, const math_node *term)
{
    math_node *x = arc_of(term, FUNC_ASIN), *half = math_integer(c, 1);
    if (c->fault != MATH_FINE)
        return NULL;
    if (x) {
        math_node *square = times(c, math_integer(c, -1), power(c, x, 2));
        mpq_set_ui(half->q, 1, 2);
        math_node *root = canon_power(c, plus(c, math_integer(c, 1), square), half);
        return plus(c, root, times(c, imaginary(c), x));
    }
    x = arc_of(term, FUNC_ATAN);
    if (!x)
        return NULL;
    mpq_set_si(half->q, -1, 2);
    math_node *norm = canon_power(c, plus(c, math_integer(c, 1), power(c, x, 2)), half);
    return times(c, plus(c, math_integer(c, 1), times(c, imaginary(c), x)), norm);
}

/* e^term. Powers of e and of i pi were taken out by canon_exp, if the term stood alone. */
static math_node *exp_of_term(struct kernels *k, math_node *term)
{
    math_ctx *c = k->c;
    math_node *rest, *q = canon_split(c, term, &rest);
    if (c->fault != MATH_FINE)
        return &c->dummy;
    math_node *arc = rest ? exp_of_arc(c, rest) : NULL;
    if (arc)
        return rewrite(k, canon_power(c, arc, q));
    math_node *e = rest ? canon_exp(c, term) : NULL;
    bool plain = e && !(e->kind == MATH_POW && math_is_const(e->args[0], CONST_E));
    return plain ? rewrite(k, e) : exp_kernel(k, rest ? rest : math_integer(c, 1), q);
}

static math_node *exponential(struct kernels *k, math_node *x)
{
    math_ctx *c = k->c;
    if (x->kind != MATH_ADD)
        return exp_of_term(k, x);
    math_node *product = math_new(c, MATH_MUL, 0);
    for (size_t i = 0; i < x->n_args && c->fault == MATH_FINE; i++)
        math_push(c, product, exp_of_term(k, x->args[i]));
    return c->fault == MATH_FINE ? canon_product(c, product->args, product->n_args) : &c->dummy;
}

/* (E + sign / E) / 2 for E = e^x. */
static math_node *half_sum(struct kernels *k, math_node *x, long sign)
{
    math_ctx *c = k->c;
    math_node *e = exponential(k, x), *half = math_integer(c, 1);
    if (c->fault != MATH_FINE)
        return half;
    mpq_set_ui(half->q, 1, 2);
    return times(c, half, plus(c, e, times(c, math_integer(c, sign), power(c, e, -1))));
}

static math_node *circular(struct kernels *k, math_node *n)
{
    math_ctx *c = k->c;
    math_node *turned = times(c, imaginary(c), n->args[0]);
    if (n->tag == FUNC_COS)
        return half_sum(k, turned, 1);
    math_node *minus_i = times(c, math_integer(c, -1), imaginary(c));
    return times(c, minus_i, half_sum(k, turned, -1));
}

/* ---- roots and factorials ---------------------------------------------------------------------
 */

/* base^(p/q) = base^m R^r with R the q-th root. */
static math_node *root(struct kernels *k, math_node *n)
{
    math_ctx *c = k->c;
    mpz_srcptr p = mpq_numref(n->args[1]->q), q = mpq_denref(n->args[1]->q);
    if (isfinite(separation_bits(n)))
        return n;
    if (mpz_cmp_ui(q, MAX_DENOMINATOR) > 0)
        return math_fail(c, MATH_OVER_LIMIT);
    struct kernel *x = kernel_of(k, KERNEL_ROOT, n->args[0], mpz_get_ui(q));
    math_node *whole = math_number(c), *part = math_number(c);
    if (c->fault != MATH_FINE)
        return whole;
    mpz_fdiv_qr(mpq_numref(whole->q), mpq_numref(part->q), p, q);
    return times(c, canon_power(c, rewrite(k, n->args[0]), whole),
                 canon_power(c, x->unknown, part));
}

/* x as *k plus the form returned, k an integer near 0. */
static math_node *without_integer(math_ctx *c, math_node *x, long *k)
{
    const math_node *first = x->kind == MATH_ADD ? x->args[0] : x;
    bool shift = math_is_integer(first) && mpz_cmpabs_ui(mpq_numref(first->q), MAX_SHIFT) <= 0;
    *k = shift && x->kind == MATH_ADD ? mpz_get_si(mpq_numref(first->q)) : 0;
    return *k ? canon_difference(c, x, math_integer(c, *k)) : x;
}

/* (y + s)! = y! (y + 1) .. (y + s), or y! / (y (y - 1) .. (y + s + 1)) for s < 0. */
static math_node *factorial(struct kernels *k, math_node *x)
{
    math_ctx *c = k->c;
    long shift;
    math_node *y = without_integer(c, x, &shift);
    math_node *product = math_unary(c, MATH_MUL, 0,
                                    kernel_of(k, KERNEL_FACTORIAL, y, 0)->unknown);
    math_node *image = rewrite(k, y);
    for (long i = shift > 0 ? 1 : shift + 1; i <= (shift > 0 ? shift : 0); i++) {
        math_node *f = plus(c, image, math_integer(c, i));
        math_push(c, product, shift > 0 ? f : power(c, f, -1));
    }
    return c->fault == MATH_FINE ? canon_product(c, product->args, product->n_args) : &c->dummy;
}

static math_node *factorial_of(struct kernels *k, math_node *x)
{
    math_node *n = canon(k->c, math_unary(k->c, MATH_FACT, 0, x));
    return n->kind == MATH_FACT ? factorial(k, n->args[0]) : n;
}

static math_node *binomial(struct kernels *k, const math_node *n)
{
    math_ctx *c = k->c;
    math_node *low = times(c, factorial_of(k, n->args[1]),
                           factorial_of(k, canon_difference(c, n->args[0], n->args[1])));
    return times(c, factorial_of(k, n->args[0]), power(c, low, -1));
}

/* ---- logarithms -------------------------------------------------------------------------------
 */

/* The ratio of two constants as the rational that its digits suggest. */
static bool guess_ratio(math_ctx *c, mpq_ptr out, math_node *a, math_node *b)
{
    struct evaluation e = {.c = c, .bits = RATIO_BITS};
    rect x, y;
    rect_init(&x, e.bits);
    rect_init(&y, e.bits);
    bool fine = enclose(&e, &x, a) == ENCLOSED && enclose(&e, &y, b) == ENCLOSED && x.real &&
                y.real && rect_inv(&y, &y);
    if (fine) {
        rect_mul(&x, &x, &y);
        fine = interval_guess_rational(out, &x.re, MAX_LOG_RATIO) && mpq_sgn(out) != 0 &&
               mpz_cmpabs_ui(mpq_numref(out), MAX_LOG_RATIO) <= 0;
    }
    rect_clear(&x);
    rect_clear(&y);
    return fine;
}

/* r with ln a = r ln b, proved by a^q = b^p; NULL when there is none. */
static math_node *log_ratio(math_ctx *c, math_node *log_a, math_node *log_b)
{
    math_node *r = math_number(c), *p = math_number(c), *q = math_number(c);
    if (c->fault != MATH_FINE || !guess_ratio(c, r->q, log_a, log_b))
        return NULL;
    mpq_set_z(p->q, mpq_numref(r->q));
    mpq_set_z(q->q, mpq_denref(r->q));
    math_node *d = canon_difference(c, canon_power(c, log_a->args[0], q),
                                    canon_power(c, log_b->args[0], p));
    return constant_is_zero(c, d, NULL) == TRUTH_YES ? r : NULL;
}

static bool is_algebraic_log(const math_node *n)
{
    return n->kind == MATH_FUNC && n->tag == FUNC_LN && isfinite(separation_bits(n->args[0]));
}

/* A logarithm, as a multiple of one met before if it is one. */
static math_node *logarithm(struct kernels *k, math_node *n)
{
    bool number = n->args[0]->kind == MATH_NUM;
    for (size_t i = 0; i < k->n && !number && is_algebraic_log(n); i++) {
        math_node *other = k->list[i].key;
        math_node *r = k->list[i].family == KERNEL_WHOLE && is_algebraic_log(other) &&
                               math_order(n, other) != 0
                           ? log_ratio(k->c, n, other)
                           : NULL;
        if (r)
            return times(k->c, r, k->list[i].unknown);
    }
    return kernel_of(k, KERNEL_WHOLE, n, 0)->unknown;
}

/* ---- the tree ---------------------------------------------------------------------------------
 */

static math_node *whole(struct kernels *k, math_node *n)
{
    return kernel_of(k, KERNEL_WHOLE, n, 0)->unknown;
}

static math_node *rewrite_power(struct kernels *k, math_node *n)
{
    math_ctx *c = k->c;
    math_node *base = n->args[0], *e = n->args[1];
    if (math_is_const(base, CONST_E))
        return exponential(k, e);
    if (math_is_integer(e))
        return canon_power(c, rewrite(k, base), e);
    if (math_is_number(e))
        return root(k, n);
    math_node *log = canon_log(c, base);
    return log->kind == MATH_UNDEF ? log : exponential(k, times(c, e, log));
}

static bool is_rational_cosine(const math_node *n)
{
    mpq_t share;
    mpq_init(share);
    bool rational = n->tag == FUNC_COS && canon_pi_share(share, n->args[0]);
    mpq_clear(share);
    return rational;
}

/* The cosine of a rational angle is algebraic, and stays. Of an order that separation.h refuses it
 * is one unknown: e^(i angle) is written with cosines again. */
static math_node *rewrite_function(struct kernels *k, math_node *n)
{
    if (is_rational_cosine(n))
        return isfinite(separation_bits(n)) ? n : whole(k, n);
    switch (n->tag) {
    case FUNC_SIN: case FUNC_COS: return circular(k, n);
    case FUNC_SINH: return half_sum(k, n->args[0], -1);
    case FUNC_COSH: return half_sum(k, n->args[0], 1);
    case FUNC_LN: return logarithm(k, n);
    default: return whole(k, n);
    }
}

static math_node *rewrite_many(struct kernels *k, const math_node *n)
{
    math_ctx *c = k->c;
    math_node *out = math_new(c, n->kind, 0);
    for (size_t i = 0; i < n->n_args && c->fault == MATH_FINE; i++)
        math_push(c, out, rewrite(k, n->args[i]));
    if (c->fault != MATH_FINE)
        return &c->dummy;
    return n->kind == MATH_ADD ? canon_sum(c, out->args, out->n_args)
                               : canon_product(c, out->args, out->n_args);
}

static math_node *rewrite(struct kernels *k, math_node *n)
{
    if (k->c->fault != MATH_FINE)
        return &k->c->dummy;
    switch (n->kind) {
    case MATH_ADD: case MATH_MUL: return rewrite_many(k, n);
    case MATH_POW: return rewrite_power(k, n);
    case MATH_FUNC: return rewrite_function(k, n);
    case MATH_FACT: return factorial(k, n->args[0]);
    case MATH_BINOM: return binomial(k, n);
    case MATH_DFACT: return whole(k, n);
    case MATH_CONST: break;
    default: return n;
    }
    if (math_is_const(n, CONST_E))
        return exp_kernel(k, math_integer(k->c, 1), math_integer(k->c, 1));
    return math_is_const(n, CONST_PI) ? whole(k, n) : n;
}

static math_node *twice(math_ctx *c, math_node *n,
                        math_node *(*step)(struct kernels *, math_node *))
{
    struct kernels *k = arena_take(&c->mem, 1, sizeof *k);
    if (!k)
        return math_fail(c, MATH_OVER_LIMIT);
    k->c = c;
    step(k, n);
    return step(k, n);
}

math_node *kernels_image(math_ctx *c, math_node *n)
{
    return twice(c, n, rewrite);
}

math_node *kernels_image_of_exp(math_ctx *c, math_node *x)
{
    return twice(c, x, exponential);
}
