/* jinja_escape.c - the escapes of string literals, as Python's unicode-escape reads them. */
#include <string.h>

#include "engine/jinja_ast.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char low = (char)(c | 0x20);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* Up to `max` digits of `base` at *at; false when there are none or, for base 16, too few. */
static bool read_digits(text t, size_t *at, int base, size_t max, uint32_t *out)
{
    size_t start = *at;
    *out = 0;
    for (; *at < t.n && *at - start < max; (*at)++) {
        int digit = hex_value(t.p[*at]);
        if (digit < 0 || digit >= base)
            break;
        *out = *out * (uint32_t)base + (uint32_t)digit;
    }
    return base == 16 ? *at - start == max : *at > start;
}

static char simple_escape(char c)
{
    static const char from[] = "\\'\"abfnrtv", to[] = "\\'\"\a\b\f\n\r\t\v";
    const char *hit = c != '\0' ? strchr(from, c) : NULL;
    return hit != NULL ? to[hit - from] : '\0';
}

/* Writes what the escape behind the backslash at t[*at] stands for; moves *at behind it. */
static bool decode_escape(text t, size_t *at, char out[4], size_t *n)
{
    char c = t.p[*at + 1];
    size_t width = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    uint32_t cp;
    *n = 1;
    if (c == '\n') {
        *n = 0;
    } else if (simple_escape(c) != '\0') {
        out[0] = simple_escape(c);
    } else if (width > 0 || (c >= '0' && c <= '7')) {
        *at += width > 0 ? 2 : 1;
        if (!read_digits(t, at, width > 0 ? 16 : 8, width > 0 ? width : 3, &cp))
            return false;
        *n = utf8_encode(out, cp);
        return true;
    } else { /* Python keeps the backslash of an unknown escape */
        out[0] = '\\';
        *at += 1;
        return c != 'N';
    }
    *at += 2;
    return true;
}

bool jinja_unescape(char *out, size_t *n, text raw)
{
    *n = 0;
    for (size_t at = 0, written; at < raw.n; *n += written) {
        char bytes[4] = {raw.p[at]};
        written = 1;
        if (raw.p[at] != '\\')
            at++;
        else if (!decode_escape(raw, &at, bytes, &written))
            return false;
        memcpy(out + *n, bytes, written);
    }
    return true;
}
