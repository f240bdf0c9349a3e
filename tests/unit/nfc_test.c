/* Normalisation form C: composition, order of marks, what must stay as it is, and time. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "engine/nfc.h"

static void test_table(void **state)
{
    (void)state;
    static const struct { const char *in, *out; } cases[] = {
        {"", ""},
        {"abc \u00E9", "abc \u00E9"},
        {"e\u0301", "\u00E9"},
        {"q\u0307\u0323", "q\u0323\u0307"},       /* 230 before 220: put in order */
        {"s\u0307\u0323", "\u1E69"},              /* in order, then composed twice */
        {"a\u0315\u0300\u05AEb", "\u00E0\u05AE\u0315b"},
        {"\u1112\u1161\u11AB", "\uD55C"},         /* Hangul */
        {"\uAC00\u11A8", "\uAC01"},
        {"\u212B", "\u00C5"},                     /* singleton */
        {"\u0958", "\u0915\u093C"},               /* excluded from composition */
        {"\uFB01", "\uFB01"},                     /* compatibility only: stays */
        {"\u0390\u1FA7", "\u0390\u1FA7"},         /* the longest decompositions */
        {"\u0301e\u0301", "\u0301\u00E9"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        strbuf out = {0};
        strbuf_str(&out, "");
        assert_true(nfc_append(&out, text_of(cases[i].in)));
        assert_string_equal(out.p, cases[i].out);
        strbuf_free(&out);
    }
}

/* Long runs of marks in the wrong order. */
static void test_linear_time(void **state)
{
    (void)state;
    enum { PAIRS = 200000 };
    strbuf in = {0}, out = {0};
    for (int i = 0; i < PAIRS; i++)
        strbuf_str(&in, "\u0307\u0323");
    double start = clock_now_s();
    assert_true(nfc_append(&out, strbuf_view(&in)));
    assert_true(clock_now_s() - start < 10.0);
    assert_int_equal(out.n, in.n);
    assert_true(text_starts(strbuf_view(&out), TEXT("\u0323\u0323")));
    assert_true(text_ends(strbuf_view(&out), TEXT("\u0307\u0307")));
    strbuf_free(&in);
    strbuf_free(&out);
}

static void test_no_memory(void **state)
{
    (void)state;
    strbuf out = {0};
    alloc_fail_at(1);
    assert_false(nfc_append(&out, TEXT("e\u0301")));
    alloc_fail_at(0);
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_linear_time),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
