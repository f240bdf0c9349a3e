/* utf8.c - decoding by the table of well-formed sequences (Unicode 15, table 3-7). */
#include <string.h>

#include "base/text.h"

/* Range of the second byte that a lead byte allows, and the length of its sequence (0: no lead). */
static size_t lead_length(unsigned char c, unsigned char *low, unsigned char *high)
{
    *low = 0x80;
    *high = 0xBF;
    if (c < 0x80)
        return 1;
    if (c < 0xC2 || c > 0xF4)
        return 0;
    if (c == 0xE0)
        *low = 0xA0;
    if (c == 0xED)
        *high = 0x9F;
    if (c == 0xF0)
        *low = 0x90;
    if (c == 0xF4)
        *high = 0x8F;
    return c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/* Bytes at the start of `t` that form a prefix of some well-formed sequence; *length is that
 * sequence's full length. */
static size_t valid_prefix(text t, size_t *length)
{
    unsigned char low, high;
    *length = lead_length((unsigned char)t.p[0], &low, &high);
    if (*length == 0)
        return 0;
    size_t i = 1;
    for (; i < *length && i < t.n; i++) {
        unsigned char c = (unsigned char)t.p[i];
        if (c < (i == 1 ? low : 0x80) || c > (i == 1 ? high : 0xBF))
            break;
    }
    return i;
}

size_t utf8_decode(text t, uint32_t *out)
{
    size_t length;
    if (valid_prefix(t, &length) != length || length == 0)
        return 0;
    static const unsigned char lead_mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t cp = (unsigned char)t.p[0] & lead_mask[length];
    for (size_t i = 1; i < length; i++)
        cp = cp << 6 | ((unsigned char)t.p[i] & 0x3F);
    *out = cp;
    return length;
}

size_t utf8_bad_length(text t)
{
    size_t length, n = valid_prefix(t, &length);
    return n ? n : 1;
}

size_t utf8_encode(char out[4], uint32_t cp)
{
    if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
        cp = 0xFFFD;
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (cp & 0x3F));
        cp >>= 6;
    }
    out[0] = (char)(lead[n] | cp);
    return n;
}

bool utf8_valid(text t)
{
    uint32_t cp;
    for (size_t i = 0; i < t.n;) {
        size_t n = utf8_decode(text_slice(t, i, t.n), &cp);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

size_t utf8_open_tail(text t)
{
    for (size_t back = 1; back <= 3 && back <= t.n; back++) {
        text tail = text_slice(t, t.n - back, back);
        size_t length, n = valid_prefix(tail, &length);
        if (n == back && length > back)
            return back;
    }
    return 0;
}

void strbuf_clean_utf8(strbuf *b, text t)
{
    uint32_t cp;
    for (size_t i = 0; i < t.n;) {
        text rest = text_slice(t, i, t.n);
        size_t n = utf8_decode(rest, &cp);
        if (n) {
            strbuf_add(b, rest.p, n);
        } else {
            strbuf_utf8(b, 0xFFFD);
            n = utf8_bad_length(rest);
        }
        i += n;
    }
}
