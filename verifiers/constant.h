/* constant.h - levels L3 and L4: what is known of a constant form (canon.h).
 *
 * A constant is enclosed in a rectangle at rising precision. A rectangle without 0 proves that the
 * constant is not 0. That it is 0 has two proofs: an algebraic constant that is smaller than its
 * separation bound (separation.h), and formal identity, exp, log and pi taken as unknowns
 * (formal.h). Branches inside (is this radicand real, is it 0?) are decided the same way. */
#ifndef VERIFIERS_CONSTANT_H
#define VERIFIERS_CONSTANT_H

#include "verifiers/math_node.h"
#include "verifiers/rect.h"

enum truth { TRUTH_NO, TRUTH_YES, TRUTH_UNKNOWN };

/* ---- enclose.c --------------------------------------------------------------------------------
 */

enum enclosure {
    ENCLOSED,
    ENCLOSE_COARSE,    /* more bits may help */
    ENCLOSE_UNDEFINED, /* division by 0, log 0 */
    ENCLOSE_NONREAL,   /* only where reals are asked for */
    ENCLOSE_OUTSIDE,   /* too large, undecidable here, or no number */
};

/* A value for a variable. */
struct binding {
    text name;
    math_node *value; /* NUM */
};

struct evaluation {
    math_ctx *c;
    mpfr_prec_t bits;
    const struct binding *bindings; /* NULL for a constant; with them nothing is proved inside */
    size_t n_bindings;
    bool real_domain; /* even roots and logs of negative numbers are NONREAL */
};

/* The form's value into *r (rect_init with e->bits). Charges fuel. */
enum enclosure enclose(const struct evaluation *e, rect *r, math_node *n);

/* ---- constant.c -------------------------------------------------------------------------------
 */

/* How a question about a constant was settled: "separation", "formal", "interval", ... */
struct proof {
    const char *level, *reason;
};

/* Is the constant form 0? `proof` may be NULL. UNKNOWN also for what is not defined. */
enum truth constant_is_zero(math_ctx *c, math_node *n, struct proof *proof);

/* Is the constant real? */
enum truth constant_is_real(math_ctx *c, math_node *n);

/* Sign of a real constant: -1, 0, 1; SIGN_UNKNOWN when it is not decided or not real. */
#define SIGN_UNKNOWN 2
int constant_sign(math_ctx *c, math_node *n);

/* Largest integer <= n, for a real constant; false when it is not decided. */
bool constant_floor(math_ctx *c, mpz_ptr out, math_node *n);

#endif
