/* jinja_string.c - Python's string operations on views with an origin. Positions are code points;
 * case mapping is the simple one of Unicode, character by character. */
#include <string.h>
#include <utf8proc.h>

#include "engine/jinja_value.h"

size_t jinja_cp(text t, uint32_t *cp)
{
    uint32_t c = 0xfffd;
    size_t n = utf8_decode(t, &c);
    if (cp != NULL)
        *cp = c;
    return n > 0 ? n : 1;
}

size_t jinja_cp_count(jinja_run *r, text t)
{
    size_t count = 0;
    if (!jinja_charge(r, t.n / 64))
        return 0;
    for (size_t at = 0; at < t.n; count++)
        at += jinja_cp((text){t.p + at, t.n - at}, NULL);
    return count;
}

/* What str.isspace() takes for white space. */
bool jinja_is_space(uint32_t cp)
{
    if (cp < 0x80)
        return (cp >= 9 && cp <= 13) || (cp >= 28 && cp <= 32);
    return cp == 0x85 || cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) ||
           cp == 0x2028 || cp == 0x2029 || cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

jv jv_cut(jv string, size_t from, size_t n)
{
    string.s.p += from;
    string.s.n = n;
    if (string.s.marks != NULL)
        string.s.marks += from;
    return string;
}

/* ---- strip ---- */

static bool strippable(text one, text chars, bool spaces)
{
    uint32_t cp;
    jinja_cp(one, &cp);
    return spaces ? jinja_is_space(cp) : text_find(chars, one) != SIZE_MAX;
}

size_t jinja_last_cp(text t)
{
    for (size_t n = 1; n <= 4 && n <= t.n; n++)
        if (utf8_decode((text){t.p + t.n - n, n}, &(uint32_t){0}) == n)
            return n;
    return 1;
}

jv jv_strip(jinja_run *r, jv string, jv chars, int sides)
{
    bool spaces = !jv_is_string(chars);
    text set = spaces ? TEXT("") : jv_view(chars), t = jv_view(string);
    size_t from = 0, n;
    while ((sides & 1) && from < t.n && jinja_charge(r, 1 + set.n / 64)) {
        n = jinja_cp((text){t.p + from, t.n - from}, NULL);
        if (!strippable((text){t.p + from, n}, set, spaces))
            break;
        from += n;
    }
    while ((sides & 2) && t.n > from && jinja_charge(r, 1 + set.n / 64)) {
        n = jinja_last_cp((text){t.p + from, t.n - from});
        if (!strippable((text){t.p + t.n - n, n}, set, spaces))
            break;
        t.n -= n;
    }
    return jv_cut(string, from, t.n - from);
}

/* ---- replace ---- */

/* An empty pattern matches before every character and at the end. */
static jv replace_empty(jinja_run *r, jv string, jv to, int64_t max)
{
    size_t start = jinja_capture(r), at = 0;
    for (int64_t done = 0; jinja_step(r); done++) {
        if (max < 0 || done < max)
            jinja_write(r, to);
        if (at == string.s.n)
            break;
        size_t n = jinja_cp((text){string.s.p + at, string.s.n - at}, NULL);
        jinja_write(r, jv_cut(string, at, n));
        at += n;
    }
    return jinja_captured(r, start);
}

jv jv_replace(jinja_run *r, jv string, jv from, jv to, int64_t max)
{
    if (from.s.n == 0)
        return replace_empty(r, string, to, max);
    text t = jv_view(string), needle = jv_view(from);
    if (!jinja_charge(r, t.n / 64) || text_find(t, needle) == SIZE_MAX)
        return string;
    size_t start = jinja_capture(r), at = 0;
    for (int64_t done = 0; (max < 0 || done < max) && jinja_step(r); done++) {
        size_t hit = text_find((text){t.p + at, t.n - at}, needle);
        if (hit == SIZE_MAX)
            break;
        jinja_write(r, jv_cut(string, at, hit));
        jinja_write(r, to);
        at += hit + needle.n;
    }
    jinja_write(r, jv_cut(string, at, t.n - at));
    return jinja_captured(r, start);
}

/* ---- lines ---- */

/* Length of the line end at t, 0 when there is none. */
static size_t line_end(text t)
{
    uint32_t cp;
    size_t n = jinja_cp(t, &cp);
    if (cp == '\r' && t.n > 1 && t.p[1] == '\n')
        return 2;
    bool end = (cp >= 10 && cp <= 13) || (cp >= 28 && cp <= 30) || cp == 0x85 || cp == 0x2028 ||
               cp == 0x2029;
    return end ? n : 0;
}

jv jv_lines(jinja_run *r, jv string, bool keep_ends)
{
    jv list = jv_list_new(r, JV_LIST);
    size_t from = 0, at = 0;
    while (at < string.s.n && jinja_step(r)) {
        text rest = {string.s.p + at, string.s.n - at};
        size_t end = line_end(rest);
        if (end == 0) {
            at += jinja_cp(rest, NULL);
            continue;
        }
        jv_push(r, list, jv_cut(string, from, at - from + (keep_ends ? end : 0)));
        at += end;
        from = at;
    }
    if (from < string.s.n)
        jv_push(r, list, jv_cut(string, from, string.s.n - from));
    return list;
}

/* ---- case ---- */

static bool is_cased(uint32_t cp)
{
    utf8proc_int32_t c = (utf8proc_int32_t)cp;
    return utf8proc_toupper(c) != c || utf8proc_tolower(c) != c;
}

jv jv_recase(jinja_run *r, jv string, jinja_case how)
{
    size_t start = jinja_capture(r);
    bool first = true; /* the next letter opens a word (title) or the text (capitalize) */
    for (size_t at = 0, n; at < string.s.n && jinja_step(r); at += n) {
        uint32_t cp;
        n = jinja_cp((text){string.s.p + at, string.s.n - at}, &cp);
        bool up = how == CASE_UPPER || (first && how >= CASE_CAPITALIZE);
        utf8proc_int32_t mapped = up ? utf8proc_toupper((utf8proc_int32_t)cp)
                                     : utf8proc_tolower((utf8proc_int32_t)cp);
        first = how == CASE_TITLE && !is_cased(cp);
        char bytes[4];
        jv one = jv_cut(string, at, n);
        bool untrusted = one.s.marks != NULL ? one.s.marks[0] != 0 : one.untrusted;
        jinja_write_bytes(r, (text){bytes, utf8_encode(bytes, (uint32_t)mapped)}, untrusted);
    }
    return jinja_captured(r, start);
}
