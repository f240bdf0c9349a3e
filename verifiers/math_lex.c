/* math_lex.c - see math_lex.h.
 *
 * Commas are the hard part: 1,234 is one number, (1,234) a pair, 12,34 a list. So the lexer keeps
 * the bracket level, one bit per level: wrappers such as \mathbf{..} do not count as brackets. */
#include "verifiers/math_lexer.h"

#include <string.h>

#include "verifiers/ascii.h"
#include "verifiers/math_unicode.h"

static text rest(const struct lexer *l)
{
    return text_slice(l->t, l->i, l->t.n);
}

math_token *lex_emit(struct lexer *l, enum token_kind kind, text s)
{
    if (l->n >= MATH_MAX_TOKENS) {
        math_fail(l->c, MATH_OVER_LIMIT);
        return &l->tokens[MATH_MAX_TOKENS];
    }
    math_token *t = &l->tokens[l->n++];
    *t = (math_token){.kind = kind, .blank = l->blank, .s = s};
    l->blank = false;
    return t;
}

static void emit_char(struct lexer *l, char c, size_t len)
{
    lex_emit(l, TOKEN_CHAR, text_slice(l->t, l->i, len))->c = c;
    l->i += len;
}

static void emit_command(struct lexer *l, struct word w, text s)
{
    lex_emit(l, TOKEN_COMMAND, s)->word = w;
}

static void open_level(struct lexer *l, bool counts)
{
    if (l->levels >= MATH_MAX_DEPTH) {
        math_fail(l->c, MATH_OVER_LIMIT);
        return;
    }
    l->levels++;
    l->counted = l->counted << 1 | counts;
}

static void close_level(struct lexer *l)
{
    if (l->levels) {
        l->levels--;
        l->counted >>= 1;
    }
}

/* ---- commands ---------------------------------------------------------------------------------
 */

/* Offset behind the brace that closes the one at i, or 0. */
static size_t group_end(const struct lexer *l, size_t i)
{
    size_t depth = 0;
    for (; i < l->t.n; i += lex_at(l, i) == '\\' ? 2 : 1) {
        depth += lex_at(l, i) == '{';
        if (lex_at(l, i) == '}' && --depth == 0)
            return i + 1;
    }
    return 0;
}

static void skip_blanks(struct lexer *l)
{
    while (lex_at(l, l->i) == ' ')
        l->i++;
}

/* Takes {...} and returns its trimmed content; a fault when it is not closed. */
static text take_group(struct lexer *l)
{
    skip_blanks(l);
    if (lex_at(l, l->i) != '{')
        return (text){NULL, 0};
    size_t end = group_end(l, l->i);
    if (!end) {
        math_fail(l->c, MATH_BAD_SYNTAX);
        return (text){NULL, 0};
    }
    text s = text_slice(l->t, l->i + 1, end - l->i - 2);
    l->i = end;
    while (s.n && (s.p[0] == '~' || s.p[0] == ' '))
        s = text_slice(s, 1, s.n);
    while (s.n && (s.p[s.n - 1] == '~' || s.p[s.n - 1] == ' '))
        s = text_slice(s, 0, s.n - 1);
    return s;
}

static bool holds_words(text s)
{
    for (size_t i = 0; i < s.n; i++)
        if (ascii_alpha(s.p[i]) || s.p[i] == '\\' || (unsigned char)s.p[i] >= 0x80)
            return true;
    return false;
}

/* \text{13} is a number, \text{e} a letter, \text{sin} a function, \text{min} a word that may be
 * either a function or a unit, the rest words. */
static void lex_text(struct lexer *l)
{
    if (lex_at(l, l->i) == '*')
        l->i++;
    size_t back = l->i;
    text s = take_group(l);
    if (s.n && !holds_words(s)) {
        l->i = back;
        l->wrapper = true;
        return;
    }
    size_t len;
    struct word w = word_plain_prefix(s, &len);
    bool named = s.n && len == s.n, unit = named && word_unit(s).n;
    l->blank |= unit;
    if (s.n == 1 || unit)
        lex_emit(l, TOKEN_WORD, s);
    else if (named)
        emit_command(l, w, s);
    else if (s.n)
        lex_emit(l, TOKEN_TEXT, s);
    else
        l->blank = true;
}

