/* Vocabularies that must be refused, and with which code and words. */
#include <setjmp.h>
#include <stdarg.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "tests/support/vocab_spec.h"

static const struct vocab_token good_tokens[] = {{"a", 0, 0}, {"b", 0, 0}, {"ab", 0, 0}, {0}};
static const char *const good_merges[] = {"a b", NULL};

/* What is added to or put instead of the good keys. */
typedef void spoil_fn(struct gguf_writer *w);

static void few_types(struct gguf_writer *w)
{
    gguf_writer_array(w, "tokenizer.ggml.token_type", GGUF_I32, (int32_t[]){1, 1}, 2);
}

static void wrong_type(struct gguf_writer *w)
{
    gguf_writer_array(w, "tokenizer.ggml.token_type", GGUF_I32, (int32_t[]){1, 7, 1}, 3);
}

static void float_types(struct gguf_writer *w)
{
    gguf_writer_array(w, "tokenizer.ggml.token_type", GGUF_F32, (float[]){1, 1, 1}, 3);
}

static void scalar_types(struct gguf_writer *w)
{
    gguf_writer_int(w, "tokenizer.ggml.token_type", GGUF_U32, 1);
}

static void nan_score(struct gguf_writer *w)
{
    gguf_writer_array(w, "tokenizer.ggml.scores", GGUF_F32, (float[]){0, NAN, 0}, 3);
}

static void few_scores(struct gguf_writer *w)
{
    gguf_writer_array(w, "tokenizer.ggml.scores", GGUF_F32, (float[]){0}, 1);
}

static void text_scores(struct gguf_writer *w)
{
    gguf_writer_texts(w, "tokenizer.ggml.scores", (text[]){TEXT("1"), TEXT("2"), TEXT("3")}, 3);
}

static void bad_byte(struct gguf_writer *w)
{
    gguf_writer_array(w, "tokenizer.ggml.token_type", GGUF_I32, (int32_t[]){6, 1, 1}, 3);
}

static void bad_merge(struct gguf_writer *w)
{
    gguf_writer_texts(w, "tokenizer.ggml.merges", (text[]){TEXT("a b"), TEXT("ab")}, 2);
}

static void half_merge(struct gguf_writer *w)
{
    gguf_writer_texts(w, "tokenizer.ggml.merges", (text[]){TEXT("a ")}, 1);
}

static void empty_merge(struct gguf_writer *w)
{
    gguf_writer_texts(w, "tokenizer.ggml.merges", (text[]){TEXT("")}, 1);
}

static void number_merges(struct gguf_writer *w)
{
    gguf_writer_array(w, "tokenizer.ggml.merges", GGUF_U8, "ab", 2);
}

static void text_bos(struct gguf_writer *w)
{
    gguf_writer_text(w, "tokenizer.ggml.bos_token_id", TEXT("1"));
}

static void number_add_bos(struct gguf_writer *w)
{
    gguf_writer_int(w, "tokenizer.ggml.add_bos_token", GGUF_U32, 1);
}

static void suppressed_outside(struct gguf_writer *w)
{
    gguf_writer_array(w, "tokenizer.ggml.suppress_tokens", GGUF_I32, (int32_t[]){-1}, 1);
}

static void number_tokens(struct gguf_writer *w)
{
    gguf_writer_array(w, "tokenizer.ggml.tokens", GGUF_U8, "ab", 2);
}

static void no_tokens(struct gguf_writer *w)
{
    gguf_writer_texts(w, "tokenizer.ggml.tokens", NULL, 0);
}

static void long_token(struct gguf_writer *w)
{
    static char letters[5000];
    memset(letters, 'a', sizeof letters);
    gguf_writer_texts(w, "tokenizer.ggml.tokens", (text[]){{letters, sizeof letters}}, 1);
}

static void tokens_only(struct gguf_writer *w)
{
    gguf_writer_texts(w, "tokenizer.ggml.tokens", (text[]){TEXT("a"), TEXT("b"), TEXT("ab")}, 3);
}

