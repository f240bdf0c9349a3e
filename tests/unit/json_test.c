/* json_test.c - the guards around cJSON, typed members, the writer. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "tests/support/check.h"

static void refuses_what_cjson_accepts(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "  ", "{} x", "1e999", "[1e400]", "{\"a\":1,\"a\":2}", "\"\\u0000\"", "\"\xFF\"",
        "{\"a\":", "[1,]", "nul", "{\"a\" 1}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cJSON *v = NULL;
        sheaf_error err = {0};
        if (json_parse(&v, text_of(bad[i]), "t", &err) != SHEAF_ERR_FORMAT)
            fail_msg("accepted: %s", bad[i]);
        assert_null(v);
    }
    strbuf deep = {0};
    for (int i = 0; i < 65; i++)
        strbuf_char(&deep, '[');
    for (int i = 0; i < 65; i++)
        strbuf_char(&deep, ']');
    cJSON *v = NULL;
    assert_int_equal(json_parse(&v, strbuf_view(&deep), "t", NULL), SHEAF_ERR_FORMAT);
    assert_int_equal(json_parse(&v, text_slice(strbuf_view(&deep), 1, 128), "t", NULL), SHEAF_OK);
    cJSON_Delete(v);
    strbuf_free(&deep);
}

/* Hostile sizes stay cheap: 200,000 keys are checked for repeats in far less than a second. */
static void many_keys(void **state)
{
    (void)state;
    strbuf b = {0};
    strbuf_char(&b, '{');
    for (int i = 0; i < 200000; i++)
        strbuf_printf(&b, "\"k%d\":0,", i);
    strbuf_str(&b, "\"z\":0}");
    cJSON *v = NULL;
    sheaf_error err = {0};
    CHECK_OK(json_parse(&v, strbuf_view(&b), "t", &err), err);
    cJSON_Delete(v);
    b.n--;
    strbuf_str(&b, ",\"k17\":1}");
    assert_int_equal(json_parse(&v, strbuf_view(&b), "t", &err), SHEAF_ERR_FORMAT);
    assert_string_equal(err.message, "key \"k17\" twice");
    strbuf_free(&b);
}

static void typed_members(void **state)
{
    (void)state;
    cJSON *v;
    sheaf_error err = {0};
    CHECK_OK(json_parse(&v,
                        TEXT("{\"i\":7,\"f\":1.5,\"s\":\"x\",\"b\":true,\"n\":null,"
                             "\"big\":\"9007199254740993\",\"inf\":[1,\"-inf\"]}"),
                        "t", &err),
             err);
    int64_t i = -1;
    double f = -1;
    bool b = false;
    text s = {0};
    assert_int_equal(json_i64(v, "i", &i, 0, 9, &err), SHEAF_OK);
    assert_int_equal(i, 7);
    assert_int_equal(json_i64(v, "big", &i, 0, INT64_MAX, &err), SHEAF_OK);
    assert_true(i == 9007199254740993);
    i = 5;
    assert_int_equal(json_i64(v, "absent", &i, 0, 9, &err), SHEAF_OK);
    assert_int_equal(json_i64(v, "n", &i, 0, 9, &err), SHEAF_OK);
    assert_int_equal(i, 5);
    assert_int_equal(json_f64(v, "f", &f, 0, 2, &err), SHEAF_OK);
    assert_int_equal(json_bool(v, "b", &b, &err), SHEAF_OK);
    assert_int_equal(json_text(v, "s", &s, &err), SHEAF_OK);
    assert_true(f == 1.5 && b && text_equal(s, TEXT("x")));
    double *values;
    size_t n;
    CHECK_OK(json_f64s(v, "inf", &values, &n, &err), err);
    assert_true(n == 2 && values[1] == -INFINITY);
    alloc_free(values);
    assert_int_equal(json_i64(v, "f", &i, 0, 9, NULL), SHEAF_ERR_FORMAT);
    assert_int_equal(json_i64(v, "i", &i, 0, 6, &err), SHEAF_ERR_FORMAT);
    assert_string_equal(err.message, "7; 0 to 6 are possible");
    assert_int_equal(json_text(v, "i", &s, NULL), SHEAF_ERR_FORMAT);
    cJSON_Delete(v);
}

static void writer_separates_and_escapes(void **state)
{
    (void)state;
    strbuf b = {0};
    jsonw_open(&b, '{');
    jsonw_key(&b, "a");
    jsonw_open(&b, '[');
    jsonw_i64(&b, -1);
    jsonw_f64(&b, 0.1);
    jsonw_f64(&b, INFINITY);
    jsonw_null(&b);
    jsonw_close(&b, ']');
    jsonw_key(&b, "s:[");
    jsonw_text(&b, TEXT("q\"\\\n\x01\xFF:"));
    jsonw_key(&b, "t");
    jsonw_bool(&b, true);
    jsonw_close(&b, '}');
    assert_string_equal(b.p, "{\"a\":[-1,0.10000000000000001,\"inf\",null],"
                             "\"s:[\":\"q\\\"\\\\\\n\\u0001\xEF\xBF\xBD:\",\"t\":true}");
    strbuf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_cjson_accepts),
        cmocka_unit_test(many_keys),
        cmocka_unit_test(typed_members),
        cmocka_unit_test(writer_separates_and_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
