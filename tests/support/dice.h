/* dice.h - random numbers of one round of a randomised test.
 *
 * Everything that a round does follows from (seed, round), so one round can be repeated alone. */
#ifndef TESTS_SUPPORT_DICE_H
#define TESTS_SUPPORT_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
    uint64_t seed, round, n;
};

/* 0 .. sides - 1; sides >= 1. */
uint64_t dice_roll(struct dice *d, uint64_t sides);

/* lo .. hi, both included; lo <= hi. */
int64_t dice_between(struct dice *d, int64_t lo, int64_t hi);

/* True once in n. */
bool dice_once_in(struct dice *d, uint64_t n);

#endif
