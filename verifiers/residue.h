/* residue.h - level L2: rational functions and huge constants by residues modulo random primes.
 *
 * Forms (canon.h) over + - * / and integer exponents are evaluated at random points modulo random
 * 62-bit primes; nothing is expanded. Residues that differ prove DIFFERENT. Residues that agree at
 * enough points give EQUAL with an error probability below 2^-80, by the degree of the difference
 * (Schwartz, Zippel) and the size of its coefficients.
 *
 * i is a square root of -1 modulo p. pi or e is one more variable: sound for one of them (both are
 * transcendental), while with both in play a difference is only UNKNOWN. Variables in exponents
 * take integer values. */
#ifndef VERIFIERS_RESIDUE_H
#define VERIFIERS_RESIDUE_H

#include "verifiers/math_node.h"

enum residue_verdict {
    RESIDUE_EQUAL,
    RESIDUE_DIFFERENT,
    RESIDUE_UNDECIDED, /* the bound was not reached, or a denominator vanishes */
    RESIDUE_OUTSIDE,   /* not a rational function */
};

/* Are the forms a and b the same rational function? */
enum residue_verdict residue_compare(math_ctx *c, const math_node *a, const math_node *b);

/* Is a = k b for a nonzero constant k? Decided as a(v) b(w) = b(v) a(w) for independent v, w. Both
 * must be nonzero, else UNDECIDED. */
enum residue_verdict residue_proportional(math_ctx *c, const math_node *a, const math_node *b);

#endif
