/* Numbering and finding of byte strings; many of them, so that the table grows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "engine/symtab.h"

static void test_find(void **state)
{
    (void)state;
    struct symtab s = {0};
    assert_int_equal(symtab_find(&s, TEXT("x")), SYMTAB_NONE);
    assert_int_equal(symtab_add(&s, TEXT("x"), true), 0);
    assert_int_equal(symtab_add(&s, TEXT("hidden"), false), 1);
    assert_int_equal(symtab_add(&s, TEXT("x"), true), 2); /* numbered, but the first is found */
    assert_int_equal(symtab_add(&s, TEXT("a\0b"), true), 3);
    assert_int_equal(symtab_find(&s, TEXT("x")), 0);
    assert_int_equal(symtab_find(&s, TEXT("hidden")), SYMTAB_NONE);
    assert_int_equal(symtab_find(&s, TEXT("a\0b")), 3);
    assert_int_equal(symtab_find(&s, TEXT("a")), SYMTAB_NONE);
    assert_true(text_equal(symtab_text(&s, 1), TEXT("hidden")));
    assert_true(text_equal(symtab_text(&s, 2), TEXT("x")));
    symtab_free(&s);
}

static void test_growth(void **state)
{
    (void)state;
    enum { N = 20000 };
    struct symtab s = {0};
    char name[16];
    for (uint32_t i = 0; i < N; i++) {
        snprintf(name, sizeof name, "%u", i);
        assert_int_equal(symtab_add(&s, text_of(name), true), i);
    }
    for (uint32_t i = 0; i < N; i++) {
        snprintf(name, sizeof name, "%u", i);
        assert_int_equal(symtab_find(&s, text_of(name)), i);
    }
    assert_int_equal(symtab_find(&s, TEXT("20000")), SYMTAB_NONE);
    symtab_free(&s);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct symtab s = {0};
    for (uint64_t n = 1; n <= 3; n++) { /* slots, ends, bytes */
        alloc_fail_at(n);
        assert_int_equal(symtab_add(&s, TEXT("x"), true), SYMTAB_NONE);
        alloc_fail_at(0);
        assert_int_equal(symtab_find(&s, TEXT("x")), SYMTAB_NONE);
        symtab_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
