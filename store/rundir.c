/* rundir.c - see rundir.h. */
#include "store/rundir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/json.h"
#include "store/put.h"

#define PART_PREFIX "pending-"

static const char *const record_names[RUNDIR_FILES] = {
    [RUNDIR_TRACES] = "samples.jsonl",
    [RUNDIR_TOKENS] = "tokens.zst",
    [RUNDIR_VOTES] = "votes.jsonl",
};

/* Everything that Sheaf writes, settings last: a --redo that is killed leaves no records without
 * them. */
static const char *const all_names[] = {
    "samples.jsonl",   "tokens.zst",   "votes.jsonl", "samples.jsonl.cut", "tokens.zst.cut",
    "votes.jsonl.cut", "index.sqlite", "results.json", "table.md",        RUNDIR_JSON,
};

static char *join(const char *dir, const char *name, const char *suffix)
{
    strbuf b = {0};
    strbuf_printf(&b, "%s/%s%s", dir, name, suffix);
    if (!b.failed)
        return b.p;
    strbuf_free(&b);
    return NULL;
}

char *rundir_path(const struct rundir *d, enum rundir_file f)
{
    return join(d->path, record_names[f], "");
}

static sheaf_code no_memory(const struct rundir *d, sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, d->path, "no memory for a path or record");
}

/* ---- settings ------------------------------------------------------------------------------- */

sheaf_code rundir_differ(const char *dir, const char *key, const cJSON *there, const cJSON *here,
                         const char *then, sheaf_error *err)
{
    char *a = there ? cJSON_PrintUnformatted(there) : NULL;
    char *b = here ? cJSON_PrintUnformatted(here) : NULL;
    sheaf_code rc = SHEAF_FAIL(err, SHEAF_ERR_USAGE, dir,
                               "holds a run with %.40s %.60s, not %.60s; %s", key,
                               a ? a : "unset", b ? b : "unset", then);
    cJSON_free(a);
    cJSON_free(b);
    return rc;
}

#define OTHER_DIR "another -o or --redo wanted"

static sheaf_code compare_settings(const struct rundir *d, const cJSON *there, const cJSON *here,
                                   sheaf_error *err)
{
    for (const cJSON *v = here->child; v; v = v->next)
        if (!cJSON_Compare(json_get(there, v->string), v, true))
            return rundir_differ(d->path, v->string, json_get(there, v->string), v, OTHER_DIR, err);
    for (const cJSON *v = there->child; v; v = v->next)
        if (!json_get(here, v->string))
            return rundir_differ(d->path, v->string, v, NULL, OTHER_DIR, err);
    return SHEAF_OK;
}

sheaf_code rundir_check_schema(const cJSON *run, const char *path, sheaf_error *err)
{
    const cJSON *schema = json_get(run, "schema");
    if (!cJSON_IsString(schema))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, path, "has no \"schema\"; \"%s\" wanted",
                          RUNDIR_SCHEMA);
    if (strcmp(schema->valuestring, RUNDIR_SCHEMA) == 0)
        return SHEAF_OK;
    return SHEAF_FAIL(err, SHEAF_ERR_USAGE, path,
                      "is a run of format %.40s; sheaf %s reads and writes %s, where traces come "
                      "with their confidences; a new run wanted",
                      schema->valuestring, SHEAF_VERSION, RUNDIR_SCHEMA);
}

static sheaf_code check_settings(const struct rundir *d, text stored, const char *path, text config,
                                 sheaf_error *err)
{
    cJSON *run = NULL, *here = NULL;
    sheaf_code rc = json_parse(&run, stored, path, err);
    if (!rc)
        rc = json_parse(&here, config, "settings", err);
    if (!rc)
        rc = rundir_check_schema(run, path, err);
    const cJSON *there = json_get(run, "config");
    if (!rc && !cJSON_IsObject(there))
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, path, "has no \"config\"; --redo starts anew");
    if (!rc)
        rc = compare_settings(d, there, here, err);
    cJSON_Delete(run);
    cJSON_Delete(here);
    return rc;
}

sheaf_code rundir_status(const struct rundir *d, const struct rundir_identity *id,
                         const char *status, sheaf_error *err)
{
    strbuf b = {0};
    jsonw_open(&b, '{');
    put_str(&b, "schema", RUNDIR_SCHEMA);
    put_str(&b, "run_id", id->run_id);
    put_str(&b, "status", status);
    if (id->machine.n) {
        jsonw_key(&b, "machine");
        strbuf_text(&b, id->machine);
    }
    jsonw_key(&b, "config"); /* last: evals/shard_part.c cuts it out */
    strbuf_text(&b, id->config);
    jsonw_close(&b, '}');
    strbuf_char(&b, '\n');
    sheaf_code rc =
        b.failed ? no_memory(d, err) : rundir_write(d, RUNDIR_JSON, strbuf_view(&b), err);
    strbuf_free(&b);
    return rc;
}

