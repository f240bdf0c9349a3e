/* canon_sum.c - sums: flat, like terms joined, sorted. */
#include <stdlib.h>

#include "verifiers/canon.h"
#include "verifiers/exact.h"

/* coefficient times rest; rest NULL for the constant. */
struct term {
    math_node *coefficient, *rest;
};

static struct term split(math_ctx *c, math_node *n)
{
    if (n->kind == MATH_NUM)
        return (struct term){n, NULL};
    if (n->kind != MATH_MUL || n->args[0]->kind != MATH_NUM)
        return (struct term){math_one(c), n};
    if (n->n_args == 2)
        return (struct term){n->args[0], n->args[1]};
    math_node *rest = math_new(c, MATH_MUL, 0);
    for (size_t i = 1; i < n->n_args; i++)
        math_push(c, rest, n->args[i]);
    return (struct term){n->args[0], rest};
}

math_node *canon_split(math_ctx *c, math_node *n, math_node **rest)
{
    struct term t = split(c, n);
    *rest = t.rest;
    return t.coefficient;
}

static math_node *join(math_ctx *c, struct term t)
{
    if (!t.rest)
        return t.coefficient;
    if (math_is_small(t.coefficient, 1))
        return t.rest;
    math_node *n = math_unary(c, MATH_MUL, 0, t.coefficient);
    if (t.rest->kind != MATH_MUL) {
        math_push(c, n, t.rest);
        return n;
    }
    for (size_t i = 0; i < t.rest->n_args; i++)
        math_push(c, n, t.rest->args[i]);
    return n;
}

static int rest_order(const struct term *a, const struct term *b)
{
    if (!a->rest || !b->rest)
        return (a->rest != NULL) - (b->rest != NULL);
    return math_order(a->rest, b->rest);
}

static int by_rest(const void *a, const void *b)
{
    return rest_order(a, b);
}

static size_t count_flat(math_node **nodes, size_t n)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += nodes[i]->kind == MATH_ADD ? nodes[i]->n_args : 1;
    return total;
}

static size_t flatten(math_ctx *c, struct term *out, math_node **nodes, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        if (nodes[i]->kind != MATH_ADD) {
            out[k++] = split(c, nodes[i]);
            continue;
        }
        for (size_t j = 0; j < nodes[i]->n_args; j++)
            out[k++] = split(c, nodes[i]->args[j]);
    }
    return k;
}

/* Joins neighbours with the same rest; returns how many terms are left. */
static size_t merge(math_ctx *c, struct term *t, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept && rest_order(&t[kept - 1], &t[i]) == 0) {
            math_node *sum = math_number(c);
            if (c->fault == MATH_FINE &&
                exact_add(c, sum->q, t[kept - 1].coefficient->q, t[i].coefficient->q)) {
                t[kept - 1].coefficient = sum;
                continue;
            }
        }
        t[kept++] = t[i];
    }
    return kept;
}

math_node *canon_sum(math_ctx *c, math_node **terms, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (terms[i]->kind == MATH_UNDEF || (n > 1 && math_is_infinite(terms[i])))
            return math_new(c, MATH_UNDEF, 0);
    size_t cap = count_flat(terms, n);
    struct term *t = arena_take(&c->mem, cap, sizeof *t);
    if (!t || c->fault != MATH_FINE)
        return math_fail(c, MATH_OVER_LIMIT);
    size_t flat = flatten(c, t, terms, n);
    qsort(t, flat, sizeof *t, by_rest);
    flat = merge(c, t, flat);
    math_node *sum = math_new(c, MATH_ADD, 0);
    for (size_t i = 0; i < flat && c->fault == MATH_FINE; i++) {
        bool zero = mpq_sgn(t[i].coefficient->q) == 0;
        if (!zero || (t[i].rest && !canon_is_total(t[i].rest)))
            math_push(c, sum, join(c, t[i]));
    }
    if (c->fault != MATH_FINE)
        return &c->dummy;
    if (sum->n_args > 1)
        return sum;
    return sum->n_args ? sum->args[0] : math_integer(c, 0);
}

math_node *canon_difference(math_ctx *c, math_node *a, math_node *b)
{
    math_node *negated[] = {math_integer(c, -1), b};
    math_node *terms[] = {a, canon_product(c, negated, 2)};
    return canon_sum(c, terms, 2);
}
