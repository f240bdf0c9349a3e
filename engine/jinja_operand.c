/* jinja_operand.c - the operands of expressions: literals, names, and what follows them. */
#include <string.h>

#include "engine/jinja_ast.h"

static jinja_node *parse_primary(struct jinja_parser *p);

/* ---- postfix ---- */

/* One argument of a call: x, name=x, *x or **x. */
static jinja_node *parse_argument(struct jinja_parser *p)
{
    if (jinja_skip_op(p, "*"))
        return jinja_node_of(p, N_STAR, jinja_parse_expr(p), NULL);
    if (jinja_skip_op(p, "**"))
        return jinja_node_of(p, N_STARSTAR, jinja_parse_expr(p), NULL);
    jinja_node *value = jinja_parse_expr(p);
    if (value == NULL || value->kind != N_NAME || !jinja_skip_op(p, "="))
        return value;
    jinja_node *n = jinja_node_of(p, N_KWARG, jinja_parse_expr(p), NULL);
    if (n != NULL)
        n->name = value->name;
    return n;
}

/* The arguments of a call, from "(" to ")", as kids of `call`. */
static void parse_arguments(struct jinja_parser *p, jinja_node *call)
{
    jinja_expect_op(p, "(");
    while (p->code == SHEAF_OK && !jinja_is_op(p, ")")) {
        jinja_node_add(p, call, parse_argument(p));
        if (!jinja_skip_op(p, ","))
            break;
    }
    jinja_expect_op(p, ")");
}

static bool bound_ends(const struct jinja_parser *p)
{
    return jinja_is_op(p, ":") || jinja_is_op(p, "]");
}

static jinja_node *parse_index(struct jinja_parser *p, jinja_node *object)
{
    jinja_node *n = jinja_node_of(p, N_INDEX, object, NULL);
    if (n == NULL)
        return NULL;
    if (!jinja_is_op(p, ":"))
        n->b = jinja_parse_tuple(p);
    if (jinja_skip_op(p, ":")) {
        n->kind = N_SLICE;
        if (!bound_ends(p))
            n->c = jinja_parse_expr(p);
        if (jinja_skip_op(p, ":") && !bound_ends(p))
            n->d = jinja_parse_expr(p);
    }
    jinja_expect_op(p, "]");
    return n;
}

jinja_node *jinja_parse_attribute(struct jinja_parser *p, jinja_node *object)
{
    jinja_node *n = jinja_node_of(p, N_ATTR, object, NULL);
    if (n == NULL)
        return NULL;
    if (p->at->kind == TOKEN_INT) { /* x.0 is x[0] */
        n->kind = N_INDEX;
        n->b = parse_primary(p);
    } else {
        n->name = jinja_expect_name(p);
    }
    return n;
}

static jinja_node *parse_call(struct jinja_parser *p, jinja_node *callee)
{
    jinja_node *call = jinja_node_of(p, N_CALL, callee, NULL);
    if (call != NULL)
        parse_arguments(p, call);
    return call;
}

static jinja_node *parse_postfix(struct jinja_parser *p, jinja_node *n)
{
    while (p->code == SHEAF_OK) {
        if (jinja_skip_op(p, "."))
            n = jinja_parse_attribute(p, n);
        else if (jinja_skip_op(p, "["))
            n = parse_index(p, n);
        else if (jinja_is_op(p, "("))
            n = parse_call(p, n);
        else
            break;
    }
    return n;
}

/* name(args) of a filter or test; test and filter names may be dotted. */
static jinja_node *parse_named(struct jinja_parser *p, jinja_kind kind, jinja_node *input)
{
    jinja_node *n = jinja_node_of(p, kind, input, NULL);
    if (n == NULL)
        return NULL;
    n->name = jinja_expect_name(p);
    if (jinja_is_op(p, "("))
        parse_arguments(p, n);
    return n;
}

jinja_node *jinja_parse_filters(struct jinja_parser *p, jinja_node *input)
{
    jinja_skip_op(p, "|");
    do
        input = parse_named(p, N_FILTER, input);
    while (p->code == SHEAF_OK && jinja_skip_op(p, "|"));
    return input;
}

