/* canon.c - see canon.h. Dispatch, functions of numbers, and what is known about definedness. */
#include "verifiers/canon.h"

#include "verifiers/exact.h"

static bool all_positive(const math_node *n)
{
    for (size_t i = 0; i < n->n_args; i++)
        if (!canon_is_positive(n->args[i]))
            return false;
    return true;
}

/* ln of a number above 1; cosines of rational angles, whose forms lie in (0, pi/2). */
static bool is_positive_function(const math_node *n)
{
    mpq_t share;
    if (n->tag == FUNC_LN)
        return n->args[0]->kind == MATH_NUM && mpq_cmp_ui(n->args[0]->q, 1, 1) > 0;
    if (n->tag != FUNC_COS)
        return false;
    mpq_init(share);
    bool rational = canon_pi_share(share, n->args[0]);
    mpq_clear(share);
    return rational;
}

bool canon_is_positive(const math_node *n)
{
    switch (n->kind) {
    case MATH_NUM: return mpq_sgn(n->q) > 0;
    case MATH_CONST: return n->tag == CONST_E || n->tag == CONST_PI;
    case MATH_POW: return n->args[1]->kind == MATH_NUM && canon_is_positive(n->args[0]);
    case MATH_ADD: case MATH_MUL: return all_positive(n);
    case MATH_FUNC: return is_positive_function(n);
    default: return false;
    }
}

static bool all_real(const math_node *n)
{
    for (size_t i = 0; i < n->n_args; i++)
        if (!canon_is_real(n->args[i]))
            return false;
    return true;
}

/* Surely >= 0: even powers of reals, and sums and products of such. */
static bool is_nonnegative(const math_node *n)
{
    if (canon_is_positive(n))
        return true;
    if (n->kind == MATH_POW && math_is_integer(n->args[1]))
        return mpz_even_p(mpq_numref(n->args[1]->q)) && canon_is_real(n->args[0]);
    if (n->kind == MATH_FUNC)
        return n->tag == FUNC_ABS;
    bool all = n->kind == MATH_ADD || n->kind == MATH_MUL;
    for (size_t i = 0; i < n->n_args && all; i++)
        all = is_nonnegative(n->args[i]);
    return all;
}

bool canon_is_real(const math_node *n)
{
    switch (n->kind) {
    case MATH_NUM: case MATH_VAR: return true;
    case MATH_CONST: return n->tag == CONST_E || n->tag == CONST_PI;
    case MATH_ADD: case MATH_MUL: return all_real(n);
    case MATH_POW: {
        const math_node *e = n->args[1];
        bool odd_root = e->kind == MATH_NUM && mpz_odd_p(mpq_denref(e->q));
        return all_real(n) && (odd_root || is_nonnegative(n->args[0]));
    }
    case MATH_FUNC:
        if (n->tag == FUNC_LN)
            return canon_is_positive(n->args[0]);
        return n->tag != FUNC_ASIN && all_real(n);
    default: return false;
    }
}

bool canon_is_nonzero(const math_node *n)
{
    if (canon_is_positive(n))
        return true;
    switch (n->kind) {
    case MATH_NUM:
        return mpq_sgn(n->q) != 0;
    case MATH_VAR:
        return true;
    case MATH_CONST:
        return !math_is_infinite(n);
    case MATH_POW:
        return canon_is_nonzero(n->args[0]) && n->args[1]->kind == MATH_NUM;
    case MATH_MUL:
        for (size_t i = 0; i < n->n_args; i++)
            if (!canon_is_nonzero(n->args[i]))
                return false;
        return true;
    case MATH_ADD: /* a linear sum in one place: variables with a number cannot cancel */
        return n->n_args == 2 && (n->args[0]->kind == MATH_NUM || n->args[0]->kind == MATH_VAR) &&
               n->args[1]->kind == MATH_VAR;
    default:
        return false;
    }
}

static bool is_total_function(int f)
{
    switch (f) {
    case FUNC_SIN: case FUNC_COS: case FUNC_SINH: case FUNC_COSH: case FUNC_TANH: case FUNC_ATAN:
    case FUNC_ABS: case FUNC_FLOOR: case FUNC_CEIL: case FUNC_MIN: case FUNC_MAX:
        return true;
    default:
        return false;
    }
}

