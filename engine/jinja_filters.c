/* jinja_filters.c - filters on one value: text, numbers, JSON, defaults. */
#include <math.h>
#include <string.h>

#include "engine/jinja_value.h"

/* ---- text ---- */

static jv filter_trim(jinja_run *r, jv v, const struct jv_args *a)
{
    return jv_strip(r, jv_str(r, v), jv_arg(r, a, 0, "chars", jv_none()), 3);
}

static jv filter_upper(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)a;
    return jv_recase(r, jv_str(r, v), CASE_UPPER);
}

static jv filter_lower(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)a;
    return jv_recase(r, jv_str(r, v), CASE_LOWER);
}

static jv filter_capitalize(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)a;
    return jv_recase(r, jv_str(r, v), CASE_CAPITALIZE);
}

/* Unlike str.title(), words end only at white space and -([{<. */
static jv filter_title(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)a;
    v = jv_str(r, v);
    size_t start = jinja_capture(r), word = 0;
    for (size_t at = 0, n; at < v.s.n && jinja_step(r); at += n) {
        uint32_t cp;
        n = jinja_cp((text){v.s.p + at, v.s.n - at}, &cp);
        if (!jinja_is_space(cp) && (cp > 0x7f || cp == 0 || strchr("-([{<", (int)cp) == NULL))
            continue;
        jinja_write(r, jv_recase(r, jv_cut(v, word, at + n - word), CASE_CAPITALIZE));
        word = at + n;
    }
    jinja_write(r, jv_recase(r, jv_cut(v, word, v.s.n - word), CASE_CAPITALIZE));
    return jinja_captured(r, start);
}

static jv filter_replace(jinja_run *r, jv v, const struct jv_args *a)
{
    jv from = jv_str(r, jv_arg(r, a, 0, "old", JV_NOTHING));
    jv to = jv_str(r, jv_arg(r, a, 1, "new", JV_NOTHING));
    jv count = jv_arg(r, a, 2, "count", jv_none());
    return jv_replace(r, jv_str(r, v), from, to, count.kind == JV_INT ? count.i : -1);
}

static jv filter_string(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)a;
    return jv_str(r, v);
}

static jv filter_safe(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)r;
    (void)a;
    return v;
}

static text html_escape(char c)
{
    switch (c) {
    case '&':
        return TEXT("&amp;");
    case '<':
        return TEXT("&lt;");
    case '>':
        return TEXT("&gt;");
    case '\'':
        return TEXT("&#39;");
    case '"':
        return TEXT("&#34;");
    default:
        return TEXT("");
    }
}

static jv filter_escape(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)a;
    v = jv_str(r, v);
    size_t start = jinja_capture(r), plain = 0;
    for (size_t at = 0; at < v.s.n && jinja_step(r); at++) {
        text escape = html_escape(v.s.p[at]);
        if (escape.n == 0)
            continue;
        jinja_write(r, jv_cut(v, plain, at - plain));
        jinja_write_bytes(r, escape, false);
        plain = at + 1;
    }
    jinja_write(r, jv_cut(v, plain, v.s.n - plain));
    return jinja_captured(r, start);
}

/* The argument `width` is a number of spaces or the indentation itself. */
static jv indent_unit(jinja_run *r, const struct jv_args *a)
{
    jv width = jv_arg(r, a, 0, "width", jv_int(4));
    return jv_is_string(width)
               ? width
               : jv_binary(r, '*', jv_text(TEXT(" "), false),
                           jv_int(jv_arg_int(r, a, 0, "width", 4)));
}

static jv filter_indent(jinja_run *r, jv v, const struct jv_args *a)
{
    jv unit = indent_unit(r, a), lines = jv_lines(r, jv_str(r, v), false);
    bool first = jv_arg_bool(r, a, 1, "first", false), blank = jv_arg_bool(r, a, 2, "blank", false);
    jv whole = jv_str(r, v);
    bool open_end = whole.s.n > 0 && whole.s.p[whole.s.n - 1] == '\n';
    size_t start = jinja_capture(r);
    for (size_t i = 0; jinja_step(r) && i < lines.list->n; i++) {
        jv line = lines.list->items[i];
        if (i > 0)
            jinja_write_bytes(r, TEXT("\n"), false);
        if (i == 0 ? first : blank || line.s.n > 0)
            jinja_write(r, unit);
        jinja_write(r, line);
    }
    if (open_end)
        jinja_write_bytes(r, TEXT("\n"), false);
    if (open_end && blank)
        jinja_write(r, unit);
    return jinja_captured(r, start);
}

