/* file.c - see file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"

#define PATH_BYTES 4096

static sheaf_code open_read(int *fd, struct stat *st, const char *path, sheaf_error *err)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (*fd < 0)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, path, "cannot open: %s", strerror(errno));
    if (fstat(*fd, st) != 0) {
        sheaf_code rc = SHEAF_FAIL(err, SHEAF_ERR_IO, path, "cannot stat: %s", strerror(errno));
        close(*fd);
        return rc;
    }
    return SHEAF_OK;
}

sheaf_code file_map(file_view *out, const char *path, sheaf_error *err)
{
    int fd;
    struct stat st;
    *out = (file_view){0};
    sheaf_code rc = open_read(&fd, &st, path, err);
    if (rc)
        return rc;
    if (!S_ISREG(st.st_mode)) {
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, path, "is a %s; a regular file is wanted",
                        S_ISDIR(st.st_mode) ? "directory" : "special file");
    } else if (st.st_size > 0) {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED)
            rc = SHEAF_FAIL(err, SHEAF_ERR_IO, path, "cannot map %lld bytes: %s",
                            (long long)st.st_size, strerror(errno));
        else
            *out = (file_view){p, (size_t)st.st_size};
    }
    close(fd);
    return rc;
}

void file_unmap(file_view *v)
{
    if (v->data)
        munmap((void *)(uintptr_t)v->data, v->size);
    *v = (file_view){0};
}

static sheaf_code read_fd(strbuf *out, int fd, const char *path, size_t max, sheaf_error *err)
{
    char chunk[16384];
    for (size_t total = 0;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return SHEAF_FAIL(err, SHEAF_ERR_IO, path, "cannot read: %s", strerror(errno));
        if (n == 0)
            return SHEAF_OK;
        total += (size_t)n;
        if (total > max)
            return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, path, "more than %zu bytes", max);
        strbuf_add(out, chunk, (size_t)n);
        if (out->failed)
            return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, path, "no memory after %zu bytes", total);
    }
}

sheaf_code file_read(strbuf *out, const char *path, size_t max, sheaf_error *err)
{
    if (strcmp(path, "-") == 0)
        return read_fd(out, STDIN_FILENO, "standard input", max, err);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, path, "cannot open: %s", strerror(errno));
    sheaf_code rc = read_fd(out, fd, path, max, err);
    close(fd);
    return rc;
}

static sheaf_code write_all(int fd, text content, const char *path, sheaf_error *err)
{
    while (content.n) {
        ssize_t n = write(fd, content.p, content.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return SHEAF_FAIL(err, SHEAF_ERR_IO, path, "cannot write: %s", strerror(errno));
        content = text_slice(content, (size_t)n, content.n);
    }
    if (fsync(fd) != 0 && errno != EINVAL)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, path, "cannot sync: %s", strerror(errno));
    return SHEAF_OK;
}

sheaf_code file_write(const char *path, text content, sheaf_error *err)
{
    char tmp[PATH_BYTES];
    if (snprintf(tmp, sizeof tmp, "%s.tmp.XXXXXX", path) >= (int)sizeof tmp)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, path, "path longer than %d bytes", PATH_BYTES);
    int fd = mkstemp(tmp);
    if (fd < 0)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, path, "cannot create: %s", strerror(errno));
    sheaf_code rc = write_all(fd, content, path, err);
    if (fchmod(fd, 0644) != 0 && !rc)
        rc = SHEAF_FAIL(err, SHEAF_ERR_IO, path, "cannot set mode: %s", strerror(errno));
    if (close(fd) != 0 && !rc)
        rc = SHEAF_FAIL(err, SHEAF_ERR_IO, path, "cannot close: %s", strerror(errno));
    if (!rc && rename(tmp, path) != 0)
        rc = SHEAF_FAIL(err, SHEAF_ERR_IO, path, "cannot rename: %s", strerror(errno));
    if (rc)
        unlink(tmp);
    return rc;
}

sheaf_code file_make_dirs(const char *path, sheaf_error *err)
{
    char part[PATH_BYTES];
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof part)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, path, "path of %zu bytes", n);
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return SHEAF_FAIL(err, SHEAF_ERR_IO, part, "cannot create directory: %s",
                              strerror(errno));
    }
    return SHEAF_OK;
}
