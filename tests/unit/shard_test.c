/* shard_test.c - which shard a process is, and what a shard of a set shows. */
#include "evals/shard.h"

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
#include <sheaf/dataset.h>

/* The environment of the case at hand: "NAME=value" strings. */
static const char *const *environment;

static const char *look_up(const char *name)
{
    size_t n = strlen(name);
    for (const char *const *e = environment; *e; e++)
        if (strncmp(*e, name, n) == 0 && (*e)[n] == '=')
            return *e + n + 1;
    return NULL;
}

#define ARRAY(id, count, min, max, step)                                                           \
    {"SLURM_ARRAY_TASK_ID=" id, "SLURM_ARRAY_TASK_COUNT=" count, "SLURM_ARRAY_TASK_MIN=" min,      \
     "SLURM_ARRAY_TASK_MAX=" max, "SLURM_ARRAY_TASK_STEP=" step}

static void specs_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        const char *environment[6];
        size_t index, n; /* 0: refused */
    } rows[] = {
        {"1/1", {NULL}, 1, 1},
        {"4/4", {NULL}, 4, 4},
        {"7/65536", {NULL}, 7, 65536},
        {"0/4", {NULL}, 0, 0},
        {"5/4", {NULL}, 0, 0},
        {"1/65537", {NULL}, 0, 0},
        {"-1/4", {NULL}, 0, 0},
        {"1", {NULL}, 0, 0},
        {"1/", {NULL}, 0, 0},
        {"/4", {NULL}, 0, 0},
        {"1/4/4", {NULL}, 0, 0},
        {"99999999999999999999/4", {NULL}, 0, 0},
        {"", {NULL}, 0, 0},
        {"auto", {NULL}, 0, 0},
        {"auto", ARRAY("0", "4", "0", "3", "1"), 1, 4},
        {"auto", ARRAY("4", "4", "1", "4", "1"), 4, 4},
        {"auto", ARRAY("14", "5", "10", "18", "2"), 3, 5},
        {"auto", ARRAY("13", "5", "10", "18", "2"), 0, 0},  /* between two steps */
        {"auto", ARRAY("20", "5", "10", "18", "2"), 0, 0},  /* behind the last */
        {"auto", ARRAY("3", "2", "1", "7", "1"), 0, 0},     /* --array=1,7: no even sequence */
        {"auto", ARRAY("1", "0", "1", "1", "1"), 0, 0},
        {"auto", ARRAY("1", "2", "1", "2", "0"), 0, 0},
        {"auto", ARRAY("x", "2", "1", "2", "1"), 0, 0},
        {"auto", ARRAY("1", "99999999999", "1", "2", "1"), 0, 0},
        {"auto", {"SLURM_ARRAY_TASK_ID=1", "SLURM_ARRAY_TASK_COUNT=2"}, 2, 2},
        {"auto", {"SLURM_ARRAY_TASK_ID=1"}, 0, 0}, /* of how many? */
        {"auto", {"OMPI_COMM_WORLD_RANK=0", "OMPI_COMM_WORLD_SIZE=3"}, 1, 3},
        {"auto", {"OMPI_COMM_WORLD_RANK=3", "OMPI_COMM_WORLD_SIZE=3"}, 0, 0},
        {"auto", {"PMI_RANK=2", "PMI_SIZE=3"}, 3, 3},
        {"auto", {"SLURM_PROCID=5", "SLURM_NTASKS=8"}, 6, 8},
        {"auto",
         {"SLURM_PROCID=0", "SLURM_NTASKS=1", "OMPI_COMM_WORLD_RANK=1", "OMPI_COMM_WORLD_SIZE=2"},
         2,
         2},
        {"auto",
         {"SLURM_PROCID=0", "SLURM_NTASKS=1", "SLURM_ARRAY_TASK_ID=1", "SLURM_ARRAY_TASK_COUNT=3"},
         2,
         3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct shard s = {0, 0, NULL};
        sheaf_error err = {0};
        environment = rows[i].environment;
        sheaf_code rc = shard_parse(&s, rows[i].spec, look_up, &err);
        if (rc != (rows[i].n ? SHEAF_OK : SHEAF_ERR_USAGE) || s.index != rows[i].index ||
            s.n != rows[i].n)
            fail_msg("row %zu \"%s\": %zu/%zu, %s", i, rows[i].spec, s.index, s.n, err.message);
        assert_true(rc || s.from);
    }
}

