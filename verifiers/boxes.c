/* boxes.c - see boxes.h.
 *
 * A brace depth and a stack of open boxes replace "search the matching brace from each opener",
 * which is quadratic on a flood of unclosed openers. A backslash always takes the next byte with
 * it, so \{ and \} are no braces. */
#include "verifiers/boxes.h"

#include "verifiers/ascii.h"

#define MAX_WRAPPED 8192 /* bytes of a box that is looked into: no longer one holds an answer */

struct opener {
    size_t start, inside; /* of the command, of its content */
    size_t depth;         /* braces open around it */
};

struct scan {
    text t;
    arena *mem;
    struct opener *open;
    size_t n_open, cap_open;
    struct box *closed;
    size_t n_closed, cap_closed;
    size_t depth;
    bool failed;
};

/* Room for one more element; arrays double inside the arena. */
static void *grow(struct scan *s, void *array, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return array;
    size_t bigger = *cap ? *cap * 2 : 16;
    char *p = arena_take(s->mem, bigger, size);
    if (!p) {
        s->failed = true;
        return array;
    }
    for (size_t i = 0; i < count * size; i++)
        p[i] = ((char *)array)[i];
    *cap = bigger;
    return p;
}

static void push_open(struct scan *s, size_t start, size_t inside)
{
    s->open = grow(s, s->open, s->n_open, &s->cap_open, sizeof *s->open);
    if (!s->failed)
        s->open[s->n_open++] = (struct opener){start, inside, s->depth};
}

/* A closed box swallows those recorded inside it. */
static void push_closed(struct scan *s, size_t start, size_t end, text content)
{
    while (s->n_closed && s->closed[s->n_closed - 1].start > start)
        s->n_closed--;
    s->closed = grow(s, s->closed, s->n_closed, &s->cap_closed, sizeof *s->closed);
    if (!s->failed)
        s->closed[s->n_closed++] = (struct box){start, end, content};
}

/* Length of a box command at the start of `t`, or 0. A JSON "\b" turned into a backspace counts. */
static size_t opener_length(text t)
{
    static const text names[] = {{"\\boxed", 6}, {"\\fbox", 5}, {"\\framebox", 9}, {"\boxed", 5}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n = names[i].n;
        if (text_starts(t, names[i]) && (t.n == n || !ascii_alpha(t.p[n])))
            return n;
    }
    return 0;
}

static size_t skip_space(text t, size_t i)
{
    while (i < t.n && ascii_space(t.p[i]))
        i++;
    return i;
}

static size_t digits_end(text t, size_t i)
{
    while (i < t.n && (ascii_digit(t.p[i]) ||
                       (t.p[i] == ',' && i + 1 < t.n && ascii_digit(t.p[i + 1]))))
        i++;
    if (i + 1 < t.n && t.p[i] == '.' && ascii_digit(t.p[i + 1]))
        for (i++; i < t.n && ascii_digit(t.p[i]);)
            i++;
    return i;
}

/* End of what a box without braces takes: one number, command or letter. */
static size_t bare_end(text t, size_t i)
{
    if (i >= t.n)
        return i;
    size_t sign = (t.p[i] == '-' || t.p[i] == '+') ? 1 : 0;
    if (i + sign < t.n && ascii_digit(t.p[i + sign]))
        return digits_end(t, i + sign);
    if (ascii_alpha(t.p[i]))
        return i + 1;
    if (t.p[i] != '\\')
        return i;
    size_t end = i + 1;
    while (end < t.n && ascii_alpha(t.p[end]))
        end++;
    return end > i + 1 ? end : i;
}

/* Handles a box command of `len` bytes at `at`; returns where the scan goes on. */
static size_t open_box(struct scan *s, size_t at, size_t len)
{
    size_t i = skip_space(s->t, at + len);
    if (i < s->t.n && s->t.p[i] == '{') {
        push_open(s, at, i + 1);
        s->depth++;
        return i + 1;
    }
    size_t end = bare_end(s->t, i);
    if (end > i)
        push_closed(s, at, end, text_slice(s->t, i, end - i));
    return end > i ? end : at + len;
}

static void close_brace(struct scan *s, size_t at)
{
    if (s->depth == 0)
        return; /* one brace too many is common and harmless */
    s->depth--;
    if (s->n_open && s->open[s->n_open - 1].depth == s->depth) {
        struct opener o = s->open[--s->n_open];
        push_closed(s, o.start, at + 1, text_slice(s->t, o.inside, at - o.inside));
    }
}

static void scan_all(struct scan *s)
{
    for (size_t i = 0; i < s->t.n && !s->failed;) {
        char c = s->t.p[i];
        size_t len = (c == '\\' || c == '\b') ? opener_length(text_slice(s->t, i, 16)) : 0;
        if (len) {
            i = open_box(s, i, len);
            continue;
        }
        if (c == '{')
            s->depth++;
        else if (c == '}')
            close_brace(s, i);
        i += c == '\\' ? 2 : 1;
    }
}

/* "answer", "your answer here", dots: what a prompt's format line leaves in a box. */
static bool is_placeholder(text t)
{
    static const text words[] = {{"answer", 6},
                                 {"your answer", 11},
                                 {"answer here", 11},
                                 {"the answer", 10},
                                 {"your answer here", 16},
                                 {"final answer", 12},
                                 {"\\ldots", 6},
                                 {"\\dots", 5},
                                 {"\\cdots", 6}};
    t = text_trim(t);
    if (text_starts(t, TEXT("\\text{")) && text_ends(t, TEXT("}")))
        t = text_trim(text_slice(t, 6, t.n - 7));
    size_t filler = 0;
    while (filler < t.n && (ascii_space(t.p[filler]) || t.p[filler] == '.' || t.p[filler] == '?' ||
                            t.p[filler] == '_'))
        filler++;
    if (filler == t.n)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t k = 0;
        while (k < t.n && k < words[i].n && ascii_lower(t.p[k]) == words[i].p[k])
            k++;
        if (k == t.n && k == words[i].n)
            return true;
    }
    return false;
}

static void drop_placeholders(struct scan *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->n_closed; i++)
        if (!is_placeholder(s->closed[i].content))
            s->closed[kept++] = s->closed[i];
    s->n_closed = kept;
}

bool box_find_all(struct box_scan *out, arena *mem, text t)
{
    struct scan s = {.t = t, .mem = mem};
    scan_all(&s);
    if (s.failed)
        return false;
    drop_placeholders(&s);
    bool truncated = s.n_open && (s.n_closed == 0 ||
                                  s.open[s.n_open - 1].start > s.closed[s.n_closed - 1].start);
    *out = (struct box_scan){s.closed, s.n_closed, truncated};
    return true;
}

text box_unwrap(text t)
{
    for (t = text_trim(t); t.n <= MAX_WRAPPED; t = text_trim(t)) {
        size_t len = opener_length(t);
        size_t i = skip_space(t, len);
        if (!len || i >= t.n || t.p[i] != '{' || t.p[t.n - 1] != '}')
            return t;
        size_t depth = 0;
        for (size_t k = i; k < t.n; k += t.p[k] == '\\' ? 2 : 1) {
            depth += t.p[k] == '{';
            depth -= t.p[k] == '}' && depth;
            if (depth == 0 && k + 1 < t.n)
                return t; /* the first box ends before the text does */
        }
        t = text_slice(t, i + 1, t.n - i - 2);
    }
    return t;
}
