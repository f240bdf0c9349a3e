/* jinja_printf.c - "%s and %d" % args and "{} and {name}".format(args): the plain forms. */
#include <stdio.h>

#include "engine/jinja_value.h"

/* ---- % ---- */

struct spec {
    char flags[6];
    int width, precision;
    char type;
};

/* Reads the specification behind a '%' at t[*at]; false when it is cut short. */
static bool read_spec(text t, size_t *at, struct spec *s)
{
    size_t n_flags = 0;
    *s = (struct spec){.precision = -1};
    for (; *at < t.n && n_flags < 4; (*at)++) {
        char c = t.p[*at];
        if (c != '-' && c != '+' && c != ' ' && c != '0' && c != '#')
            break;
        s->flags[n_flags++] = c;
    }
    for (; *at < t.n && t.p[*at] >= '0' && t.p[*at] <= '9' && s->width < 100; (*at)++)
        s->width = s->width * 10 + (t.p[*at] - '0');
    if (*at < t.n && t.p[*at] == '.')
        for (s->precision = 0, (*at)++;
             *at < t.n && t.p[*at] >= '0' && t.p[*at] <= '9' && s->precision < 100; (*at)++)
            s->precision = s->precision * 10 + (t.p[*at] - '0');
    s->type = *at < t.n ? t.p[(*at)++] : '\0';
    return s->type != '\0';
}

static void write_number(jinja_run *r, const struct spec *s, jv v)
{
    char format[40], out[400];
    bool whole = s->type == 'd' || s->type == 'i' || s->type == 'x' || s->type == 'X';
    if (!jv_is_number(v)) {
        jinja_fail(r, SHEAF_ERR_FORMAT, "%%%c wants a number, not %s", s->type, jv_type_name(v));
        return;
    }
    if (whole && v.kind == JV_FLOAT && !(v.f > -9e18 && v.f < 9e18)) {
        jinja_fail(r, SHEAF_ERR_LIMIT, "a number leaves the range of 64 bits");
        return;
    }
    snprintf(format, sizeof format, "%%%s*.*%s%c", s->flags, whole ? "ll" : "", s->type);
    int64_t i = v.kind == JV_FLOAT ? (int64_t)v.f : v.kind == JV_BOOL ? v.b : v.i;
    int n = whole ? snprintf(out, sizeof out, format, s->width, s->precision, (long long)i)
                  : snprintf(out, sizeof out, format, s->width, s->precision, jv_to_f64(v));
    if (n < 0 || (size_t)n >= sizeof out)
        jinja_fail(r, SHEAF_ERR_LIMIT, "a formatted number is longer than %zu", sizeof out);
    else
        jinja_write_bytes(r, (text){out, (size_t)n}, false);
}

static void write_padded(jinja_run *r, const struct spec *s, jv v)
{
    size_t start = jinja_capture(r);
    if (s->type == 'r')
        jinja_write_repr(r, v);
    else
        jinja_write_str(r, v);
    v = jinja_captured(r, start);
    if (s->precision >= 0)
        v = jv_slice(r, v, jv_none(), jv_int(s->precision), jv_none());
    if (!jinja_step(r))
        return;
    int pad = s->width - (int)jinja_cp_count(r, jv_view(v));
    bool left = s->flags[0] == '-';
    for (int i = 0; i < pad && !left; i++)
        jinja_write_bytes(r, TEXT(" "), false);
    jinja_write(r, v);
    for (int i = 0; i < pad && left; i++)
        jinja_write_bytes(r, TEXT(" "), false);
}

static void write_spec(jinja_run *r, const struct spec *s, jv v)
{
    switch (s->type) {
    case 's':
    case 'r':
        write_padded(r, s, v);
        break;
    case 'd':
    case 'i':
    case 'x':
    case 'X':
    case 'f':
    case 'e':
    case 'g':
        write_number(r, s, v);
        break;
    default:
        jinja_fail(r, SHEAF_ERR_UNSUPPORTED, "the format %%%c", s->type);
    }
}

/* The next argument: of a tuple in order, else the one value there is. */
static jv next_arg(jinja_run *r, jv args, size_t *used)
{
    size_t n = args.kind == JV_TUPLE ? args.list->n : 1, at = (*used)++;
    if (at >= n)
        return jinja_fail(r, SHEAF_ERR_FORMAT, "not enough arguments for the format");
    return args.kind == JV_TUPLE ? args.list->items[at] : args;
}

jv jv_printf(jinja_run *r, jv format, jv args)
{
    size_t start = jinja_capture(r), at = 0, used = 0;
    text t = jv_view(format);
    while (at < t.n && jinja_step(r)) {
        size_t hit = text_find((text){t.p + at, t.n - at}, TEXT("%"));
        size_t plain = hit == SIZE_MAX ? t.n - at : hit;
        struct spec s;
        jinja_write(r, jv_cut(format, at, plain));
        at += plain + 1;
        if (at > t.n)
            break;
        if (!read_spec(t, &at, &s))
            return jinja_fail(r, SHEAF_ERR_FORMAT, "a format is cut short");
        if (s.type == '%')
            jinja_write_bytes(r, TEXT("%"), false);
        else
            write_spec(r, &s, next_arg(r, args, &used));
    }
    if (args.kind == JV_TUPLE && used < args.list->n)
        return jinja_fail(r, SHEAF_ERR_FORMAT, "not all arguments are used by the format");
    return jinja_captured(r, start);
}

/* ---- {} ---- */

/* The argument a field names: "" the next one, a number, or a name. */
static jv field_arg(jinja_run *r, const struct jv_args *a, text field, size_t *used)
{
    int64_t index = 0;
    if (field.n == 0)
        index = (int64_t)(*used)++;
    else if (!text_to_i64(field, &index)) {
        const jv *named = a->kw != NULL ? jv_get_text(r, a->kw, field) : NULL;
        if (named != NULL)
            return *named;
        return jinja_fail(r, SHEAF_ERR_UNSUPPORTED, "format(): the field '%.*s'",
                          (int)(field.n < 40 ? field.n : 40), field.p);
    }
    if (index < 0 || (uint64_t)index >= a->n)
        return jinja_fail(r, SHEAF_ERR_FORMAT, "format(): not enough arguments");
    return a->pos[index];
}

jv jv_format(jinja_run *r, jv format, const struct jv_args *a)
{
    size_t start = jinja_capture(r), plain = 0, used = 0;
    text t = jv_view(format);
    for (size_t at = 0; at < t.n && jinja_step(r); at++) {
        if (t.p[at] != '{' && t.p[at] != '}')
            continue;
        bool twice = at + 1 < t.n && t.p[at + 1] == t.p[at];
        jinja_write(r, jv_cut(format, plain, at - plain + twice));
        plain = at + 2;
        if (!twice) {
            text rest = text_slice(t, at + 1, t.n - at - 1);
            size_t end = text_find(rest, TEXT("}"));
            if (t.p[at] == '}' || end == SIZE_MAX)
                return jinja_fail(r, SHEAF_ERR_FORMAT, "format(): a brace stands alone");
            jinja_write_str(r, field_arg(r, a, text_slice(rest, 0, end), &used));
            plain = at + end + 2;
        }
        at = plain - 1;
    }
    if (plain < t.n)
        jinja_write(r, jv_cut(format, plain, t.n - plain));
    return jinja_captured(r, start);
}
