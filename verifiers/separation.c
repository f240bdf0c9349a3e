/* separation.c - see separation.h. */
#include "verifiers/separation.h"

#include <math.h>

#include "verifiers/canon.h"

#define MAX_RADICALS 64
#define MAX_INDEX 4096
#define MAX_ORDER 4096 /* of the roots of unity together */

/* What determines the degree: distinct radicals, one order for all roots of unity, and the square
 * roots of positive rationals. Of those a product of roots counts as the root of the product, a
 * vector over the primes below the roots modulo 2; the degree is 2 to the rank. */
struct field {
    const math_node *base[MAX_RADICALS];
    unsigned long index[MAX_RADICALS];
    size_t n;
    const math_node *prime[MAX_RADICALS];
    size_t n_primes;
    uint64_t rows[MAX_RADICALS]; /* echelon form: distinct leading bits */
    size_t rank;
    unsigned long order;
    bool outside;
};

/* log2 of the two sizes of the bound. */
struct size {
    double u, l;
};

static unsigned long gcd(unsigned long a, unsigned long b)
{
    while (b) {
        unsigned long r = a % b;
        a = b;
        b = r;
    }
    return a;
}

static unsigned long lcm(unsigned long a, unsigned long b)
{
    return a / gcd(a, b) * b;
}

static double totient(unsigned long n)
{
    double phi = (double)n;
    for (unsigned long p = 2; p * p <= n; p++) {
        if (n % p)
            continue;
        phi -= phi / (double)p;
        while (n % p == 0)
            n /= p;
    }
    return n > 1 ? phi - phi / (double)n : phi;
}

static void add_order(struct field *f, unsigned long order)
{
    f->outside |= order > MAX_ORDER;
    if (!f->outside)
        f->order = lcm(f->order, order);
    f->outside |= f->order > MAX_ORDER;
}

/* Roots of one positive number are powers of one root; other roots may lie on unrelated branches.
 */
static void add_radical(struct field *f, const math_node *base, mpz_srcptr index)
{
    bool small = mpz_cmp_ui(index, MAX_INDEX) <= 0;
    unsigned long k = small ? mpz_get_ui(index) : 1;
    f->outside |= !small;
    for (size_t i = 0; i < f->n && small; i++) {
        bool same = math_order(f->base[i], base) == 0;
        if (same && canon_is_positive(base))
            f->index[i] = lcm(f->index[i], k);
        if (same && (canon_is_positive(base) || f->index[i] == k))
            return;
    }
    f->outside |= f->n == MAX_RADICALS;
    if (f->outside)
        return;
    f->base[f->n] = base;
    f->index[f->n++] = k;
}

static bool is_square_root(const math_node *n)
{
    return n->kind == MATH_POW && n->args[0]->kind == MATH_NUM && mpq_sgn(n->args[0]->q) > 0 &&
           n->args[1]->kind == MATH_NUM && mpz_cmp_ui(mpq_denref(n->args[1]->q), 2) == 0;
}

static uint64_t prime_bit(struct field *f, const math_node *prime)
{
    size_t i = 0;
    while (i < f->n_primes && math_order(f->prime[i], prime) != 0)
        i++;
    f->outside |= i == MAX_RADICALS;
    if (f->outside)
        return 0;
    f->prime[i] = prime;
    f->n_primes += i == f->n_primes;
    return (uint64_t)1 << i;
}

/* Adds the root of a product of primes to the field. */
static void add_square_root(struct field *f, uint64_t row)
{
    for (size_t i = 0; i < f->rank; i++) {
        uint64_t reduced = row ^ f->rows[i];
        row = reduced < row ? reduced : row;
    }
    if (row == 0)
        return;
    f->rows[f->rank++] = row;
    for (size_t i = f->rank - 1; i > 0 && f->rows[i] > f->rows[i - 1]; i--) {
        uint64_t t = f->rows[i];
        f->rows[i] = f->rows[i - 1];
        f->rows[i - 1] = t;
    }
}

/* ---- sizes ------------------------------------------------------------------------------------
 */

static double log2_bound(mpz_srcptr z)
{
    return mpz_cmpabs_ui(z, 1) <= 0 ? 0 : (double)mpz_sizeinbase(z, 2);
}

static struct size measure(struct field *f, const math_node *n);