static void lex_environment(struct lexer *l, struct word w)
{
    static const char *const known[] = {"matrix",  "pmatrix", "bmatrix",     "Bmatrix",
                                        "vmatrix", "Vmatrix", "smallmatrix", "array"};
    text name = take_group(l);
    bool found = false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        found |= text_equal(name, text_of(known[i]));
    if (!found) {
        lex_emit(l, TOKEN_BAD, name);
        return;
    }
    emit_command(l, w, name);
    if (w.id == FORM_END)
        close_level(l);
    else
        open_level(l, true);
    if (w.id == FORM_BEGIN && text_equal(name, TEXT("array")))
        take_group(l);
}

static void lex_named(struct lexer *l, text name)
{
    struct word w = word_command(name);
    switch (w.class) {
    case WORD_DELIM:
        if (lex_at(l, l->i) == '.')
            l->i++;
        break;
    case WORD_DROP:
        skip_blanks(l);
        l->wrapper = lex_at(l, l->i) == '{';
        break;
    case WORD_BLANK:
        l->blank = true;
        break;
    case WORD_TEXT:
        lex_text(l);
        break;
    case WORD_CHAR:
        lex_emit(l, TOKEN_CHAR, name)->c = (char)w.id;
        break;
    case WORD_UNKNOWN:
        lex_emit(l, TOKEN_BAD, name);
        break;
    default:
        if (w.class == WORD_FORM && (w.id == FORM_BEGIN || w.id == FORM_END))
            lex_environment(l, w);
        else
            emit_command(l, w, name);
    }
}

static void lex_escape(struct lexer *l, char c)
{
    size_t len = 2;
    switch (c) {
    case '{': emit_char(l, CHAR_SET_OPEN, len); open_level(l, true); return;
    case '}': emit_char(l, CHAR_SET_CLOSE, len); close_level(l); return;
    case '%': case '|': case '&': emit_char(l, c, len); return;
    case '$': emit_char(l, CHAR_CURRENCY, len); return;
    case '\\': lex_emit(l, TOKEN_ROW, text_slice(l->t, l->i, len)); break;
    case ',': case ';': case ':': case ' ': case '(': case ')': case '[': case ']':
        l->blank = true;
        break;
    case '!': break;
    default:
        if (l->i + 1 == l->t.n)
            len = 1; /* "\ " whose blank was trimmed */
        else
            lex_emit(l, TOKEN_BAD, text_slice(l->t, l->i, len));
    }
    l->i += len;
}

static void lex_backslash(struct lexer *l)
{
    size_t end = l->i + 1;
    while (ascii_alpha(lex_at(l, end)))
        end++;
    if (end == l->i + 1) {
        lex_escape(l, lex_at(l, l->i + 1));
        return;
    }
    text name = text_slice(l->t, l->i + 1, end - l->i - 1);
    l->i = end;
    lex_named(l, name);
}

/* ---- characters -------------------------------------------------------------------------------
 */

/* <= >= != == := and single relations. */
static bool lex_relation(struct lexer *l)
{
    static const struct {
        text s;
        int id;
    } relations[] = {{{"<=", 2}, REL_LE}, {{">=", 2}, REL_GE}, {{"!=", 2}, REL_NE},
                     {{"==", 2}, REL_EQ}, {{":=", 2}, REL_EQ}, {{"<", 1}, REL_LT},
                     {{">", 1}, REL_GT},  {{"=", 1}, REL_EQ}};
    for (size_t k = 0; k < sizeof relations / sizeof *relations; k++)
        if (text_starts(rest(l), relations[k].s)) {
            text s = relations[k].s;
            emit_command(l, (struct word){WORD_REL, relations[k].id, s.p}, s);
            l->i += s.n;
            return true;
        }
    return false;
}

static void lex_dollar(struct lexer *l)
{
    if (l->i == l->currency) {
        emit_char(l, CHAR_CURRENCY, 1);
        return;
    }
    l->blank = true;
    l->i++;
}

/* "**" is a power between operands and bold around an answer. */
static void lex_star(struct lexer *l)
{
    bool twice = lex_at(l, l->i + 1) == '*';
    if (twice && (l->n == 0 || text_trim(text_slice(l->t, l->i + 2, l->t.n)).n == 0))
        l->i += 2;
    else
        emit_char(l, twice ? '^' : '*', twice ? 2 : 1);
}

