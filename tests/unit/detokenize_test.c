/* Streams of tokens to text: characters that span tokens, invalid bytes, what is printed at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "engine/detokenize.h"
#include "tests/support/vocab_spec.h"

/* The bytes of a grinning face (F0 9F 98 80) and some others, in the alphabet of byte-level BPE. */
enum { F0, B9F, B98, B80, E2, C3, A9, WORD, CONTROL, USER, UNUSED, FACE, NOT_SPELT, N_BPE };

static const struct vocab_token bpe_tokens[] = {
    [F0] = {"\u00F0", 0, 0},    [B9F] = {"\u0141", 0, 0},  [B98] = {"\u013A", 0, 0},
    [B80] = {"\u0122", 0, 0},   [E2] = {"\u00E2", 0, 0},   [C3] = {"\u00C3", 0, 0},
    [A9] = {"\u00A9", 0, 0},    [WORD] = {"\u0120hi\u010A", 0, 0},
    [CONTROL] = {"<|end|>", TOKEN_CONTROL, 0}, [USER] = {"<th\u00E9>", TOKEN_USER_DEFINED, 0},
    [UNUSED] = {"[PAD1]", TOKEN_UNUSED, 0}, [FACE] = {"\u00F0\u0141\u013A\u0122", 0, 0},
    [NOT_SPELT] = {"\u4F60", 0, 0}, [N_BPE] = {0},
};
static const char *const no_merges[] = {NULL};
static const struct vocab_spec bpe = {"gpt2", "qwen2", bpe_tokens, no_merges};

static void check_stream(const tokenizer *t, bool special, const int32_t *ids,
                         const char *const *shown)
{
    struct detok d;
    detok_init(&d, t, special);
    for (;; ids++, shown++) {
        strbuf out = {0};
        strbuf_str(&out, "");
        if (*ids < 0)
            detok_flush(&d, &out);
        else
            detok_push(&d, &out, *ids);
        assert_string_equal(out.p, *shown);
        strbuf_free(&out);
        if (*ids < 0)
            break;
    }
}

static void test_stream(void **state)
{
    (void)state;
    enum { END = -1 };
    static const struct {
        bool special;
        int32_t ids[8];
        const char *shown[8];
    } cases[] = {
        {false, {END}, {""}},
        {false, {WORD, FACE, END}, {" hi\n", "\U0001F600", ""}},
        {false, {F0, B9F, B98, B80, END}, {"", "", "", "\U0001F600", ""}},
        {false, {F0, B9F, B98, END}, {"", "", "", "\uFFFD"}},     /* one for the whole part */
        {false, {C3, A9, C3, END}, {"", "\u00E9", "", "\uFFFD"}},
        {false, {E2, WORD, END}, {"", "\uFFFD hi\n", ""}},
        {false, {F0, B9F, C3, A9, END}, {"", "", "\uFFFD", "\u00E9", ""}},
        {false, {B80, B80, END}, {"\uFFFD", "\uFFFD", ""}},       /* never a start: at once */
        {false, {F0, B80, END}, {"", "\uFFFD\uFFFD", ""}},        /* F0 80 is no prefix */
        {false, {C3, CONTROL, A9, END}, {"", "", "\u00E9", ""}},  /* nothing comes between */
        {true, {C3, CONTROL, END}, {"", "\uFFFD<|end|>", ""}},
        {true, {UNUSED, USER, NOT_SPELT, END}, {"", "<th\u00E9>", "\u4F60", ""}},
    };
    tokenizer *t = vocab_create(&bpe);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_stream(t, cases[i].special, cases[i].ids, cases[i].shown);
    tokenizer_free(t);
}

static void test_stream_forks_by_copy(void **state)
{
    (void)state;
    tokenizer *t = vocab_create(&bpe);
    struct detok a, b;
    strbuf out = {0};
    detok_init(&a, t, false);
    detok_push(&a, &out, C3);
    b = a;
    detok_push(&a, &out, A9);
    assert_string_equal(out.p, "\u00E9");
    detok_push(&b, &out, WORD);
    assert_string_equal(out.p, "\u00E9\uFFFD hi\n");
    strbuf_free(&out);
    tokenizer_free(t);
}

static void test_bytes(void **state)
{
    (void)state;
    tokenizer *t = vocab_create(&bpe);
    struct detok d;
    detok_init(&d, t, false);
    assert_true(text_equal(detok_bytes(&d, F0), TEXT("\xF0")));
    assert_true(text_equal(detok_bytes(&d, WORD), TEXT(" hi\n"))); /* BPE keeps its space */
    assert_int_equal(detok_bytes(&d, CONTROL).n, 0);
    assert_int_equal(detok_bytes(&d, -1).n, 0);
    assert_int_equal(detok_bytes(&d, N_BPE).n, 0);
    tokenizer_free(t);
}

static void test_spm_space(void **state)
{
    (void)state;
    static const struct vocab_token tokens[] = {
        {"<unk>", TOKEN_UNKNOWN, 0}, {"<s>", TOKEN_CONTROL, 0}, {"</s>", TOKEN_CONTROL, 0},
        {"\u2581Hi", 0, 0}, {"\u2581", 0, 0}, {"<0xE2>", TOKEN_BYTE, 0},
        {"a\u2581", TOKEN_USER_DEFINED, 0}, {0},
    };
    static const struct { bool special; int32_t ids[4]; const char *out; } cases[] = {
        {false, {3, 3, -1}, "Hi Hi"},       /* one space goes, once */
        {false, {1, 4, 3, -1}, " Hi"},      /* also behind a dropped token */
        {true, {1, 3, -1}, "<s> Hi"},
        {false, {0, 5, -1}, "\xE2"},
        {false, {6, 4, -1}, "a\u2581 "},    /* verbatim */
    };
    tokenizer *t = vocab_create(&(struct vocab_spec){"llama", NULL, tokens, NULL});
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct detok d;
        strbuf out = {0};
        detok_init(&d, t, cases[i].special);
        for (const int32_t *id = cases[i].ids; *id >= 0; id++)
            strbuf_text(&out, detok_bytes(&d, *id));
        assert_string_equal(out.p, cases[i].out);
        strbuf_free(&out);
    }
    tokenizer_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_stream_forks_by_copy),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_spm_space),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
