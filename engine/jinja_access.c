/* jinja_access.c - attributes, subscripts, slices, and what a loop walks over.
 *
 * Jinja reads x.name as the attribute and then the item, x["name"] the other way round; here the
 * only attributes are the methods of the tables and the fields of the loop object. Names with two
 * underscores in front, Python's way to its internals, are refused. */
#include "engine/jinja_exec.h"
#include "engine/jinja_value.h"

jv jv_items(jinja_run *r, jv v)
{
    jv list = jv_list_new(r, JV_LIST);
    switch (v.kind) {
    case JV_UNDEFINED:
        break;
    case JV_LIST:
    case JV_TUPLE:
        return v;
    case JV_DICT:
        for (size_t i = 0; i < v.dict->n && jinja_step(r); i++)
            jv_push(r, list, v.dict->entries[i].key);
        break;
    case JV_STRING:
        for (size_t at = 0, n; at < v.s.n && jinja_step(r); at += n) {
            n = jinja_cp((text){v.s.p + at, v.s.n - at}, NULL);
            jv_push(r, list, jv_cut(v, at, n));
        }
        break;
    default:
        jinja_fail(r, SHEAF_ERR_FORMAT, "a value of type %s is not iterable", jv_type_name(v));
    }
    return list;
}

static const struct jinja_builtin *find_method(jv v, text name)
{
    switch (v.kind) {
    case JV_STRING:
        return jinja_find(jinja_str_methods, name);
    case JV_LIST:
    case JV_TUPLE:
        return jinja_find(jinja_list_methods, name);
    case JV_DICT:
        return jinja_find(jinja_dict_methods, name);
    default:
        return NULL;
    }
}

/* The attribute proper; false when there is none. */
static bool own_attribute(jinja_run *r, jv v, text name, jv *out)
{
    if (v.kind == JV_LOOP)
        return jinja_loop_attribute(r, v, name, out);
    if (v.kind == JV_NAMESPACE) {
        const jv *slot = jv_get_text(r, v.dict, name);
        if (slot != NULL)
            *out = *slot;
        return slot != NULL;
    }
    if (v.kind == JV_MACRO && text_equal(name, TEXT("name"))) {
        *out = jv_text(jinja_macro_name(v.macro), false);
        return true;
    }
    const struct jinja_builtin *fn = find_method(v, name);
    if (fn != NULL)
        *out = jv_method(r, v, fn);
    return fn != NULL;
}

/* Item of a sequence, counted from the end when negative. */
static bool item_at(jinja_run *r, jv v, int64_t at, jv *out)
{
    int64_t n = (int64_t)jv_length(r, v);
    if (at < 0)
        at += n;
    if (at < 0 || at >= n)
        return false;
    *out = jv_is_string(v) ? jv_slice(r, v, jv_int(at), jv_int(at + 1), jv_none())
                           : v.list->items[at];
    return true;
}

static bool own_item(jinja_run *r, jv v, jv key, jv *out)
{
    if (v.kind == JV_DICT) {
        const jv *slot = jv_get(r, v.dict, key);
        if (slot != NULL)
            *out = *slot;
        return slot != NULL;
    }
    bool indexable = jv_is_listlike(v) || jv_is_string(v);
    if (!indexable || (key.kind != JV_INT && key.kind != JV_BOOL))
        return false;
    return item_at(r, v, key.kind == JV_BOOL ? key.b : key.i, out);
}

/* Undefined values have no attributes: that is an error, and names the value. */
static bool refuse_access(jinja_run *r, jv v, text what)
{
    if (v.kind == JV_UNDEFINED) {
        jinja_fail(r, SHEAF_ERR_FORMAT, "'%.*s' is undefined (asked for its '%.*s')",
                   (int)(v.name.n < 60 ? v.name.n : 60), v.name.n > 0 ? v.name.p : "",
                   (int)(what.n < 60 ? what.n : 60), what.n > 0 ? what.p : "");
        return true;
    }
    if (text_starts(what, TEXT("__"))) {
        jinja_fail(r, SHEAF_ERR_UNSUPPORTED, "attribute '%.*s' is not for templates",
                   (int)(what.n < 60 ? what.n : 60), what.p);
        return true;
    }
    return false;
}

jv jv_attribute(jinja_run *r, jv v, text name)
{
    jv out;
    if (refuse_access(r, v, name))
        return JV_NOTHING;
    if (own_attribute(r, v, name, &out) || own_item(r, v, jv_text(name, false), &out))
        return out;
    return jv_undefined(name);
}

