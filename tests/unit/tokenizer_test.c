/* Encoding with small vocabularies: merges, special tokens and trust, SentencePiece, roles. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "tests/support/vocab_spec.h"

enum { MAX_IDS = 24, END = -1 };

static void check_ids(const int32_t *wanted, const int32_t *got, size_t n)
{
    size_t n_wanted = 0;
    while (wanted[n_wanted] != END)
        n_wanted++;
    for (size_t i = 0; i < n && i < n_wanted; i++)
        assert_int_equal(got[i], wanted[i]);
    assert_int_equal(n, n_wanted);
}

static void check_encode(const tokenizer *t, text input, bool add, bool parse,
                         const int32_t *wanted)
{
    int32_t *ids;
    size_t n;
    assert_int_equal(tokenizer_encode(t, &ids, &n, input, add, parse, NULL), SHEAF_OK);
    check_ids(wanted, ids, n);
    alloc_free(ids);
}

/* Byte-level BPE. No token for "ab" + "c" = "abc" (merge without token), none for the byte 'z'. */
enum {
    A, B, C, D, SP, NL, AB, BC, CD, SP_A, ABCD, NLNL, BOS, EOT, THINK, PAD, FFFD_1, FFFD_2, FFFD_3,
    E_ACUTE_1, E_ACUTE_2, LT, GT, S, AAAA, BPE_SLASH
};

static const struct vocab_token bpe_tokens[] = {
    [A] = {"a", 0, 0}, [B] = {"b", 0, 0}, [C] = {"c", 0, 0}, [D] = {"d", 0, 0},
    [SP] = {"\u0120", 0, 0}, [NL] = {"\u010A", 0, 0}, [AB] = {"ab", 0, 0}, [BC] = {"bc", 0, 0},
    [CD] = {"cd", 0, 0}, [SP_A] = {"\u0120a", 0, 0}, [ABCD] = {"abcd", 0, 0},
    [NLNL] = {"\u010A\u010A", 0, 0}, [BOS] = {"<s>", TOKEN_CONTROL, 0},
    [EOT] = {"<|im_end|>", TOKEN_CONTROL, 0}, [THINK] = {"<d>", TOKEN_USER_DEFINED, 0},
    [PAD] = {"dddd", TOKEN_UNUSED, 0},
    [FFFD_1] = {"\u00EF", 0, 0}, [FFFD_2] = {"\u00BF", 0, 0}, [FFFD_3] = {"\u00BD", 0, 0},
    [E_ACUTE_1] = {"\u00C3", 0, 0}, [E_ACUTE_2] = {"\u00A9", 0, 0},
    [LT] = {"<", 0, 0}, [GT] = {">", 0, 0}, [S] = {"s", 0, 0}, [AAAA] = {"aaaa", 0, 0},
    [BPE_SLASH] = {"</s>", 0, 0}, {0},
};
static const char *const bpe_merges[] = {
    "b c", "a b", "c d", "\u0120 a", "ab c", "ab cd", "\u010A \u010A", "b c", "d d", "dd dd",
    "\u4F60 a", /* not in the alphabet: no text can use it */
    NULL,
};

static tokenizer *bpe_with(const char *pre)
{
    struct gguf_writer w;
    tokenizer *t = NULL;
    gguf_writer_init(&w);
    vocab_spec_write(&w, &(struct vocab_spec){"gpt2", pre, bpe_tokens, bpe_merges});
    gguf_writer_int(&w, "tokenizer.ggml.bos_token_id", GGUF_U32, BOS);
    gguf_writer_int(&w, "tokenizer.ggml.eos_token_id", GGUF_U32, EOT);
    assert_int_equal(vocab_build(&t, &w, NULL), SHEAF_OK);
    return t;
}

