/* jinja_exec.c - statements. Scopes follow jinja2: loop bodies, macros, block sets, filter and with
 * blocks have their own, `if` has none; a namespace is the way to write through a loop. Scopes live
 * in the arena, because a macro may outlast the block that defined it. */
#include "engine/jinja_exec.h"

bool jinja_push_scope(jinja_run *r, struct jinja_scope *parent)
{
    struct jinja_scope *scope = jinja_take(r, 1, sizeof *scope);
    if (scope == NULL)
        return false;
    scope->parent = parent;
    r->scope = scope;
    return true;
}

static void assign(jinja_run *r, const jinja_node *target, jv value);

static void assign_tuple(jinja_run *r, const jinja_node *target, jv value)
{
    jv items = jv_items(r, value);
    if (!jinja_step(r))
        return;
    if (items.list->n != target->n_kids) {
        jinja_fail(r, SHEAF_ERR_FORMAT, "%zu values to unpack, %zu names", items.list->n,
                   target->n_kids);
        return;
    }
    for (size_t i = 0; i < target->n_kids; i++)
        assign(r, target->kids[i], items.list->items[i]);
}

static void assign_attribute(jinja_run *r, const jinja_node *target, jv value)
{
    jv object = jinja_eval(r, target->a);
    if (object.kind != JV_NAMESPACE || target->kind != N_ATTR)
        jinja_fail(r, SHEAF_ERR_FORMAT, "attributes can be set on a namespace, not on %s",
                   jv_type_name(object));
    else
        jv_put(r, object.dict, jv_text(target->name, false), value);
}

static void assign(jinja_run *r, const jinja_node *target, jv value)
{
    if (target->kind == N_NAME)
        jinja_bind(r, target->name, value);
    else if (target->kind == N_TUPLE)
        assign_tuple(r, target, value);
    else
        assign_attribute(r, target, value);
}

static enum jinja_flow exec_data(jinja_run *r, const jinja_node *n)
{
    jinja_write(r, n->value);
    return FLOW_NEXT;
}

static enum jinja_flow exec_output(jinja_run *r, const jinja_node *n)
{
    jv v = jinja_eval(r, n->a);
    if (jinja_step(r))
        jinja_write_str(r, v);
    return FLOW_NEXT;
}

static enum jinja_flow exec_body(jinja_run *r, const jinja_node *n)
{
    enum jinja_flow flow = FLOW_NEXT;
    for (size_t i = 0; i < n->n_kids && flow == FLOW_NEXT && jinja_step(r); i++)
        flow = jinja_exec(r, n->kids[i]);
    return flow;
}

static enum jinja_flow exec_if(jinja_run *r, const jinja_node *n)
{
    while (n != NULL && jinja_step(r)) {
        if (n->kind != N_IF)
            return jinja_exec(r, n);
        if (jv_truth(jinja_eval(r, n->a)))
            return jinja_exec(r, n->b);
        n = n->c;
    }
    return FLOW_NEXT;
}

/* ---- loops ---- */

/* The items for which the condition of the loop holds. */
static jv filter_items(jinja_run *r, const jinja_node *n, jv items)
{
    if (n->d == NULL)
        return items;
    jv kept = jv_list_new(r, JV_LIST);
    struct jinja_scope *outer = r->scope;
    if (!jinja_push_scope(r, outer))
        return kept;
    for (size_t i = 0; i < items.list->n && jinja_step(r); i++) {
        r->scope->vars.n = 0;
        assign(r, n->a, items.list->items[i]);
        if (jv_truth(jinja_eval(r, n->d)))
            jv_push(r, kept, items.list->items[i]);
    }
    r->scope = outer;
    return kept;
}

static void run_iterations(jinja_run *r, struct jinja_loop *loop)
{
    const jinja_node *n = loop->node;
    for (loop->at = 0; loop->at < loop->items->n && jinja_step(r); loop->at++) {
        r->scope->vars.n = 0;
        jinja_bind(r, TEXT("loop"), (jv){.kind = JV_LOOP, .loop = loop});
        assign(r, n->a, loop->items->items[loop->at]);
        if (jinja_exec(r, n->c) == FLOW_BREAK)
            return;
    }
}

void jinja_exec_loop(jinja_run *r, const jinja_node *n, jv items, int depth)
{
    struct jinja_scope *outer = r->scope;
    jv kept = filter_items(r, n, jv_items(r, items));
    struct jinja_loop *loop = jinja_take(r, 1, sizeof *loop);
    if (loop == NULL)
        return;
    *loop = (struct jinja_loop){.node = n, .outer = outer, .items = kept.list, .depth = depth,
                                .watched = JV_NOTHING};
    if (loop->items->n == 0) {
        if (n->e != NULL)
            jinja_exec(r, n->e);
        return;
    }
    if (jinja_push_scope(r, outer))
        run_iterations(r, loop);
    r->scope = outer;
}

