/* dataset_test.c - the JSONL reader: what it takes, what it refuses and how it says so. */
#include <sheaf/dataset.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/text.h"

#define ROW(id)                                                                                    \
    "{\"id\":\"" id "\",\"question\":\"q\",\"answer\":\"1\",\"answer_type\":\"integer\"}"

static char path[64];

static int make_path(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/sheaf-dataset-%ld.jsonl", (long)getpid());
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

static sheaf_code open_bytes(sheaf_dataset **out, text content, sheaf_error *err)
{
    assert_int_equal(file_write(path, content, NULL), SHEAF_OK);
    return sheaf_dataset_open(out, path, err);
}

static sheaf_dataset *open_good(const char *content)
{
    sheaf_dataset *d = NULL;
    sheaf_error err = {0};
    if (open_bytes(&d, text_of(content), &err))
        fail_msg("%s: %s", err.source, err.message);
    return d;
}

static void reads_every_member(void **state)
{
    (void)state;
    sheaf_dataset *d = open_good(
        "{\"id\":\"a/1\",\"question\":\"Caf\\u00e9 \xc2\xa3?\",\"answer\":\"-7\",\"answer_type\":"
        "\"integer\",\"source\":\"s\",\"license\":\"MIT\",\"steps\":3,\"solution\":{\"x\":[1]}}\r\n"
        "\n  \n"
        "{\"answer_type\":\"fraction\",\"answer\":\"\\\\frac{1}{2}\",\"id\":\"b\",\"question\":"
        "\"half?\"}");
    assert_int_equal(sheaf_dataset_count(d), 2);
    const sheaf_problem *p = sheaf_dataset_problem(d, 0);
    assert_string_equal(p->id, "a/1");
    assert_string_equal(p->question, "Caf\xc3\xa9 \xc2\xa3?");
    assert_string_equal(p->answer, "-7");
    assert_string_equal(p->source, "s");
    assert_string_equal(p->license, "MIT");
    p = sheaf_dataset_problem(d, 1);
    assert_string_equal(p->answer, "\\frac{1}{2}");
    assert_string_equal(p->answer_type, "fraction");
    assert_null(p->source);
    assert_null(p->license);
    assert_int_equal(p->line, 4);
    assert_non_null(strstr(path, sheaf_dataset_name(d)));
    assert_null(strstr(sheaf_dataset_name(d), ".jsonl"));
    sheaf_dataset_close(d);
}

/* Spellings that the types take; those they refuse are in bad_files. */
static void takes_every_answer_type(void **state)
{
    (void)state;
    static const char *const good[][2] = {
        {"integer", "-12"}, {"integer", "007"},   {"decimal", "2.50"},  {"decimal", ".0000672"},
        {"decimal", "-3"},  {"fraction", "1/2"},  {"latex", "\\\\pi"}, {"choice", "E"},
        {"none", "-"},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char row[128];
        snprintf(row, sizeof row,
                 "{\"id\":\"x\",\"question\":\"q\",\"answer_type\":\"%s\",\"answer\":\"%s\"}",
                 good[i][0], good[i][1]);
        sheaf_dataset_close(open_good(row));
    }
}

static void hash_names_the_bytes(void **state)
{
    (void)state;
    sheaf_dataset *a = open_good(ROW("a")), *b = open_good(ROW("b")), *again = open_good(ROW("a"));
    assert_true(sheaf_dataset_hash(a) == sheaf_dataset_hash(again));
    assert_true(sheaf_dataset_hash(a) != sheaf_dataset_hash(b));
    sheaf_dataset_close(a);
    sheaf_dataset_close(b);
    sheaf_dataset_close(again);
}

/* Files that must be refused: the code, the line that is named and words of the message. */
static const struct bad {
    const char *content;
    sheaf_code code;
    const char *at, *says;
} bad_files[] = {
    {"", SHEAF_ERR_FORMAT, ".jsonl", "no problems"},
    {"\n \n", SHEAF_ERR_FORMAT, ".jsonl", "no problems"},
    {ROW("a") "\nhello\n", SHEAF_ERR_FORMAT, ":2", "JSON"},
    {ROW("a") " {}\n", SHEAF_ERR_FORMAT, ":1", "after the JSON value"},
    {"[1]\n", SHEAF_ERR_FORMAT, ":1", "not a JSON object"},
    {ROW("a") "\n" ROW("b") "\n\n" ROW("a") "\n", SHEAF_ERR_FORMAT, ":4",
     "\"a\" is that of line 1"},
    {"{\"id\":\"x\",\"question\":\"\xff\",\"answer\":\"1\",\"answer_type\":\"integer\"}",
     SHEAF_ERR_FORMAT, ":1", "UTF-8"},
    {"{\"question\":\"q\",\"answer\":\"1\",\"answer_type\":\"integer\"}", SHEAF_ERR_FORMAT, ":1",
     "\"id\" is missing"},
    {"{\"id\":\"\",\"question\":\"q\",\"answer\":\"1\",\"answer_type\":\"integer\"}",
     SHEAF_ERR_FORMAT, ":1", "\"id\" is empty"},
    {"{\"id\":\"x\",\"question\":null,\"answer\":\"1\",\"answer_type\":\"integer\"}",
     SHEAF_ERR_FORMAT, ":1", "\"question\" is missing"},
    {"{\"id\":\"x\",\"question\":\"q\",\"answer\":1,\"answer_type\":\"integer\"}", SHEAF_ERR_FORMAT,
     ":1", "\"answer\" is a number; a string is wanted"},
    {"{\"id\":\"x\",\"question\":\"q\",\"answer\":\"1\",\"answer_type\":\"number\"}",
     SHEAF_ERR_FORMAT, ":1", "answer_type is \"number\""},
    {"{\"id\":\"x\",\"question\":\"q\",\"answer\":\"1.5\",\"answer_type\":\"integer\"}",
     SHEAF_ERR_FORMAT, ":1", "answer is \"1.5\"; integer wants digits"},
    {"{\"id\":\"x\",\"question\":\"q\",\"answer\":\"-\",\"answer_type\":\"integer\"}",
     SHEAF_ERR_FORMAT, ":1", "integer wants"},
    {"{\"id\":\"x\",\"question\":\"q\",\"answer\":\"inf\",\"answer_type\":\"decimal\"}",
     SHEAF_ERR_FORMAT, ":1", "decimal wants"},
    {"{\"id\":\"x\",\"question\":\"q\",\"answer\":\"F\",\"answer_type\":\"choice\"}",
     SHEAF_ERR_FORMAT, ":1", "one letter"},
    {"{\"id\":\"x\",\"question\":\"q\",\"answer\":\"1\",\"answer_type\":\"integer\",\"source\":[]}",
     SHEAF_ERR_FORMAT, ":1", "\"source\" is an array"},
    {"{\"id\":\"x\",\"id\":\"y\",\"question\":\"q\",\"answer\":\"1\",\"answer_type\":\"integer\"}",
     SHEAF_ERR_FORMAT, ":1", "twice"},
};

static void refuses_bad_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_files / sizeof bad_files[0]; i++) {
        const struct bad *b = &bad_files[i];
        sheaf_error err = {0};
        sheaf_dataset *d = NULL;
        assert_int_equal(open_bytes(&d, text_of(b->content), &err), b->code);
        assert_null(d);
        if (!text_ends(text_of(err.source), text_of(b->at)) || !strstr(err.message, b->says))
            fail_msg("case %zu: %s: %s; wanted ...%s: ...%s...", i, err.source, err.message, b->at,
                     b->says);
    }
}