static void test_bpe_merges(void **state)
{
    (void)state;
    static const struct { const char *t; int32_t ids[MAX_IDS]; } cases[] = {
        {"", {END}},
        {"abc", {A, BC, END}},           /* rank, not length or place: "b c" goes first */
        {"abcd", {A, BC, D, END}},
        {"ab", {AB, END}},
        {"cd", {CD, END}},
        {"a a", {A, SP_A, END}},
        {"bcbc", {BC, BC, END}},
        {"ab\n\ncd", {AB, NLNL, CD, END}},
        {"az", {A, END}},                /* 'z' has no token and vanishes */
        {"dd", {D, D, END}},             /* "dd" is made by a merge but is no token */
        {"dddd", {D, D, D, D, END}},     /* nor is its unused form ever found */
        {"</s>", {LT, S, GT, END}},      /* '/' has no token; the ordinary entry is out of reach */
    };
    tokenizer *t = bpe_with("qwen2");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_encode(t, text_of(cases[i].t), false, true, cases[i].ids);
    tokenizer_free(t);
}

static void test_bpe_ignore_merges(void **state)
{
    (void)state;
    tokenizer *t = bpe_with("llama-bpe"), *u = bpe_with("qwen2");
    check_encode(t, TEXT("abcd"), false, false, (int32_t[]){ABCD, END});
    check_encode(t, TEXT("aaaa"), false, false, (int32_t[]){AAAA, END});
    check_encode(u, TEXT("aaaa"), false, false, (int32_t[]){A, A, A, A, END});
    check_encode(t, TEXT("dddd"), false, false, (int32_t[]){D, D, D, D, END});
    tokenizer_free(t);
    tokenizer_free(u);
}

static void test_bpe_text_cleaning(void **state)
{
    (void)state;
    tokenizer *nfc = bpe_with("qwen2"), *plain = bpe_with("gpt-2");
    const int32_t replaced[] = {A, FFFD_1, FFFD_2, FFFD_3, END};
    check_encode(plain, TEXT("a\xF0\x9F"), false, false, replaced);
    check_encode(plain, TEXT("a\xFF"), false, false, replaced);
    check_encode(nfc, TEXT("e\u0301"), false, false, (int32_t[]){E_ACUTE_1, E_ACUTE_2, END});
    check_encode(plain, TEXT("e\u0301"), false, false, (int32_t[]){END}); /* no tokens for these */
    check_encode(plain, TEXT("a\0b"), false, false, (int32_t[]){A, B, END});
    tokenizer_free(nfc);
    tokenizer_free(plain);
}

static void test_special_tokens(void **state)
{
    (void)state;
    tokenizer *t = bpe_with("qwen2");
    check_encode(t, TEXT("a<s>b"), false, true, (int32_t[]){A, BOS, B, END});
    check_encode(t, TEXT("a<s>b"), false, false, (int32_t[]){A, LT, S, GT, B, END});
    check_encode(t, TEXT("a<d>b"), false, false, (int32_t[]){A, THINK, B, END}); /* always cut */
    check_encode(t, TEXT("<s><s><"), false, true, (int32_t[]){BOS, BOS, LT, END});
    check_encode(t, TEXT("<|im_end|"), false, true, (int32_t[]){LT, D, END});
    tokenizer_free(t);
}

static void test_longest_special_wins(void **state)
{
    (void)state;
    static const struct vocab_token tokens[] = {
        {"x", 0, 0}, {"<x", TOKEN_CONTROL, 0}, {"<xx", TOKEN_USER_DEFINED, 0},
        {"<xxx>", TOKEN_CONTROL, 0}, {"<xx", TOKEN_CONTROL, 0}, {">", 0, 0}, {0},
    };
    static const char *const merges[] = {NULL};
    tokenizer *t = vocab_create(&(struct vocab_spec){"gpt2", "gpt-2", tokens, merges});
    check_encode(t, TEXT("<xxx>"), false, true, (int32_t[]){3, END});
    check_encode(t, TEXT("<xxx"), false, true, (int32_t[]){2, 0, END});
    check_encode(t, TEXT("<xxx>"), false, false, (int32_t[]){2, 0, 5, END});
    check_encode(t, TEXT("<x>"), false, true, (int32_t[]){1, 5, END});
    assert_int_equal(tokenizer_find(t, TEXT("<xx")), 2); /* of equal names the lowest id */
    assert_int_equal(tokenizer_find(t, TEXT("x")), 0);
    assert_int_equal(tokenizer_find(t, TEXT("<xxx")), -1);
    assert_int_equal(tokenizer_find(t, TEXT("")), -1);
    tokenizer_free(t);
}

