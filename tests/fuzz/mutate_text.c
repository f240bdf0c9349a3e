/* mutate_text.c - see mutate_text.h. */
#include "tests/fuzz/mutate_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define MOST_REPEATS 2000

static const char *const json_values[] = {
    "0", "-0", "1", "-1", "2", "0.5", "1e-9", "1e-308", "1e308", "-1e308", "1e999", "1e16", "9007199254740993",
    "2147483648", "4294967296", "9223372036854775807", "18446744073709551616", "1099511627776", "16777216",
    "null", "true", "false", "NaN", "[]", "{}", "[[]]", "\"\"", "\"inf\"", "\"-inf\"", "\"nan\"",
    "\"\\u0000\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\q\"", "\"\xff\"", "\"\xed\xa0\x80\"", "\"x",
    "[1,2,3]", "{\"a\":1,\"a\":2}", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "\"1234567890123456789012345678901234567890\"", "01", "+1", ".5", "1.", "0x10", "''", "// x",
};

static const char *const template_pieces[] = {
    "{{", "}}", "{%", "%}", "{#", "#}", "{%- for m in messages -%}", "{%- endfor -%}", "{% if x %}",
    "{% endif %}", "{% else %}", "{% set x = x ~ x %}", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{{ range(100000000) | join }}", "{{ 'a' * 1000000000 }}", "{{ 1 // 0 }}", "{{ messages[-1] }}",
    "{{ messages | tojson }}", "{{ x.__class__ }}", "{{ raise_exception('no') }}",
    "{{ (((((((((((((((((((((((1)))))))))))))))))))))) }}", "{% for i in range(999999) %}{{ i }}{% endfor %}",
    "{{ namespace(a=1) }}", "{{ 'x'.split('') }}", "{{ '%99999d' % 1 }}", "{{ [1] * 99999999 }}",
    "{{ 9999999999999999999999 ** 99 }}", "{{ {}['a'] }}", "{{ none.a }}", "{{ messages[0:9:0] }}", "| join",
    "'", "\"", "\\", "\x80", "\xf0\x9f\x92", "<|im_end|>", "<|im_start|>", "{% break %}", "{% include 'x' %}",
    "{{ 'abc'[::-1] }}", "{{ x is defined }}", "{{ strftime_now('%%%Y%q') }}", "[", "]", "(", ")", ",", ":",
};

static const char *const answer_pieces[] = {
    "\\boxed{", "}", "{", "\\frac", "\\frac{1}{0}", "\\sqrt{", "^", "^{99999999}", "_", "9^9^9^9", "\\left(",
    "\\right)", "\\%", "####", "the answer is ", "<think>", "</think>", "\\text{", "10^{10^{10}}", "!", "1e999",
    "\\begin{pmatrix}1&2\\\\", "\\end{pmatrix}", "\\pi", "\\infty", "\\cup", "[1,2)", "x", "1,000,000", "\\\\",
    "\xc2\xbd", "\xe2\x88\x9a", "((((((((((((((((((((((((((((((((((((((((((((((((((", "0.\\overline{3}",
};

static text choose(struct dice *d, const char *const *table, size_t n)
{
    return text_of(table[dice_roll(d, n)]);
}

/* ---- JSON ----------------------------------------------------------------------------------- */

/* Length of the JSON token at the start of `t`: a string, a run of letters and digits, or one byte. */
static size_t token_length(text t)
{
    size_t n = 1;
    if (t.p[0] == '"') {
        while (n < t.n && t.p[n] != '"')
            n += t.p[n] == '\\' ? 2 : 1;
        return n < t.n ? n + 1 : t.n;
    }
    while (isalnum((unsigned char)t.p[0]) && n < t.n &&
           (isalnum((unsigned char)t.p[n]) || memchr("+-.", t.p[n], 3)))
        n++;
    return n;
}

/* Offset of the token that holds byte `at`; its length in *n. */
static size_t token_around(text t, size_t at, size_t *n)
{
    size_t start = 0;
    for (;;) {
        *n = token_length(text_slice(t, start, t.n));
        if (start + *n > at)
            return start;
        start += *n;
    }
}

static void repeat_token(struct dice *d, strbuf *b, size_t at, size_t n)
{
    strbuf many = {0};
    size_t most = dice_roll(d, 2) ? 4 : MOST_REPEATS;
    for (uint64_t k = 1 + dice_roll(d, most); k > 0; k--) {
        strbuf_add(&many, b->p + at, n);
        if (isalnum((unsigned char)b->p[at]) || b->p[at] == '"')
            strbuf_char(&many, ',');
    }
    mutator_replace(b, at, 0, strbuf_view(&many));
    strbuf_free(&many);
}

static void insert_piece(struct dice *d, strbuf *b, size_t at)
{
    strbuf escaped = {0};
    text piece = dice_roll(d, 2) ? choose(d, template_pieces, COUNT(template_pieces))
                                 : choose(d, answer_pieces, COUNT(answer_pieces));
    for (size_t i = 0; i < piece.n; i++) {
        if (piece.p[i] == '"' || piece.p[i] == '\\')
            strbuf_char(&escaped, '\\');
        strbuf_char(&escaped, piece.p[i]);
    }
    mutator_replace(b, at, 0, strbuf_view(&escaped));
    strbuf_free(&escaped);
}

void mutate_json(struct dice *d, strbuf *b, text donor)
{
    size_t n, byte = dice_roll(d, b->n), at = token_around(strbuf_view(b), byte, &n);
    bool in_string = b->p[at] == '"' && byte > at;
    switch (dice_roll(d, 8)) {
    case 0: mutator_bytes(d, b, donor); break;
    case 1: repeat_token(d, b, at, n); break;
    case 2: mutator_replace(b, at, n < b->n ? n : 0, (text){"", 0}); break;
    case 3: case 4: case 5:
        if (in_string) {
            insert_piece(d, b, byte);
            break;
        } /* fall through */
    default: mutator_replace(b, at, n, choose(d, json_values, COUNT(json_values))); break;
    }
}

/* ---- templates ------------------------------------------------------------------------------ */

void mutate_template(struct dice *d, strbuf *b)
{
    size_t at = dice_roll(d, b->n);
    if (dice_roll(d, 3))
        mutator_replace(b, at, 0, choose(d, template_pieces, COUNT(template_pieces)));
    else
        mutator_bytes(d, b, strbuf_view(b));
}
