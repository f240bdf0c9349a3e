/* scalar.c - see scalar.h.
 *
 * Each decider looks at two forms and either decides or passes. What none decides is UNKNOWN, with
 * the kind of expression as the reason. The pair is put in order first, so that the verdict does
 * not depend on which side is which. */
#include "verifiers/scalar.h"

#include "verifiers/canon.h"
#include "verifiers/constant.h"
#include "verifiers/points.h"
#include "verifiers/reduce.h"
#include "verifiers/residue.h"

/* True: decided, *out is set. */
typedef bool decider(math_ctx *c, outcome *out, math_node *a, math_node *b);

/* A division by zero equals nothing; two of them are not told apart. */
static bool by_definedness(math_ctx *c, outcome *out, math_node *a, math_node *b)
{
    (void)c;
    bool x = a->kind == MATH_UNDEF, y = b->kind == MATH_UNDEF;
    if (x || y)
        *out = x && y ? outcome_unknown("undefined") : outcome_different("L1", "undefined");
    return x || y;
}

static bool by_rationals(math_ctx *c, outcome *out, math_node *a, math_node *b)
{
    (void)c;
    if (!math_is_number(a) || !math_is_number(b))
        return false;
    *out = mpq_equal(a->q, b->q) ? outcome_equal("L1", "rational")
                                 : outcome_different("L1", "rational");
    return true;
}

static bool by_identity(math_ctx *c, outcome *out, math_node *a, math_node *b)
{
    (void)c;
    if (math_order(a, b) != 0)
        return false;
    *out = outcome_equal("L0", "structural");
    return true;
}

static bool by_infinity(math_ctx *c, outcome *out, math_node *a, math_node *b)
{
    (void)c;
    if (!math_is_infinite(a) && !math_is_infinite(b))
        return false;
    *out = outcome_different("L0", "infinite");
    return true;
}

/* A difference that canonical rewriting makes a number: x + 1 and x. */
static bool by_difference(math_ctx *c, outcome *out, math_node *a, math_node *b)
{
    math_node *d = canon_difference(c, a, b);
    if (c->fault != MATH_FINE || !math_is_number(d))
        return false;
    *out = mpq_sgn(d->q) == 0 ? outcome_equal("L0", "difference")
                              : outcome_different("L0", "difference");
    return true;
}

static bool by_residues(math_ctx *c, outcome *out, math_node *a, math_node *b)
{
    switch (residue_compare(c, a, b)) {
    case RESIDUE_EQUAL: *out = outcome_equal("L2", "residue"); return true;
    case RESIDUE_DIFFERENT: *out = outcome_different("L2", "residue"); return true;
    default: return false;
    }
}

static bool has_variables(const math_node *a, const math_node *b)
{
    return math_has(a, MATH_VAR, -1) || math_has(b, MATH_VAR, -1);
}

static bool by_constants(math_ctx *c, outcome *out, math_node *a, math_node *b)
{
    struct proof proof;
    if (has_variables(a, b))
        return false;
    enum truth zero = constant_is_zero(c, canon_difference(c, a, b), &proof);
    *out = zero == TRUTH_YES ? outcome_equal(proof.level, proof.reason)
                             : outcome_different(proof.level, proof.reason);
    return zero != TRUTH_UNKNOWN && c->fault == MATH_FINE;
}

static bool by_points(math_ctx *c, outcome *out, math_node *a, math_node *b)
{
    return has_variables(a, b) && points_compare(c, out, a, b);
}

static decider *const chain[] = {by_definedness, by_rationals, by_identity,  by_infinity,
                                 by_difference,  by_residues,  by_constants, by_points};

/* What an undecided pair is made of. */
static const char *undecided_kind(const math_node *a, const math_node *b)
{
    if (has_variables(a, b))
        return "functions";
    if (math_has(a, MATH_FACT, -1) || math_has(b, MATH_FACT, -1) || math_has(a, MATH_BINOM, -1) ||
        math_has(b, MATH_BINOM, -1))
        return "size";
    bool kernels = math_has(a, MATH_FUNC, -1) || math_has(b, MATH_FUNC, -1);
    bool pi = math_has(a, MATH_CONST, CONST_PI) || math_has(b, MATH_CONST, CONST_PI);
    bool e = math_has(a, MATH_CONST, CONST_E) || math_has(b, MATH_CONST, CONST_E);
    return kernels || pi || e ? "transcendental" : "radicals";
}

math_node *scalar_value(math_ctx *c, const math_node *n)
{
    return reduce(c, canon(c, n));
}

outcome scalar_compare(math_ctx *c, const math_node *a, const math_node *b)
{
    math_node *x = scalar_value(c, a), *y = scalar_value(c, b);
    outcome out = outcome_unknown("limit");
    if (c->fault == MATH_FINE && math_order(x, y) > 0) {
        math_node *t = x;
        x = y;
        y = t;
    }
    for (size_t i = 0; i < sizeof chain / sizeof *chain && c->fault == MATH_FINE; i++)
        if (chain[i](c, &out, x, y))
            return out;
    return c->fault == MATH_FINE ? outcome_unknown(undecided_kind(x, y)) : out;
}

math_node *scalar_rational(math_ctx *c, const math_node *n)
{
    if (!math_is_scalar(n))
        return NULL;
    math_node *form = scalar_value(c, n);
    return c->fault == MATH_FINE && math_is_number(form) ? form : NULL;
}
