/* parse_value.c - the outer rules: lists, relations, unions, ratios, words. See math_parser.h. */
#include <string.h>

#include "verifiers/ascii.h"
#include "verifiers/fold.h"
#include "verifiers/math_parse.h"
#include "verifiers/math_parser.h"
#include "verifiers/math_unicode.h"

/* ---- separators -------------------------------------------------------------------------------
 */

int parse_joint(const math_token *t)
{
    if (t->kind == TOKEN_CHAR && (t->c == ',' || t->c == ';'))
        return JOINT_COMMA;
    if (t->kind != TOKEN_WORD && t->kind != TOKEN_TEXT)
        return 0;
    text s = t->s;
    while (s.n && (s.p[0] == ',' || s.p[0] == ' '))
        s = text_slice(s, 1, s.n);
    return text_equal(s, TEXT("and")) ? JOINT_AND : text_equal(s, TEXT("or")) ? JOINT_OR : 0;
}

bool parse_at_separator(const struct parser *p)
{
    return parse_joint(&p->t[p->i]) != 0;
}

/* "," or "and" or ", and": what the separator says, 0 for none. */
static int take_separator(struct parser *p)
{
    int first = parse_joint(&p->t[p->i]);
    p->i += first != 0;
    int second = first == JOINT_COMMA ? parse_joint(&p->t[p->i]) : 0;
    if (second != JOINT_AND && second != JOINT_OR)
        return first;
    p->i++;
    return second;
}

static bool at_closer(const struct parser *p)
{
    return parse_at_char(p, ')') || parse_at_char(p, ']') || parse_at_char(p, '}') ||
           parse_at_char(p, CHAR_SET_CLOSE) || parse_at_form(p, FORM_RANGLE) ||
           parse_peek((struct parser *)p)->kind == TOKEN_END;
}

math_node *parse_items(struct parser *p)
{
    math_node *list = math_new(p->c, MATH_LIST, 0);
    bool more = !at_closer(p);
    while (more && p->c->fault == MATH_FINE) {
        math_push(p->c, list, parse_item(p));
        if (list->n_args > MATH_MAX_ITEMS)
            math_fail(p->c, MATH_OVER_LIMIT);
        int joint = take_separator(p);
        list->tag |= joint;
        more = joint != 0;
    }
    return list;
}

/* ---- unions -----------------------------------------------------------------------------------
 */

static math_node *all_reals(math_ctx *c)
{
    math_node *whole = math_binary(c, MATH_TUPLE, OPEN_ROUND | CLOSE_ROUND,
                                   math_new(c, MATH_CONST, CONST_NEG_INF),
                                   math_new(c, MATH_CONST, CONST_INF));
    return math_unary(c, MATH_REGION, 0, whole);
}

static math_node *blackboard(struct parser *p)
{
    bool brace = parse_accept_char(p, '{');
    bool reals = parse_peek(p)->kind == TOKEN_WORD && text_equal(parse_peek(p)->s, TEXT("R"));
    p->i += reals;
    if (!reals || (brace && !parse_accept_char(p, '}')))
        return parse_bad(p);
    return all_reals(p->c);
}

/* Adds what a piece of a union covers. */
static void add_piece(struct parser *p, math_node *region, math_node *piece)
{
    bool interval = piece->kind == MATH_TUPLE && piece->n_args == 2;
    if (interval) {
        math_push(p->c, region, piece);
    } else if (piece->kind == MATH_SET || piece->kind == MATH_REGION) {
        for (size_t i = 0; i < piece->n_args; i++)
            math_push(p->c, region, piece->args[i]);
    } else {
        parse_bad(p);
    }
}

/* The reals without the numbers of a set: the set must be written in ascending order. */
static math_node *without_points(struct parser *p, const math_node *set)
{
    math_ctx *c = p->c;
    math_node *region = math_new(c, MATH_REGION, 0);
    math_node *from = math_new(c, MATH_CONST, CONST_NEG_INF);
    bool single = set->n_args == 1;
    for (size_t i = 0; i <= set->n_args && c->fault == MATH_FINE; i++) {
        math_node *to = i < set->n_args ? set->args[i] : math_new(c, MATH_CONST, CONST_INF);
        bool sorted = single || math_is_infinite(from) || math_is_infinite(to) ||
                      (math_is_number(from) && math_is_number(to) && mpq_cmp(from->q, to->q) < 0);
        if (!math_is_scalar(to) || !sorted)
            return parse_bad(p);
        math_push(c, region, math_binary(c, MATH_TUPLE, OPEN_ROUND | CLOSE_ROUND, from, to));
        from = to;
    }
    return region;
}

