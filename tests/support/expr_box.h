/* expr_box.h - complex numbers as a pair of intervals. Functions take the principal value; odd
 * roots of negative reals are real. */
#ifndef TESTS_SUPPORT_EXPR_BOX_H
#define TESTS_SUPPORT_EXPR_BOX_H

#include "tests/support/expr_range.h"

struct box {
    struct range re, im;
};

void box_init(struct box *z); /* to 0 */
void box_clear(struct box *z);
void box_set(struct box *out, const struct box *z);
bool box_is_real(const struct box *z); /* the imaginary part is exactly 0 */

/* No member of one is a member of the other. */
bool box_apart(const struct box *a, const struct box *b);

/* `out` may be an operand. Those that return bool are false, with `out` undefined, where the
 * intervals do not show that every member has a value and one continuous branch holds it. */
void box_neg(struct box *out, const struct box *z);
void box_add(struct box *out, const struct box *a, const struct box *b);
void box_mul(struct box *out, const struct box *a, const struct box *b);
bool box_div(struct box *out, const struct box *a, const struct box *b);
bool box_power(struct box *out, const struct box *z, long k);
bool box_root(struct box *out, const struct box *z, unsigned long k); /* real z */
bool box_exp(struct box *out, const struct box *z);
bool box_log(struct box *out, const struct box *z); /* positive z */
bool box_sin(struct box *out, const struct box *z); /* real z, as the next two */
bool box_cos(struct box *out, const struct box *z);
bool box_atan(struct box *out, const struct box *z);
bool box_abs(struct box *out, const struct box *z);

#endif
