/* jinja_filters_seq.c - filters on sequences. What is a lazy iterator in Python is a list here. */
#include <string.h>

#include "engine/jinja_value.h"

static jv filter_list(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)a;
    jv items = jv_items(r, v), copy = jv_list_new(r, JV_LIST);
    for (size_t i = 0; jinja_step(r) && i < items.list->n; i++)
        jv_push(r, copy, items.list->items[i]);
    return copy;
}

static jv filter_first(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)a;
    jv items = jv_items(r, v);
    return jinja_step(r) && items.list->n > 0 ? items.list->items[0]
                                              : jv_undefined(TEXT("first item"));
}

static jv filter_last(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)a;
    jv items = jv_items(r, v);
    return jinja_step(r) && items.list->n > 0 ? items.list->items[items.list->n - 1]
                                              : jv_undefined(TEXT("last item"));
}

static jv filter_reverse(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)a;
    if (jv_is_string(v))
        return jv_slice(r, v, jv_none(), jv_none(), jv_int(-1));
    jv items = jv_items(r, v);
    return jinja_step(r) ? jv_slice(r, items, jv_none(), jv_none(), jv_int(-1)) : JV_NOTHING;
}

static jv filter_join(jinja_run *r, jv v, const struct jv_args *a)
{
    jv items = jv_items(r, v), path = jv_arg(r, a, 1, "attribute", jv_none());
    jv glue = jv_str(r, jv_arg(r, a, 0, "d", jv_text(TEXT(""), false)));
    size_t start = jinja_capture(r);
    for (size_t i = 0; jinja_step(r) && i < items.list->n; i++) {
        jv item = items.list->items[i];
        if (i > 0)
            jinja_write(r, glue);
        jinja_write_str(r, path.kind == JV_NONE ? item : jv_path(r, item, path));
    }
    return jinja_captured(r, start);
}

static jv filter_items(jinja_run *r, jv v, const struct jv_args *a)
{
    if (v.kind == JV_UNDEFINED)
        return jv_list_new(r, JV_LIST);
    if (v.kind != JV_DICT)
        return jinja_fail(r, SHEAF_ERR_FORMAT, "items wants a dict, not %s", jv_type_name(v));
    return jinja_find(jinja_dict_methods, TEXT("items"))->fn(r, v, a);
}

/* ---- order ---- */

/* What items are compared by: strings without regard to case unless asked for. */
static jv sort_key(jinja_run *r, jv item, jv path, bool case_sensitive)
{
    if (path.kind != JV_NONE)
        item = jv_path(r, item, path);
    return jv_is_string(item) && !case_sensitive ? jv_recase(r, item, CASE_LOWER) : item;
}

/* Merges the sorted halves [0, half) and [half, n) of entries (key, value). */
static void merge(jinja_run *r, struct jv_entry *e, struct jv_entry *tmp, size_t half, size_t n)
{
    memcpy(tmp, e, n * sizeof *e);
    size_t left = 0, right = half;
    for (size_t i = 0; i < n; i++) {
        bool take_right = left == half || (right < n && jinja_step(r) &&
                                           jv_compare(r, tmp[right].key, tmp[left].key) < 0);
        e[i] = take_right ? tmp[right++] : tmp[left++];
    }
}

/* Stable, n log n, recursion log2(n) deep. */
static void merge_sort(jinja_run *r, struct jv_entry *e, struct jv_entry *tmp, size_t n)
{
    if (n < 2 || !jinja_step(r))
        return;
    merge_sort(r, e, tmp, n / 2);
    merge_sort(r, e + n / 2, tmp, n - n / 2);
    merge(r, e, tmp, n / 2, n);
}

static void reverse_entries(struct jv_entry *e, size_t n)
{
    for (size_t i = 0; i + 1 < n - i; i++) {
        struct jv_entry swap = e[i];
        e[i] = e[n - 1 - i];
        e[n - 1 - i] = swap;
    }
}

/* The values of `keyed` in the order of their keys. Equal keys keep their order, also backwards. */
static jv sorted_values(jinja_run *r, const jv_dict *keyed, bool backwards)
{
    jv list = jv_list_new(r, JV_LIST);
    struct jv_entry *tmp = jinja_take(r, keyed->n + 1, sizeof *tmp);
    if (tmp == NULL)
        return list;
    if (backwards)
        reverse_entries(keyed->entries, keyed->n);
    merge_sort(r, keyed->entries, tmp, keyed->n);
    if (backwards)
        reverse_entries(keyed->entries, keyed->n);
    for (size_t i = 0; i < keyed->n && jinja_step(r); i++)
        jv_push(r, list, keyed->entries[i].value);
    return list;
}

