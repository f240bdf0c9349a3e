/* notations.h - answers as people write them, side by side, with the verdict that a grade gives:
 * E equal, D different. Tables end with a NULL name. */
#ifndef TESTS_SUPPORT_NOTATIONS_H
#define TESTS_SUPPORT_NOTATIONS_H

#include <stddef.h>

struct notation {
    char verdict;
    const char *gold, *answer;
};

struct notations {
    const char *name;
    const struct notation *pairs;
    size_t n;
};

extern const struct notations notations_values[], notations_formulas[];

#endif
