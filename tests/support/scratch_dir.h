/* scratch_dir.h - a folder for the files of a test binary: gone when it ends. */
#ifndef TESTS_SUPPORT_SCRATCH_DIR_H
#define TESTS_SUPPORT_SCRATCH_DIR_H

#include <stddef.h>

#include "base/text.h"

#define SCRATCH_PATH 128

/* For cmocka_run_group_tests. */
int scratch_make(void **state);
int scratch_remove(void **state);

const char *scratch_root(void);

/* Path of `name` in the folder. */
void scratch_path(char out[SCRATCH_PATH], const char *name);

/* The file `name` of a folder, whole; a failure fails the test. */
void scratch_read(strbuf *out, const char *dir, const char *name);
void scratch_write(const char *dir, const char *name, text content);

#endif