static jv filter_wordcount(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)a;
    int64_t words = 0;
    bool inside = false;
    v = jv_str(r, v);
    for (size_t at = 0, n; at < v.s.n && jinja_step(r); at += n) {
        uint32_t cp;
        n = jinja_cp((text){v.s.p + at, v.s.n - at}, &cp);
        bool word = cp > 0x7f ? !jinja_is_space(cp)
                              : cp == '_' || (cp >= '0' && cp <= '9') ||
                                    ((cp | 0x20) >= 'a' && (cp | 0x20) <= 'z');
        words += word && !inside;
        inside = word;
    }
    return jv_int(words);
}

static jv filter_format(jinja_run *r, jv v, const struct jv_args *a)
{
    jv args = jv_list_new(r, JV_TUPLE);
    for (size_t i = 0; i < a->n && jinja_step(r); i++)
        jv_push(r, args, a->pos[i]);
    return jv_printf(r, jv_str(r, v), args);
}

/* ---- numbers ---- */

static text number_text(jv v)
{
    text t = text_trim(jv_view(v));
    if (t.n > 1 && t.p[0] == '+' && t.p[1] != '-')
        t = text_slice(t, 1, t.n - 1);
    return t;
}

static jv filter_int(jinja_run *r, jv v, const struct jv_args *a)
{
    jv fallback = jv_arg(r, a, 0, "default", jv_int(0));
    int64_t i;
    double f = 0.0;
    if (v.kind == JV_INT || v.kind == JV_BOOL)
        return jv_int(v.kind == JV_INT ? v.i : v.b);
    if (jv_is_string(v)) {
        if (jv_arg_int(r, a, 1, "base", 10) != 10)
            return jinja_fail(r, SHEAF_ERR_UNSUPPORTED, "int() with a base");
        if (text_to_i64(number_text(v), &i))
            return jv_int(i);
        if (!text_to_f64(number_text(v), &f))
            return fallback;
    } else if (v.kind == JV_FLOAT) {
        f = v.f;
    } else {
        return fallback;
    }
    return f > -9.2e18 && f < 9.2e18 ? jv_int((int64_t)f) : fallback;
}

static jv filter_float(jinja_run *r, jv v, const struct jv_args *a)
{
    double f;
    if (jv_is_number(v))
        return jv_float(jv_to_f64(v));
    if (jv_is_string(v) && text_to_f64(number_text(v), &f))
        return jv_float(f);
    return jv_arg(r, a, 0, "default", jv_float(0.0));
}

static jv filter_abs(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)a;
    bool negative = v.kind == JV_FLOAT ? v.f < 0 : v.kind == JV_INT && v.i < 0;
    if (!jv_is_number(v))
        return jinja_fail(r, SHEAF_ERR_FORMAT, "abs does not take %s", jv_type_name(v));
    return negative ? jv_negate(r, v) : v;
}

/* Half to even, as Python rounds, integers staying integers; "ceil" and "floor" on request. */
static jv filter_round(jinja_run *r, jv v, const struct jv_args *a)
{
    int64_t precision = jv_arg_int(r, a, 0, "precision", 0);
    text method = jv_view(jv_str(r, jv_arg(r, a, 1, "method", jv_text(TEXT("common"), false))));
    if (!jv_is_number(v) || precision < 0 || precision > 15)
        return jinja_fail(r, SHEAF_ERR_FORMAT, "round wants a number and 0 to 15 digits");
    double scale = pow(10.0, (double)precision), x = jv_to_f64(v) * scale;
    if (text_equal(method, TEXT("ceil")))
        return jv_float(ceil(x) / scale);
    if (text_equal(method, TEXT("floor")))
        return jv_float(floor(x) / scale);
    return v.kind == JV_FLOAT ? jv_float(nearbyint(x) / scale) : v;
}

