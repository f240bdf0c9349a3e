/* known_test.c - a replay is the real run, token for token: every strategy that can be replayed,
 * over whole traces of a tiny random model, without the model and with a part of the traces
 * known. */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sheaf/tts.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "tests/support/tiny_model.h"

enum { N_TRACES = 24 };

static char path[64];
static sheaf_engine *engine;

/* The answer is the count of letters modulo 5, in two spellings; 4 is "none". */
static bool count_letters(void *ctx, char *out, size_t cap, const char *body, size_t len)
{
    unsigned n = 0;
    (void)ctx;
    for (size_t i = 0; i < len; i++)
        n += (body[i] >= 'a' && body[i] <= 'z');
    snprintf(out, cap, n % 2 ? "%u" : "%u.0", n % 5);
    return n % 5 != 4;
}

static bool first_digit(void *ctx, const char *a, const char *b)
{
    (void)ctx;
    return a[0] == b[0];
}

static const sheaf_judge judge = {.extract = count_letters, .equal = first_digit};

static int make_engine(void **state)
{
    struct tiny_model m = {.arch = "llama", .seed = 5, .n_layers = 1, .n_embd = 32, .n_ff = 32};
    sheaf_engine_options o = sheaf_engine_defaults();
    (void)state;
    o.threads = 1;
    snprintf(path, sizeof path, "/tmp/sheaf-known-%ld.gguf", (long)getpid());
    return tiny_model_save(path, &m, NULL) || sheaf_engine_open(&engine, path, &o, NULL);
}

static int drop_engine(void **state)
{
    (void)state;
    sheaf_engine_close(engine);
    return unlink(path);
}

static sheaf_solve_options options(const char *strategy, uint64_t seed)
{
    sheaf_solve_options o = sheaf_solve_defaults();
    o.strategy = strategy;
    o.traces = N_TRACES;
    o.max_tokens = 80;
    o.seed = seed;
    o.warmup = 6;
    o.window = seed % 2 ? 16 : 0;
    o.tau = 0.8;
    o.min_ballots = 2;
    o.sampling = (sheaf_sampling){.temperature = 1.1f, .top_p = 1.0f};
    return o;
}

static sheaf_result *solve(sheaf_engine *e, const sheaf_solve_options *o)
{
    sheaf_result *r = NULL;
    sheaf_error err = {0};
    CHECK_OK(sheaf_solve(&r, e, "How many?", o, &judge, &err), err);
    return r;
}

/* What a trace that was ended from outside wrote is not known to a replay, only how far it went. */
static void assert_same_trace(const sheaf_trace *a, const sheaf_trace *b)
{
    assert_int_equal(a->id, b->id);
    assert_int_equal(a->finish, b->finish);
    assert_int_equal(a->n_tokens, b->n_tokens);
    assert_memory_equal(a->tokens, b->tokens, a->n_tokens * sizeof *a->tokens);
    assert_memory_equal(a->confidence, b->confidence, a->n_tokens * sizeof *a->confidence);
    assert_int_equal(a->answer_class, b->answer_class);
    assert_int_equal(a->votes, b->votes);
    assert_true(a->weight == b->weight && a->lgc == b->lgc && a->mean == b->mean);
    assert_true(a->bottom10 == b->bottom10 && a->tail == b->tail);
    assert_int_equal(a->overshoot, b->overshoot);
    if (a->finish == SHEAF_FINISH_STOP)
        assert_true(a->self_certainty == b->self_certainty && strcmp(a->text, b->text) == 0);
}

