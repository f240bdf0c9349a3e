/* jinja_str_methods.c - the methods of strings. */
#include <string.h>

#include "engine/jinja_value.h"

static jv chars_arg(jinja_run *r, const struct jv_args *a)
{
    jv chars = jv_arg(r, a, 0, "chars", jv_none());
    return chars.kind == JV_NONE ? chars : jv_arg_string(r, a, 0, "chars");
}

static jv str_strip(jinja_run *r, jv self, const struct jv_args *a)
{
    return jv_strip(r, self, chars_arg(r, a), 3);
}

static jv str_lstrip(jinja_run *r, jv self, const struct jv_args *a)
{
    return jv_strip(r, self, chars_arg(r, a), 1);
}

static jv str_rstrip(jinja_run *r, jv self, const struct jv_args *a)
{
    return jv_strip(r, self, chars_arg(r, a), 2);
}

static jv str_upper(jinja_run *r, jv self, const struct jv_args *a)
{
    (void)a;
    return jv_recase(r, self, CASE_UPPER);
}

static jv str_lower(jinja_run *r, jv self, const struct jv_args *a)
{
    (void)a;
    return jv_recase(r, self, CASE_LOWER);
}

static jv str_title(jinja_run *r, jv self, const struct jv_args *a)
{
    (void)a;
    return jv_recase(r, self, CASE_TITLE);
}

static jv str_capitalize(jinja_run *r, jv self, const struct jv_args *a)
{
    (void)a;
    return jv_recase(r, self, CASE_CAPITALIZE);
}

static jv str_replace(jinja_run *r, jv self, const struct jv_args *a)
{
    jv from = jv_arg_string(r, a, 0, "old"), to = jv_arg_string(r, a, 1, "new");
    return jv_replace(r, self, from, to, jv_arg_int(r, a, 2, "count", -1));
}

static jv str_splitlines(jinja_run *r, jv self, const struct jv_args *a)
{
    return jv_lines(r, self, jv_arg_bool(r, a, 0, "keepends", false));
}

/* Offset of the first or last occurrence, or SIZE_MAX. Backwards the search compares at every
 * place, and is charged for it. */
static size_t search(jinja_run *r, text t, text part, bool last)
{
    size_t work = last ? (t.n / 64 + 1) * (part.n / 16 + 1) : t.n / 64;
    if (!jinja_charge(r, work))
        return SIZE_MAX;
    return last ? text_rfind(t, part) : text_find(t, part);
}

/* ---- split ---- */

static size_t skip_words(text t, size_t at, bool spaces)
{
    while (at < t.n) {
        uint32_t cp;
        size_t n = jinja_cp((text){t.p + at, t.n - at}, &cp);
        if (jinja_is_space(cp) != spaces)
            break;
        at += n;
    }
    return at;
}

/* At runs of white space; after `max` cuts the rest stays as it is. */
static jv split_spaces(jinja_run *r, jv self, int64_t max)
{
    jv list = jv_list_new(r, JV_LIST);
    text t = jv_view(self);
    size_t at = jinja_charge(r, t.n / 64) ? skip_words(t, 0, true) : t.n;
    for (; at < t.n && max != 0 && jinja_step(r); max--) {
        size_t end = skip_words(t, at, false);
        jv_push(r, list, jv_cut(self, at, end - at));
        at = skip_words(t, end, true);
    }
    if (at < t.n)
        jv_push(r, list, jv_cut(self, at, t.n - at));
    return list;
}

static jv split_at(jinja_run *r, jv self, text separator, int64_t max)
{
    jv list = jv_list_new(r, JV_LIST);
    size_t at = 0;
    jinja_charge(r, self.s.n / 64);
    for (; max != 0 && jinja_step(r); max--) {
        size_t hit = text_find((text){self.s.p + at, self.s.n - at}, separator);
        if (hit == SIZE_MAX)
            break;
        jv_push(r, list, jv_cut(self, at, hit));
        at += hit + separator.n;
    }
    jv_push(r, list, jv_cut(self, at, self.s.n - at));
    return list;
}

static void reverse(jv_list *l)
{
    for (size_t i = 0, j = l->n; i + 1 < j; i++) {
        jv swap = l->items[i];
        l->items[i] = l->items[--j];
        l->items[j] = swap;
    }
}

