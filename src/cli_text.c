/* cli_text.c - numbers and model text made fit for a terminal. */
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "src/cli_io.h"

const char *cli_bytes(char *out, size_t cap, uint64_t n)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double v = (double)n;
    size_t unit = 0;
    while (v >= 1024 && unit + 1 < sizeof units / sizeof *units) {
        v /= 1024;
        unit++;
    }
    snprintf(out, cap, unit && v < 100 ? "%.1f %s" : "%.0f %s", v, units[unit]);
    return out;
}

const char *cli_duration(char *out, size_t cap, double s)
{
    if (!(s >= 0 && s < 1e9)) {
        snprintf(out, cap, "?");
        return out;
    }
    const unsigned long minutes = (unsigned long)(s / 60 + 0.5), hours = minutes / 60;
    if (s < 100)
        snprintf(out, cap, "%.0f s", s);
    else if (hours == 0)
        snprintf(out, cap, "%lu min", minutes);
    else if (hours < 48)
        snprintf(out, cap, "%lu h %02lu min", hours, minutes % 60);
    else
        snprintf(out, cap, "%lu d %02lu h", hours / 24, hours % 24);
    return out;
}

const char *cli_thousands(char *out, size_t cap, uint64_t n)
{
    char digits[24];
    size_t len = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), used = 0;
    for (size_t i = 0; i < len && used + 2 < cap; i++) {
        if (i && (len - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return out;
}

static size_t columns_of(uint32_t cp)
{
    int n = utf8proc_charwidth((utf8proc_int32_t)cp);
    return n > 0 ? (size_t)n : 0;
}

text cli_fit(text t, size_t columns)
{
    size_t used = 0, i = 0;
    while (i < t.n) {
        uint32_t cp = 0xFFFD;
        text rest = text_slice(t, i, t.n);
        size_t n = utf8_decode(rest, &cp);
        used += columns_of(n ? cp : 0xFFFD);
        if (used > columns)
            break;
        i += n ? n : utf8_bad_length(rest);
    }
    return text_slice(t, 0, i);
}

size_t cli_width(text t)
{
    size_t used = 0;
    for (size_t i = 0; i < t.n;) {
        uint32_t cp = 0xFFFD;
        text rest = text_slice(t, i, t.n);
        size_t n = utf8_decode(rest, &cp);
        used += columns_of(n ? cp : 0xFFFD);
        i += n ? n : utf8_bad_length(rest);
    }
    return used;
}

/* C0, C1 and DEL drive terminals; bidirectional controls reorder what follows on the line. */
static bool is_control(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || (cp >= 0x202A && cp <= 0x202E) ||
           (cp >= 0x2066 && cp <= 0x2069);
}

void cli_add_printable(strbuf *b, text t, bool lines)
{
    for (size_t i = 0; i < t.n;) {
        uint32_t cp = 0xFFFD;
        text rest = text_slice(t, i, t.n);
        size_t n = utf8_decode(rest, &cp);
        if (n == 0)
            strbuf_utf8(b, 0xFFFD);
        else if (lines && (cp == '\n' || cp == '\t'))
            strbuf_char(b, (char)cp);
        else if (is_control(cp))
            strbuf_char(b, cp == '\n' || cp == '\t' ? ' ' : '?');
        else
            strbuf_add(b, rest.p, n);
        i += n ? n : utf8_bad_length(rest);
    }
}
