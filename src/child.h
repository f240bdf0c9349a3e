/* child.h - other programs: run by an argument array, never by a shell. */
#ifndef SRC_CHILD_H
#define SRC_CHILD_H

#include <sheaf/error.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

typedef struct child_job {
    const char *log; /* file that takes what the program prints on both streams */
    const volatile int *cancel; /* NULL allowed: non-zero stops the program and its children */
    void (*tick)(void *ctx);    /* NULL allowed: about five times a second while it runs */
    void *ctx;
    uint64_t largest_file; /* a program that writes a longer one is ended; it may always write
                            * 1 MiB; 0: no limit */
} child_job;

/* Exit status of a program that is not installed, as the shell has it. */
#define CHILD_NOT_FOUND 127
/* That of one which met largest_file. */
#define CHILD_FILE_TOO_LONG (128 + SIGXFSZ)

/* Runs argv[0], found in PATH, with no standard input and waits. argv ends with NULL. *status: the
 * exit status, CHILD_NOT_FOUND, or 128 + the signal that ended it. Errors: CANCELLED, IO (log,
 * no process). */
sheaf_code child_run(int *status, const char *const *argv, const child_job *job, sheaf_error *err);

/* The last line of the log that begins with `mark`, else its last line, for an error message; ""
 * when the log is empty. */
void child_last_words(char *out, size_t cap, const char *log, const char *mark);

#endif
