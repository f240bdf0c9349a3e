/* expr_range.h - real intervals on MPFR, rounded outwards: the exact result of an operation on
 * any members lies in the result. What a test knows about real numbers it knows from these, and
 * from nothing of the code under test. */
#ifndef TESTS_SUPPORT_EXPR_RANGE_H
#define TESTS_SUPPORT_EXPR_RANGE_H

#include <mpfr.h>
#include <stdbool.h>

#define RANGE_BITS 256

struct range {
    mpfr_t lo, hi;
};

void range_init(struct range *x); /* to [0, 0] */
void range_clear(struct range *x);
void range_set(struct range *out, const struct range *x);
void range_set_int(struct range *out, long n);
void range_set_pi(struct range *out);

/* Comparisons that hold for every member. */
bool range_is_zero(const struct range *x); /* exactly [0, 0] */
bool range_has_zero(const struct range *x);
bool range_positive(const struct range *x);
bool range_negative(const struct range *x);
bool range_apart(const struct range *x, const struct range *y);

/* `out` may be an operand of every operation. */
void range_neg(struct range *out, const struct range *x);
void range_add(struct range *out, const struct range *x, const struct range *y);
void range_mul(struct range *out, const struct range *x, const struct range *y);
void range_div(struct range *out, const struct range *x,
                  const struct range *y); /* 0 not in y */
void range_root(struct range *out, const struct range *x, unsigned long k); /* x >= 0 */
void range_exp(struct range *out, const struct range *x);
void range_log(struct range *out, const struct range *x); /* x > 0 */
void range_atan(struct range *out, const struct range *x);
void range_sin(struct range *out, const struct range *x);
void range_cos(struct range *out, const struct range *x);

#endif
