/* jinja_expr.c - expressions, by precedence: if, or, and, not, comparison, + -, ~, * / // %, **;
 * the operands are in jinja_operand.c. */
#include "engine/jinja_ast.h"

static jinja_node *parse_or(struct jinja_parser *p);

jinja_node *jinja_parse_expr(struct jinja_parser *p)
{
    if (!jinja_parse_enter(p))
        return NULL;
    jinja_node *value = parse_or(p);
    while (jinja_skip_name(p, "if")) {
        jinja_node *condition = parse_or(p);
        value = jinja_node_of(p, N_COND, condition, value);
        if (jinja_skip_name(p, "else") && value != NULL)
            value->c = jinja_parse_expr(p);
    }
    p->depth--;
    return value;
}

jinja_node *jinja_parse_expr_no_if(struct jinja_parser *p)
{
    jinja_node *first = parse_or(p);
    if (!jinja_is_op(p, ","))
        return first;
    jinja_node *tuple = jinja_node_new(p, N_TUPLE);
    jinja_node_add(p, tuple, first);
    while (jinja_skip_op(p, ",") && p->at->kind != TOKEN_BLOCK_END)
        jinja_node_add(p, tuple, parse_or(p));
    return tuple;
}

static jinja_node *parse_not(struct jinja_parser *p);

static jinja_node *parse_and(struct jinja_parser *p)
{
    jinja_node *left = parse_not(p);
    while (jinja_skip_name(p, "and"))
        left = jinja_node_of(p, N_AND, left, parse_not(p));
    return left;
}

static jinja_node *parse_or(struct jinja_parser *p)
{
    jinja_node *left = parse_and(p);
    while (jinja_skip_name(p, "or"))
        left = jinja_node_of(p, N_OR, left, parse_and(p));
    return left;
}

static jinja_node *parse_sum(struct jinja_parser *p);

/* The comparison operator at the current token (skipped), or 0. */
static char comparison(struct jinja_parser *p)
{
    static const char *const symbols[] = {"==", "!=", "<", "<=", ">", ">="};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if (jinja_skip_op(p, symbols[i]))
            return (char)(OP_EQ + (int)i);
    if (jinja_skip_name(p, "in"))
        return OP_IN;
    struct jinja_parser ahead = *p;
    if (!jinja_skip_name(&ahead, "not") || !jinja_skip_name(&ahead, "in"))
        return 0;
    p->at = ahead.at;
    return OP_NOT_IN;
}

static jinja_node *parse_compare(struct jinja_parser *p)
{
    jinja_node *first = parse_sum(p), *compare = NULL;
    for (char op; (op = comparison(p)) != 0;) {
        if (compare == NULL)
            compare = jinja_node_of(p, N_COMPARE, first, NULL);
        jinja_node *operand = jinja_node_of(p, N_OPERAND, parse_sum(p), NULL);
        if (operand != NULL)
            operand->op = op;
        jinja_node_add(p, compare, operand);
    }
    return compare != NULL ? compare : first;
}

static jinja_node *parse_not(struct jinja_parser *p)
{
    if (!jinja_is_name(p, "not"))
        return parse_compare(p);
    if (!jinja_parse_enter(p))
        return NULL;
    jinja_next(p);
    jinja_node *n = jinja_node_of(p, N_NOT, parse_not(p), NULL);
    p->depth--;
    return n;
}

static jinja_node *parse_power(struct jinja_parser *p)
{
    jinja_node *left = jinja_parse_unary(p, true);
    while (jinja_skip_op(p, "**")) {
        left = jinja_node_of(p, N_BINARY, left, jinja_parse_unary(p, true));
        if (left != NULL)
            left->op = 'p';
    }
    return left;
}

/* One level of left-associative operators; `ops` and `codes` run side by side. */
static jinja_node *parse_level(struct jinja_parser *p, const char *const *ops, const char *codes,
                               jinja_node *(*operand)(struct jinja_parser *))
{
    jinja_node *left = operand(p);
    for (size_t i = 0; ops[i] != NULL;) {
        if (!jinja_skip_op(p, ops[i])) {
            i++;
            continue;
        }
        left = jinja_node_of(p, N_BINARY, left, operand(p));
        if (left != NULL)
            left->op = codes[i];
        i = 0;
    }
    return left;
}

static jinja_node *parse_product(struct jinja_parser *p)
{
    static const char *const ops[] = {"*", "/", "//", "%", NULL};
    return parse_level(p, ops, "*/d%", parse_power);
}

static jinja_node *parse_concat(struct jinja_parser *p)
{
    jinja_node *first = parse_product(p);
    if (!jinja_is_op(p, "~"))
        return first;
    jinja_node *n = jinja_node_new(p, N_CONCAT);
    jinja_node_add(p, n, first);
    while (jinja_skip_op(p, "~"))
        jinja_node_add(p, n, parse_product(p));
    return n;
}

static jinja_node *parse_sum(struct jinja_parser *p)
{
    static const char *const ops[] = {"+", "-", NULL};
    return parse_level(p, ops, "+-", parse_concat);
}

/* ---- tuples and targets ---- */

static bool tuple_ends(const struct jinja_parser *p)
{
    return p->at->kind == TOKEN_OUTPUT_END || p->at->kind == TOKEN_BLOCK_END ||
           p->at->kind == TOKEN_END || jinja_is_op(p, ")") || jinja_is_op(p, "]");
}

jinja_node *jinja_parse_tuple(struct jinja_parser *p)
{
    jinja_node *first = jinja_parse_expr(p);
    if (!jinja_is_op(p, ","))
        return first;
    jinja_node *tuple = jinja_node_new(p, N_TUPLE);
    jinja_node_add(p, tuple, first);
    while (jinja_skip_op(p, ",") && !tuple_ends(p))
        jinja_node_add(p, tuple, jinja_parse_expr(p));
    return tuple;
}

static jinja_node *parse_one_target(struct jinja_parser *p, bool attribute)
{
    if (!jinja_parse_enter(p))
        return NULL;
    jinja_node *n;
    if (jinja_skip_op(p, "(")) {
        n = jinja_parse_target(p, false);
        jinja_expect_op(p, ")");
    } else {
        n = jinja_node_new(p, N_NAME);
        text name = jinja_expect_name(p);
        if (n != NULL)
            n->name = name;
        if (attribute && jinja_skip_op(p, "."))
            n = jinja_parse_attribute(p, n);
    }
    p->depth--;
    return n;
}

jinja_node *jinja_parse_target(struct jinja_parser *p, bool attribute)
{
    jinja_node *first = parse_one_target(p, attribute);
    if (!jinja_is_op(p, ","))
        return first;
    jinja_node *tuple = jinja_node_new(p, N_TUPLE);
    jinja_node_add(p, tuple, first);
    while (jinja_skip_op(p, ",") && !jinja_is_name(p, "in") && !tuple_ends(p))
        jinja_node_add(p, tuple, parse_one_target(p, attribute));
    return tuple;
}
