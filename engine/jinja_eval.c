/* jinja_eval.c - expressions of the tree to values. */
#include "engine/jinja_exec.h"

static jv eval_const(jinja_run *r, const jinja_node *n)
{
    (void)r;
    return n->value;
}

static jv eval_name(jinja_run *r, const jinja_node *n)
{
    for (const struct jinja_scope *s = r->scope; s != NULL && jinja_step(r); s = s->parent) {
        const jv *slot = jv_get_text(r, &s->vars, n->name);
        if (slot != NULL)
            return *slot;
    }
    const struct jinja_builtin *fn = jinja_find(jinja_globals, n->name);
    return fn != NULL ? (jv){.kind = JV_BUILTIN, .fn = fn} : jv_undefined(n->name);
}

static jv eval_sequence(jinja_run *r, const jinja_node *n)
{
    jv list = jv_list_new(r, n->kind == N_TUPLE ? JV_TUPLE : JV_LIST);
    for (size_t i = 0; i < n->n_kids && jinja_step(r); i++)
        jv_push(r, list, jinja_eval(r, n->kids[i]));
    return list;
}

static jv eval_dict(jinja_run *r, const jinja_node *n)
{
    jv dict = jv_dict_new(r, JV_DICT);
    for (size_t i = 0; i + 1 < n->n_kids && jinja_step(r); i += 2) {
        jv key = jinja_eval(r, n->kids[i]);
        jv_put(r, dict.dict, key, jinja_eval(r, n->kids[i + 1]));
    }
    return dict;
}

static jv eval_attr(jinja_run *r, const jinja_node *n)
{
    return jv_attribute(r, jinja_eval(r, n->a), n->name);
}

static jv eval_index(jinja_run *r, const jinja_node *n)
{
    jv object = jinja_eval(r, n->a);
    return jv_subscript(r, object, jinja_eval(r, n->b));
}

static jv eval_bound(jinja_run *r, const jinja_node *n)
{
    return n != NULL ? jinja_eval(r, n) : jv_none();
}

static jv eval_slice(jinja_run *r, const jinja_node *n)
{
    jv object = jinja_eval(r, n->a), start = eval_bound(r, n->b), stop = eval_bound(r, n->c);
    return jv_slice(r, object, start, stop, eval_bound(r, n->d));
}

/* Adds one argument node to the lists of a call. */
static void eval_arg(jinja_run *r, const jinja_node *arg, jv pos, jv kw)
{
    if (arg->kind < N_N_EXPRESSIONS) {
        jv_push(r, pos, jinja_eval(r, arg));
        return;
    }
    jv value = jinja_eval(r, arg->a);
    if (arg->kind == N_KWARG) {
        jv_put(r, kw.dict, jv_text(arg->name, false), value);
    } else if (arg->kind == N_STAR) {
        jv items = jv_items(r, value);
        for (size_t i = 0; jinja_step(r) && i < items.list->n; i++)
            jv_push(r, pos, items.list->items[i]);
    } else if (value.kind == JV_DICT) {
        for (size_t i = 0; i < value.dict->n && jinja_step(r); i++)
            jv_put(r, kw.dict, value.dict->entries[i].key, value.dict->entries[i].value);
    } else {
        jinja_fail(r, SHEAF_ERR_FORMAT, "'**' does not take %s", jv_type_name(value));
    }
}

struct jv_args jinja_eval_args(jinja_run *r, const jinja_node *call)
{
    if (call->n_kids == 0)
        return (struct jv_args){0};
    jv pos = jv_list_new(r, JV_LIST), kw = jv_dict_new(r, JV_DICT);
    for (size_t i = 0; i < call->n_kids && jinja_step(r); i++)
        eval_arg(r, call->kids[i], pos, kw);
    return (struct jv_args){pos.list->items, pos.list->n, kw.dict->n > 0 ? kw.dict : NULL};
}

static jv eval_call(jinja_run *r, const jinja_node *n)
{
    jv callee = jinja_eval(r, n->a);
    struct jv_args args = jinja_eval_args(r, n);
    r->line = n->line;
    return jinja_step(r) ? jinja_call(r, callee, &args) : JV_NOTHING;
}

static jv eval_filter(jinja_run *r, const jinja_node *n)
{
    jv input = n->a != NULL ? jinja_eval(r, n->a) : r->piped;
    struct jv_args args = jinja_eval_args(r, n);
    r->line = n->line;
    const struct jinja_builtin *filter = jinja_find_filter(r, n->name);
    return filter != NULL && jinja_step(r) ? filter->fn(r, input, &args) : JV_NOTHING;
}

