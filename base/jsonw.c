/* jsonw.c - the writer of json.h. cJSON's printer is slow and has no 64-bit integers. */
#include <math.h>

#include "base/json.h"

/* A comma is due unless the value opens the text, follows a bracket or follows its key. */
static void separate(strbuf *b)
{
    char last = b->n ? b->p[b->n - 1] : '\0';
    if (last && last != '{' && last != '[' && last != ':' && last != '\n')
        strbuf_char(b, ',');
}

void jsonw_open(strbuf *b, char bracket)
{
    separate(b);
    strbuf_char(b, bracket);
}

void jsonw_close(strbuf *b, char bracket)
{
    strbuf_char(b, bracket);
}

static void escape_char(strbuf *b, unsigned char c)
{
    static const char shorts[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    if (c == '"' || c == '\\') {
        strbuf_char(b, '\\');
        strbuf_char(b, (char)c);
    } else if (c < sizeof shorts && shorts[c]) {
        strbuf_char(b, '\\');
        strbuf_char(b, shorts[c]);
    } else if (c < 0x20 || c == 0x7F) {
        strbuf_printf(b, "\\u%04x", c);
    } else {
        strbuf_char(b, (char)c);
    }
}

static void quoted(strbuf *b, text t)
{
    uint32_t cp;
    strbuf_char(b, '"');
    for (size_t i = 0; i < t.n;) {
        text rest = text_slice(t, i, t.n);
        size_t n = utf8_decode(rest, &cp);
        if (n == 1)
            escape_char(b, (unsigned char)*rest.p);
        else if (n)
            strbuf_add(b, rest.p, n);
        else
            strbuf_utf8(b, 0xFFFD);
        i += n ? n : utf8_bad_length(rest);
    }
    strbuf_char(b, '"');
}

void jsonw_key(strbuf *b, const char *key)
{
    separate(b);
    quoted(b, text_of(key));
    strbuf_char(b, ':');
}

void jsonw_text(strbuf *b, text t)
{
    separate(b);
    quoted(b, t);
}

void jsonw_str(strbuf *b, const char *s)
{
    jsonw_text(b, text_of(s));
}

void jsonw_i64(strbuf *b, int64_t v)
{
    separate(b);
    strbuf_printf(b, "%lld", (long long)v);
}

void jsonw_u64(strbuf *b, uint64_t v)
{
    separate(b);
    strbuf_printf(b, "%llu", (unsigned long long)v);
}

static void real(strbuf *b, double v, int digits)
{
    separate(b);
    if (isfinite(v))
        strbuf_printf(b, "%.*g", digits, v);
    else
        strbuf_str(b, isnan(v) ? "\"nan\"" : v > 0 ? "\"inf\"" : "\"-inf\"");
}

void jsonw_f64(strbuf *b, double v)
{
    real(b, v, 17);
}

void jsonw_f32(strbuf *b, float v)
{
    real(b, (double)v, 9);
}

void jsonw_bool(strbuf *b, bool v)
{
    separate(b);
    strbuf_str(b, v ? "true" : "false");
}

void jsonw_null(strbuf *b)
{
    separate(b);
    strbuf_str(b, "null");
}

void jsonw_i32s(strbuf *b, const int32_t *v, size_t n)
{
    jsonw_open(b, '[');
    for (size_t i = 0; i < n; i++)
        jsonw_i64(b, v[i]);
    jsonw_close(b, ']');
}
