/* jinja_ast.h - tokens and the tree of a compiled template (lexer -> parser -> evaluator).
 *
 * All nodes have one shape; the table at jinja_kind says what the fields of each kind hold. Tokens
 * and nodes live in the arena of the template and point into its own copy of the source. */
#ifndef ENGINE_JINJA_AST_H
#define ENGINE_JINJA_AST_H

#include "engine/jinja_value.h"

enum jinja_token_kind {
    TOKEN_DATA, /* template text */
    TOKEN_OUTPUT_BEGIN,
    TOKEN_OUTPUT_END,
    TOKEN_BLOCK_BEGIN,
    TOKEN_BLOCK_END,
    TOKEN_NAME,
    TOKEN_STRING, /* text without quotes, escapes decoded */
    TOKEN_INT,
    TOKEN_FLOAT,
    TOKEN_OP, /* text is the operator */
    TOKEN_END,
};

struct jinja_token {
    enum jinja_token_kind kind;
    int line;
    text t;
};

struct jinja_tokens {
    struct jinja_token *items;
    size_t n, cap;
};

/* Splits the source. `mem` keeps decoded strings; tokens borrow `source`. Release items with
 * alloc_free, also after an error. Errors: FORMAT, NOMEM, LIMIT. */
sheaf_code jinja_lex(struct jinja_tokens *out, arena *mem, text source, sheaf_error *err);

/* Decodes the escapes of a literal into out (raw.n bytes are enough). `raw` never ends in a lone
 * backslash. False when an escape is malformed. */
bool jinja_unescape(char *out, size_t *n, text raw);

typedef enum jinja_kind {
    /* expressions */
    N_CONST,   /* value */
    N_NAME,    /* name */
    N_LIST,    /* kids */
    N_TUPLE,   /* kids */
    N_DICT,    /* kids: key, value, key, value, ... */
    N_ATTR,    /* a.name */
    N_INDEX,   /* a[b] */
    N_SLICE,   /* a[b:c:d], each bound may be NULL */
    N_CALL,    /* a(kids) */
    N_FILTER,  /* a | name(kids); a NULL: input of a filter block */
    N_TEST,    /* a is name(kids) */
    N_NOT,     /* not a */
    N_NEG,     /* -a */
    N_POS,     /* +a */
    N_BINARY,  /* a op b */
    N_CONCAT,  /* kids joined by ~ */
    N_AND,     /* a and b */
    N_OR,      /* a or b */
    N_COMPARE, /* a, then kids: N_OPERAND */
    N_COND,    /* b if a else c (c may be NULL) */
    N_N_EXPRESSIONS,
    /* parts of calls and comparisons */
    N_OPERAND = N_N_EXPRESSIONS, /* op, a */
    N_KWARG,                     /* name = a */
    N_STAR,                      /* *a */
    N_STARSTAR,                  /* **a */
    N_PARAM,                     /* name, default a or NULL */
    /* statements */
    N_STATEMENTS,
    N_DATA = N_STATEMENTS, /* value */
    N_OUTPUT,              /* a */
    N_BODY,                /* kids */
    N_IF,                  /* a: condition, b: body, c: N_IF, N_BODY or NULL */
    N_FOR,                 /* a: target, b: iterable, c: body, d: condition, e: else;
                              op 'r': recursive */
    N_SET,                 /* a: target, b: value */
    N_SET_BLOCK,           /* a: target, b: filters over the body or NULL, c: body */
    N_MACRO,               /* name, kids: N_PARAM, c: body */
    N_CALL_BLOCK,          /* a: call, kids: N_PARAM of caller, c: body */
    N_FILTER_BLOCK,        /* b: filters, c: body */
    N_WITH,                /* kids: N_SET, c: body; also generation blocks */
    N_BREAK,
    N_CONTINUE,
    N_N_KINDS,
} jinja_kind;

/* Comparison operators in jinja_node.op; arithmetic uses the characters of jv_binary. */
enum { OP_EQ = 1, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_IN, OP_NOT_IN };

typedef struct jinja_node jinja_node;
struct jinja_node {
    jinja_kind kind;
    int line;
    char op;
    text name;
    jv value;
    jinja_node *a, *b, *c, *d, *e;
    jinja_node **kids;
    size_t n_kids, cap_kids;
};

/* Parser state, shared by statements, expressions and operands. The first error stays in `code` and
 * makes `at` point to the end. */
struct jinja_parser {
    arena *mem;
    const struct jinja_token *at; /* the current token; the array ends with TOKEN_END */
    const struct jinja_token *end;
    int depth, max_depth;
    int loops; /* for statements open around the current one */
    sheaf_code code;
    sheaf_error *err;
};

/* Tokens to a body node; NULL after an error. Errors: FORMAT, UNSUPPORTED, LIMIT. */
jinja_node *jinja_parse(struct jinja_parser *p);

/* jinja_expr.c */
jinja_node *jinja_parse_expr(struct jinja_parser *p);      /* with inline if */
jinja_node *jinja_parse_expr_no_if(struct jinja_parser *p); /* the iterable of a for */
jinja_node *jinja_parse_tuple(struct jinja_parser *p);     /* a, b, c without parentheses */
jinja_node *jinja_parse_target(struct jinja_parser *p, bool attribute);

/* jinja_operand.c */
jinja_node *jinja_parse_unary(struct jinja_parser *p, bool with_filters);
jinja_node *jinja_parse_attribute(struct jinja_parser *p, jinja_node *object); /* behind the dot */
jinja_node *jinja_parse_filters(struct jinja_parser *p, jinja_node *input); /* input may be NULL */

/* jinja_cursor.c: the token cursor and the nodes. Releasing is the arena's. */
jinja_node *jinja_parse_fail(struct jinja_parser *p, sheaf_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
jinja_node *jinja_node_new(struct jinja_parser *p, jinja_kind kind);
/* A node with one or two operands. */
jinja_node *jinja_node_of(struct jinja_parser *p, jinja_kind kind, jinja_node *a, jinja_node *b);
void jinja_node_add(struct jinja_parser *p, jinja_node *parent, jinja_node *kid);
void jinja_next(struct jinja_parser *p);
bool jinja_is_op(const struct jinja_parser *p, const char *op);
bool jinja_is_name(const struct jinja_parser *p, const char *name);
bool jinja_skip_op(struct jinja_parser *p, const char *op);
bool jinja_skip_name(struct jinja_parser *p, const char *name);
bool jinja_expect_op(struct jinja_parser *p, const char *op);
text jinja_expect_name(struct jinja_parser *p);
void jinja_expect_block_end(struct jinja_parser *p);
/* Fails with what stands at the current token and what is wanted there; NULL. */
jinja_node *jinja_unexpected(struct jinja_parser *p, const char *wanted);
/* Guards recursion; each true needs a matching p->depth--. */
bool jinja_parse_enter(struct jinja_parser *p);

#endif
