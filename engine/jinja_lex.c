/* jinja_lex.c - template source to tokens.
 *
 * Outside of tags the source is data. White space follows jinja2 with trim_blocks and
 * lstrip_blocks: a block or comment eats one newline behind it and, when it is the first thing on
 * its line, the blanks in front; '-' at either end eats all white space there, '+' keeps it. The
 * last newline of the source is dropped, all newlines are "\n". */
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "engine/jinja_ast.h"

#define MAX_BRACKETS 256

struct lexer {
    text src;
    size_t pos;
    size_t line_pos; /* `line` is the line of this offset */
    int line;
    bool line_starting; /* nothing but a newline stands before pos */
    struct jinja_tokens *out;
    arena *mem;
    sheaf_error *err;
    char brackets[MAX_BRACKETS]; /* closing ones that are awaited */
    size_t n_brackets;
};

static int line_at(struct lexer *lx, size_t pos)
{
    for (; lx->line_pos < pos; lx->line_pos++)
        lx->line += lx->src.p[lx->line_pos] == '\n';
    return lx->line;
}

static text rest_of(const struct lexer *lx)
{
    return (text){lx->src.p + lx->pos, lx->src.n - lx->pos};
}

static bool looking_at(const struct lexer *lx, const char *s)
{
    return text_starts(rest_of(lx), text_of(s));
}

static sheaf_code fail_at(struct lexer *lx, const char *what)
{
    return SHEAF_FAIL(lx->err, SHEAF_ERR_FORMAT, "chat template", "line %d: %s",
                      line_at(lx, lx->pos), what);
}

static sheaf_code add_token(struct lexer *lx, enum jinja_token_kind kind, text t)
{
    struct jinja_tokens *out = lx->out;
    struct jinja_token *items = alloc_grow(out->items, out->n, &out->cap, sizeof *items);
    if (items == NULL)
        return SHEAF_FAIL(lx->err, SHEAF_ERR_NOMEM, "chat template", "no memory for the tokens");
    out->items = items;
    out->items[out->n++] = (struct jinja_token){kind, line_at(lx, lx->pos), t};
    return SHEAF_OK;
}

static size_t skip_space(text t, size_t at)
{
    while (at < t.n) {
        uint32_t cp;
        size_t n = jinja_cp((text){t.p + at, t.n - at}, &cp);
        if (!jinja_is_space(cp))
            break;
        at += n;
    }
    return at;
}

/* ---- data ---- */

static text strip_right(text t)
{
    while (t.n > 0) {
        uint32_t cp;
        size_t n = jinja_last_cp(t);
        jinja_cp((text){t.p + t.n - n, n}, &cp);
        if (!jinja_is_space(cp))
            break;
        t.n -= n;
    }
    return t;
}

/* The data in front of a tag whose sign is '-', '+' or anything else. */
static text trim_data(const struct lexer *lx, text data, char sign, bool output)
{
    if (sign == '-')
        return strip_right(data);
    if (sign == '+' || output)
        return data;
    size_t newline = text_rfind(data, TEXT("\n"));
    size_t start = newline == SIZE_MAX ? 0 : newline + 1;
    if ((start > 0 || lx->line_starting) && skip_space(data, start) == data.n)
        data.n = start;
    return data;
}

/* Offset of the next tag, or the end. */
static size_t find_tag(const struct lexer *lx)
{
    for (size_t at = lx->pos; at + 1 < lx->src.n; at++) {
        char second = lx->src.p[at + 1];
        if (lx->src.p[at] == '{' && (second == '{' || second == '%' || second == '#'))
            return at;
    }
    return lx->src.n;
}

/* Moves behind an end of tag of `skip` bytes: '-' eats white space, else blocks eat a newline. */
static void leave_tag(struct lexer *lx, size_t skip, bool strip, bool newline)
{
    lx->pos += skip;
    if (strip)
        lx->pos = skip_space(lx->src, lx->pos);
    else if (newline && lx->pos < lx->src.n && lx->src.p[lx->pos] == '\n')
        lx->pos++;
    lx->line_starting = lx->src.p[lx->pos - 1] == '\n';
}

static sheaf_code lex_comment(struct lexer *lx)
{
    size_t end = text_find(rest_of(lx), TEXT("#}"));
    if (end == SIZE_MAX)
        return fail_at(lx, "a comment is not closed");
    char sign = end > 0 ? lx->src.p[lx->pos + end - 1] : '\0';
    leave_tag(lx, end + 2, sign == '-', sign != '+');
    return SHEAF_OK;
}

/* `WORD` and the end of its tag at src[at]: offset behind the "%}", or 0. `sign` is the one at the
 * end. */