static void refuses_what_is_no_file(void **state)
{
    (void)state;
    sheaf_dataset *d = NULL;
    assert_int_equal(sheaf_dataset_open(&d, "/nonexistent/x.jsonl", NULL), SHEAF_ERR_IO);
    assert_int_equal(sheaf_dataset_open(&d, "/tmp", NULL), SHEAF_ERR_FORMAT);
    assert_null(d);
    sheaf_dataset_close(NULL);
}

/* A row of exactly n bytes, padded inside the question. */
static void long_row(strbuf *b, size_t n)
{
    text head = TEXT("{\"id\":\"x\",\"answer\":\"1\",\"answer_type\":\"integer\",\"question\":\"");
    size_t from = b->n;
    strbuf_text(b, head);
    while (b->n - from < n - 2)
        strbuf_char(b, 'z');
    strbuf_str(b, "\"}");
}

static void line_length_has_a_limit(void **state)
{
    (void)state;
    for (size_t over = 0; over < 2; over++) {
        strbuf b = {0};
        long_row(&b, SHEAF_DATASET_MAX_LINE + over);
        strbuf_char(&b, '\n');
        sheaf_error err = {0};
        sheaf_dataset *d = NULL;
        assert_int_equal(open_bytes(&d, strbuf_view(&b), &err), over ? SHEAF_ERR_LIMIT : SHEAF_OK);
        sheaf_dataset_close(d);
        strbuf_free(&b);
    }
}

