/* tiny_model_test.c - the random models that other tests stand on: quantisers, vocabularies of any
 * size, values of SSM heads, files that are the same from memory and from disk. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "engine/tokenizer.h"
#include "tests/support/check.h"
#include "tests/support/tiny_family.h"
#include "tests/support/tiny_quant.h"
#include "tests/support/tiny_values.h"
#include "tests/support/tiny_variants.h"
#include "tests/support/tiny_vocab.h"

enum { N = 4096 };

static double rms(const float *x, const float *minus, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double d = (double)x[i] - (minus ? (double)minus[i] : 0);
        sum += d * d;
    }
    return sqrt(sum / (double)n);
}

/* Normal numbers come back with the error of the type. */
static void types_round(void **state)
{
    static const struct {
        enum quant_type type;
        double error; /* relative, in the mean of squares */
    } CASES[] = {
        {QUANT_F32, 0},         {QUANT_F16, 3e-4},  {QUANT_BF16, 2.5e-3}, {QUANT_Q8_0, 7e-3},
        {QUANT_Q4_0, 0.1},      {QUANT_Q4_1, 0.1},  {QUANT_MXFP4, 0.13},
    };
    (void)state;
    float x[N], back[N];
    tiny_normals(x, 0, N, 1, 2);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        strbuf b = {0};
        assert_true(tiny_quantize(&b, CASES[i].type, x, N));
        assert_int_equal(b.n, quant_row_bytes(CASES[i].type, N));
        quant_dequantize(CASES[i].type, back, b.p, N);
        assert_true(rms(x, back, N) <= CASES[i].error * rms(x, NULL, N));
        strbuf_free(&b);
    }
}

/* The types of random codes keep the size of the numbers. */
static void types_with_random_codes_keep_the_size(void **state)
{
    static const enum quant_type TYPES[] = {QUANT_Q2_K, QUANT_Q3_K, QUANT_Q4_K,
                                            QUANT_Q5_K, QUANT_Q6_K, QUANT_IQ4_XS};
    (void)state;
    float x[N], back[N];
    tiny_normals(x, 0, N, 1, 3);
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
        strbuf b = {0};
        assert_true(tiny_quantize(&b, TYPES[i], x, N));
        quant_dequantize(TYPES[i], back, b.p, N);
        assert_true(fabs(rms(back, NULL, N) / rms(x, NULL, N) - 1) < 0.02);
        strbuf_free(&b);
    }
}

/* Any part of the row of numbers can be made alone. */
static void normals_are_a_row(void **state)
{
    (void)state;
    float all[64], part[10];
    tiny_normals(all, 100, 64, 5, 6);
    tiny_normals(part, 120, 10, 5, 6);
    assert_memory_equal(part, all + 20, sizeof part);
}

static tokenizer *vocabulary(size_t n)
{
    struct gguf_writer w;
    strbuf file = {0};
    gguf *g;
    tokenizer *t;
    sheaf_error err = {0};
    gguf_writer_init(&w);
    assert_true(tiny_vocab_write(&w, "qwen2", n));
    assert_true(gguf_writer_finish(&w, &file));
    CHECK_OK(gguf_open_memory(&g, (const uint8_t *)file.p, file.n, "v", &err), err);
    CHECK_OK(tokenizer_create(&t, g, &err), err);
    gguf_close(g);
    strbuf_free(&file);
    gguf_writer_free(&w);
    return t;
}

/* Every size has its special tokens at the end and merges that texts come back from. */
static void vocabularies_of_all_sizes_work(void **state)
{
    static const size_t SIZES[] = {TINY_VOCAB, 321, 32784, TINY_VOCAB_MAX};
    (void)state;
    size_t before = SIZE_MAX;
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        tokenizer *t = vocabulary(SIZES[i]);
        const text line = TEXT("An answer: \\boxed{42} in 7 km/h\n");
        strbuf back = {0};
        int32_t *ids;
        size_t n;
        assert_int_equal(tokenizer_info(t)->n_tokens, SIZES[i]);
        assert_int_equal(tokenizer_find(t, TEXT("<|im_end|>")), SIZES[i] - 1);
        assert_int_equal(tokenizer_info(t)->eos, SIZES[i] - 1);
        assert_int_equal(tokenizer_encode(t, &ids, &n, line, true, false, NULL), SHEAF_OK);
        for (size_t k = 0; k < n; k++)
            strbuf_text(&back, tokenizer_text(t, ids[k]));
        assert_true(text_equal(strbuf_view(&back), line));
        assert_true(n <= before);
        before = n;
        strbuf_free(&back);
        alloc_free(ids);
        tokenizer_free(t);
    }
}

static void values_of(const char *name, float out[24])
{
    struct tiny_model m = {.arch = "falcon-h1", .ssm_heads = 24};
    const struct tiny_family *f = tiny_family_find(&m);
    const struct tiny_tensor *t = tiny_tensors;
    struct tiny_values v;
    while (t->name && strcmp(t->name, name) != 0)
        t++;
    assert_non_null(t->name);
    tiny_family_defaults(f, &m);
    tiny_values_init(&v, f, &m, t, 0);
    assert_int_equal(v.n, 24);
    tiny_values_make(&v, out, 0, 24);
}

/* The state of head h is multiplied by exp(softplus(dt_bias) A) per token. */
static void heads_forget_over_one_to_200_tokens(void **state)
{
    (void)state;
    float a[24], bias[24];
    values_of("ssm_a", a);
    values_of("ssm_dt.bias", bias);
    for (int h = 0; h < 24; h++) {
        double memory = -1 / (log1p(exp((double)bias[h])) * (double)a[h]);
        assert_true(fabs(memory / pow(200, h / 23.0) - 1) < 1e-3);
    }
}

static void files_are_those_in_memory(void **state)
{
    (void)state;
    for (const struct tiny_variant *v = tiny_variants; v->name; v++) {
        char path[] = "/tmp/sheaf-tiny-XXXXXX";
        sheaf_error err = {0};
        strbuf memory = {0}, file = {0};
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        close(fd);
        CHECK_OK(tiny_model_write(&memory, &v->model, &err), err);
        CHECK_OK(tiny_model_save(path, &v->model, &err), err);
        CHECK_OK(file_read(&file, path, (size_t)1 << 24, &err), err);
        unlink(path);
        assert_true(text_equal(strbuf_view(&memory), strbuf_view(&file)));
        strbuf_free(&memory);
        strbuf_free(&file);
    }
}

static void wrong_options_are_refused(void **state)
{
    static const struct tiny_model WRONG[] = {
        {.arch = "mamba"}, {.type = QUANT_IQ2_XXS, .n_embd = 256}, {.type = QUANT_TYPES},
        {.n_vocab = TINY_VOCAB - 1}, {.n_vocab = TINY_VOCAB_MAX + 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        strbuf b = {0};
        assert_int_equal(tiny_model_write(&b, &WRONG[i], NULL), SHEAF_ERR_USAGE);
        strbuf_free(&b);
        assert_int_equal(tiny_model_save("/tmp/sheaf-no-model", &WRONG[i], NULL), SHEAF_ERR_USAGE);
        assert_int_not_equal(access("/tmp/sheaf-no-model", F_OK), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_round),
        cmocka_unit_test(types_with_random_codes_keep_the_size),
        cmocka_unit_test(normals_are_a_row),
        cmocka_unit_test(vocabularies_of_all_sizes_work),
        cmocka_unit_test(heads_forget_over_one_to_200_tokens),
        cmocka_unit_test(files_are_those_in_memory),
        cmocka_unit_test(wrong_options_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
