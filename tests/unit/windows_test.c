/* windows_test.c - layers that see a limited number of positions: exactly which ones, and that the
 * pages of the others go back. */
#include <string.h>

#include "engine/decoder.h"
#include "engine/decoder_plan.h"
#include "tests/support/dice.h"
#include "tests/support/each_variant.h"

enum { VOCAB = 320, MOST = 512 };

static void the_first_position_seen(void **state)
{
    static const struct {
        enum sight sight;
        uint32_t n;
        size_t p, first;
    } cases[] = {
        {SIGHT_WINDOW, 1, 0, 0},   {SIGHT_WINDOW, 1, 7, 7},     {SIGHT_WINDOW, 16, 14, 0},
        {SIGHT_WINDOW, 16, 15, 0}, {SIGHT_WINDOW, 16, 16, 1},   {SIGHT_WINDOW, 128, 1000, 873},
        {SIGHT_CHUNK, 1, 9, 9},    {SIGHT_CHUNK, 8192, 8191, 0}, {SIGHT_CHUNK, 8192, 8192, 8192},
        {SIGHT_CHUNK, 10, 29, 20}, {SIGHT_CHUNK, 10, 30, 30},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct hparams h = {.sight = cases[i].sight, .n_sight = cases[i].n};
        assert_int_equal(hparams_first_seen(&h, cases[i].p), cases[i].first);
    }
}

/* A model all of whose layers are limited. */
static sheaf_engine *open_limited(enum sight sight, uint32_t n)
{
    sheaf_engine *e = each_variant_open(tiny_variant_find("llama"), QUANT_F32, NULL);
    e->h.sight = sight;
    e->h.n_sight = n;
    for (uint32_t i = 0; i < e->h.n_layers; i++)
        e->h.attention[i] = ATTN_LIMITED;
    return e;
}

static sheaf_decoder *open_decoder(sheaf_engine *e, size_t sessions, size_t rows)
{
    sheaf_error err = {0};
    sheaf_decoder *d;
    const sheaf_decoder_options o = {.max_sessions = sessions, .max_rows = rows,
                                     .max_logits = MOST, .session_tokens = MOST};
    CHECK_OK(sheaf_decoder_open(&d, e, &o, &err), err);
    return d;
}

/* Logits after each of n tokens, the first of them `token`. */
static void feed(sheaf_engine *e, int32_t token, size_t n, float (*out)[VOCAB])
{
    sheaf_error err = {0};
    sheaf_session *s;
    sheaf_decoder *d = open_decoder(e, 1, n);
    int32_t tokens[MOST];
    for (size_t i = 0; i < n; i++)
        tokens[i] = i ? (int32_t)(i * 29 % 251) : token;
    CHECK_OK(sheaf_session_open(&s, d, &err), err);
    sheaf_span span = {s, tokens, n, SHEAF_WANT_ALL, NULL};
    CHECK_OK(sheaf_decoder_step(d, &span, 1, &err), err);
    memcpy(out, span.logits, n * sizeof *out);
    sheaf_decoder_close(d);
}

/* What token 0 is can be felt at position p through every layer or not at all. */
static void exactly_the_visible_positions_count(void **state)
{
    static float a[MOST][VOCAB], b[MOST][VOCAB];
    static const struct {
        enum sight sight;
        uint32_t n;
    } cases[] = {{SIGHT_WINDOW, 1}, {SIGHT_WINDOW, 5}, {SIGHT_WINDOW, 64}, {SIGHT_WINDOW, 65},
                 {SIGHT_CHUNK, 1},  {SIGHT_CHUNK, 10}, {SIGHT_CHUNK, 64},  {SIGHT_CHUNK, 100}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sheaf_engine *e = open_limited(cases[i].sight, cases[i].n);
        size_t n = cases[i].n;
        size_t reach = cases[i].sight == SIGHT_CHUNK ? n : e->h.n_layers * (n - 1) + 1;
        feed(e, 3, reach + 10, a);
        feed(e, 7, reach + 10, b);
        for (size_t p = 0; p < reach; p++)
            assert_memory_not_equal(a[p], b[p], sizeof a[p]);
        assert_memory_equal(a[reach], b[reach], 10 * sizeof a[0]);
        sheaf_engine_close(e);
    }
}