static void test_parts(void **state)
{
    (void)state;
#define LITERAL(s) {TEXT(s), true}
#define CONTENT(s) {TEXT(s), false}
    static const struct {
        struct prompt_part parts[4];
        size_t n;
        int32_t ids[MAX_IDS];
    } cases[] = {
        {{LITERAL("<s>a"), CONTENT("<s>"), LITERAL("<s>")}, 3, {BOS, A, LT, S, GT, BOS, END}},
        {{LITERAL("a\n"), CONTENT("\nb")}, 2, {A, NLNL, B, END}}, /* pieces across the border */
        {{LITERAL("<"), CONTENT("s>")}, 2, {LT, S, GT, END}},     /* not all of it is trusted */
        {{CONTENT("<s"), LITERAL(">")}, 2, {LT, S, GT, END}},
        {{LITERAL("<"), LITERAL("s>")}, 2, {BOS, END}},
        {{LITERAL("<"), CONTENT(""), LITERAL("s>")}, 3, {BOS, END}},
        {{CONTENT("<"), LITERAL("d>")}, 2, {THINK, END}},
        {{CONTENT("a\xC3"), CONTENT("\xA9")}, 2,                  /* parts are valid one by one */
         {A, FFFD_1, FFFD_2, FFFD_3, FFFD_1, FFFD_2, FFFD_3, END}},
        {{CONTENT("")}, 1, {END}},
        {{CONTENT("")}, 0, {END}},
    };
    tokenizer *t = bpe_with("qwen2");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t *ids;
        size_t n;
        sheaf_code rc = tokenizer_encode_parts(t, &ids, &n, cases[i].parts, cases[i].n, false,
                                               NULL);
        assert_int_equal(rc, SHEAF_OK);
        check_ids(cases[i].ids, ids, n);
        alloc_free(ids);
    }
    tokenizer_free(t);
}

static void test_bos(void **state)
{
    (void)state;
    const struct prompt_part with = LITERAL("<s>a"), without = LITERAL("a");
    const struct prompt_part forged = CONTENT("<s>");
    tokenizer *t = bpe_with("llama-bpe"), *never = bpe_with("qwen2");
    int32_t *ids;
    size_t n;
    check_encode(t, TEXT("a"), true, false, (int32_t[]){BOS, A, END});
    check_encode(t, TEXT("<s>a"), true, true, (int32_t[]){BOS, BOS, A, END});
    check_encode(never, TEXT("a"), true, false, (int32_t[]){A, END});
    assert_int_equal(tokenizer_encode_parts(t, &ids, &n, &with, 1, true, NULL), SHEAF_OK);
    check_ids((int32_t[]){BOS, A, END}, ids, n); /* the template's own one */
    alloc_free(ids);
    assert_int_equal(tokenizer_encode_parts(t, &ids, &n, &without, 1, true, NULL), SHEAF_OK);
    check_ids((int32_t[]){BOS, A, END}, ids, n);
    alloc_free(ids);
    assert_int_equal(tokenizer_encode_parts(t, &ids, &n, &forged, 1, true, NULL), SHEAF_OK);
    check_ids((int32_t[]){BOS, LT, S, GT, END}, ids, n);
    alloc_free(ids);
    tokenizer_free(t);
    tokenizer_free(never);
}

