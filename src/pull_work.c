/* pull_work.c - see pull_work.h. The lock is on the folder's own descriptor, so no lock file is
 * left behind; a folder that was removed between opening and locking is noticed by its inode. */
#include "src/pull_work.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/file.h"

#define MAX_OPEN_FOLDERS 16
#define LOCK_TRIES 3

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    remove(path);
    return 0;
}

static void remove_tree(const char *path)
{
    nftw(path, remove_entry, MAX_OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

static bool same_folder(int fd, const char *path)
{
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

static sheaf_code lock_folder(pull_work *w, sheaf_error *err)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        sheaf_code rc = file_make_dirs(w->folder, err);
        if (rc)
            return rc;
        int fd = open(w->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
            close(fd);
            return SHEAF_FAIL(err, SHEAF_ERR_IO, w->folder,
                              errno == EWOULDBLOCK ? "locked by another `sheaf pull` of this model"
                                                   : "cannot lock");
        }
        if (fd >= 0 && same_folder(fd, w->folder)) {
            w->lock = fd;
            return SHEAF_OK;
        }
        if (fd >= 0)
            close(fd);
    }
    return SHEAF_FAIL(err, SHEAF_ERR_IO, w->folder, "cannot open: %s", strerror(errno));
}

/* Every path at once, so that later steps cannot run out of memory for them. */
static sheaf_code name_paths(pull_work *w, sheaf_error *err)
{
    char name[128];
    sheaf_code rc = catalog_folder(&w->cache, w->model, err);
    if (rc)
        return rc;
    snprintf(name, sizeof name, ".pull-%s", w->model->name);
    if ((w->folder = catalog_join(w->cache, name)) &&
        (w->part = catalog_join(w->folder, "hub.part")) &&
        (w->tmp = catalog_join(w->folder, "tmp")) && (w->log = catalog_join(w->tmp, "log")))
        return SHEAF_OK;
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, w->model->name, "no memory for paths");
}

sheaf_code pull_work_open(pull_work *w, const catalog_model *m, const pull_options *o,
                          sheaf_error *err)
{
    *w = (pull_work){.model = m, .options = o, .lock = -1};
    sheaf_code rc = name_paths(w, err);
    if (!rc)
        rc = lock_folder(w, err);
    if (rc)
        return rc;
    remove_tree(w->tmp); /* of a pull that was killed */
    rc = file_make_dirs(w->tmp, err);
    /* pip unpacks in its TMPDIR: here it is on the right disk and is removed with the rest. */
    if (!rc && setenv("TMPDIR", w->tmp, 1) != 0)
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "TMPDIR", "%s", strerror(errno));
    return rc;
}

void pull_work_close(pull_work *w)
{
    if (w->lock >= 0) {
        remove_tree(w->tmp);
        if (!w->keep_part)
            unlink(w->part);
        rmdir(w->folder); /* stays when the part does */
        close(w->lock);
    }
    alloc_free(w->log);
    alloc_free(w->tmp);
    alloc_free(w->part);
    alloc_free(w->folder);
    alloc_free(w->cache);
    *w = (pull_work){.lock = -1};
}

char *pull_work_path(const pull_work *w, const char *name)
{
    return catalog_join(w->tmp, name);
}

void pull_work_remove(const pull_work *w, const char *name)
{
    char *path = pull_work_path(w, name);
    if (path)
        remove_tree(path);
    alloc_free(path);
}

sheaf_code pull_work_room(const pull_work *w, uint64_t bytes, sheaf_error *err)
{
    struct statvfs fs;
    if (statvfs(w->cache, &fs) != 0)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, w->cache, "cannot ask for free space: %s",
                          strerror(errno));
    uint64_t free_bytes;
    if (__builtin_mul_overflow((uint64_t)fs.f_bavail, (uint64_t)fs.f_frsize, &free_bytes))
        free_bytes = UINT64_MAX;
    if (free_bytes < bytes)
        return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, w->cache,
                          "%" PRIu64 " bytes free; %" PRIu64 " are wanted", free_bytes, bytes);
    return SHEAF_OK;
}

uint64_t pull_file_bytes(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}

static void report_progress(void *ctx)
{
    const pull_work *w = ctx;
    if (w->options->progress)
        w->options->progress(w->options->ctx,
                             w->before + (w->watched ? pull_file_bytes(w->watched) : 0),
                             w->model->bytes);
}

sheaf_code pull_work_run(pull_work *w, int *status, const char *const *argv, sheaf_error *err)
{
    child_job job = {
        .log = w->log, .cancel = w->options->cancel, .tick = report_progress, .ctx = w,
        .largest_file = w->largest};
    sheaf_error why = {0};
    sheaf_code rc = child_run(status, argv, &job, &why);
    if (rc == SHEAF_ERR_CANCELLED)
        return SHEAF_FAIL(err, rc, w->model->name, "stopped");
    return rc ? SHEAF_FAIL(err, rc, why.source, "%s", why.message) : SHEAF_OK;
}

sheaf_code pull_work_blame(const pull_work *w, const char *program, const char *mark, int status,
                           sheaf_error *err)
{
    char words[120];
    if (status == CHILD_NOT_FOUND)
        return SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, w->model->name, "%s is not installed",
                          program);
    child_last_words(words, sizeof words, w->log, mark);
    if (words[0])
        return SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, w->model->name, "%s", words);
    return SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, w->model->name, "%s ended with status %d",
                      program, status);
}
