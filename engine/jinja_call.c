/* jinja_call.c - calls: builtins, methods, macros, recursive loops; and the fields of `loop`. */
#include <string.h>

#include "engine/jinja_exec.h"

text jinja_macro_name(const struct jinja_macro *m)
{
    return m->node->name;
}

/* Binds the parameters: by position, by name, by default; then what Jinja offers beside them. */
static void bind_params(jinja_run *r, const jinja_node *node, const struct jv_args *a)
{
    for (size_t i = 0; i < node->n_kids && jinja_step(r); i++) {
        const jinja_node *param = node->kids[i];
        const jv *named = a->kw != NULL ? jv_get_text(r, a->kw, param->name) : NULL;
        jv value = i < a->n       ? a->pos[i]
                   : named != NULL ? *named
                   : param->a != NULL ? jinja_eval(r, param->a)
                                      : jv_undefined(param->name);
        jinja_bind(r, param->name, value);
    }
    jv rest = jv_list_new(r, JV_TUPLE);
    for (size_t i = node->n_kids; i < a->n && jinja_step(r); i++)
        jv_push(r, rest, a->pos[i]);
    jinja_bind(r, TEXT("varargs"), rest);
    const jv *caller = a->kw != NULL ? jv_get_text(r, a->kw, TEXT("caller")) : NULL;
    if (caller != NULL)
        jinja_bind(r, TEXT("caller"), *caller);
}

static jv call_macro(jinja_run *r, const struct jinja_macro *m, const struct jv_args *a)
{
    struct jinja_scope *outer = r->scope;
    size_t start = jinja_capture(r);
    if (jinja_push_scope(r, m->scope)) {
        bind_params(r, m->node, a);
        jinja_exec(r, m->node->c);
    }
    r->scope = outer;
    return jinja_captured(r, start);
}

/* loop(items): the body again, one level deeper. */
static jv call_loop(jinja_run *r, const struct jinja_loop *loop, const struct jv_args *a)
{
    if (loop->node->op != 'r' || a->n != 1)
        return jinja_fail(r, SHEAF_ERR_FORMAT, "loop() wants one list and a loop marked recursive");
    struct jinja_scope *outer = r->scope;
    size_t start = jinja_capture(r);
    r->scope = loop->outer;
    jinja_exec_loop(r, loop->node, a->pos[0], loop->depth + 1);
    r->scope = outer;
    return jinja_captured(r, start);
}

static jv call_value(jinja_run *r, jv callee, const struct jv_args *a)
{
    switch (callee.kind) {
    case JV_BUILTIN:
        return callee.fn->fn(r, JV_NOTHING, a);
    case JV_METHOD:
        return callee.method->fn->fn(r, callee.method->self, a);
    case JV_MACRO:
        return call_macro(r, callee.macro, a);
    case JV_LOOP:
        return call_loop(r, callee.loop, a);
    case JV_UNDEFINED:
        return jinja_fail(r, SHEAF_ERR_FORMAT, "'%.*s' is undefined and cannot be called",
                          (int)(callee.name.n < 60 ? callee.name.n : 60),
                          callee.name.n > 0 ? callee.name.p : "");
    default:
        return jinja_fail(r, SHEAF_ERR_FORMAT, "a value of type %s cannot be called",
                          jv_type_name(callee));
    }
}

jv jinja_call(jinja_run *r, jv callee, const struct jv_args *a)
{
    if (!jinja_enter(r))
        return JV_NOTHING;
    jv v = call_value(r, callee, a);
    jinja_leave(r);
    return v;
}

/* ---- the loop object ---- */

static jv loop_cycle(jinja_run *r, jv self, const struct jv_args *a)
{
    if (a->n == 0)
        return jinja_fail(r, SHEAF_ERR_FORMAT, "loop.cycle() wants values");
    return a->pos[self.loop->at % a->n];
}

static jv loop_changed(jinja_run *r, jv self, const struct jv_args *a)
{
    jv now = jv_list_new(r, JV_TUPLE);
    for (size_t i = 0; i < a->n; i++)
        jv_push(r, now, a->pos[i]);
    bool changed = !jv_equal(r, self.loop->watched, now);
    self.loop->watched = now;
    return jv_bool(changed);
}

static const struct jinja_builtin loop_methods[] = {
    {"cycle", loop_cycle},
    {"changed", loop_changed},
    {NULL, NULL},
};

static jv neighbour(const struct jinja_loop *loop, bool exists, size_t at, const char *name)
{
    return exists ? loop->items->items[at] : jv_undefined(text_of(name));
}

bool jinja_loop_attribute(jinja_run *r, jv self, text name, jv *out)
{
    const struct jinja_loop *l = self.loop;
    int64_t at = (int64_t)l->at, n = (int64_t)l->items->n;
    const struct {
        const char *name;
        jv value;
    } fields[] = {
        {"index", jv_int(at + 1)},
        {"index0", jv_int(at)},
        {"revindex", jv_int(n - at)},
        {"revindex0", jv_int(n - at - 1)},
        {"first", jv_bool(at == 0)},
        {"last", jv_bool(at == n - 1)},
        {"length", jv_int(n)},
        {"depth", jv_int(l->depth + 1)},
        {"depth0", jv_int(l->depth)},
        {"previtem", neighbour(l, at > 0, l->at - 1, "previtem")},
        {"nextitem", neighbour(l, at + 1 < n, l->at + 1, "nextitem")},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (text_equal(name, text_of(fields[i].name))) {
            *out = fields[i].value;
            return true;
        }
    const struct jinja_builtin *fn = jinja_find(loop_methods, name);
    if (fn != NULL)
        *out = jv_method(r, self, fn);
    return fn != NULL;
}
