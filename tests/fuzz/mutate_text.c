/* mutate_text.c - see mutate_text.h. */
#include "tests/fuzz/mutate_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define MOST_REPEATS 2000

/* Written as they are, valid or not. */
static const char *const raw_values[] = {
    "-0", "1e-308", "1e308", "-1e308", "1e999", "9007199254740993", "18446744073709551616", "NaN",
    "01", "+1", ".5", "1.", "0x10", "''", "\"\\u0000\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"",
    "\"\\q\"", "\"\xff\"", "\"\xed\xa0\x80\"", "\"x", "{\"a\":1,\"a\":2}", "[[]", "tru", "nullnull",
    "\"a\" \"b\"", "\n",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
};

/* Valid values of every kind. */
static const char *const json_values[] = {
    "0", "1", "-1", "0.5", "1e16", "2147483648", "4294967296", "9007199254740992", "1099511627776",
    "16777216", "null", "true", "false", "[]", "{}", "[[]]", "\"\"", "\"inf\"", "\"-inf\"",
    "\"nan\"", "[1,2,3]", "[\"1\",\"2\",null]", "\"9223372036854775807\"",
    "\"-9223372036854775808\"", "{\"conf\":[]}",
};

static const char *const template_pieces[] = {
    "{{", "}}", "{%", "%}", "{#", "#}", "{%- for m in messages -%}", "{%- endfor -%}", "{% if x %}",
    "{% endif %}", "{% else %}", "{% set x = x ~ x %}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "{{ range(100000000) | join }}",
    "{{ 'a' * 1000000000 }}", "{{ 1 // 0 }}", "{{ messages[-1] }}", "{{ messages | tojson }}",
    "{{ x.__class__ }}", "{{ raise_exception('no') }}",
    "{{ (((((((((((((((((((((((1)))))))))))))))))))))) }}",
    "{% for i in range(999999) %}{{ i }}{% endfor %}", "{{ namespace(a=1) }}",
    "{{ 'x'.split('') }}", "{{ '%99999d' % 1 }}", "{{ [1] * 99999999 }}",
    "{{ 9999999999999999999999 ** 99 }}", "{{ {}['a'] }}", "{{ none.a }}", "{{ messages[0:9:0] }}",
    "| join", "'", "\"", "\\", "\x80", "\xf0\x9f\x92", "<|im_end|>", "<|im_start|>", "{% break %}",
    "{% include 'x' %}", "{{ 'abc'[::-1] }}", "{{ x is defined }}", "{{ strftime_now('%%%Y%q') }}",
    "[", "]", "(", ")", ",", ":",
};

static const char *const answer_pieces[] = {
    "\\boxed{", "}", "{", "\\frac", "\\frac{1}{0}", "\\sqrt{", "^", "^{99999999}", "_", "9^9^9^9",
    "\\left(", "\\right)", "\\%", "####", "the answer is ", "<think>", "</think>", "\\text{",
    "10^{10^{10}}", "!", "1e999", "\\begin{pmatrix}1&2\\\\", "\\end{pmatrix}", "\\pi", "\\infty",
    "\\cup", "[1,2)", "x", "1,000,000", "\\\\", "\xc2\xbd", "\xe2\x88\x9a",
    "((((((((((((((((((((((((((((((((((((((((((((((((((", "0.\\overline{3}", "\\sin(",
    "\\ln(", "\\log_{2}(", "e^{", "\\pm ", "i", "\\le ", "<", "=", ",", ";", ":", " or ", "|",
    "\\binom{9}{", "^\\circ", "_{8}", "-", "+", "/", "\\cdot ", "\\{", "\\}", "\\lfloor ",
    "\\rfloor ", "1/0", "0^0", "\\sqrt[99999]{", "\\cos(\\frac{\\pi}{9973})", "\\emptyset", " cm",
    "$", "\\mathrm{", "\\dot{3}", "99999999999999999999999999", "0.00000000000000000000000001",
    "\\boxed{}", "\\frac12", "\\left[", "\\right.", "\\begin{cases}", "\\&", "&", "{,}", "x_{",
    "\\overline{", "\xff", "\xe2\x88",
};

static text choose(struct dice *d, const char *const *table, size_t n)
{
    return text_of(table[dice_roll(d, n)]);
}