static size_t held(const sheaf_decoder *d)
{
    return d->kv[KV_LIMITED].n_pages - d->kv[KV_LIMITED].n_free;
}

static void advance(sheaf_session *s, size_t n, size_t piece)
{
    sheaf_error err = {0};
    int32_t tokens[MOST] = {0};
    for (size_t at = 0; at < n; at += piece) {
        sheaf_span span = {s, tokens, n - at < piece ? n - at : piece, SHEAF_WANT_NONE, NULL};
        CHECK_OK(sheaf_decoder_step(s->d, &span, 1, &err), err);
    }
}

static void pages_that_nobody_can_see_go_back(void **state)
{
    static const struct {
        enum sight sight;
        uint32_t n;
        size_t tokens, pages;
    } cases[] = {
        {SIGHT_WINDOW, 16, 60, 1},   {SIGHT_WINDOW, 16, 64, 1},   {SIGHT_WINDOW, 16, 70, 2},
        {SIGHT_WINDOW, 16, 78, 2},   {SIGHT_WINDOW, 16, 79, 1},   {SIGHT_WINDOW, 16, 500, 1},
        {SIGHT_WINDOW, 1, 128, 0},   {SIGHT_WINDOW, 200, 500, 4}, {SIGHT_WINDOW, 600, 500, 8},
        {SIGHT_CHUNK, 64, 127, 1},   {SIGHT_CHUNK, 64, 128, 0},   {SIGHT_CHUNK, 100, 200, 1},
        {SIGHT_CHUNK, 100, 199, 3},  {SIGHT_CHUNK, 300, 299, 5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t piece = 1; piece <= 64; piece += 21) {
            sheaf_error err = {0};
            sheaf_session *s;
            sheaf_engine *e = open_limited(cases[i].sight, cases[i].n);
            sheaf_decoder *d = open_decoder(e, 1, 64);
            CHECK_OK(sheaf_session_open(&s, d, &err), err);
            advance(s, cases[i].tokens, piece);
            assert_int_equal(held(d), cases[i].pages);
            sheaf_session_close(s);
            assert_int_equal(held(d), 0);
            sheaf_decoder_close(d);
            sheaf_engine_close(e);
        }
}

/* A page stays while any fork can see it; a rewind brings the checkpoint's pages back. */
static void forks_keep_what_they_see(void **state)
{
    sheaf_error err = {0};
    sheaf_engine *e = open_limited(SIGHT_WINDOW, 16);
    sheaf_decoder *d = open_decoder(e, 3, 64);
    sheaf_session *root, *child;
    (void)state;
    CHECK_OK(sheaf_session_open(&root, d, &err), err);
    advance(root, 70, 64);
    assert_int_equal(held(d), 2);
    CHECK_OK(sheaf_session_fork(&child, root, &err), err);
    assert_int_equal(held(d), 2);
    advance(child, 1, 1); /* copies the page that both go on in */
    assert_int_equal(held(d), 3);
    advance(child, 200, 64);
    assert_int_equal(held(d), 3);
    CHECK_OK(sheaf_session_rewind(child, root, &err), err);
    assert_int_equal(held(d), 2);
    assert_int_equal(sheaf_session_length(child), 70);
    sheaf_session_close(root);
    assert_int_equal(held(d), 2);
    sheaf_session_close(child);
    assert_int_equal(held(d), 0);
    sheaf_decoder_close(d);
    sheaf_engine_close(e);
}

/* As many pages as are planned are enough for every session to run to its end, all at once. */
static void the_plan_counts_windows_not_contexts(void **state)
{
    enum { SESSIONS = 5, PREFIX = 200 };
    sheaf_error err = {0};
    sheaf_engine *e = each_variant_open(tiny_variant_find("gpt-oss"), QUANT_F32, NULL);
    sheaf_decoder_options o = {.max_sessions = SESSIONS, .max_rows = 64, .prefix_tokens = PREFIX,
                               .session_tokens = 300};
    sheaf_decoder *d;
    sheaf_session *s[SESSIONS];
    sheaf_span spans[SESSIONS];
    const int32_t token = 5;
    (void)state;
    CHECK_OK(sheaf_decoder_open(&d, e, &o, &err), err);
    assert_in_range(d->kv[KV_LIMITED].n_pages, SESSIONS * 2, SESSIONS * 2 + 3);
    CHECK_OK(sheaf_session_open(&s[0], d, &err), err);
    advance(s[0], PREFIX, 64);
    for (size_t i = 1; i < SESSIONS; i++)
        CHECK_OK(sheaf_session_fork(&s[i], s[0], &err), err);
    for (size_t step = 0; step < o.session_tokens; step++) {
        for (size_t i = 0; i < SESSIONS; i++)
            spans[i] = (sheaf_span){s[i], &token, 1, SHEAF_WANT_NONE, NULL};
        CHECK_OK(sheaf_decoder_step(d, spans, step ? SESSIONS : SESSIONS - 1, &err), err);
    }
    size_t pages = d->kv[KV_LIMITED].n_pages;
    sheaf_decoder_close(d);
    o.session_tokens = 30000;
    assert_int_equal(sizes_of(e, &o).n_kv_pages[KV_LIMITED], pages);
    sheaf_engine_close(e);
}

/* No split of a step's rows over the sessions takes more pages than there are. Tables alone: what
 * a step does to them, without the step. */
static void no_split_of_the_rows_takes_more(void **state)
{
    enum { SESSIONS = 6, ROWS = 90, STEPS = 3000 };
    static const uint32_t windows[] = {1, 2, 16, 62, 63, 64, 65, 66, 127, 128, 129, 130, 200};
    struct dice dice = {.seed = 4};
    (void)state;
    for (size_t w = 0; w < sizeof windows / sizeof *windows; w++) {
        sheaf_error err = {0};
        sheaf_session *s[SESSIONS];
        sheaf_decoder *d;
        sheaf_engine *e = open_limited(SIGHT_WINDOW, windows[w]);
        const sheaf_decoder_options o = {.max_sessions = SESSIONS, .max_rows = ROWS,
                                         .session_tokens = ROWS * STEPS};
        CHECK_OK(sheaf_decoder_open(&d, e, &o, &err), err);
        for (size_t i = 0; i < SESSIONS; i++)
            CHECK_OK(sheaf_session_open(&s[i], d, &err), err);
        for (size_t step = 0; step < STEPS; step++) {
            size_t left = ROWS, n[SESSIONS], need = 0;
            size_t most = dice_once_in(&dice, 2) ? 4 : ROWS; /* many small spans, or few large */
            for (size_t i = 0; i < SESSIONS; i++, left -= n[i - 1]) {
                n[i] = dice_roll(&dice, 1 + (most < left ? most : left));
                need += session_pages_needed(s[i], KV_LIMITED, n[i]);
            }
            assert_true(need <= d->kv[KV_LIMITED].n_free);
            for (size_t i = 0; i < SESSIONS; i++)
                session_extend(s[i], n[i]);
            for (size_t i = 0; i < SESSIONS; i++)
                session_advance(s[i], n[i]);
        }
        sheaf_decoder_close(d);
        sheaf_engine_close(e);
    }
}

static void the_model_tells_what_grows_and_what_does_not(void **state)
{
    sheaf_model_info info;
    sheaf_engine *e = each_variant_open(tiny_variant_find("gpt-oss"), QUANT_F32, NULL);
    size_t heads[KV_CLASSES] = {0}, row = e->h.head_k + e->h.head_v;
    (void)state;
    for (uint32_t i = 0; i < e->h.n_layers; i++)
        heads[kv_class_of(&e->h, i)] += e->h.n_kv_heads[i];
    sheaf_engine_info(e, &info);
    assert_int_equal(info.n_window, 16);
    assert_int_equal(info.kv_bytes_per_token, heads[KV_ALL] * row * 2);
    assert_int_equal(info.kv_limited_bytes, heads[KV_LIMITED] * row * 4 * 2 * KV_PAGE);
    sheaf_engine_close(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_position_seen),
        cmocka_unit_test(exactly_the_visible_positions_count),
        cmocka_unit_test(pages_that_nobody_can_see_go_back),
        cmocka_unit_test(forks_keep_what_they_see),
        cmocka_unit_test(the_plan_counts_windows_not_contexts),
        cmocka_unit_test(no_split_of_the_rows_takes_more),
        cmocka_unit_test(the_model_tells_what_grows_and_what_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
