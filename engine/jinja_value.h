/* jinja_value.h - values of a rendering and the run they live in.
 *
 * A run fails once and stays failed: helpers then return harmless values (undefined, empty, false)
 * and every loop stops at its next jinja_step, so that callers check only where it matters.
 *
 * A string is a view of bytes with an origin: `marks` has one byte per byte (1 = untrusted), or is
 * NULL and `untrusted` speaks for all. Cutting a string is free; joining builds marks only when
 * both origins meet. All values live in the arena of the run or of the template. */
#ifndef ENGINE_JINJA_VALUE_H
#define ENGINE_JINJA_VALUE_H

#include "base/arena.h"
#include "engine/jinja.h"

typedef enum jv_kind {
    JV_UNDEFINED,
    JV_NONE,
    JV_BOOL,
    JV_INT,
    JV_FLOAT,
    JV_STRING,
    JV_LIST,
    JV_TUPLE,
    JV_DICT,
    JV_NAMESPACE,
    JV_LOOP,
    JV_MACRO,
    JV_BUILTIN, /* a function of the language */
    JV_METHOD,  /* such a function with its object */
} jv_kind;

typedef struct jv jv;

typedef struct jv_list {
    jv *items;
    size_t n, cap;
} jv_list;

/* Insertion order, linear search: templates have a handful of keys. */
typedef struct jv_dict {
    struct jv_entry *entries;
    size_t n, cap;
} jv_dict;

struct jv_method;
struct jinja_builtin;
struct jinja_loop;
struct jinja_macro;

struct jv {
    jv_kind kind;
    bool untrusted; /* JV_STRING without marks */
    union {
        bool b;
        int64_t i;
        double f;
        struct {
            const char *p;
            size_t n;
            const uint8_t *marks;
        } s;
        text name; /* JV_UNDEFINED: what was looked up, for the message */
        jv_list *list;
        jv_dict *dict; /* JV_DICT, JV_NAMESPACE */
        struct jinja_loop *loop;
        const struct jinja_macro *macro;
        const struct jinja_builtin *fn;
        const struct jv_method *method;
    };
};

struct jv_entry {
    jv key, value;
};

struct jv_method {
    jv self;
    const struct jinja_builtin *fn;
};

/* Arguments of a call: positional, then by name (NULL when there are none). */
struct jv_args {
    const jv *pos;
    size_t n;
    const jv_dict *kw;
};

/* Filters (self = input), tests (self = the value tested), methods (self = the object) and global
 * functions (self = undefined) share one form. Tables end with a NULL name. */
typedef jv jinja_fn(jinja_run *r, jv self, const struct jv_args *a);
struct jinja_builtin {
    const char *name;
    jinja_fn *fn;
};
extern const struct jinja_builtin jinja_filters[], jinja_filters_seq[], jinja_tests[];
extern const struct jinja_builtin jinja_globals[];
extern const struct jinja_builtin jinja_str_methods[], jinja_list_methods[], jinja_dict_methods[];
const struct jinja_builtin *jinja_find(const struct jinja_builtin *table, text name);
/* The filter of that name in either table, or NULL with the run failed (UNSUPPORTED). */
const struct jinja_builtin *jinja_find_filter(jinja_run *r, text name);
const struct jinja_builtin *jinja_find_test(jinja_run *r, text name);

struct jinja_scope {
    jv_dict vars;
    struct jinja_scope *parent;
};

struct jinja_run {
    struct jinja_limits limits;
    struct jinja_time now;
    arena mem;
    strbuf out, marks; /* the output so far and its marks, side by side; see jinja_capture */
    uint64_t steps;
    int depth;
    int line; /* of the template, for messages */
    sheaf_code code;
    sheaf_error *err;
    struct jinja_scope *scope;
    jv piped; /* input of the innermost filter block */
};

/* ---- the run ---- */

