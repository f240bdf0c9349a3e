/* Prompts that begin alike: the same logits with the cache as without, what is copied and what is
 * forgotten, and the file. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/rng.h"
#include "engine/model.h"
#include "engine/prefix_cache.h"
#include "tests/support/check.h"
#include "tests/support/tiny_model.h"

#define PROMPT 400
#define COUNT(a) (sizeof(a) / sizeof *(a))

static char model_path[2][64];
static const char *const archs[] = {"falcon-h1", "gpt-oss"};

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        sheaf_error err = {0};
        snprintf(model_path[i], sizeof model_path[i], "/tmp/sheaf-prefix-%d-%zu.gguf",
                 (int)getpid(), i);
        const struct tiny_model m = {.arch = archs[i], .seed = 7, .n_layers = 2, .n_window = 16};
        CHECK_OK(tiny_model_save(model_path[i], &m, &err), err);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++)
        unlink(model_path[i]);
    return 0;
}

struct bench {
    sheaf_engine *e;
    sheaf_decoder *d;
    sheaf_model_info info;
    int32_t prompt[PROMPT];
};

static void open_bench(struct bench *b, size_t model)
{
    sheaf_error err = {0};
    sheaf_engine_options o = sheaf_engine_defaults();
    o.threads = 1;
    CHECK_OK(sheaf_engine_open(&b->e, model_path[model], &o, &err), err);
    sheaf_engine_info(b->e, &b->info);
    sheaf_decoder_options d = {.max_sessions = 2, .prefix_tokens = PROMPT, .session_tokens = 8};
    CHECK_OK(sheaf_decoder_open(&b->d, b->e, &d, &err), err);
    for (size_t i = 0; i < PROMPT; i++)
        b->prompt[i] = (int32_t)(rng_bits(1, 2, i) % (uint64_t)b->info.n_vocab);
}

static void close_bench(struct bench *b)
{
    sheaf_decoder_close(b->d);
    sheaf_engine_close(b->e);
}

/* Logits of the last token of the first n of the prompt, tokens from `other` on replaced by one. */
static size_t last_logits(struct bench *b, sheaf_prefix_cache *c, size_t n, size_t other,
                          float *out)
{
    sheaf_session *s;
    sheaf_error err = {0};
    float *logits;
    size_t cached;
    int32_t tokens[PROMPT];
    memcpy(tokens, b->prompt, sizeof tokens);
    for (size_t i = other; i < n; i++)
        tokens[i] = (tokens[i] + 1) % b->info.n_vocab;
    CHECK_OK(sheaf_session_open(&s, b->d, &err), err);
    CHECK_OK(sheaf_session_prefill_cached(s, c, tokens, n, &logits, &cached, &err), err);
    memcpy(out, logits, (size_t)b->info.n_vocab * sizeof *out);
    /* one more step from there */
    sheaf_span span = {.session = s, .tokens = tokens, .n_tokens = 1, .want = SHEAF_WANT_LAST};
    CHECK_OK(sheaf_decoder_step(b->d, &span, 1, &err), err);
    memcpy(out + b->info.n_vocab, span.logits, (size_t)b->info.n_vocab * sizeof *out);
    sheaf_session_close(s);
    return cached;
}

static void test_same_bits(void **state)
{
    static const struct {
        size_t n, other, cached;
    } prompts[] = {
        {200, 200, 0},   /* nothing known */
        {300, 150, 0},   /* shares 150 tokens: 128 of them computed and kept now */
        {300, 140, 128},
        {300, 140, 256}, /* the same again: all but the last piece */
        {64, 64, 0},     /* an entry never holds the last token */
        {65, 65, 0},
        {66, 66, 64},
        {1, 1, 0},
    };
    (void)state;
    for (size_t model = 0; model < 2; model++) {
        struct bench b;
        sheaf_prefix_cache *c;
        sheaf_error err = {0};
        open_bench(&b, model);
        size_t row = 2 * (size_t)b.info.n_vocab;
        float *got = alloc_zero(row, sizeof *got), *want = alloc_zero(row, sizeof *want);
        CHECK_OK(sheaf_prefix_cache_create(&c, b.e, 1 << 24, &err), err);
        for (size_t i = 0; i < COUNT(prompts); i++) {
            assert_int_equal(last_logits(&b, NULL, prompts[i].n, prompts[i].other, want), 0);
            assert_int_equal(last_logits(&b, c, prompts[i].n, prompts[i].other, got),
                             prompts[i].cached);
            assert_memory_equal(got, want, row * sizeof *got);
        }
        sheaf_prefix_cache_free(c);
        alloc_free(got);
        alloc_free(want);
        close_bench(&b);
    }
}

