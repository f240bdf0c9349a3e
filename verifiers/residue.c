/* residue.c - see residue.h. */
#include "verifiers/residue.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/rng.h"
#include "verifiers/modular.h"

#define TRIALS 24
#define TARGET_BITS 80.0        /* error probability 2^-80 */
#define EXPONENT_RANGE_BITS 24  /* values of variables in exponents */
#define ZEROS_PER_NODE                                                                             \
    64.0 /* integer zeros of an exponential polynomial, by the size of its tree */
#define MAX_EXPONENT 1e12
#define PRIME_FUEL 24576.0 /* units of fuel for a random prime */
#define NODE_FUEL 32.0    /* for evaluating a node */

/* A point: a prime and values by hash of the name. Integer values for variables seen in exponents.
 */
struct point {
    math_ctx *c;
    uint64_t p, i, seed;
    const math_node *const *exponent_vars;
    size_t n_exponent_vars;
    bool outside, undefined;
};

/* A value with bounds of the quotient it stands for: degrees and log2 of the 1-norms. */
struct residue {
    uint64_t v;
    double top_degree, low_degree, top_height, low_height;
};

static const struct residue zero = {0, 0, 0, 0, 0};

/* ---- variables --------------------------------------------------------------------------------
 */

struct exponent_vars {
    const math_node *list[MATH_MAX_VARS];
    size_t n;
    bool outside;
};

static void add_exponent_var(struct exponent_vars *e, const math_node *var)
{
    for (size_t i = 0; i < e->n; i++)
        if (text_equal(e->list[i]->s, var->s))
            return;
    if (e->n == MATH_MAX_VARS)
        e->outside = true;
    else
        e->list[e->n++] = var;
}

static void find_exponent_vars(struct exponent_vars *e, const math_node *n, bool inside)
{
    if (n->kind == MATH_VAR && inside)
        add_exponent_var(e, n);
    for (size_t i = 0; i < n->n_args; i++)
        find_exponent_vars(e, n->args[i], inside || (n->kind == MATH_POW && i == 1));
}

static uint64_t value_of(const struct point *pt, text name)
{
    uint64_t bits = rng_bits(pt->seed, hash_bytes(name.p, name.n, 1), pt->p);
    for (size_t i = 0; i < pt->n_exponent_vars; i++)
        if (text_equal(pt->exponent_vars[i]->s, name))
            return 2 + (rng_bits(pt->seed, hash_bytes(name.p, name.n, 2), pt->p) >>
                        (64 - EXPONENT_RANGE_BITS));
    return bits % pt->p;
}

/* ---- exponents --------------------------------------------------------------------------------
 */

static bool exponent_pow(mpq_ptr out, mpq_srcptr base, mpq_srcptr e)
{
    bool small = mpz_cmp_ui(mpq_denref(e), 1) == 0 && mpz_sgn(mpq_numref(e)) >= 0 &&
                 mpz_cmp_ui(mpq_numref(e), 16) <= 0;
    if (!small)
        return false;
    unsigned long k = mpz_get_ui(mpq_numref(e));
    mpz_pow_ui(mpq_numref(out), mpq_numref(base), k);
    mpz_pow_ui(mpq_denref(out), mpq_denref(base), k);
    return true;
}

/* Exact value of an exponent at the point; false when it is no small polynomial. */
static bool exponent_value(const struct point *pt, mpq_ptr out, const math_node *n)
{
    if (n->kind == MATH_NUM) {
        mpq_set(out, n->q);
        return true;
    }
    if (n->kind == MATH_VAR) {
        mpq_set_ui(out, value_of(pt, n->s), 1);
        return true;
    }
    if (n->kind != MATH_ADD && n->kind != MATH_MUL && n->kind != MATH_POW)
        return false;
    mpq_t part;
    mpq_init(part);
    bool fine = exponent_value(pt, out, n->args[0]);
    for (size_t i = 1; i < n->n_args && fine; i++) {
        fine = exponent_value(pt, part, n->args[i]) && mpz_sizeinbase(mpq_numref(out), 2) < 4096;
        if (fine && n->kind == MATH_ADD)
            mpq_add(out, out, part);
        else if (fine && n->kind == MATH_MUL)
            mpq_mul(out, out, part);
        else if (fine)
            fine = exponent_pow(out, out, part);
    }
    mpq_clear(part);
    return fine;
}

