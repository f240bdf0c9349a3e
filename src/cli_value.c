/* cli_value.c - one option value: text to the C type of its target, with a range check. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli.h"

bool cli_takes_value(const struct cli_option *o)
{
    return o->kind != CLI_ON && o->kind != CLI_OFF && o->kind != CLI_COUNT;
}

static bool parse_u64(const char *s, uint64_t *out)
{
    uint64_t v = 0;
    if (!*s)
        return false;
    for (; *s; s++) {
        if (*s < '0' || *s > '9' || __builtin_mul_overflow(v, (uint64_t)10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
            return false;
    }
    *out = v;
    return true;
}

bool cli_parse_bytes(const char *s, uint64_t *out)
{
    static const char units[] = "KMGT";
    char digits[24];
    size_t n = strspn(s, "0123456789");
    uint64_t v;
    unsigned shift = 0;
    if (n == 0 || n >= sizeof digits)
        return false;
    memcpy(digits, s, n);
    digits[n] = '\0';
    s += n;
    if (*s) {
        const char *unit = strchr(units, *s >= 'a' ? *s - 32 : *s);
        if (!unit)
            return false;
        shift = 10 * (unsigned)(unit - units + 1);
        s++;
    }
    if ((*s && strcmp(s, "iB") != 0 && strcmp(s, "B") != 0) || !parse_u64(digits, &v) ||
        v > (UINT64_MAX >> shift))
        return false;
    *out = v << shift;
    return true;
}

static bool ranged(const struct cli_option *o)
{
    return o->min != 0 || o->max != 0;
}

/* "a whole number from 1 to 512" */
static void wanted(const struct cli_option *o, char *out, size_t cap)
{
    bool real = o->kind == CLI_F32 || o->kind == CLI_F64;
    const char *what = o->kind == CLI_BYTES ? "bytes such as 512M or 4G"
                       : real               ? "a number"
                                            : "a whole number";
    if (!ranged(o))
        snprintf(out, cap, "%s", what);
    else if (o->max >= 1e15)
        snprintf(out, cap, "%s, %.15g or more,", what, o->min);
    else
        snprintf(out, cap, "%s from %.15g to %.15g", what, o->min, o->max);
}

static bool refuse(const struct cli_option *o, const char *value, char *why, size_t cap)
{
    char range[96];
    wanted(o, range, sizeof range);
    snprintf(why, cap, "'%.40s' given; %s wanted", value, range);
    return false;
}

static bool in_range(const struct cli_option *o, double v)
{
    return !ranged(o) || (v >= o->min && v <= o->max);
}

static bool set_signed(const struct cli_option *o, void *slot, const char *value)
{
    int64_t v;
    if (!text_to_i64(text_of(value), &v) || !in_range(o, (double)v))
        return false;
    if (o->kind == CLI_I64)
        *(int64_t *)slot = v;
    else if (v >= INT32_MIN && v <= INT32_MAX)
        *(int *)slot = (int)v;
    else
        return false;
    return true;
}

static bool set_unsigned(const struct cli_option *o, void *slot, const char *value)
{
    uint64_t v;
    bool good = o->kind == CLI_BYTES ? cli_parse_bytes(value, &v) : parse_u64(value, &v);
    if (!good || !in_range(o, (double)v))
        return false;
    if (o->kind == CLI_U64)
        *(uint64_t *)slot = v;
    else
        *(size_t *)slot = (size_t)v;
    return true;
}

static bool set_real(const struct cli_option *o, void *slot, const char *value)
{
    double v;
    if (!text_to_f64(text_of(value), &v) || !in_range(o, v))
        return false;
    if (o->kind == CLI_F32)
        *(float *)slot = (float)v;
    else
        *(double *)slot = v;
    return true;
}

static bool set_choice(const struct cli_option *o, void *slot, const char *value, char *why,
                       size_t cap)
{
    size_t n = strlen(value);
    for (const char *s = o->choices; *s;) {
        size_t len = strcspn(s, " ");
        if (len == n && memcmp(s, value, n) == 0) {
            *(const char **)slot = value;
            return true;
        }
        s += len + strspn(s + len, " ");
    }
    snprintf(why, cap, "'%.40s' given; one of: %s wanted", value, o->choices);
    return false;
}

static bool add_item(void *slot, const char *value, char *why, size_t cap)
{
    struct cli_list *list = slot;
    if (list->n == CLI_LIST_MAX) {
        snprintf(why, cap, "given more than %d times", CLI_LIST_MAX);
        return false;
    }
    list->items[list->n++] = value;
    return true;
}

bool cli_set(const struct cli_option *o, void *slot, const char *value, char *why, size_t cap)
{
    switch (o->kind) {
    case CLI_ON:
    case CLI_OFF:
        *(bool *)slot = o->kind == CLI_ON;
        return true;
    case CLI_COUNT:
        ++*(int *)slot;
        return true;
    case CLI_INT:
    case CLI_I64:
        return set_signed(o, slot, value) || refuse(o, value, why, cap);
    case CLI_SIZE:
    case CLI_U64:
    case CLI_BYTES:
        return set_unsigned(o, slot, value) || refuse(o, value, why, cap);
    case CLI_F32:
    case CLI_F64:
        return set_real(o, slot, value) || refuse(o, value, why, cap);
    case CLI_TEXT:
        *(const char **)slot = value;
        return true;
    case CLI_CHOICE:
        return set_choice(o, slot, value, why, cap);
    case CLI_LIST:
        return add_item(slot, value, why, cap);
    case CLI_HEADING:
        break;
    }
    return false;
}