static void lex_bracket(struct lexer *l, char c)
{
    emit_char(l, c, 1);
    if (c == '(' || c == '[' || (c == ']' && l->levels == 0)) /* ]0,1[ */
        open_level(l, true);
    else if (c == '{')
        open_level(l, !l->wrapper);
    else
        close_level(l);
    l->wrapper = false;
}

static void lex_word(struct lexer *l)
{
    size_t end = l->i;
    while (ascii_alpha(lex_at(l, end)))
        end++;
    lex_emit(l, TOKEN_WORD, text_slice(l->t, l->i, end - l->i));
    l->i = end;
}

static bool starts_number(const struct lexer *l)
{
    if (ascii_digit(lex_at(l, l->i)))
        return true;
    if (lex_at(l, l->i) != '.')
        return false;
    text after = text_slice(l->t, l->i + 1, 16);
    return ascii_digit(lex_at(l, l->i + 1)) || text_starts(after, TEXT("\\overline")) ||
           text_starts(after, TEXT("\\bar")) || text_starts(after, TEXT("\\dot{"));
}

static void lex_one(struct lexer *l)
{
    char c = lex_at(l, l->i);
    if (c == ' ' || c == '~' || c == '`') {
        l->blank |= c != '`';
        l->i++;
    } else if (starts_number(l)) {
        lex_number(l);
    } else if (ascii_alpha(c)) {
        lex_word(l);
    } else if (c == '\\') {
        lex_backslash(l);
    } else if (c == '$') {
        lex_dollar(l);
    } else if (c == '*') {
        lex_star(l);
    } else if (text_starts(rest(l), TEXT("{:}"))) {
        emit_char(l, ':', 3);
    } else if (memchr("()[]{}", c, 6)) {
        lex_bracket(l, c);
    } else if (text_starts(rest(l), TEXT("..."))) {
        emit_command(l, (struct word){WORD_FORM, FORM_LDOTS, "ldots"}, text_slice(l->t, l->i, 3));
        l->i += 3;
    } else if (!lex_relation(l)) {
        if (memchr("+-/^_|!,;:%&.?", c, 14)) {
            emit_char(l, c, 1);
        } else {
            lex_emit(l, TOKEN_BAD, text_slice(l->t, l->i, 1));
            l->i++;
        }
    }
}

/* An odd $ is money if a digit follows it, or precedes it at the end. */
static size_t find_currency(text t)
{
    size_t count = 0, found = SIZE_MAX;
    for (size_t i = 0; i < t.n; i++) {
        if (t.p[i] == '\\') {
            i++;
            continue;
        }
        if (t.p[i] != '$')
            continue;
        count++;
        text after = text_trim(text_slice(t, i + 1, t.n));
        bool before = i > 0 && ascii_digit(t.p[i - 1]) && after.n == 0;
        if (found == SIZE_MAX &&
            (before || (after.n && (ascii_digit(after.p[0]) || after.p[0] == '.'))))
            found = i;
    }
    return count % 2 ? found : SIZE_MAX;
}

/* Sentence marks at the end, and a remark in \text{( )}, are not part of the answer. */
static void drop_tail(struct lexer *l)
{
    while (l->n) {
        math_token *t = &l->tokens[l->n - 1];
        bool mark = t->kind == TOKEN_CHAR && memchr(".,;:?", t->c, 5);
        bool bang = t->kind == TOKEN_CHAR && t->c == '!' && l->n > 1 && t[-1].kind == TOKEN_TEXT;
        bool remark = t->kind == TOKEN_TEXT && l->n > 1 && text_starts(t->s, TEXT("(")) &&
                      text_ends(t->s, TEXT(")"));
        if (!mark && !bang && !remark && t->kind != TOKEN_ROW)
            break;
        l->n--;
    }
}

math_token *math_lex(math_ctx *c, size_t *n, text t)
{
    size_t cap = t.n < MATH_MAX_TOKENS ? t.n : MATH_MAX_TOKENS;
    struct lexer l = {.c = c, .t = t, .currency = find_currency(t)};
    l.tokens = arena_take(&c->mem, cap + 2, sizeof *l.tokens);
    if (!l.tokens) {
        math_fail(c, MATH_OVER_LIMIT);
        return NULL;
    }
    while (l.i < t.n && c->fault == MATH_FINE)
        lex_one(&l);
    if (c->fault != MATH_FINE)
        return NULL;
    drop_tail(&l);
    l.tokens[l.n] = (math_token){.kind = TOKEN_END};
    *n = l.n;
    return l.tokens;
}
