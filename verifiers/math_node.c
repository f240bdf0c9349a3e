/* math_node.c - see math_node.h. */
#include "verifiers/math_node.h"

#include <math.h>
#include <mpfr.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_LIMIT ((size_t)32 << 20)
#define NODE_FUEL 512.0 /* what building a node and sorting it in costs */

static void begin(math_ctx *c, arena mem)
{
    *c = (math_ctx){.mem = mem, .fuel = MATH_FUEL, .max_nodes = 16 * (size_t)MATH_MAX_NODES};
    c->dummy = (math_node){.kind = MATH_NUM};
    mpq_init(c->dummy.q);
}

static void clear_numbers(math_ctx *c)
{
    for (math_node *n = c->numbers; n; n = n->next_number)
        mpq_clear(n->q);
    mpq_clear(c->dummy.q);
    c->numbers = NULL;
}

void math_init(math_ctx *c)
{
    arena mem;
    arena_init(&mem, MEMORY_LIMIT);
    begin(c, mem);
}

void math_reset(math_ctx *c)
{
    clear_numbers(c);
    arena_reset(&c->mem);
    begin(c, c->mem);
}

void math_free(math_ctx *c)
{
    clear_numbers(c);
    arena_free(&c->mem);
    mpfr_free_cache();
}

math_node *math_fail(math_ctx *c, enum math_fault fault)
{
    if (c->fault == MATH_FINE)
        c->fault = fault;
    return &c->dummy;
}

bool math_spend(math_ctx *c, double units)
{
    c->fuel -= units;
    if (c->fuel < 0)
        math_fail(c, MATH_OUT_OF_FUEL);
    return c->fuel >= 0;
}

bool math_charge(math_ctx *c, double bits)
{
    double limbs = ceil(bits / 64) + 1;
    return math_spend(c, limbs < 4 ? limbs : pow(limbs, 1.6));
}

math_node *math_new(math_ctx *c, enum math_kind kind, int tag)
{
    if (c->fault != MATH_FINE)
        return &c->dummy;
    math_node *n = c->n_nodes < c->max_nodes ? arena_take(&c->mem, 1, sizeof *n) : NULL;
    if (!n)
        return math_fail(c, MATH_OVER_LIMIT);
    c->n_nodes++;
    if (!math_spend(c, NODE_FUEL))
        return &c->dummy;
    n->kind = kind;
    n->tag = tag;
    n->weight = 1;
    if (kind == MATH_NUM || kind == MATH_BASE) {
        mpq_init(n->q);
        n->next_number = c->numbers;
        c->numbers = n;
    }
    return n;
}

math_node *math_number(math_ctx *c)
{
    return math_new(c, MATH_NUM, 0);
}

math_node *math_integer(math_ctx *c, long value)
{
    math_node *n = math_number(c);
    mpq_set_si(n->q, value, 1);
    return n;
}

math_node *math_one(math_ctx *c)
{
    if (c->fault == MATH_FINE && !c->one)
        c->one = math_integer(c, 1);
    return c->fault == MATH_FINE ? c->one : &c->dummy;
}

math_node *math_copy_number(math_ctx *c, mpq_srcptr q)
{
    math_node *n = math_number(c);
    if (n->q != q)
        mpq_set(n->q, q);
    return n;
}

math_node *math_copy(math_ctx *c, const math_node *n)
{
    math_node *copy = math_new(c, n->kind, n->tag);
    if (c->fault != MATH_FINE)
        return copy;
    if (n->kind == MATH_NUM || n->kind == MATH_BASE)
        mpq_set(copy->q, n->q);
    copy->known = n->known;
    copy->s = (text){n->s.n ? arena_strndup(&c->mem, n->s.p, n->s.n) : NULL, n->s.n};
    if (n->s.n && !copy->s.p)
        return math_fail(c, MATH_OVER_LIMIT);
    for (size_t i = 0; i < n->n_args && c->fault == MATH_FINE; i++)
        math_push(c, copy, math_copy(c, n->args[i]));
    return copy;
}

math_node *math_named(math_ctx *c, enum math_kind kind, text s)
{
    math_node *n = math_new(c, kind, 0);
    n->s = s;
    return n;
}

