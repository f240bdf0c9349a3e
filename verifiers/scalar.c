/* scalar.c - see scalar.h.
 *
 * Each decider looks at two forms and either decides or passes. Levels L3 to L5 (radicals,
 * constants of logarithms and angles, functions by points) take their place at the end of the
 * chain; until then what only they could decide is UNKNOWN, with the level that is missing as the
 * reason. */
#include "verifiers/scalar.h"

#include "verifiers/canon.h"
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

static decider *const chain[] = {by_definedness, by_rationals, by_identity,
                                 by_infinity,    by_difference, by_residues};

/* What an undecided pair would need. */
static const char *missing_level(const math_node *a, const math_node *b)
{
    if (math_has(a, MATH_VAR, -1) || math_has(b, MATH_VAR, -1))
        return "functions";
    if (math_has(a, MATH_FACT, -1) || math_has(b, MATH_FACT, -1) || math_has(a, MATH_BINOM, -1) ||
        math_has(b, MATH_BINOM, -1))
        return "size";
    bool kernels = math_has(a, MATH_FUNC, -1) || math_has(b, MATH_FUNC, -1);
    bool pi = math_has(a, MATH_CONST, CONST_PI) || math_has(b, MATH_CONST, CONST_PI);
    bool e = math_has(a, MATH_CONST, CONST_E) || math_has(b, MATH_CONST, CONST_E);
    return kernels || pi || e ? "transcendental" : "radicals";
}

outcome scalar_compare(math_ctx *c, const math_node *a, const math_node *b)
{
    math_node *x = canon(c, a), *y = canon(c, b);
    outcome out = outcome_unknown("limit");
    for (size_t i = 0; i < sizeof chain / sizeof *chain && c->fault == MATH_FINE; i++)
        if (chain[i](c, &out, x, y))
            return out;
    return c->fault == MATH_FINE ? outcome_unknown(missing_level(x, y)) : out;
}

math_node *scalar_rational(math_ctx *c, const math_node *n)
{
    if (!math_is_scalar(n))
        return NULL;
    math_node *form = canon(c, n);
    return c->fault == MATH_FINE && math_is_number(form) ? form : NULL;
}
