/* task_file.h - the file of a public problem set: where it is, what `sheaf pull` fetches. */
#ifndef SRC_TASK_FILE_H
#define SRC_TASK_FILE_H

#include "datasets/task.h"
#include "src/catalog.h"

/* The task as a row of the catalogue, in the folder "datasets". */
catalog_model task_row(const struct task *t);

/* The file as it was pulled; *out NULL when it is not here (SHEAF_OK). Release with alloc_free.
 * Errors: USAGE (no folder is known), NOMEM. */
sheaf_code task_locate(char **out, const struct task *t, sheaf_error *err);

/* A set as the user names it: the path of a file that exists, or a task that was pulled. Release
 * with alloc_free. *task: the task, NULL for a file. Errors: IO, saying what helps; NOMEM. */
sheaf_code task_resolve(char **out, const struct task **task, const char *name_or_path,
                        sheaf_error *err);

/* The task that a misspelled name was probably meant to be, or NULL. */
const char *task_nearest(const char *name);

#endif
