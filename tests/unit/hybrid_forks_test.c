/* hybrid_forks_test.c - a fork is a session that was fed the same tokens, bit for bit, for every
 * family: 64 forks of one prefix, the prefix itself going on beside them, against 64 sessions that
 * each took the prefix themselves, and against sessions that run alone. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/each_variant.h"

/* The prefix ends inside a page and inside an SSM piece; the tails end inside the next ones. */
enum { PREFIX = 61, STEPS = 6, FORKS = 64, VOCAB = 320 };

typedef float tails[FORKS][STEPS][VOCAB];

static int32_t token_of(size_t trace, size_t step)
{
    return (int32_t)((trace * 29 + step * 53 + trace * step) % 256);
}

static sheaf_engine *open_model(const struct tiny_variant *v, int threads)
{
    sheaf_engine_options o = sheaf_engine_defaults();
    o.threads = threads;
    return each_variant_open(v, QUANT_Q8_0, &o);
}

static sheaf_decoder *open_decoder(sheaf_engine *e, size_t sessions)
{
    sheaf_error err = {0};
    sheaf_decoder *d;
    const sheaf_decoder_options o = {.max_sessions = sessions, .session_tokens = PREFIX + STEPS};
    CHECK_OK(sheaf_decoder_open(&d, e, &o, &err), err);
    return d;
}

static sheaf_session *open_prefix(sheaf_decoder *d)
{
    sheaf_error err = {0};
    sheaf_session *s;
    int32_t prefix[PREFIX];
    for (int i = 0; i < PREFIX; i++)
        prefix[i] = (i * 37 + 11) % 256;
    CHECK_OK(sheaf_session_open(&s, d, &err), err);
    CHECK_OK(sheaf_session_prefill(s, prefix, PREFIX, NULL, &err), err);
    return s;
}

/* Feeds STEPS tokens to the sessions of the traces first .. first + n - 1 and to the others after
 * them, n_all sessions in all. */
static void decode(sheaf_decoder *d, sheaf_session **s, size_t first, size_t n, size_t n_all,
                   tails out)
{
    sheaf_error err = {0};
    sheaf_span spans[FORKS + 1];
    int32_t tokens[FORKS + 1];
    for (size_t step = 0; step < STEPS; step++) {
        for (size_t i = 0; i < n_all; i++) {
            tokens[i] = token_of(first + i, step);
            spans[i] = (sheaf_span){s[i], &tokens[i], 1, SHEAF_WANT_LAST, NULL};
        }
        CHECK_OK(sheaf_decoder_step(d, spans, n_all, &err), err);
        for (size_t i = 0; i < n; i++)
            memcpy(out[first + i][step], spans[i].logits, sizeof out[0][0]);
    }
}

static void decode_forks(sheaf_engine *e, tails out)
{
    sheaf_error err = {0};
    sheaf_decoder *d = open_decoder(e, FORKS + 1);
    sheaf_session *s[FORKS + 1];
    s[FORKS] = open_prefix(d);
    for (size_t i = 0; i < FORKS; i++)
        CHECK_OK(sheaf_session_fork(&s[i], s[FORKS], &err), err);
    decode(d, s, 0, FORKS, FORKS + 1, out);
    sheaf_decoder_close(d);
}

/* The traces first .. first + n - 1 side by side, each with a prefix of its own. */
static void decode_fresh(sheaf_engine *e, size_t first, size_t n, tails out)
{
    sheaf_decoder *d = open_decoder(e, n);
    sheaf_session *s[FORKS];
    for (size_t i = 0; i < n; i++)
        s[i] = open_prefix(d);
    decode(d, s, first, n, n, out);
    sheaf_decoder_close(d);
}

static void forks_equal_fresh_prefills(void **state)
{
    const struct tiny_variant *v = *state;
    static tails forks, other;
    sheaf_engine *one = open_model(v, 1), *two = open_model(v, 2);
    decode_forks(one, forks);
    assert_memory_not_equal(forks[0], forks[1], sizeof forks[0]);
    decode_forks(two, other);
    assert_memory_equal(forks, other, sizeof forks);
    memset(other, 0, sizeof other);
    decode_fresh(two, 0, FORKS, other);
    assert_memory_equal(forks, other, sizeof forks);
    memset(other, 0, sizeof other);
    for (size_t i = 0; i < FORKS; i++)
        decode_fresh(one, i, 1, other);
    assert_memory_equal(forks, other, sizeof forks);
    sheaf_engine_close(one);
    sheaf_engine_close(two);
}

int main(void)
{
    const struct variant_test tests[] = {
        {"forks equal fresh prefills", forks_equal_fresh_prefills},
    };
    return each_variant_run(tests, sizeof tests / sizeof *tests);
}
