/* cli_io.h - how the program speaks: data to standard output (or -o), one line per fault to
 * standard error, exit codes, stop signals. */
#ifndef SRC_CLI_IO_H
#define SRC_CLI_IO_H

#include <sheaf/error.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

enum cli_exit {
    CLI_OK = 0,
    CLI_RUNTIME = 1,  /* also: the reader of standard output went away (silent) */
    CLI_USAGE = 2,
    CLI_NO_ANSWER = 3, /* or a share below --min-share */
    CLI_MODEL = 4,
    CLI_STORAGE = 5,
    CLI_MEMORY = 6,
    CLI_REMOTE = 7,
    CLI_SIGINT = 130,
    CLI_SIGTERM = 143,
};

/* Where a fault happened decides what its code means to the shell. */
enum cli_stage {
    CLI_AT_MODEL, /* opening or reading a model file */
    CLI_AT_RUN,   /* question, options, decoding     */
    CLI_AT_WRITE, /* results                         */
};

/* Exit status of a library fault. */
int cli_exit_of(sheaf_code code, enum cli_stage stage);

/* Prints `sheaf: SOURCE: MESSAGE` and returns `status`; source NULL leaves that part out. */
int cli_fail(int status, const char *source, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a library fault; returns cli_exit_of(err->code, stage). */
int cli_fail_error(const sheaf_error *err, enum cli_stage stage);

/* A remark that is no fault, to standard error: `sheaf: ...`. */
void cli_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Makes descriptors 0..2 safe to use, ignores SIGPIPE. First thing in main. */
void cli_start(void);

/* Status 5 and one line when results would go to a standard output that is closed. Call before long
 * work; `path` is the -o option, NULL for standard output. */
int cli_check_output(const char *path);

/* Writes results to `path` (whole or not at all) or, when NULL or "-", to standard output. Returns
 * 0, 5 with one line, or a silent 1 when the reader went away. */
int cli_write(const char *path, text content);

/* First SIGINT or SIGTERM sets the flag, a second ends the process at once with 130 or 143. */
void cli_catch_signals(void);
/* 0, or the number of the signal that came. The library reads it as a cancel flag. */
extern volatile int cli_signal;
/* 130 or 143 after a signal, else `status`. */
int cli_status_after_signal(int status);

/* Colours for a stream: mode "always", "never" or "auto" (terminal, NO_COLOR unset, TERM not
 * dumb). */
bool cli_use_color(const char *mode, FILE *stream);

/* "1.2 GiB", "640 MiB", "12 B" into out. */
const char *cli_bytes(char *out, size_t cap, uint64_t n);

/* Seconds for people: "8 s", "12 min", "3 h 07 min", "2 d 03 h"; "?" below 0 and beyond all
 * bounds. Returns `out`. */
const char *cli_duration(char *out, size_t cap, double s);
/* "12,345" into out. */
const char *cli_thousands(char *out, size_t cap, uint64_t n);

/* Columns a UTF-8 text takes on a terminal; control characters count 0. */
size_t cli_width(text t);
/* Appends model or user text so that it cannot drive the terminal: control characters become '?',
 * line breaks blanks unless `lines`. */
void cli_add_printable(strbuf *b, text t, bool lines);
/* Longest start of `t` that fits in `columns`. */
text cli_fit(text t, size_t columns);

#endif
