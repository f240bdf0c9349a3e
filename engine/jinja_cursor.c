/* jinja_cursor.c - what every parsing function uses: the current token, new nodes, faults. After a
 * fault the cursor stands at the end, so that all loops over tokens stop. */
#include <stdarg.h>
#include <stdio.h>

#include "base/fail.h"
#include "engine/jinja_ast.h"

jinja_node *jinja_parse_fail(struct jinja_parser *p, sheaf_code code, const char *format, ...)
{
    if (p->code != SHEAF_OK)
        return NULL;
    char message[200];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    p->code = SHEAF_FAIL(p->err, code, "chat template", "line %d: %s", p->at->line, message);
    p->at = p->end;
    return NULL;
}

bool jinja_parse_enter(struct jinja_parser *p)
{
    if (p->code != SHEAF_OK)
        return false;
    if (p->depth >= p->max_depth) {
        jinja_parse_fail(p, SHEAF_ERR_LIMIT, "the template nests deeper than %d levels",
                         p->max_depth);
        return false;
    }
    p->depth++;
    return true;
}

jinja_node *jinja_node_new(struct jinja_parser *p, jinja_kind kind)
{
    jinja_node *n = p->code == SHEAF_OK ? arena_take(p->mem, 1, sizeof *n) : NULL;
    if (n == NULL)
        return jinja_parse_fail(p, SHEAF_ERR_LIMIT, "the template is too large to compile");
    n->kind = kind;
    n->line = p->at->line;
    return n;
}

jinja_node *jinja_node_of(struct jinja_parser *p, jinja_kind kind, jinja_node *a, jinja_node *b)
{
    jinja_node *n = jinja_node_new(p, kind);
    if (n != NULL) {
        n->a = a;
        n->b = b;
    }
    return n;
}

void jinja_node_add(struct jinja_parser *p, jinja_node *parent, jinja_node *kid)
{
    if (parent == NULL || kid == NULL)
        return;
    if (parent->n_kids == parent->cap_kids) {
        size_t cap = parent->cap_kids == 0 ? 4 : parent->cap_kids * 2;
        jinja_node **kids = arena_take(p->mem, cap, sizeof *kids);
        if (kids == NULL) {
            jinja_parse_fail(p, SHEAF_ERR_LIMIT, "the template is too large to compile");
            return;
        }
        for (size_t i = 0; i < parent->n_kids; i++)
            kids[i] = parent->kids[i];
        parent->kids = kids;
        parent->cap_kids = cap;
    }
    parent->kids[parent->n_kids++] = kid;
}

void jinja_next(struct jinja_parser *p)
{
    if (p->at < p->end)
        p->at++;
}

bool jinja_is_op(const struct jinja_parser *p, const char *op)
{
    return p->at->kind == TOKEN_OP && text_equal(p->at->t, text_of(op));
}

bool jinja_is_name(const struct jinja_parser *p, const char *name)
{
    return p->at->kind == TOKEN_NAME && text_equal(p->at->t, text_of(name));
}

bool jinja_skip_op(struct jinja_parser *p, const char *op)
{
    bool hit = jinja_is_op(p, op);
    if (hit)
        jinja_next(p);
    return hit;
}

bool jinja_skip_name(struct jinja_parser *p, const char *name)
{
    bool hit = jinja_is_name(p, name);
    if (hit)
        jinja_next(p);
    return hit;
}

jinja_node *jinja_unexpected(struct jinja_parser *p, const char *wanted)
{
    text t = p->at->t;
    if (p->at->kind == TOKEN_END)
        return jinja_parse_fail(p, SHEAF_ERR_FORMAT, "the template ends where %s is expected",
                                wanted);
    if (t.n == 0 || p->at->kind == TOKEN_DATA)
        return jinja_parse_fail(p, SHEAF_ERR_FORMAT, "the tag ends where %s is expected", wanted);
    return jinja_parse_fail(p, SHEAF_ERR_FORMAT, "'%.*s' stands where %s is expected",
                            (int)(t.n < 40 ? t.n : 40), t.p, wanted);
}

bool jinja_expect_op(struct jinja_parser *p, const char *op)
{
    char wanted[8];
    snprintf(wanted, sizeof wanted, "'%s'", op);
    if (jinja_skip_op(p, op))
        return true;
    jinja_unexpected(p, wanted);
    return false;
}

text jinja_expect_name(struct jinja_parser *p)
{
    text t = p->at->t;
    if (p->at->kind != TOKEN_NAME) {
        jinja_unexpected(p, "a name");
        return TEXT("");
    }
    jinja_next(p);
    return t;
}

void jinja_expect_block_end(struct jinja_parser *p)
{
    if (p->at->kind == TOKEN_BLOCK_END)
        jinja_next(p);
    else
        jinja_unexpected(p, "the end of the tag");
}
