/* filter.c - see filter.h. The patterns are small enough to be scanned by hand: each function is
 * one regular expression of the harness, in linear time. */
#include "evals/filter.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "verifiers/boxes.h"

#define SCAN_BYTES ((size_t)64 << 20) /* for the boxes of one response */

struct filter {
    const char *name, *alias;
    /* The answer, a part of the response; false: none. */
    bool (*find)(text *out, arena *memory, text response);
    /* What answers are compared by, into out [cap] with a NUL; false: no answer, or too long. */
    bool (*normal)(char *out, size_t cap, text answer);
};

/* ---- GSM8K ---------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_number_part(char c)
{
    return is_digit(c) || c == '.' || c == ',';
}

/* Bytes from `at` that are parts of a number, '$' too when `dollar`. */
static size_t run_of(text t, size_t at, bool dollar)
{
    size_t n = 0;
    while (at + n < t.n && (is_number_part(t.p[at + n]) || (dollar && t.p[at + n] == '$')))
        n++;
    return n;
}

/* What the harness would have seen: it stops generating at these. */
static text before_stops(text t)
{
    static const char *const stops[] = {"Question:", "</s>", "<|im_end|>"};
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
        t = text_slice(t, 0, text_find(t, text_of(stops[i])));
    return t;
}

/* #### (\-?[0-9\.\,]+), the first. */
static bool find_strict(text *out, arena *memory, text response)
{
    (void)memory;
    text t = before_stops(response);
    for (size_t at; (at = text_find(t, TEXT("#### "))) != SIZE_MAX;) {
        t = text_slice(t, at + 5, t.n);
        size_t sign = t.n && t.p[0] == '-';
        size_t n = run_of(t, sign, false);
        if (n) {
            *out = text_slice(t, 0, sign + n);
            return true;
        }
    }
    return false;
}

/* Length of (-?[$0-9.,]{2,})|(-?[0-9]+) at `at`; 0: no match there. */
static size_t match_flexible(text t, size_t at)
{
    size_t sign = t.p[at] == '-';
    size_t n = run_of(t, at + sign, true);
    if (n >= 2)
        return sign + n;
    return n == 1 && is_digit(t.p[at + sign]) ? sign + 1 : 0;
}

/* The last of the matches, which do not overlap. */
static bool find_flexible(text *out, arena *memory, text response)
{
    (void)memory;
    text t = before_stops(response);
    bool found = false;
    for (size_t at = 0; at < t.n;) {
        size_t n = match_flexible(t, at);
        if (n) {
            *out = text_slice(t, at, n);
            found = true;
        }
        at += n ? n : 1;
    }
    return found;
}

/* regexes_to_ignore in the task's order, each on what the one before has left: "," and "\$", all up
 * to the last "#### ", and "\.$", which also matches before a last line break. Then ignore_case. */
static bool normal_gsm8k(char *out, size_t cap, text answer)
{
    size_t n = 0;
    for (size_t i = 0; i < answer.n; i++) {
        char c = answer.p[i];
        if (c == ',' || c == '$')
            continue;
        if (n + 1 >= cap)
            return false;
        out[n++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        if (n >= 5 && memcmp(out + n - 5, "#### ", 5) == 0)
            n = 0;
    }
    size_t last = n - (n && out[n - 1] == '\n');
    if (last && out[last - 1] == '.') {
        memmove(out + last - 1, out + last, n - last);
        n--;
    }
    out[n] = '\0';
    return true;
}

/* ---- AIME ----------------------------------------------------------------------------------- */

static bool find_boxed(text *out, arena *memory, text response)
{
    struct box_scan scan;
    if (!box_find_all(&scan, memory, response) || !scan.n_boxes)
        return false;
    text t = box_unwrap(scan.boxes[scan.n_boxes - 1].content);
    size_t sign = text_rfind(t, TEXT("="));
    *out = text_trim(sign == SIZE_MAX ? t : text_slice(t, sign + 1, t.n));
    return true;
}

/* An integer without leading zeros; anything else is no answer. */
static bool normal_integer(char *out, size_t cap, text answer)
{
    size_t minus = answer.n && answer.p[0] == '-', at = minus, n = 0;
    while (at + 1 < answer.n && answer.p[at] == '0')
        at++;
    if (at == answer.n || answer.n - at + 2 > cap)
        return false;
    if (minus && !(answer.n - at == 1 && answer.p[at] == '0'))
        out[n++] = '-';
    for (; at < answer.n; at++) {
        if (!is_digit(answer.p[at]))
            return false;
        out[n++] = answer.p[at];
    }
    out[n] = '\0';
    return true;
}

/* ---- as a grader ---------------------------------------------------------------------------- */

static const struct filter filters[] = {
    {"strict-match", "strict", find_strict, normal_gsm8k},
    {"flexible-extract", "flexible", find_flexible, normal_gsm8k},
    {"matharena", "aime", find_boxed, normal_integer},
};

static bool extract(void *ctx, char *out, size_t cap, const char *response, size_t len)
{
    const struct filter *f = ctx;
    char normal[SHEAF_ANSWER_MAX];
    arena memory;
    text answer;
    arena_init(&memory, SCAN_BYTES);
    bool ok = f->find(&answer, &memory, (text){response, len}) && answer.n < cap &&
              !memchr(answer.p, '\0', answer.n) && f->normal(normal, sizeof normal, answer);
    if (ok) {
        memcpy(out, answer.p, answer.n);
        out[answer.n] = '\0';
    }
    arena_free(&memory);
    return ok;
}

static bool canonical(void *ctx, char *out, size_t cap, const char *answer)
{
    const struct filter *f = ctx;
    return f->normal(out, cap, text_of(answer));
}

static bool same(void *ctx, const char *a, const char *b)
{
    char x[SHEAF_ANSWER_MAX], y[SHEAF_ANSWER_MAX];
    return canonical(ctx, x, sizeof x, a) && canonical(ctx, y, sizeof y, b) && strcmp(x, y) == 0;
}

static bool fits(void *ctx, const char *answer)
{
    (void)ctx;
    (void)answer;
    return true;
}

sheaf_grade filter_grade(const struct grader *filter, const char *name, const char *gold,
                         const char *answer)
{
    bool right = filter->right(filter->ctx, gold, answer);
    return (sheaf_grade){right ? SHEAF_EQUAL : SHEAF_DIFFERENT, "", name};
}

bool filter_grader(struct grader *out, const char **name, const char *wanted)
{
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        const struct filter *f = &filters[i];
        if (strcmp(f->name, wanted) != 0 && strcmp(f->alias, wanted) != 0)
            continue;
        void *ctx = (void *)f; /* read only */
        *out = (struct grader){
            .judge = {.ctx = ctx, .extract = extract, .equal = same, .fits = fits},
            .ctx = ctx,
            .right = same,
            .canonical = canonical,
        };
        *name = f->name;
        return true;
    }
    return false;
}
