/* gguf_test.c - what a reader of sound files gives: values, arrays, tensors, shards.
 * Broken files: gguf_hostile_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tiny_vocab.h"

struct opened {
    strbuf file;
    gguf *g;
};

/* Finishes the writer and opens the result. */
static struct opened open_writer(struct gguf_writer *w)
{
    struct opened o = {0};
    sheaf_error err = {0};
    assert_true(gguf_writer_finish(w, &o.file));
    gguf_writer_free(w);
    if (gguf_open_memory(&o.g, (const uint8_t *)o.file.p, o.file.n, "m.gguf", &err))
        fail_msg("%s: %s", err.source, err.message);
    return o;
}

static void close_opened(struct opened *o)
{
    gguf_close(o->g);
    strbuf_free(&o->file);
}

static void test_integers(void **state)
{
    (void)state;
    static const struct {
        enum gguf_type type;
        int64_t value;
        bool fits;
    } CASES[] = {
        {GGUF_U8, 255, true},           {GGUF_I8, 127, true},   {GGUF_I8, -1, false},
        {GGUF_U16, 65535, true},        {GGUF_I16, -32768, false},
        {GGUF_U32, 4294967295, true},   {GGUF_I32, 2147483647, true},
        {GGUF_I32, -1, false},          {GGUF_U64, 4294967295, true},
        {GGUF_U64, 4294967296, false},  {GGUF_U64, -1, false},
        {GGUF_I64, 7, true},            {GGUF_I64, INT64_MIN, false},
        {GGUF_BOOL, 1, false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct gguf_writer w;
        uint32_t v = 42;
        gguf_writer_init(&w);
        gguf_writer_int(&w, "k", CASES[i].type, CASES[i].value);
        struct opened o = open_writer(&w);
        sheaf_code rc = gguf_get_u32(o.g, "k", &v, NULL);
        assert_int_equal(rc, CASES[i].fits ? SHEAF_OK : SHEAF_ERR_FORMAT);
        assert_int_equal(v, CASES[i].fits ? (uint32_t)CASES[i].value : 42);
        close_opened(&o);
    }
}

static void test_floats(void **state)
{
    (void)state;
    static const struct {
        enum gguf_type type;
        double value;
        bool fits;
    } CASES[] = {
        {GGUF_F32, 1e-6, true},      {GGUF_F64, 0.5, true},        {GGUF_F32, (double)NAN, false},
        {GGUF_F64, 1e300, false},    {GGUF_F32, (double)INFINITY, false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct gguf_writer w;
        float v = 42;
        gguf_writer_init(&w);
        gguf_writer_float(&w, "k", CASES[i].type, CASES[i].value);
        struct opened o = open_writer(&w);
        sheaf_code rc = gguf_get_f32(o.g, "k", &v, NULL);
        assert_int_equal(rc, CASES[i].fits ? SHEAF_OK : SHEAF_ERR_FORMAT);
        assert_true(v == (CASES[i].fits ? (float)CASES[i].value : 42));
        close_opened(&o);
    }
}

static struct opened open_mixed(void)
{
    struct gguf_writer w;
    gguf_writer_init(&w);
    gguf_writer_text(&w, "text", (text){"a\0b", 3});
    gguf_writer_int(&w, "bool", GGUF_BOOL, 5);
    gguf_writer_int(&w, "int", GGUF_U32, 9);
    gguf_writer_float(&w, "float", GGUF_F32, 2);
    gguf_writer_array(&w, "u16s", GGUF_U16, (uint16_t[]){1, 65535}, 2);
    gguf_writer_array(&w, "i8s", GGUF_I8, (int8_t[]){-1, 2, 3}, 3);
    gguf_writer_array(&w, "bools", GGUF_BOOL, (uint8_t[]){0, 2}, 2);
    gguf_writer_array(&w, "f64s", GGUF_F64, (double[]){0.25, -1}, 2);
    gguf_writer_array(&w, "u64s", GGUF_U64, (uint64_t[]){UINT64_MAX}, 1);
    gguf_writer_texts(&w, "texts", (text[]){TEXT("one"), TEXT(""), TEXT("three")}, 3);
    gguf_writer_array(&w, "none", GGUF_U32, NULL, 0);
    return open_writer(&w);
}

static void test_wrong_types_are_refused(void **state)
{
    (void)state;
    struct opened o = open_mixed();
    sheaf_error err = {0};
    uint32_t u = 1, us[3];
    float f = 1;
    bool b = false;
    text t = TEXT("kept");
    gguf_array a;
    assert_int_equal(gguf_get_u32(o.g, "float", &u, &err), SHEAF_ERR_FORMAT);
    assert_string_equal(err.source, "m.gguf: key float");
    assert_string_equal(err.message, "has type f32; an integer wanted");
    assert_int_equal(gguf_get_u32(o.g, "bool", &u, NULL), SHEAF_ERR_FORMAT);
    assert_int_equal(gguf_get_f32(o.g, "int", &f, NULL), SHEAF_ERR_FORMAT);
    assert_int_equal(gguf_get_bool(o.g, "int", &b, NULL), SHEAF_ERR_FORMAT);
    assert_int_equal(gguf_get_text(o.g, "texts", &t, NULL), SHEAF_ERR_FORMAT);
    assert_int_equal(gguf_get_array(o.g, "text", &a, NULL), SHEAF_ERR_FORMAT);
    assert_int_equal(gguf_get_u32s(o.g, "f64s", us, 2, NULL), SHEAF_ERR_FORMAT);
    assert_int_equal(gguf_get_u32s(o.g, "u16s", us, 3, NULL), SHEAF_ERR_FORMAT);
    assert_int_equal(gguf_get_u32s(o.g, "i8s", us, 3, NULL), SHEAF_ERR_FORMAT);
    assert_true(u == 1 && f == 1 && !b && text_equal(t, TEXT("kept")));
    close_opened(&o);
}

static void test_absent_keys_keep_the_default(void **state)
{
    (void)state;
    struct opened o = open_mixed();
    uint32_t u = 1, us[2] = {3, 4};
    gguf_array a = {.n = 7};
    assert_int_equal(gguf_get_u32(o.g, "absent", &u, NULL), SHEAF_OK);
    assert_int_equal(gguf_get_u32s(o.g, "absent", us, 2, NULL), SHEAF_OK);
    assert_int_equal(gguf_get_array(o.g, "absent", &a, NULL), SHEAF_OK);
    assert_true(u == 1 && us[0] == 3 && us[1] == 4 && a.n == 0 && !a.data);
    assert_false(gguf_has(o.g, "absent"));
    assert_true(gguf_has(o.g, "none"));
    close_opened(&o);
}

static void test_text_bool_and_keys(void **state)
{
    (void)state;
    struct opened o = open_mixed();
    text t;
    bool b = false;
    assert_int_equal(gguf_get_text(o.g, "text", &t, NULL), SHEAF_OK);
    assert_true(text_equal(t, ((text){"a\0b", 3})));
    assert_int_equal(gguf_get_bool(o.g, "bool", &b, NULL), SHEAF_OK);
    assert_true(b);
    enum gguf_type type;
    assert_int_equal(gguf_n_kv(o.g), 11);
    assert_true(text_equal(gguf_key_at(o.g, 3, &type), TEXT("float")) && type == GGUF_F32);
    close_opened(&o);
}

static void test_arrays(void **state)
{
    (void)state;
    struct opened o = open_mixed();
    uint32_t us[4] = {0};
    gguf_array a;
    assert_int_equal(gguf_get_u32s(o.g, "int", us, 4, NULL), SHEAF_OK);
    assert_true(us[0] == 9 && us[3] == 9);
    assert_int_equal(gguf_get_u32s(o.g, "u16s", us, 2, NULL), SHEAF_OK);
    assert_true(us[0] == 1 && us[1] == 65535);
    assert_int_equal(gguf_get_array(o.g, "i8s", &a, NULL), SHEAF_OK);
    assert_true(a.n == 3 && gguf_array_i64(&a, 0) == -1 && gguf_array_f64(&a, 2) == 3);
    assert_true(gguf_array_text(&a, 0).n == 0);
    assert_int_equal(gguf_get_array(o.g, "bools", &a, NULL), SHEAF_OK);
    assert_true(gguf_array_i64(&a, 0) == 0 && gguf_array_i64(&a, 1) == 1);
    assert_int_equal(gguf_get_array(o.g, "f64s", &a, NULL), SHEAF_OK);
    assert_true(gguf_array_f64(&a, 0) == 0.25 && gguf_array_i64(&a, 1) == 0);
    assert_int_equal(gguf_get_array(o.g, "u64s", &a, NULL), SHEAF_OK);
    assert_true(gguf_array_i64(&a, 0) == INT64_MAX);
    assert_int_equal(gguf_get_array(o.g, "texts", &a, NULL), SHEAF_OK);
    assert_true(text_equal(gguf_array_text(&a, 0), TEXT("one")) &&
                gguf_array_text(&a, 1).n == 0 &&
                text_equal(gguf_array_text(&a, 2), TEXT("three")));
    close_opened(&o);
}

static void test_tensors(void **state)
{
    (void)state;
    static const float VALUES[6] = {1, 2, 3, 4, 5, 6};
    static const uint32_t ALIGNMENTS[] = {1, 2, 32, 4096};
    for (size_t i = 0; i < sizeof ALIGNMENTS / sizeof *ALIGNMENTS; i++) {
        struct gguf_writer w;
        gguf_writer_init(&w);
        w.version = i % 2 ? 2 : 3;
        gguf_writer_align(&w, ALIGNMENTS[i]);
        gguf_writer_tensor(&w, "a", QUANT_F32, 1, (int64_t[]){5}, VALUES, 20);
        gguf_writer_tensor(&w, "b", QUANT_F32, 4, (int64_t[]){1, 2, 3, 1}, VALUES, 24);
        struct opened o = open_writer(&w);
        const gguf_tensor *b = gguf_find_tensor(o.g, "b");
        assert_int_equal(gguf_n_tensors(o.g), 2);
        assert_ptr_equal(b, gguf_tensor_at(o.g, 1));
        assert_null(gguf_find_tensor(o.g, "c"));
        assert_true(b->n_dims == 4 && b->ne[1] == 2 && b->ne[2] == 3 && b->bytes == 24);
        assert_memory_equal(b->data, VALUES, 24);
        assert_true(gguf_tensor_at(o.g, 0)->ne[3] == 1);
        assert_int_equal(gguf_file_bytes(o.g), o.file.n);
        close_opened(&o);
    }
}

static void test_hash_names_the_content(void **state)
{
    (void)state;
    uint64_t seen[3];
    for (size_t i = 0; i < 3; i++) { /* the first two are the same */
        struct opened o = {0};
        struct tiny_model opt = {.seed = i / 2};
        assert_int_equal(tiny_model_write(&o.file, &opt, NULL), SHEAF_OK);
        assert_int_equal(
            gguf_open_memory(&o.g, (const uint8_t *)o.file.p, o.file.n, "m.gguf", NULL), SHEAF_OK);
        seen[i] = gguf_hash(o.g);
        close_opened(&o);
    }
    assert_true(seen[0] == seen[1] && seen[0] != seen[2]);
}

static void test_tiny_models_open(void **state)
{
    (void)state;
    static const struct {
        const char *arch, *tensor;
        enum quant_type type;
    } CASES[] = {
        {"llama", "blk.1.ffn_down.weight", QUANT_Q4_0},
        {"qwen2", "blk.0.attn_k.bias", QUANT_Q8_0},
        {"qwen3", "blk.1.attn_q_norm.weight", QUANT_F16},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct opened o = {0};
        struct tiny_model opt = {.arch = CASES[i].arch, .type = CASES[i].type};
        gguf_array tokens;
        text arch;
        assert_int_equal(tiny_model_write(&o.file, &opt, NULL), SHEAF_OK);
        assert_int_equal(
            gguf_open_memory(&o.g, (const uint8_t *)o.file.p, o.file.n, "m.gguf", NULL), SHEAF_OK);
        assert_non_null(gguf_find_tensor(o.g, CASES[i].tensor));
        assert_int_equal(gguf_find_tensor(o.g, "token_embd.weight")->type, CASES[i].type);
        assert_int_equal(gguf_get_text(o.g, "general.architecture", &arch, NULL), SHEAF_OK);
        assert_true(text_equal(arch, text_of(CASES[i].arch)));
        assert_int_equal(gguf_get_array(o.g, "tokenizer.ggml.tokens", &tokens, NULL), SHEAF_OK);
        assert_true(tokens.n == TINY_VOCAB && text_equal(gguf_array_text(&tokens, TINY_IM_END),
                                                         TEXT("<|im_end|>")));
        close_opened(&o);
    }
}

/* One shard: its split.* values (split.tensors.count only if > 0) and its only tensor's name. */
struct shard {
    int64_t no, count, total;
    const char *tensor;
};

static void shard_path(char out[128], const char *dir, int i)
{
    snprintf(out, 128, "%s/m-%05d-of-00002.gguf", dir, i + 1);
}

/* Writes shard i = 0, 1 of 2; its tensor holds i. */
static void write_shard(const char *dir, int i, const struct shard *s)
{
    char path[128];
    strbuf file = {0};
    struct gguf_writer w;
    const float value = (float)i;
    gguf_writer_init(&w);
    gguf_writer_int(&w, "split.no", GGUF_U16, s->no);
    gguf_writer_int(&w, "split.count", GGUF_U16, s->count);
    if (s->total > 0)
        gguf_writer_int(&w, "split.tensors.count", GGUF_I32, s->total);
    gguf_writer_tensor(&w, s->tensor, QUANT_F32, 1, (int64_t[]){1}, &value, sizeof value);
    assert_true(gguf_writer_finish(&w, &file));
    gguf_writer_free(&w);
    shard_path(path, dir, i);
    assert_int_equal(file_write(path, strbuf_view(&file), NULL), SHEAF_OK);
    strbuf_free(&file);
}

static void check_sound_shards(const gguf *g, const char *path)
{
    float value;
    const gguf_tensor *b = gguf_find_tensor(g, "b");
    assert_non_null(b);
    memcpy(&value, b->data, sizeof value);
    assert_true(gguf_n_tensors(g) == 2 && value == 1);
    assert_string_equal(gguf_name(g), path);
    assert_true(gguf_file_bytes(g) > 200 && gguf_hash(g) != 0);
}

/* Each allocation on the way fails in turn: NOMEM and nothing leaks. */
static void check_no_memory(const char *path)
{
    sheaf_code rc = SHEAF_ERR_NOMEM;
    uint64_t n = 0;
    while (rc != SHEAF_OK) {
        gguf *g = NULL;
        alloc_fail_at(++n);
        rc = gguf_open(&g, path, NULL);
        alloc_fail_at(0);
        assert_true(rc == SHEAF_OK ? g != NULL : rc == SHEAF_ERR_NOMEM && g == NULL);
        gguf_close(g);
    }
    assert_true(n > 10);
}

static void test_shards(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        struct shard shards[2]; /* a shard without tensor is not written */
        int open;
        sheaf_code code;
        const char *message;
    } CASES[] = {
        {"sound", {{0, 2, 2, "a"}, {1, 2, 2, "b"}}, 0, SHEAF_OK, ""},
        {"second opened", {{0, 2, 2, "a"}, {1, 2, 2, "b"}}, 1, SHEAF_ERR_FORMAT, "open the first"},
        {"missing", {{0, 2, 2, "a"}, {0}}, 0, SHEAF_ERR_IO, "cannot open"},
        {"name says 2", {{0, 3, 2, "a"}, {1, 2, 2, "b"}}, 0, SHEAF_ERR_FORMAT, "of-00003.gguf"},
        {"not the first", {{1, 2, 2, "a"}, {1, 2, 2, "b"}}, 0, SHEAF_ERR_FORMAT, "is 1; 0 wanted"},
        {"not the second", {{0, 2, 2, "a"}, {0, 2, 2, "b"}}, 0, SHEAF_ERR_FORMAT, "0; 1 wanted"},
        {"other count", {{0, 2, 2, "a"}, {1, 3, 2, "b"}}, 0, SHEAF_ERR_FORMAT, "is 3; 2 wanted"},
        {"name twice", {{0, 2, 2, "a"}, {1, 2, 2, "a"}}, 0, SHEAF_ERR_FORMAT, "two shards"},
        {"no total", {{0, 2, 0, "a"}, {1, 2, 2, "b"}}, 0, SHEAF_ERR_FORMAT, "is missing; 2 wanted"},
        {"other total", {{0, 2, 3, "a"}, {1, 2, 3, "b"}}, 0, SHEAF_ERR_FORMAT, "is 3; 2 wanted"},
    };
    for (size_t c = 0; c < sizeof CASES / sizeof *CASES; c++) {
        char dir[] = "/tmp/sheaf-gguf-XXXXXX", path[128];
        gguf *g = NULL;
        sheaf_error err = {0};
        assert_non_null(mkdtemp(dir));
        for (int i = 0; i < 2; i++)
            if (CASES[c].shards[i].tensor)
                write_shard(dir, i, &CASES[c].shards[i]);
        shard_path(path, dir, CASES[c].open);
        sheaf_code rc = gguf_open(&g, path, &err);
        if (rc != CASES[c].code || !strstr(err.message, CASES[c].message))
            fail_msg("%s: code %d, '%s: %s'", CASES[c].label, rc, err.source, err.message);
        if (rc == SHEAF_OK) {
            check_sound_shards(g, path);
            check_no_memory(path);
        }
        gguf_close(g);
        for (int i = 0; i < 2; i++) {
            shard_path(path, dir, i);
            unlink(path);
        }
        assert_int_equal(rmdir(dir), 0);
    }
}

/* Of a long file name the end is kept, so that the key stays in the message. */
static void test_long_names(void **state)
{
    (void)state;
    char name[200];
    gguf *g = NULL;
    sheaf_error err = {0};
    memset(name, 'd', sizeof name);
    memcpy(name + sizeof name - 7, "m.gguf", 7);
    assert_int_equal(gguf_open_memory(&g, (const uint8_t *)"GGUF", 4, name, &err),
                     SHEAF_ERR_FORMAT);
    assert_int_equal(strlen(err.source), 3 + 60);
    assert_true(text_starts(text_of(err.source), TEXT("...ddd")));
    assert_true(text_ends(text_of(err.source), TEXT("dm.gguf")));
}

static void test_shard_in_memory_is_refused(void **state)
{
    (void)state;
    struct gguf_writer w;
    strbuf file = {0};
    gguf *g = NULL;
    gguf_writer_init(&w);
    gguf_writer_int(&w, "split.count", GGUF_U16, 2);
    assert_true(gguf_writer_finish(&w, &file));
    gguf_writer_free(&w);
    assert_int_equal(gguf_open_memory(&g, (const uint8_t *)file.p, file.n, "m.gguf", NULL),
                     SHEAF_ERR_UNSUPPORTED);
    strbuf_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_floats),
        cmocka_unit_test(test_wrong_types_are_refused),
        cmocka_unit_test(test_absent_keys_keep_the_default),
        cmocka_unit_test(test_text_bool_and_keys),
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_tensors),
        cmocka_unit_test(test_hash_names_the_content),
        cmocka_unit_test(test_tiny_models_open),
        cmocka_unit_test(test_shards),
        cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_shard_in_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
