/* jinja_methods.c - the methods of lists and dicts. Hugging Face's sandbox forbids the ones that
 * change their object; other renderers allow them, and templates in the wild use them. */
#include <string.h>

#include "engine/jinja_value.h"

/* ---- lists ---- */

static bool refuse_tuple(jinja_run *r, jv self, const char *method)
{
    if (self.kind == JV_TUPLE)
        jinja_fail(r, SHEAF_ERR_FORMAT, "a tuple has no %s()", method);
    return self.kind == JV_TUPLE;
}

static jv list_append(jinja_run *r, jv self, const struct jv_args *a)
{
    if (!refuse_tuple(r, self, "append"))
        jv_push(r, self, jv_arg(r, a, 0, "object", JV_NOTHING));
    return jv_none();
}

static jv list_extend(jinja_run *r, jv self, const struct jv_args *a)
{
    jv items = jv_items(r, jv_arg(r, a, 0, "iterable", JV_NOTHING));
    if (refuse_tuple(r, self, "extend"))
        return jv_none();
    size_t n = jinja_step(r) ? items.list->n : 0;
    for (size_t i = 0; i < n && jinja_step(r); i++)
        jv_push(r, self, items.list->items[i]);
    return jv_none();
}

/* An index counted from the end when negative, brought into 0..n. */
static size_t clamp_index(int64_t at, size_t n)
{
    if (at < 0)
        at += (int64_t)n;
    return at < 0 ? 0 : at > (int64_t)n ? n : (size_t)at;
}

static jv list_insert(jinja_run *r, jv self, const struct jv_args *a)
{
    size_t at = clamp_index(jv_arg_int(r, a, 0, "index", 0), self.list->n);
    jv item = jv_arg(r, a, 1, "object", JV_NOTHING);
    if (refuse_tuple(r, self, "insert") || !jinja_charge(r, self.list->n / 64))
        return jv_none();
    jv_push(r, self, item);
    if (!jinja_step(r))
        return jv_none();
    jv *items = self.list->items;
    memmove(items + at + 1, items + at, (self.list->n - 1 - at) * sizeof *items);
    items[at] = item;
    return jv_none();
}

static jv list_pop(jinja_run *r, jv self, const struct jv_args *a)
{
    int64_t at = jv_arg_int(r, a, 0, "index", -1), n = (int64_t)self.list->n;
    if (at < 0)
        at += n;
    if (refuse_tuple(r, self, "pop") || !jinja_charge(r, self.list->n / 64))
        return JV_NOTHING;
    if (at < 0 || at >= n)
        return jinja_fail(r, SHEAF_ERR_FORMAT, "pop() from %lld items", (long long)n);
    jv *items = self.list->items, item = items[at];
    memmove(items + at, items + at + 1, (size_t)(n - at - 1) * sizeof *items);
    self.list->n--;
    return item;
}

static jv list_index(jinja_run *r, jv self, const struct jv_args *a)
{
    jv wanted = jv_arg(r, a, 0, "value", JV_NOTHING);
    for (size_t i = 0; i < self.list->n && jinja_step(r); i++)
        if (jv_equal(r, self.list->items[i], wanted))
            return jv_int((int64_t)i);
    return jinja_fail(r, SHEAF_ERR_FORMAT, "index(): the value is not in the list");
}

static jv list_count(jinja_run *r, jv self, const struct jv_args *a)
{
    jv wanted = jv_arg(r, a, 0, "value", JV_NOTHING);
    int64_t count = 0;
    for (size_t i = 0; i < self.list->n && jinja_step(r); i++)
        count += jv_equal(r, self.list->items[i], wanted);
    return jv_int(count);
}

const struct jinja_builtin jinja_list_methods[] = {
    {"append", list_append}, {"extend", list_extend}, {"insert", list_insert}, {"pop", list_pop},
    {"index", list_index},   {"count", list_count},   {NULL, NULL},
};

/* ---- dicts ---- */

static jv dict_items(jinja_run *r, jv self, const struct jv_args *a)
{
    (void)a;
    jv list = jv_list_new(r, JV_LIST);
    for (size_t i = 0; i < self.dict->n && jinja_step(r); i++)
        jv_push(r, list, jv_pair(r, self.dict->entries[i].key, self.dict->entries[i].value));
    return list;
}

static jv dict_keys(jinja_run *r, jv self, const struct jv_args *a)
{
    (void)a;
    return jv_items(r, self);
}

static jv dict_values(jinja_run *r, jv self, const struct jv_args *a)
{
    (void)a;
    jv list = jv_list_new(r, JV_LIST);
    for (size_t i = 0; i < self.dict->n && jinja_step(r); i++)
        jv_push(r, list, self.dict->entries[i].value);
    return list;
}

static jv dict_get(jinja_run *r, jv self, const struct jv_args *a)
{
    const jv *slot = jv_get(r, self.dict, jv_arg(r, a, 0, "key", jv_none()));
    return slot != NULL ? *slot : jv_arg(r, a, 1, "default", jv_none());
}

static void put_all(jinja_run *r, jv_dict *d, const jv_dict *from)
{
    for (size_t i = 0, n = from->n; i < n && jinja_step(r); i++)
        jv_put(r, d, from->entries[i].key, from->entries[i].value);
}

static jv dict_copy(jinja_run *r, jv self, const struct jv_args *a)
{
    (void)a;
    jv copy = jv_dict_new(r, JV_DICT);
    put_all(r, copy.dict, self.dict);
    return copy;
}

static jv dict_update(jinja_run *r, jv self, const struct jv_args *a)
{
    jv other = a->n > 0 ? a->pos[0] : jv_none();
    if (other.kind == JV_DICT)
        put_all(r, self.dict, other.dict);
    else if (a->n > 0)
        jinja_fail(r, SHEAF_ERR_FORMAT, "update() wants a dict, not %s", jv_type_name(other));
    if (a->kw != NULL)
        put_all(r, self.dict, a->kw);
    return jv_none();
}

static jv dict_setdefault(jinja_run *r, jv self, const struct jv_args *a)
{
    jv key = jv_arg(r, a, 0, "key", jv_none()), value = jv_arg(r, a, 1, "default", jv_none());
    const jv *slot = jv_get(r, self.dict, key);
    if (slot != NULL)
        return *slot;
    jv_put(r, self.dict, key, value);
    return value;
}

static jv dict_pop(jinja_run *r, jv self, const struct jv_args *a)
{
    jv *slot = jv_get(r, self.dict, jv_arg(r, a, 0, "key", jv_none()));
    if (slot == NULL && a->n < 2)
        return jinja_fail(r, SHEAF_ERR_FORMAT, "pop(): the key is not in the dict");
    if (slot == NULL)
        return a->pos[1];
    jv value = *slot;
    struct jv_entry *entries = self.dict->entries;
    for (size_t i = 0; i < self.dict->n; i++)
        if (&entries[i].value == slot) {
            memmove(entries + i, entries + i + 1, (self.dict->n - i - 1) * sizeof *entries);
            self.dict->n--;
            break;
        }
    return value;
}

const struct jinja_builtin jinja_dict_methods[] = {
    {"items", dict_items},   {"keys", dict_keys}, {"values", dict_values},
    {"get", dict_get},       {"copy", dict_copy}, {"update", dict_update},
    {"setdefault", dict_setdefault}, {"pop", dict_pop}, {NULL, NULL},
};
