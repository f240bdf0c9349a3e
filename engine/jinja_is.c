/* jinja_is.c - the tests behind `is`. */
#include "engine/jinja_value.h"

#define KIND_TEST(name, condition)                                                                 \
    static jv test_##name(jinja_run *r, jv v, const struct jv_args *a)                             \
    {                                                                                              \
        (void)r;                                                                                   \
        (void)a;                                                                                   \
        return jv_bool(condition);                                                                 \
    }

KIND_TEST(defined, v.kind != JV_UNDEFINED)
KIND_TEST(undefined, v.kind == JV_UNDEFINED)
KIND_TEST(none, v.kind == JV_NONE)
KIND_TEST(boolean, v.kind == JV_BOOL)
KIND_TEST(true, v.kind == JV_BOOL && v.b)
KIND_TEST(false, v.kind == JV_BOOL && !v.b)
KIND_TEST(integer, v.kind == JV_INT)
KIND_TEST(float, v.kind == JV_FLOAT)
KIND_TEST(number, jv_is_number(v))
KIND_TEST(string, jv_is_string(v))
KIND_TEST(mapping, v.kind == JV_DICT)
KIND_TEST(callable, v.kind >= JV_MACRO)
KIND_TEST(iterable, v.kind == JV_UNDEFINED || (v.kind >= JV_STRING && v.kind <= JV_DICT))
KIND_TEST(sequence, v.kind == JV_UNDEFINED || (v.kind >= JV_STRING && v.kind <= JV_DICT))
KIND_TEST(escaped, v.kind > JV_METHOD) /* nothing is ever marked as escaped */

static jv other_arg(jinja_run *r, const struct jv_args *a)
{
    return jv_arg(r, a, 0, "other", jv_none());
}

static jv test_eq(jinja_run *r, jv v, const struct jv_args *a)
{
    return jv_bool(jv_equal(r, v, other_arg(r, a)));
}

static jv test_ne(jinja_run *r, jv v, const struct jv_args *a)
{
    return jv_bool(!jv_equal(r, v, other_arg(r, a)));
}

static jv test_lt(jinja_run *r, jv v, const struct jv_args *a)
{
    return jv_bool(jv_compare(r, v, other_arg(r, a)) < 0);
}

static jv test_le(jinja_run *r, jv v, const struct jv_args *a)
{
    return jv_bool(jv_compare(r, v, other_arg(r, a)) <= 0);
}

static jv test_gt(jinja_run *r, jv v, const struct jv_args *a)
{
    return jv_bool(jv_compare(r, v, other_arg(r, a)) > 0);
}

static jv test_ge(jinja_run *r, jv v, const struct jv_args *a)
{
    return jv_bool(jv_compare(r, v, other_arg(r, a)) >= 0);
}

static jv test_in(jinja_run *r, jv v, const struct jv_args *a)
{
    return jv_bool(jv_contains(r, other_arg(r, a), v));
}

/* Identity: containers by address, everything else by type and value. */
static jv test_sameas(jinja_run *r, jv v, const struct jv_args *a)
{
    jv other = other_arg(r, a);
    if (v.kind != other.kind)
        return jv_bool(false);
    return jv_bool(v.kind >= JV_LIST ? v.list == other.list : jv_equal(r, v, other));
}

static bool leaves_rest(jinja_run *r, jv v, jv divisor)
{
    jv rest = jv_binary(r, '%', v, divisor);
    return jv_truth(rest);
}

static jv test_divisibleby(jinja_run *r, jv v, const struct jv_args *a)
{
    return jv_bool(!leaves_rest(r, v, other_arg(r, a)));
}

static jv test_odd(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)a;
    return jv_bool(leaves_rest(r, v, jv_int(2)));
}

static jv test_even(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)a;
    return jv_bool(!leaves_rest(r, v, jv_int(2)));
}

/* A string with letters, all of them in the given case. */
static jv test_case(jinja_run *r, jv v, jinja_case how)
{
    jv s = jv_str(r, v), same = jv_recase(r, s, how);
    jv other = jv_recase(r, s, how == CASE_UPPER ? CASE_LOWER : CASE_UPPER);
    return jv_bool(jv_equal(r, s, same) && !jv_equal(r, s, other));
}

static jv test_upper(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)a;
    return test_case(r, v, CASE_UPPER);
}

static jv test_lower(jinja_run *r, jv v, const struct jv_args *a)
{
    (void)a;
    return test_case(r, v, CASE_LOWER);
}

const struct jinja_builtin jinja_tests[] = {
    {"defined", test_defined},   {"undefined", test_undefined},
    {"none", test_none},         {"boolean", test_boolean},
    {"true", test_true},         {"false", test_false},
    {"integer", test_integer},   {"float", test_float},
    {"number", test_number},     {"string", test_string},
    {"mapping", test_mapping},   {"callable", test_callable},
    {"iterable", test_iterable}, {"sequence", test_sequence},
    {"escaped", test_escaped},   {"eq", test_eq},
    {"equalto", test_eq},        {"==", test_eq},
    {"ne", test_ne},             {"!=", test_ne},
    {"lt", test_lt},             {"lessthan", test_lt},
    {"<", test_lt},              {"le", test_le},
    {"<=", test_le},             {"gt", test_gt},
    {"greaterthan", test_gt},    {">", test_gt},
    {"ge", test_ge},             {">=", test_ge},
    {"in", test_in},             {"sameas", test_sameas},
    {"divisibleby", test_divisibleby},
    {"odd", test_odd},           {"even", test_even},
    {"upper", test_upper},       {"lower", test_lower},
    {NULL, NULL},
};

const struct jinja_builtin *jinja_find_test(jinja_run *r, text name)
{
    const struct jinja_builtin *t = jinja_find(jinja_tests, name);
    if (t == NULL)
        jinja_fail(r, SHEAF_ERR_UNSUPPORTED, "the test '%.*s'", (int)(name.n < 60 ? name.n : 60),
                   name.p);
    return t;
}
