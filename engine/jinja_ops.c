/* jinja_ops.c - arithmetic and concatenation. Integers have 64 bits; past them is an error. */
#include <math.h>

#include "engine/jinja_value.h"

static jv bad_operands(jinja_run *r, const char *op, jv a, jv b)
{
    return jinja_fail(r, SHEAF_ERR_FORMAT, "'%s' does not take %s and %s", op, jv_type_name(a),
                      jv_type_name(b));
}

static jv too_large(jinja_run *r)
{
    return jinja_fail(r, SHEAF_ERR_LIMIT, "an integer leaves the range of 64 bits");
}

static int64_t int_of(jv v)
{
    return v.kind == JV_BOOL ? v.b : v.i;
}

static jv join_strings(jinja_run *r, jv a, jv b)
{
    if (a.s.n == 0 || b.s.n == 0)
        return a.s.n == 0 ? b : a;
    size_t start = jinja_capture(r);
    jinja_write(r, a);
    jinja_write(r, b);
    return jinja_captured(r, start);
}

static void push_all(jinja_run *r, jv list, const jv_list *from)
{
    for (size_t i = 0, n = from->n; i < n && jinja_step(r); i++)
        jv_push(r, list, from->items[i]);
}

/* Two strings, two lists or two tuples. */
static jv concatenate(jinja_run *r, jv a, jv b)
{
    if (jv_is_string(a))
        return join_strings(r, a, b);
    jv list = jv_list_new(r, a.kind);
    push_all(r, list, a.list);
    push_all(r, list, b.list);
    return list;
}

static jv repeat(jinja_run *r, jv v, int64_t times)
{
    if (jv_is_string(v)) {
        size_t start = jinja_capture(r);
        for (int64_t i = 0; i < times && v.s.n > 0 && jinja_step(r); i++)
            jinja_write(r, v);
        return jinja_captured(r, start);
    }
    jv list = jv_list_new(r, v.kind);
    for (int64_t i = 0; i < times && v.list->n > 0 && jinja_step(r); i++)
        push_all(r, list, v.list);
    return list;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static jv int_power(jinja_run *r, int64_t base, int64_t exponent)
{
    if (exponent < 0)
        return jv_float(pow((double)base, (double)exponent));
    int64_t result = 1;
    for (; exponent > 0 && jinja_step(r); exponent >>= 1) {
        if ((exponent & 1) && __builtin_mul_overflow(result, base, &result))
            return too_large(r);
        if (exponent > 1 && __builtin_mul_overflow(base, base, &base))
            return too_large(r);
    }
    return jv_int(result);
}

static jv int_binary(jinja_run *r, char op, int64_t a, int64_t b)
{
    int64_t out = 0;
    bool wide = false;
    if (b == -1 && (op == 'd' || op == '%')) /* the one quotient that does not fit */
        return op == '%' ? jv_int(0) : jv_negate(r, jv_int(a));
    switch (op) {
    case '+':
        wide = __builtin_add_overflow(a, b, &out);
        break;
    case '-':
        wide = __builtin_sub_overflow(a, b, &out);
        break;
    case '*':
        wide = __builtin_mul_overflow(a, b, &out);
        break;
    case 'd':
        out = floor_div(a, b);
        break;
    case '%':
        out = a % b + (a % b != 0 && (a < 0) != (b < 0) ? b : 0);
        break;
    default:
        return int_power(r, a, b);
    }
    return wide ? too_large(r) : jv_int(out);
}

static jv float_binary(char op, double a, double b)
{
    switch (op) {
    case '+':
        return jv_float(a + b);
    case '-':
        return jv_float(a - b);
    case '*':
        return jv_float(a * b);
    case '/':
        return jv_float(a / b);
    case 'd':
        return jv_float(floor(a / b));
    case '%':
        return jv_float(fmod(a, b) + (fmod(a, b) != 0 && (a < 0) != (b < 0) ? b : 0));
    default:
        return jv_float(pow(a, b));
    }
}

static const char *op_name(char op)
{
    static const char *const names[] = {"+", "-", "*", "/", "%"};
    for (int i = 0; i < 5; i++)
        if (names[i][0] == op)
            return names[i];
    return op == 'd' ? "//" : "**";
}

static bool repeatable(jv v)
{
    return jv_is_string(v) || jv_is_listlike(v);
}

jv jv_binary(jinja_run *r, char op, jv a, jv b)
{
    if (op == '+' && repeatable(a) && a.kind == b.kind)
        return concatenate(r, a, b);
    if (op == '%' && jv_is_string(a))
        return jv_printf(r, a, b);
    if (op == '*' && repeatable(a) && (b.kind == JV_INT || b.kind == JV_BOOL))
        return repeat(r, a, int_of(b));
    if (op == '*' && repeatable(b) && (a.kind == JV_INT || a.kind == JV_BOOL))
        return repeat(r, b, int_of(a));
    if (!jv_is_number(a) || !jv_is_number(b))
        return bad_operands(r, op_name(op), a, b);
    if ((op == '/' || op == 'd' || op == '%') && jv_to_f64(b) == 0.0)
        return jinja_fail(r, SHEAF_ERR_FORMAT, "division by zero");
    if (op == '/' || a.kind == JV_FLOAT || b.kind == JV_FLOAT)
        return float_binary(op, jv_to_f64(a), jv_to_f64(b));
    return int_binary(r, op, int_of(a), int_of(b));
}

jv jv_negate(jinja_run *r, jv v)
{
    if (v.kind == JV_FLOAT)
        return jv_float(-v.f);
    if (v.kind == JV_INT || v.kind == JV_BOOL)
        return int_of(v) == INT64_MIN ? too_large(r) : jv_int(-int_of(v));
    return jinja_fail(r, SHEAF_ERR_FORMAT, "'-' does not take %s", jv_type_name(v));
}