static void assert_same_run(const sheaf_result *a, const sheaf_result *b)
{
    assert_int_equal(a->n_traces, b->n_traces);
    for (size_t i = 0; i < a->n_traces; i++)
        assert_same_trace(&a->traces[i], &b->traces[i]);
    assert_int_equal(a->stop, b->stop);
    assert_int_equal(a->tokens, b->tokens);
    assert_int_equal(a->tokens_warmup, b->tokens_warmup);
    assert_int_equal(a->tokens_overshoot, b->tokens_overshoot);
    assert_int_equal(a->n_cut, b->n_cut);
    assert_int_equal(a->window, b->window);
    assert_true(a->threshold == b->threshold || (isnan(a->threshold) && isnan(b->threshold)));
    assert_int_equal(a->n_votes, b->n_votes);
    for (size_t i = 0; i < a->n_votes; i++) {
        assert_string_equal(a->votes[i].answer, b->votes[i].answer);
        assert_int_equal(a->votes[i].ballots, b->votes[i].ballots);
        assert_true(a->votes[i].weight == b->votes[i].weight);
    }
}

/* A trace as the store knows it; text_bytes is the caller's. */
static sheaf_trace with_text_bytes(const sheaf_trace *t)
{
    sheaf_error err = {0};
    sheaf_trace out = *t;
    uint32_t *bytes = alloc_zero(t->n_tokens, sizeof *bytes);
    assert_non_null(bytes);
    CHECK_OK(sheaf_engine_text_bytes(engine, bytes, t->tokens, t->n_tokens, &err), err);
    out.text_bytes = bytes;
    return out;
}

static const char *const strategies[] = {
    "deepconf-online-low", "deepconf-online-high", "deepconf-adaptive", "majority",
    "majority-consensus", "esc", "adaptive", "adaptive-weighted", "cges", "borda", "single",
    "steps-cut",
};

static void a_replay_is_the_run(void **state)
{
    (void)state;
    size_t n_cut = 0, n_stopped = 0;
    for (uint64_t seed = 0; seed < 6; seed++) {
        sheaf_solve_options o = options("self-consistency", seed);
        sheaf_result *whole = solve(engine, &o);
        sheaf_trace known[N_TRACES];
        for (size_t i = 0; i < whole->n_traces; i++)
            known[i] = with_text_bytes(&whole->traces[i]);
        for (size_t s = 0; s < sizeof strategies / sizeof strategies[0]; s++) {
            o = options(strategies[s], seed);
            o.parallel = 1 + (seed * 7 + s * 3) % N_TRACES;
            sheaf_result *real = solve(engine, &o);
            o.known = known;
            o.n_known = whole->n_traces;
            sheaf_result *replayed = solve(NULL, &o);
            assert_same_run(real, replayed);
            n_cut += real->n_cut;
            n_stopped += real->stop != SHEAF_STOP_BUDGET;
            sheaf_result_free(replayed);
            sheaf_result_free(real);
        }
        for (size_t i = 0; i < whole->n_traces; i++)
            alloc_free((void *)(uintptr_t)known[i].text_bytes);
        sheaf_result_free(whole);
    }
    assert_true(n_cut > 20 && n_stopped > 5); /* else nothing was shown */
}

/* Traces of an interrupted run: some are known, the model decodes the others. */
static void a_run_taken_up_is_the_run(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 8; seed++) {
        sheaf_solve_options o = options(seed % 2 ? "deepconf-online-low" : "majority-consensus",
                                        seed);
        sheaf_trace known[N_TRACES];
        o.parallel = 2 + seed % 5;
        sheaf_result *real = solve(engine, &o);
        for (size_t i = real->n_traces; i-- > 0;) /* any order */
            if (real->traces[i].finish != SHEAF_FINISH_CANCELLED && rng_bits(seed, 0, i) % 2)
                known[o.n_known++] = real->traces[i];
        o.known = known;
        sheaf_result *again = solve(engine, &o);
        assert_same_run(real, again);
        sheaf_result_free(again);
        sheaf_result_free(real);
    }
}

/* Greedy decoding of this model runs into a cycle. */
static void a_loop_is_replayed(void **state)
{
    (void)state;
    sheaf_solve_options o = options("majority", 1);
    o.sampling.temperature = 0;
    o.traces = 3;
    o.max_tokens = 900;
    sheaf_result *real = solve(engine, &o);
    assert_int_equal(real->n_looped, real->n_traces);
    o.known = real->traces;
    o.n_known = real->n_traces;
    sheaf_result *replayed = solve(NULL, &o);
    assert_same_run(real, replayed);
    sheaf_result_free(replayed);
    sheaf_result_free(real);
}

