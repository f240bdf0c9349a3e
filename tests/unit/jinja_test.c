/* jinja_test.c - the template language against jinja2 3.1 (expected texts are its output with
 * trim_blocks, lstrip_blocks and loopcontrols), origins of bytes, limits and refusals. */
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "engine/jinja.h"
#include "engine/jinja_value.h"
#include "tests/support/check.h"

struct render_case {
    const char *source, *expected;
};

static const struct render_case arithmetic_cases[] = {
    {"{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 2 ** 10 }} {{ 6 / 3 }} {{ "
     "7.5 // 2 }}",
     "3 -4 2 -2 1024 2.0 3.0"},
    {"{{ 1.0 }} {{ 0.1 + 0.2 }} {{ 1e16 }} {{ 0.00001 }} {{ 1/3 }} {{ -0.0 }} {{ 1_000 }}",
     "1.0 0.30000000000000004 1e+16 1e-05 0.3333333333333333 -0.0 1000"},
    {"{{ 1 ~ 2 * 3 }} {{ 4 - -n }} {{ -2 ** 2 }} {{ 2 ** 3 ** 2 }}",
     "16 7 4 64"},
    {"{{ [1] + [2] }} {{ 'ab' * 2 }} {{ (1,) + (2,) }} {{ 2 * [0] }} {{ 'ab' * -1 }}|",
     "[1, 2] abab (1, 2) [0, 0] |"},
    {"{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ true == 1 }} {{ 1 == 1.0 }} {{ (1,) == [1] }} {{ "
     "[1, 2] < [1, 3] }}",
     "True False True True False True"},
    {"{{ 'a' in 'cat' }} {{ 2 in l }} {{ 'b' in d }} {{ 9 not in l }} {{ not 'a' in 'b' }} "
     "{{ 1 in nope }}",
     "True True True True True False"},
    {"{{ 0 or 'x' }} {{ 1 and '' }}| {{ not 1 == 2 }} {{ nope == none }} {{ nope == gone }}",
     "x | True False True"},
    {"{{ 'y' if n else 'z' }} {{ 'y' if nope }}| {{ 1 if false else 2 if n == 3 else 4 }}",
     "y | 2"},
};

static const struct render_case value_cases[] = {
    {"{{ [1, 'a', none, true, 1.5, (1,), (), {}] }} {{ {'a': 1, 2: 'b'} }}",
     "[1, 'a', None, True, 1.5, (1,), (), {}] {'a': 1, 2: 'b'}"},
    {"{{ [\"it's\", 'q\"', 'b\\'\"', '\\n\\\\\\x00é\\u200b'] }}",
     "[\"it's\", 'q\"', 'b\\'\"', '\\n\\\\\\x00é\\u200b']"},
    {"{{ s[0] }}{{ s[-1] }} {{ s[1:4] }} {{ s[::-1] }} {{ s[::3] }} {{ s[-3:] }} {{ "
     "s[9:99] }} {{ s[5:2] }}|",
     "Hd ell dlroW olleH HlWl rld ld |"},
    {"{{ l[::-1] }} {{ l[1:] }} {{ l[5:0:-2] }} {{ '日本語😀é'[1:4] }} {{ '日本語😀é' | length }} "
     "{{ 'é😀'[::-1] }}",
     "[2, 1, 3] [1, 2] [2] 本語😀 5 😀é"},
    {"{{ d.b }} {{ d['a'][1] }} {{ u.0.n }} {{ u[-1].g.k }} {{ d.zz }}| {{ l[9] }}| {{ "
     "s.zz is defined }}",
     "1 x x 1 | | False"},
    {"{{ d.items() | list }} {{ d.keys() | list }} {{ d.values() | list }} {{ d.get('z', "
     "5) }} {{ d.get('z') }}",
     "[('b', 1), ('a', [1, 'x'])] ['b', 'a'] [1, [1, 'x']] 5 None"},
    {"{{ 'a' 'b' }} {{ \"\\t\\x41\\u00e9\\101\\q\" }} {{ {'a': {'b': {}}}}}",
     "ab \011AéA\\q {'a': {'b': {}}}"},
    {"{{ range(3) | list }} {{ range(5, 1, -2) | list }} {{ dict(a=1, b=2) }}",
     "[0, 1, 2] [5, 3] {'a': 1, 'b': 2}"},
};