/* The items of a list as entries (key, item), `d` a fresh dict; keys may repeat here. */
static void add_keyed(jinja_run *r, jv_dict *d, size_t cap, jv key, jv value)
{
    if (d->entries == NULL) {
        d->entries = jinja_take(r, cap, sizeof *d->entries);
        d->cap = cap;
    }
    if (d->entries != NULL && d->n < d->cap)
        d->entries[d->n++] = (struct jv_entry){key, value};
}

static jv filter_sort(jinja_run *r, jv v, const struct jv_args *a)
{
    jv items = jv_items(r, v), path = jv_arg(r, a, 2, "attribute", jv_none());
    bool cased = jv_arg_bool(r, a, 1, "case_sensitive", false);
    jv_dict keyed = {0};
    for (size_t i = 0; jinja_step(r) && i < items.list->n; i++) {
        jv item = items.list->items[i];
        add_keyed(r, &keyed, items.list->n, sort_key(r, item, path, cased), item);
    }
    return sorted_values(r, &keyed, jv_arg_bool(r, a, 0, "reverse", false));
}

static jv filter_dictsort(jinja_run *r, jv v, const struct jv_args *a)
{
    bool cased = jv_arg_bool(r, a, 0, "case_sensitive", false);
    jv by = jv_arg(r, a, 1, "by", jv_text(TEXT("key"), false));
    bool by_value = jv_is_string(by) && text_equal(jv_view(by), TEXT("value"));
    jv pairs = filter_items(r, v, a);
    jv_dict keyed = {0};
    for (size_t i = 0; jinja_step(r) && i < pairs.list->n; i++) {
        jv pair = pairs.list->items[i];
        add_keyed(r, &keyed, pairs.list->n, sort_key(r, pair, jv_int(by_value), cased), pair);
    }
    return sorted_values(r, &keyed, jv_arg_bool(r, a, 2, "reverse", false));
}

static jv filter_unique(jinja_run *r, jv v, const struct jv_args *a)
{
    jv items = jv_items(r, v), list = jv_list_new(r, JV_LIST), seen = jv_list_new(r, JV_LIST);
    bool cased = jv_arg_bool(r, a, 0, "case_sensitive", false);
    jv path = jv_arg(r, a, 1, "attribute", jv_none());
    for (size_t i = 0; jinja_step(r) && i < items.list->n; i++) {
        jv key = sort_key(r, items.list->items[i], path, cased);
        if (jv_contains(r, seen, key))
            continue;
        jv_push(r, seen, key);
        jv_push(r, list, items.list->items[i]);
    }
    return list;
}

/* The smallest item (sign 1) or the largest (sign -1). */
static jv extreme(jinja_run *r, jv v, const struct jv_args *a, int sign)
{
    jv items = jv_items(r, v);
    jv best = jv_undefined(TEXT("item of an empty sequence")), best_key = best;
    bool cased = jv_arg_bool(r, a, 0, "case_sensitive", false);
    jv path = jv_arg(r, a, 1, "attribute", jv_none());
    for (size_t i = 0; jinja_step(r) && i < items.list->n; i++) {
        jv key = sort_key(r, items.list->items[i], path, cased);
        if (i > 0 && sign * jv_compare(r, key, best_key) >= 0)
            continue;
        best = items.list->items[i];
        best_key = key;
    }
    return best;
}

static jv filter_min(jinja_run *r, jv v, const struct jv_args *a)
{
    return extreme(r, v, a, 1);
}

static jv filter_max(jinja_run *r, jv v, const struct jv_args *a)
{
    return extreme(r, v, a, -1);
}

static jv filter_sum(jinja_run *r, jv v, const struct jv_args *a)
{
    jv items = jv_items(r, v), path = jv_arg(r, a, 0, "attribute", jv_none());
    jv total = jv_arg(r, a, 1, "start", jv_int(0));
    for (size_t i = 0; jinja_step(r) && i < items.list->n; i++) {
        jv item = items.list->items[i];
        total = jv_binary(r, '+', total, path.kind == JV_NONE ? item : jv_path(r, item, path));
    }
    return total;
}

/* ---- map and select ---- */

/* The arguments behind the first `skip`. */
static struct jv_args args_after(const struct jv_args *a, size_t skip)
{
    size_t n = a->n < skip ? a->n : skip;
    return (struct jv_args){n < a->n ? a->pos + n : NULL, a->n - n, a->kw};
}

static jv map_attribute(jinja_run *r, jv items, jv path, jv fallback)
{
    jv list = jv_list_new(r, JV_LIST);
    for (size_t i = 0; jinja_step(r) && i < items.list->n; i++) {
        jv value = jv_path(r, items.list->items[i], path);
        jv_push(r, list, value.kind == JV_UNDEFINED ? fallback : value);
    }
    return list;
}

