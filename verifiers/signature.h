/* signature.h - a cheap first look at the values of a vote: bounds of what a value is at one fixed
 * point. Values with signatures apart are not equal; the rest is compared. */
#ifndef VERIFIERS_SIGNATURE_H
#define VERIFIERS_SIGNATURE_H

#include "verifiers/math_node.h"

struct signature {
    bool known;
    double lo[2], hi[2]; /* of real and imaginary part */
};

/* Of a canonical value (value.h): a scalar, or a tuple or matrix of scalars. Others have none. */
struct signature signature_of(math_ctx *c, math_node *canonical);

bool signatures_apart(const struct signature *a, const struct signature *b);

#endif