static const struct render_case string_cases[] = {
    {"{{ ' x '.strip() }}| {{ 'xxaxx'.strip('x') }} {{ 'axy'.rstrip('yx') }} {{ "
     "'\\u3000a\\xa0'.strip() }}|",
     "x| a a a|"},
    {"{{ 'a,b,,c'.split(',') }} {{ ' a b c '.split(none, 1) }} {{ ''.split(',') }} {{ "
     "'aXbXc'.rsplit('X', 1) }}",
     "['a', 'b', '', 'c'] ['a', 'b c '] [''] ['aXb', 'c']"},
    {"{{ s.upper() }} {{ s.lower() }} {{ \"they're\".title() }} {{ 'éA'.capitalize() }} {{ "
     "'äß'.lower() }}",
     "HELLO WORLD hello world They'Re Éa äß"},
    {"{{ s.replace('l', 'L', 2) }} {{ 'abc'.replace('', '-') }} {{ s.find('o') }} {{ "
     "s.rfind('o') }} {{ s.count('l') }}",
     "HeLLo World -a-b-c- 4 7 3"},
    {"{{ s.startswith(('x', 'He')) }} {{ s.endswith('d') }} {{ 'é日x'.find('x') }} {{ "
     "s.find('q') }}",
     "True True 2 -1"},
    {"{{ 'a\\nb\\r\\nc'.splitlines() }} {{ ','.join(['a', 'b']) }} {{ s.partition(' ') }} "
     "{{ s.removeprefix('Hel') }}",
     "['a', 'b', 'c'] a,b ('Hello', ' ', 'World') lo World"},
    {"{{ '{} {x} {}'.format(1, 2, x=3) }} {{ '%s %5.1f|%-3d|%03d %%' % ('a', 2.25, 7, 7) "
     "}} {{ '%s' | format(n) }}",
     "1 3 2 a   2.2|7  |007 % 3"},
};

static const struct render_case filter_cases[] = {
    {"{{ '  a ' | trim }}| {{ 'aAa' | replace('a', 'b') }} {{ s | length }} {{ 'foo bar' | "
     "title }} {{ s | reverse }}",
     "a| bAb 11 Foo Bar dlroW olleH"},
    {"{{ nope | default('x') }} {{ '' | d('x') }}| {{ '' | d('x', true) }} {{ none | "
     "d(boolean=true, default_value=1) }}",
     "x | x 1"},
    {"{{ l | first }} {{ l | last }} {{ l | sum }} {{ l | min }} {{ l | max }} {{ l | sort "
     "}} {{ l | sort(reverse=true) }}",
     "3 2 6 1 3 [1, 2, 3] [3, 2, 1]"},
    {"{{ ['b', 'A', 'a'] | sort }} {{ ['b', 'A', 'a'] | sort(case_sensitive=true) }} {{ "
     "[1, 2, 1] | unique | list }}",
     "['A', 'a', 'b'] ['A', 'a', 'b'] [1, 2]"},
    {"{{ u | map(attribute='g.k') | list }} {{ ['a'] | map('upper') | list }} {{ u | "
     "join('+', attribute='n') }}",
     "[2, 1] ['A'] x+y"},
    {"{{ u | selectattr('g.k', 'gt', 1) | map(attribute='n') | list }} {{ l | "
     "reject('odd') | list }} {{ [0, 1] | select | list }}",
     "['x'] [2] [1]"},
    {"{{ u | sort(attribute='g.k') | map(attribute='n') | join }} {{ d | dictsort }} {{ l "
     "| batch(2, 'x') | list }}",
     "yx [('a', [1, 'x']), ('b', 1)] [[3, 1], [2, 'x']]"},
    {"{{ d | items | list }} {{ nope | items | list }} {{ u | groupby('g.k') | "
     "map('first') | list }}",
     "[('b', 1), ('a', [1, 'x'])] [] [1, 2]"},
    {"{{ d | tojson }} {{ d | tojson(indent=2) }} {{ '<é\"\\n>' | tojson }} {{ {'b': 1, "
     "'a': none} | tojson(sort_keys=true) }}",
     "{\"b\": 1, \"a\": [1, \"x\"]} {\n  \"b\": 1,\n  \"a\": [\n    1,\n    \"x\"\n  ]\n} "
     "\"<é\\\"\\n>\" {\"a\": null, \"b\": 1}"},
    {"{{ 'é😀' | tojson(ensure_ascii=true) }} {{ [1.0, true] | tojson(separators=(',', "
     "':')) }} {{ [] | tojson(indent=1) }}",
     "\"\\u00e9\\ud83d\\ude00\" [1.0,true] []"},
    {"{{ '42' | int }} {{ 'x' | int(7) }} {{ '3.9' | int }} {{ '1.5' | float }} {{ 2.5 | "
     "round }} {{ 2.567 | round(2) }} {{ -3 | abs }}",
     "42 7 3 1.5 2.0 2.57 3"},
    {"{{ 'a\\nb\\n\\nc' | indent }} {{ nl | indent(2, true) }}| {{ 'a\\nb' | indent('> ') "
     "}}",
     "a\n    b\n\n    c   a\n  b\n| a\n> b"},
    {"{{ '<&>' | e }} {{ 'a b_c' | wordcount }} {{ 5 | string ~ '!' }} {{ 'x' | safe }}",
     "&lt;&amp;&gt; 2 5! x"},
};

