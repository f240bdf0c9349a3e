/* jinja_value.c - constructors, containers, arguments and the simple questions about a value. */
#include "engine/jinja_value.h"

#include <string.h>

jv jv_none(void)
{
    return (jv){.kind = JV_NONE};
}

jv jv_bool(bool b)
{
    return (jv){.kind = JV_BOOL, .b = b};
}

jv jv_int(int64_t i)
{
    return (jv){.kind = JV_INT, .i = i};
}

jv jv_float(double f)
{
    return (jv){.kind = JV_FLOAT, .f = f};
}

jv jv_text(text t, bool untrusted)
{
    return (jv){.kind = JV_STRING, .untrusted = untrusted, .s = {t.p, t.n, NULL}};
}

jv jv_undefined(text name)
{
    return (jv){.kind = JV_UNDEFINED, .name = name};
}

/* What a failed run gets instead of a container: nothing is ever added to one in a failed run. */
static jv_list no_list;
static jv_dict no_dict;

jv jv_list_new(jinja_run *r, jv_kind kind)
{
    jv_list *list = jinja_take(r, 1, sizeof *list);
    return (jv){.kind = kind, .list = list != NULL ? list : &no_list};
}

jv jv_dict_new(jinja_run *r, jv_kind kind)
{
    jv_dict *dict = jinja_take(r, 1, sizeof *dict);
    return (jv){.kind = kind, .dict = dict != NULL ? dict : &no_dict};
}

jv jv_method(jinja_run *r, jv self, const struct jinja_builtin *fn)
{
    struct jv_method *m = jinja_take(r, 1, sizeof *m);
    if (m == NULL)
        return JV_NOTHING;
    *m = (struct jv_method){self, fn};
    return (jv){.kind = JV_METHOD, .method = m};
}

/* Makes room for one more element; the old array stays behind in the arena. */
static void *grow(jinja_run *r, void *old, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return old;
    size_t wanted = *cap < 4 ? 4 : *cap * 2;
    void *p = jinja_take(r, wanted, size);
    if (p == NULL)
        return NULL;
    if (n > 0)
        memcpy(p, old, n * size);
    *cap = wanted;
    return p;
}

void jv_push(jinja_run *r, jv list, jv item)
{
    if (!jinja_step(r))
        return;
    jv_list *l = list.list;
    jv *items = grow(r, l->items, l->n, &l->cap, sizeof *items);
    if (items == NULL)
        return;
    l->items = items;
    l->items[l->n++] = item;
}

jv jv_pair(jinja_run *r, jv a, jv b)
{
    jv pair = jv_list_new(r, JV_TUPLE);
    jv_push(r, pair, a);
    jv_push(r, pair, b);
    return pair;
}

static bool hashable(jv key)
{
    return key.kind != JV_LIST && key.kind != JV_DICT;
}

jv *jv_get(jinja_run *r, const jv_dict *d, jv key)
{
    if (!hashable(key)) {
        jinja_fail(r, SHEAF_ERR_FORMAT, "unhashable type: '%s'", jv_type_name(key));
        return NULL;
    }
    if (key.kind == JV_STRING)
        return jv_get_text(r, d, jv_view(key));
    for (size_t i = 0; i < d->n && jinja_step(r); i++)
        if (jv_equal(r, d->entries[i].key, key))
            return &d->entries[i].value;
    return NULL;
}

jv *jv_get_text(jinja_run *r, const jv_dict *d, text key)
{
    if (!jinja_charge(r, d->n / 16))
        return NULL;
    for (size_t i = 0; i < d->n; i++) {
        const jv *k = &d->entries[i].key;
        if (k->kind == JV_STRING && text_equal(jv_view(*k), key))
            return &d->entries[i].value;
    }
    return NULL;
}

void jv_put(jinja_run *r, jv_dict *d, jv key, jv value)
{
    jv *slot = jv_get(r, d, key);
    if (slot != NULL) {
        *slot = value;
        return;
    }
    if (!jinja_step(r))
        return;
    struct jv_entry *entries = grow(r, d->entries, d->n, &d->cap, sizeof *entries);
    if (entries == NULL)
        return;
    d->entries = entries;
    d->entries[d->n++] = (struct jv_entry){key, value};
}

