/* arith.c - recursive descent over GMP rationals; see arith.h.
 *
 *     sum     = product { (+|-) product }
 *     product = value { (*|/|%) value }
 *     value   = number | "(" sum ")" | name "(" sum [ "," sum ] ")"              */
#include "tests/support/arith.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define MAX_DEPTH 16

struct reader {
    const char *p;
    int n_steps, depth;
};

static bool read_sum(mpq_t out, struct reader *r);

static bool take(struct reader *r, char c)
{
    if (*r->p != c)
        return false;
    r->p++;
    return true;
}

/* 12 or 2.25 */
static bool read_number(mpq_t out, struct reader *r)
{
    bool point = false;
    mpz_set_ui(mpq_numref(out), 0);
    mpz_set_ui(mpq_denref(out), 1);
    if (!isdigit((unsigned char)*r->p))
        return false;
    for (; isdigit((unsigned char)*r->p) || (*r->p == '.' && !point); r->p++) {
        if (*r->p == '.') {
            point = true;
            continue;
        }
        mpz_mul_ui(mpq_numref(out), mpq_numref(out), 10);
        mpz_add_ui(mpq_numref(out), mpq_numref(out), (unsigned long)(*r->p - '0'));
        if (point)
            mpz_mul_ui(mpq_denref(out), mpq_denref(out), 10);
    }
    mpq_canonicalize(out);
    return true;
}

static void floor_of(mpq_t out, const mpq_t a, const mpq_t unused)
{
    (void)unused;
    mpz_fdiv_q(mpq_numref(out), mpq_numref(a), mpq_denref(a));
    mpz_set_ui(mpq_denref(out), 1);
}

static void ceil_of(mpq_t out, const mpq_t a, const mpq_t unused)
{
    (void)unused;
    mpz_cdiv_q(mpq_numref(out), mpq_numref(a), mpq_denref(a));
    mpz_set_ui(mpq_denref(out), 1);
}

static void min_of(mpq_t out, const mpq_t a, const mpq_t b)
{
    if (mpq_cmp(b, a) < 0)
        mpq_set(out, b);
}

static void max_of(mpq_t out, const mpq_t a, const mpq_t b)
{
    if (mpq_cmp(b, a) > 0)
        mpq_set(out, b);
}

static const struct function {
    const char *name;
    int n_arguments, n_steps;
    void (*apply)(mpq_t out, const mpq_t a, const mpq_t b); /* out is a */
} functions[] = {
    {"floor", 1, 0, floor_of},
    {"ceil", 1, 0, ceil_of},
    {"min", 2, 1, min_of},
    {"max", 2, 1, max_of},
};

static bool read_call(mpq_t out, struct reader *r, const struct function *f)
{
    mpq_t b;
    mpq_init(b);
    r->p += strlen(f->name);
    bool ok = take(r, '(') && read_sum(out, r) &&
              (f->n_arguments == 1 || (take(r, ',') && read_sum(b, r))) && take(r, ')');
    if (ok)
        f->apply(out, out, b);
    r->n_steps += f->n_steps;
    mpq_clear(b);
    return ok;
}

static bool read_value(mpq_t out, struct reader *r)
{
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (strncmp(r->p, functions[i].name, strlen(functions[i].name)) == 0)
            return read_call(out, r, &functions[i]);
    if (take(r, '('))
        return read_sum(out, r) && take(r, ')');
    return read_number(out, r);
}

static bool remainder_of(mpq_t a, const mpq_t b)
{
    if (mpz_cmp_ui(mpq_denref(a), 1) != 0 || mpz_cmp_ui(mpq_denref(b), 1) != 0 || mpq_sgn(a) < 0 ||
        mpq_sgn(b) <= 0)
        return false;
    mpz_mod(mpq_numref(a), mpq_numref(a), mpq_numref(b));
    return true;
}

/* a = a op b */
static bool apply(mpq_t a, char op, const mpq_t b)
{
    switch (op) {
    case '+':
        mpq_add(a, a, b);
        return true;
    case '-':
        mpq_sub(a, a, b);
        return true;
    case '*':
        mpq_mul(a, a, b);
        return true;
    case '/':
        if (mpq_sgn(b) == 0)
            return false;
        mpq_div(a, a, b);
        return true;
    default:
        return remainder_of(a, b);
    }
}

/* A chain of values joined by operators of one rank. */
static bool read_chain(mpq_t out, struct reader *r, const char *operators,
                       bool (*read)(mpq_t, struct reader *))
{
    mpq_t b;
    mpq_init(b);
    bool ok = read(out, r);
    while (ok && *r->p && strchr(operators, *r->p)) {
        char op = *r->p++;
        r->n_steps++;
        ok = read(b, r) && apply(out, op, b);
    }
    mpq_clear(b);
    return ok;
}

static bool read_product(mpq_t out, struct reader *r)
{
    return read_chain(out, r, "*/%", read_value);
}

static bool read_sum(mpq_t out, struct reader *r)
{
    if (++r->depth > MAX_DEPTH)
        return false;
    bool ok = read_chain(out, r, "+-", read_product);
    r->depth--;
    return ok;
}

bool arith_value(mpq_t out, int *n_steps, const char *expression)
{
    struct reader r = {.p = expression};
    bool ok = read_sum(out, &r) && *r.p == '\0';
    *n_steps = r.n_steps;
    return ok;
}
