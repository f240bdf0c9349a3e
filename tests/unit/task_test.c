/* task_test.c - the table of problem sets, and examples before a question. */
#include "datasets/task.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "datasets/fewshot.h"
#include "evals/filter.h"
#include "src/cli.h"
#include "src/sha256.h"
#include "src/task_file.h"
#include <sheaf/eval.h>

/* The table of main.c, which the word distance of cli.h is linked with. */
const struct cli_command *const cli_commands[] = {NULL};

static void rows_are_complete(void **state)
{
    (void)state;
    const struct task *t;
    size_t n = 0;
    for (; (t = task_at(n)); n++) {
        assert_ptr_equal(task_find(t->name), t);
        assert_true(text_ends(text_of(t->file), TEXT(".jsonl")) && !strchr(t->file, '/'));
        assert_true(t->bytes && t->n_problems && t->license && sha256_is_hex(t->sha256));
        assert_non_null(sheaf_eval_filter_name(t->filter));
        assert_true(!t->origin || text_starts(text_of(t->origin), TEXT("https://")));
        for (size_t i = 0; i < n; i++) {
            assert_string_not_equal(task_at(i)->file, t->file);
            assert_string_not_equal(task_at(i)->sha256, t->sha256);
        }
        const catalog_model row = task_row(t);
        assert_string_equal(row.sha256, t->sha256);
        assert_null(row.hub_repo);
        assert_null(catalog_find(t->name)); /* `sheaf pull NAME` means one thing */
    }
    assert_int_equal(n, 12);
    assert_null(task_at(SIZE_MAX));
    assert_null(task_find("gsm"));
    assert_string_equal(task_nearest("gsm8"), "gsm8k");
    assert_null(task_nearest("something else"));
}

/* ---- examples -------------------------------------------------------------------------------- */

static char set_path[] = "/tmp/sheaf-set-XXXXXX", shot_path[] = "/tmp/sheaf-shots-XXXXXX";

static int make_files(void **state)
{
    (void)state;
    int a = mkstemp(set_path), b = mkstemp(shot_path);
    close(a);
    close(b);
    return a < 0 || b < 0 ||
           file_write(set_path,
                      TEXT("{\"id\":\"1\",\"question\":\"asked\",\"answer\":\"1\","
                           "\"answer_type\":\"integer\"}\n"),
                      NULL);
}

static int remove_files(void **state)
{
    (void)state;
    return unlink(set_path) | unlink(shot_path);
}

static sheaf_code draw(strbuf *out, const char *file, size_t n, uint64_t seed)
{
    sheaf_dataset *d = NULL;
    assert_int_equal(file_write(shot_path, text_of(file), NULL), SHEAF_OK);
    assert_int_equal(sheaf_dataset_open(&d, set_path, NULL), SHEAF_OK);
    sheaf_code rc = fewshot_add(out, shot_path, n, seed, d, NULL);
    sheaf_dataset_close(d);
    return rc;
}

static void examples_are_written(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        size_t n;
        sheaf_code code;
        const char *text;
    } rows[] = {
        {"{\"question\":\"q\",\"answer\":\"3\"}\n", 1, SHEAF_OK, "Question: q\nAnswer: #### 3\n\n"},
        {"\n {\"question\":\"q\",\"answer\":\"3\",\"solution\":\"1 + 2\"}", 1, SHEAF_OK,
         "Question: q\nAnswer: 1 + 2\n#### 3\n\n"},
        {"{\"question\":\"q\",\"answer\":\"3\",\"solution\":\"1 + 2\\n#### 3\"}", 1, SHEAF_OK,
         "Question: q\nAnswer: 1 + 2\n#### 3\n\n"},
        {"{\"question\":\"q\",\"answer\":\"1 + 2\\n#### 3\"}", 1, SHEAF_OK,
         "Question: q\nAnswer: 1 + 2\n#### 3\n\n"},
        {"{\"question\":\"asked\",\"answer\":\"1\"}", 1, SHEAF_ERR_USAGE, NULL},
        {"{\"question\":\"q\",\"answer\":\"3\"}", 2, SHEAF_ERR_USAGE, NULL},
        {"", 1, SHEAF_ERR_USAGE, NULL},
        {"{\"question\":\"q\"}", 1, SHEAF_ERR_FORMAT, NULL},
        {"{\"question\":3,\"answer\":\"3\"}", 1, SHEAF_ERR_FORMAT, NULL},
        {"[]", 1, SHEAF_ERR_FORMAT, NULL},
        {"{", 1, SHEAF_ERR_FORMAT, NULL},
        {"{\"question\":\"q\",\"answer\":\"3\",\"solution\":{}}", 1, SHEAF_ERR_FORMAT, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        strbuf out = {0};
        sheaf_code rc = draw(&out, rows[i].file, rows[i].n, 1);
        if (rc != rows[i].code || (!rc && strcmp(out.p, rows[i].text) != 0))
            fail_msg("row %zu: %s, %s", i, sheaf_code_name(rc), out.p ? out.p : "");
        strbuf_free(&out);
    }
}

/* The draw follows from the seed, takes no line twice and reaches every line. */
static void draws_follow_the_seed(void **state)
{
    (void)state;
    strbuf file = {0};
    bool first[20] = {false};
    size_t n_first = 0;
    for (int i = 0; i < 20; i++)
        strbuf_printf(&file, "{\"question\":\"<%d>\",\"answer\":\"%d\"}\n", i, i);
    for (uint64_t seed = 0; seed < 300; seed++) {
        strbuf a = {0}, b = {0};
        assert_int_equal(draw(&a, file.p, 5, seed), SHEAF_OK);
        assert_int_equal(draw(&b, file.p, 5, seed), SHEAF_OK);
        assert_string_equal(a.p, b.p);
        for (int i = 0; i < 20; i++) {
            char question[16];
            snprintf(question, sizeof question, "<%d>", i);
            const char *at = strstr(a.p, question);
            assert_true(!at || !strstr(at + 1, question));
            if (at == a.p + strlen(FEWSHOT_BEFORE)) {
                n_first += !first[i];
                first[i] = true;
            }
        }
        strbuf_free(&a);
        strbuf_free(&b);
    }
    assert_int_equal(n_first, 20);
    strbuf_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_complete),
        cmocka_unit_test(examples_are_written),
        cmocka_unit_test(draws_follow_the_seed),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
