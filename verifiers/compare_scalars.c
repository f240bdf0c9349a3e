/* compare_scalars.c - scalars with their tags: percent, unit, currency, degree, base.
 *
 * Leniency belongs to the gold's side of a grade. Without a policy a tag is part of the value. */
#include "verifiers/canon.h"
#include "verifiers/compare.h"
#include "verifiers/math_words.h"
#include "verifiers/scalar.h"
#include "verifiers/value.h"

static int marks_of(const math_node *n)
{
    return n->kind == MATH_QUANTITY ? n->tag : 0;
}

/* Canonical name of a unit; letters were kept as written. */
static text unit_of(const math_node *n)
{
    bool letter = n->kind == MATH_QUANTITY && (n->tag & MARK_LETTER);
    return n->kind != MATH_QUANTITY ? (text){NULL, 0} : letter ? word_unit(n->s) : n->s;
}

static math_node *times_rational(math_ctx *c, math_node *n, long top, unsigned long low)
{
    math_node *k = math_integer(c, top);
    if (c->fault == MATH_FINE)
        mpq_set_si(k->q, top, low);
    return math_binary(c, MATH_MUL, 0, n, k);
}

/* The first unless only the second is equal. */
static outcome either_equal(outcome a, outcome b)
{
    if (a.verdict == SHEAF_EQUAL || b.verdict == SHEAF_EQUAL)
        return a.verdict == SHEAF_EQUAL ? a : b;
    return a.verdict == SHEAF_UNKNOWN ? a : b.verdict == SHEAF_UNKNOWN ? b : a;
}

/* 6 m read as six times m, a + 6 m as a sum. */
static math_node *as_product(math_ctx *c, const math_node *n)
{
    math_node *x = n->args[0], *letter = math_named(c, MATH_VAR, n->s);
    if (x->kind != MATH_ADD)
        return math_binary(c, MATH_MUL, 0, x, letter);
    math_node *sum = math_new(c, MATH_ADD, 0);
    for (size_t i = 0; i + 1 < x->n_args; i++)
        math_push(c, sum, x->args[i]);
    math_push(c, sum, math_binary(c, MATH_MUL, 0, x->args[x->n_args - 1], letter));
    return sum;
}

static bool is_letter_unit(const math_node *n)
{
    return n->kind == MATH_QUANTITY && (n->tag & MARK_LETTER);
}

/* Units that exclude each other: both sides carry one and they are not the same. */
static bool tags_clash(const math_node *g, const math_node *p)
{
    int solid = MARK_UNIT | MARK_CURRENCY | MARK_DEGREE | MARK_PERCENT;
    int a = marks_of(g) & solid, b = marks_of(p) & solid;
    return a && b && (a != b || !text_equal(unit_of(g), unit_of(p)));
}

static outcome compare_percent(struct comparison *x, math_node *percent, math_node *plain)
{
    outcome magnitude = scalar_compare(x->c, percent, plain);
    if (magnitude.verdict == SHEAF_EQUAL)
        return magnitude;
    return either_equal(magnitude,
                        scalar_compare(x->c, times_rational(x->c, percent, 1, 100), plain));
}

static outcome compare_degrees(struct comparison *x, math_node *degrees, math_node *plain)
{
    outcome magnitude = scalar_compare(x->c, degrees, plain);
    if (magnitude.verdict == SHEAF_EQUAL || !x->policy->degrees_radians)
        return magnitude;
    math_node *radians = math_unary(x->c, MATH_DEG, 0, degrees);
    return either_equal(magnitude, scalar_compare(x->c, radians, plain));
}

/* The gold's base literal against digits without a base. */
static bool omits_base(const math_node *g, const math_node *p)
{
    return g->kind == MATH_BASE && p->kind == MATH_NUM && p->s.n > 0;
}

static outcome compare_digits(const math_node *g, const math_node *p)
{
    text s = p->s;
    while (s.n > 1 && s.p[0] == '0')
        s = text_slice(s, 1, s.n);
    return text_equal(g->s, s) ? outcome_equal("L0", "digits") : outcome_different("L0", "digits");
}

/* Does p round, half up, to g at k decimals? */
static bool rounds_to(math_ctx *c, const math_node *g, const math_node *p, int k)
{
    math_node *a = scalar_rational(c, g), *b = scalar_rational(c, p);
    if (!a || !b || k > 64)
        return false;
    math_node *unit = math_integer(c, 1), *r = math_number(c);
    if (c->fault != MATH_FINE)
        return false;
    mpz_ui_pow_ui(mpq_denref(unit->q), 10, (unsigned long)k);
    mpq_div(r->q, b->q, unit->q); /* floor(2 r + 1) / 2 */
    mpz_mul_2exp(mpq_numref(r->q), mpq_numref(r->q), 1);
    mpz_add(mpq_numref(r->q), mpq_numref(r->q), mpq_denref(r->q));
    mpz_mul_2exp(mpq_denref(r->q), mpq_denref(r->q), 1);
    mpz_fdiv_q(mpq_numref(r->q), mpq_numref(r->q), mpq_denref(r->q));
    mpz_set_ui(mpq_denref(r->q), 1);
    mpq_mul(r->q, r->q, unit->q);
    return mpq_equal(r->q, a->q);
}