static void shards_are_printed(void **state)
{
    (void)state;
    char out[SHARD_BYTES];
    assert_string_equal(shard_print(out, 2, 4), "2/4");
    assert_true(strlen(shard_print(out, SIZE_MAX, SIZE_MAX)) < SHARD_BYTES);
}

/* ---- a shard of a set ------------------------------------------------------------------------ */

static char path[] = "/tmp/sheaf-shard-XXXXXX";

static int write_set(void **state)
{
    (void)state;
    strbuf b = {0};
    for (int i = 0; i < 11; i++)
        strbuf_printf(&b,
                      "{\"id\":\"p%d\",\"question\":\"q%d\",\"answer\":\"1\","
                      "\"answer_type\":\"integer\"}\n",
                      i, i);
    int fd = mkstemp(path);
    close(fd);
    sheaf_code rc = file_write(path, strbuf_view(&b), NULL);
    strbuf_free(&b);
    return fd < 0 || rc;
}

static int remove_set(void **state)
{
    (void)state;
    return unlink(path);
}

/* Every problem of the selection is in exactly one shard, at its position. */
static void shards_cover_the_selection(void **state)
{
    (void)state;
    sheaf_dataset *d = NULL;
    assert_int_equal(sheaf_dataset_open(&d, path, NULL), SHEAF_OK);
    assert_int_equal(sheaf_dataset_limit(d, "2-9", NULL), SHEAF_OK);
    for (size_t n = 1; n <= 8; n++) {
        size_t seen[8] = {0}, total = 0, index;
        for (size_t i = 1; i <= n; i++) {
            assert_int_equal(sheaf_dataset_shard(d, i, n, NULL), SHEAF_OK);
            assert_int_equal(sheaf_dataset_shards(d, &index), n);
            assert_int_equal(index, i);
            assert_int_equal(sheaf_dataset_selected(d), 8);
            assert_in_range(sheaf_dataset_count(d), 8 / n, 8 / n + 1);
            for (size_t k = 0; k < sheaf_dataset_count(d); k++) {
                size_t at = sheaf_dataset_position(d, k);
                assert_ptr_equal(sheaf_dataset_problem(d, k),
                                 sheaf_dataset_selected_problem(d, at));
                assert_int_equal(sheaf_dataset_problem(d, k)->line, at + 2);
                seen[at]++;
                total++;
            }
        }
        assert_int_equal(total, 8);
        for (size_t i = 0; i < 8; i++)
            assert_int_equal(seen[i], 1);
    }
    assert_int_equal(sheaf_dataset_shard(d, 9, 9, NULL), SHEAF_ERR_USAGE); /* empty */
    assert_int_equal(sheaf_dataset_shard(d, 0, 2, NULL), SHEAF_ERR_USAGE);
    assert_int_equal(sheaf_dataset_shard(d, 3, 2, NULL), SHEAF_ERR_USAGE);
    sheaf_dataset_close(d);
}

static void questions_are_wrapped(void **state)
{
    (void)state;
    sheaf_dataset *d = NULL;
    assert_int_equal(sheaf_dataset_open(&d, path, NULL), SHEAF_OK);
    assert_int_equal(sheaf_dataset_shard(d, 2, 3, NULL), SHEAF_OK);
    assert_int_equal(sheaf_dataset_wrap(d, "a ", " b", NULL), SHEAF_OK);
    assert_string_equal(sheaf_dataset_problem(d, 1)->question, "a q4 b");
    assert_string_equal(sheaf_dataset_selected_problem(d, 3)->question, "q3"); /* not shown */
    sheaf_dataset_close(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(specs_are_read),
        cmocka_unit_test(shards_are_printed),
        cmocka_unit_test(shards_cover_the_selection),
        cmocka_unit_test(questions_are_wrapped),
    };
    return cmocka_run_group_tests(tests, write_set, remove_set);
}
