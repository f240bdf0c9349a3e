/* The rules of each pre-tokenizer as tables: text, and the pieces joined by '|' (no text here
 * has one). */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/pretokenize.h"

struct cut {
    enum pre_family family;
    const char *t, *pieces;
};

static void cut_into(strbuf *out, enum pre_family family, text t)
{
    struct pretok p = {0};
    text piece;
    assert_true(pretok_begin(&p, family, t));
    while (pretok_next(&p, &piece)) {
        assert_true(piece.n > 0);
        if (out->n)
            strbuf_char(out, '|');
        strbuf_text(out, piece);
    }
    pretok_free(&p);
}

static void check_cuts(const struct cut *cuts, size_t n)
{
    strbuf got = {0};
    for (size_t i = 0; i < n; i++) {
        strbuf_reset(&got);
        strbuf_str(&got, "");
        cut_into(&got, cuts[i].family, text_of(cuts[i].t));
        if (strcmp(got.p, cuts[i].pieces) != 0)
            print_error("case %zu, family %d\n", i, (int)cuts[i].family);
        assert_string_equal(got.p, cuts[i].pieces);
    }
    strbuf_free(&got);
}

#define CHECK_CUTS(cuts) check_cuts(cuts, sizeof cuts / sizeof *cuts)

static void test_words_and_contractions(void **state)
{
    (void)state;
    static const struct cut cuts[] = {
        {PRE_GPT2, "", ""},
        {PRE_GPT2, "it's we'll", "it|'s| we|'ll"},
        {PRE_GPT2, "IT'S", "IT|'|S"}, /* lower case only */
        {PRE_GPT2, "'reach", "'re|ach"},
        {PRE_LLAMA3, "IT'S I'Ll", "IT|'S| I|'Ll"},
        {PRE_LLAMA3, "a'\u017Fb", "a|'\u017F|b"}, /* long s is an s in any case */
        {PRE_LLAMA3, "(word) -x", "(word|)| -|x"},
        {PRE_LLAMA3, "a\tb", "a|\tb"}, /* any character but a line break goes before a word */
        {PRE_GPT2, "a\tb", "a|\t|b"},
        {PRE_QWEN2, "a\nb", "a|\n|b"},
        {PRE_QWEN2, "\u00E9t\u00E9 \u4F60\u597D", "\u00E9t\u00E9| \u4F60\u597D"},
        {PRE_LLAMA3, "'", "'"},
        {PRE_LLAMA3, "x'", "x|'"},
    };
    CHECK_CUTS(cuts);
}

static void test_digits(void **state)
{
    (void)state;
    static const struct cut cuts[] = {
        {PRE_GPT2, "x 12345", "x| 12345"},
        {PRE_SMOLLM, "x 123 y", "x| |1|2|3| y"},
        {PRE_SMOLLM, "1  2", "1|  |2"}, /* the look-ahead ends at the digit */
        {PRE_GPT2, "1  2", "1| | 2"},
        {PRE_LLAMA3, "x 12345", "x| |123|45"},
        {PRE_QWEN2, "12 3", "1|2| |3"},
        {PRE_O200K, "1234567", "123|456|7"},
        {PRE_TEKKEN, "123", "1|2|3"},
        {PRE_LLAMA3, "\u00B2\u00BD\u2167x", "\u00B2\u00BD\u2167|x"}, /* No, Nl are digits too */
    };
    CHECK_CUTS(cuts);
}

static void test_symbols(void **state)
{
    (void)state;
    static const struct cut cuts[] = {
        {PRE_GPT2, "a == b;\n\nc", "a| ==| b|;|\n|\n|c"},
        {PRE_LLAMA3, "a == b;\n\nc", "a| ==| b|;\n\n|c"},
        {PRE_LLAMA3, "; /\n", ";| /\n"},
        {PRE_LLAMA3, ";\n/", ";\n|/"},
        {PRE_O200K, ";\n/\nx", ";\n/\n|x"}, /* slashes are swallowed like line breaks */
        {PRE_TEKKEN, "?/ /", "?/| /"},
        {PRE_LLAMA3, "\u200B\uFEFF", "\u200B\uFEFF"}, /* no white space */
    };
    CHECK_CUTS(cuts);
}

static void test_white_space(void **state)
{
    (void)state;
    static const struct cut cuts[] = {
        {PRE_LLAMA3, "a   b", "a|  | b"},
        {PRE_LLAMA3, "a   ", "a|   "},
        {PRE_LLAMA3, "a  \n \n  b", "a|  \n \n| | b"},
        {PRE_LLAMA3, "\r\n\r\nx", "\r\n\r\n|x"},
        {PRE_GPT2, "a  \n  b", "a|  \n | b"},
        {PRE_GPT2, "\n\nx", "\n|\n|x"},
        {PRE_LLAMA3, "  7", " | |7"}, /* digits take no space */
        {PRE_LLAMA3, "x\u00A0\u3000y", "x|\u00A0|\u3000y"},
        {PRE_LLAMA3, "x\xC2\x85\u2028 ", "x|\xC2\x85\u2028 "},
        {PRE_QWEN2, "x \ny", "x| \n|y"},
    };
    CHECK_CUTS(cuts);
}

