/* pretokenize.c - the regular expressions of specs/tokenizers.md (3) as hand-written matchers.
 *
 * Every character gets its class bits once; then a family is an ordered list of matchers, and
 * the first that matches at the position makes the piece, as in an ordered alternation. Each
 * matcher is the greedy match of one alternative, its backtracking spelt out. A matcher that
 * fails has looked at no more than the run which the one after it takes, so the whole is linear. */
#include "engine/pretokenize.h"

#include <assert.h>
#include <string.h>
#include <utf8proc.h>

#include "base/alloc.h"

enum {
    LETTER = 1,   /* \p{L} */
    DIGIT = 2,    /* \p{N} */
    SPACE = 4,    /* \s */
    NEWLINE = 8,  /* [\r\n], which are SPACE too */
    UPPER = 16,   /* [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}] */
    LOWER = 32,   /* [\p{Ll}\p{Lm}\p{Lo}\p{M}] */
    BLANK = 64,   /* U+0020 */
    SLASH = 128,
};

static const uint8_t category_class[] = {
    [UTF8PROC_CATEGORY_LU] = LETTER | UPPER,
    [UTF8PROC_CATEGORY_LL] = LETTER | LOWER,
    [UTF8PROC_CATEGORY_LT] = LETTER | UPPER,
    [UTF8PROC_CATEGORY_LM] = LETTER | UPPER | LOWER,
    [UTF8PROC_CATEGORY_LO] = LETTER | UPPER | LOWER,
    [UTF8PROC_CATEGORY_MN] = UPPER | LOWER,
    [UTF8PROC_CATEGORY_MC] = UPPER | LOWER,
    [UTF8PROC_CATEGORY_ME] = UPPER | LOWER,
    [UTF8PROC_CATEGORY_ND] = DIGIT,
    [UTF8PROC_CATEGORY_NL] = DIGIT,
    [UTF8PROC_CATEGORY_NO] = DIGIT,
    [UTF8PROC_CATEGORY_ZS] = SPACE,
    [UTF8PROC_CATEGORY_ZL] = SPACE,
    [UTF8PROC_CATEGORY_ZP] = SPACE,
    [UTF8PROC_CATEGORY_CO] = 0, /* the last one */
};

static uint8_t class_of(uint32_t cp)
{
    if (cp == ' ')
        return SPACE | BLANK;
    if (cp == '\n' || cp == '\r')
        return SPACE | NEWLINE;
    if ((cp >= 0x09 && cp <= 0x0D) || cp == 0x85) /* white space of category Cc */
        return SPACE;
    if (cp == '/')
        return SLASH;
    return category_class[utf8proc_category((utf8proc_int32_t)cp)];
}

/* End of the run from i of characters with / without any of the bits. */
static size_t run(const struct pretok *p, size_t i, int bits)
{
    while (i < p->end && (p->class[i] & bits))
        i++;
    return i;
}

static size_t run_without(const struct pretok *p, size_t i, int bits)
{
    while (i < p->end && !(p->class[i] & bits))
        i++;
    return i;
}

static size_t run_at_most(const struct pretok *p, size_t i, int bits, size_t n)
{
    size_t end = i;
    while (end < p->end && end - i < n && (p->class[end] & bits))
        end++;
    return end;
}

/* A matcher gives the end of its match at character i, or i if there is none. */
typedef size_t matcher(const struct pretok *p, size_t i);

/* Does `t` start with lower-case letters `tail`; with `fold` in any case? */
static bool starts_with(text t, const char *tail, bool fold)
{
    size_t i = 0;
    while (tail[i] && i < t.n && (fold ? t.p[i] | 0x20 : t.p[i]) == tail[i])
        i++;
    return tail[i] == '\0';
}

/* 's|'t|'re|'ve|'m|'ll|'d; with `fold` in any case, U+017F (long s) included as Unicode folds
 * it. */
