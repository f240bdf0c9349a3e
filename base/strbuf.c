/* strbuf.c - the growing buffer of text.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

/* Room for n more bytes and the NUL; false (and `failed`) at the limit or without memory. */
static bool reserve(strbuf *b, size_t n)
{
    if (b->failed)
        return false;
    if (n >= SIZE_MAX - b->n || (b->limit && n > b->limit - b->n)) {
        b->failed = true;
        return false;
    }
    size_t wanted = b->n + n + 1;
    if (wanted <= b->cap)
        return true;
    size_t cap = b->cap > SIZE_MAX / 2 ? wanted : b->cap * 2;
    if (cap < wanted)
        cap = wanted < 64 ? 64 : wanted;
    char *p = alloc_resize(b->p, cap, 1);
    if (!p) {
        b->failed = true;
        return false;
    }
    b->p = p;
    b->cap = cap;
    return true;
}

void strbuf_add(strbuf *b, const void *p, size_t n)
{
    if (!reserve(b, n))
        return;
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void strbuf_text(strbuf *b, text t)
{
    strbuf_add(b, t.p, t.n);
}

void strbuf_str(strbuf *b, const char *s)
{
    strbuf_add(b, s, strlen(s));
}

void strbuf_char(strbuf *b, char c)
{
    strbuf_add(b, &c, 1);
}

void strbuf_utf8(strbuf *b, uint32_t cp)
{
    char bytes[4];
    strbuf_add(b, bytes, utf8_encode(bytes, cp));
}

void strbuf_printf(strbuf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) {
        b->failed = true;
    } else if (reserve(b, (size_t)n)) {
        vsnprintf(b->p + b->n, (size_t)n + 1, format, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

text strbuf_view(const strbuf *b)
{
    return (text){b->p, b->n};
}

void strbuf_reset(strbuf *b)
{
    b->n = 0;
    b->failed = false;
    if (b->p)
        b->p[0] = '\0';
}

void strbuf_free(strbuf *b)
{
    alloc_free(b->p);
    *b = (strbuf){.limit = b->limit};
}
