/* frame_test.c - packed tokens: every bit comes back, and nothing damaged does. */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "store/frame.h"

enum { MOST = 3000 };

static int32_t tokens[MOST], tokens_back[MOST];
static float confidence[MOST], confidence_back[MOST];
static uint32_t text_bytes[MOST], text_bytes_back[MOST];

static void fill(size_t n, uint64_t seed)
{
    static const float odd[] = {0.0f, -0.0f, INFINITY, NAN, 1e-42f, 3.0f};
    for (size_t i = 0; i < n; i++) {
        tokens[i] = (int32_t)rng_bits(seed, 0, i);
        confidence[i] = i % 7 ? 3.0f + 20.0f * (float)rng_uniform(seed, 1, i)
                              : odd[rng_bits(seed, 2, i) % 6];
        text_bytes[i] = (uint32_t)(rng_bits(seed, 3, i) % 9);
    }
}

static const struct frame_out back = {tokens_back, confidence_back, text_bytes_back, 0};

static void every_bit_comes_back(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 255, 256, MOST};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int with_bytes = 0; with_bytes < 2; with_bytes++) {
            strbuf b = {0};
            sheaf_error err = {0};
            size_t n = sizes[i];
            bool has_bytes = !with_bytes;
            struct frame_out out = back;
            fill(n, i);
            out.n = n;
            strbuf_str(&b, "before"); /* a frame is appended */
            CHECK_OK(frame_pack(&b, &(struct frame_in){tokens, confidence,
                                                       with_bytes ? text_bytes : NULL, n}, &err),
                     err);
            text frame = text_slice(strbuf_view(&b), 6, b.n);
            CHECK_OK(frame_unpack(&out, &has_bytes, frame, "frame", &err), err);
            assert_int_equal(has_bytes, with_bytes);
            assert_memory_equal(tokens, tokens_back, n * sizeof *tokens);
            assert_memory_equal(confidence, confidence_back, n * sizeof *confidence);
            if (with_bytes)
                assert_memory_equal(text_bytes, text_bytes_back, n * sizeof *text_bytes);
            strbuf_free(&b);
        }
    }
}

static void another_length_is_refused(void **state)
{
    (void)state;
    strbuf b = {0};
    fill(100, 9);
    assert_int_equal(frame_pack(&b, &(struct frame_in){tokens, confidence, NULL, 100}, NULL), 0);
    for (size_t n = 98; n <= 102; n++) {
        struct frame_out out = back;
        bool has_bytes;
        out.n = n;
        assert_int_equal(frame_unpack(&out, &has_bytes, strbuf_view(&b), "frame", NULL),
                         n == 100 ? SHEAF_OK : SHEAF_ERR_FORMAT);
    }
    strbuf_free(&b);
}

/* A cut or altered frame gives an error or, where zstd cannot tell, n values: never more. */
static void damage_stays_inside(void **state)
{
    (void)state;
    strbuf b = {0};
    fill(300, 4);
    assert_int_equal(frame_pack(&b, &(struct frame_in){tokens, confidence, text_bytes, 300}, NULL),
                     0);
    for (size_t i = 0; i < b.n; i++) {
        struct frame_out out = back;
        bool has_bytes;
        out.n = 300;
        assert_int_equal(
            frame_unpack(&out, &has_bytes, text_slice(strbuf_view(&b), 0, i), "frame", NULL),
            SHEAF_ERR_FORMAT);
        b.p[i] ^= 0x20;
        frame_unpack(&out, &has_bytes, strbuf_view(&b), "frame", NULL);
        b.p[i] ^= 0x20;
    }
    strbuf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bit_comes_back),
        cmocka_unit_test(another_length_is_refused),
        cmocka_unit_test(damage_stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
