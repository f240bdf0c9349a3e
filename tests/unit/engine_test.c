/* engine_test.c - sessions over tiny random models: the determinism contract, forks, pages, plans.
 *
 * The properties here are exact: the same bits alone or in a batch, at any chunking of the prompt,
 * at any number of threads. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sheaf/engine.h>

#include "base/alloc.h"
#include "base/file.h"
#include "engine/decoder.h"
#include "tests/support/check.h"
#include "tests/support/tiny_model.h"

enum { PROMPT = 70, STEPS = 12, TRACES = 9, VOCAB = 320 };

static char dir[] = "/tmp/sheaf-engine-XXXXXX";

static const char *model(const char *arch, enum quant_type type)
{
    static char path[128];
    sheaf_error err = {0};
    struct tiny_model m = {.arch = arch, .type = type, .seed = 7,
                           .n_embd = quant_info((int)type)->block == 256 ? 256 : 64};
    snprintf(path, sizeof path, "%s/%s-%s.gguf", dir, arch, quant_info((int)type)->name);
    if (access(path, R_OK) != 0)
        CHECK_OK(tiny_model_save(path, &m, &err), err);
    return path;
}

static sheaf_engine *open_model(const char *path, int threads, const char *cpu)
{
    sheaf_engine *e = NULL;
    sheaf_error err = {0};
    sheaf_engine_options o = sheaf_engine_defaults();
    o.threads = threads;
    o.cpu = cpu;
    CHECK_OK(sheaf_engine_open(&e, path, &o, &err), err);
    return e;
}

static sheaf_decoder *open_decoder(sheaf_engine *e, size_t sessions, size_t rows)
{
    sheaf_decoder *d = NULL;
    sheaf_error err = {0};
    sheaf_decoder_options o = {.max_sessions = sessions, .max_rows = rows, .prefix_tokens = PROMPT,
                               .session_tokens = STEPS + 1};
    CHECK_OK(sheaf_decoder_open(&d, e, &o, &err), err);
    return d;
}

static void fill_prompt(int32_t prompt[PROMPT])
{
    for (int i = 0; i < PROMPT; i++)
        prompt[i] = (i * 37 + 11) % 256;
}

/* What a trace saw and said. */
struct record {
    float last[VOCAB];        /* logits of its last step */
    int32_t tokens[STEPS + 1];
    float confidence[STEPS + 1];
};

static void take_draw(struct record *r, int step, const sheaf_draw *draw)
{
    r->tokens[step] = draw->token;
    r->confidence[step] = draw->confidence;
}

/* Decodes the traces ids[0 .. n-1] side by side from one prefilled prompt. */
static void decode(const char *path, int threads, const char *cpu, size_t rows, const uint64_t *ids,
                   size_t n, struct record *out)
{
    sheaf_error err = {0};
    sheaf_engine *e = open_model(path, threads, cpu);
    sheaf_decoder *d = open_decoder(e, n + 1, rows);
    sheaf_session *root, *s[TRACES];
    sheaf_draw draws[TRACES];
    sheaf_span spans[TRACES];
    int32_t prompt[PROMPT];
    float *logits;
    fill_prompt(prompt);
    CHECK_OK(sheaf_session_open(&root, d, &err), err);
    CHECK_OK(sheaf_session_prefill(root, prompt, PROMPT, &logits, &err), err);
    for (size_t i = 0; i < n; i++) {
        CHECK_OK(sheaf_session_fork(&s[i], root, &err), err);
        draws[i] = (sheaf_draw){.logits = logits, .seed = 5, .trace = ids[i],
                                .sampling = {.temperature = 0.9f, .top_p = 0.95f}};
    }
    CHECK_OK(sheaf_decoder_draw(d, draws, n, &err), err);
    for (int step = 0; step <= STEPS; step++) {
        for (size_t i = 0; i < n; i++) {
            take_draw(&out[i], step, &draws[i]);
            spans[i] = (sheaf_span){s[i], &out[i].tokens[step], 1, SHEAF_WANT_LAST, NULL};
        }
        if (step == STEPS)
            break;
        CHECK_OK(sheaf_decoder_step(d, spans, n, &err), err);
        for (size_t i = 0; i < n; i++) {
            memcpy(out[i].last, spans[i].logits, sizeof out[i].last);
            draws[i].logits = spans[i].logits;
            draws[i].position = (uint64_t)step + 1;
        }
        CHECK_OK(sheaf_decoder_draw(d, draws, n, &err), err);
    }
    sheaf_decoder_close(d);
    sheaf_engine_close(e);
}