void math_push(math_ctx *c, math_node *parent, math_node *child)
{
    if (c->fault != MATH_FINE || parent == &c->dummy)
        return;
    if (parent->n_args == parent->cap) {
        size_t cap = parent->cap ? parent->cap * 2 : 2;
        math_node **args = arena_take(&c->mem, cap, sizeof *args);
        if (!args) {
            math_fail(c, MATH_OVER_LIMIT);
            return;
        }
        if (parent->n_args)
            memcpy(args, parent->args, parent->n_args * sizeof *args);
        parent->args = args;
        parent->cap = cap;
    }
    parent->args[parent->n_args++] = child;
    parent->weight += child->weight;
    if (parent->weight > MATH_MAX_WEIGHT)
        math_fail(c, MATH_OVER_LIMIT);
}

math_node *math_unary(math_ctx *c, enum math_kind kind, int tag, math_node *a)
{
    math_node *n = math_new(c, kind, tag);
    math_push(c, n, a);
    return c->fault == MATH_FINE ? n : &c->dummy; /* never without its argument */
}

math_node *math_binary(math_ctx *c, enum math_kind kind, int tag, math_node *a, math_node *b)
{
    math_node *n = math_unary(c, kind, tag, a);
    math_push(c, n, b);
    return c->fault == MATH_FINE ? n : &c->dummy;
}

math_node *math_negated(math_ctx *c, math_node *a)
{
    return math_binary(c, MATH_MUL, 0, math_integer(c, -1), a);
}

math_node *math_quotient(math_ctx *c, math_node *a, math_node *b)
{
    return math_binary(c, MATH_MUL, 0, a, math_binary(c, MATH_POW, 0, b, math_integer(c, -1)));
}

bool math_is_number(const math_node *n)
{
    return n->kind == MATH_NUM;
}

bool math_is_integer(const math_node *n)
{
    return n->kind == MATH_NUM && mpz_cmp_ui(mpq_denref(n->q), 1) == 0;
}

bool math_is_small(const math_node *n, long value)
{
    return n->kind == MATH_NUM && mpq_cmp_si(n->q, value, 1) == 0;
}

bool math_is_minus_one(const math_node *n)
{
    while (n->kind == MATH_PAREN && n->n_args)
        n = n->args[0];
    return n->kind == MATH_MUL && n->n_args == 2 && math_is_small(n->args[0], -1) &&
           math_is_small(n->args[1], 1);
}

bool math_is_const(const math_node *n, enum math_const id)
{
    return n->kind == MATH_CONST && n->tag == (int)id;
}

bool math_is_infinite(const math_node *n)
{
    return math_is_const(n, CONST_INF) || math_is_const(n, CONST_NEG_INF);
}

bool math_is_scalar(const math_node *n)
{
    return n->kind <= MATH_UNDEF;
}

bool math_has(const math_node *n, enum math_kind kind, int tag)
{
    if (n->kind == kind && (tag == -1 || n->tag == tag))
        return true;
    for (size_t i = 0; i < n->n_args; i++)
        if (math_has(n->args[i], kind, tag))
            return true;
    return false;
}

static int text_order(text a, text b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int d = n ? memcmp(a.p, b.p, n) : 0;
    return d ? d : (a.n > b.n) - (a.n < b.n);
}

int math_order(const math_node *a, const math_node *b)
{
    if (a == b)
        return 0;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->kind == MATH_NUM)
        return mpq_cmp(a->q, b->q);
    if (a->tag != b->tag)
        return a->tag < b->tag ? -1 : 1;
    int d = text_order(a->s, b->s);
    if (d)
        return d;
    for (size_t i = 0; i < a->n_args && i < b->n_args; i++) {
        d = math_order(a->args[i], b->args[i]);
        if (d)
            return d;
    }
    return (a->n_args > b->n_args) - (a->n_args < b->n_args);
}

static int by_order(const void *a, const void *b)
{
    return math_order(*(math_node *const *)a, *(math_node *const *)b);
}

void math_sort(math_node **nodes, size_t n)
{
    if (n > 1)
        qsort(nodes, n, sizeof *nodes, by_order);
}