static const struct render_case test_cases[] = {
    {"{{ nope is defined }} {{ n is defined }} {{ nope is undefined }} {{ none is none }} "
     "{{ n is not none }}",
     "False True True True True"},
    {"{{ s is string }} {{ n is number }} {{ n is integer }} {{ true is integer }} {{ f is "
     "float }} {{ true is boolean }}",
     "True True True False True True"},
    {"{{ d is mapping }} {{ l is sequence }} {{ d is sequence }} {{ s is iterable }} {{ "
     "none is iterable }} {{ nope is iterable }}",
     "True True True True False True"},
    {"{{ n is odd }} {{ n is even }} {{ n is divisibleby 3 }} {{ n is eq 3 }} {{ n is in "
     "[3] }} {{ 1 is true }} {{ n is ge(4) }}",
     "True False True True True False False"},
    {"{{ 'ab' is lower }} {{ 'AB' is upper }} {{ range is callable }} {{ l is sameas l }} "
     "{{ 1 is sameas 1.0 }}",
     "True True True True False"},
};

static const struct render_case statement_cases[] = {
    {"{% for x in l %}{{ loop.index }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last "
     "}}{{ loop.length }}{{ x }}{{ loop.previtem }}{{ loop.nextitem }};{% endfor %}",
     "12TrueFalse331;21FalseFalse3132;30FalseTrue321;"},
    {"{% for x in [] %}a{% else %}none{% endfor %} {% for x in l if x > 1 %}{{ loop.index "
     "}}{{ x }}{% endfor %} {% for k in d %}{{ k }}{% endfor %}",
     "none 1322 ba"},
    {"{% for x in range(9) %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 5 %}{% "
     "break %}{% endif %}{{ x }}{% endfor %}",
     "0134"},
    {"{% for t in [{'v': 1, 'c': [{'v': 2, 'c': []}]}] recursive %}{{ t.v }}{{ loop.depth "
     "}}({{ loop(t.c) }}){% endfor %}",
     "11(22())"},
    {"{% for x in l %}{{ loop.cycle('a', 'b') }}{{ loop.changed(x > 1) }} {% endfor %}",
     "aTrue bTrue aTrue "},
    {"{% set x = 1 %}{% for i in l %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}",
     "4 2 3 1"},
    {"{% set ns = namespace(x=0) %}{% for i in l %}{% set ns.x = ns.x + i %}{% endfor %}{{ "
     "ns.x }}{{ ns.y }}",
     "6"},
    {"{% set a, (b, c) = 1, (2, 3) %}{{ a }}{{ b }}{{ c }} {% for k, v in d.items() %}{{ k "
     "}}={{ v }};{% endfor %}",
     "123 b=1;a=[1, 'x'];"},
    {"{% set x %}hi {{ n }}{% endset %}{{ x | length }} {% set y | upper | replace('A', "
     "'*') %}abc{% endset %}{{ y }}",
     "4 *BC"},
    {"{% macro f(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }}{{ varargs }}{% endmacro %}{{ f(1) }} "
     "{{ f(b=5, a=6) }} {{ f(1, 2, 3, 4) }}",
     "121() 656() 123(4,)"},
    {"{% macro w(x) %}<{{ caller(x) }}>{% endmacro %}{% call(v) w(7) %}in{{ v }}{{ n }}{% "
     "endcall %}",
     "<in73>"},
    {"{% macro g(x) %}{% if x > 0 %}{{ x }}{{ g(x - 1) }}{% endif %}{% endmacro %}{{ g(4) "
     "}}",
     "4321"},
    {"{% set f = 1 %}{% macro m() %}{{ f }}{% set q = 5 %}{% endmacro %}{% set f = 2 %}{{ "
     "m() }}{{ q }}",
     "2"},
    {"{% filter upper | trim %} abc {{ s }} {% endfilter %} {% with a = 1, n = 9 %}{{ a "
     "}}{{ n }}{% endwith %}{{ n }}{{ a }}",
     "ABC HELLO WORLD 193"},
    {"{% if nope %}a{% elif '' %}b{% elif n %}c{% else %}d{% endif %}{% if not nope and (n "
     "or x) %}x{% endif %}",
     "cx"},
    {"{% generation %}abc{% set inner = 4 %}{% endgeneration %}{{ inner }}|",
     "abc|"},
    {"{% set x = [] %}{% set _ = x.append(1) %}{% set _ = x.insert(0, 9) %}{{ x }}{{ "
     "x.pop() }}{{ x }}",
     "[9, 1]1[9]"},
};