/* SentencePiece: scores decide, leftmost among equals. */
static const struct vocab_token spm_tokens[] = {
    {"<unk>", TOKEN_UNKNOWN, 0},  {"<s>", TOKEN_CONTROL, 0},  {"</s>", TOKEN_CONTROL, 0},
    {"\u2581", 0, -1},            {"a", 0, -2},               {"b", 0, -3},
    {"ab", 0, -1},                {"ba", 0, -1},              {"\u2581a", 0, -4},
    {"aab", 0, 5},                {"<0xC3>", TOKEN_BYTE, 0},  {"<0xA9>", TOKEN_BYTE, 0},
    {"<0x0A>", TOKEN_BYTE, 0},    {"bb", TOKEN_UNUSED, 9},    {"ii", TOKEN_USER_DEFINED, 0}, {0},
};

static void test_spm(void **state)
{
    (void)state;
    static const struct { const char *t; bool parse; int32_t ids[MAX_IDS]; } cases[] = {
        {"", false, {END}},
        {"a", false, {8, END}},
        {"ab", false, {3, 6, END}},           /* "ab" beats " a" */
        {"aba", false, {3, 6, 4, END}},       /* "ab" and "ba" are equal: leftmost */
        {" a", false, {3, 8, END}},
        {"\u2581a", false, {3, 8, END}},      /* counts as a space */
        {"aab", false, {3, 9, END}},          /* a + ab */
        {"\u00E9\n", false, {3, 10, 11, 12, END}},
        {"x", false, {3, 0, END}},            /* no bytes for it: unknown */
        {"bb", false, {3, 5, 5, END}},        /* unused tokens are not made */
        {"b<s>b", true, {3, 5, 1, 3, 5, END}}, /* a space after every special token */
        {"iib", false, {14, 3, 5, END}},
        {"<0x0A>", false, {3, 0, 0, 0, 0, 0, 0, END}},
    };
    tokenizer *t = vocab_create(&(struct vocab_spec){"llama", NULL, spm_tokens, NULL});
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_encode(t, text_of(cases[i].t), false, cases[i].parse, cases[i].ids);
    check_encode(t, TEXT("a"), true, false, (int32_t[]){1, 8, END});
    tokenizer_free(t);
}

static void test_spm_without_prefix(void **state)
{
    (void)state;
    struct gguf_writer w;
    tokenizer *t = NULL;
    gguf_writer_init(&w);
    vocab_spec_write(&w, &(struct vocab_spec){"llama", NULL, spm_tokens, NULL});
    gguf_writer_int(&w, "tokenizer.ggml.add_space_prefix", GGUF_BOOL, 0);
    gguf_writer_int(&w, "tokenizer.ggml.add_bos_token", GGUF_BOOL, 0);
    gguf_writer_int(&w, "tokenizer.ggml.add_eos_token", GGUF_BOOL, 1);
    assert_int_equal(vocab_build(&t, &w, NULL), SHEAF_OK);
    check_encode(t, TEXT("a"), true, false, (int32_t[]){4, 2, END});
    tokenizer_free(t);
}

static void test_roles(void **state)
{
    (void)state;
    tokenizer *t = bpe_with(NULL);
    const struct tokenizer_info *info = tokenizer_info(t);
    assert_string_equal(info->model, "gpt2");
    assert_string_equal(info->pre, "default");
    assert_true(info->pre_missing);
    assert_int_equal(info->n_tokens, BPE_SLASH + 1);
    assert_int_equal(info->bos, BOS);
    assert_int_equal(info->eos, EOT);
    assert_int_equal(info->eot, EOT); /* by its name */
    assert_int_equal(info->pad, -1);
    assert_int_equal(info->unk, -1);
    assert_false(info->add_bos);
    for (int32_t id = 0; id <= BPE_SLASH; id++) {
        assert_int_equal(tokenizer_is_eog(t, id), id == EOT); /* the ordinary </s> is none */
        assert_int_equal(tokenizer_is_unused(t, id), id == PAD);
    }
    assert_int_equal(tokenizer_type(t, THINK), TOKEN_USER_DEFINED);
    assert_true(text_equal(tokenizer_text(t, SP_A), TEXT(" a")));
    assert_int_equal(tokenizer_find(t, TEXT(" a")), SP_A);
    assert_int_equal(tokenizer_find(t, TEXT("<d>")), THINK);
    assert_int_equal(tokenizer_find(t, TEXT("dddd")), -1);
    tokenizer_free(t);
}