/* ---- opening -------------------------------------------------------------------------------- */

static sheaf_code lock_dir(struct rundir *d, sheaf_error *err)
{
    d->lock_fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (d->lock_fd < 0)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, d->path, "cannot open: %s", strerror(errno));
    if (flock(d->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return SHEAF_OK;
    if (errno == EWOULDBLOCK)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, d->path, "is in use by another sheaf");
    return SHEAF_FAIL(err, SHEAF_ERR_IO, d->path, "cannot lock: %s", strerror(errno));
}

static sheaf_code remove_run(const struct rundir *d, sheaf_error *err)
{
    for (size_t i = 0; i < sizeof all_names / sizeof all_names[0]; i++)
        if (unlinkat(d->lock_fd, all_names[i], 0) != 0 && errno != ENOENT)
            return SHEAF_FAIL(err, SHEAF_ERR_IO, d->path, "cannot remove %s: %s", all_names[i],
                              strerror(errno));
    return SHEAF_OK;
}

static bool has_file(const struct rundir *d, const char *name)
{
    return faccessat(d->lock_fd, name, F_OK, 0) == 0;
}

/* ---- parts ---------------------------------------------------------------------------------- */

static char *part_path(const struct rundir *whole, const char *name)
{
    return join(whole->path, PART_PREFIX, name);
}

bool rundir_has_part(const struct rundir *whole, const char *name)
{
    char *path = part_path(whole, name);
    bool there = path && access(path, F_OK) == 0;
    alloc_free(path);
    return there;
}

sheaf_code rundir_remove_part(const struct rundir *part, sheaf_error *err)
{
    sheaf_code rc = remove_run(part, err);
    if (!rc && rmdir(part->path) != 0)
        rc = SHEAF_FAIL(err, SHEAF_ERR_IO, part->path, "cannot remove: %s", strerror(errno));
    return rc;
}

static sheaf_code remove_part_named(const struct rundir *whole, const char *name, sheaf_error *err)
{
    struct rundir part = {.open = false};
    sheaf_code rc = rundir_open_part(&part, whole, name, err);
    if (!rc)
        rc = rundir_remove_part(&part, err);
    rundir_close(&part);
    return rc;
}

static sheaf_code remove_parts(const struct rundir *d, sheaf_error *err)
{
    DIR *dir = opendir(d->path);
    sheaf_code rc = SHEAF_OK;
    if (!dir)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, d->path, "cannot read: %s", strerror(errno));
    for (struct dirent *e; !rc && (e = readdir(dir)) != NULL;)
        if (strncmp(e->d_name, PART_PREFIX, strlen(PART_PREFIX)) == 0)
            rc = remove_part_named(d, e->d_name + strlen(PART_PREFIX), err);
    closedir(dir);
    return rc;
}

/* Is it what a write of a file of ours (base/file.c) left behind when it was killed? */
static bool is_leftover(const char *name)
{
    text whole = text_of(name);
    size_t mark = text_find(whole, TEXT(".tmp."));
    for (size_t i = 0; mark != SIZE_MAX && i < sizeof all_names / sizeof all_names[0]; i++)
        if (text_equal(text_slice(whole, 0, mark), text_of(all_names[i])))
            return true;
    return false;
}

/* Under the lock nobody else is writing. A leftover harms nothing, so failures do not count. */
static void remove_leftovers(const struct rundir *d)
{
    DIR *dir = opendir(d->path);
    if (!dir)
        return;
    for (struct dirent *e; (e = readdir(dir)) != NULL;)
        if (is_leftover(e->d_name))
            unlinkat(d->lock_fd, e->d_name, 0);
    closedir(dir);
}

/* Takes up the run that is there, or begins one. */
static sheaf_code settle(const struct rundir *d, const struct rundir_identity *id, sheaf_error *err)
{
    if (!has_file(d, RUNDIR_JSON)) {
        for (size_t f = 0; f < RUNDIR_FILES; f++)
            if (has_file(d, record_names[f]))
                return SHEAF_FAIL(err, SHEAF_ERR_USAGE, d->path,
                                  "holds %s without %s; another -o or --redo wanted",
                                  record_names[f], RUNDIR_JSON);
        return rundir_status(d, id, "started", err);
    }
    strbuf stored = {0};
    char *path = join(d->path, RUNDIR_JSON, "");
    sheaf_code rc = path ? file_read(&stored, path, RUNDIR_JSON_BYTES, err) : no_memory(d, err);
    if (!rc)
        rc = check_settings(d, strbuf_view(&stored), path, id->config, err);
    alloc_free(path);
    strbuf_free(&stored);
    return rc;
}