static const struct render_case space_cases[] = {
    {"a\n{% if n %}\n  b\n  {%- if n -%}\n  c\n  {% endif %}\n{% endif %}\n  {% set q = 1 "
     "%}  \nd {# c #}\n  {# c2 #}\ne\n",
     "a\n  bc\n  \nd e"},
    {"  {%+ if n %}x{% endif +%}\nf\n{{ 1 }}\n{{- 2 -}}\n g\n\n",
     "  x\nf\n12g\n"},
    {"{% raw %}{{ x }}{% if %}{% endraw %} {%- raw -%}  {{ y }}  {%- endraw -%} z",
     "{{ x }}{% if %}{{ y }}z"},
    {"a\r\nb\rc\r\n",
     "a\nb\nc"},
    {"{#- c -#}  x  {#+ d +#}\ny",
     "x  \ny"},
    {"{%if n%}x{%endif%}{{n}}{{-n-}} q {{+n}}",
     "x33q 3"},
};

/* Source and a part of the message. */
static const struct refusal_case {
    const char *source;
    sheaf_code code;
    const char *message;
} refusal_cases[] = {
    {"a\n{{ x y }}", SHEAF_ERR_FORMAT, "line 2: 'y' stands where '}}' is expected"},
    {"{% if %}{% endif %}", SHEAF_ERR_FORMAT, "the tag ends where an expression is expected"},
    {"{% for x in l %}", SHEAF_ERR_FORMAT, "'endfor' is expected"},
    {"{% for x of l %}{% endfor %}", SHEAF_ERR_FORMAT, "'in' is expected"},
    {"{{ 'abc }}", SHEAF_ERR_FORMAT, "string is not closed"},
    {"{{ '\\xZZ' }}", SHEAF_ERR_FORMAT, "escape"},
    {"{# x", SHEAF_ERR_FORMAT, "comment is not closed"},
    {"{% raw %}x", SHEAF_ERR_FORMAT, "raw block is not closed"},
    {"{{ (1] }}", SHEAF_ERR_FORMAT, "bracket does not match"},
    {"{{ 1", SHEAF_ERR_FORMAT, "tag is not closed"},
    {"{{ a ? b }}", SHEAF_ERR_FORMAT, "no meaning"},
    {"{{ 0x10 }}", SHEAF_ERR_FORMAT, "decimal numbers"},
    {"{% endif %}", SHEAF_ERR_FORMAT, "unknown statement 'endif'"},
    {"{% break %}", SHEAF_ERR_FORMAT, "outside of a loop"},
    {"{% include 'x' %}", SHEAF_ERR_UNSUPPORTED, "statement 'include'"},
    {"{{ s | shout }}", SHEAF_ERR_UNSUPPORTED, "filter 'shout'"},
    {"{{ s is loud }}", SHEAF_ERR_UNSUPPORTED, "test 'loud'"},
    {"\n\n{{ nope.x }}", SHEAF_ERR_FORMAT, "line 3: 'nope' is undefined"},
    {"{{ nope() }}", SHEAF_ERR_FORMAT, "cannot be called"},
    {"{{ 'a' + 1 }}", SHEAF_ERR_FORMAT, "'+' does not take str and int"},
    {"{{ nope + 1 }}", SHEAF_ERR_FORMAT, "does not take Undefined"},
    {"{{ 1 / 0 }}", SHEAF_ERR_FORMAT, "division by zero"},
    {"{{ [3, 'a'] | sort }}", SHEAF_ERR_FORMAT, "no order"},
    {"{{ nope | tojson }}", SHEAF_ERR_FORMAT, "cannot be JSON"},
    {"{{ {[]: 1} }}", SHEAF_ERR_FORMAT, "unhashable"},
    {"{% set a, b = [1] %}", SHEAF_ERR_FORMAT, "1 values to unpack, 2 names"},
    {"{% set l.x = 1 %}", SHEAF_ERR_FORMAT, "namespace"},
    {"{{ raise_exception('roles must alternate') }}", SHEAF_ERR_FORMAT, "roles must alternate"},
    {"{{ l.__class__ }}", SHEAF_ERR_UNSUPPORTED, "'__class__' is not for templates"},
    {"{{ 9223372036854775807 + 1 }}", SHEAF_ERR_LIMIT, "64 bits"},
    {"{{ 9223372036854775808 }}", SHEAF_ERR_LIMIT, "out of range"},
    {"{{ range(1000000000) }}", SHEAF_ERR_LIMIT, "longer than 100000"},
    {"{% set r = range(999) %}{% for i in r %}{% for j in r %}{% endfor %}{% endfor %}",
     SHEAF_ERR_LIMIT, "steps"},
    {"{{ 'A' * 100000000000 }}", SHEAF_ERR_LIMIT, "more than"},
    {"{% for i in range(999) %}{{ 'AAAAAAAAAAAAAAAA' * 999 }}{% endfor %}", SHEAF_ERR_LIMIT,
     "more than 65536 bytes"},
    {"{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}", SHEAF_ERR_LIMIT, "nests deeper"},
    {"{% set ns = namespace(l=[0]) %}{% for i in range(64) %}{% set ns.l = ns.l + ns.l %}"
     "{% endfor %}", SHEAF_ERR_LIMIT, "bytes of memory"},
    {"{% set ns = namespace(l=[]) %}{% for i in range(999) %}{% set ns.l = [ns.l] %}{% endfor %}"
     "{{ ns.l }}", SHEAF_ERR_LIMIT, "nests deeper"},
    {"{% set x = [] %}{% set _ = x.append(x) %}{{ x | tojson }}", SHEAF_ERR_LIMIT, "nests deeper"},
    {"{% set x = [] %}{% set _ = x.append(x) %}{{ x == [x] }}", SHEAF_ERR_LIMIT, "nests deeper"},
};