static void test_harmony_end_is_no_stop(void **state)
{
    (void)state;
    static const struct vocab_token tokens[] = {
        {"<|end|>", TOKEN_CONTROL, 0}, {"<|return|>", TOKEN_CONTROL, 0},
        {"<|call|>", TOKEN_CONTROL, 0}, {"<|file_sep|>", TOKEN_CONTROL, 0}, {0},
    };
    static const char *const merges[] = {NULL};
    struct vocab_spec spec = {"gpt2", "gpt-4o", tokens, merges};
    tokenizer *t = vocab_create(&spec);
    assert_false(tokenizer_is_eog(t, 0));
    assert_true(tokenizer_is_eog(t, 1));
    assert_true(tokenizer_is_eog(t, 2));
    assert_true(tokenizer_is_eog(t, 3));
    tokenizer_free(t);
}

static void test_keys_of_stops_and_suppression(void **state)
{
    (void)state;
    struct gguf_writer w;
    tokenizer *t = NULL;
    gguf_writer_init(&w);
    vocab_spec_write(&w, &(struct vocab_spec){"gpt2", "qwen2", bpe_tokens, bpe_merges});
    gguf_writer_int(&w, "tokenizer.ggml.eot_token_id", GGUF_U32, A);
    gguf_writer_int(&w, "tokenizer.ggml.eom_token_id", GGUF_U32, B);
    gguf_writer_int(&w, "tokenizer.ggml.fim_sep_token_id", GGUF_U32, C);
    gguf_writer_int(&w, "tokenizer.ggml.eos_token_id", GGUF_U32, 4000000000); /* none of ours */
    gguf_writer_array(&w, "tokenizer.ggml.suppress_tokens", GGUF_I32, (int32_t[]){D}, 1);
    assert_int_equal(vocab_build(&t, &w, NULL), SHEAF_OK);
    assert_int_equal(tokenizer_info(t)->eos, -1);
    assert_int_equal(tokenizer_info(t)->eot, A);
    assert_true(tokenizer_is_eog(t, A) && tokenizer_is_eog(t, B) && tokenizer_is_eog(t, C));
    assert_true(tokenizer_is_unused(t, D));
    tokenizer_free(t);
}

/* The n-th allocation fails, for every n: NOMEM and nothing else, and nothing leaks. */
static void test_encode_without_memory(void **state)
{
    (void)state;
    tokenizer *t = bpe_with("qwen2");
    const struct prompt_part part = LITERAL("<s>abc e\u0301 dddd\n\n<d>");
    for (uint64_t n = 1;; n++) {
        int32_t *ids = NULL;
        size_t count;
        sheaf_error err = {0};
        alloc_fail_at(n);
        sheaf_code rc = tokenizer_encode_parts(t, &ids, &count, &part, 1, true, &err);
        alloc_fail_at(0);
        alloc_free(ids);
        if (rc == SHEAF_OK)
            break;
        assert_int_equal(rc, SHEAF_ERR_NOMEM);
        assert_true(n < 1000);
    }
    tokenizer_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bpe_merges),
        cmocka_unit_test(test_bpe_ignore_merges),
        cmocka_unit_test(test_bpe_text_cleaning),
        cmocka_unit_test(test_special_tokens),
        cmocka_unit_test(test_longest_special_wins),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_bos),
        cmocka_unit_test(test_spm),
        cmocka_unit_test(test_spm_without_prefix),
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_harmony_end_is_no_stop),
        cmocka_unit_test(test_keys_of_stops_and_suppression),
        cmocka_unit_test(test_encode_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