static void check_refused(struct gguf_writer *w, sheaf_code code, const char *says)
{
    tokenizer *t = NULL;
    sheaf_error err = {0};
    sheaf_code rc = vocab_build(&t, w, &err);
    if (rc != code || !strstr(err.message, says))
        print_error("wanted \"%s\", got %s: %s\n", says, err.source, err.message);
    assert_int_equal(rc, code);
    assert_non_null(strstr(err.message, says));
    assert_null(t);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        struct vocab_spec spec;
        spoil_fn *spoil;
        sheaf_code code;
        const char *says;
    } cases[] = {
        {{NULL, "qwen2", good_tokens, good_merges}, NULL, SHEAF_ERR_FORMAT, "model is missing"},
        {{"bert", "qwen2", good_tokens, good_merges}, NULL, SHEAF_ERR_UNSUPPORTED, "\"bert\""},
        {{"gpt2", "qwen9", good_tokens, good_merges}, NULL, SHEAF_ERR_UNSUPPORTED, "\"qwen9\""},
        {{"gpt2", "", good_tokens, good_merges}, NULL, SHEAF_ERR_UNSUPPORTED, "llama-bpe"},
        {{"gpt2", "qwen2", NULL, good_merges}, NULL, SHEAF_ERR_FORMAT, "tokens has 0 entries"},
        {{"gpt2", "qwen2", NULL, good_merges}, no_tokens, SHEAF_ERR_FORMAT, "tokens has 0 entries"},
        {{"gpt2", "qwen2", NULL, good_merges}, number_tokens, SHEAF_ERR_FORMAT, "array of strings"},
        {{"gpt2", "qwen2", NULL, good_merges}, long_token, SHEAF_ERR_FORMAT, "5000 bytes"},
        {{"gpt2", "qwen2", good_tokens, NULL}, NULL, SHEAF_ERR_FORMAT, "merges"},
        {{"gpt2", "qwen2", good_tokens, NULL}, bad_merge, SHEAF_ERR_FORMAT, "merges 1 is \"ab\""},
        {{"gpt2", "qwen2", good_tokens, NULL}, half_merge, SHEAF_ERR_FORMAT, "two parts"},
        {{"gpt2", "qwen2", good_tokens, NULL}, empty_merge, SHEAF_ERR_FORMAT, "two parts"},
        {{"gpt2", "qwen2", good_tokens, NULL}, number_merges, SHEAF_ERR_FORMAT, "array of strings"},
        {{"gpt2", "qwen2", good_tokens, good_merges}, text_bos, SHEAF_ERR_FORMAT, "integer"},
        {{"gpt2", "qwen2", good_tokens, good_merges}, number_add_bos, SHEAF_ERR_FORMAT, "bool"},
        {{"gpt2", "qwen2", good_tokens, good_merges}, suppressed_outside, SHEAF_ERR_FORMAT, "-1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gguf_writer w;
        gguf_writer_init(&w);
        vocab_spec_write(&w, &cases[i].spec);
        if (cases[i].spoil)
            cases[i].spoil(&w);
        check_refused(&w, cases[i].code, cases[i].says);
    }
}

/* Faults of the arrays beside the tokens, which tokens_only writes without any. */
static void test_refused_arrays(void **state)
{
    (void)state;
    static const struct {
        const char *model;
        spoil_fn *spoil;
        const char *says;
    } cases[] = {
        {"gpt2", few_types, "3 wanted"},
        {"gpt2", wrong_type, "token 1 is 7"},
        {"gpt2", float_types, "integers"},
        {"gpt2", scalar_types, "array"},
        {"llama", nan_score, "token 1 is"},
        {"llama", few_scores, "3 wanted"},
        {"llama", text_scores, "numbers"},
        {"llama", bad_byte, "byte token 0 is \"a\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gguf_writer w;
        gguf_writer_init(&w);
        vocab_spec_write(&w, &(struct vocab_spec){cases[i].model, "qwen2", NULL, good_merges});
        tokens_only(&w);
        cases[i].spoil(&w);
        check_refused(&w, SHEAF_ERR_FORMAT, cases[i].says);
    }
}

/* No types, scores or byte tokens: odd, but it runs. */
static void test_bare_vocabulary_is_taken(void **state)
{
    (void)state;
    struct gguf_writer w;
    tokenizer *t = NULL;
    int32_t *ids;
    size_t n;
    gguf_writer_init(&w);
    vocab_spec_write(&w, &(struct vocab_spec){"llama", NULL, NULL, NULL});
    tokens_only(&w);
    assert_int_equal(vocab_build(&t, &w, NULL), SHEAF_OK);
    assert_int_equal(tokenizer_encode(t, &ids, &n, TEXT("ab\xFF"), false, true, NULL), SHEAF_OK);
    assert_int_equal(n, 3); /* unknown (the space), "ab", unknown */
    assert_int_equal(ids[0], 0);
    assert_int_equal(ids[1], 2);
    alloc_free(ids);
    tokenizer_free(t);
}

/* The n-th allocation of loading fails, for every n. */
static void test_load_without_memory(void **state)
{
    (void)state;
    for (uint64_t n = 1;; n++) {
        struct gguf_writer w;
        tokenizer *t = NULL;
        strbuf file = {0};
        gguf *g = NULL;
        gguf_writer_init(&w);
        vocab_spec_write(&w, &(struct vocab_spec){"gpt2", "qwen2", good_tokens, good_merges});
        assert_true(gguf_writer_finish(&w, &file));
        assert_int_equal(gguf_open_memory(&g, (const uint8_t *)file.p, file.n, "t", NULL),
                         SHEAF_OK);
        alloc_fail_at(n);
        sheaf_code rc = tokenizer_create(&t, g, NULL);
        alloc_fail_at(0);
        tokenizer_free(t);
        gguf_close(g);
        strbuf_free(&file);
        gguf_writer_free(&w);
        if (rc == SHEAF_OK)
            break;
        assert_int_equal(rc, SHEAF_ERR_NOMEM);
        assert_true(n < 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_refused_arrays),
        cmocka_unit_test(test_bare_vocabulary_is_taken),
        cmocka_unit_test(test_load_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
