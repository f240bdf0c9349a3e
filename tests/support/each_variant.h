/* each_variant.h - tests that run once for each model of tiny_variants.h. Includes cmocka. */
#ifndef TESTS_SUPPORT_EACH_VARIANT_H
#define TESTS_SUPPORT_EACH_VARIANT_H

#include <sheaf/engine.h>

#include "tests/support/check.h"
#include "tests/support/tiny_variants.h"

/* A test over one variant: *state is a const struct tiny_variant. */
struct variant_test {
    const char *name; /* begins with a lower-case letter */
    CMUnitTestFunction run;
};

/* Runs every test over every variant as "name: variant". Returns the number that failed. */
int each_variant_run(const struct variant_test *tests, size_t n);

/* An engine over the variant with matrices of `type`; `o` NULL: defaults. The test fails if it
 * cannot be opened. */
sheaf_engine *each_variant_open(const struct tiny_variant *v, enum quant_type type,
                                const sheaf_engine_options *o);

/* True when the model has Mamba-2 layers, whose prompt in pieces and whose single steps are
 * different sums; every other block is the same sum whatever the pieces. */
bool each_variant_has_ssm(const struct tiny_variant *v);

#endif
