/* lora_test.c - an adapter beside the weights gives what the merged weights W + scale (alpha /
 * rank) B A give. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sheaf/engine.h>

#include "base/file.h"
#include "base/rng.h"
#include "engine/gguf.h"
#include "tests/support/check.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/tiny_model.h"

enum { RANK = 4, N = 12, VOCAB = 320 };
#define ALPHA 6.0f

static char dir[] = "/tmp/sheaf-lora-XXXXXX", base_path[64], merged_path[64], adapter_path[64];

static const char *const targets[] = {"blk.0.attn_q", "blk.1.attn_v", "blk.0.ffn_gate",
                                      "blk.1.ffn_down"};
enum { TARGETS = 4 };

struct pair {
    size_t n_in, n_out;
    float *a, *b; /* A [RANK][n_in], B [n_out][RANK] */
};

static float *random_floats(size_t n, uint64_t stream)
{
    float *v = malloc(n * sizeof *v);
    assert_non_null(v);
    for (size_t i = 0; i < n; i++)
        v[i] = (float)(rng_uniform(3, stream, i) - 0.5) * 0.6f;
    return v;
}

static void write_adapter(const struct pair *pairs, const char *arch)
{
    struct gguf_writer w;
    sheaf_error err = {0};
    strbuf out = {0};
    gguf_writer_init(&w);
    gguf_writer_text(&w, "general.architecture", text_of(arch));
    gguf_writer_text(&w, "general.type", TEXT("adapter"));
    gguf_writer_text(&w, "adapter.type", TEXT("lora"));
    gguf_writer_float(&w, "adapter.lora.alpha", GGUF_F32, (double)ALPHA);
    for (int i = 0; i < TARGETS; i++) {
        const struct pair *p = &pairs[i];
        char name[80];
        snprintf(name, sizeof name, "%s.weight.lora_a", targets[i]);
        gguf_writer_tensor(&w, name, QUANT_F32, 2, (int64_t[]){(int64_t)p->n_in, RANK}, p->a,
                           p->n_in * RANK * sizeof(float));
        snprintf(name, sizeof name, "%s.weight.lora_b", targets[i]);
        gguf_writer_tensor(&w, name, QUANT_F32, 2, (int64_t[]){RANK, (int64_t)p->n_out}, p->b,
                           p->n_out * RANK * sizeof(float));
    }
    assert_true(gguf_writer_finish(&w, &out));
    gguf_writer_free(&w);
    CHECK_OK(file_write(adapter_path, strbuf_view(&out), &err), err);
    strbuf_free(&out);
}

static void merge(float *w, const struct pair *p, float scale)
{
    for (size_t o = 0; o < p->n_out; o++)
        for (size_t i = 0; i < p->n_in; i++)
            for (size_t r = 0; r < RANK; r++)
                w[o * p->n_in + i] += scale * p->b[o * RANK + r] * p->a[r * p->n_in + i];
}

/* The base file with the updates added to its (f32) matrices; fills `pairs`. */
static void write_merged(struct pair *pairs, float scale)
{
    strbuf file = {0};
    sheaf_error err = {0};
    gguf *g;
    CHECK_OK(file_read(&file, base_path, 1 << 24, &err), err);
    CHECK_OK(gguf_open_memory(&g, (const uint8_t *)file.p, file.n, "base", &err), err);
    for (int i = 0; i < TARGETS; i++) {
        char name[80];
        snprintf(name, sizeof name, "%s.weight", targets[i]);
        const gguf_tensor *t = gguf_find_tensor(g, name);
        assert_non_null(t);
        pairs[i] = (struct pair){.n_in = (size_t)t->ne[0], .n_out = (size_t)t->ne[1]};
        pairs[i].a = random_floats(pairs[i].n_in * RANK, 2 * (uint64_t)i);
        pairs[i].b = random_floats(pairs[i].n_out * RANK, 2 * (uint64_t)i + 1);
        float *w = malloc(t->bytes);
        memcpy(w, t->data, t->bytes);
        merge(w, &pairs[i], scale);
        memcpy(file.p + (t->data - (const uint8_t *)file.p), w, t->bytes);
        free(w);
    }
    gguf_close(g);
    CHECK_OK(file_write(merged_path, strbuf_view(&file), &err), err);
    strbuf_free(&file);
}

