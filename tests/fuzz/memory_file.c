/* memory_file.c - see memory_file.h. */
#include "tests/fuzz/memory_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct memory_file {
    int fd; /* 0: not made yet */
    char path[32];
};

const char *memory_file(int slot, const void *data, size_t size)
{
    static struct memory_file files[MEMORY_FILES];
    struct memory_file *f = &files[slot];
    if (!f->fd) {
        f->fd = memfd_create("fuzz", MFD_CLOEXEC);
        snprintf(f->path, sizeof f->path, "/proc/self/fd/%d", f->fd);
    }
    if (f->fd <= 0 || ftruncate(f->fd, 0) != 0 || pwrite(f->fd, data, size, 0) != (ssize_t)size)
        abort();
    return f->path;
}