/* ---- the rest ---- */

static jv filter_default(jinja_run *r, jv v, const struct jv_args *a)
{
    bool replace = v.kind == JV_UNDEFINED ||
                   (jv_arg_bool(r, a, 1, "boolean", false) && !jv_truth(v));
    return replace ? jv_arg(r, a, 0, "default_value", jv_text(TEXT(""), false)) : v;
}

static jv filter_length(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)a;
    return jv_int((int64_t)jv_length(r, v));
}

static jv filter_attr(jinja_run *r, jv v, const struct jv_args *a)
{
    return jv_attribute(r, v, jv_view(jv_arg_string(r, a, 0, "name")));
}

/* separators=(",", ":"): both or neither. */
static bool read_separators(jinja_run *r, jv pair, struct jinja_json_style *style)
{
    if (pair.kind == JV_NONE)
        return true;
    if (!jv_is_listlike(pair) || pair.list->n != 2 || !jv_is_string(pair.list->items[0]) ||
        !jv_is_string(pair.list->items[1])) {
        jinja_fail(r, SHEAF_ERR_FORMAT, "tojson: separators are two strings");
        return false;
    }
    style->item_separator = pair.list->items[0];
    style->key_separator = pair.list->items[1];
    return true;
}

/* tojson(ensure_ascii=False, indent=None, separators=None, sort_keys=False), Hugging Face's. A
 * single positional number is the indentation, as jinja2 itself has it. */
static jv filter_tojson(jinja_run *r, jv v, const struct jv_args *a)
{
    struct jinja_json_style style = {.indent = -1, .key_separator = jv_text(TEXT(": "), false)};
    bool jinja_order = a->n > 0 && a->pos[0].kind == JV_INT;
    jv indent = jinja_order ? a->pos[0] : jv_arg(r, a, 1, "indent", jv_none());
    if (indent.kind == JV_INT)
        style.indent = (int)(indent.i < 0 ? 0 : indent.i > 32 ? 32 : indent.i);
    style.ascii = !jinja_order && jv_arg_bool(r, a, 0, "ensure_ascii", false);
    style.sort_keys = jv_arg_bool(r, a, 3, "sort_keys", false);
    style.item_separator = jv_text(style.indent < 0 ? TEXT(", ") : TEXT(","), false);
    if (!read_separators(r, jv_arg(r, a, 2, "separators", jv_none()), &style))
        return JV_NOTHING;
    size_t start = jinja_capture(r);
    jinja_write_json(r, v, &style);
    return jinja_captured(r, start);
}

const struct jinja_builtin jinja_filters[] = {
    {"trim", filter_trim},
    {"upper", filter_upper},
    {"lower", filter_lower},
    {"capitalize", filter_capitalize},
    {"title", filter_title},
    {"replace", filter_replace},
    {"string", filter_string},
    {"safe", filter_safe},
    {"escape", filter_escape},
    {"e", filter_escape},
    {"indent", filter_indent},
    {"wordcount", filter_wordcount},
    {"format", filter_format},
    {"int", filter_int},
    {"float", filter_float},
    {"abs", filter_abs},
    {"round", filter_round},
    {"default", filter_default},
    {"d", filter_default},
    {"length", filter_length},
    {"count", filter_length},
    {"attr", filter_attr},
    {"tojson", filter_tojson},
    {NULL, NULL},
};

const struct jinja_builtin *jinja_find_filter(jinja_run *r, text name)
{
    const struct jinja_builtin *f = jinja_find(jinja_filters, name);
    if (f == NULL)
        f = jinja_find(jinja_filters_seq, name);
    if (f == NULL)
        jinja_fail(r, SHEAF_ERR_UNSUPPORTED, "the filter '%.*s'",
                   (int)(name.n < 60 ? name.n : 60), name.p);
    return f;
}
