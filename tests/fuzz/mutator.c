/* mutator.c - see mutator.h. */
#include "tests/fuzz/mutator.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEADER 2048 /* most checks of a file look at its first bytes */

/* Every roll has a statement of its own: the order of evaluation inside one is the compiler's. */
uint64_t dice_number(struct dice *d, uint64_t old, uint64_t size)
{
    uint64_t flipped = old ^ (uint64_t)1 << dice_roll(d, 64);
    uint64_t power = (uint64_t)1 << dice_roll(d, 64);
    uint64_t any = dice_roll(d, 4096);
    const uint64_t values[] = {
        0, 1, 2, 3, 4, 5, 9, 13, 31, 32, 33, 43, 63, 64, 255, 256, 65535, 65536, old + 1, old - 1,
        old * 2, old / 2, old + 32, flipped, size, size - 1, size + 1, size / 4,
        INT32_MAX, (uint64_t)INT32_MAX + 1, UINT32_MAX, (uint64_t)UINT32_MAX + 1, INT64_MAX,
        (uint64_t)1 << 63, UINT64_MAX, UINT64_MAX - 7, UINT64_MAX - 31,
        UINT64_MAX / 4 + 1, UINT64_MAX / 8 + 1, UINT64_MAX - size, power, any,
    };
    return values[dice_roll(d, sizeof values / sizeof *values)];
}

double dice_real(struct dice *d)
{
    static const double values[] = {
        0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 1e-6, 1e-38, 1e-45, 1e-300, 1e6, 1e30, 1e300, -1e30,
        FLT_MAX, -FLT_MAX, DBL_MAX, DBL_MIN, INFINITY, -INFINITY, NAN,
    };
    return values[dice_roll(d, sizeof values / sizeof *values)];
}

void mutator_replace(strbuf *b, size_t at, size_t n, text t)
{
    strbuf tail = {0};
    strbuf_add(&tail, b->p + at + n, b->n - at - n);
    b->n = at;
    strbuf_text(b, t);
    strbuf_text(b, strbuf_view(&tail));
    if (b->failed || tail.failed)
        abort();
    strbuf_free(&tail);
}

static void flip_bits(struct dice *d, strbuf *b)
{
    size_t reach = dice_roll(d, 2) || b->n < HEADER ? b->n : HEADER;
    for (uint64_t k = 1 + dice_roll(d, 8); k > 0; k--) {
        char *byte = &b->p[dice_roll(d, reach)];
        *byte = (char)(*byte ^ 1 << dice_roll(d, 8));
    }
}

/* A short piece of `from`. */
static text piece(struct dice *d, text from)
{
    size_t n = 1 + dice_roll(d, from.n < 64 ? from.n : 64);
    return text_slice(from, dice_roll(d, from.n - n + 1), n);
}

void mutator_bytes(struct dice *d, strbuf *b, text donor)
{
    strbuf part = {0}; /* a copy: it may be a piece of b */
    strbuf_text(&part, piece(d, donor.n && dice_roll(d, 2) ? donor : strbuf_view(b)));
    size_t at = dice_roll(d, b->n), left = b->n - at;
    size_t n = part.n < left ? part.n : left;
    switch (dice_roll(d, 7)) {
    case 0: case 1: flip_bits(d, b); break;
    case 2: case 3: mutator_replace(b, at, n, text_slice(strbuf_view(&part), 0, n)); break;
    case 4: mutator_replace(b, at, 0, strbuf_view(&part)); break;
    case 5: mutator_replace(b, at, n < b->n ? n : n - 1, (text){"", 0}); break;
    default: mutator_replace(b, at + 1, left - 1, (text){"", 0}); break;
    }
    strbuf_free(&part);
}