static sheaf_code open_records(struct rundir *d, sheaf_error *err)
{
    for (size_t f = 0; f < RUNDIR_FILES; f++) {
        d->fds[f] = openat(d->lock_fd, record_names[f], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                           0644);
        if (d->fds[f] < 0)
            return SHEAF_FAIL(err, SHEAF_ERR_IO, d->path, "cannot open %s: %s", record_names[f],
                              strerror(errno));
    }
    if (fsync(d->lock_fd) != 0 && errno != EINVAL)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, d->path, "cannot sync: %s", strerror(errno));
    return SHEAF_OK;
}

/* Makes and locks the directory; `path` is the rundir's, NULL: no memory for it. */
static sheaf_code open_dir(struct rundir *d, char *path, sheaf_error *err)
{
    *d = (struct rundir){.path = path, .lock_fd = -1, .fds = {-1, -1, -1}, .open = true};
    sheaf_code rc = path ? file_make_dirs(path, err) : no_memory(d, err);
    return rc ? rc : lock_dir(d, err);
}

sheaf_code rundir_open_part(struct rundir *out, const struct rundir *whole, const char *name,
                            sheaf_error *err)
{
    struct rundir d;
    sheaf_code rc = open_dir(&d, part_path(whole, name), err);
    if (!rc)
        rc = open_records(&d, err);
    if (!rc)
        fsync(whole->lock_fd); /* the name of the part; its records follow */
    if (rc)
        rundir_close(&d);
    else
        *out = d;
    return rc;
}

sheaf_code rundir_open(struct rundir *out, const char *path, const struct rundir_identity *id,
                       bool redo, sheaf_error *err)
{
    struct rundir d;
    sheaf_code rc = open_dir(&d, alloc_strndup(path, strlen(path)), err);
    if (!rc && redo)
        rc = remove_parts(&d, err);
    if (!rc && redo)
        rc = remove_run(&d, err);
    if (!rc)
        remove_leftovers(&d);
    if (!rc)
        rc = settle(&d, id, err);
    if (!rc)
        rc = open_records(&d, err);
    if (rc)
        rundir_close(&d);
    else
        *out = d;
    return rc;
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

void rundir_close(struct rundir *d)
{
    if (!d->open)
        return;
    for (size_t f = 0; f < RUNDIR_FILES; f++)
        close_fd(d->fds[f]);
    close_fd(d->lock_fd);
    alloc_free(d->path);
    *d = (struct rundir){.open = false};
}

/* ---- records -------------------------------------------------------------------------------- */

static sheaf_code io_fault(const struct rundir *d, enum rundir_file f, const char *what,
                           sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_IO, d->path, "cannot %s %s: %s", what, record_names[f],
                      strerror(errno));
}

static sheaf_code write_all(const struct rundir *d, enum rundir_file f, int fd, text t,
                            sheaf_error *err)
{
    while (t.n) {
        ssize_t n = write(fd, t.p, t.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return io_fault(d, f, "write", err);
        t = text_slice(t, (size_t)n, t.n);
    }
    return SHEAF_OK;
}

sheaf_code rundir_append(struct rundir *d, enum rundir_file f, text record, sheaf_error *err)
{
    struct stat before;
    if (fstat(d->fds[f], &before) != 0)
        return io_fault(d, f, "stat", err);
    sheaf_code rc = write_all(d, f, d->fds[f], record, err);
    if (rc) {
        /* A failure leaves a torn line, which the next start cuts off. */
        int undone = ftruncate(d->fds[f], before.st_size);
        (void)undone;
    }
    return rc;
}

sheaf_code rundir_sync(struct rundir *d, enum rundir_file f, sheaf_error *err)
{
    return fdatasync(d->fds[f]) == 0 || errno == EINVAL ? SHEAF_OK : io_fault(d, f, "sync", err);
}

/* Appends `tail` to FILE.cut. */
static sheaf_code keep_tail(const struct rundir *d, enum rundir_file f, text tail, sheaf_error *err)
{
    char *path = join(d->path, record_names[f], ".cut");
    if (!path)
        return no_memory(d, err);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    sheaf_code rc = fd < 0 ? io_fault(d, f, "keep the cut end of", err)
                           : write_all(d, f, fd, tail, err);
    close_fd(fd);
    alloc_free(path);
    return rc;
}

sheaf_code rundir_cut(struct rundir *d, enum rundir_file f, size_t size, sheaf_error *err)
{
    file_view v = {0};
    char *path = rundir_path(d, f);
    sheaf_code rc = path ? file_map(&v, path, err) : no_memory(d, err);
    if (!rc && v.size > size) {
        rc = keep_tail(d, f, (text){(const char *)v.data + size, v.size - size}, err);
        if (!rc && ftruncate(d->fds[f], (off_t)size) != 0)
            rc = io_fault(d, f, "shorten", err);
    }
    file_unmap(&v);
    alloc_free(path);
    return rc;
}

sheaf_code rundir_write(const struct rundir *d, const char *name, text content, sheaf_error *err)
{
    char *path = join(d->path, name, "");
    sheaf_code rc = path ? file_write(path, content, err) : no_memory(d, err);
    alloc_free(path);
    return rc;
}