static void many_rows_keep_order(void **state)
{
    (void)state;
    strbuf b = {0};
    for (int i = 0; i < 5000; i++)
        strbuf_printf(&b, "{\"id\":\"p%d\",\"question\":\"q\",\"answer\":\"%d\",\"answer_type\":"
                          "\"integer\"}\n", i, i);
    sheaf_dataset *d = open_good(b.p);
    assert_int_equal(sheaf_dataset_count(d), 5000);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(atoi(sheaf_dataset_problem(d, (size_t)i)->answer), i);
    sheaf_dataset_close(d);
    strbuf_free(&b);
}

/* Selections of a file of 10 problems named 1 .. 10. */
static const struct limit {
    const char *spec;
    int first, count; /* 0: refused */
} limits[] = {
    {"3", 1, 3},     {"10", 1, 10}, {"99", 1, 10},  {"4-6", 4, 3}, {"10-10", 10, 1},
    {"8-99", 8, 3},  {"0.1", 1, 1}, {"0.25", 1, 3}, {"0.7", 1, 7}, {"1.0", 1, 10},
    {NULL, 1, 10},   {"0", 0, 0},   {"-3", 0, 0},   {"6-4", 0, 0}, {"0-4", 0, 0},
    {"11-12", 0, 0}, {"0.0", 0, 0}, {"1.5", 0, 0},  {"", 0, 0},    {"a", 0, 0},
    {"3x", 0, 0},    {"3-", 0, 0},  {"nan", 0, 0},  {".", 0, 0},   {"99999999999999999999", 0, 0},
};

static void limit_selects(void **state)
{
    (void)state;
    static const char ten[] = ROW("1") "\n" ROW("2") "\n" ROW("3") "\n" ROW("4") "\n" ROW("5") "\n"
        ROW("6") "\n" ROW("7") "\n" ROW("8") "\n" ROW("9") "\n" ROW("10");
    sheaf_dataset *d = open_good(ten);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        const struct limit *l = &limits[i];
        assert_int_equal(sheaf_dataset_limit(d, "2-3", NULL), SHEAF_OK);
        sheaf_code rc = sheaf_dataset_limit(d, l->spec, NULL);
        if (rc != (l->count ? SHEAF_OK : SHEAF_ERR_USAGE))
            fail_msg("limit %s gives %s", l->spec ? l->spec : "NULL", sheaf_code_name(rc));
        int first = l->count ? l->first : 2, count = l->count ? l->count : 2;
        assert_int_equal(sheaf_dataset_count(d), count);
        assert_int_equal(atoi(sheaf_dataset_problem(d, 0)->id), first);
        assert_int_equal(sheaf_dataset_total(d), 10);
    }
    sheaf_dataset_close(d);
}

static void survives_every_failed_allocation(void **state)
{
    (void)state;
    assert_int_equal(file_write(path, text_of(ROW("a") "\n" ROW("b") "\n"), NULL), SHEAF_OK);
    sheaf_code rc = SHEAF_ERR_NOMEM;
    int n = 1;
    for (; rc && n < 100; n++) {
        sheaf_dataset *d = NULL;
        alloc_fail_at((uint64_t)n);
        rc = sheaf_dataset_open(&d, path, NULL);
        alloc_fail_at(0);
        assert_true((rc == SHEAF_OK) == (d != NULL));
        sheaf_dataset_close(d);
    }
    assert_true(n > 4); /* several allocations were made to fail */
    assert_int_equal(rc, SHEAF_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_member),
        cmocka_unit_test(takes_every_answer_type),
        cmocka_unit_test(hash_names_the_bytes),
        cmocka_unit_test(refuses_bad_files),
        cmocka_unit_test(refuses_what_is_no_file),
        cmocka_unit_test(line_length_has_a_limit),
        cmocka_unit_test(many_rows_keep_order),
        cmocka_unit_test(limit_selects),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, make_path, remove_file);
}
