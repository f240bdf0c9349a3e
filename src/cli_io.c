/* cli_io.c - messages, exit codes, results and signals.
 *
 * Results are built whole in memory and written once: a fault in between leaves no half output. A
 * reader that goes away (EPIPE) is no fault of ours and ends silently with status 1, as `head`
 * users expect; a full disk is status 5. */
#include "src/cli_io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

volatile int cli_signal;

static bool stdout_open = true;

int cli_exit_of(sheaf_code code, enum cli_stage stage)
{
    switch (code) {
    case SHEAF_OK:
        return CLI_OK;
    case SHEAF_ERR_NOMEM:
        return CLI_MEMORY;
    case SHEAF_ERR_CANCELLED:
        return cli_status_after_signal(CLI_RUNTIME);
    case SHEAF_ERR_USAGE:
        return CLI_USAGE;
    case SHEAF_ERR_IO:
        return stage == CLI_AT_MODEL ? CLI_MODEL : CLI_STORAGE;
    case SHEAF_ERR_FORMAT:
    case SHEAF_ERR_LIMIT:
        return stage == CLI_AT_MODEL ? CLI_MODEL : CLI_USAGE;
    case SHEAF_ERR_UNSUPPORTED:
        return CLI_MODEL;
    }
    return CLI_RUNTIME;
}

/* One line whatever the text holds: messages quote untrusted input. */
static void say(const char *source, const char *message)
{
    strbuf b = {0};
    strbuf_str(&b, "sheaf: ");
    if (source && *source) {
        cli_add_printable(&b, text_of(source), false);
        strbuf_str(&b, ": ");
    }
    cli_add_printable(&b, text_of(message), false);
    strbuf_char(&b, '\n');
    if (!b.failed)
        fwrite(b.p, 1, b.n, stderr);
    strbuf_free(&b);
}

int cli_fail(int status, const char *source, const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    say(source, message);
    return status;
}

int cli_fail_error(const sheaf_error *err, enum cli_stage stage)
{
    say(err->source, err->message);
    return cli_exit_of(err->code, stage);
}

void cli_note(const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    say(NULL, message);
}

/* A closed descriptor would be taken by the next file that is opened, and results would end up in
 * it: each gets /dev/null in the direction that keeps failing. */
void cli_start(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
            continue;
        if (fd == STDOUT_FILENO)
            stdout_open = false;
        int null = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        if (null >= 0 && null != fd) {
            dup2(null, fd);
            close(null);
        }
    }
    signal(SIGPIPE, SIG_IGN);
}

static bool is_stdout(const char *path)
{
    return !path || strcmp(path, "-") == 0;
}

int cli_check_output(const char *path)
{
    struct stat st;
    char dir[4096];
    if (is_stdout(path))
        return stdout_open
                   ? CLI_OK
                   : cli_fail(CLI_STORAGE, "standard output", "is closed; results are lost");
    const char *slash = strrchr(path, '/');
    snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return cli_fail(CLI_STORAGE, path, "is a directory; a file is wanted");
    if (access(dir, W_OK) != 0)
        return cli_fail(CLI_STORAGE, path, "cannot write there: %s", strerror(errno));
    return CLI_OK;
}

static int write_fd(int fd, const char *name, text content)
{
    while (content.n) {
        ssize_t n = write(fd, content.p, content.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EPIPE)
            return CLI_RUNTIME;
        if (n < 0)
            return cli_fail(CLI_STORAGE, name, "cannot write: %s", strerror(errno));
        content = text_slice(content, (size_t)n, content.n);
    }
    return CLI_OK;
}

/* Devices and pipes are written in place; renaming a file over them would replace them. */
static int write_special(const char *path, text content)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return cli_fail(CLI_STORAGE, path, "cannot open: %s", strerror(errno));
    int status = write_fd(fd, path, content);
    close(fd);
    return status;
}

int cli_write(const char *path, text content)
{
    struct stat st;
    sheaf_error err = {0};
    if (is_stdout(path))
        return write_fd(STDOUT_FILENO, "standard output", content);
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return write_special(path, content);
    return file_write(path, content, &err) ? cli_fail_error(&err, CLI_AT_WRITE) : CLI_OK;
}

static void on_signal(int number)
{
    if (cli_signal)
        _exit(128 + number);
    cli_signal = number;
}

void cli_catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int cli_status_after_signal(int status)
{
    return cli_signal ? 128 + cli_signal : status;
}

bool cli_use_color(const char *mode, FILE *stream)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    if (strcmp(mode, "always") == 0)
        return true;
    if (strcmp(mode, "never") == 0 || (no && *no) || (term && strcmp(term, "dumb") == 0))
        return false;
    return isatty(fileno(stream)) == 1;
}
