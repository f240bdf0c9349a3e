/* jinja_format.c - values as text, the way Python's str() and repr() write them. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "engine/jinja_exec.h"
#include "engine/jinja_value.h"

/* The shortest digits that read back as the same number. */
static void shortest(char out[40], double f)
{
    for (int digits = 1; digits <= 17; digits++) {
        double back;
        snprintf(out, 40, "%.*e", digits - 1, f);
        if (text_to_f64(text_of(out), &back) && back == f)
            return;
    }
}

/* Python writes exponents only below 1e-4 and from 1e16 on. */
static void write_float(jinja_run *r, double f)
{
    if (isnan(f) || isinf(f)) {
        jinja_write_bytes(r, isnan(f) ? TEXT("nan") : f > 0 ? TEXT("inf") : TEXT("-inf"), false);
        return;
    }
    char sci[40];
    shortest(sci, f);
    char *e = strchr(sci, 'e');
    int exponent = 0;
    sscanf(e + 1, "%d", &exponent);
    int digits = (int)(e - sci) - (sci[0] == '-') - (strchr(sci, '.') != NULL);
    if (exponent < -4 || exponent >= 16) {
        *e = '\0';
        jinja_write_printf(r, "%se%c%02d", sci, exponent < 0 ? '-' : '+',
                           exponent < 0 ? -exponent : exponent);
        return;
    }
    int decimals = digits - 1 - exponent;
    jinja_write_printf(r, "%.*f", decimals > 1 ? decimals : 1, f);
}

/* The escape of one character in a repr, or "" when it stands for itself. */
static void repr_escape(char out[16], uint32_t cp, char quote)
{
    const char *named = cp == '\n' ? "\\n" : cp == '\r' ? "\\r" : cp == '\t' ? "\\t" : NULL;
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)cp);
    bool hidden = category == UTF8PROC_CATEGORY_CN || category >= UTF8PROC_CATEGORY_ZS;
    out[0] = '\0';
    if (named != NULL)
        snprintf(out, 16, "%s", named);
    else if (cp == '\\' || cp == (uint32_t)quote)
        snprintf(out, 16, "\\%c", (char)cp);
    else if (hidden && cp != ' ')
        snprintf(out, 16, cp < 0x100 ? "\\x%02x" : cp < 0x10000 ? "\\u%04x" : "\\U%08x", cp);
}

static void write_repr_string(jinja_run *r, jv v)
{
    bool single = memchr(v.s.p, '\'', v.s.n) != NULL, twice = memchr(v.s.p, '"', v.s.n) != NULL;
    char quote = single && !twice ? '"' : '\'';
    text mark = {&quote, 1};
    size_t plain = 0;
    jinja_write_bytes(r, mark, false);
    for (size_t at = 0, n; at < v.s.n && jinja_step(r); at += n) {
        uint32_t cp;
        char escape[16];
        n = jinja_cp((text){v.s.p + at, v.s.n - at}, &cp);
        repr_escape(escape, cp, quote);
        if (escape[0] == '\0')
            continue;
        jinja_write(r, jv_cut(v, plain, at - plain));
        jinja_write_bytes(r, text_of(escape), false);
        plain = at + n;
    }
    jinja_write(r, jv_cut(v, plain, v.s.n - plain));
    jinja_write_bytes(r, mark, false);
}

static void write_repr_list(jinja_run *r, jv v)
{
    bool tuple = v.kind == JV_TUPLE;
    jinja_write_bytes(r, tuple ? TEXT("(") : TEXT("["), false);
    for (size_t i = 0; i < v.list->n && jinja_step(r); i++) {
        if (i > 0)
            jinja_write_bytes(r, TEXT(", "), false);
        jinja_write_repr(r, v.list->items[i]);
    }
    if (tuple && v.list->n == 1)
        jinja_write_bytes(r, TEXT(","), false);
    jinja_write_bytes(r, tuple ? TEXT(")") : TEXT("]"), false);
}

static void write_repr_dict(jinja_run *r, const jv_dict *d)
{
    jinja_write_bytes(r, TEXT("{"), false);
    for (size_t i = 0; i < d->n && jinja_step(r); i++) {
        if (i > 0)
            jinja_write_bytes(r, TEXT(", "), false);
        jinja_write_repr(r, d->entries[i].key);
        jinja_write_bytes(r, TEXT(": "), false);
        jinja_write_repr(r, d->entries[i].value);
    }
    jinja_write_bytes(r, TEXT("}"), false);
}

static void write_simple(jinja_run *r, jv v)
{
    switch (v.kind) {
    case JV_NONE:
        jinja_write_bytes(r, TEXT("None"), false);
        break;
    case JV_BOOL:
        jinja_write_bytes(r, v.b ? TEXT("True") : TEXT("False"), false);
        break;
    case JV_INT:
        jinja_write_printf(r, "%lld", (long long)v.i);
        break;
    case JV_FLOAT:
        write_float(r, v.f);
        break;
    default:
        jinja_write_printf(r, "<%s>", jv_type_name(v));
    }
}

static void write_container(jinja_run *r, jv v)
{
    if (!jinja_enter(r))
        return;
    if (jv_is_listlike(v)) {
        write_repr_list(r, v);
    } else {
        if (v.kind == JV_NAMESPACE)
            jinja_write_bytes(r, TEXT("<Namespace "), false);
        write_repr_dict(r, v.dict);
        if (v.kind == JV_NAMESPACE)
            jinja_write_bytes(r, TEXT(">"), false);
    }
    jinja_leave(r);
}

void jinja_write_repr(jinja_run *r, jv v)
{
    if (jv_is_string(v))
        write_repr_string(r, v);
    else if (jv_is_listlike(v) || v.kind == JV_DICT || v.kind == JV_NAMESPACE)
        write_container(r, v);
    else if (v.kind == JV_UNDEFINED)
        jinja_write_bytes(r, TEXT("Undefined"), false);
    else
        write_simple(r, v);
}

void jinja_write_str(jinja_run *r, jv v)
{
    if (jv_is_string(v))
        jinja_write(r, v);
    else if (v.kind != JV_UNDEFINED)
        jinja_write_repr(r, v);
}

jv jv_str(jinja_run *r, jv v)
{
    if (jv_is_string(v))
        return v;
    size_t start = jinja_capture(r);
    jinja_write_str(r, v);
    return jinja_captured(r, start);
}