jv jv_subscript(jinja_run *r, jv v, jv key)
{
    jv out;
    text name = jv_is_string(key) ? jv_view(key) : TEXT("item");
    if (refuse_access(r, v, name))
        return JV_NOTHING;
    if (own_item(r, v, key, &out) || (jv_is_string(key) && own_attribute(r, v, name, &out)))
        return out;
    return jv_undefined(name);
}

jv jv_path(jinja_run *r, jv v, jv path)
{
    if (!jv_is_string(path))
        return jv_subscript(r, v, path);
    text rest = jv_view(path);
    while (jinja_step(r)) {
        size_t dot = text_find(rest, TEXT("."));
        text part = text_slice(rest, 0, dot == SIZE_MAX ? rest.n : dot);
        int64_t index;
        v = text_to_i64(part, &index) ? jv_subscript(r, v, jv_int(index))
                                      : jv_subscript(r, v, jv_text(part, false));
        if (dot == SIZE_MAX)
            return v;
        rest = text_slice(rest, dot + 1, rest.n - dot - 1);
    }
    return JV_NOTHING;
}

/* ---- slices ---- */

struct range {
    int64_t start, stop, step;
};

/* A bound brought into 0..n (-1..n-1 when walking backwards). */
static int64_t clamp_bound(jinja_run *r, jv bound, int64_t open, int64_t n, bool backwards)
{
    if (bound.kind == JV_NONE || bound.kind == JV_UNDEFINED)
        return open;
    if (bound.kind != JV_INT && bound.kind != JV_BOOL) {
        jinja_fail(r, SHEAF_ERR_FORMAT, "a slice bound is %s; an int is wanted",
                   jv_type_name(bound));
        return 0;
    }
    int64_t at = bound.kind == JV_BOOL ? bound.b : bound.i;
    int64_t low = backwards ? -1 : 0, high = backwards ? n - 1 : n;
    if (at < 0)
        at += n;
    return at < low ? low : at > high ? high : at;
}

static struct range slice_range(jinja_run *r, int64_t n, jv start, jv stop, jv step)
{
    int64_t by = step.kind == JV_INT ? step.i : 1;
    if (by == 0 || by == INT64_MIN) {
        jinja_fail(r, SHEAF_ERR_FORMAT, "slice step %lld cannot be used", (long long)by);
        by = 1;
    }
    if (by > n + 1 || by < -n - 1) /* one item at most: keeps start + step in range */
        by = by > 0 ? n + 1 : -n - 1;
    return (struct range){clamp_bound(r, start, by > 0 ? 0 : n - 1, n, by < 0),
                          clamp_bound(r, stop, by > 0 ? n : -1, n, by < 0), by};
}

static bool in_range(struct range g, int64_t at)
{
    return g.step > 0 ? at < g.stop : at > g.stop;
}

/* A run of characters without a step: nothing is copied. */
static jv cut_chars(jinja_run *r, jv v, int64_t from, int64_t to)
{
    size_t at = 0, start = 0;
    int64_t index = 0;
    for (; index < to && at < v.s.n; index++) {
        if (index == from)
            start = at;
        at += jinja_cp((text){v.s.p + at, v.s.n - at}, NULL);
    }
    if (from >= to || !jinja_charge(r, at / 64))
        return jv_text(TEXT(""), false);
    return jv_cut(v, start, at - start);
}

jv jv_slice(jinja_run *r, jv v, jv start, jv stop, jv step)
{
    if (!jv_is_string(v) && !jv_is_listlike(v))
        return v.kind == JV_UNDEFINED ? (refuse_access(r, v, TEXT("slice")), v)
                                      : jv_undefined(TEXT("slice"));
    struct range g = slice_range(r, (int64_t)jv_length(r, v), start, stop, step);
    if (jv_is_string(v) && g.step == 1)
        return cut_chars(r, v, g.start, g.stop);
    jv from = jv_items(r, v), list = jv_list_new(r, v.kind == JV_TUPLE ? JV_TUPLE : JV_LIST);
    for (int64_t at = g.start; in_range(g, at) && jinja_step(r); at += g.step)
        jv_push(r, list, from.list->items[at]);
    if (!jv_is_string(v))
        return list;
    size_t mark = jinja_capture(r);
    for (size_t i = 0; i < list.list->n; i++)
        jinja_write(r, list.list->items[i]);
    return jinja_captured(r, mark);
}
