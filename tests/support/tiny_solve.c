/* tiny_solve.c - see tiny_solve.h. */
#include "tests/support/tiny_solve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/check.h"
#include "tests/support/tiny_model.h"

static bool fake_extract(void *ctx, char *out, size_t cap, const char *body, size_t len)
{
    unsigned n = 0;
    (void)ctx;
    for (size_t i = 0; i < len; i++)
        n += (body[i] >= 'a' && body[i] <= 'z');
    snprintf(out, cap, n % 8 < 4 ? "%u" : "%u.0", n % 4);
    return n % 4 != 3;
}

static bool fake_equal(void *ctx, const char *a, const char *b)
{
    (void)ctx;
    return a[0] == b[0];
}

const sheaf_judge tiny_judge = {.extract = fake_extract, .equal = fake_equal};

sheaf_engine *tiny_open(uint64_t seed)
{
    char dir[] = "/tmp/sheaf-tiny-XXXXXX", path[64];
    struct tiny_model m = {.arch = "qwen2", .type = QUANT_Q8_0, .seed = seed};
    sheaf_engine_options o = sheaf_engine_defaults();
    sheaf_engine *e = NULL;
    sheaf_error err = {0};
    o.threads = 2;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/m.gguf", dir);
    CHECK_OK(tiny_model_save(path, &m, &err), err);
    CHECK_OK(sheaf_engine_open(&e, path, &o, &err), err);
    unlink(path); /* the engine has it mapped */
    rmdir(dir);
    return e;
}

void tiny_close(sheaf_engine *e)
{
    sheaf_engine_close(e);
}

sheaf_solve_options tiny_options(const char *strategy, size_t traces)
{
    sheaf_solve_options o = sheaf_solve_defaults();
    o.strategy = strategy;
    o.traces = traces;
    o.max_tokens = 60;
    o.seed = 3;
    o.sampling = (sheaf_sampling){.temperature = 1.0f, .top_p = 1.0f};
    return o;
}

sheaf_result *tiny_run(sheaf_engine *e, const sheaf_solve_options *o)
{
    sheaf_result *r = NULL;
    sheaf_error err = {0};
    CHECK_OK(sheaf_solve(&r, e, "How many?", o, &tiny_judge, &err), err);
    return r;
}

void assert_same_trace(const sheaf_trace *a, const sheaf_trace *b)
{
    assert_int_equal(a->id, b->id);
    assert_int_equal(a->n_tokens, b->n_tokens);
    assert_int_equal(a->finish, b->finish);
    assert_memory_equal(a->tokens, b->tokens, a->n_tokens * sizeof *a->tokens);
    assert_memory_equal(a->confidence, b->confidence, a->n_tokens * sizeof *a->confidence);
    assert_string_equal(a->text, b->text);
    assert_true(a->lgc == b->lgc && a->mean == b->mean && a->self_certainty == b->self_certainty);
}