/* k times a matrix: every cell times k. */
static math_node *multiple(struct parser *p, math_node *k, math_node *matrix)
{
    for (size_t i = 0; i < matrix->n_args && p->c->fault == MATH_FINE; i++) {
        math_node *row = matrix->args[i];
        for (size_t j = 0; j < row->n_args; j++)
            row->args[j] = math_binary(p->c, MATH_MUL, 0, k, row->args[j]);
    }
    return matrix;
}

static math_node *parse_piece(struct parser *p)
{
    if (parse_accept_form(p, FORM_BLACKBOARD))
        return blackboard(p);
    if (parse_accept_form(p, FORM_EMPTY))
        return math_new(p->c, MATH_SET, 0);
    if (parse_accept_form(p, FORM_BEGIN))
        return parse_matrix(p);
    math_node *n = parse_quantity(p);
    bool matrix = p->c->fault == MATH_FINE && math_is_scalar(n) && parse_accept_form(p, FORM_BEGIN);
    return matrix ? multiple(p, n, parse_matrix(p)) : n;
}

static math_node *parse_union(struct parser *p, math_node *first)
{
    math_node *region = math_new(p->c, MATH_REGION, 0);
    bool all_sets = first->kind == MATH_SET;
    add_piece(p, region, first);
    while (p->c->fault == MATH_FINE && parse_accept_form(p, FORM_CUP)) {
        math_node *piece = parse_piece(p);
        all_sets &= piece->kind == MATH_SET;
        add_piece(p, region, piece);
    }
    region->kind = all_sets ? MATH_SET : MATH_REGION;
    return region;
}

static math_node *parse_ratio(struct parser *p, math_node *first)
{
    math_node *ratio = math_unary(p->c, MATH_RATIO, 0, first);
    bool scalars = math_is_scalar(first);
    while (p->c->fault == MATH_FINE && parse_accept_char(p, ':')) {
        math_node *part = parse_sum(p);
        scalars &= math_is_scalar(part);
        math_push(p->c, ratio, part);
    }
    return scalars ? ratio : parse_bad(p);
}

static math_node *parse_side(struct parser *p)
{
    math_node *first = parse_piece(p);
    if (parse_at_form(p, FORM_CUP))
        return parse_union(p, first);
    if (parse_at_char(p, ':'))
        return parse_ratio(p, first);
    if (first->kind == MATH_REGION && (parse_accept_form(p, FORM_SETMINUS) ||
                                       parse_accept_char(p, '-'))) {
        math_node *set = parse_piece(p);
        return set->kind == MATH_SET ? without_points(p, set) : parse_bad(p);
    }
    return first;
}

/* ---- relations --------------------------------------------------------------------------------
 */

static bool at_relation(const struct parser *p)
{
    return p->t[p->i].kind == TOKEN_COMMAND && p->t[p->i].word.class == WORD_REL;
}

/* From the first \approx on an item is a remark. */
static void skip_approximation(struct parser *p)
{
    size_t depth = 0;
    for (; p->t[p->i].kind != TOKEN_END; p->i++) {
        if (depth == 0 && (at_closer(p) || parse_at_separator(p)))
            return;
        depth += parse_at_char(p, '(') || parse_at_char(p, '[') || parse_at_char(p, '{') ||
                 parse_at_char(p, CHAR_SET_OPEN);
        depth -= depth && at_closer(p);
    }
}

static math_node *relation(struct parser *p, math_node *first)
{
    char *ops = arena_take(&p->c->mem, MATH_MAX_TOKENS, 1);
    math_node *rel = math_unary(p->c, MATH_RELATION, 0, first);
    size_t n = 0;
    while (p->c->fault == MATH_FINE && ops && at_relation(p)) {
        int op = p->t[p->i++].word.id;
        if (op == REL_APPROX && (n > 0 || first->kind != MATH_VAR)) {
            skip_approximation(p);
            break;
        }
        op = op == REL_APPROX ? REL_EQ : op; /* x \approx 3.5 */
        if (op == REL_OTHER || n >= MATH_MAX_TOKENS)
            return parse_bad(p);
        ops[n++] = (char)op;
        math_push(p->c, rel, parse_side(p));
    }
    if (!ops)
        return math_fail(p->c, MATH_OVER_LIMIT);
    if (n == 0)
        return first;
    rel->s = (text){ops, n};
    if (!memchr(ops, REL_IN, n))
        return rel;
    return n == 1 && first->kind == MATH_VAR ? rel->args[1] : parse_bad(p);
}

