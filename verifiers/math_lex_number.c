/* math_lex_number.c - numbers with their group separators.
 *
 * Commas are the hard part: 1,234 is one number, (1,234) a pair, 12,34 a list. Explicit separators
 * ({,} \, and blanks before exactly three digits) group anywhere. Other digits side by side are
 * never joined. */
#include <string.h>

#include "verifiers/ascii.h"
#include "verifiers/math_lexer.h"

static size_t digits_at(const struct lexer *l, size_t i)
{
    size_t from = i;
    while (ascii_digit(lex_at(l, i)))
        i++;
    return i - from;
}

/* Length of an explicit group separator at i ({,}  ,\!  \,  \;  ~  blank), or 0. */
static size_t explicit_separator(const struct lexer *l, size_t i)
{
    static const text forms[] = {{"{,}", 3}, {",\\!", 3}, {"\\,", 2}, {"\\;", 2},
                                 {"\\:", 2}, {"\\ ", 2},  {"~", 1},   {" ", 1}};
    size_t from = i;
    while (lex_at(l, i) == ' ')
        i++;
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++)
        if (text_starts(text_slice(l->t, i, l->t.n), forms[k])) {
            i += forms[k].n;
            break;
        }
    if (i == from)
        return 0;
    while (lex_at(l, i) == ' ')
        i++;
    return i - from;
}

/* Does d{1,3}(,ddd)+ with nothing more start at i? Its end, or 0. */
static size_t comma_groups_end(const struct lexer *l, size_t i, size_t lead)
{
    bool follows = i >= 2 && lex_at(l, i - 1) == ',' && ascii_digit(lex_at(l, i - 2));
    if (l->counted || follows || lead > 3 || lex_at(l, i) == '0')
        return 0;
    size_t end = i + lead;
    while (lex_at(l, end) == ',' && digits_at(l, end + 1) == 3)
        end += 4;
    bool more = lex_at(l, end) == ',' && ascii_digit(lex_at(l, end + 1));
    return more || end == i + lead ? 0 : end;
}

static size_t explicit_groups_end(const struct lexer *l, size_t i, size_t lead)
{
    size_t end = i + lead, groups = 0;
    bool blanks = false, script = i > 0 && (lex_at(l, i - 1) == '_' || lex_at(l, i - 1) == '^');
    while (lead <= 3 && lead > 0 && !script) { /* not \log_7 100 */
        size_t sep = explicit_separator(l, end);
        if (!sep || digits_at(l, end + sep) != 3)
            break;
        blanks |= lex_at(l, end) == ' ';
        end += sep + 3;
        groups++;
    }
    bool mixed = blanks && groups == 1 && lex_at(l, end) == '/'; /* "7 123/400" */
    return groups && !mixed ? end : 0;
}

/* The digits of [from, to) without separators. */
static text squeeze(struct lexer *l, size_t from, size_t to, size_t keep_to)
{
    char *p = arena_take(&l->c->mem, keep_to - from + 1, 1);
    size_t n = 0;
    if (!p) {
        math_fail(l->c, MATH_OVER_LIMIT);
        return (text){NULL, 0};
    }
    for (size_t i = from; i < to; i++)
        if (ascii_digit(lex_at(l, i)))
            p[n++] = lex_at(l, i);
    for (size_t i = to; i < keep_to; i++)
        p[n++] = lex_at(l, i);
    return (text){p, n};
}

/* End of an exponent e[+-]dd that touches the number at i, or i. */
static size_t exponent_end(const struct lexer *l, size_t i)
{
    if (lex_at(l, i) != 'e' && lex_at(l, i) != 'E')
        return i;
    size_t k = i + 1 + (lex_at(l, i + 1) == '-' || lex_at(l, i + 1) == '+');
    size_t digits = digits_at(l, k);
    char after = lex_at(l, k + digits);
    return digits && !ascii_alpha(after) && after != '.' ? k + digits : i;
}

/* Nothing but blanks and markup from i on: a point before it ends the sentence, not the number. */
static bool ends_answer(const struct lexer *l, size_t i)
{
    while (i < l->t.n && memchr(" $*", lex_at(l, i), 3))
        i++;
    return i == l->t.n;
}

void lex_number(struct lexer *l)
{
    size_t from = l->i, lead = digits_at(l, from);
    size_t end = comma_groups_end(l, from, lead);
    if (!end)
        end = explicit_groups_end(l, from, lead);
    size_t groups = end;
    end = end ? end : from + lead;
    if (lex_at(l, end) == '.' && lex_at(l, end + 1) != '.' && !ends_answer(l, end + 1))
        end += 1 + digits_at(l, end + 1);
    end = exponent_end(l, end);
    text s = groups ? squeeze(l, from, groups, end) : text_slice(l->t, from, end - from);
    lex_emit(l, TOKEN_NUMBER, s)->grouped = groups != 0;
    l->i = end;
}
