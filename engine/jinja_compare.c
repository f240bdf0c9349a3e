/* jinja_compare.c - Python's ==, <, and `in`. Nested values are walked with the depth and the step
 * budget of the run, so that a list inside itself ends in an error. */
#include <math.h>
#include <string.h>

#include "engine/jinja_value.h"

static bool equal_lists(jinja_run *r, const jv_list *a, const jv_list *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!jv_equal(r, a->items[i], b->items[i]))
            return false;
    return true;
}

static bool equal_dicts(jinja_run *r, const jv_dict *a, const jv_dict *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        const jv *other = jv_get(r, b, a->entries[i].key);
        if (other == NULL || !jv_equal(r, a->entries[i].value, *other))
            return false;
    }
    return true;
}

static bool equal_numbers(jv a, jv b)
{
    if (a.kind == JV_FLOAT || b.kind == JV_FLOAT)
        return jv_to_f64(a) == jv_to_f64(b);
    int64_t x = a.kind == JV_BOOL ? a.b : a.i, y = b.kind == JV_BOOL ? b.b : b.i;
    return x == y;
}

static bool equal_same_kind(jinja_run *r, jv a, jv b)
{
    switch (a.kind) {
    case JV_UNDEFINED:
    case JV_NONE:
        return true;
    case JV_STRING:
        return jinja_charge(r, a.s.n / 64) && text_equal(jv_view(a), jv_view(b));
    case JV_LIST:
    case JV_TUPLE:
        return equal_lists(r, a.list, b.list);
    case JV_DICT:
        return equal_dicts(r, a.dict, b.dict);
    case JV_METHOD:
        return a.method->fn == b.method->fn && jv_equal(r, a.method->self, b.method->self);
    default:
        return a.macro == b.macro; /* any pointer: the same object */
    }
}

bool jv_equal(jinja_run *r, jv a, jv b)
{
    if (jv_is_number(a) && jv_is_number(b))
        return equal_numbers(a, b);
    if (a.kind != b.kind || !jinja_enter(r))
        return false;
    bool same = equal_same_kind(r, a, b);
    jinja_leave(r);
    return same;
}

static int compare_texts(text a, text b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n > 0 ? memcmp(a.p, b.p, n) : 0;
    return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

static int compare_lists(jinja_run *r, const jv_list *a, const jv_list *b)
{
    for (size_t i = 0; i < a->n && i < b->n; i++)
        if (!jv_equal(r, a->items[i], b->items[i]))
            return jv_compare(r, a->items[i], b->items[i]);
    return (a->n > b->n) - (a->n < b->n);
}

int jv_compare(jinja_run *r, jv a, jv b)
{
    if (a.kind == JV_INT && b.kind == JV_INT)
        return (a.i > b.i) - (a.i < b.i);
    if (jv_is_number(a) && jv_is_number(b)) {
        double x = jv_to_f64(a), y = jv_to_f64(b);
        return (x > y) - (x < y);
    }
    if (jv_is_string(a) && jv_is_string(b))
        return jinja_charge(r, a.s.n / 64) ? compare_texts(jv_view(a), jv_view(b)) : 0;
    if (jv_is_listlike(a) && a.kind == b.kind) {
        if (!jinja_enter(r))
            return 0;
        int c = compare_lists(r, a.list, b.list);
        jinja_leave(r);
        return c;
    }
    jinja_fail(r, SHEAF_ERR_FORMAT, "values of type %s and %s have no order", jv_type_name(a),
               jv_type_name(b));
    return 0;
}

static bool string_contains(jinja_run *r, jv container, jv item)
{
    if (!jv_is_string(item)) {
        jinja_fail(r, SHEAF_ERR_FORMAT, "'in' a str wants a str, not %s", jv_type_name(item));
        return false;
    }
    return jinja_charge(r, container.s.n / 64) &&
           text_find(jv_view(container), jv_view(item)) != SIZE_MAX;
}

bool jv_contains(jinja_run *r, jv container, jv item)
{
    switch (container.kind) {
    case JV_UNDEFINED:
        return false;
    case JV_STRING:
        return string_contains(r, container, item);
    case JV_DICT:
        return jv_get(r, container.dict, item) != NULL;
    case JV_LIST:
    case JV_TUPLE:
        for (size_t i = 0; i < container.list->n && jinja_step(r); i++)
            if (jv_equal(r, container.list->items[i], item))
                return true;
        return false;
    default:
        jinja_fail(r, SHEAF_ERR_FORMAT, "a value of type %s is no container",
                   jv_type_name(container));
        return false;
    }
}
