/* jinja_parse.c - statements: tokens to the tree. Recursive descent with a depth counter; chains
 * (elif, operators, filters) are loops. */
#include "engine/jinja_ast.h"

/* ---- bodies ---- */

static jinja_node *parse_statement(struct jinja_parser *p);

static jinja_node *parse_data(struct jinja_parser *p)
{
    jinja_node *n = jinja_node_new(p, N_DATA);
    if (n != NULL)
        n->value = jv_text(p->at->t, false);
    jinja_next(p);
    return n;
}

static jinja_node *parse_output(struct jinja_parser *p)
{
    jinja_node *n = jinja_node_new(p, N_OUTPUT);
    jinja_next(p);
    jinja_node *value = jinja_parse_tuple(p);
    if (n != NULL)
        n->a = value;
    if (p->at->kind == TOKEN_OUTPUT_END)
        jinja_next(p);
    else
        jinja_unexpected(p, "'}}'");
    return n;
}

/* One of the words of `ends` (a list closed by NULL) is next inside its tag. */
static bool at_end_word(const struct jinja_parser *p, const char *const *ends)
{
    for (; ends != NULL && *ends != NULL; ends++)
        if (jinja_is_name(p, *ends))
            return true;
    return false;
}

/* Everything up to the tag that starts with one of `ends`; the word is the current token then.
 * `ends` NULL: the whole template. */
static jinja_node *parse_body(struct jinja_parser *p, const char *const *ends)
{
    jinja_node *body = jinja_node_new(p, N_BODY);
    if (!jinja_parse_enter(p))
        return NULL;
    while (p->code == SHEAF_OK && p->at->kind != TOKEN_END) {
        if (p->at->kind == TOKEN_DATA) {
            jinja_node_add(p, body, parse_data(p));
        } else if (p->at->kind == TOKEN_OUTPUT_BEGIN) {
            jinja_node_add(p, body, parse_output(p));
        } else {
            jinja_next(p);
            if (at_end_word(p, ends))
                break;
            jinja_node_add(p, body, parse_statement(p));
        }
    }
    if (ends != NULL && p->at->kind == TOKEN_END)
        jinja_parse_fail(p, SHEAF_ERR_FORMAT, "the template ends inside a block; '%s' is expected",
                         ends[0]);
    p->depth--;
    return body;
}

/* The rest of a tag, a body and its closing tag. */
static jinja_node *parse_block(struct jinja_parser *p, const char *end)
{
    const char *const ends[] = {end, NULL};
    jinja_expect_block_end(p);
    jinja_node *body = parse_body(p, ends);
    jinja_next(p);
    if (p->at->kind == TOKEN_NAME) /* endmacro NAME */
        jinja_next(p);
    jinja_expect_block_end(p);
    return body;
}

/* ---- the statements ---- */

/* break and continue do not reach through a body whose output is captured. */
static jinja_node *parse_closed_block(struct jinja_parser *p, const char *end)
{
    int loops = p->loops;
    p->loops = 0;
    jinja_node *body = parse_block(p, end);
    p->loops = loops;
    return body;
}

static jinja_node *parse_if(struct jinja_parser *p, jinja_node *n)
{
    static const char *const ends[] = {"endif", "elif", "else", NULL};
    static const char *const last[] = {"endif", NULL};
    for (jinja_node *branch = n; p->code == SHEAF_OK;) {
        branch->a = jinja_parse_tuple(p);
        jinja_expect_block_end(p);
        branch->b = parse_body(p, ends);
        if (jinja_skip_name(p, "elif")) {
            branch->c = jinja_node_new(p, N_IF);
            branch = branch->c;
            continue;
        }
        if (jinja_skip_name(p, "else")) {
            jinja_expect_block_end(p);
            branch->c = parse_body(p, last);
        }
        jinja_next(p);
        jinja_expect_block_end(p);
        break;
    }
    return n;
}

static jinja_node *parse_for(struct jinja_parser *p, jinja_node *n)
{
    static const char *const ends[] = {"endfor", "else", NULL};
    static const char *const last[] = {"endfor", NULL};
    n->a = jinja_parse_target(p, false);
    if (!jinja_skip_name(p, "in"))
        return jinja_unexpected(p, "'in'");
    n->b = jinja_parse_expr_no_if(p);
    if (jinja_skip_name(p, "if"))
        n->d = jinja_parse_expr(p);
    n->op = jinja_skip_name(p, "recursive") ? 'r' : '\0';
    jinja_expect_block_end(p);
    p->loops++;
    n->c = parse_body(p, ends);
    p->loops--;
    if (jinja_skip_name(p, "else")) {
        jinja_expect_block_end(p);
        n->e = parse_body(p, last);
    }
    jinja_next(p);
    jinja_expect_block_end(p);
    return n;
}