/* Small enough that every limit is met at once. */
static const struct jinja_limits limits = {
    .max_source = 20000, .max_output = 65536, .max_memory = 1 << 20, .max_steps = 100000,
    .max_depth = 60};
static const struct jinja_time now = {2026, 1, 15, 10, 30, 0};

static const char variables[] =
    "{\"n\": 3, \"f\": 2.5, \"s\": \"Hello World\", \"l\": [3, 1, 2],"
    " \"d\": {\"b\": 1, \"a\": [1, \"x\"]},"
    " \"u\": [{\"n\": \"x\", \"g\": {\"k\": 2}}, {\"n\": \"y\", \"g\": {\"k\": 1}}],"
    " \"nl\": \"a\\nb\\n\"}";

static void bind_variables(jinja_run *r, const void *ctx)
{
    for (const cJSON *v = ((const cJSON *)ctx)->child; v != NULL; v = v->next)
        jinja_bind(r, text_of(v->string), jv_from_json(r, v, true));
}

static sheaf_code render(struct jinja_output *out, text source, sheaf_error *err)
{
    cJSON *values = NULL;
    jinja_template *t = NULL;
    sheaf_code code = json_parse(&values, text_of(variables), "variables", err);
    if (code == SHEAF_OK)
        code = jinja_compile(&t, source, &limits, err);
    if (code == SHEAF_OK)
        code = jinja_render(t, out, bind_variables, values, &now, err);
    jinja_free(t);
    cJSON_Delete(values);
    return code;
}

