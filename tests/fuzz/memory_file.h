/* memory_file.h - bytes that can be opened by a path, without a disk. */
#ifndef TESTS_FUZZ_MEMORY_FILE_H
#define TESTS_FUZZ_MEMORY_FILE_H

#include <stddef.h>

#define MEMORY_FILES 2

/* Puts the bytes into memory file `slot` (0 .. MEMORY_FILES - 1) in place of what it held, and
 * returns its path. Nobody may have the old content mapped. Aborts when the system refuses. */
const char *memory_file(int slot, const void *data, size_t size);

#endif
