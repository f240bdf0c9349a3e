/* file.h - files: mapped for reading, read whole, written whole or not at all. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sheaf/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* A file mapped read-only; `data` is NULL when empty. */
typedef struct file_view {
    const uint8_t *data;
    size_t size;
} file_view;

/* Maps a regular file. Errors: IO (missing, unreadable), FORMAT (not a regular file). */
sheaf_code file_map(file_view *out, const char *path, sheaf_error *err);
void file_unmap(file_view *v);

/* Reads a file, or standard input for "-", into `out` (appended). LIMIT when it is longer than
 * `max` bytes. */
sheaf_code file_read(strbuf *out, const char *path, size_t max, sheaf_error *err);

/* Writes to a temporary file beside `path`, syncs, renames: readers see the old or the new content,
 * never a part. The temporary file is removed on failure. */
sheaf_code file_write(const char *path, text content, sheaf_error *err);

/* Creates a directory and its parents; an existing directory is fine. */
sheaf_code file_make_dirs(const char *path, sheaf_error *err);

#endif
