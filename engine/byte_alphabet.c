/* byte_alphabet.c - byte-level BPE files spell bytes as printable characters: those of Latin-1
 * that can be seen stand for themselves, the other 68 bytes, in order, are U+0100, U+0101, ...
 * Everything after loading works on the bytes themselves. */
#include "engine/tokenizer_impl.h"

static bool is_own_character(unsigned b)
{
    return (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
}

/* Byte that stands at `place` among those that are not their own character; -1: no such place. */
static int hidden_byte(unsigned place)
{
    static const struct {
        unsigned first, last;
    } gaps[] = {{0x00, 0x20}, {0x7F, 0xA0}, {0xAD, 0xAD}};
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        unsigned n = gaps[i].last - gaps[i].first + 1;
        if (place < n)
            return (int)(gaps[i].first + place);
        place -= n;
    }
    return -1;
}

static int byte_of(uint32_t cp)
{
    if (cp >= 0x100)
        return hidden_byte(cp - 0x100);
    return is_own_character(cp) ? (int)cp : -1;
}

bool byte_alphabet_decode(strbuf *out, text t)
{
    size_t before = out->n;
    for (size_t at = 0; at < t.n;) {
        uint32_t cp;
        size_t length = utf8_decode(text_slice(t, at, t.n - at), &cp);
        int byte = length ? byte_of(cp) : -1;
        if (byte < 0) {
            out->n = before;
            return false;
        }
        strbuf_char(out, (char)byte);
        at += length;
    }
    return true;
}
