/* nfc.c - utf8proc supplies the tables and the composition. The ordering of combining marks is done
 * here, by counting: utf8proc exchanges neighbours, which is quadratic in a long run of marks, and
 * prompts come from strangers. */
#include "engine/nfc.h"

#include <string.h>
#include <utf8proc.h>

#include "base/alloc.h"

/* Text below U+0300 (lead bytes below 0xCC) is in NFC already. */
static bool is_trivial(text t)
{
    for (size_t i = 0; i < t.n; i++)
        if ((unsigned char)t.p[i] >= 0xCC)
            return false;
    return true;
}

/* Canonical decomposition into out[cap]; the number of code points. */
static size_t decompose(utf8proc_int32_t *out, size_t cap, text t)
{
    size_t n = 0;
    for (size_t at = 0; at < t.n;) {
        uint32_t cp = 0xFFFD;
        size_t length = utf8_decode(text_slice(t, at, t.n - at), &cp);
        utf8proc_ssize_t got = utf8proc_decompose_char((utf8proc_int32_t)cp, out + n,
                                                       (utf8proc_ssize_t)(cap - n),
                                                       UTF8PROC_DECOMPOSE | UTF8PROC_STABLE, NULL);
        if (got > 0)
            n += (size_t)got < cap - n ? (size_t)got : cap - n;
        at += length ? length : 1;
    }
    return n;
}

static unsigned combining_class(utf8proc_int32_t cp)
{
    return (unsigned)utf8proc_get_property(cp)->combining_class & 0xFF;
}

/* Stable counting sort of one run of marks by combining class; tmp [n]. */
static void sort_marks(utf8proc_int32_t *marks, size_t n, utf8proc_int32_t *tmp)
{
    size_t start[257] = {0};
    for (size_t i = 0; i < n; i++)
        start[combining_class(marks[i]) + 1]++;
    for (size_t c = 1; c < 257; c++)
        start[c] += start[c - 1];
    for (size_t i = 0; i < n; i++)
        tmp[start[combining_class(marks[i])]++] = marks[i];
    memcpy(marks, tmp, n * sizeof *marks);
}

/* Canonical ordering of out[n]: each maximal run of marks that is out of order is sorted. */
static void order_marks(utf8proc_int32_t *out, size_t n, utf8proc_int32_t *tmp)
{
    for (size_t i = 0; i < n;) {
        size_t from = i;
        bool sorted = true;
        unsigned last = 0, now;
        for (; i < n && (now = combining_class(out[i])) != 0; i++) {
            sorted = sorted && now >= last;
            last = now;
        }
        if (!sorted)
            sort_marks(out + from, i - from, tmp);
        if (i == from)
            i++;
    }
}

bool nfc_append(strbuf *out, text t)
{
    if (is_trivial(t)) {
        strbuf_text(out, t);
        return true;
    }
    /* A character of two or more bytes gives at most two code points per byte (U+0390: 3 of 2). */
    size_t cap = 2 * t.n;
    utf8proc_int32_t *points = alloc_zero(cap, 2 * sizeof *points);
    if (!points)
        return false;
    size_t n = decompose(points, cap, t);
    order_marks(points, n, points + cap);
    utf8proc_ssize_t composed = utf8proc_normalize_utf32(points, (utf8proc_ssize_t)n,
                                                         UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    for (utf8proc_ssize_t i = 0; i < composed; i++)
        strbuf_utf8(out, (uint32_t)points[i]);
    alloc_free(points);
    return true;
}