static void check_case(const char *source, const char *expected)
{
    sheaf_error err = {0};
    struct jinja_output out = {0};
    if (render(&out, text_of(source), &err) != SHEAF_OK)
        fail_msg("%s: %s", source, err.message);
    text got = strbuf_view(&out.text);
    if (!text_equal(got, text_of(expected)))
        fail_msg("%s\n  got  %.*s\n  want %s", source, (int)got.n, got.p, expected);
    jinja_output_free(&out);
}

#define CHECK_TABLE(table)                                                                         \
    for (size_t i = 0; i < sizeof(table) / sizeof *(table); i++)                                   \
        check_case((table)[i].source, (table)[i].expected)

static void test_expressions(void **state)
{
    (void)state;
    CHECK_TABLE(arithmetic_cases);
    CHECK_TABLE(value_cases);
    CHECK_TABLE(string_cases);
}

static void test_filters_and_tests(void **state)
{
    (void)state;
    CHECK_TABLE(filter_cases);
    CHECK_TABLE(test_cases);
}

static void test_statements(void **state)
{
    (void)state;
    CHECK_TABLE(statement_cases);
}

static void test_white_space(void **state)
{
    (void)state;
    CHECK_TABLE(space_cases);
}

static void test_clock(void **state)
{
    (void)state;
    check_case("{{ strftime_now('%Y-%m-%d %H:%M:%S %d %b %B %A %a %j %y %I%p %e%%') }}",
               "2026-01-15 10:30:00 15 Jan January Thursday Thu 015 26 10AM 15%");
    sheaf_error err = {0};
    struct jinja_output out = {0};
    jinja_template *t = NULL;
    CHECK_OK(jinja_compile(&t, TEXT("x"), &limits, &err), err);
    struct jinja_time wrong = {.year = 2026, .month = 13, .day = 1};
    assert_int_equal(jinja_render(t, &out, bind_variables, &(cJSON){0}, &wrong, NULL),
                     SHEAF_ERR_USAGE);
    jinja_free(t);
}

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusal_cases / sizeof *refusal_cases; i++) {
        const struct refusal_case *c = &refusal_cases[i];
        sheaf_error err = {0};
        struct jinja_output out = {0};
        sheaf_code code = render(&out, text_of(c->source), &err);
        if (code != c->code || strstr(err.message, c->message) == NULL)
            fail_msg("%s: code %s, \"%s\"", c->source, sheaf_code_name(code), err.message);
        assert_null(out.text.p);
    }
}

/* Depth and size of the source itself. */
static void test_monsters(void **state)
{
    (void)state;
    static const char *const units[] = {"{{ ((((",    "{{ [[[[",         "{% if a %}", "{{ - - - -",
                                        "{{ not not", "{{ a if b else ", "{{ {1:{1:",  "{{ f(f(f("};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        strbuf source = {0};
        sheaf_error err = {0};
        struct jinja_output out = {0};
        strbuf_str(&source, units[i]);
        const char *repeated = units[i][1] == '{' ? units[i] + 3 : units[i];
        while (source.n < 19000)
            strbuf_str(&source, repeated);
        assert_int_not_equal(render(&out, strbuf_view(&source), &err), SHEAF_OK);
        while (source.n <= limits.max_source)
            strbuf_char(&source, 'x');
        err = (sheaf_error){0};
        assert_int_equal(render(&out, strbuf_view(&source), &err), SHEAF_ERR_LIMIT);
        strbuf_free(&source);
    }
}

