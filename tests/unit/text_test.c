/* text_test.c - views, UTF-8, buffers, number parsing. */
#include "base/alloc.h"
#include "base/text.h"
#include "tests/support/check.h"

static void utf8_decodes_and_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n, length, bad;
        uint32_t cp;
    } cases[] = {
        {"a", 1, 1, 0, 'a'},
        {"\xC3\xA9", 2, 2, 0, 0xE9},
        {"\xE2\x82\xAC", 3, 3, 0, 0x20AC},
        {"\xF0\x9F\x98\x80", 4, 4, 0, 0x1F600},
        {"\xC0\x80", 2, 0, 1, 0},             /* overlong */
        {"\xE0\x80\x80", 3, 0, 1, 0},         /* overlong */
        {"\xED\xA0\x80", 3, 0, 1, 0},         /* surrogate */
        {"\xF4\x90\x80\x80", 4, 0, 1, 0},     /* past U+10FFFF */
        {"\xE2\x82", 2, 0, 2, 0},             /* cut short: one U+FFFD for both bytes */
        {"\xF0\x9F\x98" "a", 4, 0, 3, 0},
        {"\x80", 1, 0, 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text t = {cases[i].bytes, cases[i].n};
        uint32_t cp = 0;
        size_t n = utf8_decode(t, &cp);
        assert_int_equal(n, cases[i].length);
        if (n)
            assert_int_equal(cp, cases[i].cp);
        else
            assert_int_equal(utf8_bad_length(t), cases[i].bad);
    }
}

static void utf8_round_trips_every_code_point(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        if (cp >= 0xD800 && cp <= 0xDFFF)
            continue;
        char b[4];
        uint32_t back;
        size_t n = utf8_encode(b, cp);
        assert_int_equal(utf8_decode((text){b, n}, &back), n);
        assert_int_equal(back, cp);
        if (n > 1)
            assert_int_equal(utf8_open_tail((text){b, n - 1}), n - 1);
        assert_int_equal(utf8_open_tail((text){b, n}), 0);
    }
}

static void clean_replaces_each_bad_part_once(void **state)
{
    (void)state;
    strbuf b = {0};
    strbuf_clean_utf8(&b, TEXT("a\xE2\x82z\xFF\xC3\xA9"));
    assert_string_equal(b.p, "a\xEF\xBF\xBDz\xEF\xBF\xBD\xC3\xA9");
    strbuf_free(&b);
}

static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        bool ok;
        int64_t v;
    } cases[] = {
        {"0", true, 0}, {"-7", true, -7}, {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN}, {"9223372036854775808", false, 0},
        {"", false, 0}, {"-", false, 0}, {"+1", false, 0}, {" 1", false, 0}, {"1x", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t v = 0;
        assert_int_equal(text_to_i64(text_of(cases[i].s), &v), cases[i].ok);
        assert_true(v == cases[i].v);
    }
    static const char *const good[] = {"1", "-1.5", ".5", "5.", "1e3", "+2E-3"};
    static const char *const bad[] = {"", ".", "1e", "nan", "inf", "0x10", "1 ", "1e999", "--1"};
    double d;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(text_to_f64(text_of(good[i]), &d));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(text_to_f64(text_of(bad[i]), &d));
}

static void finding_and_trimming(void **state)
{
    (void)state;
    text t = TEXT("abcabc");
    assert_int_equal(text_find(t, TEXT("bc")), 1);
    assert_int_equal(text_rfind(t, TEXT("bc")), 4);
    assert_true(text_find(t, TEXT("x")) == SIZE_MAX);
    assert_true(text_rfind(t, TEXT("abcabcabc")) == SIZE_MAX);
    assert_true(text_equal(text_trim(TEXT(" \t x y\r\n")), TEXT("x y")));
    assert_true(text_equal(text_slice(t, 4, 99), TEXT("bc")));
    assert_int_equal(text_slice(t, 99, 1).n, 0);
}

static void buffer_limit_and_memory(void **state)
{
    (void)state;
    strbuf b = {.limit = 5};
    strbuf_str(&b, "abc");
    strbuf_str(&b, "def");
    assert_true(b.failed);
    assert_string_equal(b.p, "abc");
    strbuf_free(&b);
    alloc_fail_at(1);
    strbuf_str(&b, "x");
    alloc_fail_at(0);
    assert_true(b.failed);
    assert_null(b.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_decodes_and_refuses),
        cmocka_unit_test(utf8_round_trips_every_code_point),
        cmocka_unit_test(clean_replaces_each_bad_part_once),
        cmocka_unit_test(numbers),
        cmocka_unit_test(finding_and_trimming),
        cmocka_unit_test(buffer_limit_and_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