/* ---- evaluation -------------------------------------------------------------------------------
 */

static struct residue evaluate(struct point *pt, const math_node *n);

static struct residue of_number(struct point *pt, const math_node *n)
{
    struct residue r = zero;
    if (!mod_of_rational(&r.v, n->q, pt->p))
        pt->undefined = true;
    r.top_height = (double)mpz_sizeinbase(mpq_numref(n->q), 2);
    r.low_height = (double)mpz_sizeinbase(mpq_denref(n->q), 2);
    math_charge(pt->c, r.top_height + r.low_height);
    return r;
}

static struct residue of_name(const struct point *pt, text name)
{
    return (struct residue){value_of(pt, name), 1, 0, 0, 0};
}

static struct residue of_constant(struct point *pt, const math_node *n)
{
    if (math_is_const(n, CONST_I))
        return (struct residue){pt->i, 0, 0, 1, 0};
    if (math_is_infinite(n))
        pt->outside = true;
    return of_name(pt, math_is_const(n, CONST_PI) ? TEXT("\\pi") : TEXT("\\e"));
}

static struct residue times(const struct point *pt, struct residue a, struct residue b)
{
    return (struct residue){mod_mul(a.v, b.v, pt->p), a.top_degree + b.top_degree,
                            a.low_degree + b.low_degree, a.top_height + b.top_height,
                            a.low_height + b.low_height};
}

static struct residue plus(const struct point *pt, struct residue a, struct residue b)
{
    return (struct residue){
        mod_add(a.v, b.v, pt->p),
        fmax(a.top_degree + b.low_degree, b.top_degree + a.low_degree),
        a.low_degree + b.low_degree,
        fmax(a.top_height + b.low_height, b.top_height + a.low_height) + 1,
        a.low_height + b.low_height,
    };
}

static struct residue minus(const struct point *pt, struct residue a, struct residue b)
{
    b.v = b.v ? pt->p - b.v : 0;
    return plus(pt, a, b);
}

/* No NaN: what is bounded by 0 stays so, to any power. */
static double scaled(double bound, double size)
{
    return bound > 0 ? bound * size : 0;
}

static struct residue to_power(struct point *pt, struct residue b, mpz_srcptr e)
{
    bool negative = mpz_sgn(e) < 0;
    double size = fabs(mpz_get_d(e));
    if (b.v == 0 && (negative || size > MAX_EXPONENT)) {
        pt->undefined = true;
        return zero;
    }
    struct residue r = {mod_pow(b.v, mpz_fdiv_ui(e, pt->p - 1), pt->p), scaled(b.top_degree, size),
                        scaled(b.low_degree, size), scaled(b.top_height, size),
                        scaled(b.low_height, size)};
    if (b.v == 0) /* 0^k, k > 0: the reduced exponent might be 0 */
        r.v = mpz_sgn(e) == 0 ? 1 : 0;
    if (negative)
        r = (struct residue){r.v, r.low_degree, r.top_degree, r.low_height, r.top_height};
    return r;
}

static struct residue of_power(struct point *pt, const math_node *n)
{
    struct residue base = evaluate(pt, n->args[0]), r = zero;
    mpq_t e;
    mpq_init(e);
    bool integer = !pt->outside && exponent_value(pt, e, n->args[1]) &&
                   mpz_cmp_ui(mpq_denref(e), 1) == 0;
    if (integer && !pt->undefined)
        r = to_power(pt, base, mpq_numref(e));
    pt->outside |= !integer;
    mpq_clear(e);
    return r;
}

static struct residue of_many(struct point *pt, const math_node *n)
{
    struct residue r = evaluate(pt, n->args[0]);
    for (size_t i = 1; i < n->n_args && !pt->outside && !pt->undefined; i++) {
        struct residue a = evaluate(pt, n->args[i]);
        r = n->kind == MATH_ADD ? plus(pt, r, a) : times(pt, r, a);
    }
    return r;
}

static struct residue evaluate(struct point *pt, const math_node *n)
{
    if (!math_spend(pt->c, NODE_FUEL))
        pt->undefined = true;
    switch (n->kind) {
    case MATH_NUM: return of_number(pt, n);
    case MATH_CONST: return of_constant(pt, n);
    case MATH_VAR: return of_name(pt, n->s);
    case MATH_ADD: case MATH_MUL: return of_many(pt, n);
    case MATH_POW: return of_power(pt, n);
    default: pt->outside = true; return zero;
    }
}

