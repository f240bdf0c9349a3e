/* scratch_dir.c - see scratch_dir.h. */
#include "tests/support/scratch_dir.h"

#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

static char root[64];

int scratch_make(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/sheaf-test-%ld", (long)getpid());
    return file_make_dirs(root, NULL) != SHEAF_OK;
}

int scratch_remove(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    return system(command);
}

const char *scratch_root(void)
{
    return root;
}

void scratch_path(char out[SCRATCH_PATH], const char *name)
{
    snprintf(out, SCRATCH_PATH, "%s/%s", root, name);
}

void scratch_read(strbuf *out, const char *dir, const char *name)
{
    char path[2 * SCRATCH_PATH];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(file_read(out, path, 1 << 24, NULL), SHEAF_OK);
}

void scratch_write(const char *dir, const char *name, text content)
{
    char path[2 * SCRATCH_PATH];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(file_write(path, content, NULL), SHEAF_OK);
}