/* Fails the run unless it has failed already; returns undefined. */
jv jinja_fail(jinja_run *r, sheaf_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Charges `n` steps; false when the run has failed or just ran out of them. */
bool jinja_charge(jinja_run *r, size_t n);
static inline bool jinja_step(jinja_run *r)
{
    return jinja_charge(r, 1);
}
/* One level deeper; false (and failed) past the limit. Each true needs a jinja_leave. */
bool jinja_enter(jinja_run *r);
void jinja_leave(jinja_run *r);
/* count x size zeroed bytes of the run, or NULL and failed. */
void *jinja_take(jinja_run *r, size_t count, size_t size);
/* Defines a variable in the current scope. `name` must live as long as the run. */
void jinja_bind(jinja_run *r, text name, jv value);

/* Everything written goes to the end of r->out. Building a string is writing after a capture was
 * begun: its end cuts what was written off the output and returns it. Captures nest. */
size_t jinja_capture(jinja_run *r);
jv jinja_captured(jinja_run *r, size_t start);
void jinja_write(jinja_run *r, jv string);                      /* a JV_STRING */
void jinja_write_bytes(jinja_run *r, text t, bool untrusted);
void jinja_write_printf(jinja_run *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- making values ---- */

#define JV_NOTHING ((jv){.kind = JV_UNDEFINED})
jv jv_none(void);
jv jv_bool(bool b);
jv jv_int(int64_t i);
jv jv_float(double f);
jv jv_text(text t, bool untrusted); /* borrows t */
jv jv_undefined(text name);
jv jv_list_new(jinja_run *r, jv_kind kind); /* JV_LIST or JV_TUPLE */
jv jv_dict_new(jinja_run *r, jv_kind kind); /* JV_DICT or JV_NAMESPACE */
jv jv_method(jinja_run *r, jv self, const struct jinja_builtin *fn);
void jv_push(jinja_run *r, jv list, jv item);
/* Two values as a tuple. */
jv jv_pair(jinja_run *r, jv a, jv b);
void jv_put(jinja_run *r, jv_dict *d, jv key, jv value);

/* ---- asking values ---- */

bool jv_is_string(jv v);
bool jv_is_number(jv v); /* bool, int or float */
bool jv_is_listlike(jv v);
text jv_view(jv string);
bool jv_truth(jv v);
const char *jv_type_name(jv v); /* Python's: "str", "NoneType" */
double jv_to_f64(jv number);
/* Python's ==. */
bool jv_equal(jinja_run *r, jv a, jv b);
/* Python's order: below zero, zero, above; fails on types without one. */
int jv_compare(jinja_run *r, jv a, jv b);
/* `item in container`. */
bool jv_contains(jinja_run *r, jv container, jv item);
/* Code points, items or entries; fails when there is no length. */
size_t jv_length(jinja_run *r, jv v);
/* What a for loop walks over: items, keys or characters. Fails when it is no iterable. */
jv jv_items(jinja_run *r, jv v);
/* Value of a key, or NULL. */
jv *jv_get(jinja_run *r, const jv_dict *d, jv key);
jv *jv_get_text(jinja_run *r, const jv_dict *d, text key);
/* x.name and x[key], with Jinja's fallbacks (each tries the other way); undefined when absent. */
jv jv_attribute(jinja_run *r, jv v, text name);
jv jv_subscript(jinja_run *r, jv v, jv key);
/* A dotted path, as the `attribute` argument of filters: "function.name" or 0. */
jv jv_path(jinja_run *r, jv v, jv path);
/* v[start:stop:step]; undefined or none bounds are open. */
jv jv_slice(jinja_run *r, jv v, jv start, jv stop, jv step);

/* ---- arguments ---- */

/* The i-th positional argument or the one called `name`, else `fallback`. */
jv jv_arg(jinja_run *r, const struct jv_args *a, size_t i, const char *name, jv fallback);
int64_t jv_arg_int(jinja_run *r, const struct jv_args *a, size_t i, const char *name,
                   int64_t fallback);
bool jv_arg_bool(jinja_run *r, const struct jv_args *a, size_t i, const char *name, bool fallback);
/* A string argument that must be there; fails otherwise. */
jv jv_arg_string(jinja_run *r, const struct jv_args *a, size_t i, const char *name);
jv jinja_call(jinja_run *r, jv callee, const struct jv_args *a); /* jinja_call.c */

/* ---- text (jinja_format.c, jinja_json.c) ---- */

jv jv_str(jinja_run *r, jv v);          /* Python's str() */
void jinja_write_str(jinja_run *r, jv v);
void jinja_write_repr(jinja_run *r, jv v);
struct cJSON;
jv jv_from_json(jinja_run *r, const struct cJSON *j, bool untrusted);
/* json.dumps(ensure_ascii=False): indent < 0 writes one line. */
struct jinja_json_style {
    int indent;
    bool sort_keys, ascii;
    jv item_separator, key_separator; /* strings */
};
void jinja_write_json(jinja_run *r, jv v, const struct jinja_json_style *style);

/* ---- operators (jinja_ops.c) ---- */

jv jv_binary(jinja_run *r, char op, jv a, jv b); /* + - * / % and 'd' = //, 'p' = ** */
jv jv_negate(jinja_run *r, jv v);
/* "..." % args, also the format filter; and "...".format(args). jinja_printf.c */
jv jv_printf(jinja_run *r, jv format, jv args);
jv jv_format(jinja_run *r, jv format, const struct jv_args *a);

/* ---- strings (jinja_string.c): positions and counts are in code points ---- */

size_t jinja_cp(text t, uint32_t *cp); /* length of the first character; a stray byte is one */
size_t jinja_last_cp(text t);            /* length of the last character; t.n >= 1 */
size_t jinja_cp_count(jinja_run *r, text t);
bool jinja_is_space(uint32_t cp);
jv jv_cut(jv string, size_t from, size_t n); /* bytes */
/* Strips white space (chars undefined or none) or the characters of `chars`; sides: 1 = left,
 * 2 = right. */
jv jv_strip(jinja_run *r, jv string, jv chars, int sides);
jv jv_replace(jinja_run *r, jv string, jv from, jv to, int64_t max);
jv jv_lines(jinja_run *r, jv string, bool keep_ends);
typedef enum jinja_case { CASE_UPPER, CASE_LOWER, CASE_CAPITALIZE, CASE_TITLE } jinja_case;
jv jv_recase(jinja_run *r, jv string, jinja_case how);

#endif
