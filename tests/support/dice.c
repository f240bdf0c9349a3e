/* dice.c - see dice.h. */
#include "tests/support/dice.h"

#include "base/rng.h"

uint64_t dice_roll(struct dice *d, uint64_t sides)
{
    return rng_bits(d->seed, d->round, d->n++) % sides;
}

int64_t dice_between(struct dice *d, int64_t lo, int64_t hi)
{
    return lo + (int64_t)dice_roll(d, (uint64_t)(hi - lo) + 1);
}

bool dice_once_in(struct dice *d, uint64_t n)
{
    return dice_roll(d, n) == 0;
}