static jv rsplit_at(jinja_run *r, jv self, text separator, int64_t max)
{
    jv list = jv_list_new(r, JV_LIST);
    size_t end = self.s.n;
    for (; max != 0 && jinja_step(r); max--) {
        size_t hit = search(r, (text){self.s.p, end}, separator, true);
        if (hit == SIZE_MAX)
            break;
        jv_push(r, list, jv_cut(self, hit + separator.n, end - hit - separator.n));
        end = hit;
    }
    jv_push(r, list, jv_cut(self, 0, end));
    if (jinja_step(r))
        reverse(list.list);
    return list;
}

static jv split_by(jinja_run *r, jv self, const struct jv_args *a, bool from_right)
{
    int64_t max = jv_arg_int(r, a, 1, "maxsplit", -1);
    jv separator = jv_arg(r, a, 0, "sep", jv_none());
    if (separator.kind == JV_NONE && from_right && max >= 0)
        return jinja_fail(r, SHEAF_ERR_UNSUPPORTED, "rsplit at white space with a limit");
    if (separator.kind == JV_NONE)
        return split_spaces(r, self, max);
    separator = jv_arg_string(r, a, 0, "sep");
    if (separator.s.n == 0)
        return jinja_fail(r, SHEAF_ERR_FORMAT, "empty separator");
    return from_right && max >= 0 ? rsplit_at(r, self, jv_view(separator), max)
                                  : split_at(r, self, jv_view(separator), max);
}

static jv str_split(jinja_run *r, jv self, const struct jv_args *a)
{
    return split_by(r, self, a, false);
}

static jv str_rsplit(jinja_run *r, jv self, const struct jv_args *a)
{
    return split_by(r, self, a, true);
}

/* (before, separator, after); `hit` SIZE_MAX leaves the whole on the given side. */
static jv partition_at(jinja_run *r, jv self, const struct jv_args *a, bool last)
{
    jv separator = jv_arg_string(r, a, 0, "sep"), empty = jv_text(TEXT(""), false);
    size_t hit = search(r, jv_view(self), jv_view(separator), last);
    jv parts = jv_list_new(r, JV_TUPLE);
    if (hit == SIZE_MAX) {
        jv_push(r, parts, last ? empty : self);
        jv_push(r, parts, empty);
        jv_push(r, parts, last ? self : empty);
        return parts;
    }
    size_t after = hit + separator.s.n;
    jv_push(r, parts, jv_cut(self, 0, hit));
    jv_push(r, parts, jv_cut(self, hit, separator.s.n));
    jv_push(r, parts, jv_cut(self, after, self.s.n - after));
    return parts;
}

static jv str_partition(jinja_run *r, jv self, const struct jv_args *a)
{
    return partition_at(r, self, a, false);
}

static jv str_rpartition(jinja_run *r, jv self, const struct jv_args *a)
{
    return partition_at(r, self, a, true);
}

/* ---- searching ---- */

typedef bool match_fn(text t, text part);

/* The argument may be a tuple: any of its strings will do. */
static jv any_match(jinja_run *r, jv self, const struct jv_args *a, match_fn *match)
{
    jv part = jv_arg(r, a, 0, "prefix", JV_NOTHING);
    if (part.kind != JV_TUPLE)
        return jv_bool(match(jv_view(self), jv_view(jv_arg_string(r, a, 0, "prefix"))));
    for (size_t i = 0; i < part.list->n && jinja_step(r); i++) {
        jv one = part.list->items[i];
        if (jv_is_string(one) && match(jv_view(self), jv_view(one)))
            return jv_bool(true);
    }
    return jv_bool(false);
}

static jv str_startswith(jinja_run *r, jv self, const struct jv_args *a)
{
    return any_match(r, self, a, text_starts);
}

static jv str_endswith(jinja_run *r, jv self, const struct jv_args *a)
{
    return any_match(r, self, a, text_ends);
}

/* Index of the match in code points, -1 when there is none. */
static int64_t find_index(jinja_run *r, jv self, const struct jv_args *a, bool last)
{
    text part = jv_view(jv_arg_string(r, a, 0, "sub"));
    if (a->n > 1)
        jinja_fail(r, SHEAF_ERR_UNSUPPORTED, "find() with a start");
    size_t hit = search(r, jv_view(self), part, last);
    return hit == SIZE_MAX ? -1 : (int64_t)jinja_cp_count(r, (text){self.s.p, hit});
}

