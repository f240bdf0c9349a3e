/* pull_curl.c - one download by curl, bounded and resumable. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fail.h"
#include "src/pull_work.h"

#define LARGEST_MODEL ((uint64_t)1 << 40) /* when the catalogue does not know the size */

/* Exit statuses of curl. */
enum { CURL_HTTP_ERROR = 22, CURL_WRITE_ERROR = 23, CURL_NO_RANGES = 33 };

/* Bytes of an earlier attempt that this one goes on from. */
static uint64_t resumable_bytes(const pull_work *w)
{
    uint64_t have = pull_file_bytes(w->part);
    if (have && (!w->model->sha256 || !w->model->bytes || have > w->model->bytes)) {
        unlink(w->part);
        have = 0;
    }
    return have;
}

/* Is it of use to the next attempt? A server that refuses to go on from here would refuse it the
 * next time too. */
static bool is_part(const pull_work *w, int status)
{
    return w->model->sha256 && pull_file_bytes(w->part) > 0 && status != CURL_HTTP_ERROR &&
           status != CURL_NO_RANGES && status != CHILD_FILE_TOO_LONG;
}

/* curl knows the size in advance only where the server states it, hence two limits. */
static sheaf_code download(pull_work *w, const char *url, const char *protocols,
                           const char *headers, sheaf_error *err)
{
    char largest[24];
    w->largest = w->model->bytes ? w->model->bytes : LARGEST_MODEL;
    snprintf(largest, sizeof largest, "%" PRIu64, w->largest);
    const char *const argv[] = {
        "curl", "-q", "--silent", "--show-error", "--fail", "--location", "--proto", protocols,
        "--proto-redir", "=https", "--max-redirs", "5", "--connect-timeout", "10", "--speed-limit",
        "1024", "--speed-time", "30", "--max-filesize", largest, "--dump-header", headers,
        "--continue-at", "-", "--output", w->part, "--", url, NULL};
    int status = 0;
    w->watched = w->part;
    sheaf_code rc = pull_work_run(w, &status, argv, err);
    w->watched = NULL;
    w->largest = 0;
    w->keep_part = is_part(w, status);
    if (rc || status == 0)
        return rc;
    if (status == CHILD_FILE_TOO_LONG)
        return SHEAF_FAIL(err, SHEAF_ERR_UNSUPPORTED, url, "sends more than %s bytes", largest);
    if (status == CURL_WRITE_ERROR)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, w->part, "curl cannot write it");
    return pull_work_blame(w, "curl", "curl: (", status, err);
}

sheaf_code pull_by_curl(pull_work *w, const char *url, const char *protocols, const char *headers,
                        sheaf_error *err)
{
    const uint64_t have = resumable_bytes(w), bytes = w->model->bytes;
    w->keep_part = have > 0;
    sheaf_code rc = bytes ? pull_work_room(w, bytes - have, err) : SHEAF_OK;
    if (!rc && (!have || have < bytes))
        rc = download(w, url, protocols, headers, err);
    return rc;
}