/* The contract over one model: alone, among 9 in two orders, 1 to 3 threads, prompt chunks of 256
 * and 13. */
static void same_bits_in_any_company(const char *path, const char *cpu)
{
    static struct record all[TRACES], turned[TRACES], alone;
    uint64_t ids[TRACES], back[TRACES];
    for (int i = 0; i < TRACES; i++) {
        ids[i] = (uint64_t)i;
        back[TRACES - 1 - i] = (uint64_t)i;
    }
    memset(all, 0, sizeof all);
    memset(turned, 0, sizeof turned);
    decode(path, 2, cpu, 0, ids, TRACES, all);
    decode(path, 3, cpu, 13, back, TRACES, turned);
    for (int i = 0; i < TRACES; i++) {
        memset(&alone, 0, sizeof alone);
        decode(path, 1, cpu, 0, &ids[i], 1, &alone);
        assert_memory_equal(&alone, &all[i], sizeof alone);
        assert_memory_equal(&alone, &turned[TRACES - 1 - i], sizeof alone);
    }
    assert_memory_not_equal(all[0].tokens, all[1].tokens, sizeof all[0].tokens);
}

static void traces_have_the_same_bits_in_any_company(void **state)
{
    (void)state;
    static const struct {
        const char *arch;
        enum quant_type type;
    } models[] = {
        {"llama", QUANT_F32},  {"llama", QUANT_Q8_0}, {"llama", QUANT_Q4_1}, {"qwen2", QUANT_Q4_0},
        {"qwen3", QUANT_BF16}, {"qwen2", QUANT_Q4_K}, {"llama", QUANT_Q6_K}, {"qwen3", QUANT_F16},
    };
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
        for (int t = i < 2 ? 0 : 1; t <= (int)cpu_tier_detect(); t++) /* ref is slow */
            same_bits_in_any_company(model(models[i].arch, models[i].type),
                                     cpu_tier_name((enum cpu_tier)t));
}

/* A tier that the machine lacks is refused, not replaced: speeds and bits are told under its
 * name. */
static void tiers_are_what_was_asked_for(void **state)
{
    (void)state;
    for (int t = 0; t <= CPU_TIERS; t++) {
        sheaf_error err = {0};
        sheaf_engine *e = NULL;
        sheaf_model_info info;
        sheaf_engine_options o = sheaf_engine_defaults();
        o.cpu = t < CPU_TIERS ? cpu_tier_name((enum cpu_tier)t) : "auto";
        sheaf_code rc = sheaf_engine_open(&e, model("llama", QUANT_Q8_0), &o, &err);
        int used = t < CPU_TIERS ? t : (int)cpu_tier_detect();
        if (used > (int)cpu_tier_detect()) {
            assert_int_equal(rc, SHEAF_ERR_USAGE);
            assert_non_null(strstr(err.message, o.cpu));
            continue;
        }
        CHECK_OK(rc, err);
        sheaf_engine_info(e, &info);
        assert_string_equal(info.cpu, cpu_tier_name((enum cpu_tier)used));
        sheaf_engine_close(e);
    }
}

/* A fork is a session that was fed the same tokens, even after its siblings went on and were
 * closed. */
static void forks_do_not_see_each_other(void **state)
{
    (void)state;
    sheaf_error err = {0};
    sheaf_engine *e = open_model(model("qwen3", QUANT_Q8_0), 1, "auto");
    sheaf_decoder *d = open_decoder(e, 4, 0);
    int32_t prompt[PROMPT], other = 17, mine = 42;
    static float want[VOCAB];
    float *logits;
    sheaf_session *root, *a, *b, *plain;
    fill_prompt(prompt);
    CHECK_OK(sheaf_session_open(&plain, d, &err), err);
    CHECK_OK(sheaf_session_prefill(plain, prompt, PROMPT, NULL, &err), err);
    CHECK_OK(sheaf_session_prefill(plain, &mine, 1, &logits, &err), err);
    memcpy(want, logits, sizeof want);
    sheaf_session_close(plain);

    CHECK_OK(sheaf_session_open(&root, d, &err), err);
    CHECK_OK(sheaf_session_prefill(root, prompt, PROMPT, NULL, &err), err);
    CHECK_OK(sheaf_session_fork(&a, root, &err), err);
    CHECK_OK(sheaf_session_fork(&b, root, &err), err);
    CHECK_OK(sheaf_session_prefill(a, &other, 1, NULL, &err), err);
    sheaf_session_close(a);
    CHECK_OK(sheaf_session_prefill(root, &other, 1, NULL, &err), err);
    sheaf_session_close(root);
    CHECK_OK(sheaf_session_prefill(b, &mine, 1, &logits, &err), err);
    assert_memory_equal(want, logits, sizeof want);
    sheaf_session_close(b);
    assert_int_equal(d->kv[KV_ALL].n_free, d->kv[KV_ALL].n_pages);
    sheaf_decoder_close(d);
    sheaf_engine_close(e);
}