static jv str_find(jinja_run *r, jv self, const struct jv_args *a)
{
    return jv_int(find_index(r, self, a, false));
}

static jv str_rfind(jinja_run *r, jv self, const struct jv_args *a)
{
    return jv_int(find_index(r, self, a, true));
}

static jv str_index(jinja_run *r, jv self, const struct jv_args *a)
{
    int64_t at = find_index(r, self, a, false);
    return at >= 0 ? jv_int(at) : jinja_fail(r, SHEAF_ERR_FORMAT, "index(): substring not found");
}

static jv str_count(jinja_run *r, jv self, const struct jv_args *a)
{
    text part = jv_view(jv_arg_string(r, a, 0, "sub"));
    if (part.n == 0)
        return jv_int((int64_t)jinja_cp_count(r, jv_view(self)) + 1);
    jv pieces = split_at(r, self, part, -1);
    return jinja_step(r) ? jv_int((int64_t)pieces.list->n - 1) : JV_NOTHING;
}

static jv str_removeprefix(jinja_run *r, jv self, const struct jv_args *a)
{
    text part = jv_view(jv_arg_string(r, a, 0, "prefix"));
    return text_starts(jv_view(self), part) ? jv_cut(self, part.n, self.s.n - part.n) : self;
}

static jv str_removesuffix(jinja_run *r, jv self, const struct jv_args *a)
{
    text part = jv_view(jv_arg_string(r, a, 0, "suffix"));
    return text_ends(jv_view(self), part) ? jv_cut(self, 0, self.s.n - part.n) : self;
}

static bool all_of(jv self, bool (*is)(unsigned char c))
{
    for (size_t i = 0; i < self.s.n; i++)
        if (!is((unsigned char)self.s.p[i]))
            return false;
    return self.s.n > 0;
}

static bool byte_is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static bool byte_is_alpha(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

static jv str_isdigit(jinja_run *r, jv self, const struct jv_args *a)
{
    (void)a;
    return jv_bool(jinja_charge(r, self.s.n / 64) && all_of(self, byte_is_digit));
}

static jv str_isalpha(jinja_run *r, jv self, const struct jv_args *a)
{
    (void)a;
    return jv_bool(jinja_charge(r, self.s.n / 64) && all_of(self, byte_is_alpha));
}

static jv str_isspace(jinja_run *r, jv self, const struct jv_args *a)
{
    (void)a;
    return jv_bool(self.s.n > 0 && jv_strip(r, self, jv_none(), 1).s.n == 0);
}

static jv str_join(jinja_run *r, jv self, const struct jv_args *a)
{
    jv items = jv_items(r, jv_arg(r, a, 0, "iterable", JV_NOTHING));
    size_t start = jinja_capture(r);
    for (size_t i = 0; jinja_step(r) && i < items.list->n; i++) {
        if (!jv_is_string(items.list->items[i]))
            return jinja_fail(r, SHEAF_ERR_FORMAT, "join() wants strings; item %zu is %s", i,
                              jv_type_name(items.list->items[i]));
        if (i > 0)
            jinja_write(r, self);
        jinja_write(r, items.list->items[i]);
    }
    return jinja_captured(r, start);
}

static jv str_format(jinja_run *r, jv self, const struct jv_args *a)
{
    return jv_format(r, self, a);
}

const struct jinja_builtin jinja_str_methods[] = {
    {"strip", str_strip},
    {"lstrip", str_lstrip},
    {"rstrip", str_rstrip},
    {"split", str_split},
    {"rsplit", str_rsplit},
    {"splitlines", str_splitlines},
    {"partition", str_partition},
    {"rpartition", str_rpartition},
    {"replace", str_replace},
    {"startswith", str_startswith},
    {"endswith", str_endswith},
    {"removeprefix", str_removeprefix},
    {"removesuffix", str_removesuffix},
    {"upper", str_upper},
    {"lower", str_lower},
    {"title", str_title},
    {"capitalize", str_capitalize},
    {"find", str_find},
    {"rfind", str_rfind},
    {"index", str_index},
    {"count", str_count},
    {"isdigit", str_isdigit},
    {"isalpha", str_isalpha},
    {"isspace", str_isspace},
    {"join", str_join},
    {"format", str_format},
    {NULL, NULL},
};
