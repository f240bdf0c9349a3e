/* each_variant.c - see each_variant.h. */
#include "tests/support/each_variant.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/tiny_family.h"

enum { MOST_TESTS = 256, NAME_BYTES = 96 };

int each_variant_run(const struct variant_test *tests, size_t n)
{
    static struct CMUnitTest all[MOST_TESTS];
    static char names[MOST_TESTS][NAME_BYTES];
    size_t at = 0;
    for (size_t i = 0; i < n; i++)
        for (const struct tiny_variant *v = tiny_variants; v->name && at < MOST_TESTS; v++, at++) {
            snprintf(names[at], NAME_BYTES, "%s: %s", tests[i].name, v->name);
            all[at] = (struct CMUnitTest){.name = names[at], .test_func = tests[i].run,
                                          .initial_state = (void *)(uintptr_t)v};
        }
    return _cmocka_run_group_tests("variants", all, at, NULL, NULL);
}

sheaf_engine *each_variant_open(const struct tiny_variant *v, enum quant_type type,
                                const sheaf_engine_options *o)
{
    char path[] = "/tmp/sheaf-variant-XXXXXX";
    struct tiny_model m = v->model;
    sheaf_engine *e = NULL;
    sheaf_error err = {0};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    m.type = type;
    sheaf_code rc = tiny_model_save(path, &m, &err);
    if (!rc)
        rc = sheaf_engine_open(&e, path, o, &err);
    unlink(path);
    CHECK_OK(rc, err);
    return e;
}

bool each_variant_has_ssm(const struct tiny_variant *v)
{
    struct tiny_model m = v->model;
    const struct tiny_family *f = tiny_family_find(&m);
    tiny_family_defaults(f, &m);
    for (int i = 0; i < m.n_layers; i++)
        if (tiny_family_parts(f, &m, i) & MAMBA)
            return true;
    return false;
}