static void steps_allocate_nothing(void **state)
{
    (void)state;
    sheaf_error err = {0};
    sheaf_engine *e = open_model(model("llama", QUANT_Q4_1), 2, "auto");
    sheaf_decoder *d = open_decoder(e, 3, 0);
    int32_t prompt[PROMPT], token = 9;
    sheaf_session *root, *a;
    float *logits;
    fill_prompt(prompt);
    uint64_t before = alloc_calls();
    CHECK_OK(sheaf_session_open(&root, d, &err), err);
    CHECK_OK(sheaf_session_prefill(root, prompt, PROMPT, &logits, &err), err);
    CHECK_OK(sheaf_session_fork(&a, root, &err), err);
    for (int i = 0; i < STEPS; i++) {
        sheaf_span span = {a, &token, 1, SHEAF_WANT_LAST, NULL};
        CHECK_OK(sheaf_decoder_step(d, &span, 1, &err), err);
        sheaf_draw draw = {.logits = span.logits, .sampling = {.temperature = 1.0f, .top_p = 0.9f}};
        CHECK_OK(sheaf_decoder_draw(d, &draw, 1, &err), err);
        assert_in_range(draw.token, 0, VOCAB - 1);
    }
    assert_int_equal(alloc_calls(), before);
    sheaf_decoder_close(d);
    sheaf_engine_close(e);
}

static void limits_are_errors_and_change_nothing(void **state)
{
    (void)state;
    sheaf_error err = {0};
    sheaf_engine *e = open_model(model("llama", QUANT_F32), 1, "auto");
    sheaf_decoder *d = open_decoder(e, 2, 8);
    sheaf_session *a, *b, *c;
    int32_t tokens[PROMPT + STEPS + 2] = {0}, bad = VOCAB;
    CHECK_OK(sheaf_session_open(&a, d, &err), err);
    CHECK_OK(sheaf_session_open(&b, d, &err), err);
    assert_int_equal(sheaf_session_open(&c, d, NULL), SHEAF_ERR_LIMIT);
    sheaf_span span = {a, tokens, 9, SHEAF_WANT_LAST, NULL};
    assert_int_equal(sheaf_decoder_step(d, &span, 1, NULL), SHEAF_ERR_LIMIT); /* rows */
    span = (sheaf_span){a, &bad, 1, SHEAF_WANT_LAST, NULL};
    assert_int_equal(sheaf_decoder_step(d, &span, 1, &err), SHEAF_ERR_USAGE);
    assert_string_equal(err.message, "token 320; 0 to 319 are possible");
    bad = -1;
    assert_int_equal(sheaf_decoder_step(d, &span, 1, NULL), SHEAF_ERR_USAGE);
    assert_int_equal(sheaf_session_length(a), 0);
    assert_int_equal(sheaf_session_prefill(a, tokens, PROMPT + STEPS + 2, NULL, NULL),
                     SHEAF_ERR_LIMIT);
    assert_int_equal(sheaf_session_prefill(a, tokens, 0, NULL, NULL), SHEAF_ERR_USAGE);
    assert_int_equal(sheaf_session_length(a), 0);
    assert_int_equal(sheaf_session_prefill(b, tokens, PROMPT + STEPS + 1, NULL, NULL), SHEAF_OK);
    sheaf_decoder_close(d);
    sheaf_engine_close(e);
}

/* Weights that are no numbers reach the logits, and the draw says so instead of inventing a
 * token. */