static size_t match_word_tag(text src, size_t at, const char *word, char *sign)
{
    text t = text_of(word);
    at = skip_space(src, at);
    if (!text_starts((text){src.p + at, src.n - at}, t))
        return 0;
    at = skip_space(src, at + t.n);
    *sign = at < src.n && (src.p[at] == '-' || src.p[at] == '+') ? src.p[at] : '\0';
    at += *sign != '\0';
    return text_starts((text){src.p + at, src.n - at}, TEXT("%}")) ? at + 2 : 0;
}

/* Behind {% raw %}: everything up to endraw is data. */
static sheaf_code lex_raw(struct lexer *lx)
{
    for (size_t at = lx->pos; at + 1 < lx->src.n; at++) {
        if (lx->src.p[at] != '{' || lx->src.p[at + 1] != '%')
            continue;
        char first = at + 2 < lx->src.n ? lx->src.p[at + 2] : '\0', last;
        size_t word = at + 2 + (first == '-' || first == '+');
        size_t end = match_word_tag(lx->src, word, "endraw", &last);
        if (end == 0)
            continue;
        text data = trim_data(lx, text_slice(lx->src, lx->pos, at - lx->pos), first, false);
        sheaf_code code = add_token(lx, TOKEN_DATA, data);
        leave_tag(lx, end - lx->pos, last == '-', last != '+');
        return code;
    }
    return fail_at(lx, "a raw block is not closed");
}

/* ---- inside tags ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static size_t digits_from(text t, size_t at)
{
    while (at < t.n && (is_digit(t.p[at]) || (t.p[at] == '_' && is_digit(t.p[at - 1]))))
        at++;
    return at;
}

static sheaf_code lex_number(struct lexer *lx)
{
    text t = rest_of(lx);
    size_t n = digits_from(t, 1);
    enum jinja_token_kind kind = TOKEN_INT;
    if (n + 1 < t.n && t.p[n] == '.' && is_digit(t.p[n + 1])) {
        n = digits_from(t, n + 1);
        kind = TOKEN_FLOAT;
    }
    if (n < t.n && (t.p[n] == 'e' || t.p[n] == 'E')) {
        size_t exponent = n + 1;
        if (exponent < t.n && (t.p[exponent] == '+' || t.p[exponent] == '-'))
            exponent++;
        if (exponent < t.n && is_digit(t.p[exponent])) {
            n = digits_from(t, exponent);
            kind = TOKEN_FLOAT;
        }
    }
    if (n < t.n && is_word(t.p[n]))
        return fail_at(lx, "a number is followed by a letter; decimal numbers are known");
    sheaf_code code = add_token(lx, kind, text_slice(t, 0, n));
    lx->pos += n;
    return code;
}

static sheaf_code lex_name(struct lexer *lx)
{
    text t = rest_of(lx);
    size_t n = 0;
    while (n < t.n && is_word(t.p[n]))
        n++;
    sheaf_code code = add_token(lx, TOKEN_NAME, text_slice(t, 0, n));
    lx->pos += n;
    return code;
}

static sheaf_code decode_string(struct lexer *lx, text raw, text *out)
{
    char *decoded = arena_take(lx->mem, raw.n, 1);
    size_t n;
    if (decoded == NULL)
        return SHEAF_FAIL(lx->err, SHEAF_ERR_LIMIT, "chat template", "no memory for a string");
    if (!jinja_unescape(decoded, &n, raw))
        return fail_at(lx, "a string holds an escape that cannot be decoded");
    *out = (text){decoded, n};
    return SHEAF_OK;
}

static sheaf_code lex_string(struct lexer *lx)
{
    char quote = lx->src.p[lx->pos];
    size_t end = lx->pos + 1;
    bool escapes = false;
    while (end < lx->src.n && lx->src.p[end] != quote) {
        escapes |= lx->src.p[end] == '\\';
        end += lx->src.p[end] == '\\' ? 2 : 1;
    }
    if (end >= lx->src.n)
        return fail_at(lx, "a string is not closed");
    text t = text_slice(lx->src, lx->pos + 1, end - lx->pos - 1);
    sheaf_code code = escapes ? decode_string(lx, t, &t) : SHEAF_OK;
    if (code == SHEAF_OK)
        code = add_token(lx, TOKEN_STRING, t);
    lx->pos = end + 1;
    return code;
}

/* Keeps account of brackets: an end of tag counts only when all are closed. */
static sheaf_code track_bracket(struct lexer *lx, char c)
{
    static const char opening[] = "([{", closing[] = ")]}";
    const char *open = strchr(opening, c);
    if (open != NULL) {
        if (lx->n_brackets == MAX_BRACKETS)
            return SHEAF_FAIL(lx->err, SHEAF_ERR_LIMIT, "chat template",
                              "line %d: brackets nest deeper than %d", line_at(lx, lx->pos),
                              MAX_BRACKETS);
        lx->brackets[lx->n_brackets++] = closing[open - opening];
    } else if (strchr(closing, c) != NULL) {
        if (lx->n_brackets == 0 || lx->brackets[lx->n_brackets - 1] != c)
            return fail_at(lx, "a closing bracket does not match");
        lx->n_brackets--;
    }
    return SHEAF_OK;
}

