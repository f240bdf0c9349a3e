/* pull_mirror.c - $SHEAF_MIRROR as a source: a folder or a server with files by their own names.
 *
 * A server is asked over HTTPS; plain HTTP is for one on this machine, where nobody listens on the
 * way. What a mirror delivers is proven like everything else, so it need not be trusted. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/file.h"
#include "src/pull_work.h"

const char *pull_mirror(void)
{
    const char *value = getenv("SHEAF_MIRROR");
    return value && *value ? value : NULL;
}

/* curl's word for how the address may be asked, NULL: not at all. */
static const char *protocols_of(const char *address)
{
    static const char *const local[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};
    if (text_starts(text_of(address), TEXT("https://")))
        return "=https";
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++) {
        size_t n = strlen(local[i]);
        if (strncmp(address, local[i], n) == 0 && strchr(":/", address[n])) /* or its end */
            return "=http";
    }
    return NULL;
}

static sheaf_code fetch_address(pull_work *w, const char *address, sheaf_error *err)
{
    const char *protocols = protocols_of(address);
    if (!protocols)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "SHEAF_MIRROR",
                          "\"%.100s\"; a folder, an https:// address or http://127.0.0.1 is wanted",
                          address);
    char *headers = pull_work_path(w, "headers"), *url = catalog_join(address, w->model->file);
    sheaf_code rc = headers && url ? pull_by_curl(w, url, protocols, headers, err)
                                   : SHEAF_FAIL(err, SHEAF_ERR_NOMEM, w->model->name,
                                                "no memory for paths");
    alloc_free(headers);
    alloc_free(url);
    return rc;
}

static sheaf_code copy_file(const char *to, const char *from, const pull_work *w, sheaf_error *err)
{
    file_view v = {.size = 0};
    if (access(from, F_OK) != 0)
        return SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, from, "%s is not there", from);
    sheaf_code rc = file_map(&v, from, err);
    if (!rc && w->model->bytes && v.size != w->model->bytes)
        rc = SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, from,
                        "%s has %zu bytes; %" PRIu64 " are wanted", from, v.size, w->model->bytes);
    if (!rc)
        rc = pull_work_room(w, v.size, err);
    if (!rc)
        rc = file_write(to, (text){(const char *)v.data, v.size}, err);
    file_unmap(&v);
    return rc;
}

sheaf_code pull_from_mirror(char **path, pull_work *w, sheaf_error *err)
{
    const char *mirror = pull_mirror();
    bool remote = strstr(mirror, "://") != NULL;
    char *from = remote ? NULL : catalog_join(mirror, w->model->file);
    char *to = remote ? alloc_strndup(w->part, strlen(w->part)) : pull_work_path(w, "mirror");
    sheaf_code rc = to && (remote || from) ? SHEAF_OK
                                           : SHEAF_FAIL(err, SHEAF_ERR_NOMEM, w->model->name,
                                                        "no memory for paths");
    if (!rc)
        rc = remote ? fetch_address(w, mirror, err) : copy_file(to, from, w, err);
    alloc_free(from);
    if (rc)
        alloc_free(to);
    else
        *path = to;
    return rc;
}