bool canon_is_total(const math_node *n)
{
    for (size_t i = 0; i < n->n_args; i++)
        if (!canon_is_total(n->args[i]))
            return false;
    switch (n->kind) {
    case MATH_NUM: case MATH_VAR: case MATH_ADD: case MATH_MUL:
        return true;
    case MATH_CONST:
        return !math_is_infinite(n);
    case MATH_POW:
        return canon_is_nonzero(n->args[0]) ||
               (n->args[1]->kind == MATH_NUM && mpq_sgn(n->args[1]->q) > 0);
    case MATH_FUNC:
        return is_total_function(n->tag) || (n->tag == FUNC_LN && canon_is_nonzero(n->args[0]));
    default:
        return false;
    }
}

/* ---- functions of numbers ---------------------------------------------------------------------
 */

static math_node *rounded(math_ctx *c, const math_node *x, bool up)
{
    math_node *n = math_number(c);
    if (c->fault != MATH_FINE)
        return n;
    if (up)
        mpz_cdiv_q(mpq_numref(n->q), mpq_numref(x->q), mpq_denref(x->q));
    else
        mpz_fdiv_q(mpq_numref(n->q), mpq_numref(x->q), mpq_denref(x->q));
    return n;
}

static math_node *magnitude(math_ctx *c, const math_node *x)
{
    math_node *n = math_copy_number(c, x->q);
    mpq_abs(n->q, n->q);
    return n;
}

static math_node *extreme(const math_node *call, int sign)
{
    math_node *best = call->args[0];
    for (size_t i = 1; i < call->n_args; i++)
        if (mpq_cmp(call->args[i]->q, best->q) * sign > 0)
            best = call->args[i];
    return best;
}

static math_node *divisor(math_ctx *c, math_node *call)
{
    math_node *n = math_integer(c, call->tag == FUNC_LCM ? 1 : 0);
    for (size_t i = 0; i < call->n_args && c->fault == MATH_FINE; i++) {
        const math_node *a = call->args[i];
        double bits = exact_bits(n->q) + exact_bits(a->q);
        if (!math_is_integer(a) || bits > MATH_MAX_BITS / 16 || !math_charge(c, bits))
            return call;
        if (call->tag == FUNC_LCM)
            mpz_lcm(mpq_numref(n->q), mpq_numref(n->q), mpq_numref(a->q));
        else
            mpz_gcd(mpq_numref(n->q), mpq_numref(n->q), mpq_numref(a->q));
    }
    return n;
}

static bool all_numbers(const math_node *call)
{
    for (size_t i = 0; i < call->n_args; i++)
        if (!math_is_number(call->args[i]))
            return false;
    return call->n_args > 0;
}

/* floor(k + x) = k + floor(x) for the integer part k of a sum's constant. */
static math_node *floor_of(math_ctx *c, math_node *x)
{
    if (x->kind != MATH_ADD || x->args[0]->kind != MATH_NUM)
        return math_unary(c, MATH_FUNC, FUNC_FLOOR, x);
    math_node *k = rounded(c, x->args[0], false);
    if (math_is_small(k, 0))
        return math_unary(c, MATH_FUNC, FUNC_FLOOR, x);
    math_node *rest = math_unary(c, MATH_FUNC, FUNC_FLOOR, canon_difference(c, x, k));
    math_node *terms[] = {k, rest};
    return canon_sum(c, terms, 2);
}

static math_node *ceiling_of(math_ctx *c, math_node *x)
{
    math_node *minus = math_integer(c, -1), *inner[] = {minus, x};
    math_node *outer[] = {minus, floor_of(c, canon_product(c, inner, 2))};
    return canon_product(c, outer, 2);
}

/* |k x| = |k| |x| */
static math_node *magnitude_of(math_ctx *c, math_node *x)
{
    math_node *rest, *k = canon_split(c, x, &rest);
    bool flip = x->kind == MATH_ADD && canon_leads_negative(x);
    if (flip)
        rest = canon_difference(c, math_integer(c, 0), x);
    if (c->fault != MATH_FINE || !rest)
        return x;
    math_node *factors[] = {magnitude(c, k), math_unary(c, MATH_FUNC, FUNC_ABS, rest)};
    return canon_product(c, factors, 2);
}

static math_node *call_of_form(math_ctx *c, math_node *call)
{
    switch (call->tag) {
    case FUNC_LN: return canon_log(c, call->args[0]);
    case FUNC_LOG: /* without a base the natural one */
        return call->n_args == 1 ? canon_log(c, call->args[0])
                                 : canon_log_to_base(c, call->args[0], call->args[1]);
    case FUNC_FLOOR: return floor_of(c, call->args[0]);
    case FUNC_CEIL: return ceiling_of(c, call->args[0]);
    case FUNC_ABS: return magnitude_of(c, call->args[0]);
    default: break;
    }
    math_node *angle = canon_angle(c, (enum math_func)call->tag, call->args[0]);
    return angle ? angle : call;
}

