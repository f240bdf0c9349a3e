/* fold.c - see fold.h. */
#include "verifiers/fold.h"

#include <string.h>
#include <utf8proc.h>

#include "verifiers/ascii.h"
#include "verifiers/math_words.h"

struct folder {
    char *p;
    size_t n;
};

static void put(struct folder *f, text t)
{
    bool blank = t.n == 1 && t.p[0] == ' ';
    if (blank && (f->n == 0 || f->p[f->n - 1] == ' '))
        return;
    memcpy(f->p + f->n, t.p, t.n);
    f->n += t.n;
}

/* One code point in lower case: never longer than four bytes. */
static void put_cp(struct folder *f, text raw, uint32_t cp)
{
    char out[4];
    utf8proc_int32_t low = utf8proc_tolower((utf8proc_int32_t)cp);
    if ((uint32_t)low == cp)
        put(f, raw);
    else
        put(f, (text){out, utf8_encode(out, (uint32_t)low)});
}

/* A command: wrappers vanish, spacing becomes a blank, others stay. Returns its length. */
static size_t put_command(struct folder *f, text t)
{
    size_t n = 1;
    while (n < t.n && ascii_alpha(t.p[n]))
        n++;
    if (n == 1) {
        char c = t.n > 1 ? t.p[1] : '\0';
        if (t.n > 1 && memchr(" ,;:!()[]", c, 9)) {
            if (c != '!')
                put(f, TEXT(" "));
        } else {
            put(f, text_slice(t, 0, 2));
        }
        return t.n > 1 ? 2 : 1;
    }
    struct word w = word_command(text_slice(t, 1, n - 1));
    if (w.class == WORD_BLANK)
        put(f, TEXT(" "));
    else if (w.class != WORD_TEXT && w.class != WORD_DROP && w.class != WORD_DELIM)
        put(f, text_slice(t, 0, n));
    return n;
}

static size_t fold_one(struct folder *f, text t)
{
    char c = t.p[0];
    if (c == '\\')
        return put_command(f, t);
    uint32_t cp;
    size_t len = utf8_decode(t, &cp);
    if (c == ' ' || c == '~')
        put(f, TEXT(" "));
    else if (len == 0)
        put(f, text_slice(t, 0, 1));
    else if (c != '$' && c != '{' && c != '}')
        put_cp(f, text_slice(t, 0, len), cp);
    return len ? len : 1;
}

static text strip_ends(text t)
{
    static const char ends[] = " .,;:!?\"'*`";
    while (t.n && memchr(ends, t.p[0], sizeof ends - 1))
        t = text_slice(t, 1, t.n);
    while (t.n && memchr(ends, t.p[t.n - 1], sizeof ends - 1))
        t = text_slice(t, 0, t.n - 1);
    return t;
}

static text strip_article(text t)
{
    static const text articles[] = {{"the ", 4}, {"an ", 3}, {"a ", 2}};
    for (size_t i = 0; i < sizeof articles / sizeof *articles; i++)
        if (text_starts(t, articles[i]) && t.n > articles[i].n)
            return text_slice(t, articles[i].n, t.n);
    return t;
}

static size_t skip_clock(text t)
{
    size_t i = 0, colons = 0;
    while (i < t.n && (ascii_digit(t.p[i]) || t.p[i] == ':'))
        colons += t.p[i++] == ':';
    return colons && ascii_digit(t.p[0]) ? i : 0;
}

/* "3:45 p.m" and "3:45pm" as "3:45 pm"; `room` bytes may be written. */
static text with_plain_half(char *p, text t, size_t room)
{
    size_t at = skip_clock(t);
    char letters[3] = "";
    size_t n = 0;
    for (size_t i = at; i < t.n; i++) {
        if (t.p[i] == ' ' || t.p[i] == '.')
            continue;
        if (n == 2)
            return t;
        letters[n++] = t.p[i];
    }
    bool half = at && n == 2 && (letters[0] == 'a' || letters[0] == 'p') && letters[1] == 'm';
    if (!half || at + 3 > room)
        return t;
    memmove(p, t.p, at);
    memcpy(p + at, letters[0] == 'a' ? " am" : " pm", 3);
    return (text){p, at + 3};
}

bool fold_text(text *out, arena *mem, text t)
{
    struct folder f = {arena_take(mem, t.n + 1, 4), 0};
    if (!f.p)
        return false;
    for (size_t i = 0; i < t.n;)
        i += fold_one(&f, text_slice(t, i, t.n));
    *out = with_plain_half(f.p, strip_article(strip_ends((text){f.p, f.n})), 4 * (t.n + 1));
    return true;
}

/* ---- choices ----------------------------------------------------------------------------------
 */

static bool is_choice_letter(char c)
{
    return c >= 'a' && c <= 'j';
}

/* Two different letters in parentheses? */
static bool contradicts(text t)
{
    char seen = '\0';
    for (size_t i = 0; i + 2 < t.n; i++) {
        if (t.p[i] != '(' || t.p[i + 2] != ')' || !is_choice_letter(t.p[i + 1]))
            continue;
        if (seen && seen != t.p[i + 1])
            return true;
        seen = t.p[i + 1];
    }
    return false;
}

static text skip_option_word(text t)
{
    static const text words[] = {{"option ", 7}, {"choice ", 7}, {"answer ", 7}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_starts(t, words[i]))
            return text_trim(text_slice(t, words[i].n, t.n));
    return t;
}

char fold_choice(text folded)
{
    bool named = skip_option_word(folded).n != folded.n;
    text t = skip_option_word(folded);
    bool open = t.n && t.p[0] == '(';
    t = text_slice(t, open, t.n);
    if (t.n == 0 || !is_choice_letter(t.p[0]) || contradicts(folded))
        return '\0';
    char letter = (char)(t.p[0] - 'a' + 'A');
    char after = t.n > 1 ? t.p[1] : ')';
    if (open ? after == ')' : after == ')' || after == '.' || after == ':')
        return named && t.n > 2 ? '\0' : letter;
    return '\0';
}

bool fold_is_choice_gold(text gold)
{
    static const text wrappers[] = {{"\\text{", 6}, {"\\textbf{", 8}, {"\\mathrm{", 8}, {"$", 1}};
    gold = text_trim(gold);
    for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++)
        if (text_starts(gold, wrappers[i]) && gold.n > wrappers[i].n + 1)
            gold = text_slice(gold, wrappers[i].n, gold.n - wrappers[i].n - 1);
    if (gold.n == 3 && gold.p[0] == '(' && gold.p[2] == ')')
        gold = text_slice(gold, 1, 1);
    return gold.n == 1 && gold.p[0] >= 'A' && gold.p[0] <= 'J';
}