static sheaf_code lex_operator(struct lexer *lx)
{
    static const char *const operators[] = {"//", "**", "==", "!=", ">=", "<=", "+", "-", "/",
                                            "*",  "%",  "~",  "[",  "]",  "(",  ")", "{", "}",
                                            ">",  "<",  "=",  ".",  ":",  "|",  ",", ";"};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (!looking_at(lx, operators[i]))
            continue;
        sheaf_code code = track_bracket(lx, operators[i][0]);
        if (code == SHEAF_OK)
            code = add_token(lx, TOKEN_OP, text_of(operators[i]));
        lx->pos += strlen(operators[i]);
        return code;
    }
    return fail_at(lx, "a character has no meaning inside a tag");
}

/* The end of the tag at pos, when there is one: adds its token and moves on. */
static bool lex_tag_end(struct lexer *lx, bool output, sheaf_code *code)
{
    char sign = lx->src.p[lx->pos];
    bool strip = sign == '-', keep = sign == '+' && !output;
    size_t skip = strip || keep ? 1 : 0;
    text rest = text_slice(lx->src, lx->pos + skip, lx->src.n - lx->pos - skip);
    if (lx->n_brackets > 0 || !text_starts(rest, output ? TEXT("}}") : TEXT("%}")))
        return false;
    *code = add_token(lx, output ? TOKEN_OUTPUT_END : TOKEN_BLOCK_END, TEXT(""));
    leave_tag(lx, skip + 2, strip, !output && !keep);
    return true;
}

static sheaf_code lex_tag(struct lexer *lx, bool output)
{
    sheaf_code code =
        add_token(lx, output ? TOKEN_OUTPUT_BEGIN : TOKEN_BLOCK_BEGIN, TEXT(""));
    lx->n_brackets = 0;
    while (code == SHEAF_OK) {
        lx->pos = skip_space(lx->src, lx->pos);
        if (lx->pos >= lx->src.n)
            return fail_at(lx, "a tag is not closed");
        if (lex_tag_end(lx, output, &code))
            return code;
        char c = lx->src.p[lx->pos];
        code = is_digit(c)              ? lex_number(lx)
               : is_word(c)             ? lex_name(lx)
               : c == '\'' || c == '"' ? lex_string(lx)
                                        : lex_operator(lx);
    }
    return code;
}

/* Data up to the next tag, then that tag. */
static sheaf_code lex_piece(struct lexer *lx)
{
    size_t tag = find_tag(lx);
    text data = text_slice(lx->src, lx->pos, tag - lx->pos);
    char kind = tag < lx->src.n ? lx->src.p[tag + 1] : '\0';
    char sign = tag + 2 < lx->src.n ? lx->src.p[tag + 2] : '\0', last;
    if (kind != '\0')
        data = trim_data(lx, data, sign, kind == '{');
    sheaf_code code = data.n > 0 ? add_token(lx, TOKEN_DATA, data) : SHEAF_OK;
    lx->pos = tag + (kind == '\0' ? 0 : sign == '-' || sign == '+' ? 3 : 2);
    lx->line_starting = false;
    if (code != SHEAF_OK || kind == '\0')
        return code;
    if (kind == '#')
        return lex_comment(lx);
    size_t raw = kind == '%' ? match_word_tag(lx->src, lx->pos, "raw", &last) : 0;
    if (raw > 0 && last != '+') {
        leave_tag(lx, raw - lx->pos, last == '-', false);
        return lex_raw(lx);
    }
    return lex_tag(lx, kind == '{');
}

sheaf_code jinja_lex(struct jinja_tokens *out, arena *mem, text source, sheaf_error *err)
{
    struct lexer lx = {.src = source, .line = 1, .line_starting = true, .out = out, .mem = mem,
                       .err = err};
    sheaf_code code = SHEAF_OK;
    while (code == SHEAF_OK && lx.pos < lx.src.n)
        code = lex_piece(&lx);
    return code == SHEAF_OK ? add_token(&lx, TOKEN_END, TEXT("")) : code;
}