static jv filter_map(jinja_run *r, jv v, const struct jv_args *a)
{
    jv items = jv_items(r, v), list = jv_list_new(r, JV_LIST);
    const jv *path = a->kw != NULL ? jv_get_text(r, a->kw, TEXT("attribute")) : NULL;
    if (a->n == 0 && path != NULL)
        return map_attribute(r, items, *path,
                             jv_arg(r, a, 0, "default", jv_undefined(TEXT("attribute"))));
    const struct jinja_builtin *f = jinja_find_filter(r, jv_view(jv_arg_string(r, a, 0, "filter")));
    struct jv_args rest = args_after(a, 1);
    if (f == NULL || !jinja_enter(r))
        return list;
    for (size_t i = 0; jinja_step(r) && i < items.list->n; i++)
        jv_push(r, list, f->fn(r, items.list->items[i], &rest));
    jinja_leave(r);
    return list;
}

/* Keeps the items (or, with `by_path`, those whose attribute) for which the test gives `wanted`. */
static jv choose(jinja_run *r, jv v, const struct jv_args *a, bool by_path, bool wanted)
{
    jv items = jv_items(r, v), list = jv_list_new(r, JV_LIST);
    jv path = by_path ? jv_arg(r, a, 0, "attribute", JV_NOTHING) : jv_none();
    const struct jinja_builtin *test = NULL;
    if (a->n > by_path)
        test = jinja_find_test(r, jv_view(jv_arg_string(r, a, by_path, "test")));
    struct jv_args rest = args_after(a, by_path ? 2 : 1);
    for (size_t i = 0; jinja_step(r) && i < items.list->n; i++) {
        jv item = items.list->items[i], value = by_path ? jv_path(r, item, path) : item;
        bool holds = jv_truth(test != NULL ? test->fn(r, value, &rest) : value);
        if (holds == wanted)
            jv_push(r, list, item);
    }
    return list;
}

static jv filter_select(jinja_run *r, jv v, const struct jv_args *a)
{
    return choose(r, v, a, false, true);
}

static jv filter_reject(jinja_run *r, jv v, const struct jv_args *a)
{
    return choose(r, v, a, false, false);
}

static jv filter_selectattr(jinja_run *r, jv v, const struct jv_args *a)
{
    return choose(r, v, a, true, true);
}

static jv filter_rejectattr(jinja_run *r, jv v, const struct jv_args *a)
{
    return choose(r, v, a, true, false);
}

/* ---- groups ---- */

static jv filter_batch(jinja_run *r, jv v, const struct jv_args *a)
{
    int64_t size = jv_arg_int(r, a, 0, "linecount", 0);
    jv items = jv_items(r, v), fill = jv_arg(r, a, 1, "fill_with", jv_none());
    jv list = jv_list_new(r, JV_LIST), row = list;
    if (size < 1)
        return jinja_fail(r, SHEAF_ERR_FORMAT, "batch wants a size of at least 1");
    for (size_t i = 0; jinja_step(r) && i < items.list->n; i++) {
        if (i % (size_t)size == 0)
            jv_push(r, list, row = jv_list_new(r, JV_LIST));
        jv_push(r, row, items.list->items[i]);
    }
    while (fill.kind != JV_NONE && row.list != list.list && row.list->n < (size_t)size &&
           jinja_step(r))
        jv_push(r, row, fill);
    return list;
}

/* Pairs (key, items), in the order of the keys. */
static jv filter_groupby(jinja_run *r, jv v, const struct jv_args *a)
{
    jv items = jv_items(r, v), path = jv_arg(r, a, 0, "attribute", JV_NOTHING);
    jv groups = jv_dict_new(r, JV_DICT);
    jv_dict keyed = {0};
    for (size_t i = 0; jinja_step(r) && i < items.list->n; i++) {
        jv key = jv_path(r, items.list->items[i], path);
        const jv *group = jv_get(r, groups.dict, key);
        jv list = group != NULL ? *group : jv_list_new(r, JV_LIST);
        if (group == NULL)
            jv_put(r, groups.dict, key, list);
        jv_push(r, list, items.list->items[i]);
    }
    for (size_t i = 0; jinja_step(r) && i < groups.dict->n; i++) {
        const struct jv_entry *e = &groups.dict->entries[i];
        add_keyed(r, &keyed, groups.dict->n, sort_key(r, e->key, jv_none(), false),
                  jv_pair(r, e->key, e->value));
    }
    return sorted_values(r, &keyed, false);
}

const struct jinja_builtin jinja_filters_seq[] = {
    {"list", filter_list},
    {"first", filter_first},
    {"last", filter_last},
    {"reverse", filter_reverse},
    {"join", filter_join},
    {"items", filter_items},
    {"sort", filter_sort},
    {"dictsort", filter_dictsort},
    {"unique", filter_unique},
    {"min", filter_min},
    {"max", filter_max},
    {"sum", filter_sum},
    {"map", filter_map},
    {"select", filter_select},
    {"reject", filter_reject},
    {"selectattr", filter_selectattr},
    {"rejectattr", filter_rejectattr},
    {"batch", filter_batch},
    {"groupby", filter_groupby},
    {NULL, NULL},
};