static void logits_of(float *out, const char *path, const sheaf_lora *lora)
{
    sheaf_error err = {0};
    sheaf_engine *e = NULL;
    sheaf_decoder *d = NULL;
    sheaf_session *s = NULL;
    int32_t tokens[N];
    sheaf_engine_options o = sheaf_engine_defaults();
    o.kv_type = "f32";
    o.threads = 2;
    o.loras = lora;
    o.n_loras = lora ? 1 : 0;
    for (int i = 0; i < N; i++)
        tokens[i] = 20 + 9 * i;
    sheaf_decoder_options d_options = {
        .max_sessions = 1, .max_rows = N, .max_logits = N, .session_tokens = N};
    CHECK_OK(sheaf_engine_open(&e, path, &o, &err), err);
    CHECK_OK(sheaf_decoder_open(&d, e, &d_options, &err), err);
    CHECK_OK(sheaf_session_open(&s, d, &err), err);
    sheaf_span span = {s, tokens, N, SHEAF_WANT_ALL, NULL};
    CHECK_OK(sheaf_decoder_step(d, &span, 1, &err), err);
    memcpy(out, span.logits, (size_t)N * VOCAB * sizeof *out);
    sheaf_decoder_close(d);
    sheaf_engine_close(e);
}

static double largest_difference(const float *a, const float *b)
{
    double most = 0;
    for (size_t i = 0; i < (size_t)N * VOCAB; i++)
        most = fmax(most, fabs((double)a[i] - (double)b[i]));
    return most;
}

static void adapter_equals_merged_weights(void **state)
{
    (void)state;
    static float plain[N * VOCAB], merged[N * VOCAB], adapted[N * VOCAB];
    struct pair pairs[TARGETS];
    sheaf_lora lora = {adapter_path, 0.5f};
    write_merged(pairs, 0.5f * ALPHA / RANK);
    write_adapter(pairs, "llama");
    logits_of(plain, base_path, NULL);
    logits_of(merged, merged_path, NULL);
    logits_of(adapted, base_path, &lora);
    assert_true(largest_difference(plain, merged) > 0.1);
    assert_true(largest_difference(merged, adapted) < 2e-4);
    lora.scale = 0.0f;
    logits_of(adapted, base_path, &lora);
    assert_true(largest_difference(plain, adapted) == 0.0);

    sheaf_engine *e = NULL;
    sheaf_engine_options o = sheaf_engine_defaults();
    o.loras = &lora;
    o.n_loras = 1;
    write_adapter(pairs, "qwen2"); /* for another architecture */
    assert_int_equal(sheaf_engine_open(&e, base_path, &o, NULL), SHEAF_ERR_UNSUPPORTED);
    lora.path = base_path; /* no adapter */
    assert_int_equal(sheaf_engine_open(&e, base_path, &o, NULL), SHEAF_ERR_FORMAT);
    for (int i = 0; i < TARGETS; i++) {
        free(pairs[i].a);
        free(pairs[i].b);
    }
}

static int make_files(void **state)
{
    (void)state;
    sheaf_error err = {0};
    struct tiny_model m = {.arch = "llama", .seed = 21};
    if (!mkdtemp(dir))
        return -1;
    snprintf(base_path, sizeof base_path, "%s/base.gguf", dir);
    snprintf(merged_path, sizeof merged_path, "%s/merged.gguf", dir);
    snprintf(adapter_path, sizeof adapter_path, "%s/adapter.gguf", dir);
    CHECK_OK(tiny_model_save(base_path, &m, &err), err);
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    unlink(base_path);
    unlink(merged_path);
    unlink(adapter_path);
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(adapter_equals_merged_weights)};
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