static void test_case_changes(void **state)
{
    (void)state;
    static const struct cut cuts[] = {
        {PRE_O200K, "HTMLParser", "HTMLParser"},
        {PRE_O200K, "parseHTML ABC", "parse|HTML| ABC"},
        {PRE_O200K, "it's IT'S", "it's| IT'S"}, /* a contraction stays on its word */
        {PRE_TEKKEN, "it's", "it|'s"},
        {PRE_TEKKEN, "CamelCase", "Camel|Case"},
        {PRE_LLAMA3, "CamelCase", "CamelCase"},
        {PRE_O200K, "A\u4F60B", "A\u4F60|B"}, /* the run of capitals gives B back */
        {PRE_O200K, "\u0301", "\u0301"},       /* a mark alone: prefix, then core */
        {PRE_O200K, "\u0301a", "\u0301a"},
        {PRE_O200K, "e\u0301A", "e\u0301|A"},
        {PRE_LLAMA3, "e\u0301A", "e|\u0301A"}, /* a mark is no letter here */
        {PRE_O200K, "\u01C5x", "\u01C5x"},     /* title case is upper */
    };
    CHECK_CUTS(cuts);
}

/* Whatever the text, the pieces are it, in order. */
static void test_pieces_partition(void **state)
{
    (void)state;
    static const char *const units[] = {"a", "A", " ", "\n", "\r", "\t", "'", "s", "7", "/", "!",
                                        "\u4F60", "\u0301", "\u00A0", "\u02B0", "\u01C5",
                                        "\U0001F600"};
    enum { N_UNITS = sizeof units / sizeof *units };
    uint32_t random = 1;
    strbuf t = {0}, got = {0};
    for (int round = 0; round < 2000; round++) {
        strbuf_reset(&t);
        for (int i = 0; i < round % 23; i++) {
            random = random * 1664525 + 1013904223;
            strbuf_str(&t, units[(random >> 16) % N_UNITS]);
        }
        for (int f = 0; f < PRE_FAMILIES; f++) {
            struct pretok p = {0};
            text piece;
            strbuf_reset(&got);
            assert_true(pretok_begin(&p, (enum pre_family)f, strbuf_view(&t)));
            while (pretok_next(&p, &piece))
                strbuf_text(&got, piece);
            assert_true(text_equal(strbuf_view(&got), strbuf_view(&t)));
            pretok_free(&p);
        }
    }
    strbuf_free(&t);
    strbuf_free(&got);
}

/* Texts on which a matcher that backtracks without bound takes minutes. */
static void test_linear_time(void **state)
{
    (void)state;
    static const char *const units[] = {"A", " ", "\n ", "\u4F60A", "\u0301", " \n", "'",
                                        "A\u0301B"};
    enum { UNITS = sizeof units / sizeof *units, COPIES = 200000 };
    double start = clock_now_s();
    strbuf t = {0}, out = {0};
    for (size_t u = 0; u < UNITS; u++) {
        strbuf_reset(&t);
        for (int i = 0; i < COPIES; i++)
            strbuf_str(&t, units[u]);
        for (int f = 0; f < PRE_FAMILIES; f++) {
            strbuf_reset(&out);
            cut_into(&out, (enum pre_family)f, strbuf_view(&t));
        }
    }
    strbuf_free(&t);
    strbuf_free(&out);
    assert_true(clock_now_s() - start < 30.0);
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum pre_family family;
        bool ignore_merges, add_bos, nfc;
    } wanted[] = {
        {"smollm", PRE_SMOLLM, false, false, false},  {"qwen2", PRE_QWEN2, false, false, true},
        {"deepseek-r1-qwen", PRE_QWEN2, false, false, true},
        {"llama-bpe", PRE_LLAMA3, true, true, false}, {"falcon-h1", PRE_LLAMA3, true, true, false},
        {"gpt-4o", PRE_O200K, false, false, false},   {"tekken", PRE_TEKKEN, true, true, false},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const struct pre_rules *r = pre_find(text_of(wanted[i].name));
        assert_non_null(r);
        assert_int_equal(r->family, wanted[i].family);
        assert_int_equal(r->ignore_merges, wanted[i].ignore_merges);
        assert_int_equal(r->add_bos, wanted[i].add_bos);
        assert_int_equal(r->nfc, wanted[i].nfc);
    }
    assert_null(pre_find(TEXT("qwen")));
    assert_null(pre_find(TEXT("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_and_contractions),
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_symbols),
        cmocka_unit_test(test_white_space),
        cmocka_unit_test(test_case_changes),
        cmocka_unit_test(test_pieces_partition),
        cmocka_unit_test(test_linear_time),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