/* A rule that reads along finds the text where it was, token by token. */
static void a_text_is_read_along(void **state)
{
    (void)state;
    static const char *const parts[] = {"So 3 + ", "4", " = 7", "\n7 * 2", " = 1", "5", "\n", "x"};
    enum { N_PARTS = 8, WRONG_AT = 7 }; /* tokens up to the end of the wrong line */
    char body[64] = "";
    uint32_t bytes[N_PARTS];
    int32_t tokens[N_PARTS] = {0};
    float confidence[N_PARTS] = {0};
    for (size_t i = 0; i < N_PARTS; i++) {
        bytes[i] = (uint32_t)strlen(parts[i]);
        strcat(body, parts[i]);
    }
    sheaf_trace known = {.finish = SHEAF_FINISH_STOP, .tokens = tokens, .confidence = confidence,
                         .n_tokens = N_PARTS, .text = body, .text_len = strlen(body),
                         .answer = "1", .text_bytes = bytes};
    sheaf_solve_options o = options("steps-cut", 1);
    o.traces = o.n_known = 1;
    o.known = &known;
    sheaf_result *r = solve(NULL, &o);
    assert_int_equal(r->traces[0].finish, SHEAF_FINISH_CUT);
    assert_int_equal(r->tokens, WRONG_AT);
    assert_null(r->answer);
    sheaf_result_free(r);
    bytes[7] = UINT32_MAX; /* more than there is */
    body[19] = '4';
    r = solve(NULL, &o);
    assert_int_equal(r->traces[0].finish, SHEAF_FINISH_STOP);
    assert_string_equal(r->answer, "1");
    sheaf_result_free(r);
    sheaf_error err = {0};
    known.text_bytes = NULL;
    assert_int_equal(sheaf_solve(&r, NULL, "q", &o, &judge, &err), SHEAF_ERR_FORMAT);
    assert_non_null(strstr(err.message, "without the bytes"));
}

static void what_is_not_known_is_said(void **state)
{
    (void)state;
    sheaf_solve_options o = options("self-consistency", 3);
    sheaf_result *whole = solve(engine, &o), *r = NULL;
    sheaf_error err = {0};
    o.known = whole->traces;
    o.n_known = whole->n_traces - 1;
    assert_int_equal(sheaf_solve(&r, NULL, "q", &o, &judge, &err), SHEAF_ERR_USAGE);
    assert_non_null(strstr(err.message, "not among the known"));
    o.n_known = 0;
    assert_int_equal(sheaf_solve(&r, NULL, "q", &o, &judge, NULL), SHEAF_ERR_USAGE);
    sheaf_trace cut = whole->traces[0];
    cut.finish = SHEAF_FINISH_CUT;
    o.known = &cut;
    o.n_known = o.traces = 1;
    err = (sheaf_error){0};
    assert_int_equal(sheaf_solve(&r, NULL, "q", &o, &judge, &err), SHEAF_ERR_FORMAT);
    assert_non_null(strstr(err.message, "needs more of it"));
    cut.confidence = NULL;
    assert_int_equal(sheaf_solve(&r, NULL, "q", &o, &judge, NULL), SHEAF_ERR_USAGE);
    o.strategy = "probe";
    o.known = whole->traces;
    assert_int_equal(sheaf_solve(&r, NULL, "q", &o, &judge, NULL), SHEAF_ERR_USAGE);
    sheaf_result_free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_replay_is_the_run),
        cmocka_unit_test(a_run_taken_up_is_the_run),
        cmocka_unit_test(a_loop_is_replayed),
        cmocka_unit_test(a_text_is_read_along),
        cmocka_unit_test(what_is_not_known_is_said),
    };
    return cmocka_run_group_tests(tests, make_engine, drop_engine);
}
