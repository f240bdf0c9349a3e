/* signature.h - a cheap first look at the values of a vote. Equal values have the same shape, and
 * wherever both have bounds these overlap; what is told apart need not be compared.
 *
 * The bounds are of two numbers that follow from the value: its real and imaginary part where every
 * variable has one fixed value, the least and the largest member of a set, the ends of an interval,
 * a weighted sum over a longer tuple. Numbers beyond 2^512, and those nearer to 0 than 2^-512, are
 * bent by a rising function, so that they fit a double. */
#ifndef VERIFIERS_SIGNATURE_H
#define VERIFIERS_SIGNATURE_H

#include "verifiers/math_node.h"

struct signature {
    uint64_t shape; /* 0: equal to nothing but its own text */
    bool known;     /* are there bounds? */
    double lo[2], hi[2];
};

struct signatures {
    struct signature value;
    struct signature relation; /* of an equation or inequality among its like; else shape 0 */
};

/* Of a value for votes and its canonical tree (value.h). Refuels `c`. */
struct signatures signatures_of(math_ctx *c, math_node *vote, math_node *canonical);

/* Of a canonical tree that is no relation. */
struct signature signature_of(math_ctx *c, math_node *canonical);

bool signatures_apart(const struct signature *a, const struct signature *b);

/* Do the bounds exclude each other, whatever the shapes? */
bool signatures_disjoint(const struct signature *a, const struct signature *b);

#endif