static size_t match_contraction(const struct pretok *p, size_t i, bool fold)
{
    static const char *const tails[] = {"s", "t", "re", "ve", "m", "ll", "d"};
    text rest = text_slice(p->t, p->at[i], p->at[p->end] - p->at[i]);
    if (rest.n < 2 || rest.p[0] != '\'')
        return i;
    rest = text_slice(rest, 1, rest.n - 1);
    for (size_t k = 0; k < sizeof tails / sizeof *tails; k++)
        if (starts_with(rest, tails[k], fold))
            return i + 1 + strlen(tails[k]);
    return fold && text_starts(rest, TEXT("\u017F")) ? i + 2 : i;
}

static size_t contraction(const struct pretok *p, size_t i)
{
    return match_contraction(p, i, false);
}

static size_t contraction_any_case(const struct pretok *p, size_t i)
{
    return match_contraction(p, i, true);
}

/* After [^\r\n\p{L}\p{N}]? */
static size_t skip_prefix(const struct pretok *p, size_t i)
{
    return i < p->end && !(p->class[i] & (LETTER | DIGIT | NEWLINE)) ? i + 1 : i;
}

/* After " ?" */
static size_t skip_blank(const struct pretok *p, size_t i)
{
    return run_at_most(p, i, BLANK, 1);
}

static size_t or_nothing(size_t i, size_t start, size_t end)
{
    return end > start ? end : i;
}

/* [^\r\n\p{L}\p{N}]?\p{L}+ */
static size_t word(const struct pretok *p, size_t i)
{
    size_t start = skip_prefix(p, i);
    return or_nothing(i, start, run(p, start, LETTER));
}

/*  ?\p{L}+ */
static size_t word_after_blank(const struct pretok *p, size_t i)
{
    size_t start = skip_blank(p, i);
    return or_nothing(i, start, run(p, start, LETTER));
}

/* U*W+ from `start`; when no W follows the run of U, its own last W ends the match. */
static size_t upper_then_lower(const struct pretok *p, size_t start)
{
    size_t upper = run(p, start, UPPER);
    size_t lower = run(p, upper, LOWER);
    if (lower > upper)
        return lower;
    while (upper > start && !(p->class[upper - 1] & LOWER))
        upper--;
    return upper;
}

/* U+W* from `start`. */
static size_t upper_run_then_lower(const struct pretok *p, size_t start)
{
    size_t upper = run(p, start, UPPER);
    return upper > start ? run(p, upper, LOWER) : start;
}

/* [^\r\n\p{L}\p{N}]? and then `core`. A mark can be prefix or part of the core: prefix first. */
static size_t after_prefix(const struct pretok *p, size_t i, matcher *core)
{
    size_t start = skip_prefix(p, i);
    size_t end = core(p, start);
    return end > start ? end : core(p, i);
}

static size_t cased_word(const struct pretok *p, size_t i)
{
    return after_prefix(p, i, upper_then_lower);
}

static size_t upper_word(const struct pretok *p, size_t i)
{
    return after_prefix(p, i, upper_run_then_lower);
}

static size_t cased_word_contracted(const struct pretok *p, size_t i)
{
    size_t end = cased_word(p, i);
    return end > i ? contraction_any_case(p, end) : i;
}

static size_t upper_word_contracted(const struct pretok *p, size_t i)
{
    size_t end = upper_word(p, i);
    return end > i ? contraction_any_case(p, end) : i;
}

/* \p{N} */
static size_t one_digit(const struct pretok *p, size_t i)
{
    return run_at_most(p, i, DIGIT, 1);
}

/* \p{N}{1,3} */
static size_t three_digits(const struct pretok *p, size_t i)
{
    return run_at_most(p, i, DIGIT, 3);
}

/*  ?\p{N}+ */
static size_t number_after_blank(const struct pretok *p, size_t i)
{
    size_t start = skip_blank(p, i);
    return or_nothing(i, start, run(p, start, DIGIT));
}

/*  ?[^\s\p{L}\p{N}]+ */
static size_t symbols(const struct pretok *p, size_t i)
{
    size_t start = skip_blank(p, i);
    return or_nothing(i, start, run_without(p, start, SPACE | LETTER | DIGIT));
}

/*  ?[^\s\p{L}\p{N}]+[\r\n]* */
static size_t symbols_newlines(const struct pretok *p, size_t i)
{
    size_t end = symbols(p, i);
    return end > i ? run(p, end, NEWLINE) : i;
}

