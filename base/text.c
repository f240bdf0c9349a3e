/* text.c - byte views and number parsing; see text.h. */
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

text text_of(const char *s)
{
    return (text){s, s ? strlen(s) : 0};
}

bool text_equal(text a, text b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool text_starts(text t, text prefix)
{
    return t.n >= prefix.n && text_equal(text_slice(t, 0, prefix.n), prefix);
}

bool text_ends(text t, text suffix)
{
    return t.n >= suffix.n && text_equal(text_slice(t, t.n - suffix.n, suffix.n), suffix);
}

text text_slice(text t, size_t from, size_t n)
{
    if (from > t.n)
        from = t.n;
    if (n > t.n - from)
        n = t.n - from;
    return (text){t.p + from, n};
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

text text_trim(text t)
{
    while (t.n && is_space(t.p[0])) {
        t.p++;
        t.n--;
    }
    while (t.n && is_space(t.p[t.n - 1]))
        t.n--;
    return t;
}

size_t text_find(text t, text needle)
{
    if (needle.n == 0)
        return 0;
    const char *at = t.n ? memmem(t.p, t.n, needle.p, needle.n) : NULL;
    return at ? (size_t)(at - t.p) : SIZE_MAX;
}

size_t text_rfind(text t, text needle)
{
    if (needle.n > t.n)
        return SIZE_MAX;
    for (size_t i = t.n - needle.n + 1; i-- > 0;)
        if (text_equal(text_slice(t, i, needle.n), needle))
            return i;
    return SIZE_MAX;
}

bool text_to_i64(text t, int64_t *out)
{
    bool negative = t.n && t.p[0] == '-';
    size_t i = negative;
    if (i == t.n)
        return false;
    int64_t v = 0; /* kept negative: the range has one more value there */
    for (; i < t.n; i++) {
        if (t.p[i] < '0' || t.p[i] > '9')
            return false;
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, t.p[i] - '0', &v))
            return false;
    }
    if (!negative && v == INT64_MIN)
        return false;
    *out = negative ? v : -v;
    return true;
}

static size_t skip_digits(text t, size_t i)
{
    while (i < t.n && t.p[i] >= '0' && t.p[i] <= '9')
        i++;
    return i;
}

/* digits [. digits] [e [sign] digits], with at least one digit before the exponent */
static bool is_decimal(text t)
{
    size_t start = t.n && (t.p[0] == '-' || t.p[0] == '+');
    size_t i = skip_digits(t, start), n_digits = i - start;
    if (i < t.n && t.p[i] == '.') {
        size_t from = ++i;
        i = skip_digits(t, i);
        n_digits += i - from;
    }
    if (n_digits == 0)
        return false;
    if (i < t.n && (t.p[i] == 'e' || t.p[i] == 'E')) {
        i++;
        if (i < t.n && (t.p[i] == '-' || t.p[i] == '+'))
            i++;
        size_t from = i;
        i = skip_digits(t, i);
        if (i == from)
            return false;
    }
    return i == t.n;
}

bool text_to_f64(text t, double *out)
{
    char copy[64];
    if (t.n == 0 || t.n >= sizeof copy || !is_decimal(t))
        return false;
    memcpy(copy, t.p, t.n);
    copy[t.n] = '\0';
    double v = strtod(copy, NULL); /* the program never leaves the "C" locale */
    if (!isfinite(v))
        return false;
    *out = v;
    return true;
}