static jv eval_test(jinja_run *r, const jinja_node *n)
{
    jv value = jinja_eval(r, n->a);
    struct jv_args args = jinja_eval_args(r, n);
    r->line = n->line;
    const struct jinja_builtin *test = jinja_find_test(r, n->name);
    return test != NULL && jinja_step(r) ? test->fn(r, value, &args) : jv_bool(false);
}

static jv eval_not(jinja_run *r, const jinja_node *n)
{
    return jv_bool(!jv_truth(jinja_eval(r, n->a)));
}

static jv eval_neg(jinja_run *r, const jinja_node *n)
{
    return jv_negate(r, jinja_eval(r, n->a));
}

static jv eval_pos(jinja_run *r, const jinja_node *n)
{
    jv v = jinja_eval(r, n->a);
    return v.kind == JV_FLOAT ? v : jv_binary(r, '+', v, jv_int(0));
}

static jv eval_binary(jinja_run *r, const jinja_node *n)
{
    jv a = jinja_eval(r, n->a), b = jinja_eval(r, n->b);
    r->line = n->line;
    return jinja_step(r) ? jv_binary(r, n->op, a, b) : JV_NOTHING;
}

static jv eval_concat(jinja_run *r, const jinja_node *n)
{
    jv parts = eval_sequence(r, n);
    size_t start = jinja_capture(r);
    for (size_t i = 0; i < parts.list->n && jinja_step(r); i++)
        jinja_write_str(r, parts.list->items[i]);
    return jinja_captured(r, start);
}

static jv eval_and(jinja_run *r, const jinja_node *n)
{
    jv a = jinja_eval(r, n->a);
    return jv_truth(a) ? jinja_eval(r, n->b) : a;
}

static jv eval_or(jinja_run *r, const jinja_node *n)
{
    jv a = jinja_eval(r, n->a);
    return jv_truth(a) ? a : jinja_eval(r, n->b);
}

static bool compare_by(jinja_run *r, char op, jv a, jv b)
{
    switch (op) {
    case OP_EQ:
        return jv_equal(r, a, b);
    case OP_NE:
        return !jv_equal(r, a, b);
    case OP_LT:
        return jv_compare(r, a, b) < 0;
    case OP_LE:
        return jv_compare(r, a, b) <= 0;
    case OP_GT:
        return jv_compare(r, a, b) > 0;
    case OP_GE:
        return jv_compare(r, a, b) >= 0;
    case OP_IN:
        return jv_contains(r, b, a);
    default:
        return !jv_contains(r, b, a);
    }
}

/* a < b < c: every pair must hold, b is evaluated once. */
static jv eval_compare(jinja_run *r, const jinja_node *n)
{
    jv left = jinja_eval(r, n->a);
    for (size_t i = 0; i < n->n_kids && jinja_step(r); i++) {
        jv right = jinja_eval(r, n->kids[i]->a);
        r->line = n->line;
        if (!compare_by(r, n->kids[i]->op, left, right))
            return jv_bool(false);
        left = right;
    }
    return jv_bool(true);
}

static jv eval_cond(jinja_run *r, const jinja_node *n)
{
    if (jv_truth(jinja_eval(r, n->a)))
        return jinja_eval(r, n->b);
    return n->c != NULL ? jinja_eval(r, n->c) : jv_undefined(TEXT("inline if without else"));
}

static jv (*const eval_kind[N_N_EXPRESSIONS])(jinja_run *r, const jinja_node *n) = {
    [N_CONST] = eval_const,     [N_NAME] = eval_name,     [N_LIST] = eval_sequence,
    [N_TUPLE] = eval_sequence,  [N_DICT] = eval_dict,     [N_ATTR] = eval_attr,
    [N_INDEX] = eval_index,     [N_SLICE] = eval_slice,   [N_CALL] = eval_call,
    [N_FILTER] = eval_filter,   [N_TEST] = eval_test,     [N_NOT] = eval_not,
    [N_NEG] = eval_neg,         [N_POS] = eval_pos,       [N_BINARY] = eval_binary,
    [N_CONCAT] = eval_concat,   [N_AND] = eval_and,       [N_OR] = eval_or,
    [N_COMPARE] = eval_compare, [N_COND] = eval_cond,
};

jv jinja_eval(jinja_run *r, const jinja_node *n)
{
    if (!jinja_enter(r))
        return JV_NOTHING;
    r->line = n->line;
    jv v;
    if (n->kind < N_N_EXPRESSIONS)
        v = eval_kind[n->kind](r, n);
    else
        v = jinja_fail(r, SHEAF_ERR_FORMAT, "an argument list stands where a value is expected");
    jinja_leave(r);
    return v;
}
