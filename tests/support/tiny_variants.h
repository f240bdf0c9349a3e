/* tiny_variants.h - one tiny model for each way in which the families differ: what the tests over
 * all families go through. */
#ifndef TESTS_SUPPORT_TINY_VARIANTS_H
#define TESTS_SUPPORT_TINY_VARIANTS_H

#include "tests/support/tiny_model.h"

struct tiny_variant {
    const char *name;
    struct tiny_model model;
};

/* Ends with a NULL name. */
extern const struct tiny_variant tiny_variants[];

/* By name, or NULL. */
const struct tiny_variant *tiny_variant_find(const char *name);

#endif