/* A test may have one argument without parentheses: x is divisibleby 3. */
static bool bare_argument(const struct jinja_parser *p)
{
    static const char *const words[] = {"else", "or", "and", "is", "if", "in", "not", "recursive"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (jinja_is_name(p, words[i]))
            return false;
    int kind = (int)p->at->kind;
    return kind == TOKEN_NAME || kind == TOKEN_STRING || kind == TOKEN_INT || kind == TOKEN_FLOAT ||
           jinja_is_op(p, "[") || jinja_is_op(p, "{");
}

static jinja_node *parse_test(struct jinja_parser *p, jinja_node *value)
{
    bool negated = jinja_skip_name(p, "not");
    jinja_node *n = parse_named(p, N_TEST, value);
    if (n != NULL && n->n_kids == 0 && bare_argument(p))
        jinja_node_add(p, n, parse_postfix(p, parse_primary(p)));
    return negated ? jinja_node_of(p, N_NOT, n, NULL) : n;
}

static jinja_node *parse_filters_and_tests(struct jinja_parser *p, jinja_node *n)
{
    while (p->code == SHEAF_OK) {
        if (jinja_is_op(p, "|"))
            n = jinja_parse_filters(p, n);
        else if (jinja_skip_name(p, "is"))
            n = parse_test(p, n);
        else if (jinja_is_op(p, "("))
            n = parse_call(p, n);
        else
            break;
    }
    return n;
}

static jinja_node *parse_signed(struct jinja_parser *p)
{
    if (jinja_skip_op(p, "-"))
        return jinja_node_of(p, N_NEG, jinja_parse_unary(p, false), NULL);
    if (jinja_skip_op(p, "+"))
        return jinja_node_of(p, N_POS, jinja_parse_unary(p, false), NULL);
    return parse_primary(p);
}

jinja_node *jinja_parse_unary(struct jinja_parser *p, bool with_filters)
{
    if (!jinja_parse_enter(p))
        return NULL;
    jinja_node *n = parse_postfix(p, parse_signed(p));
    if (with_filters)
        n = parse_filters_and_tests(p, n);
    p->depth--;
    return n;
}

/* ---- primaries ---- */

static jinja_node *constant(struct jinja_parser *p, jv value)
{
    jinja_node *n = jinja_node_new(p, N_CONST);
    if (n != NULL)
        n->value = value;
    return n;
}

static jinja_node *parse_word(struct jinja_parser *p)
{
    static const struct {
        const char *word;
        jv value;
    } words[] = {
        {"true", {.kind = JV_BOOL, .b = true}}, {"false", {.kind = JV_BOOL}},
        {"True", {.kind = JV_BOOL, .b = true}}, {"False", {.kind = JV_BOOL}},
        {"none", {.kind = JV_NONE}},            {"None", {.kind = JV_NONE}},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (jinja_skip_name(p, words[i].word))
            return constant(p, words[i].value);
    jinja_node *n = jinja_node_new(p, N_NAME);
    text name = jinja_expect_name(p);
    if (n != NULL)
        n->name = name;
    return n;
}

static jinja_node *parse_number(struct jinja_parser *p)
{
    char digits[64];
    size_t n = 0;
    text t = p->at->t;
    for (size_t i = 0; i < t.n && n < sizeof digits; i++)
        if (t.p[i] != '_')
            digits[n++] = t.p[i];
    int64_t whole;
    double real;
    bool is_int = p->at->kind == TOKEN_INT;
    bool fits = n < sizeof digits && (is_int ? text_to_i64((text){digits, n}, &whole)
                                             : text_to_f64((text){digits, n}, &real));
    if (!fits)
        return jinja_parse_fail(p, SHEAF_ERR_LIMIT, "a number is out of range");
    jinja_next(p);
    return constant(p, is_int ? jv_int(whole) : jv_float(real));
}

/* Neighbouring literals are one string. */
static jinja_node *parse_string(struct jinja_parser *p)
{
    size_t total = 0, at = 0;
    for (const struct jinja_token *t = p->at; t->kind == TOKEN_STRING; t++)
        total += t->t.n;
    text joined = p->at->t;
    if (total > joined.n) {
        char *copy = arena_take(p->mem, total, 1);
        if (copy == NULL)
            return jinja_parse_fail(p, SHEAF_ERR_LIMIT, "the template is too large to compile");
        for (const struct jinja_token *t = p->at; t->kind == TOKEN_STRING; at += t++->t.n)
            memcpy(copy + at, t->t.p, t->t.n);
        joined = (text){copy, total};
    }
    while (p->at->kind == TOKEN_STRING)
        jinja_next(p);
    return constant(p, jv_text(joined, false));
}

/* Items up to `close`, separated by commas, the last of which may hang. */
static jinja_node *parse_items(struct jinja_parser *p, jinja_node *n, const char *close, bool pairs)
{
    while (p->code == SHEAF_OK && !jinja_is_op(p, close)) {
        jinja_node_add(p, n, jinja_parse_expr(p));
        if (pairs && jinja_expect_op(p, ":"))
            jinja_node_add(p, n, jinja_parse_expr(p));
        if (!jinja_skip_op(p, ","))
            break;
    }
    jinja_expect_op(p, close);
    return n;
}

static jinja_node *parse_parentheses(struct jinja_parser *p)
{
    if (jinja_skip_op(p, ")"))
        return jinja_node_new(p, N_TUPLE);
    jinja_node *n = jinja_parse_tuple(p);
    jinja_expect_op(p, ")");
    return n;
}

static jinja_node *parse_primary(struct jinja_parser *p)
{
    switch (p->at->kind) {
    case TOKEN_NAME:
        return parse_word(p);
    case TOKEN_STRING:
        return parse_string(p);
    case TOKEN_INT:
    case TOKEN_FLOAT:
        return parse_number(p);
    default:
        break;
    }
    if (jinja_skip_op(p, "("))
        return parse_parentheses(p);
    if (jinja_skip_op(p, "["))
        return parse_items(p, jinja_node_new(p, N_LIST), "]", false);
    if (jinja_skip_op(p, "{"))
        return parse_items(p, jinja_node_new(p, N_DICT), "}", true);
    return jinja_unexpected(p, "an expression");
}