static void damaged_weights_are_an_error(void **state)
{
    (void)state;
    char path[128];
    sheaf_error err = {0};
    strbuf file = {0};
    sheaf_session *s;
    float *logits;
    int32_t token = 65;
    gguf *g;
    CHECK_OK(file_read(&file, model("llama", QUANT_F32), 1 << 24, &err), err);
    CHECK_OK(gguf_open_memory(&g, (const uint8_t *)file.p, file.n, "m", &err), err);
    const gguf_tensor *t = gguf_find_tensor(g, "blk.0.ffn_up.weight");
    assert_non_null(t);
    memset(file.p + (t->data - (const uint8_t *)file.p), 0xFF, t->bytes); /* every float a NaN */
    gguf_close(g);
    snprintf(path, sizeof path, "%s/nan.gguf", dir);
    CHECK_OK(file_write(path, strbuf_view(&file), &err), err);
    strbuf_free(&file);
    sheaf_engine *e = open_model(path, 1, "auto");
    sheaf_decoder *d = open_decoder(e, 1, 0);
    CHECK_OK(sheaf_session_open(&s, d, &err), err);
    CHECK_OK(sheaf_session_prefill(s, &token, 1, &logits, &err), err);
    sheaf_draw draw = {.logits = logits, .sampling = {.temperature = 1.0f, .top_p = 0.9f}};
    assert_int_equal(sheaf_decoder_draw(d, &draw, 1, &err), SHEAF_ERR_UNSUPPORTED);
    assert_int_equal(draw.token, -1);
    assert_non_null(strstr(err.message, "not finite"));
    sheaf_decoder_close(d);
    sheaf_engine_close(e);
}

static void the_plan_is_what_is_taken(void **state)
{
    (void)state;
    sheaf_error err = {0};
    sheaf_engine *e = open_model(model("llama", QUANT_Q8_0), 1, "auto");
    sheaf_memory_plan plan, more;
    sheaf_decoder_options o = {.max_sessions = 5, .prefix_tokens = 100, .session_tokens = 200};
    sheaf_decoder_plan(e, &o, &plan);
    o.max_sessions = 6;
    sheaf_decoder_plan(e, &o, &more);
    assert_true(more.kv_bytes > plan.kv_bytes);
    assert_true(plan.total_bytes == plan.weights_bytes + plan.kv_bytes + plan.state_bytes +
                                        plan.scratch_bytes);
    sheaf_decoder *d;
    o.mem_bytes = more.total_bytes - 1;
    assert_int_equal(sheaf_decoder_open(&d, e, &o, NULL), SHEAF_ERR_NOMEM);
    o.mem_bytes = more.total_bytes;
    CHECK_OK(sheaf_decoder_open(&d, e, &o, &err), err);
    assert_int_equal(d->kv[KV_ALL].n_pages * d->kv[KV_ALL].page_bytes, more.kv_bytes);
    sheaf_decoder_close(d);
    sheaf_engine_close(e);
}

/* Opening either succeeds or says NOMEM and leaks nothing (the sanitizer build looks). */
static void every_allocation_may_fail(void **state)
{
    (void)state;
    const char *path = model("qwen2", QUANT_Q4_0);
    for (uint64_t n = 1;; n++) {
        sheaf_engine *e = NULL;
        sheaf_decoder *d = NULL;
        sheaf_error err = {0};
        sheaf_decoder_options o = {.max_sessions = 2, .session_tokens = 8};
        alloc_fail_at(n);
        sheaf_code rc = sheaf_engine_open(&e, path, NULL, &err);
        if (!rc)
            rc = sheaf_decoder_open(&d, e, &o, &err);
        alloc_fail_at(0);
        sheaf_decoder_close(d);
        sheaf_engine_close(e);
        if (!rc)
            break;
        assert_int_equal(rc, SHEAF_ERR_NOMEM);
    }
}

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    char command[64];
    (void)state;
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traces_have_the_same_bits_in_any_company),
        cmocka_unit_test(tiers_are_what_was_asked_for),
        cmocka_unit_test(forks_do_not_see_each_other),
        cmocka_unit_test(steps_allocate_nothing),
        cmocka_unit_test(limits_are_errors_and_change_nothing),
        cmocka_unit_test(damaged_weights_are_an_error),
        cmocka_unit_test(the_plan_is_what_is_taken),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
