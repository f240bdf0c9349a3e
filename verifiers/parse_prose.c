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

static bool is_prose_text(const math_token *t, size_t i)
{
    if (i == 0)
        return !(t[1].kind == TOKEN_COMMAND && t[1].word.class == WORD_REL &&
                 t[1].word.id == REL_EQ);
    bool subscript = t[i - 1].kind == TOKEN_CHAR && (t[i - 1].c == '_' || t[i - 1].c == '{');
    return !subscript && parse_joint(&t[i]) == 0 && t[i].s.n && ascii_alpha(t[i].s.p[0]) &&
           !is_math_word(text_slice(t[i].s, 0, text_find(t[i].s, TEXT(" ")))) &&
           word_unit(text_slice(t[i].s, 0, text_find(t[i].s, TEXT("/")))).n == 0 &&
           word_unit(text_slice(t[i].s, 0, text_find(t[i].s, TEXT("^")))).n == 0;
}

/* 12:00 and 5:30 pm are times, not ratios. */
static bool is_clock(const math_token *t, size_t n)
{
    if (n < 3 || t[0].kind != TOKEN_NUMBER || t[1].kind != TOKEN_CHAR || t[1].c != ':' ||
        t[2].kind != TOKEN_NUMBER || t[2].s.n != 2)
        return false;
    return n == 3 && t[2].s.p[0] == '0';
}

bool parse_is_prose(const math_token *t, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (t[i].kind == TOKEN_WORD && t[i].s.n >= 2 && is_prose_word(t, i))
            return true;
        if (t[i].kind == TOKEN_TEXT && is_prose_text(t, i))
            return true;
    }
    return is_clock(t, n);
}
