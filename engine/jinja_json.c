/* jinja_json.c - JSON in (values of a request) and out (tojson, as json.dumps writes it). */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/jinja_value.h"

#define EXACT_INT 9007199254740992.0 /* 2^53: integers beyond are read as floats by cJSON */

static jv json_number(double f)
{
    return f == floor(f) && fabs(f) <= EXACT_INT ? jv_int((int64_t)f) : jv_float(f);
}

/* The string, copied: values never borrow from the request. */
static jv json_string(jinja_run *r, const char *s, bool untrusted)
{
    char *copy = arena_strndup(&r->mem, s, strlen(s));
    if (copy == NULL)
        return jinja_fail(r, SHEAF_ERR_LIMIT, "the messages need more than %zu bytes of memory",
                          r->limits.max_memory);
    return jv_text(text_of(copy), untrusted);
}

static jv json_container(jinja_run *r, const cJSON *j, bool untrusted)
{
    bool object = cJSON_IsObject(j);
    jv out = object ? jv_dict_new(r, JV_DICT) : jv_list_new(r, JV_LIST);
    for (const cJSON *c = j->child; c != NULL && jinja_step(r); c = c->next) {
        jv value = jv_from_json(r, c, untrusted);
        if (object)
            jv_put(r, out.dict, json_string(r, c->string, untrusted), value);
        else
            jv_push(r, out, value);
    }
    return out;
}

jv jv_from_json(jinja_run *r, const cJSON *j, bool untrusted)
{
    if (cJSON_IsBool(j))
        return jv_bool(cJSON_IsTrue(j));
    if (cJSON_IsNumber(j))
        return json_number(j->valuedouble);
    if (cJSON_IsString(j))
        return json_string(r, j->valuestring, untrusted);
    if (!cJSON_IsArray(j) && !cJSON_IsObject(j))
        return jv_none();
    if (!jinja_enter(r))
        return JV_NOTHING;
    jv out = json_container(r, j, untrusted);
    jinja_leave(r);
    return out;
}

/* ---- output ---- */

struct json_out {
    jinja_run *r;
    const struct jinja_json_style *style;
    int level;
};

static void put(struct json_out *o, text t)
{
    jinja_write_bytes(o->r, t, false);
}

static void json_escape(char out[16], uint32_t cp, bool ascii)
{
    static const char from[] = "\"\\\n\r\t\b\f", to[] = "\"\\nrtbf";
    const char *hit = cp != 0 && cp < 0x80 ? strchr(from, (int)cp) : NULL;
    out[0] = '\0';
    if (hit != NULL)
        snprintf(out, 16, "\\%c", to[hit - from]);
    else if (cp < 0x20 || (ascii && cp >= 0x7f && cp < 0x10000))
        snprintf(out, 16, "\\u%04x", cp);
    else if (ascii && cp >= 0x10000)
        snprintf(out, 16, "\\u%04x\\u%04x", 0xd7c0 + (cp >> 10), 0xdc00 + (cp & 0x3ff));
}

static void json_write_string(struct json_out *o, jv v)
{
    size_t plain = 0;
    put(o, TEXT("\""));
    for (size_t at = 0, n; at < v.s.n && jinja_step(o->r); at += n) {
        uint32_t cp;
        char escape[16];
        n = jinja_cp((text){v.s.p + at, v.s.n - at}, &cp);
        json_escape(escape, cp, o->style->ascii);
        if (escape[0] == '\0')
            continue;
        jinja_write(o->r, jv_cut(v, plain, at - plain));
        put(o, text_of(escape));
        plain = at + n;
    }
    jinja_write(o->r, jv_cut(v, plain, v.s.n - plain));
    put(o, TEXT("\""));
}

static void json_write(struct json_out *o, jv v);

static void new_line(struct json_out *o)
{
    if (o->style->indent < 0)
        return;
    put(o, TEXT("\n"));
    for (int i = 0; i < o->level * o->style->indent && jinja_step(o->r); i++)
        put(o, TEXT(" "));
}

