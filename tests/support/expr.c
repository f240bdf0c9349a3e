/* expr.c - see expr.h. */
#include "tests/support/expr.h"

#include <stdlib.h>

#define NODES_LIMIT ((size_t)64 << 20)

void maker_init(struct maker *m, uint64_t seed, uint64_t round)
{
    m->dice = (struct dice){seed, round, 0};
    arena_init(&m->nodes, NODES_LIMIT);
}

void maker_free(struct maker *m)
{
    arena_free(&m->nodes);
}

static const expr *node(struct maker *m, expr e)
{
    expr *out = arena_take(&m->nodes, 1, sizeof *out);
    if (!out)
        abort();
    e.n_nodes = 1 + (e.a ? e.a->n_nodes : 0) + (e.b ? e.b->n_nodes : 0);
    *out = e;
    return out;
}

static long gcd(long a, long b)
{
    return b == 0 ? labs(a) : gcd(b, a % b);
}

const expr *expr_number(struct maker *m, long p, long q)
{
    long d = gcd(p, q) * (q < 0 ? -1 : 1);
    return node(m, (expr){.op = EXPR_NUMBER, .p = p / d, .q = q / d});
}

const expr *expr_int(struct maker *m, long n)
{
    return expr_number(m, n, 1);
}

const expr *expr_letter(struct maker *m, long which)
{
    return node(m, (expr){.op = EXPR_LETTER, .p = which});
}

const expr *expr_constant(struct maker *m, enum expr_op op)
{
    return node(m, (expr){.op = op});
}

const expr *expr_unary(struct maker *m, enum expr_op op, const expr *a)
{
    return node(m, (expr){.op = op, .a = a});
}

const expr *expr_with(struct maker *m, enum expr_op op, const expr *a, long p)
{
    return node(m, (expr){.op = op, .p = p, .a = a});
}

const expr *expr_binary(struct maker *m, enum expr_op op, const expr *a, const expr *b)
{
    return node(m, (expr){.op = op, .a = a, .b = b});
}

const expr *expr_minus(struct maker *m, const expr *a, const expr *b)
{
    return expr_binary(m, EXPR_ADD, a, expr_unary(m, EXPR_NEG, b));
}

const expr *expr_rebuild(struct maker *m, const expr *of, const expr *a, const expr *b)
{
    return node(m, (expr){.op = of->op, .p = of->p, .q = of->q, .a = a, .b = b});
}

const expr *expr_nth(const expr *e, size_t i)
{
    while (i > 0) {
        bool left = i <= e->a->n_nodes;
        i -= left ? 1 : 1 + e->a->n_nodes;
        e = left ? e->a : e->b;
    }
    return e;
}

const expr *expr_replace(struct maker *m, const expr *e, size_t i, const expr *by)
{
    if (i == 0)
        return by;
    if (i <= e->a->n_nodes)
        return expr_rebuild(m, e, expr_replace(m, e->a, i - 1, by), e->b);
    return expr_rebuild(m, e, e->a, expr_replace(m, e->b, i - 1 - e->a->n_nodes, by));
}

bool expr_is_int(const expr *e)
{
    return e->op == EXPR_NUMBER && e->q == 1;
}

bool expr_is(const expr *e, long n)
{
    return expr_is_int(e) && e->p == n;
}

bool expr_same(const expr *a, const expr *b)
{
    if (a == b)
        return true;
    return a && b && a->op == b->op && a->p == b->p && a->q == b->q && expr_same(a->a, b->a) &&
           expr_same(a->b, b->b);
}

bool expr_contains(const expr *e, enum expr_op op)
{
    return e && (e->op == op || expr_contains(e->a, op) || expr_contains(e->b, op));
}

bool expr_real(const expr *e)
{
    switch (e->op) {
    case EXPR_I:
        return false;
    case EXPR_ROOT:
    case EXPR_LN:
    case EXPR_LOG:
        return expr_positive(e->a);
    default:
        return (!e->a || expr_real(e->a)) && (!e->b || expr_real(e->b));
    }
}

bool expr_positive(const expr *e)
{
    switch (e->op) {
    case EXPR_NUMBER:
        return e->p > 0;
    case EXPR_PI:
    case EXPR_E:
        return true;
    case EXPR_ADD:
    case EXPR_MUL:
    case EXPR_DIV:
        return expr_positive(e->a) && expr_positive(e->b);
    case EXPR_POWER:
        return expr_positive(e->a) || (e->p % 2 == 0 && expr_real(e->a));
    case EXPR_ROOT:
        return expr_positive(e->a);
    case EXPR_EXP:
    case EXPR_ABS:
        return expr_real(e->a);
    default:
        return false;
    }
}