/* A piece of a template or an answer at `at`. */
static void insert_piece(struct dice *d, strbuf *b, size_t at)
{
    text piece = dice_roll(d, 2) ? choose(d, template_pieces, COUNT(template_pieces))
                                 : choose(d, answer_pieces, COUNT(answer_pieces));
    mutator_replace(b, at, 0, piece);
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static size_t count_nodes(const cJSON *v)
{
    size_t n = 1;
    for (const cJSON *m = v->child; m; m = m->next)
        n += count_nodes(m);
    return n;
}

struct node {
    cJSON *parent, *v;
};

/* Node i below `v`, in the order of the text. */
static struct node find_node(cJSON *v, size_t i)
{
    cJSON *m = v->child;
    for (size_t n; m; i -= n, m = m->next) {
        n = count_nodes(m);
        if (i == 0)
            return (struct node){v, m};
        if (i < n)
            return find_node(m, i - 1);
    }
    abort(); /* i is no node */
}

static void change_string(struct dice *d, cJSON *v)
{
    strbuf b = {0};
    strbuf_str(&b, v->valuestring);
    strbuf_char(&b, ' ');
    if (dice_roll(d, 4))
        insert_piece(d, &b, dice_roll(d, b.n));
    else
        mutator_bytes(d, &b, (text){"", 0});
    strbuf_char(&b, '\0');
    if (b.failed || !cJSON_SetValuestring(v, b.p))
        abort();
    strbuf_free(&b);
}

/* Puts copies of a node beside it. */
static void repeat(struct dice *d, struct node n)
{
    uint64_t k = 1 + dice_roll(d, dice_roll(d, 2) ? 4 : MOST_REPEATS);
    for (; k > 0 && cJSON_IsArray(n.parent); k--)
        cJSON_AddItemToArray(n.parent, cJSON_Duplicate(n.v, true));
}

static void change_number(struct dice *d, cJSON *v)
{
    double whole = (double)(int64_t)dice_number(d, (uint64_t)v->valueint, 100), real = dice_real(d);
    double changed = dice_roll(d, 2) ? whole : real;
    cJSON_SetNumberValue(v, changed);
}

static void change_node(struct dice *d, struct node n)
{
    text value = choose(d, json_values, COUNT(json_values));
    switch (dice_roll(d, 6)) {
    case 0:
        repeat(d, n);
        break;
    case 1:
        cJSON_Delete(cJSON_DetachItemViaPointer(n.parent, n.v));
        break;
    case 2:
        cJSON_ReplaceItemViaPointer(n.parent, n.v, cJSON_Parse(value.p));
        break;
    default:
        if (cJSON_IsString(n.v))
            change_string(d, n.v);
        else if (cJSON_IsNumber(n.v))
            change_number(d, n.v);
    }
}

/* A raw value in the place of a member's; nothing without members. */
static void put_raw(struct dice *d, strbuf *b)
{
    size_t from = dice_roll(d, b->n);
    const char *colon = memchr(b->p + from, ':', b->n - from);
    if (!colon)
        return;
    size_t at = (size_t)(colon - b->p) + 1;
    mutator_replace(b, at, strcspn(colon + 1, ",}]"), choose(d, raw_values, COUNT(raw_values)));
}

/* Place of a random line. */
static text choose_line(struct dice *d, const strbuf *b)
{
    size_t from = dice_roll(d, b->n), to = from;
    while (from > 0 && b->p[from - 1] != '\n')
        from--;
    while (to < b->n && b->p[to] != '\n')
        to++;
    return (text){b->p + from, to - from};
}

void mutate_json(struct dice *d, strbuf *b, text donor)
{
    text line = choose_line(d, b);
    cJSON *v = NULL;
    if (dice_once_in(d, 12)) {
        put_raw(d, b);
    } else if (dice_once_in(d, 12) || json_parse(&v, line, NULL, NULL) != SHEAF_OK || !v->child) {
        mutator_bytes(d, b, donor);
    } else {
        change_node(d, find_node(v, dice_roll(d, count_nodes(v) - 1)));
        char *printed = cJSON_PrintUnformatted(v);
        if (!printed)
            abort();
        mutator_replace(b, (size_t)(line.p - b->p), line.n, text_of(printed));
        cJSON_free(printed);
    }
    cJSON_Delete(v);
}

/* ---- templates ------------------------------------------------------------------------------ */

void mutate_template(struct dice *d, strbuf *b)
{
    size_t at = dice_roll(d, b->n);
    if (dice_roll(d, 3))
        insert_piece(d, b, at);
    else
        mutator_bytes(d, b, strbuf_view(b));
}

/* ---- answers -------------------------------------------------------------------------------- */

static void repeat_piece(struct dice *d, strbuf *b, size_t at)
{
    strbuf many = {0};
    text piece = choose(d, answer_pieces, COUNT(answer_pieces));
    uint64_t n = 1 + dice_roll(d, dice_roll(d, 4) ? 20 : MOST_REPEATS);
    for (uint64_t k = 0; k < n; k++)
        strbuf_text(&many, piece);
    mutator_replace(b, at, 0, strbuf_view(&many));
    strbuf_free(&many);
}

/* Puts what lies between two places into a group of some command. */
static void wrap_part(struct dice *d, strbuf *b, size_t at)
{
    static const char *const openers[] = {
        "\\frac{", "\\sqrt{", "\\boxed{", "{", "\\text{", "^{", "_{", "\\overline{", "\\sqrt[3]{"};
    mutator_replace(b, at + dice_roll(d, b->n - at), 0, TEXT("}"));
    mutator_replace(b, at, 0, choose(d, openers, COUNT(openers)));
}

void mutate_answer(struct dice *d, strbuf *b, text donor)
{
    size_t at = dice_roll(d, b->n);
    switch (dice_roll(d, 6)) {
    case 0:
        repeat_piece(d, b, at);
        break;
    case 1:
        wrap_part(d, b, at);
        break;
    case 2:
        mutator_bytes(d, b, donor);
        break;
    default:
        mutator_replace(b, at, 0, choose(d, answer_pieces, COUNT(answer_pieces)));
    }
}
