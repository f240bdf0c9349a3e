/* jinja_exec.h - what the evaluator keeps about loops and macros, and its entry points. */
#ifndef ENGINE_JINJA_EXEC_H
#define ENGINE_JINJA_EXEC_H

#include "engine/jinja_ast.h"

/* The object `loop`. */
struct jinja_loop {
    const jinja_node *node; /* N_FOR */
    struct jinja_scope *outer;
    const jv_list *items;
    size_t at;
    int depth;   /* of recursion, from 0 */
    jv watched;  /* arguments of the last loop.changed() */
};

/* A macro with the scope it was defined in. */
struct jinja_macro {
    const jinja_node *node; /* N_MACRO or N_CALL_BLOCK: name, kids, c */
    struct jinja_scope *scope;
};

enum jinja_flow { FLOW_NEXT, FLOW_BREAK, FLOW_CONTINUE };

/* jinja_eval.c */
jv jinja_eval(jinja_run *r, const jinja_node *n);
struct jv_args jinja_eval_args(jinja_run *r, const jinja_node *call);

/* jinja_exec.c */
enum jinja_flow jinja_exec(jinja_run *r, const jinja_node *n);
void jinja_exec_loop(jinja_run *r, const jinja_node *n, jv items, int depth);
/* Enters a new scope below `parent` (r->scope is the caller's to restore). */
bool jinja_push_scope(jinja_run *r, struct jinja_scope *parent);

/* jinja_call.c */
bool jinja_loop_attribute(jinja_run *r, jv loop, text name, jv *out);
text jinja_macro_name(const struct jinja_macro *m);

#endif