/*  ?[^\s\p{L}\p{N}]+[\r\n/]* */
static size_t symbols_newlines_slashes(const struct pretok *p, size_t i)
{
    size_t end = symbols(p, i);
    return end > i ? run(p, end, NEWLINE | SLASH) : i;
}

/* \s*[\r\n]+: white space up to the last line break in it. */
static size_t line_breaks(const struct pretok *p, size_t i)
{
    size_t end = run(p, i, SPACE);
    while (end > i && !(p->class[end - 1] & NEWLINE))
        end--;
    return end;
}

/* \s+(?!\S): white space, but for its last character if something follows. */
static size_t space_before_space(const struct pretok *p, size_t i)
{
    size_t end = run(p, i, SPACE);
    return end > i && end < p->end ? end - 1 : end;
}

/* \s+ */
static size_t space(const struct pretok *p, size_t i)
{
    return run(p, i, SPACE);
}

enum { MAX_RULES = 8 };

static matcher *const family_rules[PRE_FAMILIES][MAX_RULES] = {
    [PRE_GPT2] = {contraction, word_after_blank, number_after_blank, symbols, space_before_space,
                  space},
    [PRE_SMOLLM] = {contraction, word_after_blank, number_after_blank, symbols, space_before_space,
                    space},
    [PRE_LLAMA3] = {contraction_any_case, word, three_digits, symbols_newlines, line_breaks,
                    space_before_space, space},
    [PRE_QWEN2] = {contraction_any_case, word, one_digit, symbols_newlines, line_breaks,
                   space_before_space, space},
    [PRE_O200K] = {cased_word_contracted, upper_word_contracted, three_digits,
                   symbols_newlines_slashes, line_breaks, space_before_space, space},
    [PRE_TEKKEN] = {cased_word, upper_word, one_digit, symbols_newlines_slashes, line_breaks,
                    space_before_space, space},
};

static bool reserve(struct pretok *p, size_t n)
{
    if (n <= p->cap)
        return true;
    if (n < 2 * p->cap)
        n = 2 * p->cap;
    pretok_free(p);
    p->class = alloc_zero(n, sizeof *p->class);
    p->at = alloc_zero(n, sizeof *p->at);
    if (!p->class || !p->at)
        return false;
    p->cap = n;
    return true;
}

bool pretok_begin(struct pretok *p, enum pre_family family, text t)
{
    assert(t.n < UINT32_MAX);
    if (!reserve(p, t.n + 1))
        return false;
    p->family = family;
    p->t = t;
    p->n = p->pos = p->end = 0;
    for (size_t at = 0; at < t.n;) {
        uint32_t cp = 0;
        size_t length = utf8_decode(text_slice(t, at, t.n - at), &cp);
        assert(length > 0);
        p->class[p->n] = class_of(cp);
        p->at[p->n++] = (uint32_t)at;
        at += length;
    }
    p->at[p->n] = (uint32_t)t.n;
    return true;
}

/* The rules of SMOLLM never see past a digit: each digit is cut off on its own beforehand. */
static size_t stage_end(const struct pretok *p)
{
    if (p->family != PRE_SMOLLM)
        return p->n;
    size_t i = p->pos;
    if (p->class[i] & DIGIT)
        return i + 1;
    while (i < p->n && !(p->class[i] & DIGIT))
        i++;
    return i;
}

bool pretok_next(struct pretok *p, text *piece)
{
    if (p->pos == p->n)
        return false;
    if (p->pos == p->end)
        p->end = stage_end(p);
    size_t end = p->pos;
    matcher *const *rule = family_rules[p->family];
    while (*rule && end == p->pos)
        end = (*rule++)(p, p->pos);
    assert(end > p->pos); /* letter, digit, white space or symbol: one rule takes it */
    *piece = text_slice(p->t, p->at[p->pos], p->at[end] - p->at[p->pos]);
    p->pos = end;
    return true;
}

void pretok_free(struct pretok *p)
{
    alloc_free(p->class);
    alloc_free(p->at);
    *p = (struct pretok){0};
}
