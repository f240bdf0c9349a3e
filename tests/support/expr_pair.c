/* expr_pair.c - see expr_pair.h. */
#include "tests/support/expr_pair.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/expr_answer.h"
#include "tests/support/expr_value.h"

#define ATTEMPTS 2000
#define MAX_BYTES 1500 /* below the limits of the verifier */
#define MAX_VALUES 4

static const struct kind {
    const char *name;
    enum answer_shape shape;
    enum expr_family_id family;
} kinds[PAIR_KINDS] = {
    {"integer", ANSWER_SCALAR, FAMILY_INTEGER},
    {"rational", ANSWER_SCALAR, FAMILY_RATIONAL},
    {"polynomial", ANSWER_SCALAR, FAMILY_POLYNOMIAL},
    {"polynomial, 3 letters", ANSWER_SCALAR, FAMILY_POLYNOMIAL_3},
    {"rational function", ANSWER_SCALAR, FAMILY_RATIONAL_FUNCTION},
    {"surd", ANSWER_SCALAR, FAMILY_SURD},
    {"nested surd", ANSWER_SCALAR, FAMILY_NESTED_SURD},
    {"logarithm", ANSWER_SCALAR, FAMILY_LOG},
    {"exponential", ANSWER_SCALAR, FAMILY_EXP},
    {"trigonometry", ANSWER_SCALAR, FAMILY_TRIG},
    {"pi, e, arctan", ANSWER_SCALAR, FAMILY_PI},
    {"complex", ANSWER_SCALAR, FAMILY_COMPLEX},
    {"mixed constant", ANSWER_SCALAR, FAMILY_MIXED},
    {"function", ANSWER_SCALAR, FAMILY_FUNCTION},
    {"absolute value", ANSWER_SCALAR, FAMILY_ABS},
    {"percent", ANSWER_PERCENT, FAMILY_RATIONAL},
    {"tuple of rationals", ANSWER_TUPLE, FAMILY_RATIONAL},
    {"tuple of surds", ANSWER_TUPLE, FAMILY_SURD},
    {"set of rationals", ANSWER_SET, FAMILY_RATIONAL},
    {"set of surds", ANSWER_SET, FAMILY_SURD},
    {"ratio", ANSWER_RATIO, FAMILY_RATIONAL},
    {"region, rational", ANSWER_REGION, FAMILY_RATIONAL},
    {"region, surds", ANSWER_REGION, FAMILY_SURD},
    {"matrix", ANSWER_MATRIX, FAMILY_RATIONAL},
    {"equation", ANSWER_EQUATION, FAMILY_POLYNOMIAL_3},
    {"inequality", ANSWER_INEQUALITY, FAMILY_POLYNOMIAL_3},
};

const char *pair_kind_name(size_t kind)
{
    return kinds[kind].name;
}

static void give_up(const struct maker *m, const char *what)
{
    fprintf(stderr, "seed %llu, round %llu: no %s in %d attempts\n",
            (unsigned long long)m->dice.seed, (unsigned long long)m->dice.round, what, ATTEMPTS);
    abort();
}

/* False when the text is too long. */
static bool spell(strbuf *out, const struct answer *a, struct maker *m)
{
    strbuf_reset(out);
    answer_print(out, a, m);
    return !out->failed && out->n <= MAX_BYTES;
}

static bool try_pair(struct maker *m, struct pair *out, const struct kind *k)
{
    struct answer a, left, right;
    if (!answer_make(m, &a, k->shape, k->family) || !answer_disguise(m, &left, &a))
        return false;
    if (out->equal ? !answer_disguise(m, &right, &a) : !answer_slip(m, &right, &a))
        return false;
    return spell(&out->a, &left, m) && spell(&out->b, &right, m);
}

void pair_make(struct maker *m, struct pair *out, size_t kind, bool equal)
{
    out->equal = equal;
    for (int i = 0; i < ATTEMPTS; i++)
        if (try_pair(m, out, &kinds[kind]))
            return;
    give_up(m, kinds[kind].name);
}

void pair_free(struct pair *p)
{
    strbuf_free(&p->a);
    strbuf_free(&p->b);
}

/* ---- rationals against GMP ------------------------------------------------------------------ */

/* q + 10^-k or q (1 + 10^-k) */
static void nudge(mpq_t q, struct maker *m)
{
    mpq_t tiny;
    mpq_init(tiny);
    mpz_set_ui(mpq_numref(tiny), 1);
    mpz_ui_pow_ui(mpq_denref(tiny), 10, (unsigned long)dice_between(&m->dice, 0, 60));
    if (mpq_sgn(q) != 0 && dice_once_in(&m->dice, 2))
        mpq_mul(tiny, tiny, q);
    mpq_add(q, q, tiny);
    mpq_clear(tiny);
}

static bool try_rational(struct maker *m, struct pair *out)
{
    struct answer a = {.shape = ANSWER_SCALAR, .family = FAMILY_RATIONAL, .n_items = 1};
    mpq_t value;
    mpq_init(value);
    a.items[0] = expr_grow(m, &expr_families[FAMILY_RATIONAL]);
    bool ok = expr_rational(value, a.items[0]) && spell(&out->a, &a, m);
    if (ok) {
        if (!out->equal)
            nudge(value, m);
        strbuf_reset(&out->b);
        rational_print(&out->b, value, m);
        ok = !out->b.failed && out->b.n <= MAX_BYTES;
    }
    mpq_clear(value);
    return ok;
}

void rational_pair_make(struct maker *m, struct pair *out, bool equal)
{
    out->equal = equal;
    for (int i = 0; i < ATTEMPTS; i++)
        if (try_rational(m, out))
            return;
    give_up(m, "rational");
}

/* ---- partitions ----------------------------------------------------------------------------- */

/* Values of one kind, each proven to differ from all before it; returns how many. Only shapes of
 * one item: of others answer_slip does not say that two of its results differ. */
static size_t make_values(struct maker *m, struct answer *values, const struct kind *k)
{
    size_t n = 0;
    for (int i = 0; i < ATTEMPTS && n < MAX_VALUES; i++) {
        bool fresh = n > 0 ? answer_slip(m, &values[n], &values[0])
                           : answer_make(m, &values[0], ANSWER_SCALAR, k->family);
        for (size_t v = 0; fresh && v < n; v++)
            fresh = expr_relate(&m->dice, values[v].items[0], values[n].items[0]) == EXPR_APART;
        n += fresh;
    }
    return n;
}

void partition_make(struct maker *m, struct partition *out, size_t kind)
{
    struct answer values[MAX_VALUES], other;
    size_t n_values = make_values(m, values, &kinds[kind]);
    if (n_values == 0)
        give_up(m, kinds[kind].name);
    out->n = 0;
    for (int i = 0; i < ATTEMPTS && out->n < PARTITION_MAX; i++) {
        size_t v = dice_roll(&m->dice, n_values);
        if (!answer_disguise(m, &other, &values[v]) || !spell(&out->text[out->n], &other, m))
            continue;
        out->class_of[out->n++] = (int)v;
    }
}

void partition_free(struct partition *p)
{
    for (size_t i = 0; i < PARTITION_MAX; i++)
        strbuf_free(&p->text[i]);
}
