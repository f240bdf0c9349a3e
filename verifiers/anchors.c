/* anchors.c - see anchors.h. Hand-written scanners, each one pass. */
#include "verifiers/anchors.h"

#include "verifiers/ascii.h"

static const text no_text = {NULL, 0};

text anchor_hash(text t)
{
    size_t at = text_rfind(t, TEXT("####"));
    if (at == SIZE_MAX)
        return no_text;
    text rest = text_slice(t, at + 4, t.n);
    size_t line = text_find(rest, TEXT("\n"));
    rest = text_trim(line == SIZE_MAX ? rest : text_slice(rest, 0, line));
    for (size_t i = 0; i < rest.n; i++)
        if (rest.p[i] != '#')
            return rest;
    return no_text; /* a ruler of # marks nothing */
}

static bool starts_folded(text t, const char *word, size_t n)
{
    if (t.n < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (ascii_lower(t.p[i]) != word[i])
            return false;
    return true;
}

/* Length of an anchor at the start of `t`: "answer" with its verb or colon; 0 if there is none. */
static size_t anchor_length(text t)
{
    static const text subjects[] = {{"answers", 7}, {"answer", 6}, {"\xe7\xad\x94\xe6\xa1\x88", 6}};
    static const struct {
        text word;
        bool whole; /* not followed by a letter */
    } verbs[] = {{{"is", 2}, true}, {{"are", 3}, true}, {{":", 1}, false}, {{"=", 1}, false},
                 {{"\xef\xbc\x9a", 3}, false}, {{"\xe6\x98\xaf", 3}, false},
                 {{"\xe4\xb8\xba", 3}, false}};
    size_t i = 0;
    for (size_t k = 0; k < sizeof subjects / sizeof *subjects && !i; k++)
        if (starts_folded(t, subjects[k].p, subjects[k].n))
            i = subjects[k].n;
    if (!i)
        return 0;
    while (i < t.n && (ascii_space(t.p[i]) || t.p[i] == '*'))
        i++;
    for (size_t k = 0; k < sizeof verbs / sizeof *verbs; k++) {
        text rest = text_slice(t, i, t.n);
        size_t n = verbs[k].word.n;
        if (starts_folded(rest, verbs[k].word.p, n) &&
            !(verbs[k].whole && n < rest.n && ascii_alpha(rest.p[n])))
            return i + n;
    }
    return 0;
}

/* Blanks, bold marks, colons and one run of line breaks lead the answer. */
static text skip_lead(text t)
{
    size_t i = 0;
    while (i < t.n && (ascii_space(t.p[i]) || t.p[i] == '*' || t.p[i] == ':'))
        i++;
    return text_slice(t, i, t.n);
}

static bool ends_sentence(text t, size_t i)
{
    char c = t.p[i];
    if (c != '.' && c != '!' && c != '?')
        return false;
    return i + 1 >= t.n || ascii_space(t.p[i + 1]) || t.p[i + 1] == '*' || t.p[i + 1] == '"';
}

/* Length of the answer at the start of `t`: to the end of line or sentence, outside $...$, \(...\)
 * and brackets. */
static size_t span_length(text t)
{
    bool math = false;
    size_t depth = 0, i = 0;
    for (; i < t.n; i++) {
        char c = t.p[i];
        if (c == '\\' && i + 1 < t.n && t.p[i + 1] != '\n') {
            c = t.p[++i];
            math = c == '(' || c == '[' || (math && c != ')' && c != ']');
            continue;
        }
        math = math != (c == '$');
        depth += c == '(' || c == '[' || c == '{';
        depth -= depth && (c == ')' || c == ']' || c == '}');
        if (!math && (c == '\n' || (depth == 0 && ends_sentence(t, i))))
            break;
    }
    return i;
}

static text strip_stars(text t)
{
    t = text_trim(t);
    while (t.n && t.p[t.n - 1] == '*')
        t = text_trim(text_slice(t, 0, t.n - 1));
    while (t.n && t.p[0] == '*')
        t = text_trim(text_slice(t, 1, t.n));
    return t;
}

text anchor_phrase(text t)
{
    size_t end = SIZE_MAX;
    for (size_t i = 0; i < t.n; i++) {
        char c = ascii_lower(t.p[i]);
        if (c != 'a' && c != '\xe7')
            continue;
        size_t len = anchor_length(text_slice(t, i, 64));
        if (len)
            end = i + len;
    }
    if (end == SIZE_MAX)
        return no_text;
    text rest = skip_lead(text_slice(t, end, t.n));
    return strip_stars(text_slice(rest, 0, span_length(rest)));
}

/* ---- numbers ------------------------------------------------------------------------------------
 */

static size_t digit_run(text t, size_t i)
{
    size_t from = i;
    while (i < t.n && ascii_digit(t.p[i]))
        i++;
    return i - from;
}

/* End of the integer part at i: one to three digits and groups of three, or a plain run. */
static size_t integer_end(text t, size_t i)
{
    size_t lead = digit_run(t, i);
    size_t end = i + lead;
    while (lead <= 3 && end < t.n && t.p[end] == ',' && digit_run(t, end + 1) == 3)
        end += 4;
    return end;
}

/* End of the number whose first digit (or point) is at i. */
static size_t number_end(text t, size_t i)
{
    size_t end = integer_end(t, i);
    if (end + 1 < t.n && t.p[end] == '.' && ascii_digit(t.p[end + 1]))
        end += 1 + digit_run(t, end + 1);
    if (end + 1 < t.n && t.p[end] == '/' && ascii_digit(t.p[end + 1]))
        end += 1 + digit_run(t, end + 1);
    return end;
}

static bool is_operand_end(char c)
{
    return ascii_digit(c) || ascii_alpha(c) || c == ')' || c == ']' || c == '}';
}

/* Moves the start before a dollar sign and a sign that is no operator. */
static size_t with_prefix(text t, size_t start)
{
    size_t i = start;
    if (i > 0 && t.p[i - 1] == '$')
        i--;
    if (i > 0 && (t.p[i - 1] == '-' || t.p[i - 1] == '+') &&
        (i == 1 || !is_operand_end(t.p[i - 2])))
        i--;
    return i;
}

text anchor_last_number(text t)
{
    text last = no_text;
    for (size_t i = 0; i < t.n;) {
        bool point = t.p[i] == '.' && i + 1 < t.n && ascii_digit(t.p[i + 1]);
        if (!ascii_digit(t.p[i]) && !point) {
            i++;
            continue;
        }
        size_t end = number_end(t, i), start = with_prefix(t, i);
        last = text_slice(t, start, end - start);
        i = end;
    }
    return last;
}

text anchor_hash_number(text t)
{
    text line = anchor_hash(t);
    size_t i = 0;
    while (i < line.n && (ascii_space(line.p[i]) || line.p[i] == '$' || line.p[i] == '-' ||
                          line.p[i] == '+'))
        i++;
    size_t digits = i;
    while (i < line.n && (ascii_digit(line.p[i]) || line.p[i] == ',' ||
                          (line.p[i] == '.' && i + 1 < line.n && ascii_digit(line.p[i + 1]))))
        i++;
    while (i > digits && line.p[i - 1] == ',')
        i--;
    return i > digits ? text_slice(line, 0, i) : no_text;
}
