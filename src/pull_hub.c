/* pull_hub.c - the hub as a source: one HTTPS download.
 *
 * HF_ENDPOINT names another server with the same paths, as the hub's own tools have it. The server
 * states the SHA-256 of large files in a header (X-Linked-Etag); it stands in for a digest that the
 * catalogue lacks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/file.h"
#include "src/pull_work.h"

#define HUB "https://huggingface.co"
#define URL_BYTES 512
#define HEADER_BYTES ((size_t)256 << 10)

static sheaf_code make_url(char url[URL_BYTES], const catalog_model *m, sheaf_error *err)
{
    const char *base = getenv("HF_ENDPOINT");
    if (!base || !*base)
        base = HUB;
    if (strncmp(base, "https://", strlen("https://")) != 0)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "HF_ENDPOINT",
                          "\"%.100s\"; an https:// address is wanted", base);
    size_t slash = base[strlen(base) - 1] == '/';
    int n = snprintf(url, URL_BYTES, "%.*s/%s/resolve/main/%s", (int)(strlen(base) - slash), base,
                     m->hub_repo, m->hub_file);
    if (n >= URL_BYTES)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "HF_ENDPOINT",
                          "%d bytes of address; at most %d fit", n, URL_BYTES - 1);
    return SHEAF_OK;
}

/* The digest of the last X-Linked-Etag header: "<64 hex digits>", in quotes. */
static void read_stated_digest(char hex[SHA256_HEX + 1], const char *headers)
{
    static const char name[] = "x-linked-etag:";
    strbuf b = {0};
    if (file_read(&b, headers, HEADER_BYTES, NULL) == SHEAF_OK && b.p)
        for (const char *line = b.p; *line; line += strcspn(line, "\n"), line += *line != '\0') {
            char value[SHA256_HEX + 1];
            if (strncasecmp(line, name, sizeof name - 1) == 0 &&
                sscanf(line + sizeof name - 1, " \"%64[0-9a-f]\"", value) == 1 &&
                sha256_is_hex(value))
                memcpy(hex, value, sizeof value);
        }
    strbuf_free(&b);
}

sheaf_code pull_from_hub(char **path, pull_work *w, sheaf_error *err)
{
    char url[URL_BYTES];
    char *headers = pull_work_path(w, "headers"), *copy = alloc_strndup(w->part, strlen(w->part));
    sheaf_code rc = make_url(url, w->model, err);
    if (!rc && (!headers || !copy))
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, w->model->name, "no memory for paths");
    if (!rc)
        rc = pull_by_curl(w, url, "=https", headers, err);
    if (!rc)
        read_stated_digest(w->origin_sha256, headers);
    alloc_free(headers);
    if (rc)
        alloc_free(copy);
    else
        *path = copy;
    return rc;
}
