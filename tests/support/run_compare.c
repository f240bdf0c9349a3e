/* run_compare.c - see run_compare.h. */
#include "tests/support/run_compare.h"

#include "tests/support/check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#define PATH_BYTES 256

static const char *path_of(char path[PATH_BYTES], const char *root, const char *dir,
                           const char *name)
{
    snprintf(path, PATH_BYTES, "%s/%s/%s", root, dir, name);
    return path;
}

void run_read(strbuf *out, const char *root, const char *dir, const char *name)
{
    char path[PATH_BYTES];
    assert_int_equal(file_read(out, path_of(path, root, dir, name), 1 << 24, NULL), SHEAF_OK);
}

/* Cuts what follows `key` up to the end of its value. */
static void forget(strbuf *b, const char *key)
{
    for (char *p = b->p; (p = strstr(p, key)) != NULL; p++)
        for (p += strlen(key); *p && !strchr(",}\n", *p); p++)
            *p = '#';
}

/* Cuts the values of members that are no part of a run. */
static void forget_times(strbuf *b)
{
    static const char *const keys[] = {"\"start_s\":", "\"end_s\":", "\"seconds", "\"decode_",
                                       "\"tokens_per_s\":", "\"rows_per_step\":", "\"xxh3\":\""};
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
        forget(b, keys[k]);
}

/* Lines in order, without the lengths of their times. */
static void squeeze(strbuf *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        if (b->p[i] != '#')
            b->p[n++] = b->p[i];
    b->n = n;
}

static void compare(const char *root, const char *dir, const char *other, const char *name,
                    bool times)
{
    strbuf a = {0}, b = {0};
    run_read(&a, root, dir, name);
    run_read(&b, root, other, name);
    if (!times) {
        forget_times(&a);
        forget_times(&b);
        squeeze(&a);
        squeeze(&b);
    }
    if (!text_equal(strbuf_view(&a), strbuf_view(&b)))
        fail_msg("%s differs between %s and %s", name, dir, other);
    strbuf_free(&a);
    strbuf_free(&b);
}

void run_check_same(const char *root, const char *dir, const char *other, const char *name)
{
    compare(root, dir, other, name, false);
}

static void check_nothing_pending(const char *root, const char *dir)
{
    char path[PATH_BYTES];
    DIR *d = opendir(path_of(path, root, dir, ""));
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (strncmp(e->d_name, "pending-", 8) == 0)
            fail_msg("%s is left in %s", e->d_name, dir);
    closedir(d);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The records of a run from which times and places in the file are cut, in order of their text. */
static void sorted_records(strbuf *out, const char *root, const char *dir)
{
    char *lines[1024], *save = NULL;
    size_t n = 0;
    strbuf b = {0};
    run_read(&b, root, dir, "samples.jsonl");
    forget_times(&b);
    forget(&b, "\"at\":");
    squeeze(&b);
    strbuf_char(&b, '\0');
    for (char *l = strtok_r(b.p, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
        assert_true(n < sizeof lines / sizeof lines[0]);
        lines[n++] = l;
    }
    qsort(lines, n, sizeof *lines, by_text);
    for (size_t i = 0; i < n; i++)
        strbuf_printf(out, "%s\n", lines[i]);
    strbuf_free(&b);
}

void run_check_traces(const char *root, const char *dir, const char *other)
{
    strbuf a = {0}, b = {0};
    sorted_records(&a, root, dir);
    sorted_records(&b, root, other);
    assert_true(a.n > 0);
    if (!text_equal(strbuf_view(&a), strbuf_view(&b)))
        fail_msg("traces differ between %s and %s", dir, other);
    strbuf_free(&a);
    strbuf_free(&b);
}

void run_check_all(const char *root, const char *dir, const char *other)
{
    static const char *const names[] = {"samples.jsonl", "votes.jsonl", "results.json", "run.json"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        compare(root, dir, other, names[i], false);
    compare(root, dir, other, "tokens.zst", true);
    check_nothing_pending(root, dir);
}
