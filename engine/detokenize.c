/* detokenize.c - what each type of token prints as (specs/tokenizers.md, 8), and the UTF-8 tail.
 *
 * Bytes go through `held` one at a time: it is emptied as soon as it is a character or can no
 * longer become one. Tokens are a few bytes long, so there is nothing to gain from looking
 * further. */
#include "engine/detokenize.h"

#include <string.h>

#include "engine/tokenizer_impl.h"

void detok_init(struct detok *d, const tokenizer *t, bool special)
{
    *d = (struct detok){.t = t, .special = special, .strip_space = t->spm.add_space_prefix};
}

static bool is_printed(const struct detok *d, int32_t id)
{
    switch (tokenizer_type(d->t, id)) {
    case TOKEN_CONTROL:
    case TOKEN_UNKNOWN:
        return d->special;
    case TOKEN_UNUSED:
        return false;
    default:
        return true;
    }
}

text detok_bytes(struct detok *d, int32_t id)
{
    if (id < 0 || (size_t)id >= d->t->info.n_tokens || !is_printed(d, id))
        return (text){0};
    text piece = tokenizer_text(d->t, id);
    if (d->strip_space && piece.n > 0) {
        d->strip_space = false;
        if (piece.p[0] == ' ')
            piece = text_slice(piece, 1, piece.n - 1);
    }
    return piece;
}

static void drop_held(struct detok *d, size_t n)
{
    d->n_held = (uint8_t)(d->n_held - n);
    memmove(d->held, d->held + n, d->n_held);
}

/* Moves complete characters and invalid parts from `held` to `out`; with `end` also an open
 * tail. */
static void release(struct detok *d, strbuf *out, bool end)
{
    while (d->n_held > 0) {
        text held = {d->held, d->n_held};
        uint32_t cp;
        size_t n = utf8_decode(held, &cp);
        if (n == 0 && !end && utf8_open_tail(held) == held.n)
            return;
        if (n == 0) {
            n = utf8_bad_length(held);
            cp = 0xFFFD;
        }
        strbuf_utf8(out, cp);
        drop_held(d, n);
    }
}

void detok_push(struct detok *d, strbuf *out, int32_t id)
{
    text piece = detok_bytes(d, id);
    for (size_t i = 0; i < piece.n; i++) {
        d->held[d->n_held++] = piece.p[i];
        release(d, out, false);
    }
}

void detok_flush(struct detok *d, strbuf *out)
{
    release(d, out, true);
}