static math_node *folded_call(math_ctx *c, math_node *call)
{
    bool commutes = call->tag >= FUNC_MIN && call->tag <= FUNC_LCM;
    if (commutes)
        math_sort(call->args, call->n_args);
    if (!all_numbers(call))
        return call_of_form(c, call);
    switch (call->tag) {
    case FUNC_ABS: return magnitude(c, call->args[0]);
    case FUNC_FLOOR: return rounded(c, call->args[0], false);
    case FUNC_CEIL: return rounded(c, call->args[0], true);
    case FUNC_MIN: return extreme(call, -1);
    case FUNC_MAX: return extreme(call, 1);
    case FUNC_GCD: case FUNC_LCM: return divisor(c, call);
    default: return call_of_form(c, call);
    }
}

static math_node *folded_factorial(math_ctx *c, math_node *n)
{
    const math_node *x = n->args[0];
    if (!math_is_integer(x))
        return n;
    if (mpq_sgn(x->q) < 0)
        return math_new(c, MATH_UNDEF, 0);
    math_node *r = math_number(c);
    bool done = c->fault == MATH_FINE &&
                exact_factorial(c, r->q, mpq_numref(x->q), n->kind == MATH_FACT ? 1 : 2);
    return done ? r : n;
}

static math_node *folded_binomial(math_ctx *c, math_node *n)
{
    const math_node *top = n->args[0], *low = n->args[1];
    if (!math_is_integer(top) || !math_is_integer(low) || mpq_sgn(top->q) < 0)
        return n;
    math_node *r = math_number(c);
    bool done = c->fault == MATH_FINE &&
                exact_binomial(c, r->q, mpq_numref(top->q), mpq_numref(low->q));
    return done ? r : n;
}

/* ---- dispatch ---------------------------------------------------------------------------------
 */

static math_node *canon_degrees(math_ctx *c, math_node *x)
{
    math_node *share = math_integer(c, 1);
    mpq_set_ui(share->q, 1, 180);
    math_node *factors[] = {x, math_new(c, MATH_CONST, CONST_PI), share};
    return canon_product(c, factors, 3);
}

static bool has_undefined_args(const math_node *n)
{
    bool nested = n->kind != MATH_ADD && n->kind != MATH_MUL && n->kind != MATH_PAREN;
    for (size_t i = 0; i < n->n_args; i++)
        if (n->args[i]->kind == MATH_UNDEF || (nested && math_is_infinite(n->args[i])))
            return true;
    return false;
}

math_node *canon_of_forms(math_ctx *c, math_node *m)
{
    if (c->fault != MATH_FINE)
        return &c->dummy;
    if (has_undefined_args(m))
        return math_new(c, MATH_UNDEF, 0);
    switch (m->kind) {
    case MATH_PAREN: return m->args[0];
    case MATH_ADD: return canon_sum(c, m->args, m->n_args);
    case MATH_MUL: return canon_product(c, m->args, m->n_args);
    case MATH_POW: return canon_power(c, m->args[0], m->args[1]);
    case MATH_DEG: return canon_degrees(c, m->args[0]);
    case MATH_FUNC: return folded_call(c, m);
    case MATH_BINOM: return folded_binomial(c, m);
    case MATH_FACT: case MATH_DFACT: return folded_factorial(c, m);
    default: return m;
    }
}

math_node *canon(math_ctx *c, const math_node *n)
{
    if (n->kind == MATH_NUM)
        return (math_node *)n;
    if (n->kind == MATH_BASE)
        return math_copy_number(c, n->q);
    math_node *m = math_new(c, n->kind, n->tag);
    m->s = n->s;
    for (size_t i = 0; i < n->n_args && c->fault == MATH_FINE; i++)
        math_push(c, m, canon(c, n->args[i]));
    return canon_of_forms(c, m);
}

math_node *canon_substitute(math_ctx *c, math_node *n, text name, math_node *value)
{
    if (n->kind == MATH_VAR && text_equal(n->s, name))
        return value;
    if (n->n_args == 0)
        return n;
    math_node *copy = math_new(c, n->kind, n->tag);
    copy->s = n->s;
    for (size_t i = 0; i < n->n_args && c->fault == MATH_FINE; i++)
        math_push(c, copy, canon_substitute(c, n->args[i], name, value));
    return canon_of_forms(c, copy);
}