static enum jinja_flow exec_for(jinja_run *r, const jinja_node *n)
{
    jv items = jinja_eval(r, n->b);
    if (jinja_step(r))
        jinja_exec_loop(r, n, items, 0);
    return FLOW_NEXT;
}

/* ---- the rest ---- */

static enum jinja_flow exec_set(jinja_run *r, const jinja_node *n)
{
    jv value = jinja_eval(r, n->b);
    if (jinja_step(r))
        assign(r, n->a, value);
    return FLOW_NEXT;
}

/* The output of a body in a scope of its own, through the filters of the block. */
static jv capture_body(jinja_run *r, const jinja_node *n)
{
    struct jinja_scope *outer = r->scope;
    size_t start = jinja_capture(r);
    if (jinja_push_scope(r, outer))
        jinja_exec(r, n->c);
    r->scope = outer;
    jv value = jinja_captured(r, start), piped = r->piped;
    if (n->b == NULL)
        return value;
    r->piped = value;
    value = jinja_eval(r, n->b);
    r->piped = piped;
    return value;
}

static enum jinja_flow exec_set_block(jinja_run *r, const jinja_node *n)
{
    jv value = capture_body(r, n);
    if (jinja_step(r))
        assign(r, n->a, value);
    return FLOW_NEXT;
}

static enum jinja_flow exec_filter_block(jinja_run *r, const jinja_node *n)
{
    jv value = capture_body(r, n);
    if (jinja_step(r))
        jinja_write_str(r, value);
    return FLOW_NEXT;
}

static jv macro_value(jinja_run *r, const jinja_node *n)
{
    struct jinja_macro *m = jinja_take(r, 1, sizeof *m);
    if (m == NULL)
        return JV_NOTHING;
    *m = (struct jinja_macro){n, r->scope};
    return (jv){.kind = JV_MACRO, .macro = m};
}

static enum jinja_flow exec_macro(jinja_run *r, const jinja_node *n)
{
    jinja_bind(r, n->name, macro_value(r, n));
    return FLOW_NEXT;
}

static enum jinja_flow exec_call_block(jinja_run *r, const jinja_node *n)
{
    jv callee = jinja_eval(r, n->a->a), kw = jv_dict_new(r, JV_DICT);
    struct jv_args args = jinja_eval_args(r, n->a);
    for (size_t i = 0; args.kw != NULL && i < args.kw->n && jinja_step(r); i++)
        jv_put(r, kw.dict, args.kw->entries[i].key, args.kw->entries[i].value);
    if (!jinja_step(r))
        return FLOW_NEXT;
    jv_put(r, kw.dict, jv_text(n->name, false), macro_value(r, n));
    args.kw = kw.dict;
    jv value = jinja_call(r, callee, &args);
    if (jinja_step(r))
        jinja_write_str(r, value);
    return FLOW_NEXT;
}

static enum jinja_flow exec_with(jinja_run *r, const jinja_node *n)
{
    struct jinja_scope *outer = r->scope;
    if (!jinja_push_scope(r, outer))
        return FLOW_NEXT;
    struct jinja_scope *inner = r->scope;
    for (size_t i = 0; i < n->n_kids && jinja_step(r); i++) {
        r->scope = outer;
        jv value = jinja_eval(r, n->kids[i]->b);
        r->scope = inner;
        assign(r, n->kids[i]->a, value);
    }
    enum jinja_flow flow = jinja_step(r) ? jinja_exec(r, n->c) : FLOW_NEXT;
    r->scope = outer;
    return flow;
}

static enum jinja_flow exec_break(jinja_run *r, const jinja_node *n)
{
    (void)r;
    (void)n;
    return FLOW_BREAK;
}

static enum jinja_flow exec_continue(jinja_run *r, const jinja_node *n)
{
    (void)r;
    (void)n;
    return FLOW_CONTINUE;
}

static enum jinja_flow (*const exec_kind[N_N_KINDS])(jinja_run *r, const jinja_node *n) = {
    [N_DATA] = exec_data,
    [N_OUTPUT] = exec_output,
    [N_BODY] = exec_body,
    [N_IF] = exec_if,
    [N_FOR] = exec_for,
    [N_SET] = exec_set,
    [N_SET_BLOCK] = exec_set_block,
    [N_MACRO] = exec_macro,
    [N_CALL_BLOCK] = exec_call_block,
    [N_FILTER_BLOCK] = exec_filter_block,
    [N_WITH] = exec_with,
    [N_BREAK] = exec_break,
    [N_CONTINUE] = exec_continue,
};

enum jinja_flow jinja_exec(jinja_run *r, const jinja_node *n)
{
    if (!jinja_enter(r))
        return FLOW_NEXT;
    r->line = n->line;
    enum jinja_flow flow = exec_kind[n->kind](r, n);
    jinja_leave(r);
    return flow;
}