static struct size measure_sum(struct field *f, const math_node *n)
{
    double most = 0, l = 0;
    for (size_t i = 0; i < n->n_args && !f->outside; i++) {
        struct size s = measure(f, n->args[i]);
        most = i == 0 ? s.u - s.l : fmax(most, s.u - s.l);
        l += s.l;
    }
    return (struct size){fmax(0, most + l + log2((double)n->n_args)), l};
}

/* The root of a prime to the power p, as a size: (prime^p)^(1/2). */
static struct size size_of_square_root(const math_node *n)
{
    double bits = log2_bound(mpq_numref(n->args[0]->q));
    double below = log2_bound(mpq_denref(n->args[0]->q));
    double half = fabs(mpz_get_d(mpq_numref(n->args[1]->q))) / 2;
    struct size s = {(bits + below) * half, below * 2 * half};
    return mpz_sgn(mpq_numref(n->args[1]->q)) < 0 ? (struct size){s.l, s.u} : s;
}

static struct size measure_product(struct field *f, const math_node *n)
{
    struct size p = {0, 0};
    uint64_t row = 0;
    for (size_t i = 0; i < n->n_args && !f->outside; i++) {
        bool root = is_square_root(n->args[i]);
        struct size s = root ? size_of_square_root(n->args[i]) : measure(f, n->args[i]);
        row ^= root ? prime_bit(f, n->args[i]->args[0]) : 0;
        p = (struct size){p.u + s.u, p.l + s.l};
    }
    add_square_root(f, row);
    return p;
}

static struct size measure_power(struct field *f, const math_node *n)
{
    struct size s = measure(f, n->args[0]);
    if (n->args[1]->kind != MATH_NUM || f->outside) {
        f->outside = true;
        return s;
    }
    if (is_square_root(n)) {
        add_square_root(f, prime_bit(f, n->args[0]));
        return size_of_square_root(n);
    }
    mpz_srcptr p = mpq_numref(n->args[1]->q), q = mpq_denref(n->args[1]->q);
    double k = mpz_get_d(q), times = fabs(mpz_get_d(p));
    if (mpz_cmp_ui(q, 1) != 0) {
        add_radical(f, n->args[0], q);
        s = s.u >= s.l ? (struct size){(s.u + (k - 1) * s.l) / k, s.l}
                       : (struct size){s.u, ((k - 1) * s.u + s.l) / k};
    }
    s = (struct size){s.u * times, s.l * times};
    return mpz_sgn(p) < 0 ? (struct size){s.l, s.u} : s;
}

/* cos(r pi) = (z + 1/z) / 2 with z a root of unity of order denominator(r / 2). */
static struct size measure_cosine(struct field *f, const math_node *n)
{
    mpq_t r;
    mpq_init(r);
    bool angle = n->tag == FUNC_COS && canon_pi_share(r, n->args[0]);
    mpq_div_2exp(r, r, 1);
    if (angle && mpz_fits_ulong_p(mpq_denref(r)))
        add_order(f, mpz_get_ui(mpq_denref(r)));
    else
        f->outside = true;
    mpq_clear(r);
    return (struct size){1, 1};
}

static struct size measure(struct field *f, const math_node *n)
{
    switch (n->kind) {
    case MATH_NUM: return (struct size){log2_bound(mpq_numref(n->q)), log2_bound(mpq_denref(n->q))};
    case MATH_ADD: return measure_sum(f, n);
    case MATH_MUL: return measure_product(f, n);
    case MATH_POW: return measure_power(f, n);
    case MATH_FUNC: return measure_cosine(f, n);
    default: break;
    }
    if (math_is_const(n, CONST_I))
        add_order(f, 4);
    else
        f->outside = true;
    return (struct size){0, 0};
}

static double degree(const struct field *f)
{
    double d = totient(f->order) * exp2((double)f->rank);
    for (size_t i = 0; i < f->n; i++)
        d *= (double)f->index[i];
    return d;
}

double separation_bits(const math_node *n)
{
    struct field f = {.order = 1};
    struct size s = measure(&f, n);
    return f.outside ? INFINITY : s.l + (degree(&f) - 1) * s.u;
}

/* 2 i Im x is x minus its conjugate, which has the sizes of x and radicals of its own. */
double separation_imaginary_bits(const math_node *n)
{
    struct field f = {.order = 1};
    struct size s = measure(&f, n);
    add_order(&f, 4);
    double d = degree(&f);
    return f.outside ? INFINITY : 1 + 2 * s.l + (d * d - 1) * (s.u + s.l + 1);
}