math_node *parse_item(struct parser *p)
{
    if (at_relation(p) && (p->t[p->i].word.id == REL_APPROX ||
                           (p->t[p->i].word.id == REL_EQ && p->i == 0)))
        p->i++; /* \approx 3.5, = 3.5 */
    math_node *first = parse_side(p);
    return at_relation(p) ? relation(p, first) : first;
}

/* ---- the whole answer -------------------------------------------------------------------------
 */

/* ]0,1[ becomes (0,1): a ']' where an operand is due opens, a '[' where one has ended closes. */
static void fix_reversed_brackets(math_token *t, size_t n)
{
    struct parser p = {.t = t};
    bool operand_due = true;
    for (size_t i = 0; i < n; i++) {
        if (t[i].kind == TOKEN_CHAR && t[i].c == ']' && operand_due)
            t[i].c = '(';
        else if (t[i].kind == TOKEN_CHAR && t[i].c == '[' && !operand_due &&
                 parse_at_end(&p, i + 1))
            t[i].c = ')';
        bool opens = t[i].kind == TOKEN_CHAR && memchr("([{,;\x01", t[i].c, 6);
        bool joins = t[i].kind == TOKEN_COMMAND &&
                     (t[i].word.class == WORD_REL ||
                      (t[i].word.class == WORD_FORM && t[i].word.id == FORM_CUP));
        operand_due = opens || joins;
    }
}

static math_node *phrase_value(math_ctx *c, text folded)
{
    switch (word_phrase(folded)) {
    case PHRASE_EMPTY: return math_new(c, MATH_SET, 0);
    case PHRASE_REALS: return all_reals(c);
    case PHRASE_INF: return math_new(c, MATH_CONST, CONST_INF);
    case PHRASE_NEG_INF: return math_new(c, MATH_CONST, CONST_NEG_INF);
    default: return math_named(c, MATH_TEXT, folded);
    }
}

static math_node *parse_tokens(math_ctx *c, math_token *t, size_t n)
{
    fix_reversed_brackets(t, n);
    struct parser p = {.c = c, .t = t};
    math_node *list = parse_items(&p);
    if (c->fault == MATH_FINE && (p.i != n || list->n_args == 0))
        parse_bad(&p);
    return c->fault == MATH_FINE && list->n_args == 1 ? list->args[0] : list;
}

/* "blue": words, whatever they are. */
static bool is_quoted(text t)
{
    return t.n > 2 && t.p[0] == '"' && t.p[t.n - 1] == '"';
}

math_node *math_parse(math_ctx *c, text answer)
{
    text ascii, folded = {NULL, 0};
    if (answer.n > MATH_MAX_BYTES || !math_to_ascii(&ascii, &c->mem, answer))
        return math_fail(c, MATH_OVER_LIMIT);
    size_t n = 0, max_nodes = c->max_nodes;
    math_token *t = math_lex(c, &n, ascii);
    if (c->fault == MATH_OVER_LIMIT)
        return &c->dummy;
    bool words = !t || is_quoted(text_trim(ascii)) || parse_is_prose(t, n);
    math_node *value = NULL;
    if (!words) {
        c->max_nodes = c->n_nodes + MATH_MAX_NODES;
        value = parse_tokens(c, t, n);
        c->max_nodes = max_nodes;
    }
    if (value && c->fault != MATH_BAD_SYNTAX)
        return value;
    if (c->fault == MATH_BAD_SYNTAX)
        c->fault = MATH_FINE;
    if (!words || !t)
        return math_named(c, MATH_BROKEN, text_trim(ascii));
    if (!fold_text(&folded, &c->mem, ascii))
        return math_fail(c, MATH_OVER_LIMIT);
    return phrase_value(c, folded);
}