bool jv_is_string(jv v)
{
    return v.kind == JV_STRING;
}

bool jv_is_number(jv v)
{
    return v.kind == JV_BOOL || v.kind == JV_INT || v.kind == JV_FLOAT;
}

bool jv_is_listlike(jv v)
{
    return v.kind == JV_LIST || v.kind == JV_TUPLE;
}

text jv_view(jv string)
{
    return (text){string.s.p, string.s.n};
}

bool jv_truth(jv v)
{
    switch (v.kind) {
    case JV_UNDEFINED:
    case JV_NONE:
        return false;
    case JV_BOOL:
        return v.b;
    case JV_INT:
        return v.i != 0;
    case JV_FLOAT:
        return v.f != 0.0;
    case JV_STRING:
        return v.s.n > 0;
    case JV_LIST:
    case JV_TUPLE:
        return v.list->n > 0;
    case JV_DICT:
        return v.dict->n > 0;
    default:
        return true;
    }
}

const char *jv_type_name(jv v)
{
    static const char *const names[] = {
        [JV_UNDEFINED] = "Undefined", [JV_NONE] = "NoneType",       [JV_BOOL] = "bool",
        [JV_INT] = "int",             [JV_FLOAT] = "float",         [JV_STRING] = "str",
        [JV_LIST] = "list",           [JV_TUPLE] = "tuple",         [JV_DICT] = "dict",
        [JV_NAMESPACE] = "Namespace", [JV_LOOP] = "LoopContext",    [JV_MACRO] = "Macro",
        [JV_BUILTIN] = "function",    [JV_METHOD] = "bound method",
    };
    return names[v.kind];
}

double jv_to_f64(jv number)
{
    if (number.kind == JV_FLOAT)
        return number.f;
    return number.kind == JV_INT ? (double)number.i : (double)number.b;
}

size_t jv_length(jinja_run *r, jv v)
{
    switch (v.kind) {
    case JV_UNDEFINED:
        return 0;
    case JV_STRING:
        return jinja_cp_count(r, jv_view(v));
    case JV_LIST:
    case JV_TUPLE:
        return v.list->n;
    case JV_DICT:
        return v.dict->n;
    default:
        jinja_fail(r, SHEAF_ERR_FORMAT, "a value of type %s has no length", jv_type_name(v));
        return 0;
    }
}

jv jv_arg(jinja_run *r, const struct jv_args *a, size_t i, const char *name, jv fallback)
{
    if (i < a->n)
        return a->pos[i];
    jv *named = a->kw != NULL ? jv_get_text(r, a->kw, text_of(name)) : NULL;
    return named != NULL ? *named : fallback;
}

int64_t jv_arg_int(jinja_run *r, const struct jv_args *a, size_t i, const char *name,
                   int64_t fallback)
{
    jv v = jv_arg(r, a, i, name, jv_int(fallback));
    if (v.kind == JV_BOOL)
        return v.b;
    if (v.kind != JV_INT) {
        jinja_fail(r, SHEAF_ERR_FORMAT, "argument '%s' is %s; an int is wanted", name,
                   jv_type_name(v));
        return fallback;
    }
    return v.i;
}

bool jv_arg_bool(jinja_run *r, const struct jv_args *a, size_t i, const char *name, bool fallback)
{
    return jv_truth(jv_arg(r, a, i, name, jv_bool(fallback)));
}

jv jv_arg_string(jinja_run *r, const struct jv_args *a, size_t i, const char *name)
{
    jv v = jv_arg(r, a, i, name, JV_NOTHING);
    if (jv_is_string(v))
        return v;
    jinja_fail(r, SHEAF_ERR_FORMAT, "argument '%s' is %s; a str is wanted", name, jv_type_name(v));
    return jv_text(TEXT(""), false);
}

const struct jinja_builtin *jinja_find(const struct jinja_builtin *table, text name)
{
    for (; table->name != NULL; table++)
        if (text_equal(text_of(table->name), name))
            return table;
    return NULL;
}
