/* jinja_globals.c - the functions every template may call: range, namespace, dict, raise_exception,
 * strftime_now. The clock of strftime_now is the one given to the rendering, in English. */
#include <stdio.h>
#include <string.h>

#include "engine/jinja_value.h"

#define MAX_RANGE 100000 /* jinja2's sandbox has the same bound */

static jv global_range(jinja_run *r, jv self, const struct jv_args *a)
{
    (void)self;
    int64_t first = jv_arg_int(r, a, 0, "start", 0), start = a->n > 1 ? first : 0;
    int64_t stop = a->n > 1 ? jv_arg_int(r, a, 1, "stop", 0) : first;
    int64_t step = jv_arg_int(r, a, 2, "step", 1);
    int64_t limit = INT64_MAX / 4;
    jv list = jv_list_new(r, JV_LIST);
    if (a->n == 0 || step == 0)
        return jinja_fail(r, SHEAF_ERR_FORMAT, "range() wants a stop, and a step other than 0");
    if (start > limit || start < -limit || stop > limit || stop < -limit || step > limit ||
        step < -limit)
        return jinja_fail(r, SHEAF_ERR_LIMIT, "range() with numbers out of range");
    int64_t span = step > 0 ? stop - start : start - stop, by = step > 0 ? step : -step;
    if (span > 0 && (span - 1) / by >= MAX_RANGE)
        return jinja_fail(r, SHEAF_ERR_LIMIT, "range() is longer than %d", MAX_RANGE);
    for (int64_t at = start; (step > 0 ? at < stop : at > stop) && jinja_step(r); at += step)
        jv_push(r, list, jv_int(at));
    return list;
}

/* A dict or namespace out of an optional dict and keyword arguments. */
static jv new_mapping(jinja_run *r, const struct jv_args *a, jv_kind kind)
{
    jv out = jv_dict_new(r, kind);
    bool from_dict = a->n > 0 && a->pos[0].kind == JV_DICT;
    const jv_dict *sources[2] = {from_dict ? a->pos[0].dict : NULL, a->kw};
    if (a->n > 0 && !from_dict)
        return jinja_fail(r, SHEAF_ERR_UNSUPPORTED, "%s() of %s",
                          kind == JV_DICT ? "dict" : "namespace", jv_type_name(a->pos[0]));
    for (int s = 0; s < 2; s++)
        for (size_t i = 0; sources[s] != NULL && i < sources[s]->n && jinja_step(r); i++)
            jv_put(r, out.dict, sources[s]->entries[i].key, sources[s]->entries[i].value);
    return out;
}

static jv global_namespace(jinja_run *r, jv self, const struct jv_args *a)
{
    (void)self;
    return new_mapping(r, a, JV_NAMESPACE);
}

static jv global_dict(jinja_run *r, jv self, const struct jv_args *a)
{
    (void)self;
    return new_mapping(r, a, JV_DICT);
}

static jv global_raise(jinja_run *r, jv self, const struct jv_args *a)
{
    (void)self;
    text t = jv_view(jv_str(r, jv_arg(r, a, 0, "message", JV_NOTHING)));
    return jinja_fail(r, SHEAF_ERR_FORMAT, "the template refuses: %.*s",
                      (int)(t.n < 160 ? t.n : 160), t.n > 0 ? t.p : "");
}

/* ---- time ---- */

static const char *const months[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};
static const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                   "Thursday", "Friday", "Saturday"};

static bool leap_year(int y)
{
    return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

/* 1 for the first of January. */
static int day_of_year(const struct jinja_time *t)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    return before[t->month - 1] + t->day + (t->month > 2 && leap_year(t->year));
}

/* 0 for Sunday. */
static int day_of_week(const struct jinja_time *t)
{
    int y = t->year - 1;
    return (y + y / 4 - y / 100 + y / 400 + day_of_year(t)) % 7;
}

/* One directive; false when it is unknown. */
static bool write_time_part(jinja_run *r, char c)
{
    const struct jinja_time *t = &r->now;
    const struct {
        char directive;
        const char *format;
        int value;
    } numbers[] = {
        {'d', "%02d", t->day},           {'e', "%2d", t->day},
        {'m', "%02d", t->month},         {'Y', "%d", t->year},
        {'y', "%02d", t->year % 100},    {'H', "%02d", t->hour},
        {'M', "%02d", t->minute},        {'S', "%02d", t->second},
        {'j', "%03d", day_of_year(t)},   {'I', "%02d", (t->hour + 11) % 12 + 1},
        {'w', "%d", day_of_week(t)},     {'u', "%d", (day_of_week(t) + 6) % 7 + 1},
        {'f', "%06d", 0},
    };
    const struct {
        char directive;
        const char *name;
        size_t n;
    } names[] = {
        {'B', months[t->month - 1], SIZE_MAX},  {'b', months[t->month - 1], 3},
        {'h', months[t->month - 1], 3},         {'A', days[day_of_week(t)], SIZE_MAX},
        {'a', days[day_of_week(t)], 3},         {'p', t->hour < 12 ? "AM" : "PM", SIZE_MAX},
        {'%', "%", SIZE_MAX},                   {'n', "\n", SIZE_MAX},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i].directive == c) {
            jinja_write_printf(r, numbers[i].format, numbers[i].value);
            return true;
        }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].directive == c) {
            size_t n = strlen(names[i].name);
            jinja_write_bytes(r, (text){names[i].name, n < names[i].n ? n : names[i].n}, false);
            return true;
        }
    return false;
}

/* Directives that stand for several others. */
static const char *time_macro(char c)
{
    return c == 'F' ? "Y-m-d" : c == 'T' ? "H:M:S" : c == 'R' ? "H:M" : c == 'D' ? "m/d/y" : NULL;
}

static bool write_directive(jinja_run *r, char c)
{
    const char *parts = time_macro(c);
    if (parts == NULL)
        return write_time_part(r, c);
    for (; *parts != '\0'; parts++)
        if (strchr("-:/", *parts) != NULL)
            jinja_write_bytes(r, (text){parts, 1}, false);
        else
            write_time_part(r, *parts);
    return true;
}

static jv global_strftime_now(jinja_run *r, jv self, const struct jv_args *a)
{
    (void)self;
    jv format = jv_arg_string(r, a, 0, "format");
    size_t start = jinja_capture(r);
    for (size_t at = 0; at < format.s.n && jinja_step(r); at++) {
        bool directive = format.s.p[at] == '%' && at + 1 < format.s.n;
        if (!directive)
            jinja_write(r, jv_cut(format, at, 1));
        else if (!write_directive(r, format.s.p[++at]))
            return jinja_fail(r, SHEAF_ERR_UNSUPPORTED, "strftime_now: %%%c", format.s.p[at]);
    }
    return jinja_captured(r, start);
}

const struct jinja_builtin jinja_globals[] = {
    {"range", global_range},
    {"namespace", global_namespace},
    {"dict", global_dict},
    {"raise_exception", global_raise},
    {"strftime_now", global_strftime_now},
    {NULL, NULL},
};