static bool has_plain_log(const math_node *n)
{
    if (n->kind == MATH_FUNC && n->tag == FUNC_LOG && n->n_args == 1)
        return true;
    for (size_t i = 0; i < n->n_args; i++)
        if (has_plain_log(n->args[i]))
            return true;
    return false;
}

/* Copy in which \\log without a base is the decimal one. */
static math_node *with_decimal_logs(math_ctx *c, math_node *n)
{
    if (!has_plain_log(n))
        return n;
    bool log = n->kind == MATH_FUNC && n->tag == FUNC_LOG && n->n_args == 1;
    math_node *copy = math_new(c, n->kind, n->tag);
    copy->s = n->s;
    if (log)
        math_push(c, copy, math_integer(c, 10));
    for (size_t i = 0; i < n->n_args && c->fault == MATH_FINE; i++)
        math_push(c, copy, with_decimal_logs(c, n->args[i]));
    return copy;
}

/* The values; \\log without a base may be natural or decimal, on both sides alike. */
static outcome compare_logs(struct comparison *x, math_node *g, math_node *p)
{
    outcome natural = scalar_compare(x->c, g, p);
    if (natural.verdict == SHEAF_EQUAL || !(has_plain_log(g) || has_plain_log(p)))
        return natural;
    return either_equal(natural, scalar_compare(x->c, with_decimal_logs(x->c, g),
                                                with_decimal_logs(x->c, p)));
}

/* The values, after both sides were found to be of one kind. */
static outcome compare_plain(struct comparison *x, math_node *g, math_node *p)
{
    if (x->policy->base_optional && omits_base(g, p))
        return compare_digits(g, p);
    outcome o = compare_logs(x, g, p);
    int k = x->policy->round_gold_digits;
    if (o.verdict == SHEAF_DIFFERENT && k >= 0 && rounds_to(x->c, g, p, k))
        return outcome_equal("L1", "rounded");
    return o;
}

static outcome compare_leniently(struct comparison *x, math_node *g, math_node *p)
{
    math_node *a = value_scalar(g), *b = value_scalar(p);
    int only_g = marks_of(g) & ~marks_of(p), only_p = marks_of(p) & ~marks_of(g);
    if ((only_g | only_p) & MARK_PERCENT) {
        if (!x->policy->percent)
            return outcome_different("L0", "percent");
        return only_g & MARK_PERCENT ? compare_percent(x, a, b) : compare_percent(x, b, a);
    }
    if ((only_g | only_p) && !x->policy->units_optional)
        return outcome_different("L0", "unit");
    if (only_g & MARK_DEGREE)
        return compare_degrees(x, a, b);
    return compare_plain(x, a, b);
}

bool compare_is_strict(const sheaf_policy *p)
{
    return !(p->percent || p->units_optional || p->degrees_radians || p->base_optional ||
             p->loose_containers || p->round_gold_digits >= 0);
}

/* Same tags, same base, same value. */
static outcome compare_strictly(struct comparison *x, math_node *g, math_node *p)
{
    int tags = MARK_UNIT | MARK_DEGREE | MARK_PERCENT;
    bool same = (marks_of(g) & tags) == (marks_of(p) & tags) && text_equal(unit_of(g), unit_of(p));
    math_node *a = value_scalar(g), *b = value_scalar(p);
    int base_a = a->kind == MATH_BASE ? a->tag : 0, base_b = b->kind == MATH_BASE ? b->tag : 0;
    if (!same || base_a != base_b)
        return outcome_different("L0", "tag");
    return scalar_compare(x->c, a, b);
}

outcome compare_quantities(struct comparison *x, math_node *g, math_node *p)
{
    if (!value_scalar(g) || !value_scalar(p))
        return outcome_different("L0", "kind");
    if (compare_is_strict(x->policy))
        return compare_strictly(x, g, p);
    bool letter_g = is_letter_unit(g), letter_p = is_letter_unit(p);
    if (letter_g != letter_p) {
        math_node *product = as_product(x->c, letter_g ? g : p);
        math_node *other = letter_g ? p : g;
        if (math_has(other, MATH_VAR, -1) && other->kind != MATH_QUANTITY)
            return letter_g ? compare_plain(x, product, other) : compare_plain(x, other, product);
    }
    if (tags_clash(g, p))
        return outcome_different("L0", "unit");
    return compare_leniently(x, g, p);
}