/* ---- trials -----------------------------------------------------------------------------------
 */

/* log2 of the chance that a nonzero difference of these bounds vanishes at one random point. */
static double miss_log2(struct residue difference, bool exponents, double weight)
{
    double points = difference.top_degree / 0x1p61;
    double primes = (difference.top_height / 61 + 1) / 0x1p55;
    double integers = exponents ? weight * ZEROS_PER_NODE / (1 << EXPONENT_RANGE_BITS) : 0;
    return log2(points + primes + integers);
}

/* The difference to be tested at one point; for proportionality a(v) b(w) - b(v) a(w). */
static struct residue difference(struct point *pt, const math_node *a, const math_node *b,
                                 bool proportional)
{
    struct residue x = evaluate(pt, a), y = evaluate(pt, b);
    if (!proportional || pt->outside || pt->undefined)
        return minus(pt, x, y);
    struct point other = *pt;
    other.seed = ~pt->seed;
    struct residue xw = evaluate(&other, a), yw = evaluate(&other, b);
    pt->undefined |= other.undefined || x.v == 0 || y.v == 0;
    return minus(pt, times(pt, x, yw), times(pt, y, xw));
}

/* Does a nonzero residue prove a difference? Not with pi and e together, whose independence is an
 * open question, and a factor between equations may hold either. */
static bool proves_difference(const math_node *a, const math_node *b, bool proportional)
{
    bool pi = math_has(a, MATH_CONST, CONST_PI) || math_has(b, MATH_CONST, CONST_PI);
    bool e = math_has(a, MATH_CONST, CONST_E) || math_has(b, MATH_CONST, CONST_E);
    return proportional ? !pi && !e : !(pi && e);
}

/* Surely no rational function: seen before a prime is looked for. */
static bool is_outside(const math_node *n)
{
    bool root = n->kind == MATH_POW && n->args[1]->kind == MATH_NUM && !math_is_integer(n->args[1]);
    bool kernel = n->kind == MATH_FUNC || n->kind == MATH_BINOM || n->kind == MATH_FACT ||
                  n->kind == MATH_DFACT;
    for (size_t i = 0; i < n->n_args && !root && !kernel; i++)
        if (is_outside(n->args[i]))
            return true;
    return root || kernel;
}

static enum residue_verdict run(math_ctx *c, const math_node *a, const math_node *b,
                                bool proportional)
{
    struct exponent_vars vars = {.n = 0};
    if (is_outside(a) || is_outside(b))
        return RESIDUE_OUTSIDE;
    find_exponent_vars(&vars, a, false);
    find_exponent_vars(&vars, b, false);
    double weight = a->weight + b->weight, missing = TARGET_BITS;
    for (uint64_t trial = 0; trial < TRIALS && !vars.outside; trial++) {
        if (!math_spend(c, PRIME_FUEL))
            return RESIDUE_UNDECIDED;
        struct point pt = {.c = c, .seed = rng_bits(c->seed, 3, trial), .exponent_vars = vars.list,
                           .n_exponent_vars = vars.n};
        pt.p = mod_random_prime(c->seed, trial, &pt.i);
        struct residue d = difference(&pt, a, b, proportional);
        if (c->fault != MATH_FINE || pt.outside)
            return pt.outside ? RESIDUE_OUTSIDE : RESIDUE_UNDECIDED;
        if (pt.undefined)
            continue;
        if (d.v != 0)
            return proves_difference(a, b, proportional) ? RESIDUE_DIFFERENT : RESIDUE_UNDECIDED;
        double miss = miss_log2(d, vars.n > 0, weight);
        if (!(miss < -8))
            return RESIDUE_UNDECIDED;
        missing += miss;
        if (missing <= 0)
            return RESIDUE_EQUAL;
    }
    return vars.outside ? RESIDUE_OUTSIDE : RESIDUE_UNDECIDED;
}

enum residue_verdict residue_compare(math_ctx *c, const math_node *a, const math_node *b)
{
    return run(c, a, b, false);
}

enum residue_verdict residue_proportional(math_ctx *c, const math_node *a, const math_node *b)
{
    return run(c, a, b, true);
}
