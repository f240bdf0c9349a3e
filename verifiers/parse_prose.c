/* parse_prose.c - is an answer a sentence rather than a formula?
 *
 * A word that stands alone and that the grammar does not know makes the whole answer words; it is
 * then compared as words. Two letters side by side are a product, names and units are known. */
#include <string.h>

#include "verifiers/ascii.h"
#include "verifiers/math_parser.h"

static bool is_function_word(text s)
{
    static const char *const words[] = {"is", "of", "to", "no", "if",  "it",  "so",  "by",
                                        "at", "on", "we", "be", "not", "but", "the", "for"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_equal(s, text_of(words[i])))
            return true;
    return false;
}

static bool is_math_word(text s)
{
    return word_unit(s).n || word_scale(s) || word_is_percent(s) || word_is_ordinal(s) ||
           word_is_unit_filler(s) || word_has_name(s) || text_equal(s, TEXT("and")) ||
           text_equal(s, TEXT("or"));
}

/* A word of a sentence: it stands alone and is nothing the grammar knows. */
static bool is_prose_word(const math_token *t, size_t i)
{
    const math_token *next = &t[i + 1];
    bool label = i == 0 && next->kind == TOKEN_COMMAND && next->word.class == WORD_REL &&
                 next->word.id == REL_EQ;
    bool figure = i > 0 && t[i - 1].kind == TOKEN_COMMAND && t[i - 1].word.class == WORD_FORM &&
                  t[i - 1].word.id == FORM_ANGLE;
    bool apart = (i == 0 || t[i].blank || t[i - 1].kind == TOKEN_BAD) &&
                 (next->blank || next->kind == TOKEN_END || next->kind == TOKEN_CHAR ||
                  next->kind == TOKEN_TEXT || next->kind == TOKEN_BAD);
    bool touched = next->kind == TOKEN_CHAR && !next->blank && memchr("^_*/+-()=!|", next->c, 11);
    if (label || figure || !apart || touched)
        return false;
    return t[i].s.n >= 3 ? !is_math_word(t[i].s) || is_function_word(t[i].s)
                         : is_function_word(t[i].s);
}

/* "sq." of "sq. units" */
static text first_word(text s, text end)
{
    s = text_slice(s, 0, text_find(s, end));
    return text_ends(s, TEXT(".")) ? text_slice(s, 0, s.n - 1) : s;
}

static bool is_prose_text(const math_token *t, size_t i)
{
    if (i == 0)
        return !(t[1].kind == TOKEN_COMMAND && t[1].word.class == WORD_REL &&
                 t[1].word.id == REL_EQ);
    bool subscript = t[i - 1].kind == TOKEN_CHAR && (t[i - 1].c == '_' || t[i - 1].c == '{');
    return !subscript && parse_joint(&t[i]) == 0 && t[i].s.n && ascii_alpha(t[i].s.p[0]) &&
           !is_math_word(first_word(t[i].s, TEXT(" "))) &&
           word_unit(first_word(t[i].s, TEXT("/"))).n == 0 &&
           word_unit(first_word(t[i].s, TEXT("^"))).n == 0;
}

/* Do the tokens spell am or pm, with points or without? */
static bool is_half_of_day(const math_token *t, size_t n)
{
    char letters[3] = "";
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        bool letter = t[i].kind == TOKEN_WORD || t[i].kind == TOKEN_TEXT;
        if (!letter && !(t[i].kind == TOKEN_CHAR && t[i].c == '.'))
            return false;
        for (size_t k = 0; letter && k < t[i].s.n; k++) {
            char c = ascii_lower(t[i].s.p[k]);
            if (c == '.' || c == ' ')
                continue;
            if (found == 2)
                return false;
            letters[found++] = c;
        }
    }
    return strcmp(letters, "am") == 0 || strcmp(letters, "pm") == 0;
}

/* 12:00 and 5:30 pm are times, not ratios. */
static bool is_clock(const math_token *t, size_t n)
{
    if (n < 3 || t[0].kind != TOKEN_NUMBER || t[1].kind != TOKEN_CHAR || t[1].c != ':' ||
        t[2].kind != TOKEN_NUMBER || t[2].s.n != 2)
        return false;
    return n == 3 ? t[2].s.p[0] == '0' : is_half_of_day(t + 3, n - 3);
}

static bool is_roman(text s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!memchr("IVX", s.p[i], 3))
            return false;
    return s.n > 0;
}

/* "I and III": statements, not products. */
static bool is_roman_list(const math_token *t, size_t n)
{
    bool joined = false, several = false;
    for (size_t i = 0; i < n; i++) {
        bool joint = parse_joint(&t[i]) != 0;
        if (!joint && !(t[i].kind == TOKEN_WORD && is_roman(t[i].s)))
            return false;
        joined |= joint;
        several |= !joint && t[i].s.n > 1;
    }
    return joined && several;
}

bool parse_is_prose(const math_token *t, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (t[i].kind == TOKEN_WORD && t[i].s.n >= 2 && is_prose_word(t, i))
            return true;
        if (t[i].kind == TOKEN_TEXT && is_prose_text(t, i))
            return true;
    }
    return is_clock(t, n) || is_roman_list(t, n);
}