static void json_write_list(struct json_out *o, const jv_list *l)
{
    put(o, TEXT("["));
    o->level++;
    for (size_t i = 0; i < l->n && jinja_step(o->r); i++) {
        if (i > 0)
            jinja_write(o->r, o->style->item_separator);
        new_line(o);
        json_write(o, l->items[i]);
    }
    o->level--;
    if (l->n > 0)
        new_line(o);
    put(o, TEXT("]"));
}

/* Keys as json.dumps makes them: None, booleans and numbers become strings. */
static void json_write_key(struct json_out *o, jv key)
{
    if (jv_is_string(key)) {
        json_write_string(o, key);
        return;
    }
    if (key.kind != JV_NONE && !jv_is_number(key)) {
        jinja_fail(o->r, SHEAF_ERR_FORMAT, "a key of type %s cannot be JSON", jv_type_name(key));
        return;
    }
    put(o, TEXT("\""));
    json_write(o, key);
    put(o, TEXT("\""));
}

static int by_key(const void *a, const void *b)
{
    text x = jv_view(((const struct jv_entry *)a)->key);
    text y = jv_view(((const struct jv_entry *)b)->key);
    int c = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
    return c != 0 ? c : (x.n > y.n) - (x.n < y.n);
}

/* The entries in the order of their keys. */
static struct jv_entry *sorted_entries(jinja_run *r, const jv_dict *d)
{
    struct jv_entry *copy = jinja_take(r, d->n, sizeof *copy);
    for (size_t i = 0; copy != NULL && i < d->n; i++) {
        copy[i] = d->entries[i];
        if (!jv_is_string(copy[i].key)) {
            jinja_fail(r, SHEAF_ERR_UNSUPPORTED, "sort_keys with keys that are no strings");
            return NULL;
        }
    }
    if (copy != NULL && jinja_charge(r, d->n * 4))
        qsort(copy, d->n, sizeof *copy, by_key);
    return copy;
}

static void json_write_dict(struct json_out *o, const jv_dict *d)
{
    const struct jv_entry *e =
        o->style->sort_keys && d->n > 0 ? sorted_entries(o->r, d) : d->entries;
    put(o, TEXT("{"));
    o->level++;
    for (size_t i = 0; e != NULL && i < d->n && jinja_step(o->r); i++) {
        if (i > 0)
            jinja_write(o->r, o->style->item_separator);
        new_line(o);
        json_write_key(o, e[i].key);
        jinja_write(o->r, o->style->key_separator);
        json_write(o, e[i].value);
    }
    o->level--;
    if (d->n > 0)
        new_line(o);
    put(o, TEXT("}"));
}

static void json_write_scalar(struct json_out *o, jv v)
{
    if (v.kind == JV_NONE)
        put(o, TEXT("null"));
    else if (v.kind == JV_BOOL)
        put(o, v.b ? TEXT("true") : TEXT("false"));
    else if (v.kind == JV_FLOAT && !isfinite(v.f))
        put(o, isnan(v.f) ? TEXT("NaN") : v.f > 0 ? TEXT("Infinity") : TEXT("-Infinity"));
    else if (jv_is_number(v))
        jinja_write_repr(o->r, v);
    else
        jinja_fail(o->r, SHEAF_ERR_FORMAT, "a value of type %s cannot be JSON", jv_type_name(v));
}

static void json_write(struct json_out *o, jv v)
{
    if (!jinja_enter(o->r))
        return;
    if (jv_is_string(v))
        json_write_string(o, v);
    else if (jv_is_listlike(v))
        json_write_list(o, v.list);
    else if (v.kind == JV_DICT)
        json_write_dict(o, v.dict);
    else
        json_write_scalar(o, v);
    jinja_leave(o->r);
}

void jinja_write_json(jinja_run *r, jv v, const struct jinja_json_style *style)
{
    struct json_out o = {r, style, 0};
    json_write(&o, v);
}