/* Every allocation may fail: an error, no leak, nothing written. */
static void test_no_memory(void **state)
{
    (void)state;
    sheaf_code code = SHEAF_ERR_NOMEM;
    cJSON *values = NULL;
    sheaf_error err = {0};
    CHECK_OK(json_parse(&values, text_of(variables), "variables", &err), err);
    for (uint64_t n = 1; code != SHEAF_OK; n++) {
        jinja_template *t = NULL;
        struct jinja_output out = {0};
        assert_true(n < 100);
        alloc_fail_at(n);
        code = jinja_compile(&t, TEXT("{{ 'a' ~ s }}{% for x in l %}b{{ x }}{% endfor %}"), &limits,
                             NULL);
        if (code == SHEAF_OK)
            code = jinja_render(t, &out, bind_variables, values, &now, NULL);
        alloc_fail_at(0);
        assert_true(code == SHEAF_OK || code == SHEAF_ERR_NOMEM || code == SHEAF_ERR_LIMIT);
        assert_true(code == SHEAF_OK || (out.text.p == NULL && out.n_segments == 0));
        jinja_output_free(&out);
        jinja_free(t);
    }
    cJSON_Delete(values);
}

/* The output as the origins of its bytes: 't' from the template, 'u' from a variable. */
static void check_origin(const char *source, const char *text_wanted, const char *origins)
{
    sheaf_error err = {0};
    struct jinja_output out = {0};
    char got[64] = "";
    CHECK_OK(render(&out, text_of(source), &err), err);
    assert_true(text_equal(strbuf_view(&out.text), text_of(text_wanted)));
    for (size_t i = 0, at = 0; i < out.n_segments; at += out.segments[i++].length) {
        assert_int_equal(out.segments[i].offset, at);
        assert_true(i == 0 || out.segments[i].trusted != out.segments[i - 1].trusted);
        memset(got + at, out.segments[i].trusted ? 't' : 'u', out.segments[i].length);
    }
    assert_string_equal(got, origins);
    jinja_output_free(&out);
}

static void test_origins(void **state)
{
    (void)state;
    check_origin("a{{ s }}b", "aHello Worldb", "tuuuuuuuuuuut");
    check_origin("{{ ('<' ~ s ~ '>')[::-1] }}", ">dlroW olleH<", "tuuuuuuuuuuut");
    check_origin("{{ ('<' + s[:2] + '>') | upper }}", "<HE>", "tuut");
    check_origin("{{ ('  ' ~ s[:1] ~ ' ') | trim }}", "H", "u");
    check_origin("{{ s[:5].replace('l', '--') }}", "He----o", "uuttttu");
    check_origin("{{ 'a-b'.replace('-', s[:1]) }}", "aHb", "tut");
    check_origin("{{ s.split(' ') | join('|') }}", "Hello|World", "uuuuutuuuuu");
    check_origin("{{ ('x' ~ s).split('e')[0] }}", "xH", "tu");
    check_origin("{{ d.a }}", "[1, 'x']", "tttttutt");
    check_origin("{{ {'k': u[0].n} | tojson }}", "{\"k\": \"x\"}", "tttttttutt");
    check_origin("{{ d | tojson }}", "{\"b\": 1, \"a\": [1, \"x\"]}",
                 "ttutttttttuttttttttuttt");
    check_origin("{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(s[:1]) | lower }}", "<h>", "tut");
    check_origin("{% set x %}a{{ s[:1] }}{% endset %}{{ x }}{{ '%s%s' % ('b', s[:1]) }}", "aHbH",
                 "tutu");
    check_origin("{{ '{}!'.format(s[:2]) }}{% for c in ('a' ~ s[:1]) %}{{ c }}{% endfor %}",
                 "He!aH", "uuttu");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expressions), cmocka_unit_test(test_filters_and_tests),
        cmocka_unit_test(test_statements),  cmocka_unit_test(test_white_space),
        cmocka_unit_test(test_clock),       cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_monsters),    cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_origins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
