/* answer_type.c - one row per type: name, what it looks like, the check.
 *
 * "fraction" keeps the text as its authors wrote it, a/b or \frac{a}{b}, and "latex" and "none"
 * stand for everything else, so their text is not looked at. */
#include "datasets/answer_type.h"

#include <stddef.h>

const char answer_type_names[] = "integer, decimal, fraction, latex, choice or none";

/* Digits at the start of `t`. */
static size_t digits(text t)
{
    size_t n = 0;
    while (n < t.n && t.p[n] >= '0' && t.p[n] <= '9')
        n++;
    return n;
}

static text without_minus(text t)
{
    return t.n && t.p[0] == '-' ? text_slice(t, 1, t.n - 1) : t;
}

static bool is_integer(text t)
{
    t = without_minus(t);
    return t.n && digits(t) == t.n;
}

static bool is_decimal(text t)
{
    double unused;
    t = without_minus(t);
    return t.n && (t.p[0] == '.' || digits(t) > 0) && text_to_f64(t, &unused);
}

static bool is_choice(text t)
{
    return t.n == 1 && t.p[0] >= 'A' && t.p[0] <= 'E';
}

static bool is_anything(text t)
{
    (void)t;
    return true;
}

static const struct row {
    const char *name, *about;
    bool (*fits)(text);
} rows[] = {
    {"integer", "digits with an optional minus", is_integer},
    {"decimal", "a decimal number such as 2.5", is_decimal},
    {"fraction", "a/b or \\frac{a}{b}", is_anything},
    {"latex", "any text", is_anything},
    {"choice", "one letter A to E", is_choice},
    {"none", "any text", is_anything},
};

static const struct row *find(text type)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (text_equal(type, text_of(rows[i].name)))
            return &rows[i];
    return NULL;
}

const char *answer_type_about(text type)
{
    const struct row *r = find(type);
    return r ? r->about : NULL;
}

bool answer_type_fits(text type, text answer)
{
    return find(type)->fits(answer);
}