static jinja_node *parse_set(struct jinja_parser *p, jinja_node *n)
{
    n->a = jinja_parse_target(p, true);
    if (jinja_skip_op(p, "=")) {
        n->b = jinja_parse_tuple(p);
        jinja_expect_block_end(p);
        return n;
    }
    n->kind = N_SET_BLOCK;
    if (jinja_is_op(p, "|"))
        n->b = jinja_parse_filters(p, NULL);
    n->c = parse_closed_block(p, "endset");
    return n;
}

/* (a, b=1): the parameters of a macro or of caller. */
static void parse_params(struct jinja_parser *p, jinja_node *owner)
{
    if (!jinja_expect_op(p, "("))
        return;
    while (p->code == SHEAF_OK && !jinja_is_op(p, ")")) {
        jinja_node *param = jinja_node_new(p, N_PARAM);
        if (param == NULL)
            return;
        param->name = jinja_expect_name(p);
        if (jinja_skip_op(p, "="))
            param->a = jinja_parse_expr(p);
        jinja_node_add(p, owner, param);
        if (!jinja_skip_op(p, ","))
            break;
    }
    jinja_expect_op(p, ")");
}

static jinja_node *parse_macro(struct jinja_parser *p, jinja_node *n)
{
    n->name = jinja_expect_name(p);
    parse_params(p, n);
    n->c = parse_closed_block(p, "endmacro");
    return n;
}

static jinja_node *parse_call_block(struct jinja_parser *p, jinja_node *n)
{
    n->name = TEXT("caller");
    if (jinja_is_op(p, "("))
        parse_params(p, n);
    n->a = jinja_parse_unary(p, false);
    if (n->a != NULL && n->a->kind != N_CALL)
        return jinja_unexpected(p, "a call");
    n->c = parse_closed_block(p, "endcall");
    return n;
}

static jinja_node *parse_filter_block(struct jinja_parser *p, jinja_node *n)
{
    n->b = jinja_parse_filters(p, NULL);
    n->c = parse_closed_block(p, "endfilter");
    return n;
}

static jinja_node *parse_with(struct jinja_parser *p, jinja_node *n)
{
    while (p->code == SHEAF_OK && p->at->kind != TOKEN_BLOCK_END) {
        jinja_node *set = jinja_node_new(p, N_SET);
        if (set == NULL)
            return NULL;
        set->a = jinja_parse_target(p, false);
        jinja_expect_op(p, "=");
        set->b = jinja_parse_expr(p);
        jinja_node_add(p, n, set);
        if (!jinja_skip_op(p, ","))
            break;
    }
    n->c = parse_block(p, "endwith");
    return n;
}

static jinja_node *parse_generation(struct jinja_parser *p, jinja_node *n)
{
    n->c = parse_closed_block(p, "endgeneration");
    return n;
}

static jinja_node *parse_jump(struct jinja_parser *p, jinja_node *n)
{
    if (p->loops == 0)
        return jinja_parse_fail(p, SHEAF_ERR_FORMAT, "'%s' outside of a loop",
                                n->kind == N_BREAK ? "break" : "continue");
    jinja_expect_block_end(p);
    return n;
}

static const struct statement {
    const char *word;
    jinja_kind kind;
    jinja_node *(*parse)(struct jinja_parser *p, jinja_node *n);
} statements[] = {
    {"if", N_IF, parse_if},
    {"for", N_FOR, parse_for},
    {"set", N_SET, parse_set},
    {"macro", N_MACRO, parse_macro},
    {"call", N_CALL_BLOCK, parse_call_block},
    {"filter", N_FILTER_BLOCK, parse_filter_block},
    {"with", N_WITH, parse_with},
    {"generation", N_WITH, parse_generation},
    {"break", N_BREAK, parse_jump},
    {"continue", N_CONTINUE, parse_jump},
};

/* Known words that are refused, so that the message is right. */
static const char *const unsupported[] = {"include", "import", "from",  "extends", "block",
                                          "trans",   "do",     "debug", "autoescape"};

static jinja_node *parse_statement(struct jinja_parser *p)
{
    text word = p->at->t;
    if (p->at->kind != TOKEN_NAME)
        return jinja_unexpected(p, "a statement");
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        if (!jinja_is_name(p, statements[i].word))
            continue;
        jinja_node *n = jinja_node_new(p, statements[i].kind);
        jinja_next(p);
        return n != NULL ? statements[i].parse(p, n) : NULL;
    }
    for (size_t i = 0; i < sizeof unsupported / sizeof *unsupported; i++)
        if (jinja_is_name(p, unsupported[i]))
            return jinja_parse_fail(p, SHEAF_ERR_UNSUPPORTED, "the statement '%s'",
                                    unsupported[i]);
    return jinja_parse_fail(p, SHEAF_ERR_FORMAT, "unknown statement '%.*s'",
                            (int)(word.n < 40 ? word.n : 40), word.p);
}

jinja_node *jinja_parse(struct jinja_parser *p)
{
    jinja_node *body = parse_body(p, NULL);
    return p->code == SHEAF_OK ? body : NULL;
}