static void test_limit(void **state)
{
    (void)state;
    struct bench b;
    sheaf_prefix_cache *c;
    sheaf_error err = {0};
    open_bench(&b, 0);
    float *out = alloc_zero(2 * (size_t)b.info.n_vocab, sizeof *out);
    CHECK_OK(sheaf_prefix_cache_create(&c, b.e, 1 << 24, &err), err);
    last_logits(&b, c, 128, 128, out); /* one entry of 64 tokens */
    size_t one = c->bytes;
    assert_int_equal(c->n, 1);
    sheaf_prefix_cache_free(c);
    CHECK_OK(sheaf_prefix_cache_create(&c, b.e, 2 * one + one / 2, &err), err);
    for (size_t other = 0; other < 40; other += 10) {
        last_logits(&b, c, 128, other, out);
        assert_true(c->bytes <= 2 * one + one / 2 && c->n <= 2);
    }
    assert_int_equal(last_logits(&b, c, 128, 30, out), 64); /* the last two are there */
    assert_int_equal(last_logits(&b, c, 128, 20, out), 64);
    assert_int_equal(last_logits(&b, c, 128, 10, out), 0);
    sheaf_prefix_cache_free(c);
    CHECK_OK(sheaf_prefix_cache_create(&c, b.e, one - 1, &err), err);
    last_logits(&b, c, 128, 128, out);
    assert_int_equal(c->n, 0); /* larger than the whole cache */
    sheaf_prefix_cache_free(c);
    alloc_free(out);
    close_bench(&b);
}

static void damage(const char *path, size_t at)
{
    strbuf b = {0};
    sheaf_error err = {0};
    CHECK_OK(file_read(&b, path, 1 << 24, &err), err);
    b.p[at < b.n ? at : b.n - 1] ^= 1;
    CHECK_OK(file_write(path, strbuf_view(&b), &err), err);
    strbuf_free(&b);
}

static void test_file(void **state)
{
    (void)state;
    struct bench b, other;
    sheaf_prefix_cache *c, *back;
    sheaf_error err = {0};
    char path[64];
    snprintf(path, sizeof path, "/tmp/sheaf-prefix-%d.cache", (int)getpid());
    open_bench(&b, 0);
    open_bench(&other, 1);
    size_t row = 2 * (size_t)b.info.n_vocab;
    float *got = alloc_zero(row, sizeof *got), *want = alloc_zero(row, sizeof *want);
    CHECK_OK(sheaf_prefix_cache_create(&c, b.e, 1 << 24, &err), err);
    last_logits(&b, c, 200, 200, want);
    CHECK_OK(sheaf_prefix_cache_write(c, path, &err), err);

    CHECK_OK(sheaf_prefix_cache_create(&back, b.e, 1 << 24, &err), err);
    CHECK_OK(sheaf_prefix_cache_read(back, path, &err), err);
    assert_int_equal(back->n, c->n);
    assert_int_equal(back->bytes, c->bytes);
    assert_int_equal(last_logits(&b, back, 200, 200, got), 192);
    assert_memory_equal(got, want, row * sizeof *got);
    sheaf_prefix_cache_free(back);

    CHECK_OK(sheaf_prefix_cache_create(&back, other.e, 1 << 24, &err), err);
    assert_int_equal(sheaf_prefix_cache_read(back, path, &err), SHEAF_ERR_UNSUPPORTED);
    sheaf_prefix_cache_free(back);

    static const size_t places[] = {0, 9, 40, 200, 5000, 1 << 24};
    CHECK_OK(sheaf_prefix_cache_create(&back, b.e, 1 << 24, &err), err);
    for (size_t i = 0; i < COUNT(places); i++) {
        damage(path, places[i]);
        err = (sheaf_error){0};
        assert_int_equal(sheaf_prefix_cache_read(back, path, &err), SHEAF_ERR_FORMAT);
        damage(path, places[i]);
    }
    CHECK_OK(sheaf_prefix_cache_read(back, path, &err), err);
    sheaf_prefix_cache_free(back);
    sheaf_prefix_cache_free(c);
    alloc_free(got);
    alloc_free(want);
    unlink(path);
    close_bench(&b);
    close_bench(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_file),
    };
    return cmocka_run_group_tests_name("prefix_cache", tests, setup, teardown);
}
